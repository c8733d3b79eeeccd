"""Your address can be found from everywhere.

Before anything else can work, a visitor's computer must turn your name into the number of a server.
If that fails, people see "this site can't be reached", on every device, and no other part of the product matters.
We ask three large public directories and your own name servers, because one of them alone is often wrong:
a fresh record may be known at home and unknown in the next town.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from itertools import zip_longest

from checks import trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host, zone_of
from checks.net.facts import DnsAnswer, DnsStatus, Exchange, Peer, Reason
from checks.page import likeness, read
from checks.probe import Probe
from checks.registry import check

SAME_PAGE = 0.9

OUTCOMES = {
    "ok": Outcome(Status.PASS, "{host} can be found everywhere ({addresses})"),
    "absent": Outcome(
        Status.FAIL,
        "{host} leads nowhere: visitors get an error page",
        impact="Nobody can open it. Browsers say that the site can't be reached.",
        fix=(
            "At your host (where the site or app runs) find the DNS record that it asks for, usually under Domains.",
            "Add exactly that record for {host} at {dns_host}.",
            "Wait five minutes and run this check again.",
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="dns_broken",
    ),
    "alias_to_nothing": Outcome(
        Status.FAIL,
        "{host} leads nowhere: it points at {alias}, which does not exist",
        impact="Nobody can open it. A stranger may even be able to claim the place it points at.",
        fix=(
            "If {host} is still used: copy the target from your host's Domains page into the record at {dns_host}.",
            "If it is not used any more: delete the record.",
            "Run this check again.",
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="dns_broken",
    ),
    "no_such_domain": Outcome(
        Status.FAIL,
        "The domain {zone} does not exist: nothing under it can be reached",
        impact="Web site, mail and logins under this name do not work for anybody.",
        fix=(
            "Check the spelling: is it really {zone}?",
            "If so, sign in at the company where you bought the domain and see whether it has run out or is on hold.",
            "Renew it, and check that name servers are set for it.",
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="domain_expired",
    ),
    "not_spread": Outcome(
        Status.FAIL,
        "Your own name servers know {host}, but the public directories do not yet",
        impact="Most visitors get an error page until the news has spread.",
        fix=(
            "If you added the record in the last hours: wait {wait} and run this check again.",
            "If not: compare the name servers set where you bought the domain with those that {dns_host} shows.",
        ),
        severity=Severity.HIGH,
        breaks=True,
        runbook="dns_broken",
    ),
    "not_everywhere": Outcome(
        Status.WARN,
        "Some visitors cannot find {host}: {missing_at} of {asked} directories do not know it",
        impact="Part of your visitors get an error page, depending on their internet provider.",
        fix=(
            "If the record was changed today: wait until the old answer has run out, then run this check again.",
            "If not: ask {dns_host} why its name servers give different answers for {host}.",
        ),
        severity=Severity.MEDIUM,
        runbook="dns_broken",
    ),
    "ipv6_unreachable": Outcome(
        Status.WARN,
        "{host} announces an IPv6 address that did not answer; over IPv4 it works",
        impact="Some visitors may wait a moment longer. This can also be our own connection, which may lack IPv6.",
        fix=(
            "Ask your host whether {ipv6} is still the right IPv6 address.",
            "If it is not, remove the AAAA record (the one for IPv6) at {dns_host}.",
        ),
        severity=Severity.LOW,
    ),
    "only_wildcard": Outcome(
        Status.WARN,
        "{host} shows the same page as a made-up name beside it, so nobody can tell whether it is set up",
        impact="A catch-all record answers for every name. A typing mistake in an address would go unnoticed.",
        fix=(
            "If {host} is meant to show this page, add a record of its own at {dns_host}.",
            "If it is meant to show something else, connect it at your host first.",
        ),
        severity=Severity.LOW,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not find out whether {host} can be found: {reason}",
        impact="Nothing is proven either way.",
        fix=("Run this check again in a few minutes.", "If it stays, ask {dns_host} whether there is trouble."),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was asked about one host."""

    host: str
    a: tuple[DnsAnswer, ...]
    """One answer per public resolver."""
    aaaa: tuple[DnsAnswer, ...]
    own_a: tuple[DnsAnswer, ...] = ()
    """One answer per name server of the zone."""
    own_aaaa: tuple[DnsAnswer, ...] = ()
    zone: DnsAnswer | None = None
    """The NS records of the domain that the host belongs to."""
    v4: Peer | None = None
    v6: Peer | None = None
    wildcard: DnsAnswer | None = None
    """The A record of a made-up name beside the host."""
    page: Exchange | None = None
    """The host's page, asked only where the made-up name has the same address."""
    made_up_page: Exchange | None = None


