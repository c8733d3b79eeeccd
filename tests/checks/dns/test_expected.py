"""Judging DNS records against what a person decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.dns.expected import OUTCOMES, Facts, judge
from checks.drift import Wanted, further, proposal, wanted, watched
from checks.inventory import Host, Inventory, Known, MailDomain, Record
from checks.net.facts import DnsAnswer, DnsStatus
from tests.checks.samples import HOST, NOW, OWN, answer

D = "example.test"
SPF = "v=spf1 include:_spf.google.com ~all"
TOKEN = "google-site-verification=abc"


def accepted(type: str, *values: str, name: str = D) -> Wanted:
    """What somebody has accepted two days ago."""
    return Wanted(Record(type, name, equals=values), "ana", NOW - timedelta(days=2))


def told(type: str, *records: str, name: str = D, **more: object) -> DnsAnswer:
    """What DNS says now."""
    return answer(*records, name=name, type=type, **more)  # type: ignore[arg-type]


def facts(*wants: Wanted, now: tuple[DnsAnswer, ...] = (), own: tuple[DnsAnswer, ...] = ()) -> Facts:
    """Expectations, answers, and answers of both name servers."""
    answers = {(one.name, one.type): one for one in now}
    both = {
        (one.name, one.type): tuple(replace(one, server=server, authoritative=True) for server in OWN) for one in own
    }
    return Facts(D, wants, answers, NOW, both, ("ns1.name.com",))


MX = accepted("MX", "10 mx1.example.test", "20 mx2.example.test")
CASES = {
    "ok": facts(MX, now=(told("MX", "20 mx2.example.test", "10 mx1.example.test"),)),
    "nothing_expected": facts(now=(told("MX", "10 mx1.example.test"),)),
    "servers_changed": facts(accepted("NS", "a.ns.test"), now=(told("NS", "ns1.stranger.test"),)),
    "mail_changed": facts(MX, now=(told("MX", "10 mx.stranger.test"),)),
    "gone": facts(accepted("A", "192.0.2.1", name=HOST), now=(told("A", name=HOST, status=DnsStatus.NXDOMAIN),)),
    "changed": facts(accepted("A", "192.0.2.1", name=HOST), now=(told("A", "198.51.100.9", name=HOST),)),
    "extra": facts(accepted("TXT", TOKEN), now=(told("TXT", TOKEN, "some-tool=1"),)),
    "could_not_look": facts(MX, now=(told("MX", status=DnsStatus.SERVFAIL),)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_old_and_new_stand_side_by_side_with_who_accepted_the_old_one():
    """Two lines that a person compares."""
    seen = judge(CASES["mail_changed"]).seen
    assert (seen["old"], seen["new"]) == (
        "MX 10 mx1.example.test, 20 mx2.example.test",
        "MX 10 mx.stranger.test",
    )
    assert (seen["record"], seen["expected_by"], seen["accepted"]) == ("example.test (MX)", "ana", "2026-11-18")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ((SPF, TOKEN), (SPF, TOKEN, "v=spf1 include:evil.test ~all"), "mail_changed"),
        ((SPF, TOKEN), (SPF.replace("~", "+"), TOKEN), "mail_changed"),
        ((SPF, TOKEN), (SPF,), "changed"),
        ((SPF, TOKEN), (TOKEN,), "mail_changed"),
        ((SPF,), (), "mail_changed"),
        ((TOKEN,), (), "gone"),
        ((), (TOKEN,), "extra"),
        ((), ("v=spf1 +all",), "mail_changed"),
    ],
)
def test_among_text_records_those_for_mail_weigh_more(old, new, code):
    """SPF counts as mail; a token of some tool does not."""
    assert judge(facts(accepted("TXT", *old), now=(told("TXT", *new),))).code == code


@pytest.mark.parametrize("name", [f"_dmarc.{D}", f"google._domainkey.{D}"])
def test_dmarc_and_dkim_are_mail(name):
    """By the name at which they stand."""
    now = (told("TXT", "something", name=name),)
    assert judge(facts(accepted("TXT", "v=DMARC1; p=none", name=name), now=now)).code == "mail_changed"


def test_an_extra_mail_server_is_a_change_of_mail():
    """Mail may go there."""
    now = (told("MX", "10 mx1.example.test", "20 mx2.example.test", "5 mx.stranger.test"),)
    assert judge(facts(MX, now=now)).code == "mail_changed"


@pytest.mark.parametrize(
    ("type", "old", "new"),
    [
        ("MX", "010 MX1.Example.test.", "10 mx1.example.test"),
        ("AAAA", "2001:DB8:0::10", "2001:db8::10"),
        ("CAA", '0 issue "letsencrypt.org"', "0 ISSUE letsencrypt.org"),
        ("NS", "A.NS.test.", "a.ns.test"),
        ("TXT", SPF, SPF),
    ],
)
def test_spelling_order_and_time_to_live_do_not_count(type, old, new):
    """Case, dots and short forms of addresses are the same value."""
    assert judge(facts(accepted(type, old), now=(replace(told(type, new), ttl=1),))).code == "ok"


def test_the_letters_of_a_key_count():
    """Text records are compared as they are."""
    name = f"pm._domainkey.{D}"
    now = (told("TXT", "v=DKIM1; p=ABC", name=name),)
    assert judge(facts(accepted("TXT", "v=DKIM1; p=abc", name=name), now=now)).code == "mail_changed"


def test_addresses_that_come_in_turn_are_no_change():
    """A part of the accepted ones; and others of the same edge."""
    many = accepted("A", "192.0.2.1", "192.0.2.2", "192.0.2.3", name=HOST)
    assert judge(facts(many, now=(told("A", "192.0.2.3", name=HOST),))).code == "ok"
    edge = accepted("A", "104.16.1.1", name=HOST)
    assert judge(facts(edge, now=(told("A", "172.64.8.8", name=HOST),))).code == "ok"
    assert judge(facts(edge, now=(told("A", "192.0.2.3", name=HOST),))).code == "changed"


ALIAS = Wanted(Record("CNAME", HOST, cname_to="Shop.Platform.test."))


@pytest.mark.parametrize(
    ("mine", "theirs", "code"),
    [
        (told("A", "192.0.2.7", name=HOST, cnames=("shop.platform.test",)), (), "ok"),
        (told("A", "192.0.2.7", name=HOST, cnames=("x.test", "shop.platform.test")), (), "ok"),
        (told("A", "192.0.2.7", name=HOST), ("192.0.2.7", "192.0.2.8"), "ok"),
        (told("A", "192.0.2.9", name=HOST), ("192.0.2.7",), "changed"),
        (told("A", "192.0.2.7", name=HOST, cnames=("old.platform.test",)), ("192.0.2.7",), "changed"),
        (told("A", name=HOST, status=DnsStatus.NXDOMAIN), ("192.0.2.7",), "gone"),
        (told("A", name=HOST, status=DnsStatus.TIMEOUT), ("192.0.2.7",), "could_not_look"),
    ],
    ids=["alias", "longer alias", "flattened", "elsewhere", "another alias", "gone", "silent"],
)
@pytest.mark.parametrize("want", [ALIAS, accepted("CNAME", "shop.platform.test", name=HOST)])
def test_a_flattened_alias_shows_the_addresses_of_its_target(want, mine, theirs, code):
    """Compared with those, instead of with an alias that nobody can see."""
    now = (
        mine,
        replace(mine, type="AAAA", records=(), status=DnsStatus.NODATA if mine.status.known else mine.status),
        told("A", *theirs, name="shop.platform.test"),
        told("AAAA", name="shop.platform.test"),
    )
    assert judge(facts(want, now=now)).code == code


@pytest.mark.parametrize(
    ("record", "addresses", "code"),
    [
        (Record("A", HOST, proxied_by="cloudflare"), ("104.16.1.1", "172.64.1.1"), "ok"),
        (Record("A", HOST, proxied_by="Cloudflare"), ("104.16.1.1", "192.0.2.1"), "changed"),
        (Record("A", HOST, proxied_by="cloudflare"), (), "gone"),
        (Record("A", HOST, proxied_by="nobody"), ("192.0.2.1",), "could_not_look"),
        (Record("A", HOST, any_in="192.0.2.0/24"), ("192.0.2.200",), "ok"),
        (Record("A", HOST, any_in="192.0.2.0/24"), ("192.0.3.1",), "changed"),
        (Record("TXT", D, contains="V=SPF1"), (SPF,), "ok"),
        (Record("TXT", D, contains="v=spf1"), (TOKEN,), "mail_changed"),
        (Record("TXT", D, contains=TOKEN), (), "gone"),
    ],
)
def test_every_way_of_writing_an_expectation_down(record, addresses, code):
    """As launch.yml offers them."""
    now = (
        told(record.type, *addresses, name=record.name),
        told("AAAA", name=record.name),
    )
    assert judge(facts(Wanted(record), now=now)).code == code


def test_a_range_says_nothing_about_addresses_of_the_other_kind():
    """A host with IPv4 and IPv6 has a rule for each, or for one of them."""
    now = (told("A", "192.0.2.7", name=HOST), told("AAAA", "2001:db8::7", name=HOST))
    four, six = Record("A", HOST, any_in="192.0.2.0/24"), Record("AAAA", HOST, any_in="2001:db8::/32")
    assert judge(facts(Wanted(four), now=now)).code == "ok"
    assert judge(facts(Wanted(six), now=now)).code == "ok"
    assert judge(facts(Wanted(four), now=now[1:])).code == "could_not_look"
    outside = Record("AAAA", HOST, any_in="2001:db8:1::/48")
    assert judge(facts(Wanted(outside), now=now)).code == "changed"
    assert judge(facts(Wanted(Record("A", HOST, proxied_by="cloudflare")), now=now)).code == "changed"


def test_a_cache_that_is_late_is_no_change():
    """The zone's own servers already have what was decided."""
    stale, fresh = told("MX", "10 old.example.test"), told("MX", "10 mx1.example.test", "20 mx2.example.test")
    verdict = judge(facts(MX, now=(stale,), own=(fresh,)))
    assert (verdict.code, verdict.seen["spreading"]) == ("ok", ("example.test (MX)",))
    assert judge(facts(MX, now=(stale,), own=(stale,))).code == "mail_changed"
    assert judge(facts(MX, now=(stale,), own=(told("MX", status=DnsStatus.TIMEOUT),))).code == "mail_changed"


