"""Counted events, from the count to the incident, and alarms that somebody else raises."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from bot.blockkit.validator import validate_message
from bot.document import Document
from bot.domain.asks import FixedAsk, Reading
from bot.domain.decision import AnswerCode
from bot.domain.heard import Counted, Outside
from bot.domain.incident import Incident
from bot.domain.severity import Sev, Trouble
from bot.domain.uptime import Span
from bot.render.blocks import message
from bot.render.text import text
from bot.services.config import Config
from bot.services.events import Events
from bot.services.events_day import day
from bot.services.events_facts import informed
from bot.services.inbound import Inbound
from bot.services.incidents import Incidents, Request
from bot.services.retention import retain
from bot.speakers import speakers
from bot.store import blindness, event_counts, incidents, outbox
from bot.store.db import Store
from bot.store.event_counts import MOST_ORIGINS, minute_of
from bot.views import events as events_view
from tests.services.parts import parts

T = TypeVar("T")
START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test}
people: {ana: {slack: U0ANA, role: owner}}
services:
  log-in: {owner: ana, critical: true}
  shop: {owner: ana, critical: true}
  news: {owner: ana, critical: false}
  quiet: {owner: ana, critical: true, severity: low}
hosts:
  - {name: app.shop.test, purpose: auth, service: log-in, flow: login}
events:
  kinds:
    error: {told: false}
    job_failed: {at_least: 8, service: news}
channels: {alerts: "#ops"}
"""


