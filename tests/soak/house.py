"""The bot of a run: real store, real incidents and watch, real delivery over HTTP, a clock moved by hand."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import BadBlocks, Messenger, Permanent, Sent
from bot.delivery import Postman
from bot.domain import asks
from bot.domain.detection import Seen, Sight
from bot.domain.scene import Contact
from bot.domain.severity import Trouble
from bot.render.blocks import message
from bot.services.config import Config
from bot.services.glance import Glance
from bot.services.health import Health
from bot.services.incidents import Incidents, Request
from bot.services.requests import Requests
from bot.services.watch import Watch
from bot.speakers import speakers
from bot.store import incidents
from bot.store.db import Store, StoreError
from bot.store.writer import Change
from tests.soak import plan as plans
from tests.soak.ground import Ground, HandClock, die
from tests.soak.office import CHANNEL, Line
from tests.soak.plan import Act, Kill, Plan

T = TypeVar("T")
PATIENCE = 20.0
"""Real seconds that a call may take: the bot's own ten would be spent waiting."""
SHORT = 0.5
"""The same where Slack hangs, as planned."""
STEP = 30.0
"""The longest stride of the clock."""
LONGEST_QUIET = 2700.0
"""A call in doubt may wait half an hour for the next one."""
FILE = f"""
product: {{name: Shop, id: shop, domain: shop.test, time_zone: Europe/Berlin}}
people:
  mia: {{slack: UMIA, role: owner}}
  ben: {{slack: UBEN, time_zone: America/New_York}}
services:
  sign-up: {{owner: mia, backup: ben, critical: true}}
  checkout: {{owner: ben, backup: mia, critical: false}}
channels: {{alerts: {CHANNEL}}}
network: {{canaries: false, resolvers: ["127.0.0.1:9"]}}
monitors:
  - {{name: Sign-up, url: https://shop.test/a, service: sign-up, every: 30s}}
  - {{name: Log-in, url: https://shop.test/b, service: sign-up, every: 30s}}
  - {{name: Checkout, url: https://shop.test/c, service: checkout, every: 30s}}
"""
MARKS = {
    "C1": "INSERT INTO look",
    "C2": "INSERT INTO outbox",
    "C3": "SET state = 'sending'",
    "C4": "SET state = 'sent'",
    "C5": "SET state = 'sent'",
    "C6": "INSERT INTO click",
}
"""What the change writes at whose end the bot dies."""
BEFORE_COMMIT = ("C1", "C4")


