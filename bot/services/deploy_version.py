"""The version that customers get, as the product itself says it: a deploy is noticed where no host reports it."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from bot.blockkit.words import clean
from bot.clock import Clock
from bot.config.team import Version
from bot.domain import deploys as rules
from bot.domain.deploys import Deploy, Stage
from bot.domain.heard import Marker, Progress
from bot.domain.severity import Trouble
from bot.services.config import Config
from bot.services.deploy_intake import VERSION, Intake
from bot.services.glance import Glance, bad, glance, good
from bot.services.watching import limits_of
from bot.store import deploys as rows
from bot.store import settings
from bot.store.db import Store
from checks import json_path
from checks.flow.pattern import TooSlow, first
from checks.inventory import Inventory
from checks.net.facts import Exchange
from checks.net.live import LiveProbe

log = logging.getLogger(__name__)

SOURCE = "probe"
SEEN = "version seen"
"""In the store's settings: what was seen last, confirmed."""
EVERY = timedelta(seconds=60)
AGAIN = timedelta(seconds=10)
"""Something new is believed when the next look sees it too: while servers change over, both versions answer."""
HURRY = timedelta(seconds=4)
"""Between two looks while something fails for the first time: whether a new version is why is known by the alert."""
PATIENCE = 10.0
"""Seconds for the answer."""
CAP = 64 * 1024
READ = 20_000
"""Characters of a page that are searched."""
NOT_SEEN = timedelta(minutes=5)
"""After so long a version that its host calls live must be seen."""
_VERSION = re.compile(r"[^\s<>\"'`|*]{1,100}")


class Versions:
    """Looks once a minute, and tells what is new as a report of a deploy."""

    def __init__(self, store: Store, clock: Clock, config: Callable[[], Config], intake: Callable[[], Intake]) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._intake = intake
        self._due: datetime | None = None
        self._candidate: tuple[str, datetime] | None = None
        self._last: datetime | None = None
        self._warned: Config | None = None

    async def tick(self, *, hurry: bool = False) -> int:
        """Look, where it is time and a place is written down; says how many deploys it was the first to see.

        `hurry`: something has begun to fail.
        """
        config, now = self._config(), self._clock.now()
        written = config.file.deploy.version if config.file and config.file.deploy else None
        if written is None or config.inventory is None or not self._is_due(now, hurry=hurry):
            return 0
        self._due, self._last = now + EVERY, now
        if foreign := _foreign(written, config.inventory):
            if self._warned is not config:
                log.warning("the version is not looked up: %s is no host of launch.yml", foreign)
                self._warned = config
            return 0
        seen = await look(written, config.inventory, now)
        if not seen:
            return 0
        known = await self._store.read(lambda c: settings.get(c, config.product, SEEN))
        if seen == known:
            self._candidate = None
            return await self._store.write(lambda c: self._compare(c, config.product, seen, now), durable=False)
        if self._candidate is None or self._candidate[0] != seen:
            self._candidate = (seen, now)
            self._due = now + AGAIN
            return 0
        candidate, self._candidate = self._candidate, None
        return await self._store.write(lambda c: self._changed(c, written.service or "", known, candidate, now))

    def _is_due(self, now: datetime, *, hurry: bool) -> bool:
        """A clock that was put back holds nothing up."""
        if hurry and (self._last is None or now - self._last >= HURRY):
            return True
        return self._due is None or now >= self._due or self._due - now > EVERY

    def _changed(
        self, connection: sqlite3.Connection, service: str, known: str, candidate: tuple[str, datetime], now: datetime
    ) -> int:
        """Customers get another version: a report like any other, in one transaction with what was seen."""
        seen, at = candidate
        product = self._config().product
        settings.put(connection, product, SEEN, seen, now)
        newest = next(iter(_live(connection, product)), None)
        if newest is not None and _means(newest, seen):
            if newest.seen:
                self._intake().keep(connection, replace(newest, seen=""), now)
            return 0
        if not known:
            # The first look ever: nothing has changed, it is only known now.
            return 0
        version = seen
        if newest is not None and newest.source != SOURCE and not rules.alike(newest.version, seen):
            since = newest.live_at or newest.began_at
            # Its host has another name for it: a commit for what the product calls by a number.
            version = newest.version if at - since <= rules.MERGE else seen
        marker = Marker(
            SOURCE, Progress.LIVE, version, at, f"{seen} {int(at.timestamp())}", service=service, before=known
        )
        return 1 if self._intake().heard(connection, marker, now) else 0

    def _compare(self, connection: sqlite3.Connection, product: str, seen: str, now: datetime) -> int:
        """A version that its host calls live for minutes, and that customers do not get, is said; once."""
        newest = next(iter(_live(connection, product)), None)
        if newest is None or newest.source == SOURCE or newest.live_at is None or newest.also:
            return 0
        waited = now - newest.live_at
        if _means(newest, seen) or not rules.alike(newest.version, seen):
            return 0
        if NOT_SEEN <= waited <= rules.MERGE and not newest.seen:
            self._intake().keep(connection, replace(newest, seen=seen), now)
        return 0


def _live(connection: sqlite3.Connection, product: str) -> list[Deploy]:
    found = rows.recent(connection, product, limit=5, environment="production", stages=rules.WENT_LIVE)
    return [one for one in found if one.live_at is not None and one.stage is not Stage.SUPERSEDED]


def _means(deploy: Deploy, seen: str) -> bool:
    return rules.same_version(deploy.version, seen) or rules.same_version(deploy.commit, seen)


def place(written: Version, inventory: Inventory) -> str:
    """The whole URL at which it is looked."""
    return urljoin(inventory.canonical or f"https://{inventory.domain}/", written.url)


def _foreign(written: Version, inventory: Inventory) -> str:
    """The host, where it is none of launch.yml's; "" where it is."""
    host = urlsplit(place(written, inventory)).hostname or ""
    return "" if host in {inventory.domain, *(one.name for one in inventory.hosts)} else host or "no host"


async def look(written: Version, inventory: Inventory, now: datetime) -> str:
    """What the product says now; "" where it says nothing that could be a version."""
    url = place(written, inventory)
    found: list[str] = []

    async def asked(probe: LiveProbe) -> Glance:
        answer = await probe.get(url, cap=CAP, timeout=PATIENCE)
        found.append(await version_in(answer, written))
        if answer.fault is not None or not found[-1]:
            return bad(now, Trouble.NOTE, "no_version", "no version was seen")
        return good(now, found[-1])

    limits = limits_of(inventory, ())
    await glance(asked, "version", inventory.network, now, timeout=PATIENCE, path=0, limits=limits)
    return found[-1] if found else ""


async def version_in(answer: Exchange, written: Version) -> str:
    """The version in an answer, bounded; "" where there is none, or the answer is no good one."""
    if answer.fault is not None or not 200 <= answer.status < 300:
        return ""
    async for text in _said(answer, written):
        plain = clean(text).strip()
        if _VERSION.fullmatch(plain) and len(plain) <= VERSION:
            return plain
    return ""


async def _said(answer: Exchange, written: Version) -> AsyncIterator[str]:
    """Every place that is written down, the header first; the whole answer where none is."""
    if written.header is not None:
        yield answer.header(written.header)
    if written.json_path is not None:
        with suppress(json_path.Absent):
            yield json_path.at(await asyncio.to_thread(json_path.read, answer.text), written.json_path)
    if written.pattern is not None:
        with suppress(TooSlow):
            yield await first(written.pattern, answer.text[:READ]) or ""
    if (written.header, written.json_path, written.pattern) == (None, None, None):
        yield answer.text
