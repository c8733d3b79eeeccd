"""Names as people write them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.names import BadName, ascii_name, host_of, readable, shown, web_url
from bot.config.nearest import nearest
from bot.config.registrable import registrable
from bot.config.secrets import looks_secret
from tests.growth import LARGE, slow_pieces


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("faß.de", "xn--fa-hia.de"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("https://app.example.com:8443/login?x=1#y", "app.example.com"),
        ("app.example.com/login", "app.example.com"),
        ("app.example.com:443", "app.example.com"),
    ],
)
def test_a_name_becomes_ascii(written: str, name: str) -> None:
    """Unicode, punycode, capitals, a whole URL: the same host."""
    assert host_of(written) == name


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("http://127.0.0.1:8080/console", "http://127.0.0.1:8080/console"),
        ("http://[::1]:80", "http://[::1]:80/"),
        ("https://intranet/wiki#top", "https://intranet/wiki"),
        ("https://Bücher.example", "https://xn--bcher-kva.example/"),
    ],
)
def test_a_link_for_people_may_lead_into_the_office(written: str, link: str) -> None:
    """An address or a single word will do where nothing but a person goes; a user name in it will not."""
    assert web_url(written, any_host=True) == link
    with pytest.raises(BadName, match="user name"):
        web_url("http://ana:pw@127.0.0.1/", any_host=True)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("192.0.2.1", "is an IP address"),
        ("http://192.0.2.1/", "is an IP address"),
        ("[2001:db8::1]", "is an IP address"),
        ("2001:db8::1", "is an IP address"),
        ("http://[::1]/", "is an IP address"),
        ("", "is empty"),
        ("   ", "is empty"),
        ("localhost", "is one word"),
        ("*.example.com", "has a wildcard"),
        ("ana@example.com", "e-mail address"),
        ("exa mple.com", "is not allowed between its dots"),
        ("example..com", "is not allowed between its dots"),
        ("xn--a\u0301.example", "is not a domain name"),
        ("xn--99999999999.example", "is not a domain name"),
        ("a" * 64 + ".example", "is not allowed between its dots"),
        (("a" * 60 + ".") * 5 + "example", "longer than the 253"),
        ("example.123", "ends in a number"),
        ("ftp://example.com/", "is not for the web"),
        ("https://ana:pw@example.com/", "has a user name or password"),
        ("\u202eexample.com", "is not a domain name"),
    ],
)
def test_what_is_no_name_gets_a_sentence(written: str, why: str) -> None:
    """The sentence says what to write instead where that is known."""
    with pytest.raises(BadName, match=why):
        host_of(written)


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_a_sentence(text: str) -> None:
    """No other error, and never more than printable characters in the answer."""
    for function in (host_of, ascii_name, web_url):
        try:
            answer = function(text)
        except BadName as error:
            said = str(error)
        else:
            said = answer if answer.isascii() else "\n"
        assert said.isprintable()


@given(st.lists(st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=20), min_size=2, max_size=4))
def test_an_ordinary_name_stays_as_it_is(labels: list[str]) -> None:
    """ASCII in, the same out."""
    name = ".".join([*labels[:-1], "a" + labels[-1]])
    assert ascii_name(name) == name


def test_readable_is_the_way_back() -> None:
    """People see the name that they registered."""
    assert readable("xn--bcher-kva.example") == "bücher.example"
    assert readable("xn--99999999999.example") == "xn--99999999999.example"


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("app.example.co.uk", "example.co.uk"),
        ("example.com", "example.com"),
        ("a.b.acme.test", "acme.test"),
        ("shop.localhost", "shop.localhost"),
        ("www.xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("shop.vercel.app", "shop.vercel.app"),
        ("co.uk", "co.uk"),
    ],
)
def test_the_registrable_domain(name: str, domain: str) -> None:
    """By the public suffix list, and for names of the desk by their last two labels."""
    assert registrable(name) == domain


def test_the_nearest_name_is_found_or_none() -> None:
    """A typo is mended, nonsense is not."""
    assert nearest("Mial.SPF", ["mail.spf", "tls.valid"]) == "mail.spf"
    assert nearest("qqqq", ["mail.spf", "tls.valid"]) == ""


def test_shown_text_is_bounded_and_printable() -> None:
    """What is repeated to a person fits on a line and cannot steer the terminal."""
    assert shown("a\x1b[2J\nb") == "a?[2J?b"
    assert len(shown("x" * 10_000)) == 60


@pytest.mark.parametrize("text", ["Postmark", "https://hooks.example/services", "sk-ip", "example.com", "U0123456789"])
def test_ordinary_words_are_no_secrets(text: str) -> None:
    """A false alarm here would keep somebody from writing the file."""
    assert not looks_secret(text)


@pytest.mark.parametrize(
    "piece", ["-eyJaaaaaaaa", "eyJaaaaaaaa.", "SG.aaaaaaaaaaaaaaaa", "sk-", "a://a:", "-----BEGIN ", "re_aaaaaaaa"]
)
def test_a_megabyte_of_almost_secrets_is_looked_through_quickly(piece):
    """The largest file that is read at all, made to be slow: the time grows with its length alone."""
    assert not slow_pieces(looks_secret, [piece], sizes=LARGE)


def test_a_long_token_is_seen_as_one():
    """Tokens with many claims are secrets too."""
    assert looks_secret("token: " + "eyJ" + "a" * 900 + ".eyJ" + "b" * 5000 + ".sig")
