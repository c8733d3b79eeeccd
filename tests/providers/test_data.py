"""The provider data as it is shipped: whole, dated, and the JSON beside it the newest."""

from __future__ import annotations

import re
from ipaddress import ip_network

import pytest

from checks.net.rdap import service_of
from checks.providers import KINDS, about, belongs, by_address, by_name, find, load, named
from checks.providers.source import HERE, Mistake, compiled, parse
from tests.growth import LARGE, slow_pieces


@pytest.mark.parametrize("kind", KINDS)
def test_the_json_is_made_from_the_file_beside_it(kind: str) -> None:
    """After an edit: `python -m checks.providers`."""
    assert (HERE / f"{kind}.json").read_text("utf-8") == compiled(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_says_what_it_holds_and_where_from(kind: str) -> None:
    """No entry without a name, a month and a source."""
    assert about(kind).endswith(".")  # type: ignore[arg-type]
    for entry in load(kind):  # type: ignore[arg-type]
        assert entry.name
        assert entry.source
        assert entry.as_of.year >= 2026


@pytest.mark.parametrize("kind", KINDS)
def test_dns_names_are_written_as_dns_has_them(kind: str) -> None:
    """Lower case, no trailing dot: they are compared as they are."""
    for entry in load(kind):  # type: ignore[arg-type]
        for key in ("cname", "ns", "mx", "spf", "dkim", "bounces", "zones", "dev", "cas"):
            for name in entry.texts(key):
                assert name == name.lower().rstrip("."), (entry.id, key)


def test_no_two_edges_share_an_address() -> None:
    """One address, one answer."""
    ranges = [(network, entry.id) for entry in load("edges") for network in entry.ranges]
    for place, (network, owner) in enumerate(ranges):
        for other, second in ranges[place + 1 :]:
            clash = network.version == other.version and network.overlaps(other)  # type: ignore[arg-type]
            assert not clash or owner == second, (network, owner, other, second)


def test_every_key_pattern_needs_what_it_contains() -> None:
    """The literals decide whether the pattern is tried at all, so no match may be without one of them."""
    for entry in load("keys"):
        assert entry.text("kind") in ("secret", "public")
        assert entry.texts("contains"), entry.id
        assert entry.text("rotate" if entry.text("kind") == "secret" else "ask"), entry.id
        for literal in entry.texts("contains"):
            assert not re.search(entry.text("pattern"), literal), entry.id


def test_key_patterns_end_on_long_text() -> None:
    """Half a megabyte of what looks like the beginning of a key, over and over: time grows with its length alone."""
    for entry in load("keys"):
        pattern = re.compile(entry.text("pattern"))
        assert not slow_pieces(pattern.search, [f"{each}a1-" for each in entry.texts("contains")], sizes=LARGE), (
            entry.id
        )


def test_claims_are_one_of_three() -> None:
    """Whether a stranger may take a name decides between blocker and warning."""
    assert {entry.text("claim") for entry in load("hosts")} <= {"yes", "proof", "no"}


def test_providers_are_found_by_what_people_and_the_network_call_them() -> None:
    """Names, aliases, suffixes, stars, addresses."""
    assert named("mail", "google workspace") is named("mail", "GMail") is find("mail", "google-workspace")
    assert named("mail", "nobody") is None
    assert by_name("registrars", "ns", "ns-123.awsdns-45.co.uk") is find("registrars", "route53")
    assert by_name("registrars", "ns", "ada.ns.cloudflare.com") is find("registrars", "cloudflare")
    assert by_name("registrars", "ns", "notns.cloudflare.com.example") is None
    assert by_address("edges", "104.16.1.1") is find("edges", "cloudflare")
    assert by_address("edges", "2606:4700::1") is find("edges", "cloudflare")
    assert by_address("edges", "192.0.2.1") is by_address("edges", "what") is None
    assert belongs("x.sendgrid.net.", ("sendgrid.net",))
    assert not belongs("xsendgrid.net", ("sendgrid.net",))
    edge = find("edges", "cloudflare")
    assert edge is not None
    assert ("cf-ray", "") in edge.pairs("headers")
    assert ip_network("104.16.0.0/13") in edge.ranges
    assert edge.flag("absorbs")


def test_the_registry_of_a_domain_is_that_of_its_longest_ending() -> None:
    """By labels, not by letters."""
    assert service_of("example.com") == "https://rdap.verisign.com/com/v1/"
    assert service_of("example.co.uk") == "https://rdap.nominet.uk/uk/"
    assert service_of("examplecom") == service_of("com") == service_of("a.nocom") == ""


GOOD = "about: A.\nentries:\n  - {id: a, name: A, as_of: '2026-11', source: s}\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[", "edges.yml"),
        ("entries: []\n", "about"),
        (GOOD + "  - {id: a, name: A, as_of: '2026-11', source: s}\n", "two of this id"),
        (GOOD.replace("source: s", "sauce: s"), "source is missing"),
        (GOOD.replace("source: s", "source: s, sauce: s"), "sauce is not described"),
        (GOOD.replace("id: a", "id: A"), "lower-case"),
        (GOOD.replace("2026-11", "2026-13"), "year and a month"),
        (GOOD.replace("source: s", "source: s, ranges: [1.2.3.4/8]"), "ranges"),
        (GOOD.replace("source: s", "source: s, absorbs: 'yes'"), "absorbs"),
        (GOOD.replace("source: s", "source: s, headers: [a]"), "headers"),
        ("about: A.\nentries: [a]\n", "a section"),
    ],
)
def test_a_mistake_in_a_file_is_named(text: str, why: str) -> None:
    """With the entry that has it."""
    with pytest.raises(Mistake, match=why):
        parse("edges", text.encode())


def test_a_good_file_is_read() -> None:
    """The mistakes above are the only things wrong with them."""
    assert parse("edges", GOOD.encode())["about"] == "A."
