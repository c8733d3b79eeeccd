"""What the calendar brings about, with a clock moved by hand: silences, mornings, weeks, coverage; each once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.blockkit.validator import validate_message
from bot.domain.asks import Ack, Reading, Signal
from bot.domain.incident import Status
from bot.domain.severity import Sev, Trouble
from bot.domain.silence import Silence
from bot.render.blocks import message
from bot.render.text import text
from bot.services.calendar import Calendar
from bot.services.config import Config
from bot.services.incidents import Incidents, Request
from bot.services.noise import line_of, noise_of
from bot.speakers import speakers
from bot.store import blindness, incidents, looks, outbox, probes, sending, settings, silences
from bot.store.codes import to_ms
from bot.store.db import Store
from bot.store.outbox import Kind
from tests.hand import ByHand

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, nine o'clock in Madrid."""
FILE = """
product: {name: Shop, id: shop, domain: shop.test, time_zone: Europe/Madrid}
people:
  ana: {slack: U0ANA, role: owner}
  ben: {slack: U0BEN, time_zone: America/New_York}
services:
  shop: {owner: ana, backup: ben}
  mail: {owner: ben, backup: ana}
channels: {alerts: "#ops", digest: "#daily"}
monitors:
  - name: Sign-up
    url: https://shop.test/sign-up
    service: shop
  - {name: Search, url: "https://shop.test/search", service: shop, slow_after: 3s}
"""


