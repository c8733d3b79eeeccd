"""Short answers about smoke flows: there are none yet, none of that name, one is under way, and which there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.document import (
    Code,
    Document,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Person,
    Preformatted,
    Progress,
    Time,
    Tone,
    Words,
)
from bot.views.prose import count, listed
from checks.flow.model import Flow

if TYPE_CHECKING:
    from bot.store.walks import Walk

CAN: Mapping[str, str] = {"login": "log in", "signup": "sign up", "payment": "pay"}
"""What customers do on the walks that everything depends on."""
SHOWN = 12


def none_yet(snippet: str, file: str = "launch.yml", *, here: str = "/launch smoke") -> Document:
    """There are no flows: what they are for, and one to begin with. `here`: how a walk is asked for at this place."""
    return Document(
        headline="No flows to walk yet",
        parts=(
            Paragraph(
                (
                    "A flow is a short walk that a customer takes: open the page, log in, see the dashboard.",
                    " I walk it after each deploy and say which step fails, before customers do.",
                )
            ),
            Heading(f"Copy this into {file} and change what is yours"),
            Preformatted(snippet),
            Paragraph(("Then type ", Code(here), " here. More flows to copy are in docs/flows.md.")),
            Note(("Passwords never belong into that file: it names the environment variables that hold them.",)),
        ),
        tone=Tone.UNKNOWN,
        fallback="There are no flows in launch.yml yet; the message holds one to copy.",
    )


def unknown(name: str, nearest: Sequence[str], flows: Sequence[str]) -> Document:
    """No flow is called like that."""
    there = tuple(nearest) or tuple(flows)
    choice: Words = (" Did you mean ", *_choices(there), "?") if nearest else ()
    return Document(
        headline="I do not know that flow",
        parts=(
            Paragraph((Code(name[:80] or " "), " is no flow of launch.yml.", *choice)),
            Listing(tuple(Item((Code(f"/launch smoke {one}"),)) for one in there[:SHOWN])),
        ),
        tone=Tone.WARN,
        fallback=f"{name[:80]} is no flow of launch.yml; there is {listed(tuple(flows), 8)}.",
    )


def _choices(names: Sequence[str], between: str = " or ") -> Words:
    spans: list[str | Code] = []
    for place, name in enumerate(names):
        spans += [between if place else "", Code(name)]
    return tuple(spans)


def busy(walk: Walk) -> Document:
    """The same was asked for a moment ago."""
    return Document(
        headline="That is being walked already",
        parts=(
            Paragraph(
                (
                    Person(walk.asked_by) if walk.asked_by else "Somebody",
                    " asked for it at ",
                    Time(walk.asked_at),
                    ". The result appears where it was asked for.",
                )
            ),
            Progress(walk.course.done, walk.course.total, walk.course.now),
        ),
        fallback="The same flows are being walked already; the result appears where it was asked for.",
    )


def listing(flows: Sequence[Flow], unset: Collection[str] = ()) -> Document:
    """Every flow, what it walks and needs; `unset` are environment variables that are not set here."""
    items = []
    for one in flows:
        missing = [name for name in one.secrets.values() if name in unset]
        lines: list[Words] = [(f"{count(len(one.steps), 'step')} at {one.base}",)]
        if one.carries in CAN:
            lines.append((f"Customers {CAN[one.carries]} like this.",))
        if one.secrets:
            lines.append(("Needs ", *_choices(tuple(one.secrets.values()), " and "), " in the environment."))
        if missing:
            lines.append(("Not set here: ", *_choices(missing, " and "), "."))
        tone = Tone.WARN if missing else Tone.PLAIN
        items.append(Item((Code(one.id), f" · {one.title}"), tuple(lines), tone))
    return Document(
        f"{count(len(flows), 'flow')} in launch.yml",
        (Listing(tuple(items), limit=100), Note(("Walk one: ", Code(f"launch smoke {flows[0].id}")))),
    )
