"""All of your name servers answer, and the registry knows the right ones.

Name servers tell the world where your site and your mail are. At least two are listed for every domain, so that one
may fail. If one of them is gone, or the list where you bought the domain is not the list of the company that serves
it, nobody notices, until the last good one has a bad day: then site and mail vanish together.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks import trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host, platform_of
from checks.net.facts import DnsAnswer, DnsStatus, Fault, Reason
from checks.probe import Probe
from checks.registry import check

OUTCOMES = {
    "ok": Outcome(Status.PASS, "All {count} name servers of {name} answer, and the registry lists the same ones"),
    "one_server": Outcome(
        Status.FAIL,
        "{name} has only one name server ({listed})",
        "If it sleeps, the site and mail vanish for everybody.",
        (
            "Look at {dns_host} which name servers it gives you; nearly all give two or more.",
            "Enter all of them where you bought {name}, on the page about name servers.",
            "Run this check again after an hour.",
        ),
        Severity.HIGH,
        runbook="dns_broken",
    ),
    "lame": Outcome(
        Status.FAIL,
        "Only {good} of your {count} name servers answer for {name}; {bad} does not: {why}",
        "Some visitors wait for seconds or get an error; if the rest sleep, the site and mail vanish.",
        (
            "Look at {dns_host} which name servers it gives you.",
            "Where you bought {name}, list exactly these, and remove {bad} if it is not one of them.",
            "If it is one of them: ask {dns_host} why it does not answer for {name}.",
        ),
        Severity.HIGH,
        runbook="dns_broken",
    ),
    "parent_differs": Outcome(
        Status.WARN,
        "The registry lists other name servers for {name} than the domain itself (only there: {only_parent};"
        " only here: {only_child})",
        "It works by luck: a name server that is switched off later takes part of your visitors with it.",
        (
            "Look at {dns_host} which name servers it gives you.",
            "Where you bought {name}, list exactly these.",
            "Run this check again after a day.",
        ),
        Severity.MEDIUM,
        runbook="dns_broken",
    ),
    "no_tcp": Outcome(
        Status.WARN,
        "{bad} answers short DNS questions only: connections over TCP fail ({why})",
        "Long answers, such as those for mail, get lost for some receivers.",
        ("Ask {dns_host} to open port 53 for TCP, too (RFC 7766).",),
        Severity.MEDIUM,
    ),
    "not_a_zone": Outcome(Status.NA, "{name} has no name servers of its own: they are the business of {whose}"),
    "replaced": Outcome(
        Status.NA,
        "The DNS servers of launch.yml stand for the name servers of {name}, so those were not looked at",
        fix=("To look at the real ones, run the check without `network.resolvers` in launch.yml.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether the name servers of {name} answer: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, see what dns.resolve says.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Server:
    """One name server as listed by the domain itself."""

    name: str
    soa: DnsAnswer
    """Its answer about the domain, asked without recursion."""
    addresses: tuple[str, ...] = ()
    """IPv4 ones, the only ones that are tried over TCP."""
    tcp: Fault | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Both lists, and how each server answers."""

    name: str
    listed: DnsAnswer
    """NS as the domain itself says."""
    above: tuple[DnsAnswer, ...] = ()
    """NS as servers of the zone above say: their referral."""
    servers: tuple[Server, ...] = ()
    replaced: bool = False


@check(
    "dns.ns_delegation",
    title="Name servers answer",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("DNS-3",),
    measured=(
        "We ask every name server of the domain whether it is responsible, over UDP and TCP, and compare the list with"
        " the one that the registry hands out."
    ),
    verify="dig +nssearch {name} && dig +trace {name} NS",
    links=("https://www.rfc-editor.org/rfc/rfc1034#section-4.1", "https://www.rfc-editor.org/rfc/rfc7766"),
)
async def ns_delegation(target: Target, probe: Probe) -> Verdict:
    """Both lists at once; then each server over UDP, and over TCP."""
    name = target.name
    if target.inventory.network.resolvers:
        return judge(Facts(name, DnsAnswer(name, "NS", "", DnsStatus.NODATA), replaced=True))
    listed, above, soas = await asyncio.gather(
        probe.dns(name, "NS"), probe.dns_delegation(name), probe.dns_authoritative(name, "SOA")
    )
    servers: tuple[Server, ...] = ()
    if listed.status is DnsStatus.OK and not listed.cnames:
        servers = tuple(await asyncio.gather(*(_server(soa, probe) for soa in soas if soa.server)))
    return judge(Facts(name, listed, above, servers))


