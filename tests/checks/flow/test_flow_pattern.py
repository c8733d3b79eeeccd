"""A founder's own pattern takes what it must, and none holds anybody up, however it is written."""

from __future__ import annotations

import asyncio

import pytest

from checks.flow.model import Extract, Request, State, Step
from checks.flow.pattern import TooSlow, first, quick
from tests.checks.flow.conftest import Street
from tests.checks.flow.product import APP, page

META = '<meta name="csrf-token" content="aB3+/=" />'


@pytest.mark.parametrize(
    ("pattern", "text", "taken"),
    [
        (r'content="([^"]+)"', META, "aB3+/="),
        (r'name="csrf-token"\s+content="([^"]+)"', META, "aB3+/="),
        (r"(?:token|csrf)[^>]*content=.([^\"]+)", META, "aB3+/="),
        (r"(\d+) (?:EUR|euros?)", "nur 49 euro im Monat", "49"),
        (r"(\d+) EUR", "free", None),
        (r"(\d+)\s* EUR", "free \ud800 ü", None),
        (r"x()y*z*", "xyz", ""),
    ],
)
async def test_it_takes_what_is_in_its_group(pattern: str, text: str, taken: str | None) -> None:
    """Here, or in a process of its own: both find the same."""
    assert await first(pattern, text) == taken


@pytest.mark.parametrize("pattern", [r"(\d+)", r'a="([^"]*)"', r"([a*b+?|]+)", r"\*\+\?(x)", r"[]|*](.*?)", r"(x)"])
def test_simple_ones_are_tried_at_once(pattern: str) -> None:
    """One repeat at most; what is escaped or stands in a class is none."""
    assert quick(pattern)


@pytest.mark.parametrize("pattern", [r"(a|b)", r"(\s*x\s*)", r"(?:a?){20}(b)", r"a?(b?)", r"(?:a{3}){4}(b)"])
def test_others_are_not(pattern: str) -> None:
    """They could go back over the page again and again."""
    assert not quick(pattern)


@pytest.mark.parametrize("pattern", [r".*.*.*(x)", r"((?:a|a)*)b", r"(\s*\w*\s*\w*\s*\w*)=", r"(?:a{0,20}){20}(b)"])
async def test_one_that_would_run_for_hours_is_ended(pattern: str) -> None:
    """Nothing else of the program waits for it meanwhile."""
    meanwhile = asyncio.ensure_future(first("(b+)|c", "ab", seconds=60))
    with pytest.raises(TooSlow):
        await first(pattern, "a" * 3000, seconds=0.5)
    assert await meanwhile == "b"


async def test_a_flow_with_such_a_pattern_is_not_called_broken(street: Street) -> None:
    """Nobody knows whether the page is right; the sentence says what to change."""
    street.web.route(APP, "/long", page("Long", "a" * 3000))
    seen = await street.walk(street.flow(Step("Look", Request("/long"), extract=(Extract("x", "regex", ".*.*.*(b)"),))))
    assert (seen.state, seen.code) == (State.UNKNOWN, "could_not_look")
    assert seen.steps[0].sentence == "takes too long to search with the pattern of x; write one with fewer * and +"
