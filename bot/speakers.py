"""What there is to say about each kind of subject: stored state in, document out."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.slack import EVENT_TYPE
from bot.blockkit.validator import validate_message
from bot.document import Document, Note, words
from bot.services.baseline import told
from bot.store import audits
from bot.store.audits import Audit, Stage
from bot.store.outbox import Delivery
from bot.views import audit as view

log = logging.getLogger(__name__)

Render = Callable[[Document], dict[str, Any]]
MAY_REPEAT = "Slack did not confirm the first attempt, so you may see this message twice."


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be said about a subject at this moment."""

    document: Document
    rev: int
    """The subject's revision that the document shows."""
    person: str = ""
    """Slack user who gets it as a direct message where the channel refuses it."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """How one kind of subject (`audit` in `audit:12`) speaks."""

    say: Callable[[sqlite3.Connection, int, Delivery], Said | None]
    """What a row of the outbox says about the subject of that number; None: there is nothing to say any more."""
    sent: Callable[[sqlite3.Connection, int, str, str], None]
    """Told, in the transaction that marks it, in which channel and under which ts its message stands."""


def speakers(people: Mapping[str, str]) -> Mapping[str, Speaker]:
    """Who speaks for each kind of subject; `people` leads from names in launch.yml to Slack user ids."""

    def audit(connection: sqlite3.Connection, id: int, _row: Delivery) -> Said | None:
        found = audits.get(connection, id)
        return None if found is None else Said(_audit(connection, found, people), found.rev, found.asked_by)

    return {"audit": Speaker(audit, audits.shown)}


def _audit(connection: sqlite3.Connection, audit: Audit, people: Mapping[str, str]) -> Document:
    match audit.stage:
        case Stage.RUNNING:
            return view.progress(
                done=audit.done,
                total=audit.total,
                now=audit.looking_at,
                asked_by=audit.asked_by,
                since=audit.asked_at,
                only=audit.only,
            )
        case Stage.INTERRUPTED:
            return view.interrupted(done=audit.done, total=audit.total, only=audit.only)
        case Stage.DONE:
            found = audits.report(connection, audit.id)
            if found is not None:
                before = None if audit.previous is None else audits.report(connection, audit.previous)
                drifted = told(connection, audit.product, audit.id)
                return view.report(found, before, audit=audit.id, only=audit.only, people=people, drifted=drifted)
    return view.failed(audit.problem, only=audit.only)


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
