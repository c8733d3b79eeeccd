"""`/launch drill`: practise while nothing burns. A simulated target breaks, somebody is paged, a runbook leads out."""

from __future__ import annotations

import re
import sqlite3

from bot.commands.base import Call, Reply, action, command
from bot.document import Document
from bot.domain.drill import due
from bot.domain.runbook import run as r
from bot.domain.runbook.book import Runbook
from bot.domain.runbook.search import find
from bot.services.container import Services
from bot.services.drills import No
from bot.store import drills
from bot.views import drill as view
from bot.views import notice, runbook_list
from bot.views.drill import Board
from bot.views.runbook_buttons import control
from bot.views.runbook_list import Suggested

_VALUE = re.compile(r"(\d{1,9}):(\d{1,9}):(\d{1,2})")


@command(
    "drill",
    usage="drill [what should break | stop]",
    help="Practises while nothing burns: breaks a simulated target, pages somebody, and measures.",
    examples=("/launch drill", "/launch drill site is down", "/launch drill stop"),
    stored=True,
)
async def drill(call: Call, services: Services) -> Reply:
    """Without words: whose turn it is, and how the last ones went."""
    words = [word for word in call.args if word.lower() != "anyway"]
    if [word.lower() for word in words] in (["stop"], ["end"]):
        return await _stop(call, services)
    if not words:
        return Reply(await _board(services))
    books = {one.topic: one for one in view.drillable(services.runbooks.books)}
    found = find(books, " ".join(words))
    if found.topic:
        return await _start(call, services, books[found.topic], anyway=len(words) < len(call.args))
    near = tuple(Suggested(books[topic]) for topic in found.near)
    return Reply(runbook_list.choice(" ".join(words), near, sure=not found.none))


async def _board(services: Services) -> Document:
    books = {one.topic: one for one in view.drillable(services.runbooks.books)}

    def look(connection: sqlite3.Connection) -> Board:
        last = drills.last(connection, services.product)
        order = due(books, last)
        return Board(
            due=books[order[0]] if order else None,
            drilled=sum(topic in last for topic in books),
            of=len(books),
            past=tuple(drills.over(connection, services.product)),
            live=drills.live(connection, services.product),
            titles={topic: one.title for topic, one in services.runbooks.books.items()},
        )

    return view.board(await services.store.read(look))


async def _start(call: Call, services: Services, book: Runbook, *, anyway: bool = False) -> Reply:
    begun = await services.drills.start(book, call.request, anyway=anyway)
    if begun is None:
        return Reply(None)
    match begun.no:
        case None if begun.drill is not None:
            return Reply(view.begun(book, begun.called))
        case No.ASLEEP:
            return Reply(view.asleep(book, begun.called))
        case No.REAL:
            return Reply(view.real())
        case No.BUSY:
            live = services.runbooks.books.get(begun.drill.topic) if begun.drill is not None else None
            return Reply(view.busy(live.title if live is not None else "One began before"))
        case _:
            return Reply(view.nothing(book))


async def _named(call: Call, services: Services, topic: str, *, anyway: bool = False) -> Reply:
    book = services.runbooks.books.get(topic)
    if book is None:
        return Reply(notice.old_button())
    return await _start(call, services, book, anyway=anyway)


@action("drill.start", stored=True)
async def start(call: Call, services: Services) -> Reply:
    """[Start the Drill]."""
    return await _named(call, services, call.value)


@action("drill.anyway", stored=True)
async def anyway(call: Call, services: Services) -> Reply:
    """[Wake Them All the Same]."""
    return await _named(call, services, call.value, anyway=True)


@action("drill.pick")
async def pick(_call: Call, services: Services) -> Reply:
    """All that can be drilled, in a dialog."""
    books = {one.topic: one for one in view.drillable(services.runbooks.books)}
    last = await services.store.read(lambda c: drills.last(c, services.product))
    return Reply(None, form=view.picker([books[topic] for topic in due(books, last)], last))


@action("drill.picked", stored=True)
async def picked(call: Call, services: Services) -> Reply:
    """One was chosen."""
    return await _named(call, services, call.fields.get("topic", ""))


@action("drill.stop", stored=True)
async def stop(call: Call, services: Services) -> Reply:
    """[Stop the Drill]."""
    return await _stop(call, services)


async def _stop(call: Call, services: Services) -> Reply:
    ended = await services.drills.stop(call.request)
    return Reply(view.stopped(ended))


@action("drill.control", stored=True)
async def console(call: Call, services: Services) -> Reply:
    """A button of the simulated console."""
    found = _VALUE.fullmatch(call.value)
    run = await services.runbooks.of(int(found[1])) if found else None
    if found is None or run is None:
        return Reply(notice.old_button())
    rev, index = int(found[2]), int(found[3])
    request = call.request
    right = await services.drills.control(run.id, rev, index, request)
    if right is False:
        chosen = await services.drills.shown(run)
        return Reply(view.wrong(control(chosen[index]) if index < len(chosen) else "This"))
    answer = await services.runbooks.act(run.id, r.DidIt(call.user, call.number, rev), request)
    if answer is None:
        return Reply(None)
    return Reply(runbook_list.answered(services.runbooks.books.get(run.topic), answer))
