"""Summaries and reports at their extremes: nothing, everything at once, and names that try to do harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.blockkit.validator import validate_message
from bot.domain.incident import Incident, Status
from bot.domain.member import Light, Member, Outcome
from bot.domain.rota import Gap
from bot.domain.scene import Contact
from bot.domain.severity import Sev, Trouble
from bot.domain.silence import Silence
from bot.render.blocks import message
from bot.render.text import text
from bot.services.digest import Blind, Digest
from bot.services.noise import Advice, Noise, Wolf
from bot.services.oncall import Lost, Roster, Turn
from bot.store.outbox import QueueState
from bot.store.tallies import Tally
from bot.views import digest as view
from bot.views import noise as noise_view
from bot.views import oncall as oncall_view

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HARM = "<!channel> <@U0EVE> <https://evil.example|ok> *x* `y` \u202e\x07" + "long " * 300
ANA = Contact("ana", "U0ANA")
ROSTER = Roster(NOW, "UTC", (Turn(("shop",), ANA, None, "owner"),))


def incident(id: int, sev: Sev = Sev.ONE) -> Incident:
    """One that fails."""
    member = Member(HARM, Trouble.REACH, HARM, sev, Light.RED, False, NOW, NOW, HARM)
    key, reach = f"k{id}", Trouble.REACH
    return Incident(id, "shop", "production", HARM, reach, key, Status.OPEN, sev, NOW, NOW, 1, 1, members=(member,))


def everything() -> Digest:
    """A very bad morning."""
    ended = {"status": Status.CLOSED, "resolved_at": NOW + timedelta(hours=3), "outcome": Outcome.AUTO}
    return Digest(
        now=NOW,
        day=NOW.date(),
        since=NOW - timedelta(days=1),
        late=timedelta(hours=5),
        live=tuple(incident(id) for id in range(200)),
        waiting=tuple(incident(id, Sev.THREE) for id in range(200, 400)),
        over=tuple(replace(incident(id), **ended) for id in range(400, 500)),
        muted=tuple(Silence(str(id), HARM, None, NOW, NOW, HARM, "U0ANA") for id in range(100)),
        roster=replace(
            ROSTER,
            gaps=tuple(Gap(HARM, NOW, NOW, "unreachable", (HARM, HARM)) for _ in range(50)),
            lost=tuple(Lost(HARM, "left") for _ in range(50)),
            turns=tuple(Turn((HARM,) * 40, ANA, ANA, "shift", NOW, ANA) for _ in range(40)),
        ),
        yesterday=tuple(Tally(HARM, 5, 7, 9, 3) for _ in range(1000)),
        blind=tuple(Blind(HARM, NOW, HARM) for _ in range(1000)),
        queue=QueueState(90, NOW - timedelta(hours=2), 8),
        unseen_s=8000,
    )


NOTHING = Digest(NOW, NOW.date(), NOW, None, (), (), (), (), ROSTER, (), (), QueueState(0, None, 0))
WEEK = Noise(NOW - timedelta(days=7), NOW, 17, 3, 9, 4, (), None)
WILD = replace(
    WEEK,
    wolves=tuple(Wolf(HARM, one, 9, timedelta(minutes=4)) for one in Trouble),
    advice=Advice(HARM, 0, "every: 2m", "A real outage is noticed up to a minute later."),
)


@pytest.mark.parametrize(
    "document",
    [
        view.digest(NOTHING),
        view.digest(everything()),
        view.morning(()),
        view.morning(everything().waiting),
        noise_view.noise(WEEK),
        noise_view.noise(WILD),
        oncall_view.oncall(everything().roster),
        oncall_view.notice(everything().roster),
        oncall_view.notice(ROSTER),
        oncall_view.notice(replace(ROSTER, nobody=True, turns=(Turn((), Contact(), None, "installer"),))),
    ],
    ids=["quiet", "all", "none", "many", "week", "wolves", "oncall", "gaps", "covered", "nobody"],
)
def test_every_summary_is_a_message_that_slack_takes(document):
    """Within all limits; text from outside calls nobody and leads nowhere; a sentence for a phone."""
    sent = message(document)
    assert validate_message(sent) == []
    shown = repr(sent)
    for harm in ("<!channel>", "<@U0EVE>", "<https://evil", "\u202e", "\x07"):
        assert harm not in shown
    assert 10 < len(sent["text"]) <= 300
    assert text(document)


def test_a_wolf_without_a_known_line_names_the_file():
    """The file may have changed since."""
    said = text(noise_view.noise(WILD, "shop.yml"), width=300)
    assert "in shop.yml:" in said
    assert "17 messages, 3 led to an action" in said


def test_a_share_is_never_rounded_up_to_all():
    """One failure of many is seen; a few looks have no share."""
    day = replace(NOTHING, yesterday=(Tally("A", 99_999, 1, 0), Tally("B", 9, 1, 0), Tally("C", 50, 0, 2, 4)))
    said = text(view.digest(day), width=300)
    assert "A: 1 of 100,000 looks failed (up 99.99 %)" in said
    assert "B: 1 of 10 looks failed\n" in said
    assert "C: no look of 50 failed; not counted: 2 that saw nothing; not counted: 4 during announced work" in said


def test_messages_that_do_not_get_through_are_no_quiet_day():
    """The one that is being sent is not one of them."""
    stuck = replace(NOTHING, queue=QueueState(3, NOW - timedelta(minutes=40), 0))
    assert "messages waiting since" in text(view.digest(stuck), width=300)
    fresh = replace(NOTHING, queue=QueueState(1, NOW - timedelta(seconds=2), 0))
    assert fresh.quiet