class Mortal(Store):
    """A store in which the bot dies at the chosen change: right before its commit, or right after it.

    Changes and questions are carried out where they are asked for, by the same code on the same connections: to hand
    them to the store's threads would take longer than they do.
    """

    kill: Kill | None = None
    passed = 0

    async def write(self, fn: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """As the store does, unless this is the end."""
        kill = self.kill
        mark = MARKS.get(kill.point, "") if kill is not None else ""
        if kill is None or not mark:
            return await self._at_once(fn, durable)
        hit = False

        def watched(connection: sqlite3.Connection) -> T:
            nonlocal hit
            said: list[str] = []
            connection.set_trace_callback(said.append)
            try:
                value = fn(connection)
            finally:
                connection.set_trace_callback(None)
            if any(mark in each for each in said):
                self.passed += 1
                hit = self.passed >= kill.nth
                if hit and kill.point in BEFORE_COMMIT:
                    die()
            return value

        value = await self._at_once(watched, durable)
        if hit:
            die()
        return value

    async def _at_once(self, fn: Callable[[sqlite3.Connection], T], durable: bool) -> T:
        await _others_first()
        if self._closed:
            raise StoreError("The store is closed.")
        change = Change(fn, durable)
        self._writer._together([change])
        value: T = change.done.result()
        await _others_first()
        return value

    async def read(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """As the store does."""
        await _others_first()
        if self._closed:
            raise StoreError("The store is closed.")
        value: T = self._look(fn)
        await _others_first()
        return value


async def _others_first() -> None:
    """Let whoever is ready go on, as they do while a thread works."""
    turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turn.set_result, None)
    await turn


class Peephole(sqlite3.Connection):
    """Through which the run itself looks into the file; no part of the bot."""


class Reader(Messenger):
    """Notes for which messages Slack's history was closed."""

    folder: Path

    async def find(self, channel: str, delivery_id: str, since: datetime, *, thread_ts: str = "") -> Sent | None:
        """As the messenger does."""
        try:
            return await super().find(channel, delivery_id, since, thread_ts=thread_ts)
        except (Permanent, BadBlocks):
            with (self.folder / "closed").open("a") as file:
                file.write(f"{delivery_id}\n")
            raise


class House:
    """Everything that `bot.app` starts, without sockets and without a second hand."""

    def __init__(self, plan: Plan, folder: Path, line: Line, kill: Kill | None, config: Config) -> None:
        self.plan = plan
        self.folder = folder
        self.line = line
        self.kill = kill
        self.config = config
        self.ground = Ground(folder / "ground")
        self.clock = HandClock(self.ground)
        self.refused: set[str] = set()
        """Clicks that a full disk kept from being carried out."""

    async def open(self, stack: AsyncExitStack, api: str, token: str) -> None:
        """Start, in the order of the real one."""
        store = Mortal.open(self.folder / "launch.db")
        assert isinstance(store, Mortal)
        store.kill = self.kill
        self.store = store
        stack.callback(store.close)
        self._peep = sqlite3.connect(self.folder / "launch.db", isolation_level=None, factory=Peephole)
        stack.callback(self._peep.close)
        config = self.config
        timeout = aiohttp.ClientTimeout(total=SHORT if self.plan.fault.startswith("hang") else PATIENCE)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        client = AsyncWebClient(token=token, base_url=api, session=session, retry_handlers=[])
        self.health = Health(self.clock.now())
        self.speakers = speakers(config, self.clock)
        reader = Reader(client)
        reader.folder = self.folder
        self.postman = Postman(
            store,
            reader,
            self.clock,
            self.health,
            speakers=self.speakers,
            render=message,
            dice=lambda: 0.5,
        )
        stack.push_async_callback(self.postman.stop, 0.0)
        self.incidents = Incidents(store, self.clock, lambda: config, lambda: None)
        self.watch = Watch(store, self.clock, lambda: config, self.incidents, eye=self._eye)
        stack.push_async_callback(self.watch.stop)
        await self.postman.recover()
        await self.watch.load()
        self.watch.tick()
        self.requests = Requests(store, self.clock, "shop")
        for click in await self.requests.waiting():
            await self._carry_out(int(str(click.payload["incident"])), click.id, click.user, click.action)

    async def _eye(self, _look: object, name: str, _network: object, now: datetime, **_how: object) -> Glance:
        """What a look sees, as planned."""
        if self.plan.fails(name, self.ground.get("now")):
            return Glance(Seen(now, Sight.BAD, Trouble.REACH, "status", "HTTP 502"), None, "HTTP 502")
        return Glance(Seen(now, Sight.GOOD, code="ok", server_ms=80.0), 80.0, "HTTP 200")

    # -- time ------------------------------------------------------------------

    async def pass_time(self, until: float) -> None:
        """Everything that is due until then, one stride after the other."""
        acts = [one for one in self.plan.acts if one.at >= self.ground.get("now")]
        while self.ground.get("now") < until:
            now = self.ground.get("now")
            due = min([until, now + STEP, self._next(), *(one.at for one in acts if one.at > now)])
            self.clock.move(min(until, max(due, now + 0.5)))
            await self._faults()
            if self.kill is not None and self.kill.point == "C8" and self.ground.get("now") >= self.kill.at:
                die()
            await self.work()
            while acts and acts[0].at <= self.ground.get("now"):
                await self._click(acts.pop(0))

    async def work(self) -> None:
        """What the second hand does; a disk that refuses ends none of it."""
        self.watch.tick()
        # What cannot be stored is tried again with the next tick.
        with suppress(StoreError):
            await self.watch.settle()
        timers, _ = self._due()
        if timers:
            with suppress(StoreError):
                await self.incidents.tick()
        if self._due()[1]:
            await self.postman.tick()
            await self.postman.settle()

    def _due(self) -> tuple[bool, bool]:
        """Whether a timer, and whether a message may be due: ticks that would find nothing are left out."""
        timer, message = _moments(self._peep)
        now = self.clock.now().timestamp() * 1000
        return timer is not None and timer <= now, message is not None and message <= now

    def _next(self) -> float:
        """When something is due next, in seconds of the run."""
        stored = [each / 1000 for each in _moments(self._peep) if each is not None]
        now = self.clock.now().timestamp()
        looks = [max(now, one.due.timestamp()) for one in self.watch._of.values() if one.due is not None]
        return self.ground.get("now") + min([*looks, *stored]) - now

    # -- people ----------------------------------------------------------------

    async def _click(self, act: Act) -> None:
        """A button: written down, acknowledged, carried out. Where it cannot be written down Slack says so."""
        if self.plan.fault == "no_app_token" and self.ground.get("stage") == 1:
            return
        live = await self.incidents.live()
        number = live[0].id if live else 1
        if await self.store.read(lambda c: incidents.get(c, number)) is None:
            return
        payload = {"incident": number}
        for _ in range(act.copies):
            with suppress(StoreError):
                if not await self.requests.take(act.number, act.user, act.what, payload):
                    continue
                if self.kill is not None and self.kill.point == "C7":
                    self.store.passed += 1
                    if self.store.passed >= self.kill.nth:
                        die()
                try:
                    await self._carry_out(number, act.number, act.user, act.what)
                except StoreError:
                    # Whoever clicked is told that it did not work, and clicks again.
                    self.refused.add(act.number)

    async def _carry_out(self, incident: int, number: str, user: str, what: str) -> None:
        other = "UBEN" if user == "UMIA" else "UMIA"
        command: asks.Ask = {
            "ack": asks.Ack(user),
            "take_over": asks.TakeOver(user),
            "snooze": asks.Snooze(user, length=None if self.plan.began else timedelta(minutes=10)),
            "fixed": asks.FixedAsk(user),
            "extend": asks.Extend(user),
            "pass": asks.Pass(user, to=Contact(other, other)),
        }[what]
        await self.incidents.ask(incident, command, Request(number, user, what))
        await self.watch.settle()

    # -- what goes wrong -------------------------------------------------------

    async def _faults(self) -> None:
        plan, now, stage = self.plan, self.ground.get("now"), self.ground.get("stage")
        if stage == 0 and now >= plan.fault_from:
            self.ground.put("stage", 1)
            await self._break(plan.fault)
        if stage == 1 and now >= plan.fault_until:
            await self.mend()

    async def mend(self) -> None:
        """All is well again."""
        self.ground.put("stage", 2)
        self.line.ask({"do": "well"})
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        ahead = self.ground.get("skew")
        self.ground.put("skew", 0)
        if ahead > 0:
            await self.incidents.clock_put_back(timedelta(seconds=ahead))

    async def _break(self, fault: str) -> None:
        plan = self.plan
        how: dict[str, Any] = {"kind": fault, "times": plan.times, "skip": plan.skip, "method": "chat.postMessage"}
        if plan.seed % 3 == 0:
            how["method"] = "*"
        match fault:
            case "none" | "double_clicks" | "clicks_out_of_order" | "half_open" | "no_app_token" | "clock_change":
                return
            case "rate_limited":
                how["retry_after"] = 7
            case "rate_limited_silent":
                how["kind"] = "rate_limited"
            case "hang" | "hang_after":
                how["times"] = 1
            case "latency":
                how["seconds"] = 0.02
            case "invalid_blocks":
                how |= {"kind": "refuse", "error": "invalid_blocks"}
                if plan.seed % 3 == 0:
                    # Slack says so of messages alone.
                    how["method"] = "chat.update"
            case plans.CLOSED:
                for method in ("conversations.history", "conversations.replies"):
                    refusal = {"kind": "refuse", "error": "missing_scope", "method": method, "times": None}
                    self.line.ask({"do": "fault", "fault": refusal})
                how["kind"] = "status_after"
            case "archived":
                self.line.ask({"do": "archive"})
                return
            case "revoked":
                self.line.ask({"do": "revoke"})
                return
            case "jump_forward" | "jump_back":
                self.ground.put("skew", 3600.0 if fault == "jump_forward" else -3600.0)
                if fault == "jump_back":
                    await self.incidents.clock_put_back(timedelta(hours=1))
                return
            case "locked":
                self._lock()
                return
            case "full_disk":
                used = max(each.stat().st_size for each in self.folder.glob("launch.db*"))
                resource.setrlimit(resource.RLIMIT_FSIZE, (used + 4096 * plan.times, resource.RLIM_INFINITY))
                return
        self.line.ask({"do": "fault", "fault": how})

    def _lock(self) -> None:
        """Another program holds the file for a moment."""

        def hold() -> None:
            connection = sqlite3.connect(self.folder / "launch.db", timeout=5, isolation_level=None)
            with suppress(sqlite3.Error):
                connection.execute("BEGIN IMMEDIATE")
                threading.Event().wait(0.15)
                connection.execute("ROLLBACK")
            connection.close()

        threading.Thread(target=hold, daemon=True).start()

    # -- the end ---------------------------------------------------------------

    async def quiet(self) -> None:
        """After the repair: until nothing waits any more."""
        await self.mend()
        await self.postman.revive()
        end = self.ground.get("now") + LONGEST_QUIET
        await self.pass_time(self.ground.get("now") + 60)
        while await self._waiting():
            assert self.ground.get("now") < end, "it does not become quiet"
            await self.pass_time(self.ground.get("now") + 5)

    async def _waiting(self) -> int:
        [count] = await self.store.read(
            lambda c: c.execute("SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'dead')").fetchone()
        )
        return int(count)


def _moments(connection: sqlite3.Connection) -> tuple[int | None, int | None]:
    """When the next timer and the next message are due, in milliseconds since 1970."""
    [timer] = connection.execute("SELECT min(due_at) FROM timer").fetchone()
    [row] = connection.execute(
        "SELECT min(max(not_before, coalesce(lease_until, 0))) FROM outbox WHERE state NOT IN ('sent', 'dead')"
    ).fetchone()
    return timer, row


def arm(plan: Plan, ground: Ground, kill: Kill | None) -> None:
    """Whom the workspace kills, if it is the one to do it."""
    ground.put("accepted", 0)
    accepted = kill is not None and kill.point == "C4" and plan.seed % 2 == 0
    ground.put("kill_at_accepted", kill.nth if accepted and kill is not None else 0)
