"""Silences have an end and a reason, and cover what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.severity import Trouble
from bot.domain.silence import Refusal, Silence, covering, silence_for

NOW = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make(**more: object) -> Silence | Refusal:
    """An hour for the shop."""
    given = {"id": "1", "service": "shop", "trouble": None, "length": HOUR, "reason": " moving ", "author": "UANA"}
    return silence_for(**{**given, "now": NOW, **more})


def test_it_lasts_as_long_as_was_asked():
    """From now, or from later on."""
    one = make()
    assert (one.begins, one.until, one.reason) == (NOW, NOW + HOUR, "moving")
    assert make(begins=NOW + HOUR).until == NOW + 2 * HOUR
    assert make(length=timedelta(days=7)).until == NOW + timedelta(days=7)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"reason": "  "}, Refusal.NO_REASON),
        ({"length": timedelta(0)}, Refusal.NO_END),
        ({"length": timedelta(days=7, seconds=1)}, Refusal.TOO_LONG),
        ({"length": timedelta(seconds=-1)}, Refusal.NO_END),
        ({"begins": NOW - HOUR}, Refusal.NO_END),
        ({"begins": NOW - 2 * HOUR}, Refusal.NO_END),
    ],
)
def test_what_has_no_reason_or_no_end_is_refused(more, why):
    """And what lasts longer than a week."""
    assert make(**more) is why


def test_it_covers_what_it_says_while_it_lasts():
    """Service, kind, environment; empty means all."""
    one = make(trouble=Trouble.LATENCY)
    assert one.covers("shop", Trouble.LATENCY)
    assert not one.covers("shop", Trouble.REACH)
    assert not one.covers("app", Trouble.LATENCY)
    assert make(service="").covers("app", Trouble.REACH, "staging")
    assert not make(environment="staging").covers("shop", Trouble.REACH)
    assert [one.active(NOW + n * HOUR / 2) for n in (-1, 0, 1, 2)] == [False, True, True, False]


def test_lifted_early_it_is_over():
    """At once."""
    one = replace(make(), lifted_at=NOW + HOUR / 2)
    assert one.ends == NOW + HOUR / 2
    assert not one.active(NOW + HOUR / 2)


def test_of_several_the_one_that_ends_last_counts():
    """So that nobody is woken in between."""
    short, long = make(), make(id="2", length=2 * HOUR)
    assert covering([long, short], "shop", Trouble.REACH, NOW) is long
    assert covering([short], "shop", Trouble.REACH, NOW + HOUR) is None
