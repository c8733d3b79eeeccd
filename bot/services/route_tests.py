"""A test over each second route, when a person asks for it: does the provider take a message?

Nothing of it is a row of the outbox, for nothing must be known by anybody. What was asked for is in the journal.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.adapters import notify
from bot.adapters.notify import NotDelivered, Note
from bot.config.settings import variable
from bot.services.second_routes import named, way_of
from bot.store import journal, settings
from bot.store.codes import from_ms, to_ms
from checks.masking import mask

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile
    from bot.config.team import Route
    from bot.services.container import Services

TESTED = "second_routes:tested"
"""In the store's settings: when somebody asked for a test last."""
FAILED = "second_routes:failed"
"""In the store's settings: why the last test did not arrive by every route; "" where each was taken."""
PAUSE = timedelta(minutes=1)
"""An SMS costs money, and a button invites to be clicked twice."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How the test of one route went."""

    route: str
    """`email to a…@acme.example`."""
    taken: bool
    """The provider took it; whether it reaches anybody, only people can say."""
    why: str = ""
    """Where it was not: why, without anything secret."""
    seconds: float = 0.0


def test_note(product: str, asked_by: str, now: datetime) -> Note:
    """What a test says."""
    who = f" {asked_by} asked for it." if asked_by else ""
    title = f"Test: {product} would reach you here"
    text = (
        f"Nothing is broken: this is a test of Launch Ready.{who}\n"
        "Here you are told of an outage that nobody answers in Slack, and while Slack itself is out of order."
    )
    short = f"Test of Launch Ready: {product} would reach you here. Nothing is broken."
    return Note(str(uuid.uuid4()), 0, title, text, short[:160], {"type": "test", "product": product,
                                                                  "at": now.isoformat()})  # fmt: skip


async def try_each(
    file: LaunchFile, note: Note, *, person: str = "", secret: Callable[[str], str] = variable
) -> tuple[Tried, ...]:
    """Send it by every route of `launch.yml` at the same time; `person` is the Slack id of who asked, for mailboxes."""
    routes = file.channels.second_route if file.channels is not None else ()
    mailbox = _mailbox(file, person)
    return tuple(await asyncio.gather(*(_try(route, mailbox, note, file, secret) for route in routes)))


async def _try(route: Route, mailbox: str, note: Note, file: LaunchFile, secret: Callable[[str], str]) -> Tried:
    own = route.kind == "email" and route.to is None and mailbox
    name = f"{named(route)}, to {mask(mailbox)}" if own else named(route)
    begun = time.monotonic()
    try:
        await notify.send(way_of(route, mailbox, secret), note, ca_file=file.network.ca_file or "")
    except NotDelivered as error:
        return Tried(name, False, mask(str(error)), time.monotonic() - begun)
    return Tried(name, True, seconds=time.monotonic() - begun)


async def remember(services: Services, tried: tuple[Tried, ...]) -> None:
    """Keep how the test went: a runbook asks whether a second route can be relied on."""
    now, product = services.clock.now(), services.product
    why = "; ".join(f"{one.route}: {one.why}" for one in tried if not one.taken)[:300]
    await services.store.write(lambda c: settings.put(c, product, FAILED, why, now))


def _mailbox(file: LaunchFile, person: str) -> str:
    """The mailbox of who asked, else the first that is known."""
    known = [one for one in file.people.values() if one.email]
    own = [one.email for one in known if person and one.slack == person]
    return next(iter([*own, *(one.email for one in known)]), None) or ""


async def ask(services: Services, user: str) -> bool:
    """Write down that somebody asks for it; False where somebody did less than a minute ago."""
    now, product = services.clock.now(), services.product

    def work(connection: sqlite3.Connection) -> bool:
        last = settings.get(connection, product, TESTED)
        if last.isdigit() and timedelta(0) <= now - from_ms(int(last)) < PAUSE:
            return False
        settings.put(connection, product, TESTED, str(to_ms(now)), now, author=user)
        journal.note(connection, product, now, actor=user, did="second_routes.tested")
        return True

    return await services.store.write(work)
