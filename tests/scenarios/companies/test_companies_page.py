"""docs/companies.md shows what is said about companies like one's own; `UPDATE_DOCS=1` writes it anew."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.model import Finding
from checks.report import Report
from tests.scenarios.companies.catalogue import BROKEN, HEALTHY
from tests.scenarios.companies.company import Company, Fault
from tests.scenarios.companies.looks import Looks, key

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[3] / "docs" / "companies.md"
HEAD = """# Companies like yours

Twelve companies, set up as founders set theirs up: real records, certificates, redirects, headers, cookies and files
of the vendors named, on servers of the tests. Six are in order, though some of it looks odd to simple tools. In the
others something went wrong. Tests hold that every fault is found with its weight, that nothing else of weight is
said, and that all is quiet once it is repaired. This page is made by them; each company is one file in
`tests/scenarios/companies`.
"""
DATE = re.compile(r"\b\d{1,2} [A-Z][a-z]+ 20\d\d\b")


def rows(fault: Fault, report: Report) -> Iterator[tuple[Finding, bool]]:
    """What is said about a fault, in the order of the report, and whether it only follows from the rest."""
    for finding in report.ranked:
        if key(finding) in fault.found:
            yield finding, key(finding) in fault.because


def cell(text: str) -> str:
    """A text for a table; days of this year mean nothing to readers."""
    return DATE.sub("…", text).replace("|", "\\|")


def in_order(company: Company) -> Iterator[str]:
    """What looks odd about a company and is in order."""
    yield f"### {company.name}\n"
    yield f"{company.about}.\n"
    yield from (f"- {one}" for one in company.harmless)
    yield ""


def broken(company: Company, report: Report) -> Iterator[str]:
    """What went wrong at a company, and what is said."""
    verdict = {"no-go": "not before this is fixed", "go": "nothing that stops it"}[report.verdict]
    yield f"### {company.name}\n"
    yield f"{company.about}. Launch: {verdict}.\n"
    yield "| what went wrong | what is said | weight | check |"
    yield "|---|---|---|---|"
    for fault in company.faults:
        story = fault.story
        for finding, follows in rows(fault, report):
            weight = f"{finding.severity.value}, follows" if follows else finding.severity.value
            yield f"| {story} | {cell(finding.summary)} | {weight} | [{finding.check}](checks/{finding.check}.md) |"
            story = ""
    yield ""


async def test_the_page_says_what_was_said(looks: Looks) -> None:
    """Every company, every fault, in the words that a founder reads."""
    lines = [HEAD, "## In order\n"]
    for company in HEALTHY:
        lines += in_order(company)
    lines.append("## Something went wrong\n")
    for company in BROKEN:
        lines += broken(company, await looks.at(company, "broken"))
    text = "\n".join(lines).rstrip() + "\n"
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run: UPDATE_DOCS=1 pytest tests/scenarios/companies"
