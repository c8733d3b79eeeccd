"""Browsers trust your site's certificate.

A certificate is the passport of a site: it proves that the visitor talks to you and to nobody in between.
If it is wrong, browsers show a full-page red warning, phones and payment services refuse to connect at all,
and almost everybody turns back. A desktop browser can hide the fault that a phone shows, so "works for me" is no proof.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from checks import trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.moments import moment
from checks.net.facts import Certificate, DnsStatus, Exchange, Peer, Reason
from checks.probe import Probe
from checks.registry import check
from checks.urls import host_of

WARNING = "Browsers show a red warning page. Phones, apps and payment services refuse to connect."
RENEW = (
    "At your host open the certificate (SSL) page of {host} and press Renew.",
    "If the certificate is installed by hand: order a new one and install it together with its chain file.",
    "Run this check again.",
)
CODES = {9: "not_yet_valid", 10: "expired", 18: "self_signed", 19: "self_signed", 62: "wrong_host", 64: "wrong_host"}
"""OpenSSL's X509_V_ERR numbers, where one number is one outcome."""
MISSING_ISSUER = frozenset({2, 20, 21})
WEAK = frozenset({66, 67, 68})
SMALL_RSA = 2048
SMALL_EC = 224
WEAK_HASHES = frozenset({"md5", "sha1"})
SKEW = timedelta(minutes=10)


def _fail(summary: str, *fix: str, impact: str = WARNING, severity: Severity = Severity.BLOCKER) -> Outcome:
    return Outcome(Status.FAIL, summary, impact, fix, severity, breaks=True, runbook="certificate_expired")


