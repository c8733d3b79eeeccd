"""`/launch perf`: how quick each endpoint is against its target, how often it fails; and the light load test."""

from __future__ import annotations

from bot.commands.base import Call, Reply, action, command
from bot.document import Document
from bot.services.container import Services
from bot.services.perf import Busy, NoConfiguration
from bot.services.perf_board import board
from bot.services.perf_measure import UnknownEndpoint, chosen
from bot.speakers.behind import charts_of
from bot.store.db import StoreError
from bot.views import notice
from bot.views import perf as view
from bot.views import perf_load as load_view
from bot.views.refused import refused
from bot.views.setup import setup
from checks.inventory import Inventory
from checks.loading import NotAllowed
from checks.urls import host_of


def _reads(words: tuple[str, ...]) -> bool:
    return not words or words[0].lower() not in ("load", "stop")


@command(
    "perf",
    usage="perf [endpoint | load <endpoint> | stop]",
    help="How quick each endpoint is against its target, and how often it fails; owners may try a light load.",
    examples=("/launch perf", '/launch perf "log-in page"', "/launch perf load dashboard", "/launch perf stop"),
    stored=True,
    reads=_reads,
)
async def perf(call: Call, services: Services) -> Reply:
    """The board, one endpoint, a light load, or its end."""
    if services.config.inventory is None:
        return Reply(_setup(services))
    verb = call.args[0].lower() if call.args else ""
    if verb == "load":
        return await _load(call, services, " ".join(call.args[1:]))
    if verb == "stop":
        return await _stop(call, services, call.args[1] if len(call.args) > 1 else "")
    return await _board(call, services, " ".join(call.args))


async def _board(call: Call, services: Services, name: str) -> Reply:
    found = await services.store.read(lambda c: board(c, services.config, call.now))
    if found is None:
        return Reply(_setup(services))
    if not name:
        return Reply(view.board(found))
    names = tuple(one.name for one in found.endpoints)
    assert services.config.inventory is not None  # noqa: S101  (asked before)
    try:
        (monitor,) = chosen(services.config.inventory, (name,))
        one = next(each for each in found.endpoints if each.name == monitor.name)
    except UnknownEndpoint as error:
        return Reply(view.unknown(name, error.nearest, names))
    except StopIteration:
        return Reply(view.unknown(name, (), names))
    charts = await services.store.read(lambda c: charts_of(c, services.config, one.name, call.now))
    return Reply(view.one(one, charts))


async def _load(call: Call, services: Services, name: str) -> Reply:
    """Only an owner, only what launch.yml allows."""
    no = await services.roles.refusal(call.user, call.now, team=call.team, config=services.config)
    if no is not None:
        return Reply(refused(no))
    inventory = services.config.inventory
    if inventory is None:
        return Reply(_setup(services))
    allowed = _allowed(inventory)
    if not name:
        return Reply(load_view.which(allowed))
    request = call.request
    try:
        await services.perf.start(request, channel=call.channel, name=name)
    except NoConfiguration:
        return Reply(_setup(services))
    except UnknownEndpoint as error:
        return Reply(view.unknown(name, error.nearest, tuple(one.name for one in inventory.monitors)))
    except NotAllowed as error:
        return Reply(load_view.not_allowed(error, allowed))
    except Busy as error:
        return Reply(load_view.busy(error.run))
    except StoreError:
        return Reply(notice.store_trouble())
    return Reply(None)


async def _stop(call: Call, services: Services, number: str) -> Reply:
    """Anybody of the workspace may stop what goes on."""
    name = await services.perf.halt(int(number) if number.isascii() and number.isdigit() else 0, call.user)
    return Reply(load_view.stopping(name) if name else load_view.over())


@action("perf.load", stored=True)
async def again(call: Call, services: Services) -> Reply:
    """A light load on the endpoint that the button's value names."""
    return await _load(call, services, call.value)


@action("perf.stop", stored=True)
async def stop(call: Call, services: Services) -> Reply:
    """Send nothing more."""
    return await _stop(call, services, call.value)


def _allowed(inventory: Inventory) -> tuple[str, ...]:
    return tuple(one.name for one in inventory.monitors if host_of(one.url) in inventory.opt_in)


def _setup(services: Services) -> Document:
    config = services.config
    problems = tuple(map(str, config.error.problems)) if config.error else ()
    return setup(config.path.name, problems)
