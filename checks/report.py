"""What a run of checks amounts to: counts, go or no-go, what comes first, what changed; and the stable JSON.

Everything here is pure. `Report.to_json` and `Report.from_json` are each other's inverse, and the JSON's keys are a
contract: they are only ever added to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import cast

from checks.model import Asked, Finding, Json, Kind, Severity, Status

RUBRIC = 1
"""Number of the rules by which findings were judged; two reports of different rubrics are compared with care."""
SCHEMA = 1
"""Number of the JSON's shape."""


class Decision(StrEnum):
    """What the findings propose; a named person confirms it."""

    GO = "go"
    NO_GO = "no-go"
    NOT_PROVEN = "not-proven"


EXIT_CODES = {Decision.GO: 0, Decision.NO_GO: 1, Decision.NOT_PROVEN: 3}

_GROUP = {Status.FAIL: 0, Status.WARN: 0, Status.UNKNOWN: 1, Status.PASS: 2, Status.NA: 3}
_STATUS = {
    status: place for place, status in enumerate((Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS, Status.NA))
}


@dataclass(frozen=True, slots=True)
class Change:
    """One finding that is not what it was."""

    before: Finding
    after: Finding


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between two reports, of what both looked at; each list in the newer report's ranking."""

    new: tuple[Change, ...] = ()
    """Bad now, and was not before."""
    fixed: tuple[Change, ...] = ()
    """Was bad, and is good now."""
    worse: tuple[Change, ...] = ()
    """Bad both times, and matters more now."""
    better: tuple[Change, ...] = ()
    """Bad both times, and matters less now."""
    hidden: tuple[Change, ...] = ()
    """Was known, and could not be seen this time."""
    same_rubric: bool = True
    """False where the rules themselves changed between the two."""

    def __bool__(self) -> bool:
        return any((self.new, self.fixed, self.worse, self.better, self.hidden))


