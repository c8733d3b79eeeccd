"""What a run of checks amounts to: counts, go or no-go, what comes first, what changed; and the stable JSON.

Everything here is pure. `Report.to_json` and `Report.from_json` are each other's inverse, and the JSON's keys are a
contract: they are only ever added to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checks.causes import cause_of, in_order
from checks.finding_json import finding_from_json, finding_to_json, items, number, texts, written
from checks.model import Finding, Json, Severity, Status
from checks.rubric import RUBRIC
from checks.sent import Sent, sent_from_json, sent_to_json

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
    rubric: str = RUBRIC
    """The version of the rules by which was judged; reports of different rules are compared with care."""
    sent: tuple[Sent, ...] = ()
    """How much was sent to whom, second looks included."""

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
        """Most harm to the business first: bad before unknown before good, then severity, then what breaks.

        A cause comes before what follows from it; findings of the same rank come in the order of causes.
        """
        return tuple(in_order(self.findings, _rank))

    def _some(self, wanted: Callable[[Finding], bool]) -> tuple[Finding, ...]:
        return tuple(one for one in self.ranked if wanted(one))

    @property
    def must_fix(self) -> tuple[Finding, ...]:
        """Must be fixed before launch, ranked; with it what it follows from, however little that weighs by itself."""
        causes = self._causes()
        return self._some(lambda one: _must(one, causes))

    @property
    def can_wait(self) -> tuple[Finding, ...]:
        """Bad, but can wait until after launch, ranked."""
        causes = self._causes()
        return self._some(lambda one: one.status.bad and not _must(one, causes))

    def _causes(self) -> set[tuple[str, str] | None]:
        return {cause_of(one) for one in self.findings if must_fix(one)}

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
            "started_at": written(self.started_at),
            "took_ms": self.took_ms,
            "verdict": self.verdict.value,
            "counts": dict(self.counts),
            "rubric": self.rubric,
            "findings": [finding_to_json(one) for one in self.ranked],
            "sent": sent_to_json(self.sent),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Report:
        """A report as written by `to_json`, by this or an older version. Raises `ValueError` for anything else."""
        try:
            if data["schema"] != SCHEMA:
                raise ValueError(f"schema {data['schema']!r} is not {SCHEMA}")
            return cls(
                product=str(data["product"]),
                targets=texts(data["targets"]),
                started_at=datetime.fromisoformat(str(data["started_at"])),
                took_ms=number(data["took_ms"]),
                findings=tuple(finding_from_json(one) for one in items(data["findings"])),
                rubric=str(data.get("rubric", "")),
                sent=sent_from_json(data.get("sent")),
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


def _must(finding: Finding, causes: set[tuple[str, str] | None]) -> bool:
    return must_fix(finding) or (finding.status.bad and (finding.check, finding.target) in causes)


def _harm(finding: Finding) -> tuple[int, int]:
    return (finding.severity.rank, _STATUS[finding.status])


def _rank(finding: Finding) -> tuple[int, int, int, bool, bool]:
    return (_GROUP[finding.status], *_harm(finding), not finding.breaks, finding.environment != "production")
