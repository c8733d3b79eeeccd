"""The report as JUnit XML, for the test tab of a CI system: one suite a family, one case a finding.

What fails is a failure. What could not be seen, and what does not apply, is skipped with the reason: neither green nor
red. A warning passes and says so in its output. The shape is that of Jenkins' schema, which other readers share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from checks.model import Finding, Status
from checks.report import Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """The report as JUnit XML text."""
    root = ET.Element("testsuites")
    families: dict[str, list[Finding]] = {}
    for finding in report.findings:
        families.setdefault(finding.check.partition(".")[0], []).append(finding)
    for place, (family, findings) in enumerate(families.items()):
        root.append(_suite(place, family, findings, report.started_at, report.product))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(place: int, family: str, findings: Sequence[Finding], at: datetime, product: str) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        {
            "id": str(place),
            "name": family,
            "package": "launch",
            "tests": str(len(findings)),
            "failures": str(sum(one.status is Status.FAIL for one in findings)),
            "errors": "0",
            "skipped": str(sum(one.status in (Status.UNKNOWN, Status.NA) for one in findings)),
            "time": _seconds(sum(one.took_ms for one in findings)),
            "timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "hostname": _text(product) or "launch",
        },
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", {"name": "product", "value": _text(product)})
    for finding in findings:
        suite.append(_case(finding))
    return suite


def _case(finding: Finding) -> ET.Element:
    name = _text(f"{finding.check} {finding.target}")
    place = _place(finding)
    if place:
        name = f"{name} {place}"
    case = ET.Element(
        "testcase", {"name": name, "classname": f"launch.{finding.check}", "time": _seconds(finding.took_ms)}
    )
    if finding.status is Status.FAIL:
        about = {"message": _text(finding.summary), "type": f"{finding.severity.value}.{finding.code}"}
        ET.SubElement(case, "failure", about).text = _text(_details(finding))
    elif finding.status is Status.UNKNOWN:
        ET.SubElement(case, "skipped").text = _text(f"unknown: {finding.summary}")
    elif finding.status is Status.NA:
        ET.SubElement(case, "skipped").text = _text(f"does not apply: {finding.summary}")
    elif finding.status is Status.WARN:
        ET.SubElement(case, "system-out").text = _text(_details(finding))
    return case


def _place(finding: Finding) -> str:
    """`src/pay.py:12` for what was found in a file: the schema that readers share has no attribute for it."""
    file, line = finding.seen.get("file"), finding.seen.get("line")
    if not isinstance(file, str) or not file:
        return ""
    return _text(f"{file}:{line}" if isinstance(line, int) and not isinstance(line, bool) else file)


def _details(finding: Finding) -> str:
    """Everything a person needs, in lines."""
    head = (
        f"{finding.status.value.upper()} ({finding.severity.value}) {finding.check} {finding.target}: {finding.summary}"
    )
    steps = [f"{number}. {step}" for number, step in enumerate(finding.fix, 1)]
    return "\n".join(
        filter(None, (head, finding.impact, *steps, f"See it yourself: {finding.verify}" if finding.verify else ""))
    )


def _seconds(milliseconds: int) -> str:
    return f"{max(0, milliseconds) / 1000:.3f}"


def _text(text: str) -> str:
    """Without characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("�", text)