class House:
    """The service on a real file, with a clock that is moved by hand."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store = store
        self.config = config
        self.time = START
        self.incidents = Incidents(store, self, lambda: config, lambda: None)
        self.events = Events(store, self, lambda: config, self.incidents)
        self.incidents.look_again_with(self.events.again_or(self._others))
        self.passed_on: list[tuple[str, ...]] = []

    def now(self) -> datetime:
        """The clock."""
        return self.time

    def monotonic(self) -> float:
        """The clock, as seconds."""
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""
        raise AssertionError(seconds)

    async def _others(self, _incident: int, names: tuple[str, ...]) -> None:
        self.passed_on.append(names)

    async def count(self, kind: str, count: int = 1, *, at: datetime | None = None, **more: str) -> str:
        """Something happened; why it was not counted."""
        event = Counted(kind, at or self.time, count, **more)
        return await self.store.write(lambda c: self.events.count(c, event, self.time))

    async def before(
        self, kind: str, at: datetime, count: int = 1, *, service: str = "", origin: str = "", sample: str = ""
    ) -> None:
        """It was counted long ago."""
        minute = minute_of(at)
        await self.store.write(
            lambda c: event_counts.add(c, "shop", (kind, service), minute, count, origin=origin, sample=sample)
        )

    async def wait(self, minutes: float, *, step: float = 1.0) -> None:
        """Time goes by, the ticks with it."""
        end = self.time + timedelta(minutes=minutes)
        while self.time < end:
            self.time += timedelta(minutes=step)
            await self.events.tick()
            await self.incidents.tick()

    async def live(self) -> list[Incident]:
        """What is somebody's business."""
        return await self.incidents.live()

    async def only(self) -> Incident:
        """The one incident that there is."""
        [one] = await self.live()
        return one


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house on a file."""
    path = tmp_path / "launch.yml"
    path.write_text(FILE, encoding="utf-8")
    config = Config.read(path)
    assert config.error is None
    store = Store.open(tmp_path / "data" / "launch.db")
    try:
        yield House(store, config)
    finally:
        store.close()


async def read(house: House, look: Callable[[sqlite3.Connection], T]) -> T:
    """From the store."""
    return await house.store.read(look)


async def test_a_burst_from_many_places_is_an_incident_of_whose_flow_it_is(house: House) -> None:
    """Failed log-ins that name no service belong to the service of the host where customers log in."""
    for person in range(6):
        assert await house.count("login_failed", origin=f"p{person}", sample="no session for ana@shop.test") == ""
    assert await house.events.tick() == 1
    found = await house.only()
    assert (found.service, found.trouble, found.sev) == ("log-in", Trouble.ERRORS, Sev.TWO)
    [member] = found.members
    assert member.probe == "Failed log-ins"
    assert member.evidence.startswith("6 failed log-ins in 5 minutes, and there is no normal yet")
    rev = found.rev
    for _ in range(20):
        await house.events.tick()
    assert (await house.only()).rev == rev, "said again and again, it changes nothing"


async def test_it_looks_better_and_ends_after_a_quarter_of_an_hour(house: House) -> None:
    """No event for five minutes: it looks better. For a quarter of an hour more: it is over, by itself."""
    await house.count("http_5xx", 9)
    await house.events.tick()
    assert (await house.only()).green_since is None
    await house.wait(6)
    better = await house.only()
    assert better.green_since is not None
    assert better.green_until is not None
    await house.wait(15)
    assert await house.live() == []
    await house.count("http_5xx", 9)
    await house.events.tick()
    again = await house.only()
    assert again.id == better.id
    assert again.reopened == 1


async def test_from_one_place_it_is_told_in_other_words_and_wakes_nobody(house: House) -> None:
    """Forty tries of one origin: somebody guesses passwords; then many others fail too, and it is worse."""
    await house.count("login_failed", 40, origin="x1")
    await house.events.tick()
    found = await house.only()
    assert found.sev is Sev.THREE
    assert found.members[0].probe == "Failed log-ins from one place"
    assert "somebody is guessing passwords" in found.members[0].evidence
    for person in range(30):
        await house.count("login_failed", origin=f"p{person}")
    await house.events.tick()
    worse = await house.only()
    assert worse.id == found.id
    assert worse.sev is Sev.TWO
    assert [one.probe for one in worse.members] == ["Failed log-ins"]


async def test_nobody_can_pay_is_the_worst_and_stays_one_incident(house: House) -> None:
    """No checkout got through in a quarter of an hour; one that does in between opens no second incident."""
    for person in range(3):
        await house.count("checkout_failed", origin=f"p{person}", service="Shop")
    await house.events.tick()
    found = await house.only()
    assert (found.service, found.trouble, found.sev) == ("shop", Trouble.CHECKOUT, Sev.ONE)
    await house.count("checkout_ok", service="shop")
    await house.events.tick()
    assert (await house.only()).trouble is Trouble.CHECKOUT


async def test_what_launch_yml_says_of_a_kind_counts(house: House) -> None:
    """A kind that is not told, one with a higher limit, and whose it is."""
    await house.count("error", 500)
    await house.count("job_failed", 7)
    assert await house.events.tick() == 0
    await house.count("job_failed", 1)
    await house.events.tick()
    found = await house.only()
    assert (found.service, found.trouble, found.sev) == ("news", Trouble.HEARTBEAT, Sev.THREE)


async def test_a_service_that_nobody_knows_counts_as_the_product(house: House) -> None:
    """A sender cannot fill the table with names: what launch.yml does not know is counted together."""
    for number in range(20):
        await house.count("http_5xx", service=f"made-up-{number}")
    sums = await read(house, lambda c: event_counts.sums(c, "shop", 0, minute_of(START) + 1))
    assert [(one.service, one.count) for one in sums] == [("", 20)]
    await house.events.tick()
    assert (await house.only()).members[0].evidence.startswith("20 server errors in 5 minutes")


async def test_times_are_bounded(house: House) -> None:
    """Late ones go to their minute, a clock that is a little ahead is forgiven, the rest is refused with a reason."""
    late = START - timedelta(minutes=50)
    assert await house.count("login_failed", at=late) == ""
    assert await house.count("login_failed", at=START + timedelta(minutes=4)) == ""
    assert "hour old" in await house.count("login_failed", at=START - timedelta(minutes=61))
    assert "future" in await house.count("login_failed", at=START + timedelta(minutes=6))
    assert "called payed" in await house.count("payed")
    assert "whole number" in await house.count("login_failed", 0)
    found = await read(house, lambda c: event_counts.minutes(c, "shop", 0, minute_of(START) + 60))
    assert sorted(found["login_failed", ""]) == [minute_of(late), minute_of(START)]


async def test_origins_are_bounded_unreadable_and_lose_nothing(house: House) -> None:
    """Fifty a minute at most, the rest together; an address is never stored; the sum is right all the same."""
    for number in range(200):
        await house.count("login_failed", 1 + number // 100, origin=f"203.0.113.{number}")
    [minutes] = (await read(house, lambda c: event_counts.minutes(c, "shop", 0, minute_of(START)))).values()
    [origins] = minutes.values()
    assert sum(origins.values()) == 300
    assert len([one for one in origins if one]) == MOST_ORIGINS
    assert not any("203" in one and "." in one for one in origins)
    assert min(count for origin, count in origins.items() if origin) == 2, "those with more stay"


async def test_one_masked_sample_a_minute_is_kept(house: House) -> None:
    """What one of them said, without what nobody may read."""
    secret = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    await house.count("payment_error", origin="a", sample=f"declined for {secret}\nline two")
    await house.count("payment_error", origin="b", sample="another")
    kept = await read(house, lambda c: event_counts.sample(c, "shop", ("payment_error", ""), 0))
    assert kept.startswith("declined for")
    assert secret not in kept
    assert "\n" not in kept
    rows = await read(house, lambda c: [row[0] for row in c.execute("SELECT sample FROM event_count")])
    assert sorted(rows) == ["", kept]


async def test_old_counts_are_forgotten_and_origins_before(house: House) -> None:
    """After two days only sums are kept, after thirty-five nothing; the sums stay right."""
    for days in (1, 3, 36):
        at = START - timedelta(days=days)
        for origin in ("a", "b"):
            await house.before("login_failed", at, 2, origin=origin, sample="why")
    await retain(house.store, START)
    found = await read(house, lambda c: event_counts.minutes(c, "shop", 0, minute_of(START)))
    ages = {minute_of(START - timedelta(days=days)): days for days in (1, 3, 36)}
    assert {ages[at]: dict(origins) for at, origins in found["login_failed", ""].items()} == {
        1: {"a": 2, "b": 2},
        3: {"": 4},
    }
    assert await read(house, lambda c: event_counts.sample(c, "shop", ("login_failed", ""), 0)) == "why"


async def test_what_is_normal_comes_from_the_same_hour_of_other_days(house: House) -> None:
    """Twelve an hour are one in five minutes; a day on which the bot was off does not count."""
    for days in range(1, 15):
        for minute in range(0, 60, 5):
            at = START - timedelta(days=days) + timedelta(minutes=minute)
            await house.before("http_5xx", at)
    off = START - timedelta(days=3)
    await house.store.write(lambda c: blindness.was(c, "shop", off, off + timedelta(minutes=20), "off"))
    await house.count("http_5xx", 9)
    assert await house.events.tick() == 0
    await house.count("http_5xx", 3)
    await house.events.tick()
    assert (await house.only()).members[0].evidence == (
        "12 server errors in 5 minutes, normally 1: visitors get error pages"
    )


async def test_its_fixed_looks_at_the_counts_again(house: House) -> None:
    """While it still fails "It's fixed" is not believed; two quiet minutes later it is."""
    await house.count("http_5xx", 9)
    await house.events.tick()
    found = await house.only()
    asked = Request("1.1", "U0ANA", "incident.fixed")
    answer = await house.incidents.ask(found.id, FixedAsk("U0ANA", "1.1"), asked)
    assert answer is not None
    still = await house.only()
    assert still.live, "nine within the last two minutes"
    house.time += timedelta(minutes=3)
    asked = Request("1.2", "U0ANA", "incident.fixed")
    await house.incidents.ask(found.id, FixedAsk("U0ANA", "1.2"), asked)
    assert await house.live() == []
    await house.wait(4)
    assert await house.live() == [], "what was counted before does not open it again"


async def test_only_what_can_be_seen_is_left_to_the_others(house: House) -> None:
    """Monitors are looked at by the watch."""
    again = house.events.again_or(house._others)
    await again(1, ("Sign-up page",))
    assert house.passed_on == [("Sign-up page",)]


async def test_webhooks_that_stay_away_are_noticed(house: House) -> None:
    """Twice as long as the longest usual pause, and not where the bot itself was off."""
    for hour in range(10 * 24, 30, -1):
        at = START - timedelta(hours=hour)
        await house.before("webhook_ok", at, service="shop")
    await house.events.tick()
    found = await house.only()
    assert (found.service, found.sev) == ("shop", Sev.THREE)
    assert "no webhook came in since" in found.members[0].evidence
    await house.count("webhook_ok", service="shop")
    await house.wait(2)
    assert await house.live() == []


async def test_a_receiver_is_not_blamed_for_the_bots_own_sleep(house: House) -> None:
    """What was sent while the bot was off could not be heard."""
    for hour in range(10 * 24, 30, -1):
        at = START - timedelta(hours=hour)
        await house.before("webhook_ok", at, service="shop")
    off = Span(START - timedelta(hours=29), START - timedelta(minutes=5))
    await house.store.write(lambda c: blindness.was(c, "shop", off.begin, off.end, "off"))
    assert await house.events.tick() == 0


async def test_a_budget_that_burns_fast_pages_where_there_is_enough_traffic(house: House) -> None:
    """One in twenty requests fails, a thousand an hour: at that pace a month's errors are gone in a day or so."""
    for minute in range(59, -1, -1):
        at = START - timedelta(minutes=minute)
        await house.count("http_ok", 190, at=at)
        await house.count("http_5xx", 1 if minute % 2 else 9, at=at)
    await house.events.tick()
    members = {member.probe: member for one in await house.live() for member in one.members}
    burn = members["Error budget of requests"]
    assert burn.evidence.startswith("300 of 11,700 requests failed in 1 hour")
    assert burn.trouble is Trouble.ERRORS


