"""Unpacking within a bound."""

from __future__ import annotations

import gzip
import zlib
from encodings import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.net.body import BadEncoding, Body
from checks.net.facts import Exchange
from tests.growth import worse_than_linear


@given(
    st.binary(max_size=5000), st.integers(1, 700), st.integers(0, 6000), st.sampled_from(["gzip", "deflate", "", "br"])
)
def test_any_cut_of_any_body_gives_its_beginning(data: bytes, step: int, cap: int, encoding: str) -> None:
    """However it arrives in pieces, at most `cap` bytes are kept, and they are the first ones."""
    raw = {"gzip": gzip.compress, "deflate": zlib.compress}.get(encoding, bytes)(data)
    body = Body(cap, encoding)
    for start in range(0, len(raw), step):
        body.take(raw[start : start + step])
    assert body.content == data[: len(body.content)]
    assert len(body.content) <= cap
    if not body.truncated:
        assert body.content == data
    if len(data) > cap:
        assert body.truncated


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate"]))
def test_random_bytes_are_unpacked_or_refused(data: bytes, encoding: str) -> None:
    """Only BadEncoding comes out."""
    body = Body(1000, encoding)
    try:
        body.take(data)
    except BadEncoding:
        return
    assert len(body.content) <= 1000


def test_several_gzip_members_are_one_body() -> None:
    """RFC 1952 allows it, and some servers do it."""
    body = Body(100, "gzip")
    body.take(gzip.compress(b"one ") + gzip.compress(b"two") + b"trailing")
    assert body.content == b"one two"


def test_endless_empty_members_end() -> None:
    """Compressed bytes that hold nothing count against the cap too."""
    body = Body(1000, "gzip")
    for _ in range(200):
        body.take(gzip.compress(b""))
    assert body.truncated


def test_a_body_that_is_not_what_it_says_is_refused() -> None:
    """The sentence names the encoding."""
    with pytest.raises(BadEncoding, match="gzip"):
        Body(10, "gzip").take(b"plain text")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "é"),
        ("latin-1", "Ã©"),
        ("WINDOWS-1252", "Ã©"),
        ('"utf-8"', "é"),
        ("shift_jis", "ﾃｩ"),
        ("nonsense", "é"),
        ("\0", "é"),
        ("punycode", "é"),
        ("idna", "é"),
        ("unicode_escape", "é"),
        ("zlib", "é"),
        ("undefined", "é"),
    ],
)
def test_only_charsets_that_browsers_know_are_used(charset: str, text: str) -> None:
    """Anything else counts as UTF-8."""
    headers = (("content-type", f"text/html; charset={charset}"),)
    exchange = Exchange("https://a.test/", headers=headers, body="é".encode())
    assert exchange.text == text


def test_no_charset_makes_a_page_slow() -> None:
    """Python's punycode would take hours for this one: four times the page takes about four times as long."""
    for name in {*aliases.aliases, *aliases.aliases.values()}:
        headers = (("content-type", f"a; charset={name}"),)

        def read(size: int, headers: tuple[tuple[str, str], ...] = headers) -> None:
            assert Exchange("https://a.test/", headers=headers, body=b"9" * size).text

        assert worse_than_linear(read, 4_000) is None, name
        assert worse_than_linear(read, 25_000) is None, name
