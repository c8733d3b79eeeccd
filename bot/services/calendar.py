"""What the calendar brings about: silences that begin and end, the daily summary, the weekly report, coverage.

Nothing hangs on being awake at the right moment. Each tick compares what ought to be with what was written down as
done, and closes the difference in one transaction: after a stop or a kill it is done once, late, and says so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

from bot.clock import Clock
from bot.domain.asks import Command, SilenceBegan, SilenceEnded
from bot.domain.daily import step as next_step
from bot.domain.silence import Silence
from bot.services import coverage, digest, noise, windows
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.services.people import People
from bot.services.transitions import Outcome, World, carry_out
from bot.store import incidents, settings, silences
from bot.store.db import Store

HOLDING = "silences:holding"
"""In the store's settings: numbers of the silences that held at the last tick."""
DAY = "calendar:day"
"""In the store's settings: number of the day whose nine o'clock was dealt with last."""


class Calendar:
    """Does what the hour brings. It remembers nothing by itself."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._wake = wake

    async def tick(self) -> int:
        """Silences that have begun or ended since the last tick reach the incidents; says how many there were.

        Windows that `launch.yml` repeats are written down first.
        """
        now, config = self._clock.now(), self._config()
        product = config.product

        def same(connection: sqlite3.Connection) -> bool:
            if not windows.settled(connection, config, now):
                return False
            holding = {one.id for one in silences.active(connection, product, now)}
            return holding == _held(connection, product)

        if await self._store.read(same):
            return 0

        def turned(connection: sqlite3.Connection, world: World) -> list[Outcome]:
            windows.settle(connection, config, now)
            active = {one.id: one for one in silences.active(connection, product, now)}
            before = _held(connection, product)
            settings.put(connection, product, HOLDING, json.dumps(sorted(active)), now)
            ended = [silences.get(connection, product, id) for id in sorted(before - active.keys())]
            turns: list[tuple[Silence, Command]] = [(one, SilenceEnded(one.id)) for one in ended if one is not None]
            turns += [(active[id], SilenceBegan()) for id in sorted(active.keys() - before)]
            counted[:] = [one.id for one, _ in turns]
            return [
                carry_out(connection, world, command, now, incident=id)
                for silence, command in turns
                for id in _covered(connection, product, silence)
            ]

        counted: list[str] = []
        await self._incidents.carry_out(turned)
        return len(counted)

    async def day(self) -> list[str]:
        """What each day and week brings, once; says what was asked for.

        At the product's nine o'clock a look at coverage, the summary, on Mondays the report; at each person's own
        nine o'clock what waits for them.
        """
        config, now = self._config(), self._clock.now()
        if config.file is None:
            return []

        def work(connection: sqlite3.Connection) -> list[str]:
            channel, product = self._incidents.world(connection).channel, config.product
            given = settings.get(connection, product, DAY)
            done = int(given) if given.isdigit() else None
            step = next_step(done, now, People.of(config).time_zone)
            if step.done != done:
                settings.put(connection, product, DAY, str(step.done), now)
            asked: list[str] = []
            if step.morning is not None:
                asked += coverage.ask(connection, config, channel, now)
                asked += digest.ask(connection, config, channel, step.morning, now)
                asked += noise.ask(connection, config, channel, step.morning, now)
            return asked + digest.ask_people(connection, config, now)

        asked = await self._store.write(work)
        if asked:
            self._wake()
        return asked


def _held(connection: sqlite3.Connection, product: str) -> set[str]:
    text = settings.get(connection, product, HOLDING)
    return set(map(str, json.loads(text))) if text else set()


def _covered(connection: sqlite3.Connection, product: str, silence: Silence) -> list[int]:
    """Live incidents that a silence speaks of, as they are at this moment of the transaction."""
    live = incidents.live(connection, product)
    return [one.id for one in live if silence.covers(one.service, one.trouble, one.environment)]
