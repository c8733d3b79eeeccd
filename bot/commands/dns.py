"""`/launch dns` and the buttons about DNS records: accept what stands there, say who changed it, take that back."""

from __future__ import annotations

from bot.commands.base import Call, Reply, action, command
from bot.commands.words import nearest
from bot.services.config import Config
from bot.services.container import Services
from bot.services.refusals import NotDone
from bot.store.db import StoreError
from bot.store.drift import Said
from bot.views import decided as view
from bot.views import notice
from bot.views.help import verb
from bot.views.refused import refused
from bot.views.setup import setup

LONGEST = 15
"""Digits of a number that somebody may type or a button may carry."""
DO = ("accept", "mine", "wrong", "undo")


@command(
    "dns",
    usage="dns [accept, mine, wrong or undo] [number]",
    help="Shows which DNS records are decided and what changed; takes your answer to a change.",
    examples=("/launch dns", "/launch dns accept", "/launch dns mine 3", "/launch dns wrong 3", "/launch dns undo 7"),
)
async def dns(call: Call, services: Services) -> Reply:
    """What is decided; with a word, the twin of a button."""
    if services.inventory is None:
        return _begin(services.config)
    word = call.args[0].lower() if call.args else ""
    number = _number(call.args[1].lstrip("#")) if len(call.args) > 1 else None
    if not word:
        return await _show(call, services)
    if word == "accept":
        return await _accept(call, services, number)
    if word in DO and number is not None:
        return await (
            _undo(call, services, number, None) if word == "undo" else _say(call, services, number, None, word)
        )
    return await _show(call, services) if nearest(word, ("show", "list")) else _help()


@action("drift.baseline")
async def baseline(call: Call, services: Services) -> Reply:
    """Accept what a report offers; the button's value is the audit's number."""
    number, _ = _pair(call.value)
    return _gone(call) if number is None else await _accept(call, services, number)


@action("drift.accept")
async def mine(call: Call, services: Services) -> Reply:
    """This was me."""
    number, audit = _pair(call.value)
    return _gone(call) if number is None else await _say(call, services, number, audit, "mine")


@action("drift.reject")
async def wrong(call: Call, services: Services) -> Reply:
    """This is wrong."""
    number, audit = _pair(call.value)
    return _gone(call) if number is None else await _say(call, services, number, audit, "wrong")


@action("drift.undo")
async def undo(call: Call, services: Services) -> Reply:
    """Take an answer back."""
    number, audit = _pair(call.value)
    return _gone(call) if number is None else await _undo(call, services, number, audit)


async def _show(_call: Call, services: Services) -> Reply:
    return Reply(view.decided(await services.drift.overview()))


async def _accept(call: Call, services: Services, number: int | None) -> Reply:
    if no := await services.roles.refusal(call.user, call.now, team=call.team):
        return Reply(refused(no))
    try:
        return Reply(view.accepted(await services.drift.accept(call.user, number)))
    except NotDone as error:
        return Reply(view.refused(error, call.user))
    except StoreError:
        return Reply(notice.store_trouble())


async def _say(call: Call, services: Services, number: int, audit: int | None, word: str) -> Reply:
    if no := await services.roles.refusal(call.user, call.now, team=call.team):
        return Reply(refused(no))
    try:
        return Reply(view.outcome(await services.drift.say(call.user, number, Said(word), audit=audit)))
    except NotDone as error:
        return Reply(view.refused(error, call.user))
    except StoreError:
        return Reply(notice.store_trouble())


async def _undo(call: Call, services: Services, number: int, audit: int | None) -> Reply:
    if no := await services.roles.refusal(call.user, call.now, team=call.team):
        return Reply(refused(no))
    try:
        return Reply(view.undone(*await services.drift.undo(call.user, number, audit=audit)))
    except NotDone as error:
        return Reply(view.refused(error, call.user))
    except StoreError:
        return Reply(notice.store_trouble())


def _begin(config: Config) -> Reply:
    problems = tuple(map(str, config.error.problems)) if config.error else ()
    return Reply(setup(config.path.name, problems))


def _gone(call: Call) -> Reply:
    from bot.services.refusals import Nothing

    return Reply(view.refused(Nothing(), call.user))


def _help() -> Reply:
    from bot.commands.base import commands

    return Reply(verb(commands()["dns"]))


def _pair(value: str) -> tuple[int | None, int | None]:
    """`12:7` is number 12, clicked in the report of audit 7."""
    first, _, second = value.partition(":")
    return _number(first), _number(second)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None
