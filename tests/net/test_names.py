"""Names and URLs as people and headers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.net.names import address_of, to_ascii
from checks.net.urls import follow, parse

GOOD = [
    ("Example.COM.", "example.com"),
    ("  shop.example ", "shop.example"),
    ("münchen.example", "xn--mnchen-3ya.example"),
    ("faß.example", "xn--fa-hia.example"),
    ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
    ("ＥＸＡＭＰＬＥ.com", "example.com"),
    ("_dmarc.example.com", "_dmarc.example.com"),
    ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
    ("localhost", "localhost"),
]
BAD = [
    ("", "missing"),
    ("   ", "missing"),
    ("192.0.2.1", "IP address"),
    ("[::1]", "IP address"),
    ("https://example.com/", "only the domain"),
    ("me@example.com", "only the domain"),
    ("a..example", "empty part"),
    (".example", "empty part"),
    ("-a.example", "not a valid part"),
    ("a b.example", "not a valid part"),
    ("a" * 64 + ".example", "not a valid part"),
    ("a." * 130 + "example", "too long"),
    ("x" * 100_000, "too long"),
    ("1.2.3.999", "neither"),
    ("☃️‍.example", "cannot be a domain name"),
    ("a\x00b.example", "not a valid part"),
    ("*.example.com", "not a valid part"),
]


@pytest.mark.parametrize(("given_name", "expected"), GOOD)
def test_a_name_becomes_what_dns_knows(given_name: str, expected: str) -> None:
    """Unicode, capitals, blanks and trailing dots are taken as people mean them."""
    assert to_ascii(given_name) == expected


@pytest.mark.parametrize(("given_name", "why"), BAD)
def test_what_is_no_name_is_refused_in_one_sentence(given_name: str, why: str) -> None:
    """One short line says what is wrong."""
    with pytest.raises(ValueError, match=why) as caught:
        to_ascii(given_name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_a_sentence(text: str) -> None:
    """Nothing but ValueError, and a result is stable."""
    try:
        name = to_ascii(text)
    except ValueError:
        return
    assert to_ascii(name) == name
    assert name.isascii()


def test_addresses_are_recognised() -> None:
    """IPv4, IPv6 and brackets; nothing that only looks like one."""
    assert str(address_of(" 192.0.2.1 ")) == "192.0.2.1"
    assert str(address_of("[2001:DB8::1]")) == "2001:db8::1"
    assert address_of("127.1") is None
    assert address_of("example.com") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTP://Example.com", "http://example.com/"),
        ("https://example.com:443/a?b=c#d", "https://example.com/a?b=c"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://me:secret@example.com/x", "https://example.com/x"),
        ("https://münchen.example/straße?q=ä b", "https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%A4%20b"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/"),
        ("https://192.0.2.1", "https://192.0.2.1/"),
        ("https://example.com/100%25", "https://example.com/100%25"),
    ],
)
def test_a_url_is_brought_into_its_form(text: str, expected: str) -> None:
    """Default ports, fragments and user names go; everything else is encoded once."""
    assert str(parse(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ftp://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "https://",
        "https:///x",
        "https://exa mple.com/",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://[::1/",
        "https://example.com/" + "a" * 9000,
        "https://example.com/\nHost: evil",
        "",
    ],
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    """Other schemes, broken hosts and control characters raise ValueError."""
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/b", "https://a.test/b"),
        ("b", "https://a.test/dir/b"),
        ("?q=1", "https://a.test/dir/page?q=1"),
        ("//b.test/x", "https://b.test/x"),
        ("../up", "https://a.test/up"),
        ("http://b.test", "http://b.test/"),
        (" /blank around ", "https://a.test/blank%20around"),
        ("/straße".encode().decode("latin-1"), "https://a.test/stra%C3%9Fe"),
        ("/stra\xdfe", "https://a.test/stra%C3%9Fe"),
        ("\\\\b.test\\x", "https://b.test/x"),
        ("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/"),
        ("/x#part", "https://a.test/x"),
    ],
)
def test_a_location_is_read_as_browsers_do(location: str, expected: str) -> None:
    """Relative, scheme-relative, unencoded and backslashed targets."""
    assert str(follow(parse("https://a.test/dir/page"), location)) == expected


@pytest.mark.parametrize("location", ["", "  ", "mailto:x@y.test", "https://", "x" * 10_000, "data:text/html,hi"])
def test_a_location_that_leads_nowhere_is_refused(location: str) -> None:
    """Missing, too long or not http(s)."""
    with pytest.raises(ValueError, match=r"\w"):
        follow(parse("https://a.test/"), location)


@given(st.text(max_size=200))
def test_any_location_is_a_url_or_a_sentence(text: str) -> None:
    """No header can raise anything but ValueError, and what comes out is ASCII."""
    try:
        url = follow(parse("https://a.test/"), text)
    except ValueError:
        return
    assert str(url).isascii()
    assert " " not in str(url)
