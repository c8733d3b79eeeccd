"""Everything on one screen: go or no-go, what needs a person, what is unknown, how the bot itself is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.document import (
    Action,
    Actions,
    Chart,
    Code,
    Document,
    Facts,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Person,
    Progress,
    Time,
    Tone,
    Words,
)
from bot.views import deploy_list, events, smoke_table, standing
from bot.views.folding import Group, fold, fold_blind, split_unknown
from bot.views.prose import SEVERITY, STATUS, TONES, count, label, listed, prose, sentence, span_of, when, whose
from bot.views.report import also_seen
from checks.report import Decision

if TYPE_CHECKING:
    from bot.services.overview import Bot, Missing, Overview, Place, Readiness
    from checks.model import Finding

WORST = 5
"""So many things to do are shown; the report has all."""
VERDICT = {Decision.GO: "Go", Decision.NO_GO: "No-go", Decision.NOT_PROVEN: "Not proven"}
TONE = {Decision.GO: Tone.GOOD, Decision.NO_GO: Tone.BAD, Decision.NOT_PROVEN: Tone.UNKNOWN}


def status(overview: Overview, charts: tuple[Chart, ...] = (), more: Sequence[Part] = ()) -> Document:
    """One screen; about one host or monitor where one was asked for, with its charts and what more is told of it."""
    if overview.place is not None:
        return _about(overview, overview.place, charts, more)
    parts: list[Part] = [*standing.live(overview.stand, overview.now), *standing.silences(overview.stand)]
    parts += [*running(overview), *readiness(overview), *missing(overview), *watching(overview)]
    parts += events.standing(overview.stand.counted, overview.stand.monitors)
    parts += deploy_list.standing(overview.stand.deploys, overview.now)
    parts += smoke_table.standing(overview.stand.walked, overview.stand.flows)
    parts += bot(overview.bot)
    parts.append(Note(("As of ", Time(overview.now, "both"), ".")))
    parts.append(Actions(buttons(overview)))
    return Document(headline(overview), tuple(parts), tone(overview), fallback=fallback(overview))


def headline(overview: Overview) -> str:
    """The state in words, then whose it is."""
    name = overview.domain or "your product"
    if broken := standing.headline(overview.stand):
        return broken
    if overview.config_problems:
        return "Set-up has mistakes in launch.yml"
    if overview.readiness is None:
        return f"Not looked at yet · {name}" if overview.domain else "Set-up is not finished"
    return f"{VERDICT[overview.readiness.verdict]} · {name}"


def tone(overview: Overview) -> Tone:
    """How the whole is meant."""
    if standing.headline(overview.stand):
        return Tone.BAD
    return TONE[overview.readiness.verdict] if overview.readiness else Tone.UNKNOWN


def fallback(overview: Overview) -> str:
    """The screen in one sentence."""
    ready = overview.readiness
    if overview.stand.live and standing.headline(overview.stand):
        return f"{headline(overview)}: {count(len(overview.stand.live), 'incident')} going on."
    if ready is None:
        missing = overview.missing[0].what if overview.missing else "type /launch check to find out."
        return f"{headline(overview)}: {missing}"
    todo = f"{len(fold(ready.must_fix))} to fix before launch, {len(fold(ready.can_wait))} can wait"
    return f"{headline(overview)}: {todo}, {len(ready.unknown)} could not be looked at."


def running(overview: Overview) -> list[Part]:
    """A check that runs at this moment."""
    now = overview.running
    if now is None:
        return []
    return [Paragraph(("A check is running, asked for by ", Person(now.asked_by), ".")), Progress(now.done, now.total)]


def readiness(overview: Overview) -> list[Part]:
    """Go or no-go with its reasons; what to do where nobody has looked yet."""
    ready = overview.readiness
    if ready is None:
        return [Paragraph(("Nobody knows yet whether it is safe to launch: nothing has been looked at.",))]
    must, wait = fold(ready.must_fix), fold(ready.can_wait)
    parts: list[Part] = [Paragraph(_verdict(ready, broken=bool(standing.headline(overview.stand))))]
    parts.append(
        Facts(
            (
                ("Fix before launch", (str(len(must)),)),
                ("Can wait", (str(len(wait)),)),
                ("Could not look", (str(len(ready.unknown)),)),
                ("In order", (count(ready.counts.get("pass", 0), "check"),)),
            )
        )
    )
    if must or wait:
        parts.append(Listing(tuple(_short(one, overview.people) for one in (*must, *wait)), limit=WORST))
    return [*parts, *_blind(ready)]


def _verdict(ready: Readiness, *, broken: bool) -> Words:
    """What the last check came to; it may be from before something broke."""
    good = "Do not launch while this is broken. Nothing else was found that stops a launch."
    reason = {
        Decision.GO: good if broken else "Nothing was found that stops a launch.",
        Decision.NO_GO: "Something stops the launch.",
        Decision.NOT_PROVEN: "Something that can stop a launch could not be looked at.",
    }[ready.verdict]
    old = " The hosts in launch.yml have changed since: check again." if ready.outdated else ""
    return (f"{reason} Looked at ", *when(ready.at), ".", old)


def _short(group: Group, people: Mapping[str, str]) -> Item:
    steps = group.steps
    lines: list[Words] = [label("First step", prose(steps[0]))] if steps else []
    if group.effects:
        lines.insert(0, also_seen(group))
    return Item(
        prose(group.summary),
        lines=(*lines, (Code(group.first.check), " · ", *whose(group.owners, people))),
        tone=TONES[group.first.status],
        label=SEVERITY[group.severity],
    )


def _blind(ready: Readiness) -> list[Part]:
    """What nobody could see; what only waits for a repair is counted above and not told again."""
    own, waiting = split_unknown(ready.unknown, (*ready.must_fix, *ready.can_wait))
    items = tuple(
        Item((*prose(one.summary), " (", Code(", ".join(one.checks)), ")"), tone=Tone.UNKNOWN, label="Unknown")
        for one in fold_blind(own)
    )
    parts: list[Part] = [Heading("Could not look"), Listing(items, limit=3)] if items else []
    if waiting:
        parts.append(Note((f"Not looked at yet: {count(len(waiting), 'check')}, until the above is repaired.",)))
    return parts


def missing(overview: Overview) -> list[Part]:
    """What is not set up, each with the next step; mistakes of launch.yml by line."""
    parts: list[Part] = []
    if overview.config_problems:
        mistakes = tuple(Item((Code(problem),)) for problem in overview.config_problems)
        parts += [Heading("Mistakes in launch.yml"), Listing(mistakes, limit=5)]
    if overview.missing:
        parts += [Heading("To set up"), Listing(tuple(_todo(one) for one in overview.missing), limit=6)]
    return parts


def _todo(one: Missing) -> Item:
    if one.todo.startswith("launch "):
        todo: Words = (" Where the bot runs, type ", Code(one.todo))
    elif one.todo.startswith("/launch "):
        todo = (" Type ", Code(one.todo))
    else:
        todo = (" Add to launch.yml: ", Code(one.todo)) if ": " in one.todo else (" ", one.todo)
    return Item((one.what, *todo), tone=Tone.WARN)


def watching(overview: Overview) -> list[Part]:
    """Monitors, and honestly whether anybody looks at them between audits."""
    if not overview.domain:
        return []
    known = standing.people(overview.stand)
    if overview.stand.monitors:
        return [*standing.monitors(overview.stand), *known]
    hosts = count(overview.hosts, "host")
    if not overview.monitors:
        return [Note((f"{hosts} in launch.yml. No monitors are written down yet.",)), *known]
    names = listed([monitor.name for monitor in overview.monitors])
    told = "looked at all the time" if overview.watched else "looked at during a check only, not in between"
    return [Note((f"{hosts} and {count(len(overview.monitors), 'monitor')} ({names}), {told}.",)), *known]


def bot(state: Bot) -> list[Part]:
    """The bot's own health: its troubles in sentences, else one quiet line."""
    parts: list[Part] = []
    if state.troubles:
        items = tuple(Item((sentence(one),), tone=Tone.BAD) for one in state.troubles)
        parts += [Heading("The bot itself needs help"), Listing(items, limit=5)]
    if state.refused:
        refused = f"Slack refused {count(state.refused, 'message')} for good; the log says why."
        parts.append(Paragraph((refused,)))
    if state.asleep is not None:
        start, end = state.asleep
        slept = span_of(end - start)
        parts.append(
            Note((f"The bot was not running for {slept}, from ", Time(start, "both"), " to ", Time(end, "both"), "."))
        )
    return [*parts, Note(_pulse(state))]