@check(
    "dns.resolve",
    title="Can be found (DNS)",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("DNS-1", "DNS-2"),
    measured=(
        "We ask three public DNS resolvers of different companies and your own name servers for the IPv4 and IPv6"
        " address, and try both."
    ),
    verify="dig +noall +answer {host} A {host} AAAA",
    links=("https://www.rfc-editor.org/rfc/rfc1034", "https://www.rfc-editor.org/rfc/rfc2308"),
)
async def resolve(target: Target, probe: Probe) -> Verdict:
    """Ask everybody for both addresses; try each family; compare with a made-up name where a catch-all answers."""
    host = target.host
    a, aaaa, own_a, own_aaaa, zone = await asyncio.gather(
        probe.dns_everywhere(host, "A"),
        probe.dns_everywhere(host, "AAAA"),
        probe.dns_authoritative(host, "A"),
        probe.dns_authoritative(host, "AAAA"),
        probe.dns(zone_of(host, target.inventory), "NS"),
    )
    facts = Facts(host, a, aaaa, own_a, own_aaaa, zone)
    if _addresses(a):
        facts = replace(facts, v4=await probe.tls(host))
    if _addresses(aaaa):
        facts = replace(facts, v6=await probe.tls(host, family=6))
    parent = host.partition(".")[2]
    if _addresses(a) and host != zone_of(host, target.inventory) and "." in parent:
        # The label is made from host and day: nobody has such a record, and each run asks for the same one.
        label = "lr-" + hashlib.sha256(f"{host} {probe.now():%Y-%m-%d}".encode()).hexdigest()[:12]
        wildcard = await probe.dns(f"{label}.{parent}", "A")
        facts = replace(facts, wildcard=wildcard)
        if set(wildcard.records) & set(_addresses(a)):
            page, made_up = await asyncio.gather(probe.get(f"https://{host}/"), probe.get(f"https://{label}.{parent}/"))
            facts = replace(facts, page=page, made_up_page=made_up)
    return judge(facts)


def judge(facts: Facts) -> Verdict:
    """Absence counts only where a server of the zone, or everybody, says it; silence is unknown."""
    public = _who(facts.a, facts.aaaa)
    own = _who(facts.own_a, facts.own_aaaa, of_zone=True)
    addresses = _addresses(facts.a) + _addresses(facts.aaaa)
    servers = facts.zone.records if facts.zone is not None and facts.zone.status is DnsStatus.OK else ()
    seen: dict[str, Json] = {
        "addresses": addresses[:8],
        "dns_host": dns_host(servers),
        "asked": len(public.known),
        "missing_at": len(public.absent),
        "resolvers_without": [server for server in public.absent if server],
        "resolvers_silent": public.silent,
        "name_servers": len(own.known),
        "name_servers_without": [server for server in own.absent if server],
    }
    if public.having:
        return _found(facts, public, own, seen)
    if not public.known and not own.known:
        reason = trouble.unheard(facts.a) or trouble.unheard(facts.aaaa) or "one of the look-ups failed"
        return Verdict("could_not_look", seen | {"reason": reason})
    if own.having and not public.absent:
        reason = "your own name servers answer, but every public resolver reports a failure, often a broken signature"
        return Verdict("could_not_look", seen | {"reason": f"{reason} (DNSSEC)"})
    alias = next((answer.cnames[-1] for answer in facts.a + facts.aaaa if answer.cnames), "")
    if alias and public.absent:
        return Verdict("alias_to_nothing", seen | {"alias": alias})
    if own.having:
        return Verdict("not_spread", seen | {"wait": _wait(facts.a + facts.aaaa)})
    if facts.zone is not None and facts.zone.status is DnsStatus.NXDOMAIN:
        return Verdict("no_such_domain", seen | {"zone": facts.zone.name})
    return Verdict("absent", seen)


