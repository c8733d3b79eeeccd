"""The commands about incidents, over a real store: what changes, what is answered, and what to type next."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.domain.asks import Reading, Signal
from bot.domain.incident import Status
from bot.domain.severity import Sev, Trouble
from bot.services.container import Services
from bot.store import journal, silences, turns
from tests.commands.asking import LAUNCH_YML, ask, breaks, click, row


@pytest.fixture
def shop(make) -> Services:
    """A product with people and services."""
    return make(LAUNCH_YML)


@pytest.mark.parametrize("typed", ["ack", "snooze 30m", "fixed", "pass @ben", "page @ben help"])
async def test_nothing_is_broken(shop, typed):
    """Nothing live: nothing is done; who asks perhaps knows of a trouble that was not seen, and is told what to do."""
    said = await ask(shop, typed)
    assert "No incident is going on" in said
    assert "nobody was called" in said
    assert "/launch check" in said
    assert "INC-12" not in said
    assert "/launch incidents" in said


@pytest.mark.parametrize("typed", ["why", "export"])
async def test_stories_are_told_of_what_is_over(shop, typed):
    """These are asked about incidents that are over, too."""
    assert f"/launch {typed} INC-12" in await ask(shop, typed)


@pytest.mark.parametrize("typed", ["pass U0BEN", "page U0BEN the shop is slow"])
async def test_a_person_is_shown_by_name_where_slack_sent_an_id(shop, typed):
    """What is offered to type again is what a person would type."""
    await breaks(shop)
    await breaks(shop, "checkout page", Sev.TWO)
    said = await ask(shop, typed)
    assert f"INC-1 {typed.partition(' ')[2].replace('U0BEN', '@ben')}" in said
    assert "U0BEN" not in said


@pytest.mark.parametrize("typed", ["ack", "snooze 30m", "fixed", "pass ben", "page ben help", "why", "export"])
async def test_with_several_it_asks_which(shop, typed):
    """It never guesses: a list with the command for each, and nothing changed."""
    await breaks(shop)
    await breaks(shop, "checkout page", Sev.TWO)
    revs = (await row(shop, 1)).rev, (await row(shop, 2)).rev
    said = await ask(shop, typed)
    assert "Which one?" in said
    assert "INC-1" in said
    assert "INC-2" in said
    assert ((await row(shop, 1)).rev, (await row(shop, 2)).rev) == revs


@pytest.mark.parametrize("typed", ["ack INC-99", "why 99", "snooze #99 30m", "fixed inc99", "export INC-99"])
async def test_a_number_that_does_not_exist(shop, typed):
    """It says so, and what is live instead."""
    await breaks(shop)
    said = await ask(shop, typed)
    assert "There is no INC-99" in said
    assert "INC-1 · Sign-up" in said


async def test_ack_and_its_words(shop):
    """Mine, longer, over: each with its answer; all of it in the journal."""
    await breaks(shop)
    assert "INC-1 is yours" in await ask(shop, "ack")
    assert "already yours" in await ask(shop, "ack INC-1")
    assert "stays yours" in await ask(shop, "ack longer")
    assert "Somebody is on INC-1 already" in await ask(shop, "ack 1", "U0BEN")
    assert "is yours" in await ask(shop, "ack INC-1 over", "U0BEN")
    assert (await row(shop)).acker == "U0BEN"
    noted = await shop.store.read(lambda c: journal.recent(c, "shop", subject="INC-1"))
    assert [(one.actor, one.data["answer"]) for one in reversed(noted)] == [
        ("U0MIA", "done"), ("U0MIA", "already_yours"), ("U0MIA", "done"), ("U0BEN", "joined"), ("U0BEN", "done"),
    ]  # fmt: skip


async def test_the_same_command_delivered_twice(shop):
    """Slack's own mark of it makes it count once; the second time says nothing."""
    await breaks(shop)
    assert await ask(shop, "ack", id="77.1.x")
    assert await ask(shop, "ack", id="77.1.x") == ""
    assert await ask(shop, "mute sign-up 2h db", id="78.1.x")
    assert await ask(shop, "mute sign-up 2h db", id="78.1.x") == ""
    assert len(await shop.store.read(lambda c: silences.active(c, "shop", shop.clock.now()))) == 1
    assert await ask(shop, "oncall swap ben until monday", id="79.1.x")
    assert await ask(shop, "oncall swap ben until monday", id="79.1.x") == ""


