"""How bad a finding is for this product: the check gives the base, only this adapts it to host, flow and purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

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
