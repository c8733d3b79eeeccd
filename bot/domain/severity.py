"""How bad it is: a finding's weight for this product before a launch, and the severity of what breaks afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum, StrEnum
from types import MappingProxyType

from checks.model import Finding, Severity, Status, Target

FLOWS = frozenset({"login", "signup", "payment"})
"""Flows whose loss means that customers cannot come in or pay."""


def adapt(finding: Finding, target: Target, *, overrides: Mapping[str, Severity] | None = None) -> Finding:
    """The finding with the severity that it has for this target.

    In this order: 1 an override by check id is final; 2 staging and preview hosts, and hosts outside every
    launch-critical flow, go one step down and never decide about the launch; 3 a failure that keeps customers out of
    log-in, sign-up or payment is a blocker; 4 an override by service name is a ceiling. `overrides` holds what the
    founder wrote down, by check id or service name.
    """
    overrides = overrides or {}
    chosen = overrides.get(finding.check)
    if chosen is not None:
        return replace(finding, severity=chosen, blocker_class=chosen is Severity.BLOCKER)
    if target.environment != "production" or not (target.critical or target.flow in FLOWS):
        finding = replace(finding, severity=finding.severity.milder(), blocker_class=False)
    elif finding.status is Status.FAIL and finding.breaks and target.flow in FLOWS:
        finding = replace(finding, severity=Severity.BLOCKER)
    ceiling = overrides.get(target.service) if target.service else None
    if ceiling is None:
        return finding
    decides = finding.blocker_class and ceiling is Severity.BLOCKER
    return replace(finding, severity=finding.severity.capped(ceiling), blocker_class=decides)


class Trouble(StrEnum):
    """What kind of trouble an incident is about: the class in its key, and the row in the table of severities."""

    LEAK = "leak"
    """Others can read what they must not: a live secret, a private page in a cache, an open admin, a database dump."""
    DNS = "dns"
    """The name cannot be found: missing or disagreeing records, a broken signature, a domain on hold or expired."""
    REACH = "reach"
    """The server gives no answer, or an error or a wrong page in place of one."""
    TLS = "tls"
    """Browsers refuse the certificate."""
    DATABASE = "database"
    """The product answers, and says that its data cannot be reached."""
    CHECKOUT = "checkout"
    """The walk through payment fails."""
    SMOKE = "smoke"
    """Another walk or a part of a page fails."""
    ERRORS = "errors"
    """More errors than usual."""
    LATENCY = "latency"
    """Slower than its target."""
    DEPLOY = "deploy"
    """A release failed."""
    HEARTBEAT = "heartbeat"
    """A job did not report in time."""
    MAIL = "mail"
    """Mail does not arrive, or cannot be sent."""
    EDGE = "edge"
    """What stands in front of the servers is missing, or leaves a way around it."""
    REDIRECT = "redirect"
    """Old or differently typed addresses lead astray."""
    EXPIRY = "expiry"
    """A certificate or the domain ends soon."""
    TRUST = "trust"
    """Rules that keep trust are weak: mail policy, safety switches of browsers, what search engines are told."""
    DRIFT = "drift"
    """DNS records are not what was agreed, and nobody has accepted it."""
    NOTE = "note"
    """Good to know; an outside signal that no service owns."""


class Sev(IntEnum):
    """How bad an incident is: 1 is worst."""

    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4

    @property
    def meaning(self) -> str:
        """What it means to the founder, as printed on the card."""
        return _MEANING[self]


_MEANING: Mapping[Sev, str] = MappingProxyType(
    {
        Sev.ONE: "Customers cannot use it, or their data is at risk",
        Sev.TWO: "Part is broken or slow",
        Sev.THREE: "Will break soon, or weakens trust",
        Sev.FOUR: "Good to know",
    }
)

_ALWAYS = frozenset({Trouble.LEAK})
_STOPS = frozenset({Trouble.REACH, Trouble.DNS, Trouble.TLS, Trouble.DATABASE, Trouble.CHECKOUT})
_HURTS = frozenset({Trouble.SMOKE, Trouble.DEPLOY, Trouble.HEARTBEAT, Trouble.MAIL, Trouble.ERRORS, Trouble.LATENCY})
_WEAKENS = frozenset({Trouble.REDIRECT, Trouble.EDGE, Trouble.EXPIRY, Trouble.TRUST, Trouble.DRIFT})

TABLE: Mapping[Trouble, tuple[Sev, Sev]] = MappingProxyType(
    {
        **dict.fromkeys(_ALWAYS, (Sev.ONE, Sev.ONE)),
        **dict.fromkeys(_STOPS, (Sev.ONE, Sev.TWO)),
        **dict.fromkeys(_HURTS, (Sev.TWO, Sev.THREE)),
        **dict.fromkeys(_WEAKENS, (Sev.THREE, Sev.THREE)),
        Trouble.NOTE: (Sev.FOUR, Sev.FOUR),
    }
)
"""The one table: severity where the service is critical, and where it is not."""

CEILINGS: Mapping[Severity, Sev] = MappingProxyType(
    {Severity.BLOCKER: Sev.ONE, Severity.HIGH: Sev.TWO, Severity.MEDIUM: Sev.THREE, Severity.LOW: Sev.FOUR}
)
"""What `severity:` of a service or monitor in `launch.yml` means as a ceiling."""


def sev_of(
    trouble: Trouble, *, critical: bool, ceiling: Severity | None = None, environment: str = "production"
) -> Sev:
    """How bad this trouble is for a service.

    `ceiling` is the founder's word that nothing here is worse. Outside production nothing is worse than SEV3. Neither
    holds for a leak: data that strangers can read is as bad wherever it lies.
    """
    sev = TABLE[trouble][0 if critical else 1]
    if trouble in _ALWAYS:
        return sev
    if environment != "production":
        sev = max(sev, Sev.THREE)
    return sev if ceiling is None else max(sev, CEILINGS[ceiling])
