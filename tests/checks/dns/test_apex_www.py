"""Judging a domain with and without www."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.dns.apex_www import OUTCOMES, Facts, Side, judge, not_needed
from checks.inventory import Host, Inventory, expand
from checks.model import Purpose
from checks.net.facts import ChainEnd, DnsStatus, Fault, Reason
from tests.checks.samples import answer, certificate, chain, peer, refused, silent

APEX, WWW = "example.test", "www.example.test"
END = f"https://{WWW}/"


def side(name: str, *urls: str) -> Side:
    """A name that works and leads along these URLs."""
    return Side(name, answer("192.0.2.10", name=name), answer(name=name, type="AAAA"), peer(host=name), chain(*urls))


def missing(name: str, status: DnsStatus = DnsStatus.NXDOMAIN) -> Side:
    """A name without an address."""
    return Side(name, answer(name=name, status=status), answer(name=name, type="AAAA", status=status))


HEALTHY = Facts(
    side(APEX, f"https://{APEX}/", END),
    side(WWW, END),
    answer(name=APEX, type="CNAME"),
    answer("ns1.digitalocean.com", name=APEX, type="NS"),
)

CASES = {
    "ok": HEALTHY,
    "not_needed": replace(HEALTHY, www=missing(WWW), not_needed="it is left out on purpose"),
    "www_missing": replace(HEALTHY, www=missing(WWW)),
    "apex_missing": replace(HEALTHY, apex=missing(APEX, DnsStatus.NODATA)),
    "both_missing": replace(HEALTHY, apex=missing(APEX), www=missing(WWW)),
    "apex_is_alias": replace(HEALTHY, alias=answer("shop.platform.test", name=APEX, type="CNAME")),
    "no_certificate": replace(
        HEALTHY, www=replace(HEALTHY.www, peer=peer(certificate(APEX), host=WWW, fault=refused(62)))
    ),
    "one_unreachable": replace(HEALTHY, apex=replace(HEALTHY.apex, peer=peer(host=APEX, fault=Fault(Reason.REFUSED)))),
    "two_endings": replace(HEALTHY, apex=side(APEX, f"https://{APEX}/")),
    "could_not_look": replace(HEALTHY, www=missing(WWW, DnsStatus.SERVFAIL)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_a_certificate_that_is_bad_on_both_names_is_left_to_its_own_check():
    """One fault is not told twice."""
    bad = peer(certificate(APEX), fault=refused(10))
    broken = chain(END, last=silent(END, Reason.TLS), end=ChainEnd.FAULT)
    facts = replace(
        HEALTHY, apex=replace(HEALTHY.apex, peer=bad, chain=broken), www=replace(HEALTHY.www, peer=bad, chain=broken)
    )
    assert judge(facts).code == "could_not_look"


def test_endings_that_differ_in_spelling_only_are_one():
    """Capital letters and the scheme's own port change nothing."""
    facts = replace(HEALTHY, apex=side(APEX, f"https://{APEX}/", "https://WWW.example.test:443"))
    assert judge(facts).code == "ok"


def test_a_circle_is_left_to_its_own_check():
    """A domain whose redirects never end has no ending to compare."""
    circling = chain(f"https://{APEX}/", END, end=ChainEnd.LOOP, next_url=f"https://{APEX}/")
    assert judge(replace(HEALTHY, apex=replace(HEALTHY.apex, chain=circling))).code == "could_not_look"


@pytest.mark.parametrize(
    ("hosts", "domain", "needed"),
    [
        ((), "example.com", True),
        ((Host("example.com", wants_www=False),), "example.com", False),
        ((Host("example.com", Purpose.API),), "example.com", False),
        ((Host("example.com", Purpose.MARKETING), Host("api.example.com", Purpose.API)), "example.com", True),
        ((), "shop.vercel.app", False),
        ((), "shop.co.uk", True),
        ((), "example.test", True),
    ],
)
def test_www_is_wanted_where_people_type_the_name(hosts, domain, needed):
    """APIs, names given by a platform, and domains that leave it out on purpose need none."""
    target = expand(Inventory(product="shop", domain=domain, hosts=hosts))[0]
    assert bool(not_needed(target)) is not needed
