"""Second routes: mail, ntfy, SMS and webhooks for what Slack does not take, or nobody answers there.

A row says that something must be told; its words are made when it is sent. One message after the other for each route,
so that a server that hangs holds up nobody but itself. Whatever no route takes ends in a file in the data folder.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from bot.adapters import notify
from bot.adapters.notify import Hook, Mail, NotDelivered, Note, Refused, Service
from bot.clock import Clock
from bot.config.settings import variable
from bot.services.config import Config
from bot.store import second_routes
from bot.store.db import Store, StoreError
from bot.store.second_routes import FILE, Way
from checks.masking import mask

if TYPE_CHECKING:
    from bot.config.team import Route

log = logging.getLogger(__name__)

OVER = "over"
"""Why: the trouble that somebody was told of has ended."""
REFUSED = "slack_refused"
"""Why: Slack refuses the message for good."""
SILENT = "slack_silent"
"""Why: the message has been waiting for Slack for too long."""
MOST_TRIES = 12
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
REMEMBERED = timedelta(days=1)
"""Whoever was told of trouble is told of its end within this time."""
UNDELIVERED = "undelivered.log"
LARGEST = 1024 * 1024
"""Bytes of that file; then it becomes `undelivered.log.1`."""
NTFY = "ntfy.sh"
TLS_AT_ONCE = 465

Speak = Callable[[sqlite3.Connection, Way], Note | None]
"""What a row says, from what is stored now; None: there is nothing to say any more."""
Send = Callable[[notify.Way, Note], Awaitable[None]]


class SecondRoutes:
    """Sends what is asked for. `tick` may be called at any time, and `settle` waits for what it began."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        speak: Speak,
        *,
        secret: Callable[[str], str] = variable,
        send: Send | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._speak = speak
        self._secret = secret
        self._send = send or self._by_adapter
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def recover(self) -> int:
        """At start: what was on its way when the bot stopped is sent again. Says how many."""
        return await self._store.write(lambda c: second_routes.recover(c, self._clock.now()))

    async def tick(self) -> None:
        """Begin what is due, one message at a time for each route."""
        now, product = self._clock.now(), self._config().product

        def look(connection: sqlite3.Connection) -> tuple[list[Way], list[Way]]:
            ended = second_routes.told_of_trouble(connection, product, OVER, now - REMEMBERED)
            return ended, second_routes.due(connection, now)

        ended, due = await self._store.read(look)
        if ended:
            await self._store.write(lambda c: self._all_clear(c, ended))
            due = await self._store.read(lambda c: second_routes.due(c, now))
        for way in due:
            if way.route not in self._busy:
                self._busy.add(way.route)
                self._spawn(self._deliver(way))

    async def settle(self) -> None:
        """Until nothing is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """Break off what is under way; its rows go again after the next start."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _all_clear(self, connection: sqlite3.Connection, told: list[Way]) -> None:
        for way in told:
            second_routes.ask(
                connection,
                way.product,
                way.subject,
                self._clock.now(),
                about=-way.number,
                route=way.route,
                person=way.person,
                why=OVER,
            )

    async def _deliver(self, way: Way) -> None:
        try:
            claimed = await self._store.write(lambda c: second_routes.claim(c, way.number, self._clock.now()))
            if claimed is not None:
                await self._one(claimed)
        except StoreError as error:
            # Its lease ends, and it goes again.
            log.error("second route: %s", error)  # noqa: TRY400  the sentence says it all
        except Exception as error:
            log.exception("second route")
            with suppress(StoreError):
                await self._again(way, f"a mistake of the bot itself: {type(error).__name__}")
        finally:
            self._busy.discard(way.route)

    async def _one(self, way: Way) -> None:
        note, twin = await self._store.read(lambda c: (self._speak(c, way), second_routes.twin(c, way)))
        if note is None:
            await self._store.write(lambda c: second_routes.bury(c, way.number, "there is nothing to say any more"))
            return
        remark = ""
        try:
            if way.route == FILE:
                remark = await asyncio.to_thread(self._write_down, note, way)
            elif twin is not None and self._same_place(way):
                remark = f"the same as number {twin.number}, to the same place"
            else:
                await self._send(self._place(way), note)
        except Refused as error:
            await self._give_up(way, str(error))
        except NotDelivered as error:
            if way.attempts >= MOST_TRIES:
                await self._give_up(way, f"{error} ({way.attempts} attempts)")
            else:
                await self._again(way, str(error))
        else:
            await self._store.write(lambda c: second_routes.sent(c, way.number, self._clock.now(), remark=remark))

    async def _again(self, way: Way, why: str) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** max(0, way.attempts - 1))
        log.warning("second route %s: %s; again in %.0f s", way.route, why, pause)
        until = self._clock.now() + timedelta(seconds=pause)
        await self._store.write(lambda c: second_routes.park(c, way.number, until, why))

    async def _give_up(self, way: Way, why: str) -> None:
        """Dead with the reason, and in the same transaction the file is asked for."""
        log.error("second route %s cannot be used: %s", way.route, why)

        def store(connection: sqlite3.Connection) -> None:
            second_routes.bury(connection, way.number, why)
            second_routes.ask(
                connection,
                way.product,
                way.subject,
                self._clock.now(),
                about=way.about,
                route=FILE,
                person=way.person,
                why=way.why,
            )

        await self._store.write(store)

    def _write_down(self, note: Note, way: Way) -> str:
        """The last resort: standard error and a file. Says what was wrong with the file, if anything was."""
        said = f"{note.title}. {note.text}".replace("\n", " ")
        log.critical("nobody could be told: %s", said)
        path = self._store.path.parent / UNDELIVERED
        stamp = self._clock.now().isoformat(timespec="seconds")
        try:
            with suppress(FileNotFoundError):
                if path.stat().st_size > LARGEST:
                    path.replace(path.with_name(f"{UNDELIVERED}.1"))
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(file, f"{stamp} {way.subject} {way.delivery_id} {said}\n".encode())
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            return f"{UNDELIVERED} cannot be written: {error.strerror}"
        return ""

    def _routes(self) -> tuple[Route, ...]:
        file = self._config().file
        return file.channels.second_route if file is not None and file.channels is not None else ()

    def _route(self, way: Way) -> Route:
        routes = self._routes()
        if not way.route.isdigit() or int(way.route) >= len(routes):
            raise Refused("this route is no longer in launch.yml")
        return routes[int(way.route)]

    def _place(self, way: Way) -> notify.Way:
        return way_of(self._route(way), self._mailbox(way.person), self._secret)

    def _same_place(self, way: Way) -> bool:
        """Whether the route leads to one place, whoever is called."""
        route = self._route(way)
        return route.kind != "email" or route.to is not None

    def _mailbox(self, person: str) -> str:
        file = self._config().file
        people = file.people.values() if file is not None else ()
        return next((one.email for one in people if one.email and person and one.slack == person), "")

    async def _by_adapter(self, way: notify.Way, note: Note) -> None:
        file = self._config().file
        await notify.send(way, note, ca_file=(file.network.ca_file or "") if file is not None else "")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="second-route")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def way_of(route: Route, mailbox: str, secret: Callable[[str], str]) -> notify.Way:
    """A route of `launch.yml` with its secret; `mailbox` is that of whoever is called. Raises `Refused`."""
    value = secret(route.env) if route.env else ""
    if route.env and not value:
        raise Refused(f"the environment variable {route.env} is empty")
    match route.kind:
        case "email":
            return _mail(route, route.to or mailbox, value)
        case "webhook":
            return Hook(_web(route.to), value) if route.to else Hook(_web(value))
        case "ntfy":
            return Service(_ntfy(route.to or value, value if route.to else ""))
        case _:
            return Service(value, short=route.kind == "sms")