async def test_a_budget_says_nothing_of_little_traffic(house: House) -> None:
    """Half of forty requests fail: no share is made of that, and nothing is paged for it."""
    for minute in range(59, -1, -3):
        await house.count("http_ok", at=START - timedelta(minutes=minute))
        await house.count("http_5xx", at=START - timedelta(minutes=minute))
    await house.events.tick()
    assert await house.live() == []


# Alarms of others.


def alarm(**changes: object) -> Outside:
    """An alarm of Alertmanager."""
    given = {"source": "alertmanager", "key": "HighErrorRate", "firing": True, "title": "HighErrorRate", "at": START}
    return Outside(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "service", "sev"),
    [
        ({"service": "shop"}, "shop", Sev.TWO),
        ({"service": "SHOP", "trouble": "reach"}, "shop", Sev.ONE),
        ({"service": "shop", "severity": "medium"}, "shop", Sev.THREE),
        ({"service": "news", "severity": "blocker"}, "news", Sev.THREE),
        ({"service": "quiet", "trouble": "reach"}, "quiet", Sev.FOUR),
        ({"service": "shop", "environment": "staging"}, "shop", Sev.THREE),
        ({"service": "shop", "trouble": "note"}, "shop", Sev.FOUR),
        ({"service": "carts"}, "carts", Sev.THREE),
        ({"service": "", "trouble": "reach", "severity": "blocker"}, "", Sev.THREE),
    ],
)
async def test_whose_an_alarm_is_says_how_bad_it_is(
    house: House, changes: dict[str, object], service: str, sev: Sev
) -> None:
    """A known service by how much it matters; the sender can only make it milder; a stranger is nobody's."""
    signal = house.events.signal_of(alarm(**changes), START)
    assert (signal.service, signal.sev, signal.reading) == (service, sev, Reading.DOWN)
    assert ("nobody's" in signal.evidence) == (service not in {"shop", "news", "quiet"})


