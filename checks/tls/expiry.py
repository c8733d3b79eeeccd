"""The certificate will not run out while you sleep.

Every certificate has an end date; after it, browsers refuse the site. So this is an outage with a date on it.
Most hosts renew by themselves, well before the end. When that silently stops working, nothing looks wrong until
the last day. We compare what is left with the certificate's own lifetime, so short-lived ones raise no false alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from checks import trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.moments import moment
from checks.net.facts import Certificate, Peer
from checks.probe import Probe
from checks.registry import check

AUTOMATIC = timedelta(days=101)
"""Certificates that live no longer than this are renewed by machines, at two thirds of their life."""
AT_STAKE = "On {until} browsers begin to refuse {host}: visitors would see a red warning instead of your site."
RENEW = (
    "At your host open the certificate (SSL) page of {host} and press Renew.",
    "If it cannot renew: look for a CAA record in DNS (it says who may issue certificates) and for a blocked port 80.",
    "Run this check again: the number of days must go up.",
)
NEW_CHAIN = (
    "Download the current chain (often called fullchain or bundle) from the company that issued the certificate.",
    "Install it beside your certificate and reload the web server.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The certificate of {host} is good for {left} more"),
    "soon": Outcome(
        Status.WARN,
        "The certificate of {host} runs out in {left}",
        AT_STAKE,
        RENEW,
        Severity.MEDIUM,
        runbook="certificate_or_domain_expires_soon",
    ),
    "renewal_overdue": Outcome(
        Status.WARN,
        "The certificate of {host} renews itself, but its renewal is {overdue} overdue ({left} left)",
        AT_STAKE,
        RENEW,
        Severity.MEDIUM,
        runbook="certificate_not_renewing",
    ),
    "very_soon": Outcome(
        Status.FAIL,
        "The certificate of {host} runs out in {left}",
        AT_STAKE,
        RENEW,
        Severity.HIGH,
        runbook="certificate_or_domain_expires_soon",
    ),
    "renewal_failed": Outcome(
        Status.FAIL,
        "The certificate of {host} should have renewed itself {overdue} ago and did not ({left} left)",
        AT_STAKE,
        RENEW,
        Severity.HIGH,
        runbook="certificate_not_renewing",
    ),
    "last_days": Outcome(
        Status.FAIL,
        "Only {left} until browsers refuse {host}: its certificate has not been renewed",
        AT_STAKE,
        RENEW,
        Severity.BLOCKER,
        runbook="certificate_not_renewing",
    ),
    "expired": Outcome(
        Status.FAIL,
        "The renewal of the certificate of {host} did not happen: it ran out {overdue} ago",
        "Browsers have refused {host} since {until}.",
        RENEW,
        Severity.BLOCKER,
        breaks=True,
        runbook="certificate_expired",
    ),
    "intermediate_soon": Outcome(
        Status.WARN,
        "A middle certificate that {host} sends along runs out in {left}",
        "After {until} phones and payment services may refuse to connect, although your own certificate is fine.",
        NEW_CHAIN,
        Severity.MEDIUM,
        runbook="certificate_or_domain_expires_soon",
    ),
    "intermediate_very_soon": Outcome(
        Status.FAIL,
        "A middle certificate that {host} sends along runs out in {left}",
        "After {until} phones and payment services may refuse to connect, although your own certificate is fine.",
        NEW_CHAIN,
        Severity.HIGH,
        runbook="certificate_or_domain_expires_soon",
    ),
    "intermediate_expired": Outcome(
        Status.FAIL,
        "A middle certificate that {host} sends along ran out {overdue} ago",
        "Phones and payment services refuse to connect, although your own certificate is fine.",
        NEW_CHAIN,
        Severity.BLOCKER,
        breaks=True,
        runbook="certificate_expired",
    ),
    "intermediate_left_over": Outcome(
        Status.WARN,
        "{host} still sends an old middle certificate that ran out {overdue} ago",
        "Today's browsers find another way; old phones may show a warning.",
        NEW_CHAIN,
        Severity.LOW,
        runbook="certificate_or_domain_expires_soon",
    ),
    "not_reachable": Outcome(
        Status.UNKNOWN,
        "Could not see when the certificate of {host} runs out: {reason}",
        impact="The date can only be read once the server answers.",
        fix=("See first what the other checks say about {host}.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see when the certificate of {host} runs out: {reason}",
        impact="Nothing is proven either way.",
        fix=("Put that right, then run this check again.",),
    ),
}


class Level(IntEnum):
    """How little is left, relative to the lifetime."""

    FINE = 0
    WARN = 1
    FAIL = 2
    BLOCKER = 3
    OVER = 4


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below which remaining time a certificate of some lifetime raises its voice."""

    warn: timedelta
    fail: timedelta
    blocker: timedelta


