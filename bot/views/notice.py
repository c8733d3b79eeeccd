"""Small answers: what could not be done, why, and what to type next."""

from __future__ import annotations

from datetime import datetime

from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Person,
    Preformatted,
    Progress,
    Strong,
    Time,
    Tone,
    Words,
)
from bot.views.prose import sentence


def not_listed(name: str, *, line: str, command: str, nearest: tuple[str, ...] = ()) -> Document:
    """A host that is not in launch.yml: no packet was sent; what to add, and how to look at it from the terminal."""
    hint: tuple[Part, ...] = (Paragraph(("Did you mean ", *_choices(nearest), "?")),) if nearest else ()
    return Document(
        headline="That host is not in launch.yml",
        parts=(
            Paragraph(
                ("From Slack I only look at hosts that you have written down. Nothing was sent to ", Code(name), ".")
            ),
            *hint,
            Paragraph(
                ("If it is yours, add this line under ", Code("hosts:"), " in launch.yml and start the bot again:")
            ),
            Preformatted(line),
            Paragraph(("To look at it once without that, type in a terminal:",)),
            Preformatted(command),
        ),
        tone=Tone.WARN,
        fallback=f"{name} is not in launch.yml, so it was not looked at.",
    )


def unknown_name(name: str, nearest: tuple[str, ...] = ()) -> Document:
    """A word that is no family, no check and no host."""
    hint: Words = (" Did you mean ", *_choices(nearest), "?") if nearest else ()
    first = nearest[0] if nearest else "mail"
    examples = (f"/launch check {first}", "/launch check")
    return Document(
        headline="I do not know that name",
        parts=(
            Paragraph((Code(name[:80] or " "), " is no family of checks, no check and no host of launch.yml.", *hint)),
            Listing(tuple(Item((Code(example),)) for example in examples)),
        ),
        tone=Tone.WARN,
        fallback=f"{name[:80]} is no family of checks, no check and no host.",
    )


def unknown_place(name: str, nearest: tuple[str, ...] = ()) -> Document:
    """`status` was asked about something that is neither a host nor a monitor."""
    hint: Words = (" Did you mean ", *_choices(nearest), "?") if nearest else ()
    first = nearest[0] if nearest else ""
    return Document(
        headline="I do not know that place",
        parts=(
            Paragraph((Code(name[:80] or " "), " is neither a host nor a monitor of launch.yml.", *hint)),
            Listing(tuple(Item((Code(f"/launch status {one}".rstrip()),)) for one in dict.fromkeys((first, "")))),
        ),
        tone=Tone.WARN,
        fallback=f"{name[:80]} is neither a host nor a monitor of launch.yml.",
    )


def already_running(*, asked_by: str, since: datetime, done: int, total: int) -> Document:
    """A second audit was asked for while one runs."""
    return Document(
        headline="A check is running already",
        parts=(
            Paragraph(
                (Person(asked_by), " asked for it at ", Time(since), ". Its result appears where it was asked for.")
            ),
            Progress(done, total),
        ),
        fallback=f"A check is running already: {done} of {total} questions are answered.",
    )


def store_trouble() -> Document:
    """Nothing could be written down, so nothing was begun."""
    return Document(
        headline="I could not write that down",
        parts=(
            Paragraph(("The disk of the bot is full or out of reach, so nothing was begun and nothing is lost.",)),
            Paragraph(("Make room in its data folder, then try again.",)),
        ),
        tone=Tone.BAD,
        fallback="The bot could not write that down, so nothing was begun; make room in its data folder.",
    )


def kept_for_later() -> Document:
    """It is written down, and will be carried out once the disk takes more."""
    return Document(
        headline="I could not do that yet",
        parts=(
            Paragraph(("I have written down what you asked for, but the disk of the bot takes nothing more.",)),
            Paragraph(("I try again every few seconds. Make room in its data folder; you need not click again.",)),
        ),
        tone=Tone.BAD,
        fallback="The disk of the bot is full: what you asked for is written down, and done once there is room.",
    )


def done() -> Document:
    """What was clicked in a dialog is done."""
    return Document(
        "Done", (Paragraph(("Close this; the page behind it shows the present state.",)),), Tone.GOOD, "Done."
    )


def no_dialog() -> Document:
    """Slack did not open a dialog in time."""
    return Document(
        headline="Slack did not open the dialog",
        parts=(Paragraph(("Nothing was done. Please click again, or type ", Code("/launch help"), ".")),),
        tone=Tone.WARN,
        fallback="Slack did not open the dialog, so nothing was done; please click again.",
    )


def no_report() -> Document:
    """The detail of an audit was asked for that is not there any more."""
    return Document(
        headline="That report is not there any more",
        parts=(
            Paragraph(("Reports are kept for a while only. A new check shows the present state.",)),
            Actions((Action("audit.rerun", "Check Now", primary=True, command="/launch check"),)),
        ),
        tone=Tone.UNKNOWN,
        fallback="That report is not there any more; a new check shows the present state.",
    )


def old_button() -> Document:
    """A button of an older version was clicked."""
    return Document(
        headline="That button is from an older version",
        parts=(
            Paragraph(("Nothing was done.",)),
            Paragraph(("The present state, with buttons that work: ", Code("/launch status"))),
        ),
        tone=Tone.WARN,
        fallback="That button is from an older version, so nothing was done; type /launch status.",
    )


def our_fault(reference: str) -> Document:
    """The bot itself made a mistake; the reference stands beside the traceback in its log."""
    return Document(
        headline="That went wrong on my side",
        parts=(
            Paragraph(("You did nothing wrong. Please try again.",)),
            Note(("If it happens again, look for ", Code(reference), " in the bot's log.")),
        ),
        tone=Tone.BAD,
        fallback=f"That went wrong on the bot's side; its log has the reference {reference}.",
    )


def not_allowed(what: str) -> Document:
    """Only owners may do it."""
    return Document(
        headline="Only an owner may do that",
        parts=(
            Paragraph((sentence(what or "This changes something for everybody"),)),
            Paragraph(("Owners are the people with ", Code("role: owner"), " in launch.yml. Ask one of them.")),
        ),
        tone=Tone.WARN,
        fallback="Only an owner of this product may do that.",
    )


def hello(*, configured: bool, alerts: bool = False) -> Document:
    """Said once in a channel that the bot was invited to; aloud, where alerts come there from now on."""
    first: Words = (
        ("Type ", Code("/launch check"), " and I tell you whether it is safe to launch.")
        if configured
        else ("I do not know your product yet. Type ", Code("/launch setup"), " to begin.")
    )
    return Document(
        headline="Hello, I look after your launch",
        parts=(
            Paragraph(first),
            Paragraph(
                ("Everybody here can ask ", Code("/launch status"), ". I speak up only when a person is needed.")
            ),
            *(_here if alerts else ()),
        ),
        fallback="Hello, I look after your launch: type /launch status at any time.",
    )


_here = (
    Paragraph((Strong("Alerts come to this channel from now on"), ": it is the first one that I was invited to.")),
    Paragraph(("To choose another one, add this to launch.yml: ", Code('channels: {alerts: "#ops"}'))),
)


def _choices(names: tuple[str, ...]) -> Words:
    spans: list[Code | str] = []
    for index, name in enumerate(names[:3]):
        spans += [" or ", Code(name)] if index else [Code(name)]
    return tuple(spans)
