"""A consequence in words: what it looks like, and the way to its cause. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checks.cause_graph import PARTLY
from checks.masking import clip
from checks.model import Finding, Json, Severity

LONGEST = 300
"""Characters of a summary, as everywhere."""


def because(finding: Finding, way: Sequence[Finding]) -> Finding:
    """The consequence with the way to its cause in words, and with the weight that is left to it beside that."""
    root = way[-1]
    named: dict[str, Json] = {"check": root.check, "target": root.target}
    severity = finding.severity
    for cause in way:
        if (cause.check, cause.code) in PARTLY:
            severity = severity.capped(cause.severity)
    if any(cause.severity is Severity.BLOCKER for cause in way):
        severity = severity.capped(Severity.HIGH)
    return replace(
        finding,
        severity=severity,
        summary=clip(_words(finding, way), LONGEST),
        seen={**finding.seen, "because": named},
    )


def _words(finding: Finding, way: Sequence[Finding]) -> str:
    """What it looks like, and why: `app.example.com is down, because …, because …`."""
    nearest, root = way[0], way[-1]
    if finding.check == "tls.expiry" and nearest.check == "tls.valid":
        # The date is the reason for the warning, and not the other way round.
        if nearest is root:
            return f"{finding.summary}, because of which browsers warn (see {nearest.check})"
        way = way[1:]
    if finding.summary == root.summary:
        return f"{finding.summary} (because of the same fault as {root.target})"
    looks, _, _ = finding.summary.partition(": ")
    between = [cause.summary for cause in way[:-1] if cause.summary != root.summary]
    said = _joined(looks, *between, reason(root))
    return said if len(said) <= LONGEST else _joined(looks, *(one.partition(": ")[0] for one in between), reason(root))


def reason(cause: Finding) -> str:
    """What is said of a cause beside its consequence; of several changed records none speaks for the others."""
    changes = cause.seen.get("changes")
    if cause.code != "servers_changed" and isinstance(changes, list | tuple) and len(changes) > 1:
        return f"{len(changes)} DNS records of {cause.target} changed"
    return cause.summary


def _joined(looks: str, *reasons: str) -> str:
    return ", because ".join((looks, *map(_inner, reasons)))


def _inner(summary: str) -> str:
    """A summary in the middle of a sentence; names and abbreviations keep their letters."""
    first = summary.split(" ", 1)[0]
    return summary[0].lower() + summary[1:] if first.isalpha() and first.istitle() else summary