async def test_an_alarm_opens_once_and_ends_when_its_sender_says_so(house: House) -> None:
    """Said again and again it is one member of one incident; who says so stands in the words."""
    firing = alarm(service="shop", evidence="12 of 100 requests fail")
    for _ in range(3):
        await house.incidents.signal([house.events.signal_of(firing, house.time)])
        house.time += timedelta(minutes=1)
    found = await house.only()
    assert found.members[0].evidence == "Alertmanager says: HighErrorRate – 12 of 100 requests fail"
    await house.events.tick()
    assert len((await house.only()).members) == 1, "what others see is not ended by the counts"
    over = alarm(service="shop", firing=False, title="resolved: HighErrorRate")
    await house.incidents.signal([house.events.signal_of(over, house.time)])
    assert await house.live() == []


async def test_an_end_without_a_beginning_changes_nothing(house: House) -> None:
    """Resolved, and never fired here."""
    await house.incidents.signal([house.events.signal_of(alarm(firing=False), START)])
    assert await house.live() == []
    assert await read(house, lambda c: incidents.between(c, "shop", START - timedelta(days=1), START)) == []


async def test_two_alarms_of_one_service_end_apart(house: House) -> None:
    """The incident lasts until both are over."""
    one, two = alarm(service="shop"), alarm(service="shop", key="Slow", title="Slow")
    await house.incidents.signal([house.events.signal_of(each, START) for each in (one, two)])
    await house.incidents.signal([house.events.signal_of(alarm(service="shop", firing=False), START)])
    found = await house.only()
    assert len(found.own) == 2
    await house.incidents.signal([house.events.signal_of(alarm(service="shop", key="Slow", firing=False), START)])
    assert await house.live() == []


