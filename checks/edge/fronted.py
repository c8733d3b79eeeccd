"""A shield stands between the internet and your server.

A server whose own address everybody can see can be knocked over for a few euros an hour. A shield in front of it, such
as Cloudflare, or a platform such as Vercel takes such attacks on itself. We look whether one stands in front of each
host, and whether it is the one you wrote down (`edge:` in launch.yml): a single forgotten record leads around it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks import edges, trouble
from checks.edges import NONE, Witness
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.names import dns_host, zone_of
from checks.net.facts import DnsAnswer, DnsStatus, Exchange
from checks.probe import Probe
from checks.providers import Entry
from checks.registry import check

WEB = frozenset({Purpose.MARKETING, Purpose.APP, Purpose.API, Purpose.AUTH, Purpose.ADMIN, Purpose.HELP})
"""Hosts that browsers and programs open; names for mail or SSH must stay open."""
PROXY = (
    "At {dns_host} open the DNS record of {host} and switch the proxy on (at Cloudflare: turn the cloud orange).",
    "Do this only for names that open in a browser: names for mail, file transfer or SSH must stay as they are.",
    "Afterwards change the address of the server if you can: the old one is known.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "{edge} stands in front of {host} and shields it (seen by {by})"),
    "platform": Outcome(Status.PASS, "{host} runs on {edge}, which shields it by itself (seen by {by})"),
    "open_on_purpose": Outcome(Status.PASS, "{host} stands open to the internet, as launch.yml says it should"),
    "private_address": Outcome(
        Status.NA, "{host} has an address of a private network ({addresses}), which nobody outside can reach"
    ),
    "not_proxied": Outcome(
        Status.FAIL,
        "{wanted} should stand in front of {host}, but visitors reach the server itself ({addresses})",
        impact="A cheap attack can knock the server over, and the rules you set at {wanted} do nothing.",
        fix=PROXY,
        severity=Severity.HIGH,
        runbook="origin_exposed",
    ),
    "partly": Outcome(
        Status.FAIL,
        "One address of {host} leads around {edge}: {around}",
        impact="Some visitors, and every attacker, reach the server without protection.",
        fix=(
            "At {dns_host} look at all records of {host}, AAAA too: delete {around}, or switch its proxy on.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="origin_exposed",
    ),
    "other_edge": Outcome(
        Status.WARN,
        "launch.yml says that {wanted} stands in front of {host}, but it is {edge} (seen by {by})",
        impact="Rules that you set at {wanted} do nothing for {host}.",
        fix=(
            "If {edge} is right: write `edge: {edge_id}` for {host} in launch.yml.",
            "If {wanted} is right: correct the DNS record of {host} at {dns_host}.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "bare": Outcome(
        Status.WARN,
        "Anybody can see the address of the server of {host} ({addresses}); a cheap attack can knock it over",
        impact="During an attack or a rush nothing takes the load off your server.",
        fix=(
            "Put a shield in front: add the domain at Cloudflare (free plan), then turn the cloud of {host} orange.",
            "If nothing should stand in front, write `edge: none` for {host} in launch.yml.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="origin_exposed",
    ),
    "not_recognisable": Outcome(
        Status.UNKNOWN,
        "launch.yml says that {wanted} stands in front of {host}; this bot does not know how to recognise it",
        impact="Nothing is proven either way.",
        fix=("Look yourself: visits of {host} must show up in the statistics of {wanted}.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see what stands in front of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The three witnesses for one host."""

    a: DnsAnswer
    aaaa: DnsAnswer
    answer: Exchange | None
    ns: DnsAnswer | None = None
    wanted: str = ""
    """What launch.yml says: an edge, `none`, or nothing."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of the host."""
        return tuple(record for one in (self.a, self.aaaa) if one.status is DnsStatus.OK for record in one.records)

    @property
    def witness(self) -> Witness | None:
        """What stands in front."""
        return edges.in_front(self.addresses, self.a.cnames or self.aaaa.cnames, self.answer)