@dataclass(frozen=True, slots=True)
class Report:
    """Every finding of one run, in plan order."""

    product: str
    targets: tuple[str, ...]
    """Names of what was looked at, in reading order."""
    started_at: datetime
    """UTC."""
    took_ms: int
    findings: tuple[Finding, ...]
    rubric: int = RUBRIC

    @property
    def counts(self) -> dict[str, int]:
        """Bad findings by severity, and how many are unknown and passed. What does not apply is not counted."""
        bad = [finding.severity for finding in self.findings if finding.status.bad]
        return {
            **{severity.value: bad.count(severity) for severity in Severity},
            "unknown": len(self.unknown),
            "pass": len(self.passed),
        }

    @property
    def verdict(self) -> Decision:
        """`no-go` when a blocker fails, `not-proven` when a blocker-class check is unknown, else `go`.

        Where nothing at all could be seen, nothing is proven.
        """
        if any(one.status is Status.FAIL and one.severity is Severity.BLOCKER for one in self.findings):
            return Decision.NO_GO
        if not any(one.status in (Status.PASS, Status.WARN, Status.FAIL) for one in self.findings):
            return Decision.NOT_PROVEN
        if any(one.status is Status.UNKNOWN and one.blocker_class for one in self.findings):
            return Decision.NOT_PROVEN
        return Decision.GO

    @property
    def ranked(self) -> tuple[Finding, ...]:
        """Most harm to the business first: bad before unknown before good, then severity, then what breaks."""
        places = {id(one): place for place, one in enumerate(self.findings)}
        return tuple(sorted(self.findings, key=lambda one: (*_rank(one), places[id(one)])))

    def _some(self, wanted: Callable[[Finding], bool]) -> tuple[Finding, ...]:
        return tuple(one for one in self.ranked if wanted(one))

    @property
    def must_fix(self) -> tuple[Finding, ...]:
        """Must be fixed before launch, ranked."""
        return self._some(must_fix)

    @property
    def can_wait(self) -> tuple[Finding, ...]:
        """Bad, but can wait until after launch, ranked."""
        return self._some(lambda one: one.status.bad and not must_fix(one))

    @property
    def unknown(self) -> tuple[Finding, ...]:
        """What could not be seen; blocker-class first."""
        found = self._some(lambda one: one.status is Status.UNKNOWN)
        return tuple(sorted(found, key=lambda one: not one.blocker_class))

    @property
    def passed(self) -> tuple[Finding, ...]:
        """What was looked at and is in order."""
        return self._some(lambda one: one.status is Status.PASS)

    def exit_code(self, fail_on: Severity | None = None) -> int:
        """0 go, 1 no-go, 3 not proven. `fail_on` only makes 1 more likely: any bad finding at least that severe."""
        if fail_on is not None and any(one.status.bad and one.severity.rank <= fail_on.rank for one in self.findings):
            return 1
        return EXIT_CODES[self.verdict]

    def changed_since(self, previous: Report | None) -> Changes:
        """What is not as it was in `previous`; a check or target that one of the two left out is no change."""
        if previous is None:
            return Changes()
        before = {(one.check, one.target): one for one in previous.findings}
        pairs = [Change(before[key], one) for one in self.ranked if (key := (one.check, one.target)) in before]

        def those(wanted: Callable[[Finding, Finding], bool]) -> tuple[Change, ...]:
            return tuple(pair for pair in pairs if wanted(pair.before, pair.after))

        return Changes(
            new=those(lambda old, now: now.status.bad and not old.status.bad),
            fixed=those(lambda old, now: old.status.bad and now.status in (Status.PASS, Status.NA)),
            worse=those(lambda old, now: old.status.bad and now.status.bad and _harm(now) < _harm(old)),
            better=those(lambda old, now: old.status.bad and now.status.bad and _harm(now) > _harm(old)),
            hidden=those(lambda old, now: now.status is Status.UNKNOWN and old.status is not Status.UNKNOWN),
            same_rubric=previous.rubric == self.rubric,
        )

    def to_json(self) -> dict[str, Json]:
        """The stable JSON; findings ranked."""
        return {
            "schema": SCHEMA,
            "product": self.product,
            "targets": list(self.targets),
            "started_at": _written(self.started_at),
            "took_ms": self.took_ms,
            "verdict": self.verdict.value,
            "counts": dict(self.counts),
            "rubric": self.rubric,
            "findings": [finding_to_json(one) for one in self.ranked],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Report:
        """A report as written by `to_json`, by this or an older version. Raises `ValueError` for anything else."""
        try:
            if data["schema"] != SCHEMA:
                raise ValueError(f"schema {data['schema']!r} is not {SCHEMA}")
            return cls(
                product=str(data["product"]),
                targets=_texts(data["targets"]),
                started_at=datetime.fromisoformat(str(data["started_at"])),
                took_ms=_number(data["took_ms"]),
                findings=tuple(finding_from_json(one) for one in _items(data["findings"])),
                rubric=_number(data.get("rubric", 0)),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a report: {error}") from error


def must_fix(finding: Finding) -> bool:
    """Whether it must be fixed before launch: blockers, and what fails with severity high."""
    if not finding.status.bad:
        return False
    return finding.severity is Severity.BLOCKER or (
        finding.severity is Severity.HIGH and finding.status is Status.FAIL and finding.environment == "production"
    )


def _harm(finding: Finding) -> tuple[int, int]:
    return (finding.severity.rank, _STATUS[finding.status])


def _rank(finding: Finding) -> tuple[int, int, int, bool, bool]:
    return (_GROUP[finding.status], *_harm(finding), not finding.breaks, finding.environment != "production")


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
        "at": None if finding.at is None else _written(finding.at),
        "evidence": [
            {"what": one.what, "of": one.of, "answer": one.answer, "took_ms": one.took_ms} for one in finding.evidence
        ],
    }


def finding_from_json(data: Json) -> Finding:
    """One finding as written by `finding_to_json`; unknown keys are left alone. Raises `ValueError`."""
    try:
        found = _mapping(data)
        at = found.get("at")
        return Finding(
            check=str(found["check"]),
            target=str(found["target"]),
            code=str(found["code"]),
            status=Status(str(found["status"])),
            severity=Severity(str(found["severity"])),
            summary=str(found["summary"]),
            impact=str(found.get("impact", "")),
            fix=_texts(found.get("fix")),
            seen=dict(_mapping(found.get("seen"))),
            verify=str(found.get("verify", "")),
            links=_texts(found.get("links")),
            owner=str(found.get("owner", "")),
            requirements=_texts(found.get("requirements")),
            took_ms=_number(found.get("took_ms", 0)),
            evidence=tuple(_asked(_mapping(one)) for one in _items(found.get("evidence"))),
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
    return Asked(str(one["what"]), str(one["of"]), str(one["answer"]), _number(one.get("took_ms", 0)))


def _written(at: datetime) -> str:
    """ISO 8601 in UTC, ending in Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _items(value: Json) -> Iterable[Json]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise TypeError("a list is missing")
    return cast("Iterable[Json]", value)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in _items(value))


def _mapping(value: Json) -> Mapping[str, Json]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError("an object is missing")
    return value


def _number(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a whole number is missing: {value!r}")
    return value
