"""Findings as JSON and back: the keys are a contract and are only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import cast

from checks.model import Asked, Finding, Json, Kind, Severity, Status


def finding_to_json(finding: Finding) -> dict[str, Json]:
    """One finding with the keys of the contract first."""
    return {
        "check": finding.check,
        "target": finding.target,
        "status": finding.status.value,
        "code": finding.code,
        "severity": finding.severity.value,
        "summary": finding.summary,
        "impact": finding.impact,
        "fix": list(finding.fix),
        "seen": dict(finding.seen),
        "verify": finding.verify,
        "links": list(finding.links),
        "owner": finding.owner,
        "requirements": list(finding.requirements),
        "took_ms": finding.took_ms,
        "kind": finding.kind.value,
        "service": finding.service,
        "environment": finding.environment,
        "breaks": finding.breaks,
        "blocker_class": finding.blocker_class,
        "runbook": finding.runbook,
        "at": None if finding.at is None else written(finding.at),
        "evidence": [
            {"what": one.what, "of": one.of, "answer": one.answer, "took_ms": one.took_ms} for one in finding.evidence
        ],
    }


def finding_from_json(data: Json) -> Finding:
    """One finding as written by `finding_to_json`; unknown keys are left alone. Raises `ValueError`."""
    try:
        found = mapping(data)
        at = found.get("at")
        return Finding(
            check=str(found["check"]),
            target=str(found["target"]),
            code=str(found["code"]),
            status=Status(str(found["status"])),
            severity=Severity(str(found["severity"])),
            summary=str(found["summary"]),
            impact=str(found.get("impact", "")),
            fix=texts(found.get("fix")),
            seen=dict(mapping(found.get("seen"))),
            verify=str(found.get("verify", "")),
            links=texts(found.get("links")),
            owner=str(found.get("owner", "")),
            requirements=texts(found.get("requirements")),
            took_ms=number(found.get("took_ms", 0)),
            evidence=tuple(_asked(mapping(one)) for one in items(found.get("evidence"))),
            at=None if at is None else datetime.fromisoformat(str(at)),
            kind=Kind(str(found.get("kind", Kind.HOST.value))),
            service=str(found.get("service", "")),
            environment=str(found.get("environment", "production")),
            breaks=found.get("breaks") is True,
            blocker_class=found.get("blocker_class") is True,
            runbook=str(found.get("runbook", "")),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a finding: {error}") from error


def _asked(one: Mapping[str, Json]) -> Asked:
    return Asked(str(one["what"]), str(one["of"]), str(one["answer"]), number(one.get("took_ms", 0)))


def written(at: datetime) -> str:
    """ISO 8601 in UTC, ending in Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def items(value: Json) -> Iterable[Json]:
    """A list; nothing counts as empty. Raises `TypeError`."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise TypeError("a list is missing")
    return cast("Iterable[Json]", value)


def texts(value: Json) -> tuple[str, ...]:
    """A list of texts. Raises `TypeError`."""
    return tuple(str(one) for one in items(value))


def mapping(value: Json) -> Mapping[str, Json]:
    """An object; nothing counts as empty. Raises `TypeError`."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError("an object is missing")
    return value


def number(value: Json) -> int:
    """A whole number. Raises `TypeError`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a whole number is missing: {value!r}")
    return value
