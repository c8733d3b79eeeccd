"""The handover on paper and in Slack: each line with where it comes from, each part with who found it right."""

from __future__ import annotations

from bot.blockkit.words import one_line
from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Facts,
    Heading,
    Item,
    Link,
    Listing,
    Note,
    Paragraph,
    Person,
    Span,
    Strong,
    Table,
    Time,
    Tone,
    Words,
)
from bot.document import Part as Block
from bot.domain.handover import Handover, Line, Origin, Part, Standing, State

SHOWN = 25
"""Lines of one part in Slack; the file has all of them."""
ALL = 500
_TONES = {State.GOOD: Tone.GOOD, State.BAD: Tone.BAD, State.UNKNOWN: Tone.UNKNOWN, State.PLAIN: Tone.PLAIN}
_LABELS = {State.GOOD: "In order", State.BAD: "To do", State.UNKNOWN: "Not known", State.PLAIN: ""}
_VERDICTS = {
    "go": "Go: nothing that must be repaired before launch",
    "no-go": "No-go: something must be repaired before launch",
    "not-proven": "Not proven: something important could not be seen",
    "": "Not looked at yet",
}


def whole(found: Handover) -> Document:
    """All of it, as a page to keep: for a file, a printer, a terminal."""
    parts: list[Block] = [_head(found), Note(_promise())]
    for part in found.parts:
        parts += [Heading(part.title), *_body(found, part, ALL)]
    return Document(_title(found), tuple(parts), _tone(found))


def summary(found: Handover, saved: tuple[str, ...] = ()) -> Document:
    """The parts on one screen, each with how far it can be relied on."""
    parts: list[Block] = [_head(found)]
    if saved:
        parts += [
            Paragraph(("Written to files on the machine of the bot. Nothing secret is in them:",)),
            Listing(tuple(Item((Code(one),)) for one in saved)),
        ]
    parts.append(Listing(tuple(_entry(found, part) for part in found.parts), limit=len(found.parts)))
    write = Action("handover.file", "Write It to a File", command="/launch handover file")
    parts += [Actions((write,)), Note(_promise())]
    return Document(_title(found), tuple(parts), _tone(found), fallback=f"{_title(found)}: {_open(found)}.")


def one_part(found: Handover, part: Part, said: str = "") -> Document:
    """One part in full, with the button that confirms it. `said`: what has just been done."""
    blocks: list[Block] = [Paragraph((said,))] if said else []
    blocks += _body(found, part, SHOWN)
    standing = found.standing(part)
    right = Action(
        "handover.confirm",
        "This Is Right",
        f"{part.id}:{part.digest}",
        primary=True,
        command=f"/launch handover confirm {part.id}",
    )
    back = Action("handover.reopen", "Not Right Any More", part.id, command=f"/launch handover reopen {part.id}")
    buttons = [right] if standing in (Standing.OPEN, Standing.CHANGED) else []
    buttons += [back] if standing is Standing.CONFIRMED else []
    listing = Action("handover.list", "All Parts", command="/launch handover")
    return Document(part.title, (*blocks, Actions((*buttons, listing))), Tone.PLAIN)


def no_such(found: Handover, name: str, nearest: str) -> Document:
    """A word that names no part."""
    hint: Words = ("Did you mean ", Code(f"/launch handover {nearest}"), "?") if nearest else ()
    names = ", ".join(part.id for part in found.parts)
    return Document(
        f"No part of the handover is called {one_line(name, 40)}",
        (*((Paragraph(hint),) if hint else ()), Paragraph((f"The parts are: {names}.",))),
        Tone.WARN,
    )


def changed(part: Part) -> Document:
    """It says something else by now than the person read."""
    return Document(
        f"{part.title} has changed since you read it",
        (
            Paragraph(("Nothing was confirmed. Read it as it is now, then click again.",)),
            Actions((_show(part),)),
        ),
        Tone.WARN,
    )


def kept(part: Part) -> Document:
    """A part that nobody need confirm."""
    return Document(
        f"Nobody need confirm {part.title}",
        (Paragraph(("The bot keeps this part by itself, from what it sees and what you did with it.",)),),
    )


def not_confirmed(part: Part) -> Document:
    """Nothing to take back."""
    return Document(f"Nobody has confirmed {part.title}", (Actions((_show(part),)),))


def not_written(why: str) -> Document:
    """No file, and why."""
    said = f"Its disk is full or out of reach: {one_line(why, 200)}."
    return Document("The bot could not write the files", (Paragraph((said,)),), Tone.WARN)


def _title(found: Handover) -> str:
    return f"Handover of {one_line(found.product, 80) if found.product else 'your product'}"


def _tone(found: Handover) -> Tone:
    return Tone.BAD if found.verdict == "no-go" else Tone.UNKNOWN if found.verdict != "go" else Tone.PLAIN


