"""Looks at a product from outside and says what it saw. The public names of the package; each is loaded when used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.inventory import Inventory
    from checks.model import Check, Finding, Severity, Status, Target, Verdict
    from checks.registry import load
    from checks.report import Report
    from checks.rubric import RUBRIC
    from checks.runner import Job, plan, run

__all__ = [
    "RUBRIC",
    "Check",
    "Finding",
    "Inventory",
    "Job",
    "Report",
    "Severity",
    "Status",
    "Target",
    "Verdict",
    "load",
    "plan",
    "run",
]

_HOMES = {
    "checks.inventory": ("Inventory",),
    "checks.model": ("Check", "Finding", "Severity", "Status", "Target", "Verdict"),
    "checks.registry": ("load",),
    "checks.report": ("Report",),
    "checks.rubric": ("RUBRIC",),
    "checks.runner": ("Job", "plan", "run"),
}


def __getattr__(name: str) -> object:
    """Load the module of a public name when it is first used, so that importing one check does not import all."""
    import importlib

    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
