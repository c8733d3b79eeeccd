"""`/launch export`: the story of an incident as files that outlive Slack's history, and as text to copy."""

from __future__ import annotations

import asyncio
import json
import logging

from bot.commands import which
from bot.commands.base import Call, Reply, action, command
from bot.commands.why import last
from bot.document import Code, Document, Heading, Item, Listing, Note, Paragraph, Part, Preformatted, Tone
from bot.services.container import Services
from bot.services.stories import Story, folder, keep, story
from bot.views import answered, notice
from bot.views.answered import Offer
from bot.views.timeline import export_json, export_markdown

log = logging.getLogger(__name__)

OFFER = Offer("incident.export", "Export", "/launch export INC-n", over=True)
SHOWN = 2600
"""Characters of the text that are shown in Slack; the files hold all of it."""


@command(
    "export",
    usage="export [INC-n]",
    help="Writes the whole story of an incident into files, as Markdown and JSON, with a draft for your customers.",
    examples=("/launch export INC-12", "/launch export"),
)
async def export(call: Call, services: Services) -> Reply:
    """One incident; the last one where none is live."""
    number, _ = which.take(call.args, bare=True)
    found = await which.one_of(services, number if number is not None else await last(services), OFFER)
    return found if isinstance(found, Reply) else await _export(call, services, found.id)


@action("incident.export")
async def clicked(call: Call, services: Services) -> Reply:
    """The button where it was asked which one."""
    named = which.from_value(call.value)
    return Reply(notice.old_button()) if named is None else await _export(call, services, named.incident)


async def _export(call: Call, services: Services, number: int) -> Reply:
    found = await story(services, number, call.now)
    if found is None:
        return Reply(answered.no_such(number, (), OFFER))
    text, data = texts(found)
    try:
        kept = await asyncio.to_thread(keep, folder(services), found.incident.name, {"md": text, "json": data})
    except OSError as error:
        log.warning("an export could not be written: %s", error)
        kept = ()
    return Reply(_shown(found, text, tuple(str(path) for path in kept)))


def texts(found: Story) -> tuple[str, str]:
    """The story as Markdown and as JSON."""
    return export_markdown(found), json.dumps(export_json(found), ensure_ascii=False, indent=2) + "\n"


def _shown(found: Story, text: str, files: tuple[str, ...]) -> Document:
    name = found.incident.name
    where: tuple[Part, ...] = (
        (
            Paragraph(("It lies on the machine of the bot:",)),
            Listing(tuple(Item((Code(file),)) for file in files)),
        )
        if files
        else (Paragraph(("The bot could not write files: its disk is full or out of reach. Copy the text instead.",)),)
    )
    more = len(text) - SHOWN
    rest = (Note((f"{more} more characters stand in the file.",)),) if more > 0 else ()
    return Document(
        f"The story of {name}",
        (*where, Heading("To copy"), Preformatted(text[:SHOWN]), *rest),
        Tone.PLAIN if files else Tone.WARN,
        fallback=f"The story of {name}" + (f" is written to {files[0]}." if files else ", to copy."),
    )
