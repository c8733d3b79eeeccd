"""What comes in from outside over HTTP: proven, written down once, and worked on after it was answered.

1. `take` proves who sends it, reads it, and writes one row in one transaction; only then it is answered
2. the backlog, which is woken at once, carries each row out (`backlog.py`)
A kill between the two loses nothing, and the same delivery twice does nothing twice.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.adapters.hooks.base import Inbound as Request
from bot.adapters.hooks.base import Refused, Source, Verified, load
from bot.adapters.hooks.proofs import bearer, by_token
from bot.clock import Clock
from bot.config.names import shown
from bot.config.nearest import did_you_mean
from bot.domain.gates import Gated
from bot.domain.heard import Heard
from bot.services import counted, gate_told, heartbeats, reported
from bot.services.backlog import Backlog
from bot.services.config import Config
from bot.services.deploys import Deploys
from bot.services.events import Events
from bot.services.incidents import Incidents
from bot.services.knocks import Knock, Knocks, Turned
from bot.services.plain_json import Unreadable
from bot.store import heard
from bot.store.db import Store, StoreError
from checks.model import Json

log = logging.getLogger(__name__)
T = TypeVar("T")

TOKEN = "LAUNCH_TOKEN"  # noqa: S105  a variable's name
EVENTS = "events"
"""How `POST /events` is called among the senders."""
MOST_WAITING = 5000
"""Rows that may wait to be worked on; more are not taken."""
PART = 25
"""Parts of one delivery that are worked on together: between two rows a click need not wait for hundreds of alarms."""
ALONE = 16 * 1024
"""Bytes of a body from which on it is read beside the loop."""
OLDEST = timedelta(days=29)
"""Deliveries are known for 30 days. What is older than this may have been here before, so it is not taken."""
LONGEST = 400
"""Characters of an answer that repeats what somebody sent."""
BUSY = 10
"""Seconds after which a sender may come again while too much waits."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a sender."""

    status: int
    text: str
    """One sentence."""
    retry_after: int = 0
    """Seconds; 0: not said."""
    delivery: str = ""
    """The id under which it was written down."""


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """How the door is, for the self-test."""

    turned_away: tuple[Knock, ...]
    """Since the bot started, the last one first."""
    last_taken: Mapping[str, float]
    """When each sender was last understood, in seconds since 1970."""
    left: heard.Left


class Full(Exception):
    """Too much waits to be worked on."""