async def test_hostile_words_of_a_sender_are_tamed(house: House) -> None:
    """Masked, on one line, bounded; a secret as the id of an alarm is not shown."""
    secret = "ghp" + "_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    hostile = alarm(
        key=secret, title="<!channel> \u202edown\n" * 50, evidence=secret + "x" * 1_000_000, service="a\nb" * 5000
    )
    signal = house.events.signal_of(hostile, START)
    assert secret not in repr(signal)
    assert len(signal.evidence) < 700
    assert len(signal.service) <= 60
    assert len(signal.probe) < 80
    for one in (signal.evidence, signal.service, signal.probe):
        assert one.isprintable()
    assert signal.probe == house.events.signal_of(hostile, START + timedelta(hours=1)).probe


async def test_a_persons_word_ends_an_alarm_that_only_others_see(house: House) -> None:
    """The bot cannot look; if the sender says it again, it comes back."""
    await house.incidents.signal([house.events.signal_of(alarm(service="shop"), START)])
    found = await house.only()
    house.time += timedelta(minutes=1)
    answer = await house.incidents.ask(found.id, FixedAsk("U0ANA", "2.1"), Request("2.1", "U0ANA", "incident.fixed"))
    assert answer is not None
    assert answer.code is not AnswerCode.NO_SUCH_INCIDENT
    assert await house.live() == []
    house.time += timedelta(minutes=1)
    await house.incidents.signal([house.events.signal_of(alarm(service="shop"), house.time)])
    assert (await house.only()).reopened == 1


