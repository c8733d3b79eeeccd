"""`/launch release`: the checklist before a version goes out, release notes, and going back while nothing burns."""

from __future__ import annotations

import re

from bot.commands.base import Call, Reply, action, command
from bot.domain.release import How, Kind, Run, Step, open_step, seen_step
from bot.services.container import Services
from bot.services.release import Outcome, Release
from bot.store import release_runs
from bot.views import notice
from bot.views import release as view
from bot.views.release_notes import notes

ALONE = frozenset(
    {"notes", "rollback", "roll-back", "back", "done", "again", "look", "stop", "help", "?", "list", "status"}
)
"""Words that begin no list: they stand alone, or ask for something else."""
_VALUE = re.compile(r"(\d{1,9}):([a-z]{0,20})")


@command(
    "release",
    usage="release [version | done | skip why | note text | again | stop | notes | rollback]",
    help="Walks you through the release checklist in under ten minutes, and ends in go or not yet.",
    examples=("/launch release v43", "/launch release done", "/launch release notes", "/launch release rollback"),
    stored=True,
    reads=lambda args: [one.lower() for one in args] == ["notes"],
)
async def release(call: Call, services: Services) -> Reply:
    """Without words: the checklist begins."""
    first, rest = (call.args[0].lower(), " ".join(call.args[1:])) if call.args else ("", "")
    lists, request = of(services), call.request
    match first:
        case "notes" if not rest:
            return Reply(notes(await lists.notes()))
        case "rollback" | "roll-back" | "back" if not rest:
            return _typed(await lists.begin(Kind.ROLLBACK, request, channel=call.channel))
        case "done" if not rest:
            return _typed(await lists.answer(How.DONE, request))
        case "skip":
            return _typed(await lists.answer(How.SKIPPED, request, why=rest))
        case "note":
            return _typed(await lists.answer(How.DONE, request, why=rest, step="notes"))
        case "again" | "look" if not rest:
            return _typed(await lists.look(request))
        case "stop" if not rest:
            return _typed(await lists.stop(request))
        case _ if first in ALONE or first.startswith("-"):
            return Reply(view.no_list())
        case _:
            version = " ".join(call.args)
            return _typed(await lists.begin(Kind.RELEASE, request, channel=call.channel, version=version))


def of(services: Services) -> Release:
    """Release lists; they remember nothing by themselves."""
    return Release(services.store, services.clock, lambda: services.config, services.flush)


def _typed(outcome: Outcome | None) -> Reply:
    return Reply(view.next_line(outcome) if outcome is not None else None)


def _clicked(outcome: Outcome | None) -> Reply:
    return Reply(view.answered(outcome) if outcome is not None else None)


def _named(call: Call) -> tuple[int, str]:
    found = _VALUE.fullmatch(call.value)
    return (int(found[1]), found[2]) if found is not None else (0, "")


@action("release.start", stored=True)
async def start(call: Call, services: Services) -> Reply:
    """[Begin the Checklist]."""
    return _clicked(await of(services).begin(Kind.RELEASE, call.request, channel=call.channel))


@action("release.done", stored=True)
async def done(call: Call, services: Services) -> Reply:
    """[Done]."""
    number, step = _named(call)
    if not number:
        return Reply(notice.old_button())
    return _clicked(await of(services).answer(How.DONE, call.request, number=number, step=step))


@action("release.skip")
async def skip(call: Call, services: Services) -> Reply:
    """[Leave Out…], [Go All the Same…]: asks for the reason."""
    found = await _open(call, services)
    return found if isinstance(found, Reply) else Reply(None, form=view.why_form(call.value, seen=seen_step(*found)))


@action("release.write")
async def write(call: Call, services: Services) -> Reply:
    """[Write It…]."""
    found = await _open(call, services)
    return found if isinstance(found, Reply) else Reply(None, form=view.note_form(call.value))


async def _open(call: Call, services: Services) -> tuple[Run, Step] | Reply:
    """The run and the step that a button means, where that is still the one to be answered."""
    number, name = _named(call)
    run = await services.store.read(lambda c: release_runs.get(c, number)) if number else None
    if run is None or run.product != services.product or run.ended_at is not None or run.answer(name) is not None:
        return Reply(notice.old_button())
    return run, next((one for one in (open_step(run),) if one is not None and one.id == name), Step(name, "", ""))


@action("release.skipped", stored=True)
async def skipped(call: Call, services: Services) -> Reply:
    """The reason was given."""
    number, step = _named(call)
    why = call.fields.get("why", "")
    return _clicked(await of(services).answer(How.SKIPPED, call.request, why=why, number=number, step=step))


@action("release.written", stored=True)
async def written(call: Call, services: Services) -> Reply:
    """The note was written."""
    number, step = _named(call)
    note = call.fields.get("note", "")
    return _clicked(await of(services).answer(How.DONE, call.request, why=note, number=number, step=step))


@action("release.look", stored=True)
async def look(call: Call, services: Services) -> Reply:
    """[Look Again]."""
    return _clicked(await of(services).look(call.request, _named(call)[0]))


@action("release.stop", stored=True)
async def stop(call: Call, services: Services) -> Reply:
    """[Stop]."""
    return _clicked(await of(services).stop(call.request, _named(call)[0]))
