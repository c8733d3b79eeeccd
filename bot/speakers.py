"""What there is to say about each kind of subject: stored state in, document out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.document import Document
from bot.store import audits


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

    say: Callable[[sqlite3.Connection, int], Said | None]
    """None: there is nothing to say any more."""
    sent: Callable[[sqlite3.Connection, int, str, str], None]
    """Told, in the transaction that marks it, in which channel and under which ts its message stands."""


def _audit(connection: sqlite3.Connection, id: int) -> Said | None:
    from bot.views import audit as view

    audit = audits.get(connection, id)
    if audit is None:
        return None
    report = audits.report(connection, id)
    previous = None if audit.previous is None else audits.report(connection, audit.previous)
    return Said(view.message(audit, report, previous), audit.rev, audit.asked_by)


SPEAKERS: Mapping[str, Speaker] = {"audit": Speaker(_audit, audits.shown)}
