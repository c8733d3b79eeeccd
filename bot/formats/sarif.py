"""The report as SARIF 2.1.0, for code-scanning views: one rule a check, one result a finding.

A finding that fails or warns is of kind `fail`; what could not be seen is `open`; the rest is said for completeness.
One that was seen in a file (`file` and `line` of what was seen) stands at that line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from checks.model import Check, Finding, Json, Severity, Status
from checks.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_KINDS = {
    Status.FAIL: "fail",
    Status.WARN: "fail",
    Status.UNKNOWN: "open",
    Status.PASS: "pass",
    Status.NA: "notApplicable",
}
_LEVELS = {Severity.BLOCKER: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.BLOCKER: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
"""What code-scanning views sort by (0 to 10)."""


def sarif(report: Report, checks: Mapping[str, Check] | None = None) -> str:
    """The report as SARIF text. `checks` describe the rules; without them the registered ones do."""
    if checks is None:
        from checks.registry import load

        checks = load()
    ids = sorted({finding.check for finding in report.findings})
    ended = report.started_at + timedelta(milliseconds=report.took_ms)
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Launch Ready",
                        "semanticVersion": _version(),
                        "rules": [_rule(id, checks.get(id)) for id in ids],
                    }
                },
                "automationDetails": {"id": f"launch/{report.product}/"},
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "startTimeUtc": _time(report.started_at),
                        "endTimeUtc": _time(ended),
                    }
                ],
                "results": [_result(finding, ids.index(finding.check)) for finding in report.ranked],
                "columnKind": "unicodeCodePoints",
                "properties": {"verdict": report.verdict.value, "counts": report.counts},
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False, default=dict).encode("utf-8", "replace").decode() + "\n"


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("launch-ready")
    except PackageNotFoundError:
        return "0.0.0"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _rule(id: str, check: Check | None) -> dict[str, Json]:
    if check is None:
        return {"id": id}
    first, _, rest = check.why.partition("\n")
    rule: dict[str, Json] = {
        "id": id,
        "name": check.title,
        "shortDescription": {"text": first},
        "fullDescription": {"text": " ".join(check.why.split())},
        "help": {"text": f"{' '.join(rest.split()) or first}\n\n{check.measured}"},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {"tags": [check.family, *check.requirements], "security-severity": _SCORES[check.severity]},
    }
    return rule | {"helpUri": check.links[0]} if check.links else rule


def _result(finding: Finding, rule: int) -> dict[str, Json]:
    kind = _KINDS[finding.status]
    steps = "".join(f"\n{number}. {step}" for number, step in enumerate(finding.fix, 1))
    lines = [finding.summary + ".", finding.impact]
    level = _LEVELS[finding.severity]
    if finding.status is Status.WARN and level == "error":
        level = "warning"
    same = [finding.check, finding.target, finding.code]
    # In a file the line moves with every edit above it, so it does not tell one finding from another.
    same += [text for name in ("file", "fingerprint") if isinstance(text := finding.seen.get(name), str) and text]
    key = hashlib.sha256("\0".join(same).encode("utf-8", "replace")).hexdigest()
    return {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "kind": kind,
        "level": level if kind == "fail" else "none",
        "message": {"text": " ".join(filter(None, lines)) + steps},
        "locations": [
            {
                "physicalLocation": _place(finding),
                "logicalLocations": [
                    {"name": finding.target, "fullyQualifiedName": finding.target, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"launchReadyFinding/v1": key},
        "properties": {
            "code": finding.code,
            "status": finding.status.value,
            "severity": finding.severity.value,
            "owner": finding.owner,
            "requirements": list(finding.requirements),
            "verify": finding.verify,
            "seen": dict(finding.seen),
        },
    }


def _place(finding: Finding) -> dict[str, Json]:
    """The file and line where it was seen, for what is found in files; else what was looked at."""
    file, line = finding.seen.get("file"), finding.seen.get("line")
    if not isinstance(file, str) or not file:
        return {"artifactLocation": {"uri": _uri(finding.target)}}
    from urllib.parse import quote

    artifact: dict[str, Json] = {"uri": quote(file.replace("\\", "/").lstrip("/").encode("utf-8", "replace"))}
    place: dict[str, Json] = {"artifactLocation": artifact | {"uriBaseId": "%SRCROOT%"}}
    if isinstance(line, int) and not isinstance(line, bool) and line > 0:
        place["region"] = {"startLine": line}
    return place


def _uri(target: str) -> str:
    """A URI for what was looked at; monitors have names with spaces."""
    from urllib.parse import quote

    return f"https://{target}/" if "." in target and " " not in target else f"launch:{quote(target, safe='')}"
