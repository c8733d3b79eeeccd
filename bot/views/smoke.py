"""A walk of smoke flows as its one message: what customers can and cannot do, each flow in a line, what to do first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

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
    Progress,
    Time,
    Tone,
    Words,
)
from bot.services.smoke_words import NOTHING, Known
from bot.views.prose import count, label, listed, prose, seconds, sentence
from bot.views.smoke_answers import CAN
from bot.views.smoke_table import TONES, WORDS, WORST_FIRST, table
from checks.flow.model import FlowSeen, State, StepSeen

if TYPE_CHECKING:
    from bot.store.walks import Walk

SHOWN = 12
STOPS_NOBODY = frozenset({"forged_accepted", "still_open", "webhook_too_slow"})
"""Codes of what is broken without keeping a customer from anything."""


def message(walk: Walk, known: Known = NOTHING) -> Document:
    """A stored walk as its one message: while it waits or goes on, when it was cut off, and when it is over."""
    if not walk.over:
        return going(walk)
    if walk.course.problem:
        return ended(walk)
    return result(walk.seen, known, again=walk.course.flows, why=_why(walk))


def going(walk: Walk) -> Document:
    """It waits for its turn, or goes on: edited in place until the result takes its place."""
    course = walk.course
    who: Words = (" for ", Person(walk.asked_by)) if walk.asked_by else ()
    if walk.began_at is None:
        return Document(
            headline="Waiting to walk",
            parts=(
                Paragraph(("The same flows are being walked already; this walk", *who, " comes right after.")),
                _in_place(),
            ),
            fallback="The walk waits until another one over the same flows is done.",
        )
    anew = "It was cut off by a restart, so it began again. " if course.tries > 1 else ""
    now = f"walking {course.now}" if course.now else "walking"
    return Document(
        headline="Walking as a customer would",
        parts=(
            Paragraph((f"{anew}Walking {_which(course.flows)}", *who, ", since ", Time(walk.began_at), ".")),
            Progress(course.done, course.total, now),
            _in_place(),
        ),
        fallback=f"The walk goes on: {course.done} of {course.total} steps are done.",
    )


def _which(flows: Sequence[str]) -> str:
    return listed(tuple(flows)) if flows else "all flows of launch.yml"


def _in_place() -> Note:
    return Note(("The result appears here, in this message, within two minutes.",))


def ended(walk: Walk) -> Document:
    """It ended without a result."""
    said = {
        "cut": ("The walk was cut off", "The bot was stopped in the middle, too long ago to go on by itself."),
        "gone": ("There is nothing to walk any more", "The flows of this walk are no longer in launch.yml."),
    }
    own = ("The walk could not be finished", "The bot made a mistake. That says nothing about your product.")
    headline, why = said.get(walk.course.problem, own)
    return Document(
        headline=headline,
        parts=(Paragraph((why, " Nothing was decided by it.")), Actions((again(walk.course.flows),))),
        tone=Tone.UNKNOWN,
        fallback=f"{headline}: {why}",
    )


def _why(walk: Walk) -> Words:
    """For what it was walked, and when."""
    at: Words = (Time(walk.ended_at, "both"),) if walk.ended_at is not None else ()
    for_whom: Mapping[str, Words] = {
        "deploy": ("after a deploy",),
        "schedule": ("by itself, as written in launch.yml",),
        "runbook": ("for a step of a runbook",),
        "fixed": ("because somebody said that it is fixed",),
    }
    person: Words = ("for ", Person(walk.asked_by)) if walk.asked_by else ("by request",)
    return ("Walked ", *for_whom.get(walk.cause, person), ", ", *at, ". ")


def result(seen: Sequence[FlowSeen], known: Known = NOTHING, *, again: Sequence[str] = (), why: Words = ()) -> Document:
    """What a walk saw: broken first, then what could not be tried, then what works."""
    ranked = sorted(seen, key=lambda one: WORST_FIRST.index(one.state))
    first = ranked[0] if ranked and ranked[0].state is not State.OK else None
    parts: list[Part] = []
    if first is not None:
        parts += _lead(first, known)
    parts.append(Listing(tuple(_item(one, known, led=one is first) for one in ranked), limit=SHOWN))
    took = max((one.ms for one in seen), default=0)
    steps = sum(step.state is not State.SKIPPED for one in seen for step in one.steps)
    done = " ".join(filter(None, (f"{count(steps, 'step')} in {seconds(took)}.", _left(seen))))
    parts.append(Note((*why, done)))
    parts.append(Actions((_again(again),)))
    return Document(headline(seen, known), tuple(parts), tone(seen), fallback=fallback(seen, known))


def headline(seen: Sequence[FlowSeen], known: Known = NOTHING) -> str:
    """What customers can and cannot do, in words that a founder understands."""
    failed = [one for one in seen if one.state is State.FAILED]
    if failed:
        doing = _doing([one for one in failed if one.code not in STOPS_NOBODY], known)
        if doing:
            return f"Customers cannot {_either(doing)}"
        return f"Broken: {listed([one.title for one in failed], 3)}"
    unsure = [one for one in seen if one.state is State.UNKNOWN]
    if unsure:
        return f"Not proven: {listed([one.title for one in unsure], 3)} could not be tried"
    if not seen:
        return "Nothing was walked"
    doing = _doing(seen, known)
    late = [one for one in seen if one.code != "ok"]
    end = f", with {count(len(late), 'remark')}" if late else ""
    if doing:
        return f"Customers can {_all(doing)}{end}"
    return f"{seen[0].title} works{end}" if len(seen) == 1 else f"All {count(len(seen), 'flow')} work{end}"


def _doing(seen: Sequence[FlowSeen], known: Known) -> list[str]:
    """What customers do on these flows."""
    return [CAN[one.carries] for one in seen if one.carries in CAN and one.id not in known.reports]


def _either(doing: Sequence[str]) -> str:
    said = tuple(dict.fromkeys(doing))
    return " or ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _all(doing: Sequence[str]) -> str:
    return listed(tuple(dict.fromkeys(doing)))


def tone(seen: Sequence[FlowSeen]) -> Tone:
    """How the whole is meant."""
    states = {one.state for one in seen}
    if State.FAILED in states:
        return Tone.BAD
    if State.UNKNOWN in states or not states:
        return Tone.UNKNOWN
    return Tone.WARN if any(one.code != "ok" for one in seen) else Tone.GOOD


def fallback(seen: Sequence[FlowSeen], known: Known = NOTHING) -> str:
    """The result in one sentence."""
    good = sum(one.state is State.OK for one in seen)
    return f"{headline(seen, known)} ({good} of {count(len(seen), 'flow')} worked)."


def _lead(first: FlowSeen, known: Known) -> list[Part]:
    """What customers feel and what to do first."""
    finding = known.findings.get(first.id)
    if finding is None:
        return []
    lines: list[Words] = []
    if finding.impact and first.state is State.FAILED:
        lines.append(label("What customers feel", prose(sentence(finding.impact))))
    if finding.fix:
        lines.append(label("Do first", prose(sentence(finding.fix[0]))))
    return [Paragraph(tuple(span for place, line in enumerate(lines) for span in (("\n", *line) if place else line)))]


def _item(one: FlowSeen, known: Known, *, led: bool) -> Item:
    """One flow: how it went; of what went wrong the step, what was seen, and the way out."""
    tried = sum(step.state is not State.SKIPPED for step in one.steps)
    if one.state is State.OK and one.code == "ok":
        took = f" ({count(tried, 'step')}, {seconds(one.ms)})" if tried else ""
        return Item((f"{one.title} works{took}",), tone=Tone.GOOD, label="Works")
    lines: list[Words] = []
    fault = one.at_fault
    if fault is not None:
        place = next(index for index, step in enumerate(one.steps, 1) if step is fault)
        where: Words = (" at ", Code(f"{fault.host}{fault.path}")) if fault.host else ()
        lines.append((f"Step {place} of {len(one.steps)}{_status(fault)}", *where, _tries(fault)))
    finding = known.findings.get(one.id)
    # What stands at the top is not said again.
    step = next(iter(finding.fix[1:2] if led else finding.fix[:1]), "") if finding is not None else ""
    lines += [label("Then" if led else "What to do", prose(sentence(step)))] if step else []
    word, meant = ("Remark", Tone.WARN) if one.state is State.OK else (WORDS[one.state], TONES[one.state])
    return Item((sentence(one.sentence),), tuple(lines), meant, word, _fix(one, known))


def _status(step: StepSeen) -> str:
    return f", status {step.status}" if step.status else ""


def _tries(step: StepSeen) -> str:
    return f", tried {'twice' if step.tries == 2 else f'{step.tries} times'}" if step.tries > 1 else ""


def _fix(one: FlowSeen, known: Known) -> tuple[Action, ...]:
    topic = known.topics.get(one.id, "")
    if one.state is not State.FAILED or not topic:
        return ()
    # Like the value of every button that begins a runbook: topic, incident, check, target.
    value = f"{topic}:0:flow.smoke:{one.title}"
    return (Action("runbook.start", "Show Me the Fix", value, primary=True, command=f"/launch runbook {topic}"),)


def _left(seen: Sequence[FlowSeen]) -> str:
    """What the walks themselves may have left behind."""
    dirty = [one for one in seen if any(step.state is not State.OK for step in one.cleanup)]
    if not dirty:
        return "What the walk made in your product was removed again." if any(one.cleanup for one in seen) else ""
    tags = listed([one.run for one in dirty if one.run])
    return f"Not everything that the walk made could be removed: look for {tags or 'test customers'}."


def again(flows: Sequence[str]) -> Action:
    """The same walk once more."""
    return _again(flows)


def _again(flows: Sequence[str]) -> Action:
    value = " ".join(flows)
    return Action("smoke.again", "Walk Again", value, command=f"/launch smoke {value}".rstrip())


def terminal(seen: Sequence[FlowSeen], known: Known = NOTHING) -> Document:
    """The result for a terminal: no buttons, and every step with its time at the end."""
    document = result(seen, known)
    every = (replace(part, limit=max(1, len(seen))) if isinstance(part, Listing) else part for part in document.parts)
    parts = [part for part in every if not isinstance(part, Actions)]
    return replace(document, parts=(*parts, *table(seen)))
