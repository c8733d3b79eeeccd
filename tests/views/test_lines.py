"""Lines under a card and messages to one person: a sentence for each thing that matters, and buttons to answer it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.blockkit.validator import validate_message
from bot.domain import events as e
from bot.domain.decision import HERE, Why
from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.domain.member import Outcome
from bot.domain.severity import Sev
from bot.render.blocks import message
from bot.render.text import text
from bot.views.card import State
from bot.views.lines import Told, direct, line
from tests.views.incident_samples import ACKED, ASLEEP, HOSTILE, NOW, SEEN, STATES, incident, minutes, over, state

GOLDEN = Path(__file__).parent.parent / "golden" / "lines.txt"
LATER = NOW + minutes(24)


def acked() -> Incident:
    """Ana is on it."""
    return incident(**ACKED)


CASES: dict[Why, tuple[Incident, Event, tuple[str, ...]]] = {
    Why.OPENED: (incident(), e.Announced(NOW), ("U0ANA",)),
    Why.CHANGED: (incident(), e.MemberUp(NOW), ()),
    Why.ACKED: (acked(), e.Acked(NOW, actor="U0ANA", until=LATER), ()),
    Why.JOINED: (acked(), e.Joined(NOW, actor="U0BEN"), ()),
    Why.EXTENDED: (acked(), e.Extended(NOW, actor="U0ANA", until=LATER), ()),
    Why.ACK_ENDS_SOON: (acked(), e.AckWarned(NOW), ()),
    Why.ACK_ENDED: (incident(), e.AckEnded(NOW, before="U0ANA"), ("U0ANA", "U0BEN")),
    Why.TAKES_LONG: (acked(), e.ExtensionRefused(NOW, actor="U0ANA"), ()),
    Why.TAKEN_OVER: (acked(), e.TakenOver(NOW, actor="U0ANA", before="U0BEN", until=LATER), ("U0BEN",)),
    Why.HANDED_OVER: (incident(handed_to="U0BEN"), e.HandedOver(NOW, actor="U0ANA", to="U0BEN"), ("U0BEN",)),
    Why.SNOOZED: (incident(**ASLEEP), e.Snoozed(NOW, actor="U0ANA", until=LATER, reason="the provider knows"), ()),
    Why.WOKE: (incident(), e.Woke(NOW), ("U0ANA",)),
    Why.WORSE: (incident(), e.Worsened(NOW, sev=Sev.ONE), ("U0ANA",)),
    Why.RED_AGAIN: (incident(), e.RedAgain(NOW), ()),
    Why.FIX_REFUSED: (incident(), e.FixRefused(NOW, evidence=SEEN), ()),
    Why.RESOLVED: (
        over(Outcome.HUMAN, resolved_by="U0ANA"), e.Resolved(NOW, actor="U0ANA", outcome=Outcome.HUMAN), (),
    ),
    Why.REMOVED: (over(Outcome.REMOVED), e.Resolved(NOW, outcome=Outcome.REMOVED), ()),
    Why.REOPENED: (incident(reopened=1), e.Reopened(NOW), ("U0ANA",)),
    Why.MERGED: (over(Outcome.MERGED, parent=7), e.Merged(NOW, parent=7), ()),
    Why.NOBODY_YET: (incident(), e.Escalated(NOW, step=2, told=(HERE,)), (HERE,)),
    Why.PAGED: (incident(), e.Paged(NOW, actor="U0ANA", whom="U0BEN", why="I cannot reach the host"), ("U0BEN",)),
    Why.UNSTABLE: (incident(), e.FlappingBegan(NOW, until=LATER), ()),
    Why.CALM_RED: (incident(), e.FlappingEnded(NOW), ("U0ANA",)),
    Why.MUTED: (incident(), e.Muted(NOW, silence="3", until=LATER, reason="moving the database"), ()),
    Why.SILENCED_SEV1: (incident(**{**ASLEEP, "silence": "3"}), e.Opened(NOW), ()),
    Why.NOTED: (incident(), e.Noted(NOW, actor="U0BEN", text="It is the database."), ()),
}  # fmt: skip
"""Every reason to say something, with the state and the event behind it."""


def told(why: Why, **more: Any) -> tuple[State, Told]:
    """The state and the occasion, as a thread line sees them."""
    found, event, mention = CASES[why]
    return state(found, calls=frozenset(mention)), Told(why.value, event, mention, **more)


def test_every_reason_has_a_case():
    """A reason that is added later needs its words and its line here."""
    assert set(CASES) == set(Why)


def test_the_words_are_as_agreed():
    """All lines and direct messages in one file that people have read."""
    parts = []
    for why in CASES:
        found, occasion = told(why)
        parts.append(f"# {why.value}\n{text(line(found, occasion), width=400).strip()}\n")
        to = replace(occasion, to="U0ANA" if why is not Why.HANDED_OVER else "U0BEN", mention=())
        parts.append(f"{text(direct(replace(found, calls=None), to), width=400).strip()}\n")
    present = "\n".join(parts)
    if os.environ.get("LAUNCH_UPDATE_GOLDEN"):
        GOLDEN.write_text(present, encoding="utf-8")
    assert present == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("why", CASES)
def test_a_line_is_one_short_paragraph(why):
    """Sound, without a header, a full sentence on the phone too, and it calls nobody but those who are meant."""
    found, occasion = told(why)
    payload = message(line(found, occasion))
    assert validate_message(payload) == []
    [block] = payload["blocks"]
    assert block["type"] == "section"
    shown = block["text"]["text"]
    assert len(shown) <= 700
    assert set(re.findall(r"<@(\w+)>", shown)) == set(occasion.mention) - {HERE}
    assert ("<!here>" in shown) == (HERE in occasion.mention)
    assert payload["text"].startswith("INC-12: ")
    assert payload["text"][-1] in ".!?"
    assert len(payload["text"]) <= 150
    assert "U0" not in payload["text"]


def test_whoever_is_called_finds_the_way_out_in_the_message():
    """On a phone, at night: what customers feel, and the runbook that leads out of it, without looking for the card."""
    found, occasion = told(Why.OPENED)
    for shown in (found, replace(found, runbook="")):
        payload = message(direct(shown, replace(occasion, to="U0ANA")))
        [row] = [block for block in payload["blocks"] if block["type"] == "actions"]
        assert ("incident.fix" in [one["action_id"] for one in row["elements"]]) == bool(shown.runbook)


@pytest.mark.parametrize("why", CASES)
def test_a_message_to_one_person_can_be_answered_there(why):
    """Sound, with the state as its headline, what comes next as its last line, and a primary button while it lives."""
    found, occasion = told(why)
    payload = message(direct(replace(found, calls=None), replace(occasion, to="U0ANA")))
    assert validate_message(payload) == []
    assert payload["blocks"][0]["type"] == "header"
    assert "INC-12 · Next: " in payload["blocks"][-1]["elements"][0]["text"]
    [row] = [block for block in payload["blocks"] if block["type"] == "actions"]
    assert all(re.fullmatch(r"12:4(:30m|:site_down)?", one["value"]) for one in row["elements"])
    if found.incident.live and found.incident.acker != "U0ANA":
        first = "incident.keep_open" if why is Why.FIX_REFUSED else "incident.ack"
        assert row["elements"][0]["action_id"] == first
        assert row["elements"][0]["style"] == "primary"
    assert "<!here>" not in json.dumps(payload)


def test_who_is_asked_for_news_can_extend_or_hand_over():
    """The two answers to "do you need longer?"."""
    found, occasion = told(Why.ACK_ENDS_SOON, to="U0ANA")
    row = next(one for one in message(direct(found, occasion))["blocks"] if one["type"] == "actions")
    assert [one["action_id"] for one in row["elements"]] == ["incident.extend", "incident.pass"]
    assert row["elements"][0]["style"] == "primary"


def test_who_is_called_while_another_is_on_it_is_offered_to_help():
    """Their button joins, and says so."""
    found, occasion = told(Why.TAKES_LONG, to="U0BEN")
    row = next(one for one in message(direct(found, occasion))["blocks"] if one["type"] == "actions")
    assert [(one["text"]["text"], one["action_id"]) for one in row["elements"]] == [("I Help", "incident.ack")]


def test_a_hand_over_speaks_to_the_one_who_gets_it():
    """As "you" in the message, by name in the thread."""
    found, occasion = told(Why.HANDED_OVER)
    assert "handed it over to you" in text(direct(found, replace(occasion, to="U0BEN")))
    assert "who has to take it" in text(line(found, occasion))


def test_what_comes_late_says_so():
    """Offline for twenty-one minutes."""
    found, occasion = told(Why.NOBODY_YET, late_s=1260)
    assert "(Late: I was offline for 21 minutes.)" in text(line(found, occasion), width=400)


def test_hostile_words_stay_words():
    """A note of a megabyte calls nobody and fits."""
    found, occasion = told(Why.NOTED)
    evil = replace(occasion, event=e.Noted(NOW, actor="U0BEN", text=HOSTILE))
    payload = message(line(found, evil))
    assert validate_message(payload) == []
    assert "<!channel" not in json.dumps(payload)
    assert len(json.dumps(payload)) < 4_000
    worst = message(direct(STATES["open_hostile"](), replace(occasion, to="U0ANA")))
    assert validate_message(worst) == []
