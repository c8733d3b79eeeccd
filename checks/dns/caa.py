"""The company that issues your certificate is allowed to renew it.

A domain can name the companies that may issue certificates for it (CAA records). That is a good lock. But when the
one that your host uses is not on the list, the next renewal is refused, silently; weeks later browsers show a red
warning. So we compare the list with the company that issued the certificate which visitors see today.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks import trouble
from checks.authorities import Issuer, issuer_of, named
from checks.caa_record import Rules, climb, holding
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host
from checks.net.facts import Certificate, DnsAnswer, Peer
from checks.probe import Probe
from checks.registrable import registrable
from checks.registry import check

AUTOMATIC = timedelta(days=101)
"""Certificates that live no longer than this are renewed by machines, at two thirds of their life."""

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The certificate of {host} comes from {issuer}, which may renew it"),
    "no_rules": Outcome(Status.PASS, "Any company may issue a certificate for {host}: nothing stands in the way"),
    "issuer_forbidden": Outcome(
        Status.FAIL,
        "Your rules forbid {issuer} to renew the certificate of {host}; the renewal due about {renewal} is refused",
        "After {until} browsers show a red warning instead of {host}.",
        (
            'At {dns_host} add a CAA record at {at}: `0 {tag} "{wanted}"`.',
            "If {host} is meant to have a certificate from {allowed} instead: have it issued there now.",
            "Run this check again, and tls.expiry after the renewal date.",
        ),
        Severity.MEDIUM,
        runbook="certificate_not_renewing",
    ),
    "nobody_allowed": Outcome(
        Status.FAIL,
        "Your rules forbid every company to issue a certificate for {host}; the renewal due about {renewal} is refused",
        "After {until} browsers show a red warning instead of {host}.",
        (
            'At {dns_host} add a CAA record at {at}: `0 {tag} "{wanted}"`, for {issuer}, your present one.',
            "Run this check again, and tls.expiry after the renewal date.",
        ),
        Severity.MEDIUM,
        runbook="certificate_not_renewing",
    ),
    "strange_rule": Outcome(
        Status.WARN,
        "A rule about certificates at {at} is marked as critical and no company knows it (“{tags}”)",
        "Every company must then refuse, so the next renewal for {host} fails.",
        ("At {dns_host} correct or remove the CAA record with “{tags}” at {at}.",),
        Severity.MEDIUM,
    ),
    "issuer_unknown": Outcome(
        Status.UNKNOWN,
        "Could not tell whether {issuer} may renew the certificate of {host}: its name in such rules is not known here",
        "Nothing is proven either way. Allowed at the moment: {allowed}.",
        ("Ask {issuer} which CAA name it goes by, and see whether it is among those allowed at {at}.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not compare the rules about certificates with the certificate of {host}: {reason}",
        "Nothing is proven either way. A company that cannot read your rules must refuse to renew, too.",
        ("Check again in a few minutes; if it stays so, see what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The rules on the way up from one host, and the certificate that it shows."""

    host: str
    top: str
    """The registrable domain: rules of others above it are not asked for."""
    answers: Mapping[str, DnsAnswer]
    """CAA by name."""
    peer: Peer | None
    servers: tuple[str, ...] = ()


@check(
    "dns.caa",
    title="Certificate may be renewed (CAA)",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("TLS-1", "TLS-4"),
    measured=(
        "We read the CAA records of the host and, where none stand there, of the names above it, and compare them with"
        " the issuer of the certificate that visitors see."
    ),
    verify="dig +short CAA {at}",
    links=("https://www.rfc-editor.org/rfc/rfc8659",),
)
async def caa(target: Target, probe: Probe) -> Verdict:
    """All names on the way up at once, beside the handshake that other checks make as well."""
    top = registrable(target.host)
    names = climb(target.host, top)
    answers, peer, servers = await asyncio.gather(
        asyncio.gather(*(probe.dns(name, "CAA") for name in names)), _peer(target.host, probe), probe.dns(top, "NS")
    )
    return judge(Facts(target.host, top, dict(zip(names, answers, strict=True)), peer, servers.records))


async def _peer(host: str, probe: Probe) -> Peer:
    peer = await probe.tls(host)
    if not peer.chain:
        other = await probe.tls(host, family=6)
        return other if other.chain else peer
    return peer


def judge(facts: Facts) -> Verdict:
    """The rules as they are served, since edges add some of their own; then the issuer of today's certificate."""
    names = climb(facts.host, facts.top)
    rules = holding(names, facts.answers)
    seen: dict[str, Json] = {"dns_host": dns_host(facts.servers), "at": facts.host}
    if isinstance(rules, DnsAnswer) or any(name not in facts.answers for name in names):
        reason = trouble.unheard((rules,)) if isinstance(rules, DnsAnswer) else "not all names were asked"
        return Verdict("could_not_look", seen | {"reason": reason})
    if rules is None:
        return Verdict("no_rules", seen)
    seen |= {"at": rules.at, "records": [f"{one.tag} {one.value}"[:200] for one in rules.properties[:20]]}
    if rules.strange:
        return Verdict("strange_rule", seen | {"tags": ", ".join(rules.strange)})
    chain = facts.peer.chain if facts.peer is not None else ()
    if not chain:
        if rules.issuers() is None and rules.issuers(wildcard=True) is None:
            return Verdict("no_rules", seen)
        fault = facts.peer.fault if facts.peer is not None else None
        return Verdict("could_not_look", seen | {"reason": trouble.words(fault)})
    return _compared(facts.host, rules, chain[0], seen)


def _compared(host: str, rules: Rules, certificate: Certificate, seen: dict[str, Json]) -> Verdict:
    wildcard = host not in certificate.names and any(name.startswith("*.") for name in certificate.names)
    allowed = rules.issuers(wildcard=wildcard)
    if allowed is None:
        return Verdict("no_rules", seen)
    issuer = issuer_of(certificate)
    tag = "issuewild" if wildcard and any(one.tag == "issuewild" for one in rules.properties) else "issue"
    seen |= {
        "issuer": issuer.name,
        "allowed": ", ".join(named(name) for name in allowed[:10]) or "nobody",
        "wanted": issuer.caa[0] if issuer.caa else "",
        "tag": tag,
        "until": day(certificate.not_after),
        "renewal": day(renewal(certificate)),
    }
    if issuer.allowed(allowed):
        return Verdict("ok", seen)
    if issuer.caa:
        # The record to add, under the names that repairs are filled from.
        seen |= {"record_name": rules.at, "record_type": "CAA", "new_record": f'0 {tag} "{issuer.caa[0]}"'}
    if not _known(issuer):
        return Verdict("nobody_allowed" if not allowed and issuer.caa else "issuer_unknown", seen)
    return Verdict("issuer_forbidden" if allowed else "nobody_allowed", seen)


def _known(issuer: Issuer) -> bool:
    return named(issuer.caa[0]) != issuer.caa[0] if issuer.caa else False


def renewal(certificate: Certificate) -> datetime:
    """When it will be renewed: machines do it after two thirds of its life, people in the last month."""
    lifetime = certificate.not_after - certificate.not_before
    early = lifetime / 3 if lifetime <= AUTOMATIC else timedelta(days=30)
    return certificate.not_after - early


def day(moment: datetime) -> str:
    """A date as people write it."""
    return f"{moment.day} {moment:%B %Y}"
