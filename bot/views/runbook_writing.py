"""Asking for what a runbook needs and nobody has written down yet."""

from __future__ import annotations

from bot.blockkit.words import clip
from bot.document import Action, Actions, Code, Document, Form, Note, Paragraph
from bot.document import Field as Entry
from bot.domain.runbook.known import Field

LONGEST = 300


def form(field: Field, value: str) -> Form:
    """The dialog for one field; `value` comes back with it."""
    return Form(
        "runbook.written",
        "Write it down once",
        "Write It Down",
        (
            Paragraph(("I show it in every runbook from now on, to everybody of your team. No passwords, no keys.",)),
            Note(("What launch.yml says about it wins over what is written here.",)),
        ),
        (Entry("value", field.question, field.hint, kind="long" if field.long else "text"),),
        value=value,
    )


def kept(field: Field, value: str) -> Document:
    """It is written down."""
    return Document(f"Written down: {field.label}", (Paragraph((Code(clip(value, LONGEST)),)),))


def refused(field: Field, why: str, value: str) -> Document:
    """Nothing was kept, and why."""
    again = Action("runbook.write", "Try Again", value)
    return Document(f"Not written down: {field.label}", (Paragraph((why,)), Actions((again,))))
