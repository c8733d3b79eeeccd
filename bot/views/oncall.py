"""Who is called when something breaks: now, next, for which service; quiet hours, swaps, and where nobody comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.document import Code, Document, Facts, Heading, Item, Listing, Note, Paragraph, Part, Person, Time, Tone, Words
from bot.views.felt import called
from bot.views.prose import count, listed

if TYPE_CHECKING:
    from bot.domain.rota import Gap
    from bot.domain.scene import Contact
    from bot.services.oncall import Lost, Roster, Sleeper, Swap, Turn

SAME_QUIET = 3
"""So many people's quiet hours are written out, if they differ; the rest is counted."""
WHY = {
    "override": "stands in for now",
    "shift": "it is their turn",
    "owner": "owns it",
    "backup": "is the backup; the owner cannot be reached",
    "default": "is the first person in launch.yml; nobody was named",
    "installer": "owns this Slack workspace; nobody else can be reached",
}
LOST = {
    "unknown": "is not under people in launch.yml",
    "no_slack": "has neither a Slack ID nor an e-mail address in launch.yml",
    "left": "has left this Slack workspace",
    "guest": "is a guest in Slack, and guests cannot answer an alert",
    "bot": "is a bot",
    "not_in_slack": "has an ID that Slack does not know",
    "no_scope": "has only an e-mail address, and the app may not look people up by it (users:read.email)",
    "not_found": "has an e-mail address that nobody uses in Slack",
}


def oncall(roster: Roster) -> Document:
    """The whole answer of `/launch oncall`."""
    parts: list[Part] = [Listing(tuple(_turn(one, roster) for one in roster.turns), limit=15)]
    if not roster.complete:
        parts = [*holes(roster), *parts]
    parts += _swaps(roster)
    facts = _facts(roster)
    if facts:
        parts.append(Facts(facts))
    parts.append(Note((*_covered(roster), "To change it for a while: ", Code("/launch oncall swap @name until 18:00"))))
    return Document(headline(roster), tuple(parts), tone(roster), fallback=fallback(roster))


def headline(roster: Roster) -> str:
    """One line: who it is, or that nobody is."""
    if roster.nobody:
        return "Nobody is on call"
    names = list(dict.fromkeys(one.owner.name or one.owner.slack for one in roster.turns))
    return f"On call now: {listed(names, 3)}" if len(names) > 1 else "On call now"


def tone(roster: Roster) -> Tone:
    """Good only where every call of the next seven days finds somebody."""
    return Tone.BAD if roster.nobody else Tone.GOOD if roster.complete else Tone.WARN


def fallback(roster: Roster) -> str:
    """The answer as a sentence."""
    if roster.nobody:
        return "Nobody is on call: no person in launch.yml can be reached in Slack"
    names = listed(list(dict.fromkeys(one.owner.name or one.owner.slack for one in roster.turns)), 3)
    more = "" if roster.complete else "; the next seven days have gaps"
    return f"On call now: {names}{more}"


def line(roster: Roster) -> Words:
    """Now and next in one line, for the App Home and the daily summary."""
    if roster.nobody:
        return ("Nobody is on call: no person in launch.yml can be reached.",)
    out: list[Words] = []
    for one in roster.turns[:3]:
        what = f" ({listed(list(_names(one, roster)), 2)})" if len(roster.turns) > 1 else ""
        then: Words = (", from ", Time(one.until, "both"), " ", *who(one.then)) if one.until and one.then else ()
        out.append((*who(one.owner), what, *then))
    more = f"; {count(len(roster.turns) - 3, 'more group')} of services" if len(roster.turns) > 3 else ""
    spans = tuple(span for index, one in enumerate(out) for span in (("; " if index else ""), *one))
    return ("On call: ", *spans, more, ".")


def holes(roster: Roster) -> list[Part]:
    """Where nobody would come in the next seven days, who cannot be reached, and what to write down."""
    if roster.nobody:
        resort: Words = (
            ("Until then I call ", *who(roster.last_resort), ", who owns this Slack workspace.")
            if roster.last_resort is not None and roster.last_resort.slack
            else ("Until then nobody would hear of an outage except in the alerts channel.",)
        )
        return [
            Paragraph(("If something breaks now, there is nobody to call. ", *resort)),
            Paragraph(("Add a person to launch.yml: ", Code("people: {ana: {slack: U0123456789}}"))),
            *_lost(roster),
        ]
    items = tuple(_gap(one, roster) for one in roster.gaps)
    gaps: list[Part] = [Heading("Nobody named would come"), Listing(items, limit=6)] if items else []
    return [*gaps, *_lost(roster)]


