"""A walk through a runbook without Slack: what it knows is gathered here and now, and forgotten at the end.

What people wrote down in Slack is read from the bot's own file where it lies there; nothing is written to it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from bot.clock import Clock
from bot.domain.runbook.book import Runbook
from bot.domain.runbook.known import Known
from bot.domain.runbook.moved import Look
from bot.domain.runbook.run import Run, Sight, Standing, Verdict
from bot.domain.runbook.search import for_finding
from bot.domain.trouble import trouble_of
from bot.runbooks import panels
from bot.services.config import Config
from bot.services.look import look as look_at
from bot.services.runbook_known import known_of
from bot.services.runbook_looks import FAILED, NOTHING, OWN, combined, jobs_for, sight_of
from bot.services.runbook_places import RECOGNISED
from bot.store import audits, releases, settings, written
from bot.store.db import connect
from bot.store.migrations import latest, migrate, version
from checks.model import Finding
from checks.registry import load
from checks.runner import Job

log = logging.getLogger(__name__)

DEADLINE = 40.0
"""Seconds for one look."""
MOST = 12
"""Checks of the first look, which finds out what is broken."""
HERE = "you"
"""Who walks: in place of a Slack id."""
RUNNING = Sight(Verdict.UNKNOWN, "only the running bot can see this: /launch runbook in Slack")


class Alone:
    """One walk. `config` may be empty: then texts stay general, and a person looks instead of the checks."""

    def __init__(self, config: Config, books: Mapping[str, Runbook], book: Runbook, clock: Clock) -> None:
        self._config = config
        self._books = books
        self._book = book
        self._clock = clock
        self._memory = sqlite3.connect(":memory:", isolation_level=None)
        self._memory.row_factory = sqlite3.Row
        migrate(self._memory, Path(":memory:"))

    def close(self) -> None:
        """Forget everything."""
        self._memory.close()

    def remember(self, file: Path) -> None:
        """Take over what people wrote down in Slack, and the last releases; a file that cannot be read is left."""
        if not file.is_file():
            return
        product, now = self._config.product, self._clock.now()
        try:
            with closing(connect(file, read_only=True)) as store:
                if version(store) != latest():
                    return
                told = written.every(store, product).values()
                known = settings.named(store, product)
                out = releases.recent(store, product, limit=50)
        except sqlite3.Error as error:
            log.info("%s is left out: %s", file, error)
            return
        for one in told:
            written.put(self._memory, product, one.field, one.value, one.at, author=one.author)
        for name, value in known.items():
            settings.put(self._memory, product, name, value, now)
        for release in reversed(out):
            releases.add(
                self._memory,
                product,
                release.at,
                version=release.version,
                source=release.source,
                environment=release.environment,
                service=release.service,
                stage=release.stage,
            )

    async def recognise(self) -> None:
        """Ask who serves, sells, runs and mails for the product; without an answer texts stay general."""
        from bot.services.recognition import recognised

        inventory, now = self._config.inventory, self._clock.now()
        if inventory is None:
            return
        try:
            found = await recognised(inventory, now)
        except TimeoutError:
            return
        for fact, id in found.items():
            settings.put(self._memory, self._config.product, RECOGNISED + fact, id, now)

    async def find(self) -> Finding | None:
        """Look at what leads to this runbook; the first thing that is broken, or None."""
        names = self._leading()
        if self._config.inventory is None or not names:
            return None
        findings = await self._findings(names)
        bad = [one for one in findings if one.status.bad]
        # What leads elsewhere is somebody else's trouble, unless nothing leads here.
        mine = [
            one for one in bad if for_finding(self._books, one, trouble_of(one.check, one.code)) == self._book.topic
        ]
        return min(mine or bad, key=lambda one: one.severity.rank, default=None)

    def _leading(self) -> tuple[str, ...]:
        checks = load()
        names: dict[str, None] = {}
        for lead in self._book.leads:
            id = lead.partition(":")[0]
            if id in checks:
                names[id] = None
            elif id.endswith(".*"):
                names |= dict.fromkeys(name for name in checks if name.startswith(id[:-1]))
        return tuple(name for name in names if name not in self._config.rules.off)[:MOST]

    async def _findings(self, names: Sequence[str]) -> Sequence[Finding]:
        inventory = self._config.inventory
        if inventory is None:
            return ()
        now = self._clock.now()
        report = await look_at(
            inventory, now=now, only=names, deadline=DEADLINE, confirm=False, rules=self._config.rules
        )
        audit = audits.start(
            self._memory, report.product, now, asked_by=HERE, channel="", only=names, total=len(report.findings)
        )
        audits.finish(self._memory, audit, report, now)
        return report.findings

    def run(self, cause: Finding | None) -> Run:
        """The run as it begins."""
        now = self._clock.now()
        about = (cause.check, cause.target, cause.code) if cause is not None else ("", "", "")
        return Run(1, self._config.product, self._book.topic, "", 0, *about, HERE, now, now, "", Standing.OPEN, 0)

    def known(self, run: Run) -> Known:
        """All that is known now."""
        return known_of(self._memory, self._config, run, self._clock.now(), panels())

    async def look(self, asked: Look, run: Run) -> Sight:
        """What it looks like now."""
        if self._config.inventory is None:
            return Sight(Verdict.UNKNOWN, "there is no launch.yml here, so I do not know where to look")
        sights: list[Sight] = []
        for name in asked.what:
            sights += await self._one(name, run)
        return combined(sights)

    async def _one(self, name: str, run: Run) -> list[Sight]:
        if name.startswith(OWN):
            return [RUNNING]
        if name != FAILED:
            return await self._checked(name, run, run.code if name == run.check else "")
        if run.check:
            return await self._checked(run.check, run, run.code)
        # Nothing was seen to be broken: then what leads here must go on being in order.
        names = self._leading()
        return [sight_of(one, "") for one in await self._findings(names)] if names else [NOTHING]

    async def _checked(self, id: str, run: Run, code: str) -> list[Sight]:
        inventory = self._config.inventory
        jobs: list[Job] = jobs_for(inventory, id, run.target) if inventory is not None else []
        if not jobs:
            return [NOTHING]
        targets = {(job.check.id, job.target.name) for job in jobs}
        return [sight_of(one, code) for one in await self._findings((id,)) if (one.check, one.target) in targets]
