"""An audit as its one message: how far it is, that it was cut off, or its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.document import Actions, Document, Note, Paragraph, Person, Progress, Time, Tone, Words
from bot.views.prose import NOBODY, listed, sentence
from bot.views.report import again, headline, report
from checks.report import Report

if TYPE_CHECKING:
    from bot.store.audits import Audit

__all__ = ["failed", "headline", "interrupted", "message", "progress", "report"]


def message(
    audit: Audit, found: Report | None, before: Report | None = None, *, people: Mapping[str, str] = NOBODY
) -> Document:
    """A stored audit as its one message: while it runs, when it was cut off, and when it is done.

    `people` leads from the names in launch.yml to Slack user ids.
    """
    match audit.stage.value:
        case "interrupted":
            return interrupted(done=audit.done, total=audit.total, only=audit.only)
        case "failed":
            return failed(audit.problem, only=audit.only)
        case "done" if found is not None:
            return report(found, before, audit=audit.id, only=audit.only, people=people)
        case _:
            return progress(
                done=audit.done,
                total=audit.total,
                now=audit.looking_at,
                asked_by=audit.asked_by,
                since=audit.asked_at,
                only=audit.only,
            )


def progress(
    *,
    done: int,
    total: int,
    now: str = "",
    asked_by: str = "",
    since: datetime | None = None,
    only: Sequence[str] = (),
) -> Document:
    """An audit that runs: edited in place until the report takes its place."""
    scope = listed(tuple(only)) if only else "everything in launch.yml"
    who: Words = (" for ", Person(asked_by)) if asked_by else ()
    began: Words = (", since ", Time(since)) if since else ()
    return Document(
        headline="Checking now",
        parts=(
            Paragraph((f"Looking at {scope}", *who, *began, ".")),
            Progress(done, total, f"Now: {now}" if now else ""),
            Note(("The result appears here, in this message. Looking changes nothing on your side.",)),
        ),
        fallback=f"The check is running: {done} of {total} questions are answered.",
    )


def interrupted(*, done: int, total: int, only: Sequence[str] = ()) -> Document:
    """An audit that a restart of the bot cut off."""
    return Document(
        headline="The check was cut off",
        parts=(
            Paragraph((f"The bot was stopped after {done} of {total} questions. Nothing was decided by it.",)),
            Actions((again(only),)),
        ),
        tone=Tone.UNKNOWN,
        fallback="The check was cut off because the bot was stopped; start it again.",
    )


def failed(problem: str, *, only: Sequence[str] = ()) -> Document:
    """An audit that ended by a mistake of the bot itself."""
    return Document(
        headline="The check could not be finished",
        parts=(
            Paragraph((sentence(problem or "The bot itself made a mistake"),)),
            Paragraph(("That is the bot's fault and says nothing about your product.",)),
            Actions((again(only),)),
        ),
        tone=Tone.UNKNOWN,
        fallback="The check could not be finished because of a mistake of the bot; it says nothing about your product.",
    )
