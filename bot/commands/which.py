"""Which incident somebody means: the one they name, or the only one there is; with several it is asked."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.base import Call, Reply
from bot.domain.asks import Command
from bot.domain.decision import Answer, AnswerCode
from bot.domain.incident import Incident
from bot.domain.scene import Contact
from bot.services.container import Services
from bot.store import incidents
from bot.views import answered as view
from bot.views.answered import Offer

_NAME = re.compile(r"(?:inc(?:ident)?[-\s_]?|#)(\d{1,9})", re.IGNORECASE)
_VALUE = re.compile(r"(\d{1,9}):(\d{1,9})(?::(.{0,200}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Named:
    """What a button's value says."""

    incident: int
    rev: int
    rest: str = ""


def from_value(value: str) -> Named | None:
    """The value of a button: `12:4`, `12:4:30m`; None for what is none."""
    found = _VALUE.fullmatch(value)
    return Named(int(found[1]), int(found[2]), found[3] or "") if found else None


def take(words: Sequence[str], *, bare: bool = False) -> tuple[int | None, tuple[str, ...]]:
    """The number that the words name, and the other words; with `bare` a number alone is one too."""
    for index, word in enumerate(words):
        found = _NAME.fullmatch(word)
        if found or (bare and word.isascii() and word.isdigit() and len(word) <= 9):
            return int(found[1] if found else word), (*words[:index], *words[index + 1 :])
    return None, tuple(words)


def handle(whom: Contact, word: str) -> str:
    """How a person is written in a command to type: Slack hands over an id where somebody was mentioned."""
    if whom.name:
        return f"@{whom.name}"
    return "@somebody" if word == whom.slack else word


async def one_of(services: Services, number: int | None, offer: Offer) -> Incident | Reply:
    """The incident of that number, or the only live one; an answer where that is not clear.

    A number that is typed may be of one that is over. `offer` is the button beside each where it has to be asked.
    """

    def look(connection: sqlite3.Connection) -> tuple[Incident | None, list[Incident]]:
        named = None if number is None else incidents.get(connection, number)
        return named, incidents.live(connection, services.product)

    named, live = await services.store.read(look)
    if number is not None:
        if named is not None and named.product == services.product:
            return named
        return Reply(view.no_such(number, live, offer))
    if len(live) == 1:
        return live[0]
    return Reply(view.which(live, offer) if live else view.nothing_broken(offer))


async def ask(services: Services, call: Call, incident: int, command: Command) -> tuple[Answer | None, Incident | None]:
    """Carry it out once; the answer (None: it was carried out before), and the incident as it is now."""
    found = await services.store.read(lambda c: incidents.get(c, incident))
    if found is None or found.product != services.product:
        return Answer(AnswerCode.NO_SUCH_INCIDENT), None
    answer = await services.incidents.ask(incident, command, call.request)
    return answer, await services.store.read(lambda c: incidents.get(c, incident))


async def answer(
    services: Services, call: Call, incident: int, command: Command, did: view.Did, *, typed: bool
) -> Reply:
    """Carry it out, and say what has to be said: to who clicked only what the card does not show."""
    given, now = await ask(services, call, incident, command)
    if given is None:
        return Reply(None)
    if given.code is AnswerCode.NO_SUCH_INCIDENT or now is None or now.product != services.product:
        return Reply(view.no_such(incident, (), Offer("incident.why", "Why?")))
    return Reply(view.answered(given, now, did, typed=typed), replaces=False)