def _found(facts: Facts, public: _Who, own: _Who, seen: dict[str, Json]) -> Verdict:
    """The host has an address somewhere: is it everywhere, and does it lead to this host?"""
    if own.known and not own.having:
        return Verdict("absent", seen)
    if public.absent or own.absent:
        # Configured resolvers stand for the zone's own servers too: each is counted once.
        asked, missing = {*public.known, *own.known}, {*public.absent, *own.absent}
        return Verdict("not_everywhere", seen | {"missing_at": len(missing), "asked": len(asked)})
    faults = [peer.fault for peer in (facts.v4, facts.v6) if peer is not None]
    if faults and all(fault is not None and fault.reason is Reason.BLOCKED for fault in faults):
        reason = f"{trouble.words(faults[0])}; customers outside cannot reach it either"
        return Verdict("could_not_look", seen | {"reason": reason})
    if facts.v6 is not None and _dead(facts.v6) and facts.v4 is not None and not _dead(facts.v4):
        return Verdict("ipv6_unreachable", seen | {"ipv6": _addresses(facts.aaaa)[0], "family": "IPv6"})
    if facts.page is not None and facts.made_up_page is not None and _same(facts.page, facts.made_up_page):
        return Verdict("only_wildcard", seen | {"made_up_name": facts.wildcard.name if facts.wildcard else ""})
    return Verdict("ok", seen)


@dataclass(frozen=True, slots=True)
class _Who:
    """Which servers have an address, say there is none, or say nothing."""

    having: list[str]
    absent: list[str]
    silent: int

    @property
    def known(self) -> list[str]:
        return self.having + self.absent


def _who(a: tuple[DnsAnswer, ...], aaaa: tuple[DnsAnswer, ...], *, of_zone: bool = False) -> _Who:
    """Put the two answers of each server together: one family is enough, and silence on one leaves it open.

    A name server of the zone answers an alias into another zone with the alias alone: the name is there.
    """
    having: list[str] = []
    absent: list[str] = []
    silent = 0
    for pair in zip_longest(a, aaaa):
        answers = [answer for answer in pair if answer is not None]
        server = next((answer.server for answer in answers if answer.server), "")
        alias = of_zone and any(answer.status is DnsStatus.NODATA and answer.cnames for answer in answers)
        if alias or any(answer.status is DnsStatus.OK for answer in answers):
            having.append(server)
        elif all(answer.status.absent for answer in answers):
            absent.append(server)
        else:
            silent += 1
    return _Who(having, absent, silent)


def _addresses(answers: tuple[DnsAnswer, ...]) -> tuple[str, ...]:
    return tuple(sorted({record for answer in answers if answer.status is DnsStatus.OK for record in answer.records}))


def _dead(peer: Peer) -> bool:
    """No connection at all: a bad certificate still means that somebody answered."""
    network = (Reason.REFUSED, Reason.UNREACHABLE, Reason.TIMEOUT)
    return peer.fault is not None and peer.fault.reason in network and not peer.chain


def _same(one: Exchange, other: Exchange) -> bool:
    if not one.status or one.status != other.status or one.fault or other.fault:
        return False
    if one.redirects_to or other.redirects_to:
        return one.redirects_to == other.redirects_to
    return likeness(read(one.text), read(other.text)) > SAME_PAGE


def _wait(answers: tuple[DnsAnswer, ...]) -> str:
    seconds = max((answer.ttl for answer in answers if answer.status.absent), default=0) or 3600
    return f"about {max(1, round(seconds / 60))} minutes"