def test_the_gravest_change_speaks_and_all_are_kept():
    """Silence about one record does not hide another."""
    wants = (accepted("TXT", TOKEN), MX, accepted("NS", "a.ns.test"), accepted("CAA", '0 issue "a.test"'))
    now = (
        told("TXT", TOKEN, "new=1"),
        told("MX", "10 other.test"),
        told("NS", "b.ns.test"),
        told("CAA", status=DnsStatus.TIMEOUT),
    )
    verdict = judge(facts(*wants, now=now))
    assert verdict.code == "servers_changed"
    assert [one["how"] for one in verdict.seen["changes"]] == ["extra", "mail", "servers"]


def inventory(**more: object) -> Inventory:
    """A product with a host, a mail domain and a second domain."""
    fields = {
        "product": "shop",
        "domain": D,
        "domains": ("brand.test",),
        "hosts": (Host(D), Host(HOST, expect=(Record("A", HOST, any_in="192.0.2.0/24"),)), Host("www.brand.test")),
        "mail": (MailDomain(D, selectors=("pm",)),),
    }
    return Inventory(**(fields | more))  # type: ignore[arg-type]


def test_what_is_written_down_wins_over_what_was_accepted():
    """And each domain has its own."""
    known = (
        Known(HOST, "A", ("198.51.100.1",), "ana", NOW),
        Known(D, "MX", ("10 mx.test",), "ana", NOW),
        Known("brand.test", "NS", ("a.ns.test",), "ben", NOW),
        Known("stray.other.test", "A", ("192.0.2.1",), "ben", NOW),
    )
    found = wanted(inventory(baseline=known), D)
    assert [(one.question, one.by) for one in found] == [
        ((HOST, "A"), "launch.yml"),
        ((D, "MX"), "ana"),
        (("stray.other.test", "A"), "ben"),
    ]
    assert [one.question for one in wanted(inventory(baseline=known), "brand.test")] == [("brand.test", "NS")]


