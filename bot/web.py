"""The bot's own HTTP server: is it well, its numbers, Slack's requests in HTTP mode, doors for senders.

`GET /healthz` and `GET /metrics` are for monitors and say nothing secret. `/ping/{token}` is called by jobs that
report, each with a token of its own; `…/start`, `…/fail` and `…/3` say more than that all went well. `POST
/hooks/{source}` takes what senders say that prove who they are, `POST /events` what a product counts, and `GET
/deploys/{key}` says how a deploy stands; these two need LAUNCH_TOKEN. What is under `/local/` needs the token that
only a user of this machine can read from the data folder.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from bot.services import heartbeats
from bot.services.container import Services
from bot.services.inbound import Taken
from bot.store import outbox
from bot.store.db import StoreError
from bot.store.outbox import QueueState
from bot.store.plain import to_plain

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
SMALL_BODY = 64 * 1024
LARGE_AT_ONCE = 16
"""Bodies above that size that are held in memory at once; others wait, and the small ones pass by."""
IDLE_SECONDS = 30.0
"""How long a connection may be open without a whole request head, at its beginning and between two requests."""
BODY_SECONDS = 10.0
"""How long a body may take to arrive: one byte a minute would hold a connection for ever."""
PLAIN = {"Cache-Control": "no-store"}
JSON = frozenset({"application/json", "application/x-ndjson", "application/jsonl", "text/plain"})
UNTOLD = frozenset({"application/x-www-form-urlencoded", "application/octet-stream"})
"""As curl and others call a body unless they are told otherwise."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
TOKEN: web.AppKey[str] = web.AppKey("token", str)
PATIENCE: web.AppKey[float] = web.AppKey("patience", float)
LARGE: web.AppKey[asyncio.Semaphore] = web.AppKey("large", asyncio.Semaphore)


def build(
    services: Services,
    *,
    token: str = "",
    slack: Handler | None = None,
    local: Mapping[str, Handler] | None = None,
    patience: float = BODY_SECONDS,
) -> web.Application:
    """The server's routes. `slack` serves `/slack/events` (HTTP mode); `local` maps names to `POST /local/{name}`.

    `patience` is how many seconds a body may take to arrive.
    """
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_only_local, _whole_body])
    app[SERVICES], app[TOKEN], app[PATIENCE] = services, token, patience
    app[LARGE] = asyncio.Semaphore(LARGE_AT_ONCE)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/metrics", _metrics)
    for path in ("/ping/{token}", "/ping/{token}/{ending}"):
        app.router.add_get(path, _ping)
        app.router.add_post(path, _ping)
    for path in ("/hooks/{source}", "/hooks/{source}/{token}"):
        app.router.add_post(path, _hook)
    app.router.add_post("/events", _events)
    app.router.add_get("/deploys/{key}", _deploy)
    app.router.add_post("/local/deploy", _local_deploy)
    app.router.add_post("/local/gate", _local_gate)
    app.router.add_get("/local/deploys/{key}", _local_state)
    app.router.add_get("/local/door", _local_door)
    if slack is not None:
        app.router.add_post("/slack/events", slack)
    for name, handler in (local or {}).items():
        app.router.add_post(f"/local/{name}", handler)
    return app


async def serve(app: web.Application, host: str, port: int, *, idle: float = IDLE_SECONDS) -> web.AppRunner:
    """Listen; `await runner.cleanup()` ends it. Raises OSError where the address is taken.

    `idle` is how many seconds a connection may be open without a whole request head.
    """
    log.addFilter(_our_own)
    runner = web.AppRunner(app, logger=log, access_log=None, shutdown_timeout=3.0, keepalive_timeout=idle)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner


def _our_own(record: logging.LogRecord) -> bool:
    """Whether it is a mistake of ours. What is no HTTP is answered, and anybody could fill the log with it."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError | RequestPayloadError))


@web.middleware
async def _only_local(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Guard the terminal's door: a right token, and no browser."""
    if not request.path.startswith("/local/"):
        return await handler(request)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = request.app[TOKEN]
    # A page in a browser on this machine could reach the door too; browsers always say where a POST comes from.
    # What is no UTF-8 comes as half characters.
    known = bool(wanted) and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())
    if not known or "Origin" in request.headers:
        return web.json_response({"error": "This door is for the launch command on this machine."}, status=401)
    return await handler(request)


