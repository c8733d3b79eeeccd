"""What the bot can prove about itself: that its messages arrive, that somebody is on call, that it looks on time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.rota import coverage, nobody, unresolvable
from bot.domain.runbook.known import OWN_CHECKS
from bot.domain.runbook.run import Sight, Verdict
from bot.services.config import Config
from bot.services.health import Health
from bot.services.oncall import roster_of
from bot.services.people import People
from bot.services.route_tests import FAILED
from bot.services.watch import Watch
from bot.store import incidents, outbox, second_routes, settings
from bot.store.db import Store

FRESH = timedelta(minutes=5)
"""Slack said that the bot is welcome no longer ago than this."""
STUCK = timedelta(minutes=2)
"""A message that waits for longer has not arrived."""
AHEAD = timedelta(days=7)
TURNS = 2
"""Turns between good and bad within an hour that are still calm: one failure, one recovery."""


@dataclass(frozen=True, slots=True)
class OwnChecks:
    """The bot's own checks, by name of `OWN_CHECKS`."""

    store: Store
    clock: Clock
    config: Callable[[], Config]
    watch: Watch
    health: Health

    async def look(self, name: str) -> Sight:
        """How that stands now."""
        now = self.clock.now()
        match name:
            case "bot.delivery":
                wrong = await self._delivery(now)
            case "bot.on_call":
                wrong = await self._of_people(lambda c, people: _uncovered(c, people, now))
            case "bot.backup_route":
                wrong = await self._route()
            case "bot.watching":
                wrong = self._watching(now)
            case "bot.monitor_calm":
                wrong = await self._calm(now)
            case "bot.people":
                wrong = await self._of_people(lambda c, people: _strangers(c, people, now))
            case _:
                return Sight(Verdict.UNKNOWN, "there is no such check", checks=(name,))
        verdict = Verdict.BAD if wrong else Verdict.GOOD
        return Sight(verdict, wrong, OWN_CHECKS[name] if wrong else "", (name,))

    async def _delivery(self, now: datetime) -> str:
        """Slack takes what the bot says, and nothing waits."""
        if self.health.slack_problem:
            return f"Slack refuses the bot: {self.health.slack_problem}"
        if not self.health.connected and not self.health.http_mode:
            return "no connection to Slack is open"
        last = max((one for one in (self.health.slack_ok_at, self.health.last_sent) if one is not None), default=None)
        if last is None or now - last > FRESH:
            return "Slack has not taken a message or answered for more than 5 minutes"
        product = self.config().product
        queue = await self.store.read(lambda c: outbox.queue(c, product))
        if queue.oldest_at is not None and queue.waiting and now - queue.oldest_at > STUCK:
            return f"{queue.waiting} messages wait, the oldest for more than 2 minutes"
        return f"Slack has refused {queue.dead} messages" if queue.dead else ""

    async def _of_people(self, look: Callable[[sqlite3.Connection, People], str]) -> str:
        config = self.config()
        if config.file is None:
            return "there is no usable launch.yml, so nobody is known"
        people = People.of(config)
        return await self.store.read(lambda c: look(c, people))

    async def _route(self) -> str:
        file = self.config().file
        routes = file.channels.second_route if file is not None and file.channels is not None else ()
        if not routes:
            return "no second route is written down in launch.yml"
        product = self.config().product
        tests = await self.store.read(lambda c: settings.named(c, product))
        if FAILED in tests:
            return f"the last test did not arrive: {tests[FAILED]}" if tests[FAILED] else ""
        states = await self.store.read(lambda c: second_routes.states(c, product))
        good = [str(number) for number in range(len(routes)) if (one := states.get(str(number))) and one.sent_at]
        if not good:
            return "nothing has ever been sent by a second route; send a test"
        failing = [one for number in good if (one := states[number]).last_error]
        return f"the last message by it did not arrive: {failing[0].last_error}" if failing else ""

    def _watching(self, now: datetime) -> str:
        inventory = self.config().inventory
        if inventory is None:
            return "there is no usable launch.yml, so nothing is watched"
        every = {one.name: one.interval for one in inventory.monitors}
        every |= {one.name: one.interval for one in inventory.points}
        late = [
            one.name
            for one in self.watch.standings()
            if one.last_at is None or now - one.last_at > timedelta(seconds=2 * every.get(one.name, 60.0) + 60)
        ]
        if late:
            return f"{late[0]} has not been looked at in time" + (f", nor {len(late) - 1} more" if late[1:] else "")
        return "" if self.watch.standings() else "no monitor is written down"

    async def _calm(self, now: datetime) -> str:
        product, since = self.config().product, now - timedelta(hours=1)

        def turns(connection: sqlite3.Connection) -> list[tuple[str, int]]:
            every = incidents.between(connection, product, since, now)
            return [(one.name, sum(turn > since for turn in one.changes)) for one in every]

        restless = [one for one in await self.store.read(turns) if one[1] > TURNS]
        return f"{restless[0][0]} turned {restless[0][1]} times within the last hour" if restless else ""


def _uncovered(connection: sqlite3.Connection, people: People, now: datetime) -> str:
    team = people.now(connection, now)
    if nobody(team):
        return "nobody of launch.yml can be reached in Slack"
    gaps = coverage(team, now, AHEAD)
    if not gaps:
        return ""
    first = gaps[0]
    about = f" about {first.service}" if first.service else ""
    return f"nobody would be called{about} from {first.begins:%A %H:%M} UTC on"


def _strangers(connection: sqlite3.Connection, people: People, now: datetime) -> str:
    team = people.now(connection, now)
    lost = [one.name for one in roster_of(connection, people, now).lost] or list(unresolvable(team))
    lost += [name for name, one in team.people.items() if not one.reachable and name not in lost]
    return f"Slack does not know {', '.join(lost[:5])}" if lost else ""
