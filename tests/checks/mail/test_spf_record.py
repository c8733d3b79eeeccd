"""The grammar of SPF records, by the examples of RFC 7208."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.net.facts import DnsAnswer, DnsStatus
from checks.spf_record import is_spf, parse
from checks.spf_walk import walk

VALID = [
    # Section 3 and appendix A of the RFC, word for word
    "v=spf1 +mx a:colo.example.com/28 -all",
    "v=spf1 a:mail.example.com -all",
    "v=spf1 include:example.com include:example.org -all",
    "v=spf1 redirect=_spf.example.com",
    "v=spf1 mx:example.com -all",
    "v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d} -all",
    "v=spf1 mx -all exp=explain._spf.%{d}",
    "v=spf1 redirect=%{d2}.d.spf.example.com",
    "v=spf1 +all",
    "v=spf1 a -all",
    "v=spf1 a:example.org -all",
    "v=spf1 mx -all",
    "v=spf1 mx:example.org -all",
    "v=spf1 mx mx:example.org -all",
    "v=spf1 mx/30 mx:example.org/30 -all",
    "v=spf1 ptr -all",
    "v=spf1 ip4:192.0.2.128/28 -all",
    "v=spf1 a:authorized-spf.example.com -all",
    "v=spf1 mx:example.com -all moo=bar",
    "v=spf1 -ip4:192.0.2.0/24 +all",
    "v=spf1 mx -exists:%{i}._spf.example.com ~all",
    "v=spf1 exists:%{ir}.sbl.example.org -all",
    # Shapes that real records have
    "v=spf1",
    "v=spf1 ",
    "V=SPF1 IP4:192.0.2.1 ~ALL",
    "v=spf1  ip4:192.0.2.1   -all  ",
    "v=spf1 ip6:2001:db8::/32 ip6:::1 ip6:2001:db8::192.0.2.1 -all",
    "v=spf1 a/24//64 a//64 a:host.example.com/24//64 mx//48 -all",
    "v=spf1 include:_spf.google.com include:spf.protection.outlook.com ~all",
    "v=spf1 include:example.com. ?all",
    "v=spf1 a:xn--bcher-kva.example ~all",
    "v=spf1 exists:%{i}.spf.hc1234-56.iphmx.com ~all",
    "v=spf1 exists:%{l}%%%_%-.example.com -all",
    "v=spf1 include:%{d1r-}.x%{h} -all",
    "v=spf1 a:example.a-b -all",
    "v=spf1 unknown=%{i}.x a.b-c_d= -all",
    "v=spf1 v=spf1 -all",  # the second one is an unknown modifier
]

WRONG = [
    ("v=spf1 ipv4:192.0.2.1 -all", "ip4:"),
    ("v=spf1 ip4:192.0.2.256 -all", "IPv4"),
    ("v=spf1 ip4:192.0.2.0/33 -all", "between 0 and 32"),
    ("v=spf1 ip4:192.0.2.0/ -all", "between 0 and 32"),
    ("v=spf1 ip4:192.0.2.0/024 -all", "between"),
    ("v=spf1 ip4 -all", "address"),
    ("v=spf1 ip4:2001:db8::1 -all", "ip6:"),
    ("v=spf1 ip6:192.0.2.1 -all", "ip4:"),
    ("v=spf1 ip6:2001:db8::/129 -all", "between 0 and 128"),
    ("v=spf1 ip6:fe80::1%eth0 -all", "IPv6"),
    ("v=spf1 192.0.2.1 -all", "ip4:"),
    ("v=spf1 a:192.0.2.1 -all", "ip4:"),
    ("v=spf1 include -all", "name"),
    ("v=spf1 include: -all", "name"),
    ("v=spf1 include:localhost -all", "full name"),
    ("v=spf1 include:example.com/24 -all", ""),
    ("v=spf1 include:example.123 -all", "full name"),
    ("v=spf1 include:-x.example.-com -all", "full name"),
    ("v=spf1 exists:%{z}.example.com -all", "not allowed"),
    ("v=spf1 exists:%{d0}.example.com -all", "not allowed"),
    ("v=spf1 exists:%(d).example.com -all", "not allowed"),
    ("v=spf1 exists:%{t}.example.com -all", "explanations"),
    ("v=spf1 a:foo..example.com -all", "valid name"),
    ("v=spf1 a/33 -all", "prefix"),
    ("v=spf1 a//129 -all", "prefix"),
    ("v=spf1 mx/ -all", "prefix"),
    ("v=spf1 a/24/64 -all", "prefix"),
    ("v=spf1 all:example.com", "nothing may follow"),
    ("v=spf1 redirect=a.example redirect=b.example", "once"),
    ("v=spf1 exp=a.example exp=b.example -all", "once"),
    ("v=spf1 redirect=", "missing"),
    ("v=spf1 -redirect=a.example", ""),
    ("v=spf1 include:ex\u00e4mple.com -all", "not allowed"),
    ("v=spf1 \u2011all", "ASCII"),
    ("v=spf1 mx; -all", "no term"),
    ("v=spf1 include=example.org include:example.com, -all", "full name"),
    ("v=spf1 ip4:192.0.2.1,192.0.2.2 -all", "IPv4"),
]


@pytest.mark.parametrize("record", VALID)
def test_what_the_standard_allows_has_no_mistake(record: str):
    """Flagging a valid record costs trust."""
    assert is_spf(record)
    assert parse(record).mistakes == ()


@pytest.mark.parametrize(("record", "why"), WRONG)
def test_what_the_standard_forbids_is_one_mistake_with_a_hint(record: str, why: str):
    """Receivers ignore such a record as a whole."""
    (mistake,) = parse(record).mistakes
    assert why in mistake.why


@pytest.mark.parametrize(
    "text", ["v=spf10 a -all", "v=spf1;a", "v=spf", " v=spf1 a", "spf2.0/pra a", "v=spf1\u00a0a -all", ""]
)
def test_what_only_looks_alike_is_no_record(text: str):
    """Exactly `v=spf1`, then a space or the end (section 4.5)."""
    assert not is_spf(text)


def test_terms_know_their_name_qualifier_and_domain():
    """As receivers read them."""
    record = parse(
        "v=spf1 a mx:Mail.Example.COM./24 ?include:%{d}.x.test ~ALL redirect=Other.TEST exp=why.test foo=bar"
    )
    assert [(term.name, term.qualifier, term.domain, term.macro) for term in record.terms] == [
        ("a", "+", "", False),
        ("mx", "+", "mail.example.com", False),
        ("include", "?", "%{d}.x.test", True),
        ("all", "~", "", False),
        ("redirect", "", "other.test", False),
        ("exp", "", "why.test", False),
        ("foo", "", "", False),
    ]
    assert [term.name for term in record.reached] == ["a", "mx", "include", "all"]
    assert [term.name for term in parse("v=spf1 redirect=o.test a exp=w.test foo=1").reached] == ["a", "redirect"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_gets_an_answer(text: str):
    """No record crashes the parser, and every word is either a term or a mistake."""
    record = parse("v=spf1 " + text)
    words = [word for word in text.split(" ") if word]
    assert len(record.terms) + len(record.mistakes) == len(words)


TERMS = st.sampled_from(
    [
        "a",
        "mx",
        "ptr",
        "all",
        "-all",
        "include:a.test",
        "include:b.test",
        "exists:%{i}.a.test",
        "redirect=a.test",
        "redirect=b.test",
        "exists:c.test",
        "a:c.test",
        "ip4:192.0.2.1",
        "%{",
        "exp=a.test",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["root.test", "a.test", "b.test"]), st.lists(TERMS, max_size=6), min_size=3))
def test_any_set_of_records_makes_a_bounded_tree(zone: dict[str, list[str]]):
    """Also where they include each other in circles; costs add up."""
    answers = {
        (name, "TXT"): DnsAnswer(name, "TXT", "x", DnsStatus.OK, (" ".join(("v=spf1", *terms)),))
        for name, terms in zone.items()
    }
    tree = walk("root.test", answers)
    nodes = [node for _, node in tree.walk()]
    assert len(nodes) <= 200
    assert tree.lookups == sum(node.own for node in nodes)
    assert tree.cost == tree.lookups


def test_a_huge_record_is_bounded():
    """64 KiB of terms are read up to a bound."""
    record = parse("v=spf1 " + "a " * 30_000)
    assert len(record.terms) == 400
