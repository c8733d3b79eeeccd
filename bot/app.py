"""The composition root: here everything is plugged together, and nowhere else.

Start, in this order, so that nothing is taken on before it can be kept:
1. read     `launch.yml`; mistakes in it do not stop the bot, it says them in Slack
2. open     the store (one process per data folder), and bring its format up to date
3. prove    tokens and scopes with Slack
4. recover  audits that a kill cut off, and messages that were on their way
5. tick     recurring work begins, and the bot's own HTTP server
6. watch    every monitor is looked at once, then at its pace; clicks that a kill cut off are carried out
7. listen   to Slack, over two connections or over HTTP
Stop, in the opposite order: intake first, then what is in flight, then the rest of the outbox, the store last.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import TypedDict

import aiohttp
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import listeners, web
from bot.adapters.http_mode import HttpMode
from bot.adapters.selftest import Identity, prove
from bot.adapters.slack import Messenger, open_client
from bot.adapters.sockets import Sockets, SocketState
from bot.clock import Clock, SystemClock
from bot.commands import dispatch
from bot.config.local_token import local_token
from bot.config.settings import Mode, Settings
from bot.delivery import Postman
from bot.jobs import Clockwork
from bot.listeners.desk import Desk
from bot.render.blocks import message
from bot.services.audit import Audits
from bot.services.back import SUBJECT as OFFLINE
from bot.services.back import Back
from bot.services.config import Config
from bot.services.container import Services
from bot.services.dead_man import DeadMan
from bot.services.deploys import SUBJECT as DEPLOY
from bot.services.deploys import Deploys
from bot.services.drills import SUBJECT as DRILL
from bot.services.drills import DrillEyes
from bot.services.events import Events
from bot.services.fallbacks import Fallbacks
from bot.services.gates import SUBJECT as GATE
from bot.services.health import Health, Socket
from bot.services.inbound import Inbound
from bot.services.incidents import Incidents
from bot.services.look import prepare
from bot.services.members import Members
from bot.services.recognition import recognised
from bot.services.release import SUBJECT as RELEASE
from bot.services.reload import SUBJECT as RELOAD
from bot.services.reload import Current, Reload
from bot.services.roles import Roles
from bot.services.runbook_books import Books
from bot.services.runbook_looks import Looks
from bot.services.runbook_own import OwnChecks
from bot.services.runbooks import Runbooks
from bot.services.second_routes import SecondRoutes
from bot.services.selfwatch import Outside
from bot.services.smoke import Smoke
from bot.services.smoke_again import SmokeAgain
from bot.services.watch import Watch
from bot.speakers import Speaker, deploy, drill, gate, offline, release, runbook, speakers
from bot.speakers import reload as mended
from bot.speakers.runbook import SUBJECT as RUN
from bot.speakers.second_route import speak
from bot.store import seen
from bot.store.db import Store, StoreError

log = logging.getLogger(__name__)

DRAIN = 5.0
"""Seconds that a stop gives to what is in flight."""


class AddressTaken(Exception):
    """The bot's own HTTP server cannot listen where it should."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The running bot."""

    settings: Settings
    identity: Identity
    services: Services
    postman: Postman
    second_routes: SecondRoutes
    fallbacks: Fallbacks
    dead_man: DeadMan
    reload: Reload
    back: Back
    bolt: AsyncApp
    desk: Desk
    http_port: int


async def run(
    settings: Settings,
    *,
    clock: Clock | None = None,
    stop: asyncio.Event | None = None,
    ready: Callable[[Runtime], None] | None = None,
) -> None:
    """Run the bot until `stop` is set or a signal comes.

    Raises `NotAccepted`, `NotReached` (Slack), `StoreError` (data folder), `AddressTaken` (own HTTP server).
    """
    stop = stop or _on_signals()
    async with AsyncExitStack() as stack:
        runtime = await start(settings, clock or SystemClock(), stack)
        log.info("ready in %s", runtime.identity.team)
        with suppress(NotImplementedError):
            # Asked to read launch.yml again; Windows has no such signal.
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, runtime.reload.ask)
        if ready is not None:
            ready(runtime)
        await stop.wait()
        log.info("stopping")


