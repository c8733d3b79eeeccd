"""How bad a finding is for this product."""

from __future__ import annotations

import pytest

from bot.domain.severity import adapt
from checks.finding import build
from checks.model import Purpose, Severity, Status, Verdict
from tests.engine.probes import NOW, a_check, a_target

BLOCKER, HIGH, MEDIUM, LOW = Severity


def found(code: str = "odd", **target: object):
    """A finding and its target."""
    place = a_target(**target)
    return build(a_check(severity=HIGH), place, Verdict(code, {"why": "x"}), at=NOW), place


def test_a_host_of_a_launch_critical_flow_keeps_what_the_check_says():
    """Nothing to adapt."""
    finding, target = found()
    assert adapt(finding, target) == finding


@pytest.mark.parametrize("changes", [{"critical": False}, {"purpose": Purpose.STAGING}, {"purpose": Purpose.PREVIEW}])
def test_hosts_beside_the_launch_go_one_step_down(changes: dict):
    """And do not decide about it while they are unknown."""
    finding, target = found("broken", **changes)
    assert (finding.severity, adapt(finding, target).severity) == (BLOCKER, HIGH)
    dark, _ = found("dark", **changes)
    assert not adapt(dark, target).blocker_class


@pytest.mark.parametrize("flow", ["login", "signup", "payment"])
def test_what_keeps_customers_out_is_a_blocker(flow: str):
    """Also on a host that is not marked critical."""
    finding, target = found("broken", flow=flow, critical=False)
    from dataclasses import replace

    milder = replace(finding, severity=MEDIUM)
    assert adapt(milder, target).severity is BLOCKER
    assert adapt(replace(milder, breaks=False), target).severity is MEDIUM
    assert adapt(replace(milder, status=Status.WARN), target).severity is MEDIUM


def test_staging_never_blocks_a_launch_even_where_it_carries_a_login():
    """It is not what customers use."""
    finding, target = found("broken", flow="login", purpose=Purpose.STAGING)
    assert adapt(finding, target).severity is HIGH


def test_what_the_founder_decided_wins():
    """By check it is exact, by service it is a ceiling."""
    finding, target = found("broken", service="blog", flow="login")
    assert adapt(finding, target, overrides={"dns.example": LOW}).severity is LOW
    assert adapt(finding, target, overrides={"blog": MEDIUM}).severity is MEDIUM
    odd, target = found("odd", service="blog")
    assert adapt(odd, target, overrides={"blog": HIGH}).severity is MEDIUM
    assert adapt(odd, target, overrides={"shop": LOW, "mail.spf": LOW}) == odd
