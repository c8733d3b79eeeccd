"""The report of a gate: stricter than an audit, since a build goes on by itself where it passes."""

from __future__ import annotations

from checks.model import Status
from checks.report import Decision, Report


class GateReport(Report):
    """The findings of one gate. Whatever fails stops it; what could not be seen is never taken for good."""

    __slots__ = ()

    @property
    def verdict(self) -> Decision:
        """`no-go` when anything fails, `not-proven` when anything could not be seen or nothing was, else `go`."""
        states = {one.status for one in self.findings}
        if Status.FAIL in states:
            return Decision.NO_GO
        if Status.UNKNOWN in states or not states & {Status.PASS, Status.WARN}:
            return Decision.NOT_PROVEN
        return Decision.GO