def test_the_first_look_offers_what_stands_there_and_adopts_nothing():
    """Aliases as aliases, nothing of an edge, absent records as absent, unknown ones not at all."""
    questions = watched(inventory(), D)
    assert (D, "NS") in questions
    assert (f"pm._domainkey.{D}", "TXT") in questions
    assert not [name for name, _ in questions if name.endswith("brand.test")]
    now = (
        told("MX", "10 mx1.example.test"),
        told("CAA"),
        told("TXT", status=DnsStatus.TIMEOUT),
        told("A", "104.16.1.1"),
        told("A", "192.0.2.7", name=HOST, cnames=("shop.platform.test",)),
    )
    offered = proposal({(one.name, one.type): one for one in now}, "ana", NOW)
    assert [(one.name, one.type, one.values) for one in offered] == [
        (D, "MX", ("10 mx1.example.test",)),
        (D, "CAA", ()),
        (HOST, "CNAME", ("shop.platform.test",)),
    ]
    verdict = judge(facts(now=now))
    assert verdict.code == "nothing_expected"
    assert verdict.seen["line_values"] == "10 mx1.example.test"
    # What was offered holds at the next look.
    wants = tuple(Wanted(Record(one.type, one.name, equals=one.values), "ana", NOW) for one in offered)
    assert judge(facts(*wants, now=(*now, told("AAAA", name=HOST)))).code == "ok"


TYPES = st.sampled_from(["A", "AAAA", "CNAME", "MX", "NS", "TXT", "CAA"])
TEXTS = st.lists(st.text(max_size=40) | st.sampled_from(["192.0.2.1", "10 mx.test", "::1", SPF, "."]), max_size=4)


@settings(max_examples=300, deadline=None)
@given(TYPES, TEXTS, TEXTS, st.sampled_from(list(DnsStatus)), st.text(max_size=10), st.text(max_size=10))
def test_any_records_can_be_compared(type, old, new, status, contains, ranges):
    """Hostile values crash nothing, and silence is never a change."""
    for record in (
        Record(type, HOST, equals=tuple(old)),
        Record(type, HOST, contains=contains or "x"),
        Record(type, HOST, cname_to=contains or "x"),
        Record(type, HOST, any_in=ranges or "x"),
        Record(type, HOST, proxied_by=ranges or "x"),
    ):
        want = Wanted(record)
        found = told(type, *new, name=HOST, status=status if not new else None)
        code = judge(facts(want, now=(found,))).code
        assert code in OUTCOMES
        if not found.status.known and not further([want]):
            assert code == "could_not_look"
