"""The summary of the morning: first what customers feel, then what waits; one line where nothing is worth a word.

A quiet day has one line and not none: a summary that stays away could also mean that the bot is dead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blockkit.words import one_line
from bot.document import (
    Code,
    Document,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Person,
    Strong,
    Time,
    Tone,
    Words,
)
from bot.views import deploy_list, events
from bot.views.felt import called, felt, lasted, length, what_of, word
from bot.views.oncall import line as oncall_line
from bot.views.prose import count, span_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.incident import Incident
    from bot.domain.silence import Silence
    from bot.services.digest import Blind, Digest
    from bot.store.tallies import Tally

SHARE_FROM = 100
"""Looks below which no share in per cent is told."""
MOST = 5
NO_LOOKS = "No monitor looked at anything yesterday. "
REASON = 150
"""Characters of what people and servers say."""
A_MINUTE = 60.0
"""Seconds for which the bot may have seen nothing without a word about it."""


def digest(day: Digest) -> Document:
    """The summary for the channel."""
    if day.quiet:
        return _quiet(day)
    parts: list[Part] = [
        *_late(day),
        *_live(day),
        *_listed("Not urgent, still waiting", [_incident(one) for one in day.waiting]),
        *_listed("Over since the last summary", [_over(one) for one in day.over]),
        *_listed("Went out since the last summary", [deploy_list.item(one) for one in day.deploys]),
        *_listed("Muted", [_muted(one) for one in day.muted]),
        *_listed("What nobody could see", [_blind(one) for one in day.blind]),
        *_yesterday(day),
        *_people(day),
        *_bot(day),
        Note(("The present state at any time: ", Code("/launch status"))),
    ]
    tone = Tone.BAD if day.live else Tone.WARN if day.waiting or day.blind or day.stuck else Tone.PLAIN
    return Document(headline(day), tuple(parts), tone, fallback=_fallback(day))


def headline(day: Digest) -> str:
    """What customers feel this morning, in a line."""
    if day.live:
        return f"Morning summary · {count(len(day.live), 'thing')} broken now"
    if day.blind:
        return f"Morning summary · I cannot see {count(len(day.blind), 'monitor')}"
    if day.waiting:
        return f"Morning summary · nothing broken, {count(len(day.waiting), 'thing')} waiting"
    return "Morning summary · nothing broken now"


def _fallback(day: Digest) -> str:
    said = [headline(day)]
    if day.live:
        said.append(f"{what_of(day.live[0])}: {felt(day.live[0]).now.lower()}")
    return ". ".join(said)


def _quiet(day: Digest) -> Document:
    looked = sum(one.good for one in day.yesterday)
    late: Words = ()
    if day.late is not None:
        late = (f"({span_of(day.late)} late: I was not running, or could not reach Slack.) ",)
    seen = f"All {looked:,} looks at your monitors yesterday were good. " if looked else NO_LOOKS
    return Document(
        "Morning summary · all quiet",
        (Paragraph((*late, seen, "Nothing is broken, muted or waiting. ", *oncall_line(day.roster))),),
        Tone.GOOD if looked else Tone.PLAIN,
        fallback="Morning summary: all quiet, nothing is broken or waiting",
    )


def _late(day: Digest) -> list[Part]:
    if day.late is None:
        return []
    return [
        Paragraph((f"This summary is {span_of(day.late)} late, because I was not running or could not reach Slack.",))
    ]


def _live(day: Digest) -> list[Part]:
    if not day.live:
        return []
    return [Listing(tuple(_incident(one) for one in day.live), limit=MOST)]


def _listed(heading: str, items: Sequence[Item]) -> list[Part]:
    return [Heading(heading), Listing(tuple(items), limit=MOST)] if items else []


def _incident(one: Incident) -> Item:
    """State, what it is about, what customers feel, since when, and who has it."""
    title: Words = (Strong(f"{word(one)} · {what_of(one)}"), f" ({one.name}): {felt(one).now.lower()}, since ")
    return Item((*title, Time(one.first_failure, "both")), (_holder(one),))


def _holder(one: Incident) -> Words:
    if one.acker and one.ack_until is not None:
        return (Person(one.acker), " is on it until ", Time(one.ack_until, "both"))
    if one.snooze_until is not None:
        return ("Asleep until ", Time(one.snooze_until, "both"))
    if one.handed_to:
        return ("Handed to ", Person(one.handed_to), ", who has not answered yet")
    return ("Nobody is on it. ", Code(f"/launch ack {one.name}"))


def _over(one: Incident) -> Item:
    told = what_of(one)
    return Item((Strong(told), f" ({one.name}): {felt(one).was.lower()}, for {lasted(one)}"), tone=Tone.GOOD)


def _muted(one: Silence) -> Item:
    what = called(one.service) if one.service else "Everything"
    by: Words = (", said ", Person(one.author)) if one.author else ()
    return Item((Strong(what), " until ", Time(one.ends, "both"), f": {one_line(one.reason, REASON)}", *by))


def _blind(one: Blind) -> Item:
    return Item((Strong(called(one.name)), ": nothing could be seen since ", Time(one.since, "both"), *_why(one.why)))


def _why(text: str) -> Words:
    return (f" ({one_line(text, REASON)})",) if text else ()


def _yesterday(day: Digest) -> list[Part]:
    left = [events.budget(*day.budget)] if day.budget is not None else []
    return [*_unseen(day), *_tallies(day), *left, *_listed("Reported yesterday", list(map(events.item, day.counted)))]


def _unseen(day: Digest) -> list[Part]:
    if day.unseen_s < A_MINUTE:
        return []
    told = f"Yesterday I saw nothing for {length(day.unseen_s)}: I was off, or had no way out."
    return [Paragraph((told, " That time counts neither as up nor as down."))]


def _tallies(day: Digest) -> list[Part]:
    if not day.yesterday:
        return [Note((NO_LOOKS.strip(),))]
    if not day.failed:
        looked = sum(one.good for one in day.yesterday)
        monitors = count(len(day.yesterday), "monitor")
        return [Note((f"Yesterday: {looked:,} looks of {monitors}, all good.",))]
    fine = len(day.yesterday) - len(day.failed)
    rest: list[Part] = [Note((f"{count(fine, 'other monitor')}: every look was good.",))] if fine else []
    return [*_listed("Yesterday", [_tally(one) for one in day.failed]), *rest]


def _tally(one: Tally) -> Item:
    """Counts first; a share only where there are enough looks for one."""
    seen = one.good + one.bad
    said = f"{one.bad:,} of {seen:,} looks failed" if one.bad else f"no look of {seen:,} failed"
    share = f" (up {_percent(one.good, seen)} %)" if one.bad and seen >= SHARE_FROM else ""
    blind = f"; not counted: {one.unknown:,} that saw nothing" if one.unknown else ""
    work = f"; not counted: {one.excused:,} during announced work" if one.excused else ""
    return Item((Strong(called(one.monitor)), f": {said}{share}{blind}{work}"))


def _percent(part: int, whole: int) -> str:
    """Cut, not rounded: what failed once is never 100."""
    hundredths = part * 10_000 // whole
    return f"{hundredths / 100:.2f}"


def _people(day: Digest) -> list[Part]:
    holes = len(day.roster.gaps) + len(day.roster.lost)
    gaps: Words = (f" {count(holes, 'gap')} in the next seven days: ", Code("/launch oncall")) if holes else ()
    return [Paragraph((*oncall_line(day.roster), *gaps))]


def _bot(day: Digest) -> list[Part]:
    if not day.stuck:
        return []
    refused = f"{count(day.queue.dead, 'message')} refused by Slack for good" if day.queue.dead else ""
    waits = day.queue.oldest_at
    late: Words = ("messages waiting since ", Time(waits, "both")) if waits and day.queue.waiting > 1 else ()
    both = "; " if refused and late else ""
    return [Paragraph((Strong("My messages: "), refused, both, *late, ". ", Code("/launch doctor"), " says why."))]


def morning(mine: Sequence[Incident]) -> Document:
    """One person's own: what waits for them and was not worth a call in the night."""
    if not mine:
        return Document("Nothing waits for you any more", (), Tone.GOOD, fallback="Nothing waits for you any more")
    what = count(len(mine), "thing")
    return Document(
        f"Good morning · {what} of yours, not urgent",
        (
            Listing(tuple(_incident(one) for one in mine), limit=10),
            Note(("No customer is shut out. They wait for you during the day, so I did not wake you.",)),
        ),
        Tone.WARN,
        fallback=f"Good morning: {what} of yours waiting, none urgent",
    )
