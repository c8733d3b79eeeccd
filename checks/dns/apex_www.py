"""Your address works with and without www.

Many people type www in front of a name, and old links and business cards do it for them.
If only one of the two works, some of your visitors see an error page and believe that you are closed.
Both must be found, both need a certificate, and both must lead to the same page.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks import trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host, no_website, platform_of
from checks.net.facts import Chain, ChainEnd, DnsAnswer, DnsStatus, Peer, Reason
from checks.probe import Probe
from checks.registry import check
from checks.urls import same_place
from checks.visit import visit

ADD_WWW = (
    "At {dns_host} add a CNAME record (an alias) for www that points at {name}.",
    "At your host add www.{name} to the domains of the site, so that it gets a certificate.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "{name} and www.{name} both work and lead to {end}"),
    "not_needed": Outcome(Status.NA, "{name} needs no www: {reason}"),
    "www_missing": Outcome(
        Status.FAIL,
        "People who type www.{name} get an error page: that name leads nowhere",
        impact="Many people type www, and old links have it. To them you look closed.",
        fix=ADD_WWW,
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "apex_missing": Outcome(
        Status.FAIL,
        "{name} without www leads nowhere",
        impact="People who type the short name see an error page.",
        fix=(
            "At your host look up the address for the bare domain (often an A record).",
            "At {dns_host} add that record for {name} itself (often written as @).",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "both_missing": Outcome(
        Status.FAIL,
        "Neither {name} nor www.{name} leads anywhere",
        impact="Whoever types your name sees an error page, even if other addresses such as app.{name} work.",
        fix=(
            "At your host open the Domains page of your site and note the records it asks for.",
            "Add them at {dns_host}, for {name} itself (often written as @) and for www.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "apex_is_alias": Outcome(
        Status.FAIL,
        "{name} itself is an alias (CNAME), which the rules of DNS forbid: mail and name servers can break",
        impact="Mail to {name} can get lost, and some visitors cannot open the site.",
        fix=(
            "At {dns_host} replace the CNAME record of {name} itself by the A record that your host gives you.",
            "If your host gives none: use the record type ALIAS or ANAME, or DNS with CNAME flattening.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "no_certificate": Outcome(
        Status.FAIL,
        "Visitors of {broken} get a security warning, while {working} works",
        impact="Visitors who come that way are told that your site is not safe, and most of them leave.",
        fix=(
            "At your host add {broken} to the domains of the site; it then gets a certificate of its own.",
            "If it is listed there already, press the button to renew or verify it.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "one_unreachable": Outcome(
        Status.FAIL,
        "{broken} cannot be opened, while {working} works",
        impact="Visitors who type it that way see an error page.",
        fix=(
            "At {dns_host} compare the records of {broken} with those of {working}: both should lead to one place.",
            "At your host add {broken} to the domains of the site.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "two_endings": Outcome(
        Status.FAIL,
        "{name} and www.{name} end at two different addresses",
        impact="Visitors see two sites under one name; search engines split their trust, and logins may get lost.",
        fix=(
            "Decide which address is the one: with www or without.",
            "At your host set it as the primary domain, so that the other one redirects to it.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not compare {name} with www.{name}: {reason}",
        impact="Nothing is proven either way.",
        fix=("Run this check again in a few minutes.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two names."""

    name: str
    a: DnsAnswer
    aaaa: DnsAnswer
    peer: Peer | None = None
    chain: Chain | None = None
    """Redirects followed from `https://name/`."""

    @property
    def found(self) -> bool:
        """Whether it has an address."""
        return DnsStatus.OK in (self.a.status, self.aaaa.status)

    @property
    def absent(self) -> bool:
        """Whether DNS says that it has none."""
        return self.a.status.absent and self.aaaa.status.absent


@dataclass(frozen=True, slots=True)
class Facts:
    """Both names of one domain."""

    apex: Side
    www: Side
    alias: DnsAnswer
    """The CNAME record of the apex."""
    servers: DnsAnswer | None = None
    """The NS records of the apex."""
    not_needed: str = ""
    """Why www is left out on purpose; empty where it is wanted."""