def _mail(route: Route, to: str, login: str) -> Mail:
    if not to:
        raise Refused("nobody's e-mail address is known: write `to` beside the route, or email under people")
    host, _, port = (route.server or "").rpartition(":")
    user, _, password = login.partition(":")
    here = host in ("localhost", "127.0.0.1", "[::1]")
    security = "ssl" if int(port) == TLS_AT_ONCE else "insecure" if here and not login else "starttls"
    return Mail(to, host, int(port), security, route.sender or to, user, password)


def _web(url: str | None) -> str:
    if urlsplit(url or "").scheme not in ("http", "https"):
        raise Refused("a webhook needs a URL that begins with https://")
    return url or ""


def _ntfy(topic: str, token: str) -> str:
    """`topic`, `https://ntfy.example/topic` or an address as Apprise writes it."""
    parts = urlsplit(topic)
    if parts.scheme in ("ntfy", "ntfys"):
        return topic
    if parts.scheme not in ("", "http", "https"):
        raise Refused("ntfy needs a topic, or a URL such as https://ntfy.sh/your-topic")
    scheme = "ntfy" if parts.scheme == "http" else "ntfys"
    place = f"{parts.netloc}/{parts.path.strip('/')}" if parts.netloc else f"{NTFY}/{quote(topic, safe='')}"
    return f"{scheme}://{place}?priority=high" + (f"&auth=token&token={quote(token, safe='')}" if token else "")


def named(route: Route) -> str:
    """A route for people, without anything secret: `email to ana@acme.example`."""
    return mask(f"{route.kind} by {route.env}") if route.to is None else f"{route.kind} to {mask(route.to)}"
