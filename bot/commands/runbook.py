"""`/launch runbook` and where a run begins: what to do if something breaks, one step at a time, each one checked."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from bot.commands import which
from bot.commands.base import Call, Reply, action, command
from bot.domain.runbook.moved import Code
from bot.domain.runbook.search import find
from bot.services import runbook_leads
from bot.services.container import Services
from bot.store import incidents
from bot.views import notice
from bot.views import runbook_list as view
from bot.views.felt import what_of
from bot.views.runbook_list import Suggested

_START = re.compile(r"([a-z][a-z0-9_]{0,60}):(\d{1,9}):([a-z0-9_.]{0,60}):(.{0,260})", re.DOTALL)


@command(
    "runbook",
    usage="runbook [what is wrong]",
    help="Leads you out of a trouble, one step at a time; I check each step myself.",
    examples=("/launch runbook", "/launch runbook site is down", "/launch runbook emails in spam"),
    stored=True,
)
async def runbook(call: Call, services: Services) -> Reply:
    """Without words: what is broken now, and the shelves. With words: the one that is meant, or a choice."""
    number, rest = which.take(call.args)
    live, books = await _live(services), services.runbooks.books
    words = " ".join(rest).strip()
    if number is not None and not words:
        of_it = next((one for one in live if one.incident == number), None)
        return await begin(call, services, of_it) if of_it else Reply(view.shelves(books, live))
    if not words:
        return Reply(view.shelves(books, live))
    found = find(books, words, live=[one.book.topic for one in live])
    if found.topic:
        return await begin(call, services, _fitting(services, live, found.topic))
    near = tuple(_fitting(services, live, topic) for topic in found.near)
    return Reply(view.choice(words, near, sure=not found.none))


def _fitting(services: Services, live: Iterable[Suggested], topic: str) -> Suggested:
    """The runbook for the live incident that it leads out of, or for itself."""
    return next((one for one in live if one.book.topic == topic), Suggested(services.runbooks.books[topic]))


async def _live(services: Services) -> tuple[Suggested, ...]:
    """What is broken now and has a runbook, worst first."""
    books = services.runbooks.books

    def look(connection: sqlite3.Connection) -> tuple[Suggested, ...]:
        found = runbook_leads.live(
            connection,
            services.product,
            books,
            leads=services.config.library.leads,
            flows=runbook_leads.flows_of(services.config),
        )
        return tuple(Suggested(books[topic], one.id, what_of(one)) for one, topic in found)

    return await services.store.read(look)


async def begin(call: Call, services: Services, wanted: Suggested, code: str = "") -> Reply:
    """Begin it, or lead to the run that is under way about the same."""
    answer = await services.runbooks.start(
        wanted.book.topic,
        user=call.user,
        request=call.request,
        incident=wanted.incident,
        check=wanted.check,
        target=wanted.target,
        code=code,
    )
    if answer is None:
        return Reply(None)
    run = await services.runbooks.of(answer.run)
    if run is None:
        return Reply(view.no_such())
    book = services.runbooks.books.get(run.topic, wanted.book)
    if answer.code is Code.OK:
        found = await services.store.read(lambda c: incidents.get(c, run.incident)) if run.incident else None
        free = found if found is not None and found.live and not found.acker else None
        return Reply(view.begun(book, run.incident, free))
    return Reply(view.ongoing(book, answer, run.incident))


@action("runbook.start", stored=True)
async def start(call: Call, services: Services) -> Reply:
    """[Show Me the Fix] beside a finding, or in a list."""
    named = _START.fullmatch(call.value)
    book = services.runbooks.books.get(named[1]) if named else None
    if named is None or book is None:
        return Reply(notice.old_button())
    return await begin(call, services, Suggested(book, int(named[2]), check=named[3], target=named[4]))


@action("incident.fix", stored=True)
async def fix(call: Call, services: Services) -> Reply:
    """[Show Me the Fix] on a card."""
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    live = await _live(services)
    of_it = next((one for one in live if one.incident == named.incident), None)
    book = services.runbooks.books.get(named.rest)
    if of_it is None and book is None:
        return Reply(view.shelves(services.runbooks.books, live))
    wanted = of_it or Suggested(services.runbooks.books[named.rest], named.incident)
    return await begin(call, services, replace(wanted, incident=named.incident))


@action("runbook.pick")
async def pick(_call: Call, services: Services) -> Reply:
    """All of them, in a dialog."""
    return Reply(None, form=view.picker(services.runbooks.books.values()))


@action("runbook.picked", stored=True)
async def picked(call: Call, services: Services) -> Reply:
    """One was chosen."""
    book = services.runbooks.books.get(call.fields.get("topic", ""))
    if book is None:
        return Reply(view.no_such())
    return await begin(call, services, _fitting(services, await _live(services), book.topic))