def _pulse(state: Bot) -> Words:
    """How the bot itself is, in one quiet line: its line to Slack, its queue, its clock."""
    where = f" in {state.team}" if state.team else ""
    lines = sum(1 for each in state.sockets if each.connected)
    link = (
        "Slack reaches it by HTTP"
        if state.http_mode
        else f"{count(lines, 'line')} to Slack {'is' if lines == 1 else 'are'} open"
    )
    queue = "nothing waits to be sent" if not state.waiting else f"{count(state.waiting, 'message')} waiting to be sent"
    late: Words = (", the oldest since ", Time(state.oldest_at)) if state.oldest_at else ()
    tick: Words = (", last sign of life ", Time(state.last_tick)) if state.last_tick else (", no sign of life yet",)
    return (f"The bot runs{where}: {link}, {queue}", *late, *tick, ".")


def buttons(overview: Overview) -> tuple[Action, ...]:
    """What can be done from here; nothing that would fail."""
    if not overview.domain:
        return (Action("setup.show", "Show the Set-Up", primary=True, command="/launch setup"),)
    again = "Check Again" if overview.readiness else "Check Now"
    first = () if overview.running else (Action("audit.rerun", again, primary=True, command="/launch check"),)
    ready = overview.readiness
    more = (Action("audit.detail", "Show the Report", str(ready.audit)),) if ready else ()
    return (*first, *more, Action("help.show", "Help", command="/launch help"))


