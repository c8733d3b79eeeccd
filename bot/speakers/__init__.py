"""What there is to say about each kind of subject: stored state in, document out."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.adapters.slack import EVENT_TYPE
from bot.blockkit.validator import validate_message
from bot.clock import Clock
from bot.document import Note, words
from bot.services.config import Config
from bot.speakers import audit, calendar, incident, perf, smoke
from bot.speakers.said import Render, Said, Speaker
from bot.store import audits, incidents
from bot.store.outbox import Delivery

__all__ = ["Render", "Said", "Speaker", "compose", "speakers"]

log = logging.getLogger(__name__)

MAY_REPEAT = "Slack did not confirm the first attempt, so you may see this message twice."


def speakers(config: Config, clock: Clock) -> Mapping[str, Speaker]:
    """Who speaks for each kind of subject."""

    def of_audit(connection: sqlite3.Connection, id: int, _row: Delivery) -> Said | None:
        return audit.say(connection, config.people, config.library.books, id)

    def of_incident(connection: sqlite3.Connection, id: int, row: Delivery) -> Said | None:
        return incident.say(connection, config, id, row, clock.now())

    return {
        "audit": Speaker(of_audit, audits.shown),
        "incident": Speaker(of_incident, incidents.shown),
        "smoke": smoke.speaker(config),
        "perf": perf.speaker(),
        **_of_the_calendar(config, clock),
    }


def _of_the_calendar(config: Config, clock: Clock) -> dict[str, Speaker]:
    """Days, mornings, weeks and coverage: nobody needs to know where their messages stand."""

    def of_day(connection: sqlite3.Connection, id: int, row: Delivery) -> Said | None:
        return calendar.digest(connection, config, id, row, clock.now())

    def of_morning(connection: sqlite3.Connection, _id: int, row: Delivery) -> Said | None:
        return calendar.morning(connection, config, row, clock.now())

    def of_week(connection: sqlite3.Connection, id: int, _row: Delivery) -> Said | None:
        return calendar.noise(connection, config, id)

    def of_coverage(connection: sqlite3.Connection, _id: int, _row: Delivery) -> Said | None:
        return calendar.covered(connection, config, clock.now())

    def nothing(_connection: sqlite3.Connection, _id: int, _channel: str, _ts: str) -> None:
        return None

    spoken = {"digest": of_day, "morning": of_morning, "noise": of_week, "coverage": of_coverage}
    return {kind: Speaker(say, nothing) for kind, say in spoken.items()}


def compose(row: Delivery, said: Said, render: Render) -> dict[str, Any]:
    """The message of a row: what is said, marked with the delivery id by which it is found again in Slack's history."""
    document = said.document
    if row.may_repeat:
        document = replace(document, parts=(*document.parts, Note(words(MAY_REPEAT))))
    message = render(document)
    payload = {"d": row.delivery_id, "i": row.subject, "rev": said.rev}
    message["metadata"] = {"event_type": EVENT_TYPE, "event_payload": payload}
    for problem in validate_message(message):
        # Slack decides what it takes; the log tells us what we should not have built.
        log.warning("%s: %s", row.subject, problem)
    return message
