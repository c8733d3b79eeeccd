"""What a walk means beside what was seen: the finding of each flow with its words, and the runbook that leads out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.domain.severity import adapt
from bot.services.config import Config
from bot.services.smoke_flows import flows_in
from bot.services.smoke_news import CHECK, reports, topic_of
from checks.finding import build
from checks.flow.model import Flow, FlowSeen, State, StepSeen
from checks.inventory import expand
from checks.model import Asked, Finding, Purpose, Status
from checks.registry import load

SNIPPET = """\
flows:
  - id: login
    template: login
    base: {base}
    env: {{password: SMOKE_PASSWORD}}
    with: {{email: qa@{domain}, shows: Dashboard}}
  - id: checkout
    template: checkout
    base: {base}
    with: {{page: /checkout}}"""


def snippet(config: Config) -> str:
    """Flows to copy into launch.yml, with the product's own addresses."""
    inventory = config.inventory
    domain = inventory.domain if inventory is not None else "example.com"
    inside = [one.name for one in inventory.hosts if one.purpose is Purpose.APP] if inventory is not None else []
    return SNIPPET.format(base=f"https://{inside[0] if inside else domain}/", domain=domain)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about the flows of a walk beside what was seen."""

    findings: Mapping[str, Finding] = field(default_factory=dict)
    """By flow: what it means, and what to do."""
    topics: Mapping[str, str] = field(default_factory=dict)
    """By flow: the runbook that leads out."""
    reports: frozenset[str] = frozenset()
    """Flows that only report to receivers: whether customers get through does not hang on them."""


NOTHING = Known()


def known_of(config: Config, seen: Sequence[FlowSeen]) -> Known:
    """Of the flows of a stored walk, as launch.yml has them now."""
    flows = {one.id: one for one in flows_in(config)}
    there = tuple(one for one in seen if one.id in flows)
    findings = {
        one.id: found for one, found in zip(there, findings_of(config, tuple(flows.values()), there), strict=True)
    }
    topics = {one.id: findings[one.id].runbook or topic_of(flows[one.id], one) for one in there}
    hooks = frozenset(one.id for one in there if reports(flows[one.id]))
    return Known(findings, {id: topic for id, topic in topics.items() if topic in config.library.books}, hooks)


def findings_of(config: Config, flows: Sequence[Flow], seen: Sequence[FlowSeen]) -> list[Finding]:
    """What each of these walks means, in their order. What could not be tried is unknown, whatever the reason."""
    from checks.flow.smoke import Facts, judge

    assert config.inventory is not None  # noqa: S101  (there are flows in it)
    inventory = replace(config.inventory, flows=tuple(flows))
    targets = {one.walk.id: one for one in expand(inventory) if one.walk is not None}
    check, overrides = load()[CHECK], config.rules.severities
    found = []
    for one in seen:
        target = targets[one.id]
        assert target.walk is not None  # noqa: S101  (it was chosen by it)
        verdict = judge(Facts(target.walk, one))
        evidence = [_asked(step) for step in (*one.steps, *one.cleanup)]
        at = one.at or datetime.min.replace(tzinfo=UTC)
        finding = adapt(
            build(check, target, verdict, at=at, took_ms=one.ms, evidence=evidence), target, overrides=overrides
        )
        unsure = one.state is State.UNKNOWN
        found.append(replace(finding, status=Status.UNKNOWN) if unsure else finding)
    return found


def _asked(step: StepSeen) -> Asked:
    """A step as evidence."""
    said = step.sentence or (f"status {step.status}" if step.status else "")
    answer = ": ".join(filter(None, (step.state.value, said, step.evidence)))
    return Asked(step.name, f"{step.host}{step.path}", answer, step.ms)
