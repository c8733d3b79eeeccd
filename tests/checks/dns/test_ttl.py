"""Judging for how long records are remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.dns.ttl import OUTCOMES, Facts, hosts_of, judge, span
from checks.inventory import Host, Inventory, expand
from checks.net.facts import DnsAnswer, DnsStatus
from tests.checks.samples import HOST, answer

APEX = "example.test"


def own(*records: str, ttl: int = 300, name: str = HOST, type: str = "A", **more: object) -> DnsAnswer:
    """An answer of the zone's own server."""
    found = answer(*records, name=name, type=type, ttl=ttl, server="ns1.example.test", **more)  # type: ignore[arg-type]
    return replace(found, authoritative=True)


def facts(*ttls: int, stage: str = "launch") -> Facts:
    """Hosts with these times, and name and mail servers of a day."""
    return Facts(
        tuple(own("192.0.2.10", ttl=ttl) for ttl in ttls),
        (own("amy.ns.cloudflare.com", name=APEX, type="NS", ttl=86_400),),
        (own("10 mx.example.test", name=APEX, type="MX", ttl=3600),),
        stage,
    )


CASES = {
    "ok": facts(300, 3600),
    "after_launch": facts(14_400, stage="live"),
    "long": facts(300, 3601),
    "very_long": facts(300, 86_401),
    "short": facts(300, 29),
    "servers_long": replace(facts(300), servers=(own("ns1.example.test", name=APEX, type="NS", ttl=172_801),)),
    "could_not_look": Facts((answer(status=DnsStatus.TIMEOUT),)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("ttl", "stage", "code"),
    [
        (30, "launch", "ok"),
        (60, "launch", "ok"),
        (3600, "launch", "ok"),
        (86_400, "launch", "long"),
        (86_400, "live", "after_launch"),
        (86_401, "live", "long"),
    ],
)
def test_the_limits_are_milder_after_the_launch(ttl, stage, code):
    """An hour around the launch, a day later."""
    assert judge(facts(ttl, stage=stage)).code == code


def test_the_edges_own_five_minutes_are_fine():
    """Proxied names always have 300, and nobody can change that."""
    assert judge(facts(300)).code == "ok"


def test_what_a_cache_remembers_is_no_answer():
    """A remainder of 12 seconds says nothing about the record."""
    cached = answer("192.0.2.10", ttl=12)
    verdict = judge(Facts((cached,)))
    assert verdict.code == "could_not_look"
    assert "caches" in str(verdict.seen["reason"])
    assert judge(replace(facts(300), moving=(*facts(300).moving, cached))).code == "ok"


def test_the_time_of_what_an_alias_leads_to_belongs_to_others():
    """Content networks answer with twenty seconds; the alias itself counts."""
    behind = own("192.0.2.10", ttl=20, cnames=("shop.platform.test",))
    alias = own("shop.platform.test", type="CNAME", ttl=300)
    assert judge(replace(facts(), moving=(behind, alias))).code == "ok"
    assert judge(replace(facts(), moving=(behind, replace(alias, ttl=90_000)))).code == "very_long"


def test_two_days_for_name_servers_are_common():
    """Large DNS companies give that and offer no way to change it."""
    two_days = (own("ns-1.awsdns-1.org", name=APEX, type="NS", ttl=172_800),)
    assert judge(replace(facts(300), servers=two_days)).code == "ok"
    mail = (own("10 mx.example.test", name=APEX, type="MX", ttl=172_800),)
    assert judge(replace(facts(300), mail=mail)).code == "servers_long"


def test_the_hosts_of_the_domain_are_asked_about():
    """Those of another domain belong to its own answer."""
    inventory = Inventory(
        product="shop",
        domain=APEX,
        hosts=(Host(APEX), Host(HOST), Host("www.brand.test")),
        domains=("brand.test",),
    )
    first, second = expand(inventory)[:2]
    assert hosts_of(first) == (APEX, HOST)
    assert hosts_of(second) == ("brand.test", "www.brand.test")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (1, "1 second"), (300, "5 minutes"), (3600, "1 hour"), (86_400, "1 day"), (172_800, "2 days")],
)
def test_times_are_said_as_people_say_them(seconds, words):
    """No thousands of seconds."""
    assert span(seconds) == words
