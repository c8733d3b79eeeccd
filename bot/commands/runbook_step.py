"""The buttons of a run: each says the run and the revision that it was shown with, and does one thing once."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.commands.base import Call, Reply, action
from bot.document import Field, Form, Paragraph
from bot.domain.runbook import run as r
from bot.domain.runbook.known import FIELDS, From
from bot.domain.runbook.moved import Code
from bot.services.container import Services
from bot.services.runbook_places import NotTaken
from bot.views import notice
from bot.views import runbook as message
from bot.views import runbook_list as view
from bot.views import runbook_writing as writing

_VALUE = re.compile(r"(\d{1,9}):(\d{1,9})(?::([a-z0-9_]{0,60}))?")
KEPT = "What you write here stays at the end of this run, and in the story of its incident."
RATINGS = {"yes": "It helped.", "partly": "It helped in part.", "no": "It did not help."}


async def _act(call: Call, services: Services, make: Callable[[int, str], r.Command | None]) -> Reply:
    """Carry out what a click stands for, and say what the message itself does not show."""
    found = _VALUE.fullmatch(call.value)
    wish = make(int(found[2]), found[3] or "") if found else None
    if found is None or wish is None:
        return Reply(notice.old_button())
    answer = await services.runbooks.act(int(found[1]), wish, call.request)
    if answer is None or answer.code is Code.OK:
        return Reply(None)
    run = await services.runbooks.of(answer.run) if answer.code is not Code.NO_SUCH else None
    if run is None:
        return Reply(view.no_such())
    book = services.runbooks.books.get(run.topic)
    return Reply(view.answered(book, answer))


@action("runbook.next", stored=True)
async def read(call: Call, services: Services) -> Reply:
    """[Next]."""
    return await _act(call, services, lambda rev, _: r.Next(call.user, call.number, rev))


@action("runbook.answer", stored=True)
async def answered(call: Call, services: Services) -> Reply:
    """One of the answers to a question, by its number."""
    return await _act(
        call, services,
        lambda rev, rest: r.Answered(call.user, call.number, rev, int(rest)) if rest.isdigit() else None,
    )  # fmt: skip


@action("runbook.did", stored=True)
async def did(call: Call, services: Services) -> Reply:
    """[Done, Check It]."""
    return await _act(call, services, lambda rev, _: r.DidIt(call.user, call.number, rev))


@action("runbook.again", stored=True)
async def again(call: Call, services: Services) -> Reply:
    """[Check Again], [Check Now]."""
    return await _act(call, services, lambda rev, _: r.LookAgain(call.user, call.number, rev))


@action("runbook.different", stored=True)
async def different(call: Call, services: Services) -> Reply:
    """[It Looks Different]."""
    return await _act(call, services, lambda rev, _: r.LooksDifferent(call.user, call.number, rev))


@action("runbook.saw", stored=True)
async def saw(call: Call, services: Services) -> Reply:
    """[It Looks Good], [It Looks Wrong]: a person looked where no check could."""
    return await _act(
        call, services,
        lambda rev, rest: r.SawIt(call.user, call.number, rev, rest == "good") if rest in ("good", "bad") else None,
    )  # fmt: skip


@action("runbook.call", stored=True)
async def call_someone(call: Call, services: Services) -> Reply:
    """[Call Someone]."""
    return await _act(call, services, lambda rev, _: r.CallSomeone(call.user, call.number, rev))


@action("runbook.sent", stored=True)
async def sent(call: Call, services: Services) -> Reply:
    """[I Sent It]."""
    return await _act(call, services, lambda rev, _: r.Handed(call.user, call.number, rev))


@action("runbook.back", stored=True)
async def back(call: Call, services: Services) -> Reply:
    """[One Step Back]."""
    return await _act(call, services, lambda rev, _: r.Back(call.user, call.number, rev))


@action("runbook.take_over", stored=True)
async def take_over(call: Call, services: Services) -> Reply:
    """[Take Over]."""
    return await _act(call, services, lambda rev, _: r.TakeOver(call.user, call.number, rev))


@action("runbook.leave", stored=True)
async def leave(call: Call, services: Services) -> Reply:
    """[Stop Here]."""
    return await _act(call, services, lambda rev, _: r.Leave(call.user, call.number, rev))


@action("runbook.notice")
async def tell_customers(call: Call, services: Services) -> Reply:
    """[What to Tell Customers]."""
    found = _VALUE.fullmatch(call.value)
    run = await services.runbooks.of(int(found[1])) if found else None
    book = services.runbooks.books.get(run.topic) if run is not None else None
    if run is None or book is None:
        return Reply(view.no_such())
    known = await services.runbooks.known(run)
    return Reply(message.notice(message.State(run, book, known, 1, call.now)))


@action("runbook.rate")
async def rate(call: Call, _services: Services) -> Reply:
    """Whether it helped: ask what to write down for next time."""
    found = _VALUE.fullmatch(call.value)
    if found is None or found[3] not in RATINGS:
        return Reply(notice.old_button())
    form = Form(
        "runbook.rated",
        "For next time",
        "Keep It",
        (Paragraph((f"{RATINGS[found[3]]} Thank you. {KEPT}",)),),
        (
            Field(
                "lesson",
                "What should the next person know?",
                "The host's list of versions is under Events, not under Deploys.",
                kind="long",
                optional=True,
            ),
        ),
        value=call.value,
    )
    return Reply(None, form=form)


@action("runbook.rated", stored=True)
async def rated(call: Call, services: Services) -> Reply:
    """The answer, with what to write down."""
    lesson = call.fields.get("lesson", "")

    def make(rev: int, said: str) -> r.Rated | None:
        return r.Rated(call.user, call.number, rev, said, lesson) if said in RATINGS else None

    return await _act(call, services, make)


@action("runbook.write")
async def write(call: Call, _services: Services) -> Reply:
    """Ask for what is not written down yet."""
    found = _VALUE.fullmatch(call.value)
    known = FIELDS.get(found[3] or "") if found else None
    if found is None or known is None or known.source is not From.FILE:
        return Reply(notice.old_button())
    return Reply(None, form=writing.form(known, call.value))


@action("runbook.written", stored=True)
async def written(call: Call, services: Services) -> Reply:
    """Keep it; every run that uses it shows it from now on."""
    found = _VALUE.fullmatch(call.value)
    if found is None or (found[3] or "") not in FIELDS:
        return Reply(notice.old_button())
    name = found[3]
    try:
        kept = await services.runbooks.write_down(name, call.fields.get("value", ""), call.user)
    except NotTaken as why:
        return Reply(writing.refused(FIELDS[name], str(why), call.value))
    return Reply(writing.kept(FIELDS[name], kept))
