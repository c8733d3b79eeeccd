"""The last words of a run: what its text explains on the way to the end stands below how it ended."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.runbook.book import Say
from bot.domain.runbook.run import Standing
from bot.render.text import text
from tests.views.runbook_samples import HOW_TO, ended


def test_what_is_explained_last_is_shown_at_the_end():
    """A how-to often ends with what to write down."""
    book = replace(HOW_TO, steps={**HOW_TO.steps, "words": Say("words", "Write down where you did it.", "done")})
    shown = text(ended(Standing.DONE, book=book, heard=("words",)), width=100)
    assert shown.index("Done at") < shown.index("Write down where you did it.") < shown.index("Did this help?")
    assert "Write down where" not in text(ended(Standing.DONE, book=book))
