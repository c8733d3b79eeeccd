"""What there is to say about an audit: how far it has come, its report, or why there is none."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from bot.document import Document
from bot.domain.runbook.book import Runbook
from bot.services.baseline import told
from bot.speakers.said import Said
from bot.store import audits
from bot.store.audits import Audit, Stage
from bot.views import audit as view


def say(
    connection: sqlite3.Connection, people: Mapping[str, str], books: Mapping[str, Runbook], id: int
) -> Said | None:
    """The audit of that number; `people` leads from names in launch.yml to Slack user ids."""
    found = audits.get(connection, id)
    return None if found is None else Said(_document(connection, found, people, books), found.rev, found.asked_by)


def _document(
    connection: sqlite3.Connection, audit: Audit, people: Mapping[str, str], books: Mapping[str, Runbook]
) -> Document:
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
                return view.report(
                    found, before, audit=audit.id, only=audit.only, people=people, drifted=drifted, books=books
                )
    return view.failed(audit.problem, only=audit.only)
