"""Companies such as founders run: what is seeded is found under its own name, and what is in order stays quiet."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from checks.causes import cause_of
from checks.model import Severity, Status
from checks.report import Report
from tests.scenarios.companies.catalogue import BROKEN, CATALOGUE, HEALTHY
from tests.scenarios.companies.company import Company
from tests.scenarios.companies.looks import Looks, key, spoil, told
from tests.scenarios.companies.town import Town, a_town
from tests.scenarios.terminal import contract
from tests.scenarios.terminal.shop import ROOT, Ran, clean

pytestmark = pytest.mark.slow
FAMILIES = {"dns", "mail", "tls", "redir", "edge", "web", "exp", "seo"}
NEVER_HERE = {
    "nothing_to_compare": "one resolver stands for all of them",
    "replaced": "one resolver stands for all name servers",
    "private_address": "loopback addresses are nobody's",
    "not_watched": "nothing has been watched yet",
    "not_counted": "nothing has been reported yet",
    "not_compared": "there is one version only",
    "not_measured": "nobody has asked for a load",
    "not_allowed": "nobody has allowed a load",
    "no_budget": "nobody has said what pages may weigh",
    "not_kept": "the terminal keeps no deploys",
    "not_read": "an audit from outside sees no code",
    "not_here": "neither code nor logs are beside the product",
}
"""Answers of checks that cannot pass on loopback, and why."""


def grave(found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Only blockers and what is high."""
    return {name: said for name, said in found.items() if said[1] in (Severity.BLOCKER, Severity.HIGH)}


def clean_bill(company: Company, report: Report) -> None:
    """Nothing is wrong, nothing is unknown, and the launch may go on."""
    assert told(report.findings) == dict(company.notes)
    assert {key(one): one.summary for one in report.findings if one.status is Status.UNKNOWN} == {}
    assert report.verdict == "go"


@pytest.mark.parametrize("company", HEALTHY, ids=lambda company: company.domain)
async def test_a_company_in_order_is_left_in_peace(company: Company, looks: Looks) -> None:
    """However odd it looks: no finding beside the notes that are written down, and nothing unknown."""
    clean_bill(company, await looks.at(company))


@pytest.mark.parametrize("company", BROKEN, ids=lambda company: company.domain)
async def test_every_fault_is_found_and_nothing_else_that_matters(company: Company, looks: Looks) -> None:
    """Each under its own name and with its weight; what follows from another names it as its cause."""
    report = await looks.at(company, "broken")
    found = told(report.findings)
    assert {name: found.get(name) for name in company.found} == company.found
    assert grave(found) == grave(company.found)
    causes = {key(one): " ".join(cause) for one in report.findings if (cause := cause_of(one)) is not None}
    assert causes == {name: cause for fault in company.faults for name, cause in fault.because.items()}
    blockers = [name for name, said in company.found.items() if said[1] == Severity.BLOCKER]
    assert report.verdict == ("no-go" if blockers else "go")
    dark = [host for fault in company.faults for host in fault.dark]
    unknown = {key(one): one.summary for one in report.findings if one.status is Status.UNKNOWN}
    assert {name: why for name, why in unknown.items() if not any(host in why for host in dark)} == {}


@pytest.mark.parametrize("company", BROKEN, ids=lambda company: company.domain)
async def test_a_repaired_company_is_in_order_again(company: Company, looks: Looks) -> None:
    """Nothing of a fault is remembered once it is gone."""
    clean_bill(company, await looks.at(company))


async def test_every_check_passes_at_one_of_them(looks: Looks) -> None:
    """A catalogue that looked away would stay quiet as well."""
    answers: dict[str, set[str]] = {}
    for company in CATALOGUE:
        for one in (await looks.at(company)).findings:
            answers.setdefault(one.check, set()).add("passed" if one.status is Status.PASS else one.code)
    never = {check: codes for check, codes in answers.items() if "passed" not in codes}
    assert {check: codes for check, codes in never.items() if not codes <= set(NEVER_HERE)} == {}
    assert len(answers) >= 45 + len(never)


def test_the_faults_lie_in_every_family_of_checks() -> None:
    """Half of the companies are broken, each in one to four ways."""
    assert len(HEALTHY) == len(BROKEN) == 6
    assert all(1 <= len(company.faults) <= 4 for company in BROKEN)
    families = {name.partition(".")[0] for company in BROKEN for name in company.found}
    assert families >= FAMILIES


async def launch(town: Town, *args: str) -> Ran:
    """The command line, as a process of its own beside the servers."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *args),
        cwd=town.folder,
        env=clean(PYTHONPATH=str(ROOT)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ran(process.returncode or 0, out.decode(), err.decode())


@pytest.mark.parametrize("company", [HEALTHY[4], BROKEN[3], BROKEN[5]], ids=lambda company: company.domain)
async def test_the_command_line_says_the_same(company: Company, looks: Looks, tmp_path: Path) -> None:
    """`launch check` reads the same file and finds the same, in the form that others rely on."""
    async with a_town(company, looks.authority, tmp_path) as town:
        spoil(town)
        ran = await launch(town, "check", "--config", "launch.yml", "--format", "json")
    assert "Traceback" not in ran.err + ran.out, ran.err
    contract.kept(ran.report, ran.code)
    findings = {name: (one["code"], one["severity"]) for name, one in ran.findings.items()}
    bad = {name: findings[name] for name, one in ran.findings.items() if one["status"] in ("fail", "warn")}
    state = "broken" if company.faults else "in order"
    assert bad == told((await looks.at(company, state)).findings)
    assert ran.code == (1 if company.faults else 0)
