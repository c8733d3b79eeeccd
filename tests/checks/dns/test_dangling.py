"""Judging whether a stranger could take a place that a name points at."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.dns.dangling import OUTCOMES, Facts, Pointer, dangling, judge, place_of
from checks.inventory import Host, Inventory, expand
from checks.model import Severity, Status
from checks.net.facts import DnsStatus, Fault, Rdap, Reason
from checks.providers import load
from tests.checks.samples import answer, exchange, silent
from tests.engine.probes import TableProbe

D = "example.test"
OLD = f"old.{D}"
GONE = answer(name=OLD, status=DnsStatus.NXDOMAIN)


def pointing(target: str, status: DnsStatus = DnsStatus.OK, type: str = "CNAME", **more: object) -> Pointer:
    """A record of `old` that leads there."""
    found = answer(*(("192.0.2.7",) if status is DnsStatus.OK else ()), name=OLD, status=status, cnames=(target,))
    return Pointer(OLD, type, target, found, **more)  # type: ignore[arg-type]


def facts(*pointers: Pointer, **more: object) -> Facts:
    """A domain with these."""
    return Facts(D, pointers, servers=("ns1.hover.com",), **more)  # type: ignore[arg-type]


def page(status: int, body: str, **headers: str):
    """What visitors of `old` see."""
    return exchange(f"https://{OLD}/", status, body=body.encode(), **headers)


def lost(target: str, rdap: Rdap | None, domain: DnsStatus = DnsStatus.NXDOMAIN, type: str = "CNAME") -> Pointer:
    """A target that does not exist, and what is known about its domain."""
    name = ".".join(target.split(".")[-2:])
    return pointing(target, DnsStatus.NXDOMAIN, type, domain=answer(name=name, type="NS", status=domain), rdap=rdap)


FREE = Rdap("gone-startup.com", known=True, registered=False)
OFF = Rdap("gone-startup.com", known=False, fault=Fault(Reason.BLOCKED, "switched off"))

CASES = {
    "ok": facts(pointing("shop.herokuapp.com", page=page(200, "Welcome"))),
    "domain_for_sale": facts(lost("status.gone-startup.com", FREE)),
    "claimable": facts(pointing("shop.herokuapp.com", page=page(404, "<title>No such app</title>"))),
    "left_over": facts(pointing("cname.vercel-dns.com", page=page(404, "DEPLOYMENT_NOT_FOUND"))),
    "not_known": facts(lost("status.gone-startup.com", OFF)),
    "could_not_look": facts(silent=(answer(name=OLD, status=DnsStatus.TIMEOUT),)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_what_a_stranger_can_take_stops_a_launch():
    """The rest does not."""
    assert OUTCOMES["domain_for_sale"].severity is OUTCOMES["claimable"].severity is Severity.BLOCKER
    assert OUTCOMES["left_over"].status is Status.WARN


@pytest.mark.parametrize(
    "pointer",
    [
        pointing("shop.herokuapp.com", page=page(200, "A post about “No such app” errors")),
        pointing("shop.herokuapp.com", page=page(404, "Not here")),
        pointing("shop.herokuapp.com", page=silent(f"https://{OLD}/", Reason.TLS)),
        pointing("d111.cloudfront.net", DnsStatus.NXDOMAIN),
        pointing("shop.elb.amazonaws.com", DnsStatus.NXDOMAIN),
        pointing(f"{OLD}.cdn.cloudflare.net", DnsStatus.NODATA),
    ],
    ids=["200", "own 404", "no page", "cloudfront", "load balancer", "cloudflare"],
)
def test_words_alone_and_places_that_cannot_be_claimed_are_no_alarm(pointer):
    """A page of one's own may hold the same words; some platforms never give a name to somebody else."""
    assert judge(facts(pointer)).code == "ok"


