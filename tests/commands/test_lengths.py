"""How long and until when, as people type it: read in their own zone, bounded, refused in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.lengths import NotATime, reads_as_time, until

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)  # a Friday, 21:55 in Vienna
VIENNA = "Europe/Vienna"


@pytest.mark.parametrize(
    ("typed", "end", "rest"),
    [
        ("30m", "2026-11-20 21:25", ""),
        ("2h moving the database", "2026-11-20 22:55", "moving the database"),
        ("1h30m", "2026-11-20 22:25", ""),
        ("1h 30 min x", "2026-11-20 22:25", "x"),
        ("for 2 hours because", "2026-11-20 22:55", "because"),
        ("3 days off", "2026-11-23 20:55", "off"),
        ("1w", "2026-11-27 20:55", ""),
        ("until 23:00", "2026-11-20 22:00", ""),
        ("until 18:00 lunch", "2026-11-21 17:00", "lunch"),
        ("until 9am", "2026-11-21 08:00", ""),
        ("until 9 pm", "2026-11-21 20:00", ""),
        ("until tomorrow", "2026-11-21 08:00", ""),
        ("until tomorrow 22:00 db", "2026-11-21 21:00", "db"),
        ("until monday 9:00", "2026-11-23 08:00", ""),
        ("until Friday", "2026-11-27 08:00", ""),
        ("until friday 22:30", "2026-11-20 21:30", ""),
        ("until 2026-12-01 18:00 x y", "2026-12-01 17:00", "x y"),
        ("until mon at noon", "2026-11-23 11:00", ""),
        ("9:00", "2026-11-21 08:00", ""),
        ("tomorrow", "2026-11-21 08:00", ""),
    ],
)
def test_what_people_type(typed, end, rest):
    """The moment that was meant, and the words behind it."""
    words = typed.split()
    assert until(words, NOW, VIENNA) == (datetime.fromisoformat(f"{end}+00:00"), tuple(rest.split()))
    assert reads_as_time(words[0])


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "no length"),
        ("soon", '"soon" is neither'),
        ("30", "30 of what?"),
        ("0m", "ends at once"),
        ("until", "Until when?"),
        ("until whenever", "no time of day"),
        ("until 25:00", "There is no time 25:00"),
        ("until 2026-02-30", "There is no day"),
        ("until 2025-01-01", "over already"),
        ("until today 9:00", "over already"),
        ("99999d", "longer than a year"),
        ("13pm", "There is no time"),
        ("5x", "neither"),
    ],
)
def test_what_cannot_be_read(typed, why):
    """It is said what is wrong with it."""
    with pytest.raises(NotATime, match=why.replace("?", r"\?")):
        until(typed.split(), NOW, VIENNA)


def test_a_night_when_the_clocks_change():
    """In Vienna 2:30 does not exist on the last Sunday of March; an end that falls there is still an end."""
    before = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    end, _ = until(("until", "2:30"), before, VIENNA)
    assert before < end < datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


@given(st.lists(st.text(max_size=12), max_size=5))
def test_nothing_typed_breaks_it(words):
    """Either a moment that is still to come, or an explanation."""
    try:
        end, rest = until(words, NOW, VIENNA)
    except NotATime:
        return
    assert end > NOW
    assert len(rest) < len(words)
