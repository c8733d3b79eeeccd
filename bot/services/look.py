"""Look at everything now. It needs neither store nor configuration file, so the terminal has it fast.

Nothing that only a `launch.yml` or Slack needs is imported here.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.severity import adapt
from bot.services.rules import Rules
from checks.causes import linked
from checks.inventory import Inventory
from checks.report import Report
from checks.runner import Job, plan, run
from checks.sent import of_stats

if TYPE_CHECKING:
    from checks.model import Finding
    from checks.probe import Probe
    from checks.runner import OnProgress

Afterwards = Callable[["Probe", "Sequence[Finding]"], Awaitable[None]]
DEADLINE = 120.0


def jobs_of(inventory: Inventory, only: Sequence[str], rules: Rules) -> list[Job]:
    """What an audit would look at. Raises `UnknownName`."""
    return [job for job in plan(inventory, only=only) if job.check.id not in rules.off or job.check.id in only]


async def look(
    inventory: Inventory,
    *,
    now: datetime,
    only: Sequence[str] = (),
    deadline: float = DEADLINE,
    on_progress: OnProgress | None = None,
    confirm: bool = True,
    rules: Rules | None = None,
    afterwards: Afterwards | None = None,
) -> Report:
    """Run the checks and return the report. Raises `UnknownName` for a name that is no family, check or host.

    Severities are adapted to what each host is for; a bad result is confirmed once by a second path, and what only
    follows from another finding says so. `afterwards` gets the probe, which still knows what was
    asked, and the findings.
    """
    from checks.net.live import LiveProbe

    rules = rules or Rules()
    jobs = jobs_of(inventory, only, rules)
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with LiveProbe(inventory.network, now) as probe:
        findings = await run(jobs, probe, deadline=deadline, confirm=confirm, on_progress=on_progress)
        if afterwards is not None:
            await afterwards(probe, findings)
    rated = [
        adapt(finding, job.target, overrides=rules.severities) for job, finding in zip(jobs, findings, strict=True)
    ]
    return Report(
        product=inventory.product,
        targets=tuple(dict.fromkeys(job.target.name for job in jobs)),
        started_at=now,
        took_ms=round((loop.time() - began) * 1000),
        findings=tuple(linked(rated)),
        sent=of_stats(probe.stats()),
    )


def prepare() -> None:
    """Do beforehand what only the first look would wait for: import every check, read trust store and provider data.

    Together it takes longer than the bot may keep anybody waiting, so it does this before it takes anything on.
    """
    importlib.import_module("checks.confirm")
    from checks import providers
    from checks.net import live
    from checks.registrable import rules
    from checks.registry import load

    load()
    live.prepare()
    for kind in providers.KINDS:
        providers.load(kind)
    rules("com")