class House(ByHand):
    """The calendar over a real file."""

    def __init__(self, tmp_path, text: str = FILE) -> None:
        self.path = tmp_path / "launch.yml"
        self.path.write_text(text)
        self.store = Store.open(tmp_path / "launch.db")
        self.config = Config.read(self.path)
        assert self.config.error is None, self.config.error
        self.time = NINE - timedelta(minutes=30)
        self.woken = 0
        self.incidents = Incidents(self.store, self, lambda: self.config, self._wake)
        self.calendar = Calendar(self.store, self, lambda: self.config, self.incidents, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    async def at(self, moment: datetime) -> list[str]:
        """Go to a moment, and have the calendar and the timers do what it brings."""
        self.time = moment
        await self.incidents.tick()
        await self.calendar.tick()
        return await self.calendar.day()

    async def fails(self, service: str = "shop", *, sev: Sev = Sev.TWO, trouble: Trouble = Trouble.REACH,
                    probe: str = "Sign-up", reading: Reading = Reading.DOWN) -> None:  # fmt: skip
        """What a monitor says now."""
        signal = Signal("shop", "production", service, probe, trouble, sev, reading, self.time, self.time, "HTTP 502")
        await self.incidents.signal([signal])

    async def rows(self, kind: str) -> list[outbox.Delivery]:
        """What was asked for about one kind of subject."""
        found = await self.store.read(lambda c: c.execute("SELECT * FROM outbox ORDER BY number").fetchall())
        return [one for one in map(outbox.delivery, found) if one.subject.startswith(f"{kind}:")]

    async def says(self, row: outbox.Delivery) -> str:
        """The words of a row, after Slack's own rules were held against them."""
        kind, _, id = row.subject.partition(":")
        speaker = speakers(self.config, self)[kind]
        said = await self.store.read(lambda c: speaker.say(c, int(id), row))
        assert said is not None
        sent = message(said.document)
        assert validate_message(sent) == []
        assert "<!channel>" not in repr(sent), "text from outside calls nobody"
        return text(said.document, width=300)

    async def write(self, fn):
        """Write something down."""
        return await self.store.write(fn)


@pytest.fixture
async def house(tmp_path) -> AsyncIterator[House]:
    """A team of two in two zones."""
    one = House(tmp_path)
    yield one
    one.store.close()


async def begun(house: House) -> None:
    """The bot is installed on a Friday and runs over the week-end."""
    await house.at(NINE - timedelta(days=3))
    await house.at(NINE - timedelta(days=2))
    await house.at(NINE - timedelta(days=1))


# -- mornings ------------------------------------------------------------------


async def test_the_first_day_is_told_on_the_second(house):
    """Nobody wants a summary of the time before."""
    assert await house.at(NINE) == []
    assert await house.at(NINE + timedelta(hours=5)) == []
    assert await house.at(NINE + timedelta(days=1)) == [f"digest:{date(2026, 11, 24).toordinal()}"]


async def test_one_summary_a_day_however_often_it_starts(house):
    """At nine, not before; in the channel for it."""
    await begun(house)
    assert await house.at(NINE - timedelta(seconds=1)) == []
    assert len([one for one in await house.at(NINE) if one.startswith("digest")]) == 1
    for minute in range(1, 60, 7):
        assert await house.at(NINE + timedelta(minutes=minute)) == []
    rows = await house.rows("digest")
    assert [one.channel for one in rows] == ["#daily"] * 3
    assert len({one.subject for one in rows}) == 3


async def test_a_late_start_makes_one_summary_that_says_so(house):
    """Of several missed mornings the last speaks for all."""
    await begun(house)
    await house.at(NINE + timedelta(days=3, hours=4))
    rows = await house.rows("digest")
    assert len(rows) == 3
    assert "4 hours late" in await house.says(rows[-1])


async def test_a_quiet_day_has_one_line(house):
    """Not none: a summary that stays away could mean that the bot is dead."""
    await begun(house)
    await sent(house)
    await house.at(NINE)
    said = await house.says((await house.rows("digest"))[-1])
    assert "all quiet" in said
    assert "On call: U0ANA" in said
    assert "\n\n" not in said.strip().partition("\n\n")[2]


async def test_the_summary_says_what_is_broken_first(house):
    """Then what waits, what is over, what is muted, what could not be seen, how yesterday was."""
    await begun(house)
    house.time = NINE - timedelta(hours=5)
    await house.fails(sev=Sev.ONE)
    await house.fails("mail", sev=Sev.THREE, trouble=Trouble.TRUST, probe="SPF")
    await house.fails("mail", sev=Sev.TWO, trouble=Trouble.MAIL, probe="MX")
    house.time += timedelta(minutes=20)
    await house.incidents.tick()
    await house.fails("mail", sev=Sev.TWO, trouble=Trouble.MAIL, probe="MX", reading=Reading.UP)
    mute = Silence("", "search", None, house.time, NINE + timedelta(hours=9), "moving <!channel>", "U0BEN")

    def yesterday(connection):
        silences.add(connection, "shop", mute)
        number = probes.monitor(connection, "shop", "Search")
        day = NINE - timedelta(hours=14)
        seen = [probes.Seen.BAD] * 3 + [probes.Seen.UNKNOWN] * 2 + [probes.Seen.GOOD] * 200
        probes.add(connection, [probes.Probe(number, day + timedelta(seconds=at), one) for at, one in enumerate(seen)])
        probes.roll_up(connection, NINE)
        blind = {"blind_since": to_ms(NINE - timedelta(hours=2)), "last_at": to_ms(NINE)}
        looks.put(connection, "shop", [looks.Stored("Log-in", "", "unknown", NINE, blind)])

    await house.write(yesterday)
    await house.at(NINE)
    said = await house.says((await house.rows("digest"))[-1])
    order = ["broken now", "shop (INC-1)", "Not urgent", "INC-2", "Over since", "INC-3", "Muted", "search",
             "could see", "Log-in", "Yesterday",
             "3 of 203 looks failed (up 98.52 %); not counted: 2 that saw nothing"]  # fmt: skip
    places = [said.lower().find(one.lower()) for one in order]
    assert places == sorted(places), said
    assert -1 not in places, said


async def test_everybody_hears_of_their_own_at_their_own_nine(house):
    """Ben lives in New York; on working days only; nothing where nothing waits."""
    await begun(house)
    house.time = NINE - timedelta(hours=5)
    await house.fails("mail", sev=Sev.THREE, trouble=Trouble.TRUST, probe="SPF")
    await house.at(NINE)
    assert await house.rows("morning") == []
    await house.at(NINE + timedelta(hours=6))
    await house.at(NINE + timedelta(hours=6, minutes=5))
    [row] = await house.rows("morning")
    assert (row.kind, row.channel) == (Kind.DM, "U0BEN")
    assert "1 thing of yours" in await house.says(row)
    await house.fails("mail", sev=Sev.THREE, trouble=Trouble.TRUST, probe="SPF", reading=Reading.UP)
    assert "Nothing waits" in await house.says(row)


async def test_nobody_is_written_to_on_a_saturday(house):
    """The channel is: an outage knows no week-end."""
    await begun(house)
    await house.fails("shop", sev=Sev.THREE, trouble=Trouble.TRUST, probe="SPF")
    for day in range(5):
        await house.at(NINE + timedelta(days=day))
    before = len(await house.rows("morning"))
    assert await house.at(NINE + timedelta(days=5)) == [f"digest:{date(2026, 11, 28).toordinal()}"]
    assert len(await house.rows("morning")) == before


@pytest.mark.parametrize(
    ("night", "nine"),
    [
        (date(2026, 10, 25), datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 28, 7, 0, tzinfo=UTC)),
    ],
)
async def test_when_clocks_change_it_is_nine_by_the_wall(house, night, nine):
    """One summary, on the hour that the clock on the wall shows."""
    await house.at(nine - timedelta(hours=20))
    await house.at(nine - timedelta(minutes=1))
    assert await house.rows("digest") == []
    await house.at(nine)
    assert [one.subject for one in await house.rows("digest")] == [f"digest:{night.toordinal()}"]


