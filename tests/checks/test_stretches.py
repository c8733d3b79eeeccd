"""A founder's own pattern is found wherever it stands, and no page makes it run for long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.stretches import LENGTH, SPAN, first
from tests.growth import slow_pieces

PRICE = re.compile(r"price: (\d+) EUR")


@given(before=st.integers(0, 3 * LENGTH), after=st.integers(0, 2 * LENGTH))
def test_it_is_found_wherever_it_stands(before: int, after: int) -> None:
    """As in one search over the whole text, also across the edge of a stretch."""
    text = "<p>" * (before // 3) + " " * (before % 3) + "price: 49000 EUR" + "." * after
    whole, found = PRICE.search(text), first(PRICE, text)
    assert whole is not None
    assert found is not None
    assert (found.span(), found[1]) == (whole.span(), "49000")


@pytest.mark.parametrize("at", [0, 1, SPAN - 1, LENGTH - SPAN, LENGTH - 8, LENGTH, 2 * LENGTH - 3])
def test_what_stands_at_an_edge_is_whole(at: int) -> None:
    """A number is never cut, and the end of a stretch is not the end of the text."""
    text = "x" * at + "1234567890" + "x" * LENGTH
    found = first(re.compile(r"(\d+)"), text)
    assert found is not None
    assert found[1] == "1234567890"
    assert first(re.compile(r"(\d+)$"), text) is None
    assert first(re.compile(r"(\d+)$"), text[: at + 10]) is not None


def test_as_far_apart_as_is_promised() -> None:
    """A begin and an end that lie so far apart belong together."""
    text = "." * (LENGTH - SPAN - 1) + "<" + "a" * (SPAN - 2) + ">" + "." * LENGTH
    assert first(re.compile(r"<(a+)>"), text) is not None
    assert first(re.compile(r"(nothing)"), "") is None


def test_one_long_line_is_no_trap() -> None:
    """A page that is one line, of which nothing fits."""
    pattern = re.compile(r"([a-z-]+)-token")
    assert first(pattern, "ab-cd" * 12_000) is None
    assert not slow_pieces(lambda text: first(pattern, text), ["ab-cd"])
