"""How much may be said, how soon, and how often: outages of fifty monitors, of a whole day, of two hundred at once."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.domain.asks import Reading, Signal
from bot.domain.severity import Sev, Trouble
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.store import incidents, outbox, timers
from bot.store.outbox import Kind, State
from tests.scenarios.story import FILE, LAUNCH, OPS, a_story

MARKS = ["", "\u202e", "```", "<!channel>", "\x00"]
HEAD = FILE.split("monitors:")[0]


def shop(services: int, each: int) -> str:
    """A product of so many services on one host, with so many monitors each."""
    owners = "".join(f"  s{n}: {{owner: mia, backup: ben, critical: true}}\n" for n in range(services))
    monitors = "".join(
        f"  - {{name: M{n}, url: https://shop.test/{n}, service: s{n // each}, every: 30s}}\n"
        for n in range(services * each)
    )
    before, after = HEAD.split("services:\n")
    channels = after[after.index("channels:") :]
    return f"{before}services:\n{owners}{channels}monitors:\n{monitors}"


def _cards_waiting(connection: sqlite3.Connection) -> int:
    """How many cards, and calls about a SEV1, are still to be sent."""
    [count] = connection.execute(
        "SELECT count(*) FROM outbox WHERE state <> 'sent' AND (kind = 'root' OR kind = 'dm' AND prio < 20)"
    ).fetchone()
    return int(count)


async def test_fifty_monitors_of_one_host_are_one_card_and_three_messages_at_most(tmp_path, measured):
    """They fail together: one card, whose first word is what all of them share."""
    async with a_story(tmp_path, shop(10, 5)) as story:
        await story.advance(35)
        story.fail(*(f"M{n}" for n in range(50)))
        await story.advance(minutes=4, stride=2)
        told = [one for one in story.seen() if one.kind != "edit"]
        cards = [one for one in told if one.kind == "card"]
        measured("50 monitors of one host fail together", f"{len(cards)} card, {len(told)} messages with it")
        assert len(cards) == 1, cards
        assert len(told) <= 3, told
        [live] = await story.store.read(lambda c: incidents.live(c, "shop"))
        assert (live.trouble, live.service, len({one.probe for one in live.members})) == (Trouble.REACH, "", 50)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_day_of_five_minute_flapping_is_one_incident_and_eight_messages_about_its_turns(tmp_path, measured):
    """Calls that nobody answered are counted apart: damping never hides them."""
    async with a_story(tmp_path) as story:
        await story.advance(35)
        for _ in range(24 * 6):
            story.fail("Sign-up")
            await story.advance(minutes=5, stride=20)
            story.heal()
            await story.advance(minutes=5, stride=20)
        rows = await story.store.read(lambda c: outbox.trail(c, "shop", "incident:1"))
        count = await story.store.read(lambda c: len(incidents.recent(c, "shop")))
        calls = {"opened", "nobody_yet"}
        turns = [row for row in rows if row.kind is not Kind.EDIT and row.said.get("why") not in calls]
        measured("24 h of five minutes down, five up", f"{count} incident, {len(turns)} messages about its turns")
        assert count == 1
        assert len(turns) <= 8, Counter(str(row.said.get("why")) for row in turns)
        assert sum(row.said.get("why") == "nobody_yet" for row in rows) >= 24
        story.seen()


async def test_a_hundred_restarts_in_the_middle_change_nothing(tmp_path, measured):
    """One card, and each call within two seconds of its time."""
    async with a_story(tmp_path) as story:
        await story.advance(35)
        story.fail("Sign-up")
        messenger = story.postman._messenger
        planned: set[datetime] = set()
        for _ in range(100):
            await story.advance(36)
            for each in await story.store.read(lambda c: timers.of(c, 1)):
                planned.add(each.due_at)
            await story.watch.stop()
            await story.postman.stop(0.0)
            story.begin(messenger)
            await story.postman.recover()
            await story.watch.load()
        log = await story.store.read(lambda c: incidents.events(c, 1))
        rows = await story.store.read(lambda c: outbox.trail(c, "shop", "incident:1"))
        roots = sum(row.kind is Kind.ROOT for row in rows)
        assert roots == 1
        assert len([one for one in story.seen() if one.kind == "card"]) == 1
        calls = [event.at for event in log if type(event).__name__ in ("Escalated", "Repeated")]
        late = [min(abs((at - one).total_seconds()) for one in planned) for at in calls[1:]]
        measured(
            "100 restarts in the middle", f"{roots} card, {len(calls)} calls at most {max(late):.2f} s off their time"
        )
        assert len(calls) >= 6
        assert max(late) <= 2.0, late


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_two_hundred_incidents_a_minute_are_all_told_the_worst_first(tmp_path, measured):
    """Thirty of them SEV1, two channels, Slack's own pace and two 429 on top: no SEV1 waits longer than a minute."""
    async with a_story(tmp_path, limits=True) as story:
        other = tmp_path / "other.yml"
        other.write_text(FILE.replace(OPS, LAUNCH))
        elsewhere = Config.read(other)
        second = Incidents(story.store, story.clock, lambda: elsewhere, lambda: None)
        for channel in (OPS, LAUNCH):
            story.slack.fault("rate_limited", method="chat.postMessage", channel=channel, retry_after=5, times=1)
        for number in range(200):
            sev = Sev.ONE if number % 20 in (0, 7, 13) else Sev.TWO
            now = story.clock.now()
            trouble = Trouble.LEAK if sev is Sev.ONE else Trouble.MAIL
            signal = Signal(
                "shop", "production", f"part {number}", f"probe {number}", trouble, sev, Reading.DOWN,
                now - timedelta(minutes=5), now, "seen",
            )  # fmt: skip
            await (story.incidents, second)[number % 2].signal([signal])
            if number % 10 == 9:
                await story.advance(3)
        while await story.store.read(_cards_waiting):
            await story.advance(5)
        every = await story.store.read(lambda c: incidents.recent(c, "shop", limit=300))
        assert Counter(one.sev for one in every) == {Sev.ONE: 30, Sev.TWO: 170}
        waited: dict[Sev, list[float]] = {Sev.ONE: [], Sev.TWO: []}
        for one in every:
            trail = await story.store.read(lambda c, n=one.id: outbox.trail(c, "shop", f"incident:{n}"))
            [card] = [row for row in trail if row.kind is Kind.ROOT]
            assert card.state is State.SENT, card.last_error
            waited[one.sev].append((card.sent_at - one.opened_at).total_seconds())
            if one.sev is Sev.ONE:
                called = [row.sent_at for row in trail if row.kind is Kind.DM and row.state is State.SENT]
                waited[Sev.ONE].append((min(called) - one.opened_at).total_seconds())
        figures = (
            f"all {len(every)} sent, oldest SEV1 {max(waited[Sev.ONE]):.0f} s, oldest SEV2 {max(waited[Sev.TWO]):.0f} s"
        )
        measured("200 incidents in a minute, two channels, 429 on each", figures)
        assert max(waited[Sev.ONE]) <= 60, sorted(waited[Sev.ONE])[-5:]
        assert max(waited[Sev.TWO]) <= 600
        story.seen()


@example("x", 1 << 20, "<!channel>")
@example("\U0001f469\u200d\U0001f680\u0301\u05d0\u0627\ufdfd\U0010ffff", 1 << 20, "\u202e")
@settings(max_examples=12, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(min_size=1, max_size=400),
    st.integers(1, 1 << 20),
    st.sampled_from(["", "\u202e", "```", "<!channel>", "\x00"]),
)
async def test_any_evidence_is_delivered(tmp_path_factory, text, length, mark):
    """A megabyte, any Unicode, marks that would call everybody: the card and the message to the owner arrive."""
    evidence = ((mark + text) * (length // len(mark + text) + 1))[:length]
    async with a_story(tmp_path_factory.mktemp("story")) as story:
        await story.advance(35, stride=5)
        story.fail("Sign-up", evidence=evidence)
        await story.advance(70, stride=5)
        told = story.seen()
        assert {"card", "message"} <= {one.kind for one in told}
        rows = await story.store.read(lambda c: outbox.trail(c, "shop", "incident:1"))
        assert {row.state for row in rows if row.kind is not Kind.EDIT} == {State.SENT}
        assert all("<!channel>" not in str(one.shown.get("blocks")) for one in told)