async def test_a_platform_without_a_certificate_is_asked_without_one():
    """Nobody issues one for a name that nobody holds, so the telling page is at http."""

    class Lost(TableProbe):
        async def dns(self, name, type):
            found = answer("192.0.2.7", name=name, cnames=("shop.surge.sh",))
            return found if (name, type) == (OLD, "A") else answer(name=name, type=type)

        async def get(self, url, **_more):
            return page(404, "project not found") if url.startswith("http:") else silent(url, Reason.TLS)

    inventory = Inventory(product="shop", domain=D, hosts=(Host(OLD),))
    verdict = await dangling(expand(inventory)[0], Lost())
    assert (verdict.code, verdict.seen["host_name"]) == ("claimable", OLD)


def test_a_platform_that_asks_for_proof_is_never_a_blocker():
    """Known for false alarms: Vercel and Netlify give a name only with a record in DNS."""
    for target, body in (("x.vercel.app", "DEPLOYMENT_NOT_FOUND"), ("x.netlify.app", "Not Found - Request ID: 01J")):
        verdict = judge(facts(pointing(target, page=page(404, body))))
        assert OUTCOMES[verdict.code].status is not Status.FAIL


def test_a_name_that_does_not_exist_is_not_claimable_by_that_alone():
    """Where the domain belongs to somebody, nobody else can make the name."""
    registered = Rdap("gone-startup.com", known=True, registered=True)
    assert judge(facts(lost("status.gone-startup.com", registered))).code == "ok"
    assert judge(facts(lost("status.alive.com", None, DnsStatus.OK))).code == "ok"
    assert judge(facts(lost("status.alive.com", None, DnsStatus.SERVFAIL))).code == "ok"


def test_a_name_at_a_platform_that_anybody_can_make_anew_is_claimable():
    """There the whole name is gone, and no page is shown."""
    pointer = pointing("shop.us-east-1.elasticbeanstalk.com", DnsStatus.NXDOMAIN)
    assert judge(facts(pointer)).code == "claimable"


@pytest.mark.parametrize("type", ["NS", "MX"])
def test_name_servers_and_mail_servers_of_nobody_count_as_well(type):
    """Whoever buys that domain gets all the mail, or the whole domain."""
    verdict = judge(facts(lost("ns1.gone-startup.com", FREE, type=type)))
    assert (verdict.code, verdict.seen["type"]) == ("domain_for_sale", type)


def test_the_worst_of_many_speaks_and_all_are_named():
    """A silent name does not hide it."""
    two = replace(CASES["claimable"].pointers[0], name=f"older.{D}")
    verdict = judge(
        facts(*CASES["left_over"].pointers, *CASES["claimable"].pointers, two, silent=CASES["could_not_look"].silent)
    )
    assert verdict.code == "claimable"
    assert verdict.seen["all"] == (OLD, f"older.{D}")


@pytest.mark.parametrize("entry", [one for one in load("hosts") if one.texts("gone")], ids=lambda entry: entry.id)
def test_every_platforms_own_page_is_recognised(entry):
    """With the status that belongs to it, at a name of its own."""
    status = int(entry.text("gone_status") or 404)
    name = entry.texts("cname")[0].replace("*", "x")
    assert place_of((f"x.{name}",)) is not None or place_of((name,)) is not None
    verdict = judge(facts(pointing(name, page=page(status, f"<p>{entry.texts('gone')[0]}</p>"))))
    assert verdict.code == {"yes": "claimable", "proof": "left_over"}.get(entry.text("claim"), "ok")


@settings(deadline=None)
@given(st.sampled_from(list(DnsStatus)), st.text(max_size=60), st.integers(0, 700), st.binary(max_size=300))
def test_any_target_and_page_get_an_answer(status, target, code, body):
    """Hostile names and bytes crash nothing."""
    shown = exchange(f"https://{OLD}/", code, body=body)
    assert judge(facts(pointing(target or "x", status, page=shown))).code in OUTCOMES