@check(
    "dns.apex_www",
    title="With and without www",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("DNS-2", "RED-1", "RED-8"),
    measured="We look up both names, open a secure connection to both and follow both to the page where they end.",
    verify="curl -sSL -o /dev/null -D - https://{name}/ https://www.{name}/",
    links=("https://www.rfc-editor.org/rfc/rfc1034#section-3.6.2",),
)
async def apex_www(target: Target, probe: Probe) -> Verdict:
    """Look at both names in the same way."""
    apex, www, alias, servers = await asyncio.gather(
        _side(target.name, probe),
        _side(f"www.{target.name}", probe),
        probe.dns(target.name, "CNAME"),
        probe.dns(target.name, "NS"),
    )
    return judge(Facts(apex, www, alias, servers, not_needed(target)))


async def _side(name: str, probe: Probe) -> Side:
    a, aaaa = await asyncio.gather(probe.dns(name, "A"), probe.dns(name, "AAAA"))
    side = Side(name, a, aaaa)
    if not side.found:
        return side
    family = 4 if a.status is DnsStatus.OK else 6
    peer, chain = await asyncio.gather(probe.tls(name, family=family), visit(probe, f"https://{name}/"))
    return Side(name, a, aaaa, peer, chain)


def not_needed(target: Target) -> str:
    """Why this domain is not expected to have a www, or empty."""
    inventory = target.inventory
    if any(host.name == target.name and not host.wants_www for host in inventory.hosts):
        return "it is left out on purpose"
    platform = platform_of(target.name)
    if platform:
        return f"it is a name that {platform} gives its customers"
    return no_website(target)


def judge(facts: Facts) -> Verdict:
    """Absence first, then certificates, then where the two end."""
    apex, www = facts.apex, facts.www
    servers = facts.servers.records if facts.servers is not None and facts.servers.status is DnsStatus.OK else ()
    seen: dict[str, Json] = {
        "dns_host": dns_host(servers),
        "apex": (apex.a.records + apex.aaaa.records)[:8],
        "www": (www.a.records + www.aaaa.records)[:8],
        "www_alias": www.a.cnames,
    }
    if facts.not_needed:
        return Verdict("not_needed", seen | {"reason": facts.not_needed})
    for side in (apex, www):
        if not side.found and not side.absent:
            reason = trouble.unheard((side.a, side.aaaa)) or "one of the two look-ups failed"
            return Verdict("could_not_look", seen | {"reason": f"{reason}, at {side.name}"})
    if apex.absent or www.absent:
        code = "both_missing" if apex.absent and www.absent else "apex_missing" if apex.absent else "www_missing"
        return Verdict(code, seen)
    if facts.alias.status is DnsStatus.OK and facts.alias.records:
        return Verdict("apex_is_alias", seen | {"alias": facts.alias.records[0]})
    broken = [side for side in (apex, www) if _broken(side)]
    if len(broken) == 1:
        working = www if broken[0] is apex else apex
        fault = broken[0].peer.fault if broken[0].peer else None
        code = "no_certificate" if fault is not None and fault.reason is Reason.TLS else "one_unreachable"
        more: dict[str, Json] = {"broken": broken[0].name, "working": working.name, "reason": trouble.words(fault)}
        return Verdict(code, seen | more)
    return _endings(apex, www, seen)


def _broken(side: Side) -> bool:
    """Whether no visitor gets through to this name; a reason of the bot's own does not count."""
    return side.peer is not None and not side.peer.verified and not trouble.ours(side.peer.fault)


def _endings(apex: Side, www: Side, seen: dict[str, Json]) -> Verdict:
    ends: list[str] = []
    for side in (apex, www):
        if side.chain is None or side.chain.end is not ChainEnd.FINAL:
            fault = side.chain.last.fault if side.chain is not None else None
            reason = trouble.words(fault) if fault is not None else "its redirects do not come to an end"
            return Verdict("could_not_look", seen | {"reason": f"{reason}, at {side.name}"})
        ends.append(same_place(side.chain.last.url))
    seen |= {"ends": tuple(ends), "end": ends[0]}
    return Verdict("ok" if ends[0] == ends[1] else "two_endings", seen)