def thresholds(lifetime: timedelta) -> Thresholds:
    """A third, a sixth and a twelfth of the lifetime, but never more than 30, 14 and 3 days."""
    return Thresholds(
        warn=min(timedelta(days=30), lifetime / 3),
        fail=min(timedelta(days=14), lifetime / 6),
        blocker=min(timedelta(days=3), lifetime / 12),
    )


def level(certificate: Certificate, now: datetime) -> Level:
    """How little is left of one certificate."""
    remaining = certificate.not_after - now
    limits = thresholds(certificate.not_after - certificate.not_before)
    if remaining < timedelta(0):
        return Level.OVER
    if remaining < limits.blocker:
        return Level.BLOCKER
    if remaining < limits.fail:
        return Level.FAIL
    return Level.WARN if remaining < limits.warn else Level.FINE


@check(
    "tls.expiry",
    title="Certificate end date",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.BLOCKER,
    requirements=("TLS-4", "OBS-3"),
    measured="We read the end dates of the certificate and of every middle certificate that the server sends along.",
    verify="openssl s_client -connect {host}:443 -servername {host} </dev/null | openssl x509 -noout -dates -issuer",
    links=(
        "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5",
        "https://cabforum.org/working-groups/server/baseline-requirements/",
    ),
)
async def expiry(target: Target, probe: Probe) -> Verdict:
    """One handshake; the certificates are there even where they are not trusted."""
    peer = await probe.tls(target.host)
    if not peer.chain:
        other = await probe.tls(target.host, family=6)
        peer = other if other.chain else peer
    return judge(peer, probe.now())


def judge(peer: Peer, now: datetime) -> Verdict:
    """The certificate that is worst off speaks; a root that is sent along never does."""
    if not peer.chain:
        fault = peer.fault
        code = "could_not_look" if trouble.ours(fault) else "not_reachable"
        return Verdict(code, {"reason": trouble.words(fault)})
    leaf, *others = peer.chain
    sent = [certificate for certificate in others if not certificate.self_issued]
    worst = max(sent, key=lambda certificate: level(certificate, now), default=None)
    own = level(leaf, now)
    if worst is not None and level(worst, now) > own:
        return _middle(worst, peer, now)
    seen = _seen(leaf, now)
    if own in (Level.FINE, Level.BLOCKER, Level.OVER):
        code = {Level.FINE: "ok", Level.BLOCKER: "last_days", Level.OVER: "expired"}[own]
    elif leaf.not_after - leaf.not_before <= AUTOMATIC:
        code = "renewal_overdue" if own is Level.WARN else "renewal_failed"
    else:
        code = "soon" if own is Level.WARN else "very_soon"
    return Verdict(code, seen)


def _middle(certificate: Certificate, peer: Peer, now: datetime) -> Verdict:
    seen = _seen(certificate, now)
    found = level(certificate, now)
    if found is Level.OVER:
        # Where browsers find another way past an old cross-signature, the handshake succeeds.
        return Verdict("intermediate_left_over" if peer.verified else "intermediate_expired", seen)
    return Verdict("intermediate_soon" if found is Level.WARN else "intermediate_very_soon", seen)


def _seen(certificate: Certificate, now: datetime) -> dict[str, Json]:
    remaining = certificate.not_after - now
    lifetime = certificate.not_after - certificate.not_before
    overdue = -remaining if remaining < timedelta(0) else max(timedelta(0), lifetime / 3 - remaining)
    return {
        "days": remaining.days,
        "left": span(max(timedelta(0), remaining)),
        "overdue": span(overdue),
        "until": moment(certificate.not_after),
        "not_before": moment(certificate.not_before),
        "lifetime_days": lifetime.days,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
    }


def span(length: timedelta) -> str:
    """A length of time as a person says it: whole days from two days on, else hours."""
    if length.days >= 2:
        return f"{length.days} days"
    hours = int(length.total_seconds() // 3600)
    if hours == 0:
        return "less than an hour"
    return f"{hours} hour{'' if hours == 1 else 's'}"
