"""A run of a drill asks nobody to write to people outside."""

from __future__ import annotations

import pytest

from bot.render.text import text
from tests.views.drill_samples import DRILLS


@pytest.mark.parametrize("name", ["drill_call", "drill_notice", "drill_handed_over"])
def test_nobody_outside_hears_of_a_drill(name):
    """Neither customers nor a helpline are written to; nothing goes on being watched."""
    shown = text(DRILLS[name](), width=100)
    assert "DRILL" in shown
    assert not any(words in shown for words in ("Send them this", "Put it", "I go on watching"))
