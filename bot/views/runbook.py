"""A run of a runbook as one message: where it stands, what is behind, the one thing to do now, and its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.blockkit.words import clip, one_line
from bot.document import Actions, Document, Note, Paragraph, Part, Preformatted, Span, Strong, Time, Tone, Words
from bot.domain.runbook.book import Ask, Call, Check, Decide, Do, Runbook, Say, Step, Wait
from bot.domain.runbook.fill import fill
from bot.domain.runbook.known import FIELDS, Known
from bot.domain.runbook.run import LIVE, Past, Run, Sight, Standing, Verdict
from bot.views.felt import length
from bot.views.prose import count, label, prose, sentence
from bot.views.runbook_buttons import buttons, menu, rating, writing
from bot.views.runbook_door import where

NEAR = timedelta(hours=8)
"""A moment no further away than this is said without its day."""
MOST_PAST = 6
"""Steps that are behind, shown line by line; earlier ones are counted."""
LINE, SEEN, LESSON = 110, 300, 300
"""Characters of a past step, of what was seen, of a lesson."""


@dataclass(frozen=True, slots=True)
class State:
    """All that the message shows."""

    run: Run
    book: Runbook
    known: Known
    steps: int
    """Steps in all, as it looks now."""
    now: datetime
    zone: str = "UTC"
    people: Mapping[str, str] = field(default_factory=dict)
    """Names of launch.yml by Slack id."""
    controls: tuple[str, ...] = ()
    """In a drill, the tasks of the simulated console: `host.roll_back`."""
    lesson: str = ""
    """What somebody wrote down for next time when they walked it last."""
    truth: str = ""
    """In a drill, the answer that a person would find to be true."""


REMARKS = {
    "changed": "The text of this runbook was changed meanwhile; it goes on at the nearest step.",
    "merged": "This trouble turned out to have the same cause as another one; the run goes on for that one.",
}
PAST = {
    "done": "done",
    "good": "good, I looked",
    "different": "it looked different",
    "found": "no, here it is",
    "late": "it took too long",
    "sent": "sent",
}
"""What the walk notes behind a step, in the words of the message."""
UNSENT = "In a real one you would send this. Send nothing now, and click as if you had:"
WORDS = {
    Standing.FIXED: "FIXED",
    Standing.HANDED: "HANDED OVER",
    Standing.DONE: "DONE",
    Standing.OVER: "OVER",
    Standing.LEFT: "STOPPED",
}


def document(state: State) -> Document:
    """The message in every state."""
    run, parts = state.run, list[Part]()
    if run.drill:
        parts.append(Paragraph((Strong("A drill, nothing is really broken."), " Change nothing at your providers.")))
    parts.append(Note(_where(state)))
    if run.standing in LIVE and run.remark in REMARKS:
        parts.append(Note((REMARKS[run.remark],)))
    if run.standing in LIVE and not run.past and state.book.feels:
        parts.append(Paragraph(label("What customers feel", _filled(state, state.book.feels))))
    if run.standing in LIVE and not run.past and state.lesson:
        parts.append(Note(("Written down last time: ", clip(state.lesson, LESSON))))
    if run.past:
        parts.append(Note(_behind(state)))
    parts += _now(state) if run.standing in LIVE else _end(state)
    return Document(_headline(state), tuple(parts), _tone(run), fallback=_sentence(state))


def notice(state: State) -> Document:
    """What to tell customers, to be pasted."""
    if not state.book.notice:
        return Document("Customers need not be told", (Paragraph(("Nobody outside notices this.",)),))
    where = state.known.fields.get("status_page", "")
    hint = f"Put it here: {where}" if where else "Put it where your customers look: your page, your newsletter, a post."
    if state.run.drill:
        hint = "Tell nobody now: this is a drill, and nothing is broken. In a real one you would post this."
    return Document(
        f"{'DRILL · ' if state.run.drill else ''}What to tell your customers",
        (Preformatted(_plain(state, state.book.notice)), Note((hint,))),
    )


def _headline(state: State) -> str:
    word = WORDS.get(state.run.standing, "RUNBOOK")
    return f"{'DRILL · ' if state.run.drill else ''}{word} · {one_line(state.book.title, 90)}"


def _sentence(state: State) -> str:
    run, title = state.run, one_line(state.book.title, 60)
    drill = "Drill: " if run.drill else ""
    match run.standing:
        case Standing.FIXED:
            said = f"{title}: fixed and proven."
        case Standing.HANDED:
            said = f"{title}: handed over."
        case Standing.OVER | Standing.LEFT | Standing.DONE:
            said = f"{title}: {WORDS[run.standing].lower()}."
        case Standing.CHECKING:
            said = f"{title}: I am looking right now."
        case Standing.WAITING:
            said = f"{title}: I look again by myself."
        case _:
            said = f"{title}: step {_number(state)} waits for you."
    return drill + said


def _tone(run: Run) -> Tone:
    if run.standing is Standing.FIXED or run.standing is Standing.DONE:
        return Tone.GOOD
    bad = run.sight is not None and run.sight.verdict is Verdict.BAD and run.standing is Standing.OPEN
    return Tone.WARN if bad else Tone.PLAIN


def _number(state: State) -> int:
    return len(state.run.past) + 1


def _where(state: State) -> Words:
    """`Step 2 of about 5 · Mia has been doing it since 21:03`."""
    run = state.run
    if run.standing not in LIVE:
        return (f"{count(len(run.past), 'step')} · ", _who(state, run.holder), " did it · begun ",
                _moment(state, run.began_at))  # fmt: skip
    about = max(_number(state), state.steps)
    place = f"Step {_number(state)} of about {about}" if about > 1 else "One step"
    for_incident: Words = (f" · for INC-{run.incident}",) if run.incident else ()
    return (
        f"{place} · ",
        _who(state, run.holder),
        " has been doing it since ",
        _moment(state, run.since),
        *for_incident,
    )


def _behind(state: State) -> Words:
    """A numbered line for each step that is behind."""
    past = state.run.past
    first = max(0, len(past) - MOST_PAST)
    out: list[Span] = [f"{count(first, 'earlier step')}\n"] if first else []
    for number, one in enumerate(past[first:], first + 1):
        out += ["\n"] if number > first + 1 else []
        out += [f"{number}. ", *_past(state, one)]
    return tuple(out)


def _past(state: State, one: Past) -> Words:
    step = state.book.steps.get(one.step)
    what = _plain(state, text_of(step)) if step is not None else "A step that is no longer in the text"
    by: Words = (" (", _who(state, one.by), ")") if one.by and one.by != state.run.holder else ()
    return (one_line(what.split("\n")[0], LINE).rstrip("."), " – ", Strong(_said_of(one)), *by)


def _said_of(one: Past) -> str:
    """The answer or the verdict, as it stands behind a step."""
    if one.said in PAST:
        return PAST[one.said]
    return one_line(one.said, 60)


def text_of(step: Step) -> str:
    """What a step says."""
    return "" if isinstance(step, Decide) else step.text


def _plain(state: State, text: str) -> str:
    return fill(text, state.known.fields).text.strip()


def _filled(state: State, text: str) -> Words:
    return prose(_plain(state, text))


def _now(state: State) -> list[Part]:
    step = state.book.steps.get(state.run.step)
    parts: list[Part] = [Paragraph(_filled(state, text_of(one))) for one in _heard(state)]
    parts += [] if step is None else _step(state, step)
    missing = _gaps(state, step)
    if missing and state.run.standing is Standing.OPEN:
        names = tuple(FIELDS[name].label for name in missing)
        parts.append(Note((f"Not written down yet: {', '.join(names)}. Write it down once, and I know it next time.",)))
        parts.append(Actions(writing(state.run, missing)))
    if state.truth and state.run.standing is Standing.OPEN:
        parts.append(Note((f"In this drill, what you would find is: {state.truth}.",)))
    if state.controls and state.run.standing is Standing.OPEN:
        console = "In a drill, do it in the simulated console: choose the button that does what this step says."
        parts.append(Note((console,)))
    shown = buttons(state.run, step, state.controls)
    parts.append(Actions(shown, menu(state.run, state.book, shown)))
    return parts


def _heard(state: State) -> list[Step]:
    """What is explained on the way to this step; gone once it was looked at."""
    known = (state.book.steps.get(one) for one in state.run.heard)
    return [] if state.run.looks else [one for one in known if one is not None]


def _gaps(state: State, step: Step | None) -> tuple[str, ...]:
    """What this step would say, had somebody written it down."""
    texts = [text_of(step)] if step is not None else []
    if isinstance(step, Do):
        texts += [step.paste, step.undo, step.slip, state.known.panels.get(step.panel, "")]
    if isinstance(step, Call):
        texts.append(step.message)
    found = [name for text in texts for name in fill(text, state.known.fields).missing]
    return tuple(dict.fromkeys(found))


def _step(state: State, step: Step) -> list[Part]:
    run = state.run
    if run.standing is Standing.CHECKING:
        return [*_said(state, step), Note(("Looking now; this takes up to half a minute.",))]
    match step:
        case Say():
            return [Paragraph(_filled(state, step.text))]
        case Ask():
            return [Paragraph((Strong("Question:"), " ", *_filled(state, step.text)))]
        case Do():
            return _do(state, step)
        case Check():
            return [*_said(state, step), *_looked(state, step)]
        case Wait():
            return [*_said(state, step), Note(_waiting(state))]
        case Call():
            return _call(state, step)
        case Decide():
            return []


def _said(state: State, step: Step) -> list[Part]:
    """What a look is about."""
    text = text_of(step)
    if isinstance(step, Check):
        return [Paragraph(label("What must be true", _filled(state, text)))]
    return [Paragraph(_filled(state, text))] if text else []


def _do(state: State, step: Do) -> list[Part]:
    parts: list[Part] = []
    if step.danger and step.undo:
        parts.append(Paragraph(label("Careful, before you begin", _filled(state, step.undo))))
    parts.append(Paragraph(label("Do this", _filled(state, step.text))))
    if path := state.known.panels.get(step.panel, ""):
        parts.append(Paragraph(where(step.panel, _filled(state, path), state.known)))
    if step.paste and fill(step.paste, state.known.fields).whole:
        parts += [Paragraph((Strong("Copy this:"),)), Preformatted(_plain(state, step.paste))]
    if step.slip:
        parts.append(Note(("Usual slip: ", *_filled(state, step.slip))))
    if step.undo and not step.danger:
        parts.append(Note(("To take it back: ", *_filled(state, step.undo))))
    return parts


def _looked(state: State, step: Check) -> list[Part]:
    """What the last look saw against what it should be."""
    sight = state.run.sight
    if sight is None:
        return []
    if sight.verdict is Verdict.UNKNOWN:
        why = (" ", *prose(sentence(one_line(sight.seen, SEEN)))) if sight.seen else ()
        return [
            Paragraph((Strong("I could not look."), *why, " That is neither good nor bad.")),
            Paragraph(label("Please look yourself", _filled(state, step.look))),
        ]
    return [Paragraph(_difference(state.run, sight)), *_hints(state, step)]


def _difference(run: Run, sight: Sight) -> Words:
    times = f" (look {run.looks})" if run.looks > 1 else ""
    out: list[Span] = [Strong(f"Not yet{times}.")]
    if sight.seen:
        out += [" Seen: ", *prose(clip(sight.seen, SEEN)), "." if sight.seen[-1:] not in ".!?" else ""]
    if sight.expected:
        out += ["\n", Strong("Expected:"), " ", *prose(sentence(clip(sight.expected, SEEN)))]
    return tuple(one for one in out if one != "")


def _hints(state: State, step: Check) -> list[Part]:
    out: list[Part] = []
    if step.slip:
        out.append(Note(("Usual slip: ", *_filled(state, step.slip))))
    if step.takes:
        out.append(Note(("How long it takes: ", *_filled(state, step.takes))))
    return out


def _waiting(state: State) -> Words:
    run = state.run
    out: list[Span] = ["I look again by myself"]
    if run.look_at is not None and run.look_at > state.now:
        out += [" at ", _moment(state, run.look_at)]
    if run.until is not None:
        out += [", until ", _moment(state, run.until), " at the latest"]
    return (*out, ". You need not stay here; I write to you.")


def _call(state: State, step: Call) -> list[Part]:
    name, reach = state.known.contacts.get(step.who, ("", ""))
    who: Words = ("Nobody is written down for this; ask in your team who knows them.",)
    if name:
        how = f", {reach}" if reach and reach != name else ""
        who = (name, how)
    return [
        Paragraph(_filled(state, step.text)),
        Paragraph(label("Who", who)),
        Paragraph((Strong(UNSENT if state.run.drill else "Send them this:"),)),
        Preformatted(_plain(state, step.message)),
    ]


def _end(state: State) -> list[Part]:
    run = state.run
    ended = run.ended_at or state.now
    took = length((ended - run.began_at).total_seconds())
    at = _moment(state, ended)
    match run.standing:
        case Standing.FIXED:
            proofs = len(run.sight.checks) if run.sight is not None else 0
            proven = f" ({count(proofs, 'check')})" if proofs else ""
            said: Words = (Strong("Fixed, proven at "), at, f"{proven}, after {took}.")
        case Standing.HANDED:
            after = "The drill ends here." if run.drill else "I go on watching, and tell you when it is good again."
            said = (Strong("Handed over at "), at, f", after {took}. {after}")
        case Standing.DONE:
            said = (Strong("Done at "), at, f", after {took}.")
        case Standing.OVER:
            said = (Strong("It ended by itself at "), at, ". Nothing is left to do here.")
        case _:
            said = (Strong("Stopped at "), at, f", at step {_number(state)}. ",
                    f"Nothing was proven. Begin again with /launch runbook {run.topic}.")  # fmt: skip
    last = (state.book.steps.get(one) for one in run.heard)
    parts: list[Part] = [Paragraph(said), *(Paragraph(_filled(state, text_of(one))) for one in last if one is not None)]
    if run.helped:
        parts.append(Note((_thanks(run),)))
    elif run.standing in (Standing.FIXED, Standing.DONE, Standing.HANDED):
        parts += [Paragraph(("Did this help?",)), Actions(rating(run))]
    return parts


def _thanks(run: Run) -> str:
    said = {"yes": "It helped.", "partly": "It helped in part.", "no": "It did not help."}.get(run.helped, "")
    return f"{said} For next time: {clip(run.lesson, LESSON)}" if run.lesson else f"{said} Thank you."


def _who(state: State, slack: str) -> Span:
    if not slack:
        return "I"
    return state.people.get(slack) or "somebody of the team"


def _moment(state: State, at: datetime) -> Time:
    return Time(at, "time" if abs(at - state.now) <= NEAR else "both")