class Inbound:
    """The one door for hooks and counted events. `environ` holds the secrets of the senders."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        *,
        deploys: Deploys,
        events: Events,
        environ: Mapping[str, str],
        wake: Callable[[], None],
        knocks: Knocks | None = None,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._environ = environ
        self._backlog = Backlog(store, clock, config, incidents, deploys=deploys, events=events, wake=wake)
        self._knocks = knocks or Knocks(clock)
        self._most_waiting = most_waiting
        self._known: Mapping[str, Source] = {}
        self._key = b""

    async def take(self, source: str, headers: Mapping[str, str], body: bytes, token: str = "") -> Taken:
        """Prove, parse and write down what a sender says; the work on it is done by `tick`."""
        if source == reported.SOURCE:
            return await self.report(headers, body)
        if source == gate_told.SOURCE:
            return await self.gate(headers, body)
        known = self._known = self._known or await asyncio.to_thread(load)
        sender = known.get(source)
        if sender is None:
            names = sorted((*known, gate_told.SOURCE, reported.SOURCE))
            near = did_you_mean(source, names) or f". Known are: {', '.join(names)}."
            said = f'No sender is called "{shown(source, 40)}"{near}'
            return self._away("", Turned.UNKNOWN, said, 404)
        return await self._heard_from(sender, Request(_lowered(headers), body, self._clock.now(), token))

    async def _heard_from(self, sender: Source, request: Request) -> Taken:
        secret = self._environ.get(sender.variable, "")
        if not secret.strip():
            said = f"{sender.variable} is not set where the bot runs, so nothing from {sender.title} can be proven."
            return self._away(sender.name, Turned.NO_SECRET, said, 401)
        proof = await self._aside(request.body, lambda: sender.verify(request, secret))
        if not isinstance(proof, Verified):
            return self._away(sender.name, Turned.UNPROVEN, proof.reason, proof.status)
        if wait := self._knocks.seconds_to_wait(sender.name):
            return self._too_many(sender.name, wait)
        found = await self._aside(request.body, lambda: sender.parse(request))
        if isinstance(found, Refused):
            return self._away(sender.name, Turned.UNREADABLE, found.reason, found.status)
        self._knocks.let_in(sender.name)
        fresh = tuple(one for one in found.heard if request.received_at - one.at < OLDEST)
        if not fresh:
            return Taken(200, found.ignored or "It is more than four weeks old; nothing was done.")
        # Some senders write their id into the body, which is read once more for it.
        delivery = await self._aside(request.body, lambda: sender.delivery(request))
        return await self._write_down(sender.name, delivery, fresh)

    async def events(self, headers: Mapping[str, str], body: bytes) -> Taken:
        """Counted events, with the bearer token: all of them are written down, or none."""
        if no := self._no_token(EVENTS, headers):
            return no
        now = self._clock.now()
        try:
            key = await self._origin_key()
            told = await self._aside(body, lambda: counted.read(body, now, key))
        except Unreadable as error:
            return self._away(EVENTS, Turned.UNREADABLE, str(error), 400)
        except OSError as error:
            log.error("the key of origins cannot be read: %s", error)  # noqa: TRY400  the sentence says it all
            return Taken(503, "It could not be written down; try again.", BUSY)
        self._knocks.let_in(EVENTS)
        return await self._count(told, now)

    async def _count(self, told: tuple[counted.Told, ...], now: datetime) -> Taken:
        product, batch = self._config().product, secrets.token_hex(16)
        timely = [one for one in told if now - one.counted.at <= counted.LATE]
        late = len(told) - len(timely)

        def work(connection: sqlite3.Connection) -> int:
            ids = [f"id:{one.id}" for one in timely if one.id]
            new = set(heard.fresh(connection, product, now, source=EVENTS, ids=ids))
            left = []
            for one in timely:
                # Of two with the same id in one request only the first is taken.
                if not one.id or f"id:{one.id}" in new:
                    new.discard(f"id:{one.id}")
                    left.append(one.counted)
            if left:
                said = counted.summed(left)
                heard.take(connection, product, now, source=EVENTS, delivery=batch, said=said)
                self._room(connection, product)
            return len(left)

        try:
            count = await self._store.write(work)
        except (Full, StoreError) as error:
            return self._not_written(EVENTS, error)
        if count:
            self._backlog.soon()
        parts = [f"{count:,} written down" if count else "nothing was written down"]
        parts += [f"{len(timely) - count:,} known already"] if count < len(timely) else []
        parts += [f"{late:,} too late: more than an hour old"] if late else []
        text = ", ".join(parts) + "."
        return Taken(202 if count else 200, text[0].upper() + text[1:], delivery=batch if count else "")

    async def report(self, headers: Mapping[str, str], body: bytes, *, trusted: bool = False) -> Taken:
        """A deploy as `launch deploy` tells it; `trusted`: who asks has been proven otherwise."""
        if not trusted and (no := self._no_token(reported.SOURCE, headers)):
            return no
        now = self._clock.now()
        try:
            report = await self._aside(body, lambda: reported.read(body, now))
        except Unreadable as error:
            return self._away(reported.SOURCE, Turned.UNREADABLE, str(error), 400)
        self._knocks.let_in(reported.SOURCE)
        return await self._write_down(reported.SOURCE, report.delivery, (report.marker,))

    async def gate(self, headers: Mapping[str, str], body: bytes, *, trusted: bool = False) -> Taken:
        """What a gate of CI found, as `launch secrets --tell` and its like send it; `trusted` as for a deploy."""
        if not trusted and (no := self._no_token(gate_told.SOURCE, headers)):
            return no
        now = self._clock.now()
        try:
            # Every check is known before the first word is read, which takes a moment.
            told = await asyncio.to_thread(gate_told.read, body, now)
        except Unreadable as error:
            return self._away(gate_told.SOURCE, Turned.UNREADABLE, str(error), 400)
        self._knocks.let_in(gate_told.SOURCE)
        if now - told.said.at >= OLDEST:
            return Taken(200, "It is more than four weeks old; nothing was done.")
        return await self._write_down(gate_told.SOURCE, told.delivery, (told.said,))

    async def standing(self, key: str) -> dict[str, Json] | None:
        """How a reported deploy stands, by the id of its report or by its key; None where nobody knows it."""
        product = self._config().product
        return await self._store.read(lambda c: reported.standing(c, product, key))

    async def _write_down(self, source: str, delivery: str, said: tuple[Heard | Gated, ...]) -> Taken:
        product, now = self._config().product, self._clock.now()

        def work(connection: sqlite3.Connection) -> bool:
            for at in range(0, len(said), PART):
                # No sender's own id has a line break in it.
                name, part = f"{delivery}\n{at}" if at else delivery, said[at : at + PART]
                if not heard.take(connection, product, now, source=source, delivery=name, said=part):
                    return False
            self._room(connection, product)
            return True

        try:
            first = await self._store.write(work)
        except (Full, StoreError) as error:
            return self._not_written(source, error)
        if not first:
            return Taken(200, "Known already; nothing was done twice.", delivery=delivery)
        self._backlog.soon()
        return Taken(202, "Written down.", delivery=delivery)

    def _room(self, connection: sqlite3.Connection, product: str) -> None:
        if heard.undone(connection, product) > self._most_waiting:
            raise Full

    def _not_written(self, source: str, error: Exception) -> Taken:
        if isinstance(error, Full):
            said = "Too much waits to be worked on; try again later."
            self._knocks.away(source, Turned.TOO_MANY, said)
            return Taken(503, said, BUSY)
        log.error("what %s says could not be written down: %s", source, error)
        return Taken(503, "It could not be written down; try again.", BUSY)

    def _no_token(self, source: str, headers: Mapping[str, str]) -> Taken | None:
        secret = self._environ.get(TOKEN, "")
        if not secret.strip():
            said = f"{TOKEN} is not set where the bot runs, so nothing can be proven."
            return self._away(source, Turned.NO_SECRET, said, 401)
        request = Request(_lowered(headers), b"", self._clock.now())
        proof = by_token(secret, [bearer(request)], missing=f"Send the token: Authorization: Bearer and {TOKEN}.")
        if isinstance(proof, Refused):
            return self._away(source, Turned.UNPROVEN, proof.reason, proof.status)
        wait = self._knocks.seconds_to_wait(source)
        return self._too_many(source, wait) if wait else None

    def proven(self, headers: Mapping[str, str]) -> bool:
        """Whether who asks knows the token."""
        request = Request(_lowered(headers), b"", self._clock.now())
        return isinstance(by_token(self._environ.get(TOKEN, ""), [bearer(request)], missing=""), Verified)

    def _too_many(self, source: str, wait: int) -> Taken:
        said = f"Too many at once; try again in {wait} s."
        self._knocks.away(source, Turned.TOO_MANY, said)
        return Taken(429, said, wait)

    def _away(self, source: str, turned: Turned, said: str, status: int) -> Taken:
        said = shown(said, LONGEST)
        knock = self._knocks.away(source, turned, said)
        if knock.count == 1:
            log.warning("turned away from the hook %s: %s", source or "of nobody", said)
        return Taken(status, said)

    async def _aside(self, body: bytes, work: Callable[[], T]) -> T:
        """Large bodies are read in a thread, so that nobody else waits for them."""
        return work() if len(body) < ALONE else await asyncio.to_thread(work)

    async def _origin_key(self) -> bytes:
        self._key = self._key or await asyncio.to_thread(heartbeats.secret_of, self._store.path.parent)
        return self._key

    async def at_the_door(self) -> AtTheDoor:
        """Who was turned away, and what is left to do."""
        product = self._config().product
        left = await self._store.read(lambda c: heard.left(c, product))
        taken = await self._store.read(lambda c: heard.accepted(c, product))
        last = {source: moment.timestamp() for source, moment in taken.items()}
        return AtTheDoor(self._knocks.turned_away(), last, left)

    async def tick(self) -> int:
        """Work on what is written down and not done, oldest first; says how much it was. Raises `StoreError`."""
        return await self._backlog.work_off()

    async def stop(self) -> None:
        """Leave what is not done for the next start."""
        await self._backlog.stop()


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
