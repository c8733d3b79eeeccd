"""How moments and answers are written down as integers. The numbers are in every stored row: never change one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from checks.model import Severity, Status

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
STATUS = {Status.PASS: 0, Status.WARN: 1, Status.FAIL: 2, Status.UNKNOWN: 3, Status.NA: 4}
SEVERITY = {Severity.BLOCKER: 0, Severity.HIGH: 1, Severity.MEDIUM: 2, Severity.LOW: 3}
STATUS_OF = {number: status for status, number in STATUS.items()}
SEVERITY_OF = {number: severity for severity, number in SEVERITY.items()}


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970; the moment must carry its zone."""
    return (at - EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The moment, UTC."""
    return EPOCH + timedelta(milliseconds=ms)