def _about(overview: Overview, place: Place, charts: tuple[Chart, ...], more: Sequence[Part]) -> Document:
    """One host or monitor: every answer about it."""
    bad = [one for one in place.findings if one.status.bad]
    state = (
        f"{count(len(bad), 'thing')} to fix"
        if bad
        else "Nothing known to be wrong"
        if place.findings
        else "Not looked at"
    )
    items = tuple(_answer(one) for one in place.findings)
    ready = overview.readiness
    # The last check may be older than what is seen now, and says so before it is read.
    seen: list[Part] = [Note(("The last check looked at it ", *when(ready.at), "."))] if ready and items else []
    of_name = next((one for one in overview.stand.monitors if one.name == place.name), None)
    watched: list[Part] = [*standing.about(of_name), *charts, *more] if of_name is not None else [*more]
    if of_name is not None:
        state = standing.word_of(of_name)[0] + (f", {state[0].lower()}{state[1:]}" if bad else "")
    nothing = f"Nothing is known about {place.name} yet: it has not been looked at."
    again: list[Part] = []
    if of_name is None or place.name in {one.name for one in overview.monitors}:
        # Ports, records, certificates and jobs are looked at all the time and no part of an audit.
        typed = f"/launch check {standing.quoted(place.name)}"
        again = [Actions((Action("audit.rerun", "Check This Now", place.name, command=typed),))]
    found: list[Part] = [Listing(items, empty="" if watched else nothing, limit=15)]
    return Document(
        headline=f"{state} · {place.name}",
        parts=(*watched, *seen, *found, *again),
        tone=Tone.BAD if bad else Tone.GOOD if place.findings else Tone.UNKNOWN,
        fallback=f"{place.name}: {state.lower()}.",
    )


def _answer(finding: Finding) -> Item:
    word = SEVERITY[finding.severity] if finding.status.bad else STATUS[finding.status]
    step: tuple[Words, ...] = (
        (label("First step", prose(finding.fix[0])),) if finding.status.bad and finding.fix else ()
    )
    return Item((*prose(finding.summary), " (", Code(finding.check), ")"), step, TONES[finding.status], word)
