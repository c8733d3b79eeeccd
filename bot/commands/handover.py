"""`/launch handover`: all that whoever keeps the product running must know, kept true by the bot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.commands.base import Call, Reply, action, command
from bot.config.nearest import nearest
from bot.document import Document
from bot.domain.handover import Handover
from bot.render.html import html
from bot.render.markdown import markdown
from bot.services import handover as service
from bot.services.container import Services
from bot.services.stories import folder, keep
from bot.views import handover as view
from bot.views.refused import refused

log = logging.getLogger(__name__)

CHANGES = frozenset({"confirm", "reopen", "file"})


@command(
    "handover",
    usage="handover [part, confirm part, reopen part, or file]",
    help="Everything that whoever takes over must know: where it runs, who can do what, how to go back, what is open.",
    examples=(
        "/launch handover",
        "/launch handover mail",
        "/launch handover confirm mail",
        "/launch handover file",
    ),
    stored=True,
    reads=lambda args: not args or args[0].lower() not in CHANGES,
)
async def handover(call: Call, services: Services) -> Reply:
    """Without a word all parts on one screen; `confirm` and `reopen` answer for one of them."""
    words = [word.lower() for word in call.args]
    match words[:1]:
        case []:
            return await _answer(call, services, _list)
        case ["file"]:
            return await _answer(call, services, _file)
        case ["confirm"]:
            return await _answer(call, services, _confirm, " ".join(words[1:]))
        case ["reopen"]:
            return await _answer(call, services, _reopen, " ".join(words[1:]))
    return await _answer(call, services, _part, " ".join(words))


@action("handover.list")
async def listed(call: Call, services: Services) -> Reply:
    """Back to all parts."""
    return await _clicked(call, services, _list)


@action("handover.part")
async def part(call: Call, services: Services) -> Reply:
    """One part in place of the list."""
    return await _clicked(call, services, _part)


@action("handover.confirm", stored=True)
async def confirmed(call: Call, services: Services) -> Reply:
    """What the person read is right."""
    return await _clicked(call, services, _confirm)


@action("handover.reopen", stored=True)
async def reopened(call: Call, services: Services) -> Reply:
    """What was confirmed is not right any more."""
    return await _clicked(call, services, _reopen)


@action("handover.file", stored=True)
async def filed(call: Call, services: Services) -> Reply:
    """As files."""
    return await _clicked(call, services, _file)


Work = Callable[[Call, Services, Handover, str], Awaitable[Document | None]]
"""What is done with a part, given as the word that names it, or as the value of a button: `mail:<digest>`."""


async def _clicked(call: Call, services: Services, work: Work) -> Reply:
    return replace(await _answer(call, services, work, call.value), replaces=True)


async def _answer(call: Call, services: Services, work: Work, about: str = "") -> Reply:
    """For members of the workspace alone: whoever visits need not know who has which key."""
    if no := await services.roles.refusal(call.user, call.now, team=call.team):
        return Reply(refused(no))
    return Reply(await work(call, services, await service.read(services, call.now), about))


async def _list(_call: Call, _services: Services, found: Handover, _about: str) -> Document:
    return view.summary(found)


async def _part(_call: Call, _services: Services, found: Handover, about: str) -> Document:
    one = found.part(about)
    return view.one_part(found, one) if one is not None else _unknown(found, about)


async def _confirm(call: Call, services: Services, found: Handover, about: str) -> Document | None:
    name, _, digest = about.partition(":")
    one = found.part(name)
    if one is None:
        return _unknown(found, name)
    if not one.confirms:
        return view.kept(one)
    if digest and digest != one.digest:
        return view.changed(one)
    if not await service.confirm(services, call.request, one):
        return None
    return view.one_part(
        await service.read(services, call.now), one, "Written down: you found this right. If it changes, I say so here."
    )


async def _reopen(call: Call, services: Services, found: Handover, about: str) -> Document | None:
    one = found.part(about)
    if one is None:
        return _unknown(found, about)
    if one.id not in found.confirmed:
        return view.not_confirmed(one)
    if not await service.reopen(services, call.request, one):
        return None
    return view.one_part(
        await service.read(services, call.now), one, "Written down: it waits for somebody to confirm it again."
    )


async def _file(_call: Call, services: Services, found: Handover, _about: str) -> Document:
    page = view.whole(found)
    try:
        texts = {"md": markdown(page), "html": html(page)}
        kept = await asyncio.to_thread(keep, folder(services), "handover", texts)
    except OSError as error:
        log.warning("the handover could not be written: %s", error)
        return view.not_written(error.strerror or str(error))
    return view.summary(found, tuple(str(path) for path in kept))


def _unknown(found: Handover, name: str) -> Document:
    return view.no_such(found, name, nearest(name, [one.id for one in found.parts]))