async def start(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Runtime:
    """Start everything; `stack` holds how to stop it."""
    await asyncio.to_thread(prepare)
    current = Current(Config.read(settings.launch_config))
    store = Store.open(settings.database)
    stack.callback(store.close)
    client = await stack.enter_async_context(open_client(_secret(settings.slack_bot_token), settings.slack_api_url))
    socket_mode = settings.mode is not Mode.HTTP
    identity = await prove(client, _secret(settings.slack_app_token) if socket_mode else "")

    health = Health(
        started_at=clock.now(),
        http_mode=not socket_mode,
        team=identity.team,
        missing_scopes=tuple(identity.missing_optional),
    )
    messenger = Messenger(client)
    fallbacks = Fallbacks(current)

    books = Books(current)

    voices = _voices(current, clock, books)
    postman = Postman(
        store,
        messenger,
        clock,
        health,
        speakers=voices(),
        render=message,
        refused=fallbacks.refused,
    )
    audits = Audits(store, clock, current(), postman.wake)
    incidents = Incidents(store, clock, current, postman.wake)
    second_routes = SecondRoutes(store, clock, current, speak(current, clock))
    watch = Watch(store, clock, current, incidents)

    parts = _around_deploys(store, clock, current, incidents, senders=settings.senders, wake=postman.wake)
    walks = SmokeAgain(parts["smoke"], incidents)
    own_checks = OwnChecks(store, clock, current, watch, health)

    runbooks = Runbooks(
        store,
        clock,
        current,
        incidents,
        DrillEyes(Looks(store, clock, current, watch, own_checks, walks=walks), store),
        wake=postman.wake,
        books=books,
        recognise=recognised,
    )
    incidents.listen(runbooks.incidents_changed)

    services = Services(
        clock=clock,
        store=store,
        config=current(),
        config_problems=lambda: current.problems,
        audits=audits,
        incidents=incidents,
        watch=watch,
        runbooks=runbooks,
        **parts,
        settings=settings,
        health=health,
        flush=postman.wake,
        repaired=postman.revive,
        members=Members(store, clock, current, messenger),
        roles=Roles(messenger.person, identity.team_id, messenger.by_email),
    )

    _look_again_with(services, walks)

    def taken_up(config: Config) -> None:
        services.config = config
        audits.take_up(config)
        postman.speak_with(voices())

    reload = Reload(store, clock, current, taken_up=taken_up, after=watch.load, wake=postman.wake)
    session = await stack.enter_async_context(aiohttp.ClientSession())
    desk = Desk(services, messenger, session)
    bolt = _bolt(client, settings)
    listeners.register(bolt, desk)

    await _recover(stack, audits, postman, second_routes)
    stack.push_async_callback(desk.drain, DRAIN)
    stack.push_async_callback(services.inbound.stop)
    port = await _serve_http(settings, services, bolt, stack)
    dead_man = DeadMan(clock, current, health, _outside(services, current, fallbacks))
    aside = second_routes, fallbacks, dead_man, reload, Back(store, incidents)
    runtime = Runtime(settings, identity, services, postman, *aside, bolt, desk, port)
    clockwork = Clockwork(runtime)
    await clockwork.start()
    stack.callback(clockwork.stop)
    await watch.start()
    for stop in (watch.stop, runbooks.stop, services.smoke.stop, services.perf.stop, walks.stop):
        stack.push_async_callback(stop)
    await desk.take_up()
    if socket_mode:
        await _open_sockets(runtime, stack)
    return runtime


def _voices(current: Current, clock: Clock, books: Books) -> Callable[[], dict[str, Speaker]]:
    """Who speaks for each kind of subject, by what is in force when it is asked."""

    def voices() -> dict[str, Speaker]:
        own = {
            RELOAD: mended.speaker(current),
            OFFLINE: offline.speaker(),
            RUN: runbook.speaker(current, clock, books),
            DRILL: drill.speaker(books),
            DEPLOY: deploy.speaker(current, clock),
            GATE: gate.speaker(current, clock),
            RELEASE: release.speaker(current, clock),
        }
        return {**speakers(current(), clock), **own}

    return voices


def _look_again_with(services: Services, walks: SmokeAgain) -> None:
    """Who looks again when somebody says that it is fixed: whoever has told of it."""
    watch = services.watch
    services.deploys.look_with(watch)
    services.incidents.leave_to(walks.anew)
    walked = walks.again_or(watch.again, watch.fresh)
    deployed = services.deploys.again_or(walked)
    services.incidents.look_again_with(services.drills.again_or(services.events.again_or(deployed)))


def _outside(services: Services, current: Current, fallbacks: Fallbacks) -> Callable[[], Awaitable[Outside]]:
    """What the call to somebody outside rests on."""

    async def outside() -> Outside:
        waiting = await services.store.read(lambda c: fallbacks.oldest(c, services.clock.now()))
        return Outside(waiting, services.watch.canaries.reached_at, _canaries(current()))

    return outside


async def _open_sockets(runtime: Runtime, stack: AsyncExitStack) -> None:
    """Listen to Slack over two connections."""
    health, token = runtime.services.health, _secret(runtime.settings.slack_app_token)
    sockets = Sockets(
        runtime.bolt, token, runtime.services.clock, tell=lambda now: _note(health, now), stored=dispatch.stored
    )
    stack.push_async_callback(sockets.close)
    await sockets.open(runtime.identity.socket_url)


class Parts(TypedDict):
    """The services around deploys, as fields of `Services`."""

    smoke: Smoke
    deploys: Deploys
    events: Events
    inbound: Inbound


def _around_deploys(
    store: Store,
    clock: Clock,
    config: Callable[[], Config],
    incidents: Incidents,
    *,
    senders: Mapping[str, str],
    wake: Callable[[], None],
) -> Parts:
    smoke = Smoke(store, clock, config, incidents, wake)
    deploys = Deploys(store, clock, config, incidents, smoke=smoke, wake=wake)
    smoke.listen(deploys.walked)
    events = Events(store, clock, config, incidents)
    inbound = Inbound(store, clock, config, incidents, deploys=deploys, events=events, environ=senders, wake=wake)
    return Parts(smoke=smoke, deploys=deploys, events=events, inbound=inbound)


async def _recover(stack: AsyncExitStack, audits: Audits, postman: Postman, second_routes: SecondRoutes) -> None:
    """What a kill cut off, before anything new is taken on; and how each of them is stopped."""
    await audits.recover()
    await postman.recover()
    await second_routes.recover()
    stack.push_async_callback(second_routes.stop)
    stack.push_async_callback(postman.stop, DRAIN)
    stack.push_async_callback(audits.stop, 0.0)


def _bolt(client: AsyncWebClient, settings: Settings) -> AsyncApp:
    """Bolt's app; its own check of the token is left out, since `prove` has done it with better words."""
    return AsyncApp(
        client=client,
        signing_secret=_secret(settings.slack_signing_secret) or None,
        request_verification_enabled=settings.mode is Mode.HTTP,
        ignoring_self_events_enabled=True,
        name="launch-ready",
    )


async def _serve_http(settings: Settings, services: Services, bolt: AsyncApp, stack: AsyncExitStack) -> int:
    async def first_time(key: str) -> bool:
        now = services.clock.now()
        try:
            return await services.store.write(lambda db: seen.take(db, services.product, key, now))
        except StoreError as error:
            log.error("a request could not be written down: %s", error)  # noqa: TRY400  the sentence says it all
            return True

    slack = HttpMode(bolt, _secret(settings.slack_signing_secret), services.clock, first_time)
    app = web.build(
        services,
        token=local_token(settings.launch_data),
        slack=slack.answer if settings.mode is Mode.HTTP else None,
    )
    host, port = settings.listen
    try:
        runner = await web.serve(app, host, port)
    except OSError as error:
        raise AddressTaken(
            f"The bot's own HTTP server cannot listen on {settings.launch_http} ({error.strerror or error}). "
            "Is another bot running? Otherwise choose another address: LAUNCH_HTTP=127.0.0.1:8091"
        ) from None
    stack.push_async_callback(runner.cleanup)
    return int(runner.addresses[0][1])


def _canaries(config: Config) -> bool:
    """Whether places outside are asked."""
    return config.inventory is not None and config.inventory.network.canaries != ()


def _note(health: Health, now: tuple[SocketState, ...]) -> None:
    health.sockets = tuple(Socket(each.number, each.connected, each.pong_age, each.heard_age) for each in now)


def _secret(value: SecretStr | None) -> str:
    """The text of a secret setting; the only place where it leaves its wrapper."""
    return value.get_secret_value().strip() if value else ""


def _on_signals() -> asyncio.Event:
    """Set by Ctrl-C and by a service manager's SIGTERM; a second one ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked(number: int) -> None:
        loop.remove_signal_handler(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, asked, number)
        except NotImplementedError:  # Windows: Ctrl-C arrives as KeyboardInterrupt
            continue
    return stop
