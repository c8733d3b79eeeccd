"""Every reader of strangers' words, found by walking the package: nothing stops one, and none takes its time.

A new public function that takes a text, bytes, an answer or the like is tried here without being named. One that
cannot be called by its types alone must be given a value, or a reason.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.checks import readers
from tests.growth import slow_pieces

CALLS = readers.calls()
PIECES = (
    "a", " ", ".", "a.", ";", ",", "=", ":", "-", "\\", '"', "'", "`", "\n", "\t", "\0", "\x7f", "é", "\u2028", "0",
    "%", "&#x41;", "<", "<a href=", "<script src=", "<!--", "<meta ", "<p>", "</p>", "{", "[", "(", '{"a":', "[[",
    "//", "/*", "../", "http://", "http://localhost:3000/a ", '"http://127.0.0.1:1/a"', "eyJhbGciOi", "sk_live_",
    "AKIA", "-----BEGIN PRIVATE KEY-----", "//# sourceMappingURL=", "data:application/json;base64,", "Disallow: /\n",
    "User-agent: *\n", "Sitemap: /a\n", "max-age=1,", "a=b; ", "url(", "@import ", "xn--", "include:a.b ", "1.2.3.4 ",
    "A" * 63 + ".", "default-src ", "<url><loc>", "a@b.c ", "4111 1111 1111 1111 ",
)  # fmt: skip
WORDS = st.sampled_from(PIECES)
TEXTS = st.text(max_size=200) | st.lists(WORDS | st.text(max_size=8), max_size=30).map("".join)


def test_every_reader_is_called_or_has_a_reason():
    """By its types; a type that is not known here needs a value."""
    missing = {
        name: readers.wanted(each)
        for name, each in readers.foreign().items()
        if name not in CALLS and name not in readers.NOT_READERS
    }
    assert not missing
    assert set(readers.NOT_READERS) <= set(readers.functions())
    assert len(CALLS) > 110


@pytest.mark.parametrize("reader", CALLS)
def test_no_text_stops_a_reader(reader):
    """Any text gets an answer, or an error that the function names."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(TEXTS)
    def try_it(text: str) -> None:
        CALLS[reader](text)

    try_it()


@pytest.mark.slow
@pytest.mark.parametrize("reader", CALLS)
def test_64_kib_of_anything_take_a_reader_a_moment(reader):
    """The same piece again and again, with an odd end: four times as much takes about four times as long."""
    assert not slow_pieces(CALLS[reader], PIECES, end="!")