@pytest.mark.parametrize("typed", ["snooze 30", "snooze INC-1 soon", "snooze until whenever"])
async def test_a_time_that_cannot_be_read(shop, typed):
    """Two examples that work, and nothing sleeps."""
    await breaks(shop)
    said = await ask(shop, typed)
    assert "I do not understand the time" in said
    assert said.count("/launch snooze INC-12") == 2
    assert (await row(shop)).status is Status.OPEN


async def test_a_grave_one_sleeps_thirty_minutes_at_most(shop):
    """It says that the time was cut, and until when."""
    await breaks(shop)
    said = await ask(shop, "snooze INC-1 4h waiting for the host")
    assert "sleeps for a shorter time" in said
    assert (await row(shop)).snooze_reason == "waiting for the host"
    assert "asleep already" in await ask(shop, "snooze")
    assert "is yours" in await ask(shop, "ack")


@pytest.mark.parametrize("value", ["", "1", "1:2:3d", "x:y", "1:2:nine:4", "9" * 400, "<!channel>"])
@pytest.mark.parametrize("action", ["incident.snooze", "incident.ack", "incident.page", "incident.why"])
async def test_buttons_with_values_of_nobody(shop, action, value):
    """Whatever comes back in a button, the answer is sound, and nothing breaks."""
    await breaks(shop)
    before = await row(shop)
    await click(shop, action, value)
    assert before.sev is (await row(shop)).sev


@pytest.mark.parametrize("action", ["incident.ack", "incident.fixed", "incident.snooze", "incident.why"])
async def test_a_button_of_an_incident_that_is_not_there(shop, action):
    """It was purged, or belongs to another product: nothing is written but the answer."""
    rest = ":30m" if action.endswith("snooze") else ""
    assert "There is no INC-7" in await click(shop, action, f"7:1{rest}")
    assert await shop.incidents.live() == []


async def test_an_old_button_acts_on_the_present_outage_and_says_so(shop):
    """The incident was over and came back since that card was posted."""
    await breaks(shop)
    old = f"1:{(await row(shop)).rev}"
    for reading in (Reading.BETTER, Reading.UP, Reading.DOWN):
        now = shop.clock.now()
        say = Signal(
            "shop", "production", "sign-up", "sign-up", Trouble.REACH, Sev.ONE, reading, now, now, "HTTP 502",
            until=now if reading is Reading.BETTER else None,
        )  # fmt: skip
        await shop.incidents.signal([say])
    assert (await row(shop)).reopened == 1
    assert "earlier outage" in await click(shop, "incident.ack", old)
    assert (await row(shop)).acker == "U0MIA"


@pytest.mark.parametrize("typed", ["@ben", "U0BEN", "ben", "to ben", "BEN"])
async def test_handing_over_by_mention_and_by_name(shop, typed):
    """However they are named, they are the same person."""
    await breaks(shop)
    assert "INC-1 is handed over" in await ask(shop, f"pass INC-1 {typed}")
    assert (await row(shop)).handed_to == "U0BEN"


async def test_people_whom_nobody_knows(shop):
    """Unknown names get the known ones; somebody without Slack cannot be called."""
    await breaks(shop)
    said = await ask(shop, "pass INC-1 zoe")
    assert "mia, ben, eve" in said
    assert "You did not say who" in await ask(shop, "page")
    assert "eve has no Slack account" in await ask(shop, "pass eve")
    assert (await row(shop)).handed_to == ""


async def test_a_person_by_address(shop):
    """An address that launch.yml knows is as good as a name."""
    await breaks(shop)
    assert "the call is on its way" in await ask(shop, "page mia@shop.test please look", "U0BEN")


async def test_mute_list_and_off(shop):
    """It begins with a reason and an end, is listed, and ends early."""
    said = await ask(shop, "mute sign-up 2h moving the database")
    assert "Sign-up is muted" in said
    assert "moving the database" in await ask(shop, "mute")
    assert "I speak again" in await ask(shop, "mute off sign-up")
    assert "Nothing is muted" in await ask(shop, "mute")
    noted = await shop.store.read(lambda c: journal.recent(c, "shop"))
    assert [one.did for one in noted] == ["unmute", "mute"]