async def test_a_clock_that_was_wrong_stops_no_summary(house):
    """A year ahead and back again."""
    await house.at(NINE + timedelta(days=365))
    await house.at(NINE)
    assert len(await house.at(NINE + timedelta(days=1))) == 1


async def test_what_the_bot_itself_did_not_see_is_confessed(house):
    """Two stretches of yesterday that overlap, and one that began the day before."""
    await begun(house)
    day = datetime(2026, 11, 22, tzinfo=UTC) - timedelta(hours=1)

    def blind(connection):
        blindness.was(connection, "shop", day - timedelta(hours=2), day + timedelta(minutes=10), "off")
        blindness.was(connection, "shop", day + timedelta(hours=5), day + timedelta(hours=5, minutes=20), "offline")
        blindness.was(
            connection, "shop", day + timedelta(hours=5, minutes=10), day + timedelta(hours=5, minutes=30), "off"
        )

    await house.write(blind)
    await house.at(NINE)
    assert "Yesterday I saw nothing for 40 minutes" in await house.says((await house.rows("digest"))[-1])


async def test_addresses_that_slack_was_not_asked_about_are_no_gap(tmp_path):
    """Once it was asked and knows nobody, they are."""
    people = "people: {lena: {email: lena@shop.test}}\nservices: {shop: {owner: lena}}\n"
    house = House(tmp_path, "product: {name: Shop, id: shop, domain: shop.test}\nchannels: {alerts: '#ops'}\n" + people)
    await house.at(NINE + timedelta(hours=1))
    await house.at(NINE + timedelta(days=1, hours=1))
    assert await house.rows("coverage") == []
    await house.write(lambda c: settings.put(c, "shop", "members:asked_at", "1", house.time))
    await house.at(NINE + timedelta(days=2, hours=1))
    assert len(await house.rows("coverage")) == 1
    house.store.close()


# -- silences ------------------------------------------------------------------


