"""What becomes of an incident's message that Slack does not take: nothing that must be known is left lying.

Refused for good: the card goes to its owner, else to the last resort, else by the second routes, else into a file. A
token that is refused leaves out the persons, for Slack would refuse those messages too. Waiting for too long: the
second routes tell it while Slack is tried on. All of it is asked for in the transaction that notices it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.incident import Incident
from bot.domain.severity import Sev
from bot.services.config import Config
from bot.services.people import People
from bot.services.second_routes import REFUSED, SILENT
from bot.store import incidents, outbox, second_routes, sending
from bot.store.outbox import Delivery, Kind, Prio, State
from bot.store.second_routes import FILE

TOO_LONG = timedelta(minutes=2)
"""A card or a call that waits for Slack for longer is told by the second routes."""
OF_THE_MESSAGE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
"""Refusals that concern one message, not the place where it stands."""


class Fallbacks:
    """Decides where else a message goes. It sends nothing: it asks for rows."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config = config
        self._waited: frozenset[int] = frozenset()

    def refused(
        self, connection: sqlite3.Connection, row: Delivery, now: datetime, *, error: str, everywhere: bool
    ) -> None:
        """Slack has refused a row for good; `everywhere` where it is the token that is refused."""
        incident = _live(connection, row)
        if incident is None:
            return
        people = People.of(self._config())
        duty = people.duty(connection, incident.service, now)
        resort = duty.last_resort.slack if duty.last_resort is not None else ""
        if everywhere:
            if row.kind in (Kind.ROOT, Kind.DM):
                self._by_routes(connection, row, now, people, person=_person(row) or duty.owner.slack, why=REFUSED)
            return
        if row.about and row.kind is Kind.DM:
            if resort in ("", row.channel) or not _call(connection, row, now, resort):
                self._by_routes(connection, row, now, people, person=row.channel, why=REFUSED)
            return
        if row.about and row.kind is Kind.ROOT:
            if not duty.owner.slack or not _call(connection, row, now, duty.owner.slack):
                self._by_routes(connection, row, now, people, person=duty.owner.slack, why=REFUSED)
            return
        if error in OF_THE_MESSAGE:
            return
        for user in dict.fromkeys(filter(None, (duty.owner.slack, resort))):
            there = _card_of(connection, row, user)
            if there is None:
                outbox.post_to_person(connection, row.product, row.subject, now, user=user, prio=_prio(row))
            if there is None or there.state is not State.DEAD:
                return
        self._by_routes(connection, row, now, people, person=duty.owner.slack, why=REFUSED)

    def overdue(self, connection: sqlite3.Connection, now: datetime) -> int:
        """Ask for second routes where a card or a call of a bad incident waits too long. Says for how many.

        Only what was waiting at the look before too: after a sleep of the machine all is late, and goes at once.
        """
        people = People.of(self._config())
        waiting = self._waiting(connection, people.product, now - TOO_LONG)
        before, self._waited = self._waited, frozenset(row.number for row, _ in waiting)
        asked = 0
        for row, incident in waiting:
            if row.number in before and people.second_routes:
                owner = people.duty(connection, incident.service, now).owner.slack
                asked += self._by_routes(connection, row, now, people, person=_person(row) or owner, why=SILENT)
        return asked

    def oldest(self, connection: sqlite3.Connection, now: datetime) -> datetime | None:
        """Since when the oldest card or call of a bad incident waits for Slack; None: none does."""
        waiting = self._waiting(connection, self._config().product, now)
        return min((row.created_at for row, _ in waiting), default=None)

    def _waiting(
        self, connection: sqlite3.Connection, product: str, before: datetime
    ) -> list[tuple[Delivery, Incident]]:
        return [
            (row, incident)
            for row in sending.waiting(connection, product, before)
            if (incident := _live(connection, row)) is not None and incident.sev in (Sev.ONE, Sev.TWO)
        ]

    def _by_routes(
        self, connection: sqlite3.Connection, row: Delivery, now: datetime, people: People, *, person: str, why: str
    ) -> int:
        return sum(
            second_routes.ask(
                connection, row.product, row.subject, now, about=row.about, route=route, person=person, why=why
            )
            for route in people.routes(person) or (FILE,)
        )


def _live(connection: sqlite3.Connection, row: Delivery) -> Incident | None:
    """The incident that a row is about, while it is somebody's business."""
    kind, _, id = row.subject.partition(":")
    if kind != "incident" or not id.isdigit():
        return None
    found = incidents.get(connection, int(id))
    return found if found is not None and found.live else None


def _call(connection: sqlite3.Connection, row: Delivery, now: datetime, user: str) -> bool:
    """The same event to somebody else; False where that was refused before."""
    outbox.tell(
        connection, row.product, row.subject, now, user=user, about=row.about, prio=_prio(row), said=dict(row.said)
    )
    rows = outbox.trail(connection, row.product, row.subject)
    return any(
        (each.kind, each.about, each.channel) == (Kind.DM, row.about, user) and each.state is not State.DEAD
        for each in rows
    )


def _card_of(connection: sqlite3.Connection, row: Delivery, user: str) -> Delivery | None:
    rows = outbox.trail(connection, row.product, row.subject)
    return next((one for one in rows if one.kind is Kind.DM and not one.about and one.channel == user), None)


def _person(row: Delivery) -> str:
    return row.channel if row.kind is Kind.DM else ""


def _prio(row: Delivery) -> Prio:
    return Prio.URGENT if row.prio == Prio.URGENT else Prio.PERSON