async def test_maintenance_and_a_planned_silence(shop):
    """Planned work is marked as such, may begin later, and names of several words need no quotes."""
    said = await ask(shop, "mute checkout page from tomorrow 22:00 for 2h maintenance: new server")
    assert "Checkout page will be muted" in said
    assert "do not count as downtime" in said
    [planned] = await shop.store.read(lambda c: silences.planned(c, "shop", shop.clock.now()))
    assert planned.until - planned.begins == timedelta(hours=2)
    assert planned.reason == "maintenance: new server"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("mute sign-up 2h", "Why should it be quiet?"),
        ("mute sign-up", "/launch mute sign-up 2h"),
        ("mute sign-up soonish x", "/launch mute sign-up 2h"),
        ("mute checkout page 2h", '/launch mute "checkout page" until'),
        ("mute off signup", "signup is not muted, so nothing was changed"),
        ("mute sign-up 8d because", "Why should it be quiet?"),
        ("mute sign-up 10d holiday", "That is too long"),
        ("mute signup 2h x", "Did you mean sign-up?"),
        ("mute 2h x", "is no service"),
        ("mute off 99", "Nothing is muted"),
    ],
)
async def test_mute_that_cannot_be(shop, typed, says):
    """What is missing, with examples; nothing is muted."""
    said = await ask(shop, typed)
    assert says in said
    assert "/launch mute" in said
    assert await shop.store.read(lambda c: silences.active(c, "shop", shop.clock.now())) == []


async def test_only_owners_mute(shop):
    """Others read who may."""
    assert "Only an owner may do that" in await ask(shop, "mute sign-up 2h db", "U0BEN")
    assert await shop.store.read(lambda c: silences.active(c, "shop", shop.clock.now())) == []


async def test_a_swap_and_back(shop):
    """Somebody stands in, is called first, and the swap is taken back."""
    assert "The swap is written down" in await ask(shop, "oncall swap @ben until monday 9:00")
    [turn] = await shop.store.read(lambda c: turns.ahead(c, "shop", shop.clock.now()))
    assert turn.person == "ben"
    await breaks(shop)
    duty = await shop.store.read(lambda c: shop.incidents.world(c).people.duty(c, "sign-up", shop.clock.now()))
    assert (duty.owner.slack, duty.why) == ("U0BEN", "override")
    await ask(shop, "oncall swap off")
    assert await shop.store.read(lambda c: turns.ahead(c, "shop", shop.clock.now())) == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("oncall swap", "You did not say who"),
        ("oncall swap until monday", "You did not say who"),
        ("oncall swap ben", "I do not understand the time"),
        ("oncall swap ben until 2027-11-01", "four weeks at most"),
        ("oncall swap zoe until monday", "is nobody that I know"),
        ("oncall swap U0ZOE until monday", "not in the team yet"),
        ("oncall swap eve until monday", "no Slack account"),
        ("oncall swap off", "no swap to take back"),
    ],
)
async def test_swaps_that_cannot_be(shop, typed, says):
    """What is missing, and nothing is written down."""
    assert says in await ask(shop, typed)
    assert await shop.store.read(lambda c: turns.ahead(c, "shop", shop.clock.now())) == []


async def test_why_timeline_and_export(shop):
    """Who was told, what happened, and files that hold all of it; of the last one where nothing is live."""
    await breaks(shop)
    assert "called first" in await ask(shop, "why")
    assert "INC-1" in await click(shop, "incident.timeline", "1:1")
    said = await ask(shop, "export INC-1")
    folder = shop.store.path.parent / "exports"
    assert str(folder / "INC-1.md") in said
    data = json.loads((folder / "INC-1.json").read_text())
    assert data["incident"] == "INC-1"
    assert "Severity 1" in data["events"][0]["sentence"]
    assert (folder / "INC-1.json").stat().st_mode & 0o077 == 0


async def test_an_export_without_a_disk(shop):
    """Where no file can be written, the text is there to copy."""
    await breaks(shop)
    (shop.store.path.parent / "exports").write_text("in the way")
    assert "could not write files" in await ask(shop, "export")


async def test_the_list(shop):
    """What is live with who has it."""
    await breaks(shop)
    await ask(shop, "ack")
    said = await ask(shop, "incidents")
    assert "BEING FIXED" in said


async def test_whoever_takes_it_is_shown_the_way_out(shop):
    """`You are on it` is no end: what to do comes next, and works as it is offered."""
    await breaks(shop)
    said = await ask(shop, "ack")
    assert "Show Me the Fix: launch runbook INC-1" in said.replace("/launch r", "launch r")
    assert "It's Fixed: /launch fixed INC-1" in said
    assert "I lead you through it" in await ask(shop, "runbook INC-1")
    incident = await row(shop)
    assert "already" in await click(shop, "incident.fix", f"{incident.id}:{incident.rev}")