async def test_a_silence_that_was_planned_begins_and_ends_once(house):
    """What still fails at its end is told; a restart in between repeats nothing."""
    await house.fails()
    await house.at(house.time + timedelta(seconds=30))
    start = house.time + timedelta(minutes=10)
    quiet = Silence("", "shop", None, start, start + timedelta(hours=1), "moving", "U0ANA")
    await house.write(lambda c: silences.add(c, "shop", quiet, silences.Kind.MAINTENANCE))
    assert await house.calendar.tick() == 0
    house.time = start
    assert await house.calendar.tick() == 1
    again = Calendar(house.store, house, lambda: house.config, house.incidents, house._wake)
    assert await again.tick() == 0
    row = await house.write(lambda c: incidents.get(c, 1))
    assert (row.muted_by, row.status) == ("1", Status.OPEN)
    await house.at(start + timedelta(hours=1))
    row = await house.write(lambda c: incidents.get(c, 1))
    assert row.muted_by == ""
    story = await house.write(lambda c: [type(one).__name__ for one in incidents.events(c, 1)])
    assert (story.count("Muted"), story.count("Unmuted")) == (1, 1)


async def test_a_silence_that_is_lifted_ends_at_once(house):
    """An incident that slept under it wakes up."""
    quiet = Silence("", "shop", None, house.time, house.time + timedelta(hours=9), "moving", "U0ANA")
    await house.write(lambda c: silences.add(c, "shop", quiet))
    await house.calendar.tick()
    await house.fails()
    assert (await house.write(lambda c: incidents.get(c, 1))).status is Status.SNOOZED
    house.time += timedelta(minutes=5)
    await house.write(lambda c: silences.lift(c, "shop", "1", house.time, by="U0BEN"))
    assert await house.calendar.tick() == 1
    assert (await house.write(lambda c: incidents.get(c, 1))).status is Status.OPEN


async def test_what_began_and_ended_during_a_stop_is_made_up_for(house):
    """It ended while the bot was down: the incident is told once; one that came and went leaves no trace."""
    await house.fails()
    await house.at(house.time + timedelta(seconds=30))
    now = house.time
    first = Silence("", "shop", None, now, now + timedelta(hours=1), "moving", "U0ANA")
    second = Silence("", "shop", None, now + timedelta(hours=2), now + timedelta(hours=3), "again", "U0ANA")
    await house.write(lambda c: [silences.add(c, "shop", one) for one in (first, second)])
    await house.calendar.tick()
    house.time = now + timedelta(hours=4)
    assert await house.calendar.tick() == 1
    assert await house.calendar.tick() == 0
    story = await house.write(lambda c: [type(one).__name__ for one in incidents.events(c, 1)])
    assert (story.count("Muted"), story.count("Unmuted")) == (1, 1)


# -- coverage ------------------------------------------------------------------


async def test_a_gap_is_said_once_and_the_notice_turns_green(house):
    """Not each day again; when it is closed, the same message says so."""
    await begun(house)
    await house.write(lambda c: settings.put(c, "shop", "gone:U0BEN", "left", house.time))
    for day in range(3):
        await house.at(NINE + timedelta(days=day))
    [row] = await house.rows("coverage")
    assert row.channel == "#ops"
    assert "has left this Slack workspace" in await house.says(row)
    claimed = await house.write(lambda c: sending.claim(c, row.number, house.time))
    await house.write(lambda c: sending.mark_sent(c, claimed.number, house.time, channel="C1", ts="1.1", rev=1))
    await house.write(lambda c: settings.remove(c, "shop", "gone:U0BEN"))
    await house.at(NINE + timedelta(days=3))
    assert [one.kind for one in await house.rows("coverage")] == [Kind.ROOT, Kind.EDIT]
    assert "on call again" in await house.says(row)


async def test_an_empty_rota_reaches_the_owner_of_the_workspace(tmp_path):
    """In the channel and as a direct message, once."""
    house = House(tmp_path, "product: {name: Shop, id: shop, domain: shop.test}\nchannels: {alerts: '#ops'}\n")
    await house.write(lambda c: settings.put(c, "shop", "installer", "U0MIA", house.time))
    for day in range(4):
        await house.at(NINE + timedelta(hours=1, days=day))
    assert [(one.kind, one.channel) for one in await house.rows("coverage")] == [
        (Kind.ROOT, "#ops"),
        (Kind.DM, "U0MIA"),
    ]
    assert "Nobody is on call" in await house.says((await house.rows("coverage"))[0])
    house.store.close()