@web.middleware
async def _whole_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing is begun before the body is there, and nobody is waited for without end."""
    length = request.content_length if request.can_read_body else 0
    large = length is None or length > SMALL_BODY or "Content-Encoding" in request.headers
    if large:
        try:
            async with asyncio.timeout(request.app[PATIENCE]):
                await request.app[LARGE].acquire()
        except TimeoutError:
            return _no("Too many large bodies came at once; try again.", 503)
    try:
        return await _read(request) or await handler(request)
    finally:
        if large:
            request.app[LARGE].release()


async def _read(request: web.Request) -> web.Response | None:
    """Have the body here; else why not."""
    try:
        async with asyncio.timeout(request.app[PATIENCE]):
            await request.read()
    except TimeoutError:
        return _no("The body did not arrive in time.", 408)
    except web.HTTPRequestEntityTooLarge:
        return _no(f"The body is larger than {LARGEST_BODY // 1024**2} MiB.", 413)
    except RequestPayloadError:
        return _no("The body cannot be read: its chunks or its compression are broken.", 400)
    return None


def _no(said: str, status: int) -> web.Response:
    """Refuse a body; what is left of it is not read."""
    return web.json_response({"error": said}, status=status, headers={"Connection": "close"})


async def _queue(services: Services) -> QueueState | None:
    try:
        return await services.store.read(outbox.queue)
    except StoreError:
        return None


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else round(max(0.0, (now - moment).total_seconds()), 1)


async def _healthz(request: web.Request) -> web.Response:
    """200 while the bot does its work, 503 while it does not; the reasons in words."""
    services = request.app[SERVICES]
    health, now = services.health, services.clock.now()
    queue = await _queue(services)
    troubles = list(health.troubles(now))
    if queue is None and not health.store_problem:
        troubles.append("The store cannot be read")
    pongs = [each.pong_age for each in health.sockets if each.connected and each.pong_age is not None]
    body = {
        "ok": not troubles,
        "troubles": troubles,
        "sockets_connected": sum(each.connected for each in health.sockets),
        "socket_pong_age_s": min(pongs) if pongs else None,
        "tick_age_s": _age(health.last_tick, now),
        "store_write_age_s": _age(health.last_write, now),
        "queue": None if queue is None else queue.waiting,
        "queue_oldest_age_s": None if queue is None else _age(queue.oldest_at, now),
        "queue_refused": None if queue is None else queue.dead,
        "uptime_s": _age(health.started_at, now),
        "slack_ok_age_s": _age(health.slack_ok_at, now),
        "watchdog_age_s": _age(health.watchdog_at, now),
        "warnings": list(health.warnings(now)),
    }
    return web.json_response(body, status=503 if troubles else 200, headers={"Cache-Control": "no-store"})


async def _ping(request: web.Request) -> web.Response:
    """A job says that it is done, begins or failed; what it sends along is not read. 404 for what is no job's."""
    services = request.app[SERVICES]
    inventory, now = services.inventory, services.clock.now()
    told = heartbeats.report(request.match_info.get("ending", ""))
    if told is None:
        wrong = "The end of the address is unknown: leave it out, or write start, fail or an exit code (0 to 255).\n"
        return web.Response(status=404, text=wrong)
    if heartbeats.previews(request.headers.get("User-Agent", "")):
        return web.Response(text="A preview is no report; nothing was written down.\n", headers=PLAIN)
    try:
        secret = await asyncio.to_thread(heartbeats.secret_of, services.store.path.parent)
        name = heartbeats.named(secret, inventory, request.match_info["token"]) if inventory is not None else None
        if name is None:
            return web.Response(status=404, text="No job has this address; launch config shows those that are right.\n")
        await services.store.write(lambda c: heartbeats.write_down(c, services.product, name, told, now))
        services.watch.soon(name)
    except (StoreError, OSError) as error:
        log.error("a report could not be written down: %s", error)  # noqa: TRY400  the sentence says it all
        return web.Response(status=503, text="It could not be written down; try again.\n")
    return web.Response(text="ok\n", headers=PLAIN)


