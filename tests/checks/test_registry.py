"""What the registry offers beside `@check`: the frames of checks that need no probe."""

from __future__ import annotations

import inspect
import threading
from typing import Any, cast

import pytest

from checks.inventory import Host, Inventory, Monitor, expand
from checks.model import Check, Purpose, Target, Verdict
from checks.probe import Probe
from checks.registry import asks_nobody, load, main_domain, reads_files

DOMAIN = "firma.example"
INVENTORY = Inventory(
    product="firma",
    domain=DOMAIN,
    domains=("firma.test",),
    hosts=(Host(f"app.{DOMAIN}", Purpose.APP),),
    monitors=(Monitor("log-in", f"https://app.{DOMAIN}/login"),),
)
ALONE = [check for check in load().values() if not inspect.iscoroutinefunction(inspect.unwrap(cast("Any", check.run)))]
"""Those whose own function is a plain one."""
NO_PROBE = cast("Probe", object())
"""Whoever asks this one anything fails."""


def _targets(check: Check) -> list[Target]:
    return [one for one in expand(INVENTORY) if one.kind is check.kind and check.applies(one)]


@pytest.mark.parametrize("check", ALONE, ids=lambda check: check.id)
async def test_a_check_of_facts_leaves_the_probe_alone(check: Check) -> None:
    """Each gives an answer of its table to a product of which nothing was handed over, and asks nobody for it."""
    found = [await check.run(target, NO_PROBE) for target in _targets(check)]
    assert found
    assert all(verdict.code in check.outcomes for verdict in found)


@pytest.mark.parametrize("check", ALONE, ids=lambda check: check.id)
def test_a_check_of_facts_is_not_asked_again(check: Check) -> None:
    """A second path would be handed the same facts."""
    assert not check.again


async def test_files_are_read_in_a_thread_and_facts_are_not() -> None:
    """A slow disk holds up nobody; both are coroutine functions to the runner, under their own names."""
    seen: list[threading.Thread] = []

    def look(target: Target) -> Verdict:
        seen.append(threading.current_thread())
        return Verdict(target.name)

    target = expand(INVENTORY)[0]
    for frame in (asks_nobody, reads_files):
        run = frame(look)
        assert inspect.iscoroutinefunction(run)
        assert cast("Any", run).__name__ == "look"
        assert await run(target, NO_PROBE) == Verdict(DOMAIN)
    assert seen[0] is threading.current_thread()
    assert seen[1] is not threading.current_thread()


def test_the_whole_product_is_asked_once() -> None:
    """Of all targets, its own domain alone."""
    assert [one.name for one in expand(INVENTORY) if main_domain(one)] == [DOMAIN]
