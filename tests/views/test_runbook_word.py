"""A word to who is not looking at a run: true at the moment of sending, valid in Slack, and it says where to go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.blockkit.validator import validate_message
from bot.domain.runbook.book import Do, Runbook, Sort
from bot.domain.runbook.known import Known
from bot.domain.runbook.moved import Wake
from bot.domain.runbook.run import Run, Standing
from bot.render.blocks import message
from bot.render.text import text
from bot.views.runbook import State
from bot.views.runbook_word import word

NOW = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
STEP = Do("restart", "Restart it at {host_provider}.\nThen wait.", "done")
BOOK = Runbook("site_down", "The site is down", Sort.BROKEN, (), (), "", "", (), (), {"restart": STEP})
RUN = Run(1, "shop", "site_down", "", 7, "", "", "", "U0MIA", NOW, NOW, "restart", Standing.OPEN, 3, reminded=1)


def said(why: Wake, *, thread: bool = True, **changes: object) -> str | None:
    """What it says as text; checked for Slack on the way."""
    run = replace(RUN, **changes)  # type: ignore[arg-type]
    if run.standing not in (Standing.OPEN, Standing.CHECKING, Standing.WAITING):
        run = replace(run, ended_at=NOW + timedelta(minutes=9))
    found = word(State(run, BOOK, Known({"host_provider": "Vercel"}, {}, {}, NOW), 3, NOW), why, thread=thread)
    if found is None:
        return None
    assert validate_message(message(found)) == []
    return text(found, width=100)


@pytest.mark.parametrize(
    ("why", "changes", "words"),
    [
        (Wake.GOOD, {}, ("It is good now", "The next step: Restart it at Vercel.", "in the thread of INC-7")),
        (Wake.GOOD, {"standing": Standing.FIXED}, ("Fixed and proven",)),
        (Wake.LATE, {}, ("It takes too long", "The next step: Restart it at Vercel.")),
        (Wake.SILENT, {}, ("Are you still on it?", "Stop Here")),
        (Wake.SILENT, {"reminded": 2, "drill": True}, ("DRILL · Are you still on it?", "then I put it away")),
        (Wake.LEFT, {"standing": Standing.LEFT}, ("Put away", "/launch runbook site_down")),
        (Wake.LEFT, {"standing": Standing.LEFT, "remark": "gone"}, ("text is no longer there",)),
        (Wake.OVER, {"standing": Standing.OVER}, ("It is over", "INC-7 has ended meanwhile")),
        (Wake.TAKEN, {"holder": "U0BEN"}, ("Somebody else does it now", "U0BEN")),
    ],
)
def test_it_says_what_has_happened_and_where_to_go_on(why, changes, words):
    """In words that need no message beside them."""
    found = said(why, **changes)
    assert found is not None
    for one in words:
        assert one in found.replace("\n", " "), found


@pytest.mark.parametrize(
    ("why", "changes"),
    [
        (Wake.NOBODY, {}),
        (Wake.SILENT, {"reminded": 0}),
        (Wake.SILENT, {"standing": Standing.FIXED}),
        (Wake.LATE, {"standing": Standing.OVER}),
        (Wake.LEFT, {}),
        (Wake.OVER, {}),
        (Wake.TAKEN, {"standing": Standing.LEFT}),
        (Wake.GOOD, {"standing": Standing.LEFT}),
    ],
)
def test_what_is_no_longer_true_is_not_said(why, changes):
    """A late word tells nobody of what is over, or of a silence that has ended."""
    assert said(why, **changes) is None


def test_without_a_thread_it_is_further_up():
    """The run's own message is in the same conversation."""
    found = said(Wake.SILENT, thread=False)
    assert found is not None
    assert "in this conversation, further up" in found.replace("\n", " ")