OUTCOMES = {
    "ok": Outcome(Status.PASS, "Browsers trust the certificate of {host} (issued by {issuer})"),
    "expired": _fail(
        "Visitors of {host} get a red warning: its certificate, or one that it rests on, has run out", *RENEW
    ),
    "not_yet_valid": _fail(
        "Visitors of {host} get a red warning: its certificate is only valid from {not_before}",
        "Check the clock of the server, and whether a certificate for later was installed by mistake.",
        "Install the certificate that is valid today.",
        "Run this check again.",
    ),
    "self_signed": _fail(
        "Visitors of {host} get a red warning: the certificate was made by the server itself, and no browser trusts it",
        "At your host switch on the free certificate (Let's Encrypt or the host's own) for {host}.",
        "If you installed this certificate by hand, replace it by one from a public certificate company.",
        "Run this check again.",
    ),
    "incomplete_chain": _fail(
        "Visitors of {host} on phones get a red warning: the server leaves out the middle certificate",
        "Your server sends its own certificate but not the middle one: use fullchain.pem instead of cert.pem.",
        "Reload the web server.",
        "Run this check again; a desktop browser is no proof, because it hides this fault.",
        severity=Severity.HIGH,
        impact="Phones, apps and payment services refuse to connect, although it works in a desktop browser.",
    ),
    "unknown_issuer": _fail(
        "Visitors of {host} get a red warning: no browser knows the company that issued its certificate ({issuer})",
        "At your host switch on the free certificate (Let's Encrypt or the host's own) for {host}.",
        "If you use Cloudflare: its origin certificate only works behind the orange cloud; switch the proxy on.",
        "Run this check again.",
    ),
    "wrong_host": _fail(
        "Visitors of {host} get a red warning: the certificate belongs to another name ({names})",
        "At your host add {host} to the domains of the site; it then gets a certificate for that name.",
        "If {host} should not lead there at all, correct its DNS record.",
        "Run this check again.",
    ),
    "weak": _fail(
        "Browsers refuse the certificate of {host}: it is too weak ({weakness})",
        "Have a new certificate issued, with a new key: RSA of 2048 bits or more, or an EC key.",
        "Install it and reload the web server.",
        "Run this check again.",
        impact="Newer browsers and payment services refuse to connect; others may be tricked.",
    ),
    "not_trusted": _fail("Visitors of {host} get a red warning: {reason}", *RENEW),
    "no_secure_connection": _fail(
        "Nobody can open {host} over https: the server does not manage a secure connection",
        "At your host check that https (SSL) is switched on for {host} and that its certificate is ready.",
        "If you run the server yourself: check that port 443 speaks TLS 1.2 or 1.3.",
        "Run this check again.",
        impact="Browsers show an error page instead of your site.",
    ),
    "not_reachable": Outcome(
        Status.UNKNOWN,
        "Could not see the certificate of {host}: {reason}",
        impact="The certificate can only be judged once the server answers.",
        fix=("See first what the other checks say about {host}: it does not answer on port 443 (https).",),
    ),
    "intercepted": Outcome(
        Status.UNKNOWN,
        "Could not judge the certificate of {host}: this bot's own network puts its own certificate in between",
        impact="This says nothing about your site.",
        fix=("Run the bot outside of that network: a company proxy or a virus scanner opens its connections.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not judge the certificate of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("Put that right, then run this check again.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The handshakes with one host, and what helps to tell whose fault a bad one is."""

    peers: tuple[Peer, ...]
    """One per address family that has an address."""
    now: datetime
    neutral: Peer | None = None
    """A well-known other site, looked at only where the issuer is unknown."""
    plain: Exchange | None = None
    """The host over http, asked only for its clock where the dates do not fit."""


@check(
    "tls.valid",
    title="Certificate is trusted",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("TLS-1", "TLS-2"),
    measured=(
        "We open one secure connection per address family and check the certificate as strictly as a phone does,"
        " without filling in what the server leaves out."
    ),
    verify="openssl s_client -connect {host}:443 -servername {host} -verify_return_error -brief </dev/null",
    links=("https://www.rfc-editor.org/rfc/rfc5280", "https://www.rfc-editor.org/rfc/rfc9525"),
)
async def valid(target: Target, probe: Probe) -> Verdict:
    """Shake hands over each family that the host announces; ask for a second opinion where that can clear it."""
    a, aaaa = await asyncio.gather(probe.dns(target.host, "A"), probe.dns(target.host, "AAAA"))
    families = [family for family, answer in ((4, a), (6, aaaa)) if answer.status is DnsStatus.OK] or [4]
    peers = await asyncio.gather(*(probe.tls(target.host, family=family) for family in families))
    facts = Facts(tuple(peers), probe.now())
    codes = {peer.fault.verify_code for peer in peers if peer.fault is not None}
    if codes & (MISSING_ISSUER | {19}):
        canary = _canary(target)
        if canary:
            facts = replace(facts, neutral=await probe.tls(canary))
    if codes & {9, 10} and all(peer.server_time_skew_s is None for peer in peers):
        facts = replace(facts, plain=await probe.get(f"http://{target.host}/"))
    return judge(facts)


def _canary(target: Target) -> str:
    """A site that has nothing to do with the product; none where the configuration keeps the bot on its own net."""
    network = target.inventory.network
    if network.canaries is not None:
        return host_of(network.canaries[0]) if network.canaries else ""
    return "" if network.resolvers or network.ca_file else "www.iana.org"


def judge(facts: Facts) -> Verdict:
    """A bad certificate on either family is a failure; silence of both is unknown."""
    verdicts = [_one(peer, facts) for peer in facts.peers]
    bad = [verdict for verdict in verdicts if OUTCOMES[verdict.code].status is Status.FAIL]
    good = [verdict for verdict in verdicts if verdict.code == "ok"]
    return (bad or good or verdicts)[0]


def _one(peer: Peer, facts: Facts) -> Verdict:
    fault = peer.fault
    seen = _seen(peer)
    if peer.verified:
        weakness = _weakness(peer.chain)
        return Verdict("weak", seen | {"weakness": weakness}) if weakness else Verdict("ok", seen)
    if fault is None or trouble.ours(fault):
        return Verdict("could_not_look", seen | {"reason": trouble.words(fault)})
    if fault.reason is not Reason.TLS:
        return Verdict("not_reachable", seen | {"reason": trouble.words(fault)})
    seen |= {"verify_code": fault.verify_code, "reason": fault.detail or "its certificate is not accepted"}
    if not fault.verify_code:
        return Verdict("no_secure_connection", seen)
    if fault.verify_code in (9, 10) and _clock_is_wrong(peer, facts):
        reason = "the clock of the machine that runs this bot is wrong"
        return Verdict("could_not_look", seen | {"reason": reason})
    if fault.verify_code in MISSING_ISSUER | {19} and _intercepted(peer, facts.neutral):
        return Verdict("intercepted", seen)
    if fault.verify_code in MISSING_ISSUER:
        alone = len(peer.chain) == 1 and bool(peer.chain[0].issuer_urls) and not peer.chain[0].self_issued
        return Verdict("incomplete_chain" if alone else "unknown_issuer", seen)
    if fault.verify_code in WEAK:
        return Verdict("weak", seen | {"weakness": _weakness(peer.chain) or fault.detail})
    return Verdict(CODES.get(fault.verify_code, "not_trusted"), seen)


def _seen(peer: Peer) -> dict[str, Json]:
    leaf = peer.chain[0] if peer.chain else None
    return {
        "address": peer.address,
        "family": "IPv6" if ":" in peer.address else "IPv4",
        "protocol": peer.protocol,
        "sent": len(peer.chain),
        "subject": leaf.subject if leaf else "",
        "issuer": organisation(leaf.issuer) if leaf else "unknown",
        "names": _some(leaf),
        "not_before": moment(leaf.not_before) if leaf else "",
        "not_after": moment(leaf.not_after) if leaf else "",
    }


def organisation(name: str) -> str:
    """Who a distinguished name (RFC 4514) speaks of: the organisation, else the common name, else all of it."""
    for key in ("O", "CN"):
        found = re.search(rf"(?:^|[,+])\s*{key}=((?:\\.|[^\\,+])+)", name)
        if found:
            return re.sub(r"\\(.)", r"\1", found[1]).strip()[:100]
    return name[:100] or "unknown"


def _some(leaf: Certificate | None) -> str:
    """A few of the names of a certificate; a hostile one has thousands."""
    if leaf is None or not leaf.names:
        return "no name at all"
    more = len(leaf.names) - 4 + leaf.more_names
    return ", ".join(leaf.names[:4]) + (f" and {more} more" if more > 0 else "")


def _weakness(chain: tuple[Certificate, ...]) -> str:
    """What is too weak in it: small keys, or a broken hash under any signature but a root's own."""
    for certificate in chain:
        if certificate.key == "rsa" and certificate.key_bits < SMALL_RSA:
            return f"RSA key of {certificate.key_bits} bits"
        if certificate.key == "ec" and certificate.key_bits < SMALL_EC:
            return f"EC key of {certificate.key_bits} bits"
        if certificate.signature_hash in WEAK_HASHES and not certificate.self_issued:
            return f"signed with {certificate.signature_hash.upper()}"
    return ""


def _intercepted(peer: Peer, neutral: Peer | None) -> bool:
    """Whether a well-known other site shows the same unknown issuer: then something stands between it and the bot."""
    if neutral is None or neutral.verified or not neutral.chain or not peer.chain:
        return False
    return neutral.chain[0].issuer == peer.chain[0].issuer


def _clock_is_wrong(peer: Peer, facts: Facts) -> bool:
    """Whether the certificate would be in date by the server's clock, and ours is far from it."""
    skew = peer.server_time_skew_s
    if skew is None and facts.plain is not None:
        try:
            skew = (facts.now - parsedate_to_datetime(facts.plain.header("date"))).total_seconds()
        except (ValueError, TypeError):
            skew = None
    if skew is None or abs(skew) < SKEW.total_seconds() or abs(skew) > timedelta(days=20000).total_seconds():
        return False
    theirs = facts.now - timedelta(seconds=skew)
    return bool(peer.chain) and peer.chain[0].not_before <= theirs <= peer.chain[0].not_after
