"""DNS records as decided: what is offered, what changed, and what people answered, inside a report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.document import Action, Actions, Code, Heading, Item, Paragraph, Part, Person, Strong, Table, Time, Tone, Words
from bot.services.baseline import CHECK, changes_in
from bot.views.prose import count, label, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.baseline import Drifted, Offer, Told
    from bot.store.baseline import Offered
    from bot.store.drift import Answer, Seen
    from bot.views.folding import Group
    from checks.inventory import Known

__all__ = ["CHECK", "change", "expanded", "felt", "offer", "said", "table", "undo"]


def felt(impact: str) -> str:
    """What customers feel, without the values: they stand in two lines of their own."""
    return impact.partition(" Was: ")[0]


def said(answer: Answer) -> Words:
    """`Ana, today at 14:02: that was me`, in one line."""
    match answer.said.value:
        case "mine":
            return (Person(answer.actor), " said ", Time(answer.at, "both"), ": that was me.")
        case "wrong":
            return (Person(answer.actor), " said ", Time(answer.at, "both"), ": this is wrong.")
        case "accept":
            number = count(len(answer.accepted), "DNS record")
            return (Person(answer.actor), f" accepted {number} as normal ", Time(answer.at, "both"), ".")
        case _:
            return (Person(answer.actor), " took that back ", Time(answer.at, "both"), ".")


def undo(answer: Answer, audit: int | None = None) -> Action:
    """The button that takes an answer back."""
    value = f"{answer.number}:{audit}" if audit is not None else str(answer.number)
    return Action("drift.undo", "Undo", value, command=f"/launch dns undo {answer.number}")


def expanded(item: Item, group: Group, drifted: Drifted, audit: int | None, *, whole: bool = False) -> list[Item]:
    """An entry of the report, with one more for each changed DNS record: old, new, and who answered or may answer.

    Where the group is about them, the first one stands in the entry itself; where they only follow from it, behind it.
    With `whole` every line of the entry stays, answered or not.
    """
    own = group.first.check == CHECK
    about = (
        group.findings if own else [one for each in group.effects if each.first.check == CHECK for one in each.findings]
    )
    entries: list[Item] = [] if own else [item]
    for finding in about:
        host = str(finding.seen.get("dns_host") or "the company that serves your DNS")
        for seen in changes_in(finding):
            told = drifted.changes.get(seen.key)
            one = change(seen, told, host=host, audit=audit)
            answered = told is not None and told.answer is not None and not whole
            entries.append(one if entries else _first(item, one, group, answered=answered))
    return entries or [item]


def _first(item: Item, one: Item, group: Group, *, answered: bool) -> Item:
    """The finding's own entry with the change in it; once somebody has answered, the steps have had their time."""
    if not answered:
        return replace(item, lines=(*one.lines, *item.lines), actions=(*one.actions, *item.actions))
    kept = (*(item.lines[:1] if group.effects else ()), *item.lines[-1:])
    lines, actions = (*one.lines, *kept), (*one.actions, *item.actions)
    return replace(item, lines=lines, actions=actions, tone=one.tone, label=one.label)


def change(seen: Seen, told: Told | None, *, host: str = "", audit: int | None = None) -> Item:
    """One changed record: old, new, whose expectation it was, and the answer or the two buttons for one."""
    lines: list[Words] = [
        label("Old", (Code(seen.old),)),
        label("New", (Code(seen.new),)),
    ]
    title: Words = (f"{seen.type} of {seen.name}",)
    if told is None:
        return Item(title, tuple(lines), Tone.WARN, "Changed")
    answer = told.answer
    if answer is None:
        lines.append((f"Change {told.change.number}. ", *_expectation(seen.expected_by)))
        return Item(title, tuple(lines), Tone.WARN, "Changed", _buttons(told, audit))
    lines.append((Strong(f"Answer {answer.number}:"), " ", *said(answer)))
    if answer.said.value == "wrong":
        place = f" at {host}" if host else ""
        lines.append((f"It stays here until it is put back{place}: ", Code(answer.old.replace("\n", ", "))))
    elif not answer.accepted:
        lines.append(
            ("launch.yml still says the old value, and it counts. Until it is changed there, this stays here.",)
        )
    else:
        lines.append(("The next check expects the new value.",))
    wrong = answer.said.value == "wrong"
    return Item(
        title, tuple(lines), Tone.BAD if wrong else Tone.GOOD, "Wrong" if wrong else "Wanted", (undo(answer, audit),)
    )


def _expectation(by: str) -> Words:
    return (
        ("launch.yml says the old value.",)
        if by == "launch.yml"
        else ("The old value was accepted by ", Person(by), ".")
    )


def _buttons(told: Told, audit: int | None) -> tuple[Action, ...]:
    number = told.change.number
    value = f"{number}:{audit}" if audit is not None else str(number)
    return (
        Action("drift.accept", "This Was Me", value, command=f"/launch dns mine {number}"),
        Action("drift.reject", "This Is Wrong", value, command=f"/launch dns wrong {number}"),
    )


def offer(found: Offer) -> list[Part]:
    """What is offered, to be read before it is accepted; once it is, who did."""
    if found.answer is not None:
        later = " From now on every change of them is shown in the report, old and new."
        told: Words = (Strong(f"Answer {found.answer.number}:"), " ", *said(found.answer), later)
        return [Paragraph(told), Actions((undo(found.answer, found.audit),))]
    there = sum(bool(one.values) for one in found.records)
    these = "This record is" if there == 1 else f"These {there} records are"
    absent = len(found.records) - there
    others = f", and {absent} named below {'does' if absent == 1 else 'do'} not exist: {len(found.records)} in all"
    read = f"{these} what stands there now{others if absent else ''}. Read through them."
    later = "Once somebody has accepted them, every later change is shown in the report, old and new."
    return [
        Heading("Is this how your DNS should be?"),
        Paragraph((f"{read} {later}",)),
        table(found.records),
        Actions((Action("drift.baseline", "Accept as Normal", str(found.audit), command="/launch dns accept"),)),
    ]


def table(records: Sequence[Offered | Known]) -> Table:
    """Records and their values; what does not exist, and should not, is named below."""
    rows = tuple((one.name, one.type, ", ".join(one.values)) for one in records if one.values)
    by_type: dict[str, list[str]] = {}
    for one in records:
        if not one.values:
            by_type.setdefault(one.type, []).append(one.name)
    absent = "; ".join(f"no {type} record of {listed(names, 200)}" for type, names in by_type.items())
    return Table(("Name", "Type", "Value"), rows, f"And there is {absent}." if absent else "")
