"""Each step of a runbook is a sentence in the story of its incident, with who took it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain import events as e
from bot.domain.folding import replay
from bot.domain.runbook.moved import Did
from bot.domain.severity import Sev, Trouble
from bot.render.spans import sentence as plain
from bot.views import happened

NOW = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
INCIDENT = replay([e.Opened(NOW, id=7, product="shop", service="shop", trouble=Trouble.REACH, key="k", sev=Sev.ONE)])


def told(did: str, **more: str) -> str:
    """The sentence."""
    given = {"title": "The site is down", "step": "Restart it at Vercel.", "said": "It Runs", **more}
    event = e.Walked(NOW, actor="U0ANA", run=1, did=did, **given)
    return plain(happened.sentence(event, INCIDENT))


@pytest.mark.parametrize("did", Did)
def test_every_step_is_a_sentence(did):
    """None is told by its code, and none has a hole in it."""
    found = told(did.value)
    assert found.endswith(".")
    assert "{" not in found
    assert len(found.split()) > 3


@pytest.mark.parametrize(
    ("did", "more", "words"),
    [
        ("answered", {}, "answered “It Runs” to: Restart it at Vercel."),
        ("checked", {"verdict": "bad", "said": "HTTP 502"}, "looked: Restart it at Vercel – not yet: HTTP 502."),
        ("checked", {"verdict": "good", "said": ""}, "looked: Restart it at Vercel – it is good."),
        ("did", {}, "did: Restart it at Vercel."),
        ("fixed", {}, "proved it: the runbook “The site is down” is at its end."),
        ("what comes later", {}, "took a step of the runbook “The site is down”."),
        ("did", {"step": "Write {domain} & <!channel>."}, "did: Write {domain} & <!channel>."),
    ],
)
def test_it_says_what_was_done(did, more, words):
    """In the words of the step."""
    assert words in told(did, **more)


def test_what_the_bot_saw_is_its_own():
    """Nobody is named for a look."""
    event = e.Walked(NOW, run=1, did="checked", step="It answers.", verdict="unknown", said="")
    assert plain(happened.sentence(event, INCIDENT)) == "The bot looked: It answers – I could not look."
