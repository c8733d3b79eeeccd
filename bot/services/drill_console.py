"""The simulated console of a drill: the right control of the step that stands open, among wrong ones."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain import drill as rules
from bot.domain.drill import Control, Drill
from bot.domain.runbook.book import Do, Runbook
from bot.domain.runbook.plain import Panel
from bot.domain.runbook.run import LIVE, Run


def console_at(run: Run, drill: Drill | None, book: Runbook | None, panels: Mapping[str, Panel]) -> tuple[Control, ...]:
    """Its controls, in an order that differs from drill to drill; none where nothing is to be done at this step."""
    step = book.steps.get(run.step) if book is not None else None
    if drill is None or not isinstance(step, Do):
        return ()
    return rules.controls(step, tasks_of(panels), drill.id)


def tasks_of(panels: Mapping[str, Panel]) -> tuple[str, ...]:
    """Every control of the simulated consoles: `host.roll_back`."""
    return tuple(f"{kind}.{task}" for kind, panel in panels.items() for task in panel.tasks)


def may_click(run: Run, rev: int, user: str) -> bool:
    """Whether a button of the present step was clicked, by somebody who has the run."""
    return run.standing in LIVE and rev >= run.turn and user in (run.holder, *run.helpers)