async def _hook(request: web.Request) -> web.Response:
    """A sender says something; it is answered once it is written down."""
    if no := _unreadable(request):
        return no
    inbound, at = request.app[SERVICES].inbound, request.match_info
    return _answer(await inbound.take(at["source"], request.headers, await request.read(), at.get("token", "")))


async def _events(request: web.Request) -> web.Response:
    """A product says what it counts."""
    no = _unreadable(request)
    return no or _answer(await request.app[SERVICES].inbound.events(request.headers, await request.read()))


async def _local_deploy(request: web.Request) -> web.Response:
    """A deploy, told by `launch deploy` on this machine."""
    body = await request.read()
    return _answer(await request.app[SERVICES].inbound.report(request.headers, body, trusted=True))


async def _local_gate(request: web.Request) -> web.Response:
    """What a gate found, told by `launch … --tell` on this machine."""
    body = await request.read()
    return _answer(await request.app[SERVICES].inbound.gate(request.headers, body, trusted=True))


async def _deploy(request: web.Request) -> web.Response:
    """How a deploy stands, for whoever knows the token."""
    if request.app[SERVICES].inbound.proven(request.headers):
        return await _local_state(request)
    return web.json_response({"error": "The token is missing or wrong."}, status=401, headers=PLAIN)


async def _local_state(request: web.Request) -> web.Response:
    try:
        found = await request.app[SERVICES].inbound.standing(request.match_info["key"])
    except StoreError as error:
        return web.json_response({"error": str(error)}, status=503, headers=PLAIN)
    if found is None:
        return web.json_response({"error": "No deploy is known under this key."}, status=404, headers=PLAIN)
    return web.json_response(found, headers=PLAIN)


async def _local_door(request: web.Request) -> web.Response:
    """Who knocked in vain, for `launch doctor` on this machine."""
    return web.json_response(to_plain(await request.app[SERVICES].inbound.at_the_door()), headers=PLAIN)


def _unreadable(request: web.Request) -> web.Response | None:
    kind = request.content_type
    if kind in JSON | UNTOLD or kind.endswith("+json"):
        return None
    return web.json_response({"error": f"Send JSON; {kind[:60]} is not read here."}, status=415, headers=PLAIN)


def _answer(taken: Taken) -> web.Response:
    """One sentence as JSON."""
    about = {"delivery": taken.delivery} if taken.delivery else {}
    body = {"said" if taken.status < 300 else "error": taken.text, **about}
    headers = {**PLAIN, "Retry-After": str(taken.retry_after)} if taken.retry_after else PLAIN
    return web.json_response(body, status=taken.status, headers=headers)


async def _metrics(request: web.Request) -> web.Response:
    """A few numbers in Prometheus' text format 0.0.4."""
    services = request.app[SERVICES]
    health, now = services.health, services.clock.now()
    queue = await _queue(services)
    numbers: list[tuple[str, str, float | None]] = [
        ("launch_up", "1 while the bot does its work", float(not health.troubles(now))),
        ("launch_start_time_seconds", "When the bot started", health.started_at.timestamp()),
        ("launch_sockets_connected", "Open connections to Slack", sum(each.connected for each in health.sockets)),
        ("launch_tick_age_seconds", "Since recurring work was last done", _age(health.last_tick, now)),
        ("launch_store_write_age_seconds", "Since the store was last written", _age(health.last_write, now)),
    ]
    if queue is not None:
        oldest = _age(queue.oldest_at, now) or 0.0
        numbers += [
            ("launch_queue_messages", "Messages on their way to Slack", queue.waiting),
            ("launch_queue_oldest_seconds", "Age of the oldest of them", oldest),
            ("launch_queue_refused_messages", "Messages that Slack refuses for good", queue.dead),
        ]
    lines = []
    for name, help_, value in numbers:
        if value is not None:
            lines += [f"# HELP {name} {help_}", f"# TYPE {name} gauge", f"{name} {value}"]
    return web.Response(body=("\n".join(lines) + "\n").encode(), headers={"Content-Type": "text/plain; version=0.0.4"})
