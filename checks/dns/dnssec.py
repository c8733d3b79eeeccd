"""The security signatures on your domain are whole, where it has any.

A domain may be signed, so that nobody can send visitors elsewhere by lying about it (DNSSEC). Not being signed is
fine. But once it is, a broken signature is worse than none: for everybody whose internet provider checks it, the site
does not exist. That usually happens when a domain moves to another DNS company and the old fingerprint stays behind.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks import trouble
from checks.dnssec_keys import unmatched
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host
from checks.net.facts import DnsAnswer, DnsStatus
from checks.probe import Probe
from checks.registry import check

SOON = timedelta(days=3)
REASONS = {
    1: "the signature uses a method that is no longer accepted",
    2: "the fingerprint uses a method that is no longer accepted",
    6: "the signature is wrong",
    7: "the signature has run out",
    8: "the signature is only valid later",
    9: "the key that should be there is missing",
    10: "the signatures are missing",
    12: "the proof that a name does not exist is missing",
}
"""RFC 8914 section 4, those that speak of signatures."""
REPAIR = (
    "Sign in where you bought {name} and remove the DS record (often called DNSSEC).",
    "Wait until the old one is forgotten, at most a day, and run this check again: the site is then reachable for all.",
    "Afterwards switch DNSSEC on again at {dns_host}, and copy the new DS record from there.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The security signature on {name} is whole"),
    "unsigned": Outcome(Status.NA, "{name} is not signed (DNSSEC), which is fine"),
    "bogus": Outcome(
        Status.FAIL,
        "A security signature on {name} is broken: {reason}",
        "For everybody who uses Google, Cloudflare, Quad9 or another checking DNS, the site and mail do not exist.",
        REPAIR,
        Severity.BLOCKER,
        breaks=True,
        runbook="dns_broken",
    ),
    "keys_differ": Outcome(
        Status.FAIL,
        "The fingerprint of {name} at the registry fits none of its keys ({fingerprints})",
        "As soon as caches have forgotten the old keys, the site and mail do not exist for most people.",
        REPAIR,
        Severity.HIGH,
        runbook="dns_broken",
    ),
    "signature_ends": Outcome(
        Status.WARN,
        "The security signature on {name} runs out on {until} and has not been renewed",
        "If it runs out, the site and mail do not exist for most people.",
        (
            "Ask {dns_host} why the zone is not being signed anew.",
            "If nobody can tell in time: remove the DS record where you bought {name}, so that it counts as unsigned.",
        ),
        Severity.MEDIUM,
    ),
    "not_checked": Outcome(
        Status.UNKNOWN,
        "{name} is signed, but the resolver that was asked does not check signatures",
        "Nothing is proven either way; its fingerprint at the registry fits its keys.",
        ("Run this check with a resolver that checks signatures, for instance without `network.resolvers`.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether the signature on {name} is whole: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, look at the name servers of your domain first.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a checking resolver says about one domain."""

    name: str
    checked: DnsAnswer
    """SOA, with the signature checked."""
    ds: DnsAnswer
    """The fingerprint at the zone above."""
    now: datetime
    unchecked: DnsAnswer | None = None
    """The same as `checked` without the check, asked only where that failed."""
    keys: DnsAnswer | None = None
    """DNSKEY, unchecked; asked only where there is a fingerprint."""
    servers: tuple[str, ...] = ()


@check(
    "dns.dnssec",
    title="Security signature (DNSSEC)",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.BLOCKER,
    requirements=("DNS-1",),
    measured=(
        "We ask a DNS resolver that checks signatures; where it fails, once more without its check. And we compare the"
        " fingerprint at the registry with the keys of the domain."
    ),
    verify="dig +dnssec {name} SOA && dig +dnssec +cd {name} SOA && dig {name} DS",
    links=("https://www.rfc-editor.org/rfc/rfc4035", "https://www.rfc-editor.org/rfc/rfc8914"),
)
async def dnssec(target: Target, probe: Probe) -> Verdict:
    """Two questions for most domains; more only where something is signed or fails."""
    name = target.name
    checked, ds, servers = await asyncio.gather(
        probe.dns_secure(name, "SOA"), probe.dns_secure(name, "DS"), probe.dns(name, "NS")
    )
    unchecked = keys = None
    if checked.status is DnsStatus.SERVFAIL:
        unchecked = await probe.dns_secure(name, "SOA", checking=False)
    if ds.status is DnsStatus.OK:
        keys = await probe.dns_secure(name, "DNSKEY", checking=False)
    return judge(Facts(name, checked, ds, probe.now(), unchecked, keys, servers.records))


def judge(facts: Facts) -> Verdict:
    """SERVFAIL alone may be a dead name server; only what answers without the check is a broken signature."""
    seen: dict[str, Json] = {
        "dns_host": dns_host(facts.servers),
        "ds": facts.ds.records[:10],
        "extended": [f"{code} {text}".strip() for code, text in facts.checked.extended],
    }
    if facts.checked.status is DnsStatus.SERVFAIL:
        if facts.unchecked is not None and facts.unchecked.status is DnsStatus.OK:
            return Verdict("bogus", seen | {"reason": _reason(facts.checked)})
        return Verdict("could_not_look", seen | {"reason": "its name servers do not answer, signature or not"})
    if not facts.checked.status.known:
        return Verdict("could_not_look", seen | {"reason": trouble.unheard((facts.checked,))})
    if facts.ds.status.absent:
        return Verdict("unsigned", seen)
    if not facts.ds.status.known:
        return Verdict("could_not_look", seen | {"reason": trouble.unheard((facts.ds,))})
    if facts.keys is None or not facts.keys.status.known:
        reason = trouble.unheard((facts.keys,)) if facts.keys is not None else "its keys were not asked for"
        return Verdict("could_not_look", seen | {"reason": reason})
    return _signed(facts, facts.keys, seen)


def _signed(facts: Facts, keys: DnsAnswer, seen: dict[str, Json]) -> Verdict:
    lost = unmatched(facts.name, facts.ds.records, keys.records)
    if lost is not None:
        return Verdict("keys_differ", seen | {"fingerprints": ", ".join(lost[:5])})
    since, until = facts.checked.signed_since, facts.checked.signed_until
    if until is not None:
        seen["until"] = f"{until:%Y-%m-%d %H:%M} UTC"
        # Companies that sign at every answer give two days each time, so what is left counts against the whole span.
        if since is not None and until - facts.now < min(SOON, (until - since) / 4):
            return Verdict("signature_ends", seen)
    return Verdict("ok" if facts.checked.authenticated else "not_checked", seen)


def _reason(answer: DnsAnswer) -> str:
    return next((REASONS[code] for code, _ in answer.extended if code in REASONS), "the check of it fails")
