"""`/launch check` and the buttons of its report: look now, look again, show the evidence."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from bot.commands import words
from bot.commands.base import Call, Reply, action, command
from bot.document import Document
from bot.services.audit import Busy, NoConfiguration, NotListed
from bot.services.baseline import Drifted, told
from bot.services.container import Services
from bot.store import audits
from bot.store.audits import Audit
from bot.store.db import StoreError
from bot.views import audit as view
from bot.views import notice
from bot.views.setup import setup
from checks.report import Report
from checks.runner import UnknownName


@command(
    "check",
    usage="check [family, check or host]",
    help="Looks at everything now, and says go or no-go with what to fix first.",
    examples=("/launch check", "/launch check mail", "/launch check tls.expiry", "/launch check app.example.com"),
)
async def check(call: Call, services: Services) -> Reply:
    """Begin an audit; its own message tells of the progress and becomes the report."""
    try:
        await services.audits.start(user=call.user, channel=call.channel, only=call.args)
    except NoConfiguration:
        error = services.config.error
        problems = tuple(map(str, error.problems)) if error else ()
        return Reply(setup(services.config.path.name, problems))
    except NotListed as error:
        return Reply(notice.not_listed(error.name, line=error.line, command=error.command, nearest=error.nearest))
    except UnknownName as error:
        return Reply(notice.unknown_name(error.name, error.nearest))
    except Busy as error:
        return Reply(_busy(error.audit))
    except StoreError:
        return Reply(notice.store_trouble())
    return Reply(None)


@action("audit.rerun")
async def rerun(call: Call, services: Services) -> Reply:
    """The same audit again; the button's value holds what it was limited to."""
    return await check(replace(call, args=tuple(words.split(call.value))), services)


@action("audit.detail")
async def detail(call: Call, services: Services) -> Reply:
    """The report with every step and the evidence, for the person who asked."""
    if not call.value.isascii() or not call.value.isdigit() or len(call.value) > 15:
        return Reply(notice.no_report())
    number = int(call.value)

    def look(connection: sqlite3.Connection) -> tuple[Audit | None, Report | None, Drifted]:
        return (
            audits.get(connection, number),
            audits.report(connection, number),
            told(connection, services.product, number),
        )

    audit, report, drifted = await services.store.read(look)
    if audit is None or report is None or audit.product != services.product:
        return Reply(notice.no_report())
    people = services.config.people
    books = services.runbooks.books
    return Reply(
        view.report(report, detail=True, audit=audit.id, only=audit.only, people=people, drifted=drifted, books=books)
    )


def _busy(audit: Audit) -> Document:
    return notice.already_running(asked_by=audit.asked_by, since=audit.asked_at, done=audit.done, total=audit.total)
