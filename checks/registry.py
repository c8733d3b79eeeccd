"""All checks, found by walking the package: one check, one file, named by its id."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING

from checks.model import Applies, Check, Kind, Outcome, Runner, Severity, Target, Verdict

if TYPE_CHECKING:
    from checks.probe import Probe

_NO_FAMILIES = ("checks.net", "checks.providers")
_checks: dict[str, Check] = {}
_loaded = False


def _always(_target: Target) -> bool:
    return True


def main_domain(target: Target) -> bool:
    """For `applies`: what is true of the whole product is asked once, of its own domain."""
    return target.name == target.inventory.domain


def asks_nobody(judged: Callable[[Target], Verdict]) -> Runner:
    """Below `@check`, for a check of what was handed over in the inventory: a plain function of the target."""

    @wraps(judged)
    async def run(target: Target, _probe: Probe) -> Verdict:
        return judged(target)

    return run


def reads_files(judged: Callable[[Target], Verdict]) -> Runner:
    """Below `@check`, for a check of files on this machine: the same in a thread, for disks can be slow."""

    @wraps(judged)
    async def run(target: Target, _probe: Probe) -> Verdict:
        return await asyncio.to_thread(judged, target)

    return run


def check(
    id: str,
    *,
    title: str,
    kind: Kind,
    outcomes: Mapping[str, Outcome],
    severity: Severity,
    worst: Severity,
    requirements: tuple[str, ...],
    measured: str,
    verify: str,
    links: tuple[str, ...],
    applies: Applies = _always,
    again: bool = True,
) -> Callable[[Runner], Runner]:
    """Register the decorated coroutine function as the check `id`; its module's docstring is the "why".

    One that needs no probe is a plain function of its target, below `asks_nobody` or `reads_files`.
    """

    def register(run: Runner) -> Runner:
        module = sys.modules[run.__module__]
        expected = "checks." + id
        if run.__module__ != expected:
            raise ValueError(f"check {id} must live in {expected}, not in {run.__module__}")
        if id in _checks:
            raise ValueError(f"check {id} is defined twice")
        if not module.__doc__:
            raise ValueError(f"check {id}: its module needs a docstring, which is the text of `explain`")
        for code, outcome in outcomes.items():
            if outcome.severity.rank < worst.rank:
                raise ValueError(f"check {id}: outcome {code} is worse than worst={worst}")
        _checks[id] = Check(
            id=id,
            title=title,
            kind=kind,
            why=module.__doc__.strip(),
            outcomes=dict(outcomes),
            run=run,
            severity=severity,
            worst=worst,
            requirements=requirements,
            measured=measured,
            verify=verify,
            links=links,
            applies=applies,
            again=again,
        )
        return run

    return register


def load() -> Mapping[str, Check]:
    """Every check by id, in the order of their ids."""
    global _loaded
    if not _loaded:
        import checks

        for family in pkgutil.iter_modules(checks.__path__, "checks."):
            if family.ispkg and family.name not in _NO_FAMILIES:
                package = importlib.import_module(family.name)
                for module in pkgutil.iter_modules(package.__path__, family.name + "."):
                    importlib.import_module(module.name)
        _loaded = True
    return dict(sorted(_checks.items()))


def one(id: str) -> Check:
    """A single check, without importing the others. Raises `KeyError` where there is none of that name."""
    if id not in _checks and all(part.isidentifier() for part in id.split(".")):
        try:
            importlib.import_module(f"checks.{id}")
        except ModuleNotFoundError:
            raise KeyError(id) from None
    return _checks[id]