def _lost(roster: Roster) -> list[Part]:
    if not roster.lost:
        return []
    return [Heading("Cannot be reached"), Listing(tuple(lost(one) for one in roster.lost), limit=6)]


def lost(one: Lost) -> Item:
    """A name that reaches nobody, why, and what to do."""
    return Item((Code(called(one.name)), f" {LOST[one.why]}."), tone=Tone.WARN)


def _gap(gap: Gap, roster: Roster) -> Item:
    what = _called(gap.service, roster)
    named = (
        f": {listed([called(one) for one in gap.names])} cannot be reached" if gap.names else ": nobody is named for it"
    )
    return Item((what, named, ", from ", Time(gap.begins, "both"), " to ", Time(gap.ends, "both"), "."), tone=Tone.WARN)


def _turn(turn: Turn, roster: Roster) -> Item:
    backup: Words = (
        ("Then: ", *who(turn.backup))
        if turn.backup is not None and turn.backup.slack != turn.owner.slack
        else ("Nobody stands behind: the same person is called again.",)
    )
    lines: list[Words] = [backup]
    if turn.until is not None and turn.then is not None:
        lines.append(("Until ", Time(turn.until, "both"), ", then ", *who(turn.then)))
    if turn.owner.quiet_until is not None:
        lines.append(("Asleep until ", Time(turn.owner.quiet_until), ": only an outage wakes them."))
    name = listed(list(_names(turn, roster)), 4)
    return Item((f"{name}: ", *who(turn.owner), f", {WHY[turn.why]}"), tuple(lines))


def _names(turn: Turn, roster: Roster) -> tuple[str, ...]:
    return tuple(_called(one, roster) for one in turn.services) or ("Everything",)


def _called(service: str, roster: Roster) -> str:
    return called(roster.services.get(service, service)) or "Everything"


def who(contact: Contact | None) -> Words:
    """A person, mentioned where Slack knows them."""
    if contact is None or not (contact.slack or contact.name):
        return ("nobody",)
    return (Person(contact.slack or contact.name),)


def _swaps(roster: Roster) -> list[Part]:
    if not roster.swaps:
        return []
    return [Heading("Swaps"), Listing(tuple(_swap(one, roster) for one in roster.swaps), limit=6)]


def _swap(swap: Swap, roster: Roster) -> Item:
    begins: Words = ("from ", Time(swap.begins, "both"), " ") if swap.begins > roster.now else ()
    return Item((*who(swap.person), " takes over ", *begins, "until ", Time(swap.ends, "both")))


def _facts(roster: Roster) -> tuple[tuple[str, Words], ...]:
    facts: list[tuple[str, Words]] = []
    if roster.hands_over is not None:
        facts.append(("The turn changes", (Time(roster.hands_over, "both"),)))
    if roster.sleepers:
        facts.append(("Quiet hours", _quiet(roster.sleepers)))
    return tuple(facts)


def _quiet(sleepers: tuple[Sleeper, ...]) -> Words:
    """Once where everybody sleeps alike, else person by person, each on their own clock."""
    alike = {(one.quiet, one.zone) for one in sleepers}
    if len(alike) == 1:
        return (f"{_hours(sleepers[0])} in {sleepers[0].zone}",)
    spans: list[Words] = [(*who(one.person), f" {_hours(one)} in {one.zone}") for one in sleepers[:SAME_QUIET]]
    more = f"; {len(sleepers) - SAME_QUIET} more" if len(sleepers) > SAME_QUIET else ""
    return (*(span for index, one in enumerate(spans) for span in (("; " if index else ""), *one)), more)


def _hours(sleeper: Sleeper) -> str:
    quiet = sleeper.quiet
    return "none" if quiet.begins == quiet.ends else f"{quiet.begins:%H:%M} to {quiet.ends:%H:%M}"


def _covered(roster: Roster) -> Words:
    return ("Somebody is on call at every moment of the next seven days. ",) if roster.complete else ()


def notice(roster: Roster) -> Document:
    """Said once, when a gap opens in the next seven days; later edits tell when it is closed."""
    if roster.complete:
        return Document(
            "Somebody is on call again, at every moment",
            (Paragraph(("Every call of the next seven days reaches somebody who was named for it.",)),),
            Tone.GOOD,
            fallback="Somebody is on call at every moment of the next seven days",
        )
    first = "Nobody is on call" if roster.nobody else "If something breaks, the right person may not hear of it"
    parts = [*holes(roster), Note(("Who is called, now and next: ", Code("/launch oncall")))]
    return Document(first, tuple(parts), tone(roster), fallback=fallback(roster) if roster.nobody else first)