async def test_without_channel_and_people_nothing_breaks(tmp_path):
    """There is nobody to say it to."""
    house = House(tmp_path, "product: {name: Shop, id: shop, domain: shop.test}\n")
    await house.at(NINE + timedelta(hours=1))
    assert await house.at(NINE + timedelta(days=1, hours=1)) == []
    house.store.close()


# -- noise ---------------------------------------------------------------------


async def sent(house: House) -> None:
    """Everything in the outbox arrives now."""

    def all_of_it(connection):
        for row in sending.due(connection, house.time):
            claimed = sending.claim(connection, row.number, house.time)
            if claimed is not None:
                sending.mark_sent(connection, row.number, house.time, channel="C1", ts=f"{row.number}.1", rev=1)

    await house.write(all_of_it)


async def cry(house: House, at: datetime, *, minutes: int = 4, **what) -> None:
    """An alarm that is over by itself after some minutes, and history after an hour or so."""
    house.time = at
    await house.fails(**what)
    await house.at(at + timedelta(seconds=30))
    await sent(house)
    await house.at(at + timedelta(minutes=minutes))
    await house.fails(**what, reading=Reading.UP)
    await sent(house)
    await house.at(at + timedelta(minutes=minutes + 46))
    await sent(house)


async def test_the_week_counts_messages_deeds_and_wolves(house):
    """What cried wolf most gets one suggestion, with the line of launch.yml and what it costs."""
    monday = NINE - timedelta(days=7)
    await house.at(monday)
    for day in (1, 2, 3):
        await cry(house, monday + timedelta(days=day))
    await cry(house, monday + timedelta(days=3, hours=5), minutes=25)
    house.time = monday + timedelta(days=4)
    await house.fails("mail", trouble=Trouble.MAIL, probe="MX")
    await house.at(house.time + timedelta(seconds=30))
    await sent(house)
    house.time += timedelta(minutes=1)
    await house.incidents.ask(5, Ack("U0BEN"), Request("1", "U0BEN", "incident.ack"))
    await house.fails("mail", trouble=Trouble.MAIL, probe="MX", reading=Reading.UP)
    await sent(house)
    assert f"noise:{date(2026, 11, 23).toordinal()}" in await house.at(NINE)
    week = await house.store.read(lambda c: noise_of(c, house.config, date(2026, 11, 23)))
    assert week.incidents == 5
    assert 0 < week.useful < week.messages
    assert [(one.name, one.times) for one in week.wolves] == [("Sign-up", 3)]
    assert (week.advice.monitor, week.advice.write) == ("Sign-up", "every: 2m")
    assert FILE.splitlines()[week.advice.line - 1].strip() == "- name: Sign-up"
    [row] = await house.rows("noise")
    said = await house.says(row)
    assert "cried wolf 3 times" in said
    assert f"launch.yml, line {week.advice.line}" in said
    assert await house.at(NINE + timedelta(hours=1)) == []


async def test_a_slow_monitor_gets_another_suggestion(house):
    """The limit doubles; the report is made once, on Tuesday where the bot slept on Monday."""
    monday = NINE - timedelta(days=7)
    await house.at(monday)
    for day in (1, 2):
        await cry(house, monday + timedelta(days=day), trouble=Trouble.LATENCY, probe="Search")
    await house.at(NINE + timedelta(days=1))
    [row] = await house.rows("noise")
    said = await house.says(row)
    assert "slow_after: 6s" in said
    assert "from 6 seconds on, not from 3" in said


async def test_a_week_without_messages_has_no_report(house):
    """There is no noise to tell of."""
    await begun(house)
    await house.at(NINE)
    assert await house.rows("noise") == []


async def test_the_line_is_unknown_once_the_file_is_gone(house):
    """Then only its name is said."""
    house.path.unlink()
    assert line_of(house.config, 0) == 0
