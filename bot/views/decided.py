"""`/launch dns`: which records are decided, by whom, what changed since; and the answer to each answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Person,
    Preformatted,
    Time,
    Tone,
)
from bot.services import refusals
from bot.views import drift
from bot.views.prose import count
from checks.record_sets import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.services.baseline import Conflict, Decided
    from bot.services.drift import Outcome
    from bot.store.baseline import Accepted, Offered
    from bot.store.drift import Answer

CHECK_NOW = Action("audit.rerun", "Check Now", primary=True, command="/launch check")
RULES = ("contains", "cname_to", "proxied_by", "any_in")


def decided(found: Decided) -> Document:
    """Everything about it on one screen."""
    parts: list[Part] = []
    if found.changes:
        parts.append(Listing(tuple(drift.change(one.change.seen, one) for one in found.changes), limit=15))
    if not found.accepted and not found.written:
        hint = "A check with nothing broken in DNS offers you what stands there."
        parts.append(Paragraph(("As long as nobody has, a change of your DNS goes unnoticed. ", hint)))
    if found.offer is not None:
        parts += drift.offer(found.offer)
    if found.accepted:
        parts += _accepted(found.accepted)
    if found.conflicts:
        parts += [Heading("launch.yml says something else"), Listing(tuple(map(_conflict, found.conflicts)))]
    if found.written and (found.accepted or found.offer is not None):
        parts.append(
            Note((f"launch.yml names {count(found.written, 'record')} too. Where both speak, the file counts.",))
        )
    elif found.written:
        only = f"launch.yml names {count(found.written, 'record')}, and nobody has accepted any other in Slack."
        parts.append(Paragraph((f"{only} A check with nothing broken in DNS offers you what stands there.",)))
    if found.accepted:
        parts.append(Note(("In a terminal ", Code("launch config patch"), " prints these as lines for launch.yml.")))
    parts.append(Actions((CHECK_NOW,)))
    return Document(_headline(found), tuple(parts), Tone.WARN if _open(found) else Tone.PLAIN)


def _headline(found: Decided) -> str:
    number = _open(found)
    if number:
        return f"{count(number, 'DNS record')} {'is' if number == 1 else 'are'} not as decided"
    if not found.accepted and not found.written:
        return "Nobody has said yet how your DNS should be"
    return "DNS records as decided"


def _open(found: Decided) -> int:
    """Changes that are still amiss: all but those whose new value somebody has accepted."""
    return sum(one.answer is None or not one.answer.accepted for one in found.changes)


def _accepted(rows: Iterable[Accepted]) -> list[Part]:
    by_answer: dict[int, list[Accepted]] = {}
    for row in rows:
        by_answer.setdefault(row.answer, []).append(row)
    items = []
    for number, group in sorted(by_answer.items(), reverse=True):
        known = group[0].known
        undo = Action("drift.undo", "Undo", str(number), command=f"/launch dns undo {number}")
        title = (Person(known.accepted_by), f" accepted {count(len(group), 'record')} ", Time(known.at, "both"))
        items.append(Item(title, label=f"Answer {number}", actions=(undo,)))
    records = sorted((row.known for group in by_answer.values() for row in group), key=lambda one: (one.name, one.type))
    return [Heading("Accepted"), Listing(tuple(items), limit=8), drift.table(records)]


def _conflict(found: Conflict) -> Item:
    record, known = found.written, found.accepted
    rule = next((f"{name} {value}" for name in RULES if (value := getattr(record, name))), "")
    written = shown(record.type, record.equals) if record.equals else f"{record.type} {rule.replace('_', ' ')}"
    return Item(
        (f"{known.name} ({known.type})",),
        (
            ("launch.yml: ", Code(written), " (this counts)"),
            ("Accepted by ", Person(known.accepted_by), ": ", Code(shown(known.type, known.values))),
        ),
        Tone.WARN,
        "Differs",
    )


def accepted(answer: Answer) -> Document:
    """The offer was accepted."""
    return Document(
        f"Accepted: {count(len(answer.accepted), 'DNS record')}",
        (
            Paragraph(("From now on every change of them is shown in the report, the old value and the new one.",)),
            Paragraph(("To see them, or to take this back later: ", Code("/launch dns"))),
            Actions((drift.undo(answer),)),
        ),
        Tone.GOOD,
    )


def outcome(found: Outcome) -> Document:
    """A change was answered: what happens now, or how to put the record back."""
    return _wrong(found) if found.answer.said.value == "wrong" else _mine(found)


def _mine(found: Outcome) -> Document:
    seen = found.change.seen
    if not found.written:
        return Document(
            "Noted: that change was wanted",
            (
                Paragraph((f"{seen.type} of {seen.name} should be this from now on:",)),
                Preformatted("\n".join(shown(one.type, one.values) for one in found.now)),
                Actions((CHECK_NOW, drift.undo(found.answer))),
            ),
            Tone.GOOD,
        )
    return Document(
        "Noted, but launch.yml still says otherwise",
        (
            Paragraph((f"launch.yml says how {seen.type} of {seen.name} should be, and the file counts.",)),
            Paragraph(("Change its entry under ", Code("expect:"), " to this, and start the bot again:")),
            Preformatted("\n".join(map(line, found.now))),
            Actions((drift.undo(found.answer),)),
        ),
        Tone.WARN,
    )


def line(record: Offered) -> str:
    """A record as a line below `expect:` in launch.yml."""
    values = ", ".join(json.dumps(one, ensure_ascii=False) for one in record.values)
    return f"- {{type: {record.type}, name: {record.name}, equals: [{values}]}}"


def _wrong(found: Outcome) -> Document:
    seen = found.change.seen
    there = Item((f"At {found.dns_host} open the page with the DNS records and find {seen.type} of {seen.name}.",))
    after = (
        Item(("Ask in your team who changed it, and why.",)),
        Item(("If nobody did: change the password of that account, and switch on log-in in two steps.",)),
        Item(("Check again. Until the record is back, every report shows it.",)),
    )
    return Document(
        "Noted: that change is wrong",
        (
            Paragraph(("How to put it back:",)),
            Listing((there,)),
            Paragraph(("Put this in its place:",)),
            Preformatted(found.answer.old),
            Listing(after),
            Actions((CHECK_NOW, drift.undo(found.answer))),
        ),
        Tone.WARN,
    )


def undone(given: Answer, answer: Answer) -> Document:
    """An answer was taken back."""
    before = (
        f"{count(len(given.replaced), 'record')} accepted before {'is' if len(given.replaced) == 1 else 'are'} back. "
    )
    return Document(
        "Taken back",
        (
            Paragraph((*drift.said(given), " That counts no longer.")),
            Paragraph(((before if given.replaced else "") + "The next check tells what differs.",)),
            Actions((CHECK_NOW,)),
        ),
        fallback=f"That answer counts no longer (answer {answer.number}).",
    )


def refused(error: refusals.NotDone, user: str) -> Document:
    """Nothing was changed; what is true now, and what to do."""
    match error:
        case refusals.Answered(answer=answer):
            return _answered(answer, user)
        case refusals.Stale(moved=moved):
            items = tuple(
                Item((f"{one.name} ({one.type})",), (("Shown: ", Code(one.was)), ("Now: ", Code(one.now))))
                for one in moved
            )
            return _nothing(
                "DNS has changed since that message", Listing(items), "A new check shows what stands there now."
            )
        case refusals.Back(change=change):
            record = f"{change.seen.type} of {change.seen.name}"
            return _nothing(
                "That record is as it should be again", None, f"{record} needs no answer any more.", Tone.GOOD
            )
        case refusals.Settled(name=name, accepted=rows):
            items = tuple(
                Item((Code(shown(one.known.type, one.known.values)), ", accepted by ", Person(one.known.accepted_by)))
                for one in rows
                if one.known.name == name
            )
            listing = Listing(items, empty="Nobody expects anything of it any more.")
            return _nothing(f"Something newer is decided about {name}", listing, "A new check compares with that.")
        case refusals.Unseen(name=name, type=type, reason=reason):
            why = Paragraph((f"{type} of {name}: {reason}",))
            return _nothing(
                "DNS did not answer just now", why, "Nothing is accepted unseen. Try again in a minute.", again=False
            )
    return _nothing("There is nothing to answer", None, "That question is not open any more. A new check asks anew.")


def _answered(answer: Answer, user: str) -> Document:
    who = "You have answered that already" if answer.actor == user else "Somebody has answered that already"
    actions = (drift.undo(answer),) if answer.said.value != "undo" else (CHECK_NOW,)
    return Document(
        who,
        (Paragraph((*drift.said(answer), " Nothing was changed by this click.")), Actions(actions)),
        fallback=f"{who}; nothing was changed.",
    )


def _nothing(headline: str, part: Part | None, hint: str, tone: Tone = Tone.WARN, *, again: bool = True) -> Document:
    parts: list[Part] = [] if part is None else [part]
    parts.append(Paragraph((f"Nothing was changed. {hint}",)))
    if again:
        parts.append(Actions((CHECK_NOW,)))
    return Document(headline, tuple(parts), tone, fallback=f"{headline}. Nothing was changed. {hint}")
