"""Every check of every family: its table, its cases, its words, and the golden files that show a change."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

from checks import rubric
from checks.finding import ENGINE_OUTCOMES, build, holes
from checks.flow.model import Flow
from checks.inventory import Host, Inventory, MailDomain, Monitor, expand
from checks.model import Check, Severity, Status, Target, Verdict
from checks.registry import load
from tests.checks.samples import NOW

CHECKS = load()
GOLDEN = Path(__file__).parents[1] / "golden"
REQUIREMENTS = frozenset((Path(__file__).parent / "data" / "requirements.txt").read_text().split())
RUNBOOKS = frozenset((Path(__file__).parent / "data" / "runbooks.txt").read_text().split())
TARGETS = expand(
    Inventory(
        product="shop",
        domain="example.test",
        hosts=(Host("app.example.test"),),
        mail=(MailDomain("example.test"),),
        monitors=(Monitor("Login", "https://app.example.test/login"),),
        flows=(Flow("login", "https://app.example.test/", frozenset(), (), name="Log-in"),),
    )
)
each = pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))


def cases_of(check: Check) -> ModuleType:
    """The test module of a check: `dns.resolve` has `tests/checks/dns/test_resolve.py`."""
    family, _, name = check.id.partition(".")
    return importlib.import_module(f"tests.checks.{family}.test_{name}")


def verdicts(check: Check) -> dict[str, Verdict]:
    """What the judge says to each case; several facts are a tuple."""
    module = cases_of(check)
    judge = getattr(module, "judged", module.judge)
    return {code: judge(*case) if isinstance(case, tuple) else judge(case) for code, case in module.CASES.items()}


def target_of(check: Check) -> Target:
    """A target of the kind that this check looks at."""
    return next(target for target in TARGETS if target.kind is check.kind)


@each
def test_each_outcome_has_a_case_and_each_case_an_outcome(check):
    """No answer without facts that lead to it, and no facts for an answer that is gone."""
    assert set(cases_of(check).CASES) == set(check.outcomes)
    assert {code: verdict.code for code, verdict in verdicts(check).items()} == {code: code for code in check.outcomes}


@each
def test_every_gap_in_the_words_is_filled(check):
    """A `{name}` that nobody fills would show as a question mark."""
    for verdict in verdicts(check).values():
        assert holes(check, target_of(check), verdict) == (), verdict.code


@each
def test_the_finished_words_are_whole_sentences(check):
    """What a person reads has no braces, no full stop at the end of the headline, and fits."""
    for verdict in verdicts(check).values():
        finding = build(check, target_of(check), verdict, at=NOW)
        where = f"{verdict.code}: {finding.summary}"
        assert not re.search(r"[{}]|\?\?|None|\bTrue\b|\bFalse\b", finding.summary), where
        assert finding.summary[0] == finding.summary[0].upper() or finding.summary[0].islower(), where
        assert not finding.summary.endswith("."), where
        assert len(finding.summary) <= 200, where
        assert finding.verify, where
        for text in (finding.impact, *finding.fix):
            assert "{" not in text.replace("${", ""), where


@each
def test_whoever_is_told_of_trouble_is_told_what_to_do(check):
    """A warning, a failure and an unknown say what customers feel and what to do first."""
    for code, outcome in check.outcomes.items():
        if outcome.status in (Status.WARN, Status.FAIL, Status.UNKNOWN):
            assert outcome.impact, code
            assert outcome.fix, code
            assert all(step.strip() for step in outcome.fix), code


@each
def test_severities_keep_to_the_rules(check):
    """Good and unknown answers are of severity low; a warning is never a blocker; nothing is worse than allowed."""
    for code, outcome in check.outcomes.items():
        assert outcome.severity.rank >= check.worst.rank, code
        if not outcome.status.bad:
            assert outcome.severity is Severity.LOW, code
            assert not outcome.breaks, code
        if outcome.status is Status.WARN:
            assert outcome.severity is not Severity.BLOCKER, code


@each
def test_serious_trouble_has_a_runbook(check):
    """What may stop a launch leads to a way out."""
    for code, outcome in check.outcomes.items():
        serious = outcome.status.bad and outcome.severity in (Severity.BLOCKER, Severity.HIGH)
        if serious or outcome.runbook:
            assert outcome.runbook in RUNBOOKS, code


@each
def test_there_is_a_way_to_pass_and_a_way_not_to_know(check):
    """A check that cannot say "could not look" would guess; one adds up what was seen, and asks nobody."""
    statuses = {outcome.status for outcome in check.outcomes.values()}
    assert {Status.PASS, Status.NA if check.id == "obs.error_budget" else Status.UNKNOWN} <= statuses
    assert not set(check.outcomes) & set(ENGINE_OUTCOMES)


@each
def test_codes_are_words(check):
    """Stable, lower case, such as a person would say."""
    for code in check.outcomes:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code), code


@each
def test_requirements_exist(check):
    """A check serves rows of the contract."""
    assert check.requirements
    assert set(check.requirements) <= REQUIREMENTS


@each
def test_the_why_can_be_read_by_a_founder(check):
    """One short sentence first, then two to six more."""
    first, _, rest = check.why.partition("\n\n")
    assert first.endswith(".")
    assert len(first) <= 100
    assert 1 <= len(re.findall(r"[.:!?](?:\s|$)", rest)) <= 10
    assert check.measured.endswith(".")
    assert check.links
    assert all(link.startswith("https://") for link in check.links)


def test_all_requirements_are_listed():
    """The list is the whole contract."""
    assert len(REQUIREMENTS) == 115


def test_the_registry_is_what_a_reviewer_saw():
    """A new check is one added line here."""
    lines = "".join(f"{id} {check.kind.value} {check.severity.value}\n" for id, check in CHECKS.items())
    assert (GOLDEN / "registry.txt").read_text() == lines


def test_a_changed_table_raises_the_rubric():
    """Reports are only compared under the same rules: after a change raise `RUBRIC` and write the new line down."""
    assert (GOLDEN / "rubric.txt").read_text() == f"{rubric.RUBRIC} {rubric.digest(CHECKS)}\n"


def test_the_digest_sees_every_word():
    """One changed word in one table is another digest."""
    from dataclasses import replace

    check = CHECKS["tls.expiry"]
    changed = replace(check, outcomes=check.outcomes | {"ok": replace(check.outcomes["ok"], summary="Fine")})
    assert rubric.digest(CHECKS) != rubric.digest({**CHECKS, check.id: changed})