async def _server(soa: DnsAnswer, probe: Probe) -> Server:
    found = await probe.dns(soa.server, "A")
    tcp = await probe.tcp(found.records[0], 53) if found.records and soa.status.known else None
    return Server(soa.server, soa, found.records, tcp)


def judge(facts: Facts) -> Verdict:
    """One server, a dead server, two lists, and last what only long answers need."""
    listed = facts.listed
    seen: dict[str, Json] = {
        "dns_host": dns_host(listed.records),
        "listed": listed.records,
        "count": len(listed.records),
    }
    if facts.replaced:
        return Verdict("replaced", seen)
    if listed.status.absent or listed.cnames:
        whose = platform_of(facts.name) or facts.name.partition(".")[2]
        gone = listed.status is DnsStatus.NXDOMAIN and not listed.cnames
        return (
            Verdict("could_not_look", seen | {"reason": "the domain does not exist"})
            if gone
            else Verdict("not_a_zone", seen | {"whose": whose})
        )
    if not listed.status.known:
        return Verdict("could_not_look", seen | {"reason": trouble.unheard((listed,))})
    good = [server for server in facts.servers if _answers(server)]
    seen["good"] = len(good)
    if len(listed.records) == 1:
        return Verdict("one_server", seen)
    if not good:
        reason = trouble.unheard(tuple(server.soa for server in facts.servers)) or "none says that it is responsible"
        return Verdict("could_not_look", seen | {"reason": reason})
    bad = next((server for server in facts.servers if not _answers(server) and not _out_of_our_reach(server)), None)
    if bad is not None:
        return Verdict("lame", seen | {"bad": bad.name, "why": _why(bad.soa)})
    return _lists(facts, seen) or _tcp(good, seen) or Verdict("ok", seen)


def _answers(server: Server) -> bool:
    return server.soa.status is DnsStatus.OK and server.soa.authoritative


def _out_of_our_reach(server: Server) -> bool:
    """It has IPv6 addresses only, and we may have no IPv6: that says nothing about it."""
    return server.soa.status is DnsStatus.UNREACHABLE and not server.addresses and "no address" not in server.soa.detail


def _why(soa: DnsAnswer) -> str:
    match soa.status:
        case DnsStatus.UNREACHABLE:
            return soa.detail or "it cannot be reached"
        case DnsStatus.TIMEOUT:
            return "no answer came in time"
        case DnsStatus.REFUSED:
            return "it says that the domain is not its business"
        case DnsStatus.OK:
            return "it answers from memory only and is not responsible"
        case DnsStatus.NXDOMAIN | DnsStatus.NODATA:
            return "it does not know the domain"
    return trouble.UNHEARD.get(soa.status, "it reports a failure")


def _lists(facts: Facts, seen: dict[str, Json]) -> Verdict | None:
    """What the registry hands out against what the domain says; nothing where the registry was not heard."""
    theirs = next((set(one.referral or one.records) for one in facts.above if one.referral or one.records), set())
    mine = set(facts.listed.records)
    seen["registry"] = tuple(sorted(theirs)[:20])
    if not theirs or theirs == mine:
        return None
    more: dict[str, Json] = {
        "only_parent": ", ".join(sorted(theirs - mine)[:4]) or "none",
        "only_child": ", ".join(sorted(mine - theirs)[:4]) or "none",
    }
    return Verdict("parent_differs", seen | more)


def _tcp(good: list[Server], seen: dict[str, Json]) -> Verdict | None:
    """A server that refuses TCP; where all of them do, it is more likely our own network that lets none out."""
    failing = [server for server in good if server.tcp is not None and server.tcp.reason not in trouble.OURS]
    tried = [server for server in good if server.addresses]
    seen["tcp"] = "not seen from here" if failing and len(failing) == len(tried) else "ok"
    if not failing or len(failing) == len(tried):
        return None
    fault = failing[0].tcp
    why = "nothing listens there" if fault is not None and fault.reason is Reason.REFUSED else trouble.words(fault)
    return Verdict("no_tcp", seen | {"bad": failing[0].name, "why": why})
