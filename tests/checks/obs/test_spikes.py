"""Judging what the product reports, without looking at anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.heard import EVENT_KINDS
from checks.finding import build
from checks.inventory import Burst, Counted, Inventory, expand
from checks.obs.spikes import CODES, OUTCOMES, Facts, judge, spikes
from checks.registry import load
from tests.checks.samples import NOW
from tests.engine.probes import TableProbe


def told(*bursts: Burst, silent: str = "", days: int = 9) -> Facts:
    """What was counted."""
    return Facts(Counted(NOW, bursts, silent, days))


def many(kind: str) -> Facts:
    """A burst of a kind, from many places."""
    return told(Burst(kind, f"40 of {kind} in 5 minutes, normally 1"))


GUESSED = Burst("login_failed", "40 failed log-ins in 5 minutes, all from one place", one_place=True)
CASES = {
    "ok": told(),
    "log_ins": many("login_failed"),
    "sign_ups": many("signup_failed"),
    "payments": many("checkout_failed"),
    "webhooks": many("webhook_failed"),
    "jobs": many("job_failed"),
    "mails": many("email_failed"),
    "errors": many("http_5xx"),
    "one_place": told(GUESSED),
    "silent": told(silent="no webhook came in since yesterday"),
    "no_normal": told(days=2),
    "not_counted": Facts(None),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code: str) -> None:
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_every_kind_of_trouble_has_its_answer() -> None:
    """What is counted and does not end well is told in words of its own."""
    assert set(CODES) == {kind for kind in EVENT_KINDS if not kind.endswith("_ok")}
    assert {judge(many(kind)).code for kind in CODES} <= set(OUTCOMES)
    assert judge(many("new_kind")).code == "errors"


def test_what_breaks_comes_before_somebody_who_tries() -> None:
    """An outage is said first, whatever else is counted."""
    both = told(GUESSED, Burst("job_failed", "9 failed jobs in 5 minutes"), silent="no webhook")
    assert judge(both).code == "jobs"
    assert judge(told(GUESSED, silent="no webhook")).code == "one_place"
    assert judge(told(GUESSED, days=0)).code == "one_place", "also on the first day"


async def test_it_asks_nobody_and_only_about_the_main_domain() -> None:
    """What was counted is handed over; a second brand has no events of its own."""
    inventory = Inventory("shop", "example.test", domains=("second.test",), counted=many("login_failed").counted)
    first, second = expand(inventory)[:2]
    check = load()["obs.spikes"]
    assert check.applies(first)
    assert not check.applies(second)
    verdict = await spikes(first, TableProbe())
    finding = build(check, first, verdict, at=NOW)
    assert finding.summary == "40 of login_failed in 5 minutes, normally 1"
    bare = replace(first, inventory=replace(inventory, counted=None))
    assert (await spikes(bare, TableProbe())).code == "not_counted"
    assert "login_failed" in build(check, bare, judge(Facts(None)), at=NOW).fix[0]
