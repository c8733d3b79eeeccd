"""Judging how the last deploy stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.deploys import Deploy, Stage, Walked
from bot.services.deploy_facts import of
from checks.finding import build
from checks.inventory import Deployed, Inventory, expand
from checks.registry import load
from checks.rel.deploy_event import OUTCOMES, Facts, deploy_event, judge
from tests.checks.samples import NOW
from tests.engine.probes import TableProbe

LIVE = Deployed(NOW, "v43", "live", back="v42")
CASES = {
    "ok": Facts(replace(LIVE, stage="good", tried="4 of 4 flows work")),
    "broken": Facts(replace(LIVE, stage="bad", broken="Checkout")),
    "failed": Facts(replace(LIVE, stage="failed")),
    "not_seen": Facts(replace(LIVE, stage="good", shown="v42")),
    "no_end": Facts(replace(LIVE, stage="stuck")),
    "not_tried": Facts(LIVE),
    "under_way": Facts(replace(LIVE, stage="")),
    "none": Facts(Deployed()),
    "not_kept": Facts(None),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code: str) -> None:
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


async def test_the_founder_reads_what_does_not_work_and_the_way_back() -> None:
    """What customers feel first, then the version to go back to."""
    inventory = Inventory("shop", "example.test", deployed=CASES["broken"].deployed)
    target, check = expand(inventory)[0], load()["rel.deploy_event"]
    finding = build(check, target, await deploy_event(target, TableProbe()), at=NOW)
    assert finding.summary.startswith("Checkout has not worked since v43 went live")
    assert "v42" in finding.fix[0]
    unknown = build(check, target, judge(Facts(replace(LIVE, stage="bad", back="", broken=""))), at=NOW)
    assert "something" in unknown.summary.lower()


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        (Stage.GOOD, "good"),
        (Stage.BAD, "bad"),
        (Stage.FAILED, "failed"),
        (Stage.STUCK, "stuck"),
        (Stage.SMOKE, ""),
        (Stage.STARTED, ""),
        (Stage.LIVE, ""),
        (Stage.SUPERSEDED, ""),
    ],
)
def test_what_is_kept_of_a_deploy_is_what_is_told_of_it(stage: Stage, told: str) -> None:
    """What is under way is not called untried."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    deploy = Deploy(1, "shop", "github", "1", "v43", "production", stage, at, walked=Walked(1, 3, 4, ("Checkout",)))
    found = of(deploy)
    assert (found.stage, found.broken, found.version, found.at) == (told, "Checkout", "v43", at)
