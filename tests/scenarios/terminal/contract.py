"""The contract of the JSON report, written down once more by hand: independent of the schema in the product."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

VERDICTS = {"go": 0, "no-go": 1, "not-proven": 3}
"""And the exit codes that belong to them."""
STATUSES = {"pass", "warn", "fail", "unknown", "n/a"}
SEVERITIES = ("blocker", "high", "medium", "low")
REPORT = {
    "schema": int,
    "product": str,
    "targets": list,
    "started_at": str,
    "took_ms": int,
    "verdict": str,
    "counts": dict,
    "findings": list,
}
FINDING = {
    "check": str,
    "target": str,
    "status": str,
    "code": str,
    "severity": str,
    "summary": str,
    "impact": str,
    "fix": list,
    "seen": dict,
    "verify": str,
    "links": list,
    "owner": str,
    "requirements": list,
    "took_ms": int,
}
TWELVE = {
    *("dns.resolve", "dns.apex_www", "tls.valid", "tls.expiry", "tls.hsts", "up.http"),
    *("redir.https", "redir.hops", "redir.loop", "redir.canonical", "mail.spf", "mail.dmarc"),
}
"""The checks of which this bench knows every outcome; others may stand beside them."""


def kept(report: dict[str, Any], code: int) -> None:
    """Assert that a report and its exit code keep the contract."""
    _typed(report, REPORT)
    assert report["schema"] == 1
    assert report["verdict"] in VERDICTS
    started = datetime.fromisoformat(report["started_at"])
    assert started.utcoffset() == timedelta(0), report["started_at"]
    assert abs((datetime.now(UTC) - started).total_seconds()) < 600  # noqa: TID251  (the command has just run)
    assert report["took_ms"] >= 0
    for finding in report["findings"]:
        _finding(finding)
    assert {one["target"] for one in report["findings"]} <= set(report["targets"])
    assert all(isinstance(name, str) for name in report["targets"])
    _counted(report)
    assert VERDICTS[report["verdict"]] == code, (report["verdict"], code)


def _typed(value: dict[str, Any], keys: dict[str, type]) -> None:
    for key, kind in keys.items():
        assert key in value, f"{key} is missing in {sorted(value)}"
        assert type(value[key]) is kind, f"{key} is {value[key]!r}"


def _finding(finding: dict[str, Any]) -> None:
    _typed(finding, FINDING)
    assert finding["status"] in STATUSES
    assert finding["severity"] in SEVERITIES
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", finding["check"])
    assert re.fullmatch("[a-z0-9_]+", finding["code"])
    for key in ("fix", "links", "requirements"):
        assert all(isinstance(one, str) and one for one in finding[key]), finding[key]
    assert finding["summary"]
    assert "{" not in finding["summary"], finding["summary"]
    if finding["status"] in ("warn", "fail"):
        assert finding["impact"], finding
        assert finding["fix"], finding
        assert finding["verify"], finding
    assert finding["requirements"]
    assert finding["links"]
    assert finding["took_ms"] >= 0


def _counted(report: dict[str, Any]) -> None:
    """Counts and verdict, worked out again from the findings."""
    bad = [one["severity"] for one in report["findings"] if one["status"] in ("warn", "fail")]
    statuses = [one["status"] for one in report["findings"]]
    expected = {severity: bad.count(severity) for severity in SEVERITIES}
    expected |= {"unknown": statuses.count("unknown"), "pass": statuses.count("pass")}
    assert report["counts"] == expected
    stops = any(one["status"] == "fail" and one["severity"] == "blocker" for one in report["findings"])
    assert (report["verdict"] == "no-go") == stops