async def test_from_the_door_to_the_card(house: House) -> None:
    """What a product sends, sent twice, is counted once; the card says it in the founder's words, with its runbook."""
    deploys = parts(house.store, house, lambda: house.config, house.incidents)
    inbound = Inbound(
        house.store, house, lambda: house.config, house.incidents,
        deploys=deploys["deploys"], events=house.events, environ={"LAUNCH_TOKEN": "a long random word"},
        wake=lambda: None,
    )  # fmt: skip
    sent = [
        {"kind": "login_failed", "origin": "203.0.113.9", "id": f"e{number}", "sample": "for ana@shop.test"}
        for number in range(40)
    ]
    bearer = {"Authorization": "Bearer a long random word", "Content-Type": "application/json"}
    assert (await inbound.events({}, json.dumps(sent).encode())).status == 401
    for _ in range(2):
        assert (await inbound.events(bearer, json.dumps(sent).encode())).status in {200, 202}
    await inbound.tick()
    await house.events.tick()
    house.time += timedelta(minutes=6)
    await house.incidents.tick()
    found = await house.only()

    def card(connection: sqlite3.Connection) -> str:
        row = next(one for number in range(1, 9) if (one := outbox.get(connection, number)) is not None)
        said = speakers(house.config, house)["incident"].say(connection, found.id, row)
        assert said is not None
        assert validate_message(message(said.document)) == []
        return " ".join(text(said.document, width=200).split())

    told = await read(house, card)
    assert "WARNING · Log-in" in told
    assert "Seen: 40 failed log-ins in 5 minutes, and there is no normal yet (counted since today)" in told
    assert "all from one place: somebody is guessing passwords" in told
    assert "traffic_spike_or_attack" in told
    rows = await read(house, lambda c: str([tuple(row) for row in c.execute("SELECT * FROM event_count")]))
    assert "203.0.113" not in rows
    assert "ana@" not in rows
    await inbound.stop()


@pytest.mark.parametrize(("since", "said"), [(1, "(there is no normal yet)"), (12, "(normal: 0)")])
async def test_a_day_of_events_is_told_with_what_is_normal(house: House, since: int, said: str) -> None:
    """How many failed, of how many tries, and how many that are on most days."""
    await house.before("login_ok", START - timedelta(days=since, minutes=5))
    for _ in range(4):
        await house.count("login_failed")
    await house.count("login_ok", 91)
    house.time += timedelta(minutes=1)
    [one] = await read(house, lambda c: day(c, "shop", house.time))
    assert (one.count, one.tries) == (4, 95)
    words = " ".join(text(Document("Status", tuple(events_view.standing([one]))), width=200).split())
    assert f"4 of 95 log-ins failed {said}" in words
    assert ("More than usual" in words) == (since == 12)


async def test_audits_are_told_what_is_counted(house: House) -> None:
    """Nothing before the first event; afterwards what bursts now, worst first, and when a rollback was tried."""
    inventory = house.config.inventory
    assert inventory is not None
    before = await read(house, lambda c: informed(c, house.config, inventory, house.time))
    assert before.counted is None
    assert before.rollback is not None
    assert before.rollback.at is None
    await house.count("login_failed", 40, origin="x")
    await house.count("http_5xx", 90)
    told = (await read(house, lambda c: informed(c, house.config, inventory, house.time))).counted
    assert told is not None
    assert [(one.kind, one.one_place) for one in told.bursts] == [("http_5xx", False), ("login_failed", True)]


async def test_many_series_are_judged_quickly(house: House) -> None:
    """Two weeks of a busy product, and a burst in everything: a tick stays far below its fifteen seconds."""

    def fill(connection: sqlite3.Connection) -> None:
        first = minute_of(START) - 14 * 1440
        rows = [
            ("shop", kind, "shop", minute, "", 3, "")
            for kind in ("login_failed", "http_5xx", "http_ok", "webhook_ok", "job_failed")
            for minute in range(first, minute_of(START))
        ]
        connection.executemany("INSERT INTO event_count VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    await house.store.write(fill)
    for kind in ("login_failed", "http_5xx", "job_failed"):
        await house.count(kind, 500, service="shop")
    began = time.perf_counter()
    assert await house.events.tick() >= 3
    assert time.perf_counter() - began < 3