def _is_web(target: Target) -> bool:
    return target.purpose in WEB


async def look(target: Target, probe: Probe) -> Facts:
    """The addresses and the start page, which other checks ask for too."""
    a, aaaa, answer, ns = await asyncio.gather(
        probe.dns(target.host, "A"),
        probe.dns(target.host, "AAAA"),
        probe.get(f"https://{target.host}/"),
        probe.dns(zone_of(target.host, target.inventory), "NS"),
    )
    host = next((host for host in target.inventory.hosts if host.name == target.host), None)
    return Facts(a, aaaa, answer, ns, host.edge if host else "")


@check(
    "edge.fronted",
    title="A shield in front",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("EDGE-1", "EDGE-2"),
    measured=(
        "We compare the host's addresses with the lists that Cloudflare and others publish, and look for their marks in"
        " its answers and in its DNS records."
    ),
    verify="dig +short A {host}; curl -sS -o /dev/null -D - https://{host}/",
    links=("https://www.cloudflare.com/ips/", "https://developers.cloudflare.com/dns/proxy-status/"),
    applies=_is_web,
)
async def fronted(target: Target, probe: Probe) -> Verdict:
    """Three witnesses, none of which costs a question of its own."""
    return judge(await look(target, probe))


def judge(facts: Facts) -> Verdict:
    """What was found, held against what was written down."""
    wanted, addresses, found = edges.named(facts.wanted), facts.addresses, facts.witness
    seen: dict[str, Json] = {
        "addresses": addresses,
        "aliases": facts.a.cnames,
        "wanted": wanted.name if wanted else facts.wanted,
        "dns_host": dns_host(facts.ns.records if facts.ns else ()),
        "edge": found.edge.name if found else "",
        "edge_id": found.edge.id if found else "",
        "by": found.by if found else "",
    }
    if not addresses:
        return Verdict("could_not_look", seen | {"reason": trouble.unheard((facts.a,)) or "its name has no address"})
    if all(edges.private(address) for address in addresses):
        return Verdict("private_address", seen)
    if facts.wanted == NONE and found is None:
        return Verdict("open_on_purpose", seen)
    if wanted is None and facts.wanted not in ("", NONE) and found is None:
        return Verdict("not_recognisable", seen)
    if wanted is not None:
        return _as_written(facts, wanted, found, seen)
    if found is None:
        return Verdict("bare", seen)
    if facts.wanted not in ("", NONE):
        return Verdict("other_edge", seen)
    return _around(addresses, found.edge, seen) or Verdict("platform" if found.edge.flag("platform") else "ok", seen)


def _as_written(facts: Facts, wanted: Entry, found: Witness | None, seen: dict[str, Json]) -> Verdict:
    """Whether the edge that is written down is there, alone or in front of a platform."""
    through = facts.answer is not None and edges.sends_headers_of(facts.answer, wanted)
    owned = [address for address in facts.addresses if edges.of_address(address) == wanted]
    if through or owned or (found is not None and found.edge == wanted):
        by = "its addresses" if owned else edges.MARKS if through else (found.by if found else "")
        seen |= {"edge": wanted.name, "edge_id": wanted.id, "by": by}
        # Where only headers speak, the address list may be old or the address the customer's own: no accusation.
        around = _around(facts.addresses, wanted, seen) if owned else None
        return around or Verdict("platform" if wanted.flag("platform") else "ok", seen)
    return Verdict("not_proxied" if found is None else "other_edge", seen)


def _around(addresses: tuple[str, ...], edge: Entry, seen: dict[str, Json]) -> Verdict | None:
    """Some addresses are behind the edge and others are surely not."""
    around = edges.outside(addresses, edge)
    if not around or len(around) == len(addresses):
        return None
    return Verdict("partly", seen | {"edge": edge.name, "around": around})
