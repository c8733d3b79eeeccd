"""What CI has said stands in an audit where the bot itself cannot look. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from checks.model import Asked, Finding, Kind, Status

LACKING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "sec.repo": frozenset({"not_here"}),
        "sec.env_contract": frozenset({"not_here"}),
        "sec.logs": frozenset({"not_here"}),
        "rel.migrations": frozenset({"not_read"}),
        "perf.gate": frozenset({"not_compared"}),
        "perf.page": frozenset({"no_budget"}),
        "perf.load_light": frozenset({"not_measured", "not_allowed"}),
    }
)
"""By check: its answers for "the facts are not on this machine"."""
KEPT = frozenset(LACKING)
COUNTS_FOR = timedelta(days=30)
"""So long is what CI said taken for how it is; by then somebody has built again, or nobody builds any more."""
NAMED = 5
"""Other findings of the same check that the evidence names."""
_ORDER = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.NA, Status.PASS)


@dataclass(frozen=True, slots=True)
class Told:
    """One finding that CI told, with the words of now, and about what it was said."""

    finding: Finding
    at: datetime
    version: str = ""
    branch: str = ""
    by: str = ""
    """`GitHub Actions, acme/shop`."""

    @property
    def about(self) -> str:
        """`on 20 November 2026, 18:40 UTC, about a1b2c3d of main`."""
        of = f" of {self.branch}" if self.branch else ""
        what = f", about {self.version or 'a version'}{of}" if self.version or self.branch else ""
        return f"on {_day(self.at)}, {self.at:%H:%M} UTC{what}"


def lacking(finding: Finding) -> bool:
    """Whether it only says that the facts are not on this machine: CI may know more, and nothing is in order by it."""
    return finding.status is Status.NA and finding.code in LACKING.get(finding.check, ())


def rank(finding: Finding) -> tuple[int, int]:
    """The worst first."""
    return (_ORDER.index(finding.status), finding.severity.rank)


def with_ci(findings: Iterable[Finding], told: Sequence[Told], now: datetime) -> tuple[Finding, ...]:
    """The findings of an audit, with CI's in the place of those that could not be had here.

    Where a product has several domains, what is said of its code stands at the first: it is one code.
    """
    stands: set[str] = set()
    found = []
    for own in findings:
        again = own.kind is Kind.DOMAIN and own.check in stands
        found.append(own if again else said_of(own, told, now))
        stands |= {own.check} if lacking(own) else set()
    return tuple(found)


def said_of(own: Finding, told: Sequence[Told], now: datetime) -> Finding:
    """CI's worst finding of the same check in place of one that says that the facts are not here.

    Of the whole product it is about any file or variable; of a page or endpoint about the same one. What CI said too
    long ago no longer counts, which is then said.
    """
    if not lacking(own):
        return own
    mine = [one for one in told if one.finding.check == own.check and _same(own, one.finding)]
    fresh = sorted((one for one in mine if now - one.at <= COUNTS_FOR), key=lambda one: (rank(one.finding), -_ms(one)))
    if not mine:
        return own
    if not fresh:
        return _too_old(own, max(mine, key=lambda one: one.at))
    first, *rest = fresh
    also = [one for one in rest if one.finding.status is not Status.PASS]
    evidence = [Asked(own.check, first.by or "your CI", f"said {first.about}")]
    evidence += [Asked("what else it found", one.by or "your CI", one.finding.summary) for one in also[:NAMED]]
    if len(also) > NAMED:
        evidence.append(Asked("what else it found", first.by or "your CI", f"{len(also) - NAMED} more like these"))
    # What is in order needs no more words; whatever is not is read, and then asked where it comes from.
    impact = first.finding.impact
    if first.finding.status is not Status.PASS:
        impact = f"{impact} Your CI said so {first.about}.".strip()
    return replace(
        first.finding,
        impact=impact,
        target=own.target,
        kind=own.kind,
        owner=own.owner,
        service=own.service,
        environment=own.environment,
        took_ms=own.took_ms,
        at=own.at,
        evidence=tuple(evidence),
    )


def _same(own: Finding, said: Finding) -> bool:
    return own.kind is Kind.DOMAIN or said.target == own.target


def _too_old(own: Finding, last: Told) -> Finding:
    days = COUNTS_FOR.days
    said = f"Your CI said something about it {last.about}. That is more than {days} days ago, so it no longer counts"
    return replace(
        own,
        summary=f"{own.summary}. {said}"[:300],
        evidence=(*own.evidence, Asked(own.check, last.by or "your CI", f"said {last.about}: too old to count")),
    )


def _ms(one: Told) -> float:
    return one.at.timestamp()


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
