"""What the gates of CI say becomes results that an audit takes over, and one message for each build that they stop."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from bot.config.team import Deploy as Written
from bot.domain.from_ci import KEPT, rank
from bot.domain.gates import Build, Found, Gated, fold
from bot.services.alerts import channel_of
from bot.services.config import Config
from bot.services.gate_told import finding_of, part_of
from bot.services.people import People
from bot.store import gates as rows
from bot.store import outbox
from bot.store.gates import Result
from bot.store.outbox import Prio
from checks.model import Finding, Kind, Status
from checks.registry import load

SUBJECT = "gate"
BAD = 10
"""Findings of a gate that its message may show."""


class Gates:
    """Takes reports in, within the caller's transaction; it remembers nothing by itself."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config = config

    def heard(self, connection: sqlite3.Connection, said: Gated, now: datetime) -> int:
        """Take a report in; answers the number of its build. Said twice, or late, it changes nothing."""
        config = self._config()
        said = replace(said, at=min(said.at, now))
        known = [(one, finding) for one in said.findings if (finding := finding_of(one, config, said.at))]
        if said.counts:
            self._keep(connection, said, known)
        bad = [(one, finding) for one, finding in known if finding.status is not Status.PASS]
        worst = tuple(one for one, _ in sorted(bad, key=lambda pair: rank(pair[1])))
        before = rows.last(connection, config.product, said.repository, said.line)
        more = len(worst[BAD:]) + said.more
        for build in fold(before, said, worst[:BAD], more, config.product):
            before = self._write(connection, build, now)
        return before.id if before is not None else 0

    def _keep(self, connection: sqlite3.Connection, said: Gated, known: Iterable[tuple[Found, Finding]]) -> None:
        """What an audit may take over: what applies, of checks that only CI can carry out."""
        wanted = [one for one, finding in known if one.check in KEPT and finding.status is not Status.NA]
        place = (said.at, said.repository)
        about = (said.version, said.branch, said.builder, said.log_url)
        checks = load()
        for (check, part), group in groupby(sorted(wanted, key=_place), key=_place):
            worst = {one.target: one for one in reversed([*group])}
            results = [Result(one, *place, part, *about) for one in worst.values()]
            # One run looks at all of the code; of pages and endpoints it may look at some.
            whole = checks[check].kind is Kind.DOMAIN
            rows.keep(connection, self._config().product, results, whole=whole)

    def _write(self, connection: sqlite3.Connection, build: Build, now: datetime) -> Build:
        """Write it down as a new revision, and have its message posted or edited."""
        config = self._config()
        old = rows.get(connection, build.id) if build.id else None
        first = not build.told and bool(build.stopped) and (build.production or self._previews)
        build = replace(build, rev=build.rev + 1, told=build.told or first)
        build = replace(build, id=rows.put(connection, build))
        subject = f"{SUBJECT}:{build.id}"
        if first:
            channel = channel_of(connection, config) or People.of(config).last_resort(connection, "", now)
            outbox.post(connection, build.product, subject, now, channel=channel, prio=Prio.NOTICE)
        elif build.told and not (old is not None and old.ended_at and build.ended_at):
            outbox.edit(connection, build.product, subject, now, prio=Prio.NOTICE)
        return build

    @property
    def _previews(self) -> bool:
        """Whether proposals and test systems are told at all."""
        file = self._config().file
        return ((file.deploy if file else None) or Written()).previews != "ignore"


def _place(found: Found) -> tuple[str, str]:
    return found.check, part_of(found)
