"""Looks at companies, each taken once in a session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from checks.model import Finding
from checks.report import Report
from tests.scenarios.companies.company import Company
from tests.scenarios.companies.town import Town, a_town
from tests.servers.tls import Authority


def key(finding: Finding) -> str:
    """`check target`."""
    return f"{finding.check} {finding.target}"


def told(findings: Iterable[Finding]) -> dict[str, tuple[str, str]]:
    """Code and severity of everything that is wrong."""
    return {key(one): (one.code, one.severity.value) for one in findings if one.status.bad}


@dataclass
class Looks:
    """What was found at each company; nothing is looked at twice."""

    authority: Authority
    folder: Path
    reports: dict[tuple[str, str], Report] = field(default_factory=dict)

    async def at(self, company: Company, state: str = "in order") -> Report:
        """The report about a company `in order` (for one with faults: after their repair) or `broken`."""
        if (company.name, state) not in self.reports:
            folder = self.folder / company.domain
            folder.mkdir(exist_ok=True)
            async with a_town(company, self.authority, folder) as town:
                if company.faults:
                    spoil(town)
                    self.reports[company.name, "broken"] = await town.look()
                    town.furnish()
                self.reports[company.name, "in order"] = await town.look()
        return self.reports[company.name, state]


def spoil(town: Town) -> None:
    """Put every fault in."""
    for fault in town.company.faults:
        fault.spoil(town)
