"""`launch.yml` and the runbooks beside it while the bot runs: a good change is taken up whole, a bad one is said once.

After a bad one the old file goes on.

1. look     the files' times and sizes, every few seconds; SIGHUP looks at once
2. wait     until two looks agree: editors write in pieces
3. read     the whole file, apart from what is in force
4. take up  in one step between two awaits, so that nobody sees half of it; or keep the old one and say why
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from bot.clock import Clock
from bot.runbooks.own import own_files
from bot.services.config import Config
from bot.services.people import People
from bot.store import outbox, settings
from bot.store.db import Store

log = logging.getLogger(__name__)

SUBJECT = "config"
MOST_SAID = 10
"""Mistakes that are repeated in Slack; the terminal has them all."""
Stamp = tuple[tuple[str, int, int, int], ...]


class Current:
    """The configuration in force; call it to get it. Whoever needs two things of it asks once."""

    def __init__(self, first: Config) -> None:
        self._now = first
        self.problems: tuple[str, ...] = tuple(map(str, first.error.problems)) if first.error is not None else ()
        """What is wrong with the file as it is on disk; empty while it is the one in force."""
        self.revision = 0
        """Counts what happened to the file since the start."""

    def __call__(self) -> Config:
        """As it is now."""
        return self._now

    def put(self, config: Config) -> None:
        """From now on this one."""
        self._now, self.problems = config, ()
        self.revision += 1

    def refuse(self, problems: tuple[str, ...]) -> None:
        """The old one goes on; this is why."""
        self.problems = problems
        self.revision += 1


class Reload:
    """Watches the file. `taken_up` is told at once of a new one, without a wait between; `after` follows."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        current: Current,
        *,
        taken_up: Callable[[Config], None],
        after: Callable[[], Awaitable[None]],
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._current = current
        self._taken_up = taken_up
        self._after = after
        self._wake = wake
        self._path = current().path
        self._read = self._unsettled = _stamp(self._path)
        self._content = _content(self._path)
        self._asked = False
        self._said: datetime | None = None

    def ask(self) -> None:
        """Read it at the next look, whatever its time says: somebody has sent SIGHUP."""
        self._asked = True

    async def tick(self) -> None:
        """Look, and take up what has changed."""
        stamp = _stamp(self._path)
        asked, self._asked = self._asked, False
        before, self._unsettled = self._unsettled, stamp
        if not asked and (stamp == self._read or stamp != before):
            return
        self._read = stamp
        content = await asyncio.to_thread(_content, self._path)
        if content == self._content and not asked:
            return
        self._content = content
        config = await asyncio.to_thread(Config.read, self._path)
        problems = self._refused(config)
        if problems:
            await self._refuse(problems)
        else:
            await self._take_up(config)

    def _refused(self, config: Config) -> tuple[str, ...]:
        old = self._current()
        if config.error is not None:
            return tuple(map(str, config.error.problems))
        if config.missing:
            return (f"{config.path.name} is gone",) if not old.missing else ()
        if old.inventory is not None and config.product != old.product:
            return (f"the product is called {config.product} instead of {old.product}: this needs a restart",)
        return ()

    async def _take_up(self, config: Config) -> None:
        mended = bool(self._current.problems)
        self._current.put(config)
        self._taken_up(config)
        log.info("%s was changed and is in force", self._path.name)
        await self._after()
        if mended and self._said is not None:
            since = self._said
            await self._store.write(lambda c: outbox.edit(c, config.product, _subject(since), self._clock.now()))
            self._wake()

    async def _refuse(self, problems: tuple[str, ...]) -> None:
        log.error("%s cannot be used, the old one goes on: %s", self._path.name, "; ".join(problems[:MOST_SAID]))
        said_before = bool(self._current.problems) and self._said is not None
        self._current.refuse(problems)
        now = self._clock.now()
        self._said = self._said if said_before and self._said is not None else now
        since, config = self._said, self._current()

        def say(connection: sqlite3.Connection) -> None:
            if said_before:
                outbox.edit(connection, config.product, _subject(since), now)
                return
            outbox.post(connection, config.product, _subject(since), now, channel=_channel(connection, config, now))

        await self._store.write(say)
        self._wake()


def _subject(since: datetime) -> str:
    return f"{SUBJECT}:{int(since.timestamp())}"


def _channel(connection: sqlite3.Connection, config: Config, now: datetime) -> str:
    wanted = config.file.channels.alerts if config.file and config.file.channels else None
    known = settings.get(connection, config.product, settings.ALERTS)
    return wanted or known or People.of(config).last_resort(connection, "", now)


def _stamp(path: Path) -> Stamp:
    """Time, size and number of each file that is read."""
    found = []
    for file in (path, *own_files(path.parent)):
        try:
            stat = file.stat()
        except OSError:
            continue
        found.append((file.name, stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)


def _content(path: Path) -> str:
    """A mark of what is in them."""
    whole = sha256()
    for file in (path, *own_files(path.parent)):
        try:
            text = file.read_bytes()[: 2 * 1024 * 1024] if file.is_file() else b""
        except OSError:
            continue
        whole.update(f"{file.name} {len(text)} ".encode() + text)
    return whole.hexdigest()