def _open(found: Handover) -> str:
    confirm, questions = len(found.to_confirm), found.questions
    said = [f"{confirm} part{'' if confirm == 1 else 's'} to confirm"] if confirm else []
    said += [f"{questions} question{'' if questions == 1 else 's'} that nobody has answered"] if questions else []
    return ", ".join(said) if said else "every part confirmed, no question open"


def _head(found: Handover) -> Facts:
    looked: Words = (
        (_VERDICTS[found.verdict], " (", Time(found.looked_at, "both"), ")")
        if found.looked_at is not None
        else ("Not looked at yet: ", Code("/launch check"))
    )
    return Facts(
        (
            ("As of", (Time(found.now, "date"), ", ", Time(found.now, "time"))),
            ("Safe to launch", looked),
            ("Open", (_open(found),)),
        )
    )


def _promise() -> Words:
    return (
        "Made anew each time that somebody reads it, from what is measured, written down and done. ",
        "A part that changes after somebody confirmed it says so.",
    )


def _standing(found: Handover, part: Part) -> Words:
    standing, confirmed = found.standing(part), found.confirmed.get(part.id)
    if standing is Standing.KEPT:
        return ("Kept by the bot",)
    if confirmed is None:
        return ("Nobody has confirmed it yet",)
    who: Words = (_who(found, confirmed.by), ", ", Time(confirmed.at, "date"))
    if standing is Standing.CHANGED:
        return ("It has changed since it was confirmed by ", *who)
    return ("Confirmed by ", *who)


def _who(found: Handover, by: str) -> Span:
    """In a file a name says more than Slack's id; in Slack the id becomes the name."""
    return found.people.get(by, "") or Person(by)


def _entry(found: Handover, part: Part) -> Item:
    standing = found.standing(part)
    label = {
        Standing.CONFIRMED: "Confirmed",
        Standing.CHANGED: "Changed since",
        Standing.OPEN: "To confirm",
        Standing.KEPT: "",
    }[standing]
    count = len(part.questions)
    asks = f"{count} question{'' if count == 1 else 's'} that nobody has answered" if count else ""
    bad = sum(line.state is State.BAD for line in part.lines)
    does = f"{bad} to do" if bad else ""
    said = " · ".join(one for one in (does, asks) if one)
    return Item(
        (Strong(part.title),),
        ((said,),) if said else (),
        Tone.WARN if standing is Standing.CHANGED or bad else Tone.PLAIN,
        label,
        (_show(part),),
    )


def _show(part: Part) -> Action:
    return Action("handover.part", "Read It", part.id, command=f"/launch handover {part.id}")


def _body(found: Handover, part: Part, most: int) -> list[Block]:
    blocks: list[Block] = [Paragraph((part.about,))]
    if part.rows is not None:
        blocks.append(Table(part.rows.header, part.rows.rows))
    said = tuple(line for line in part.lines if line.origin is not Origin.NOBODY)
    if said:
        blocks.append(Listing(tuple(_item(found, line) for line in said), limit=most))
    if part.questions:
        blocks.append(Paragraph((Strong("Nobody has said yet"),)))
        blocks.append(Listing(tuple(_question(line) for line in part.questions), limit=most))
    blocks.append(Note((*_standing(found, part), *_looked(part))))
    return blocks


def _looked(part: Part) -> Words:
    """When the bot looked, once for the whole part: its lines come from one audit."""
    last = max((one.at for one in part.lines if one.origin is Origin.MEASURED and one.at is not None), default=None)
    return () if last is None else (" · Looked at ", Time(last, "date"), ", ", Time(last, "time"))


def _item(found: Handover, line: Line) -> Item:
    lines: list[Words] = [(one_line(said, 600),) for said in line.said]
    if line.link:
        lines.append((Link(line.link, line.link),) if line.link.startswith(("https://", "http://")) else (line.link,))
    if source := _source(found, line):
        lines.append(source)
    return Item((Strong(one_line(line.label, 150)),), tuple(lines), _TONES[line.state], _LABELS[line.state])


def _question(line: Line) -> Item:
    verb = "Type " if line.todo.startswith("/launch") else "Write to launch.yml: "
    return Item((Strong(one_line(line.label, 150)),), ((verb, Code(line.todo)),), Tone.UNKNOWN)


def _source(found: Handover, line: Line) -> Words:
    """Who said it and when; what stands in the file, or was looked at with the rest, needs no word."""
    if line.at is None or line.origin is Origin.MEASURED:
        return ()
    who: Words = (" by ", _who(found, line.by)) if line.by else ()
    return ("Said " if line.origin is Origin.SAID else "", Time(line.at, "date"), *who)
