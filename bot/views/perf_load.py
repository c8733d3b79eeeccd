"""A light load test as its one message: while it goes on, when it was stopped, and what ten visitors a second do."""

from __future__ import annotations

from collections.abc import Sequence
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
from bot.views.perf import load_button
from bot.views.perf_gate import steps_of
from bot.views.prose import SEVERITY, prose, sentence
from checks.finding import fill
from checks.load_model import Ended
from checks.loading import NotAllowed
from checks.model import Status
from checks.perf import load_light

if TYPE_CHECKING:
    from bot.store.perf_runs import LoadRun

TONES = {Status.PASS: Tone.GOOD, Status.FAIL: Tone.BAD, Status.UNKNOWN: Tone.UNKNOWN}


def message(run: LoadRun) -> Document:
    """A stored test: progress that is edited in place until the result takes its place."""
    if run.ended_at is None:
        return going(run)
    if run.load is None:
        return lost(run)
    return result(run)


def going(run: LoadRun) -> Document:
    """It goes on, and anybody may stop it."""
    figures = run.figures
    who: Words = (", for ", Person(run.asked_by)) if run.asked_by else ()
    now = f"{figures.done} of {figures.total} requests answered"
    stop = Action("perf.stop", "Stop It", str(run.id), danger=True, command=f"/launch perf stop {run.id}")
    return Document(
        f"Sending a light load to {figures.name}",
        (
            Paragraph(
                (
                    "Two requests a second, then five, then ten, for a minute in all",
                    *who,
                    ", since ",
                    Time(run.asked_at),
                    ".",
                )
            ),
            Progress(figures.done, figures.total, now),
            Note(("It stops by itself when more than 2 in 100 fail or answers take more than 3 seconds.",)),
            Actions((stop,)),
        ),
        fallback=f"A light load goes to {figures.name}: {now}.",
    )


def lost(run: LoadRun) -> Document:
    """It ended without a result."""
    name = run.figures.name
    own = run.figures.problem == "bug"
    why = (
        "The bot itself made a mistake."
        if own
        else "The bot was stopped in the middle. It does not begin again by itself."
    )
    return Document(
        f"The light load on {name} came to no result",
        (Paragraph((why,)), Actions((load_button(name, "Try Again"),))),
        Tone.UNKNOWN,
        fallback=f"The light load on {name} came to no result. {why}",
    )


def result(run: LoadRun) -> Document:
    """What came of it: the sentence first, then each step, then what to do."""
    load, name = run.load, run.figures.name
    assert load is not None  # noqa: S101  (asked before)
    verdict = load_light.judge(load_light.Facts(load))
    outcome = load_light.OUTCOMES[verdict.code]
    host = load.url.partition("://")[2].partition("/")[0]
    values = {"name": name, "url": load.url, "host": host, **verdict.seen}
    said = fill(outcome.summary, values)
    parts: list[Part] = []
    if run.figures.stopped_by:
        parts.append(Paragraph(("Stopped by ", Person(run.figures.stopped_by), ".")))
    elif load.ended in (Ended.ERRORS, Ended.SLOW):
        parts.append(Paragraph(("It stopped by itself there; nothing more was sent.",)))
    if outcome.impact:
        parts.append(Paragraph(prose(sentence(outcome.impact))))
    if outcome.status is not Status.PASS:
        parts.append(Listing(tuple(Item(prose(fill(step, values))) for step in outcome.fix)))
    parts += steps_of(load)
    if outcome.status is Status.FAIL:
        parts.append(Note((f"How bad: {SEVERITY[outcome.severity].lower()}. Nobody was called.",)))
    parts.append(Actions((load_button(name, "Try It Again"),)))
    return Document(said, tuple(parts), TONES.get(outcome.status, Tone.UNKNOWN), fallback=sentence(said))


def not_allowed(error: NotAllowed, known: Sequence[str] = ()) -> Document:
    """Nothing was sent, and what to write down first."""
    where: Words = ("under the host ", Code(error.host)) if error.listed else ("under ", Code("hosts:"))
    return Document(
        f"{error.host} is not to be asked hard, so nothing was sent",
        (
            Paragraph(("If it is yours, add to launch.yml ", *where, " this line:")),
            Listing((Item((Code(error.line),)),)),
            Note(("A light load is at most 350 requests in a minute, only reading, and stops when it hurts.",)),
            *((Note(("Allowed today: ", ", ".join(known), ".")),) if known else ()),
        ),
        Tone.WARN,
        fallback=f"{error.host} is not to be asked hard, so nothing was sent.",
    )


def busy(run: LoadRun) -> Document:
    """One at a time."""
    name = run.figures.name
    return Document(
        f"A light load goes to {name} already",
        (Paragraph(("Two at once would each measure the other. It is over within a minute or so.",)),),
        Tone.WARN,
        fallback=f"A light load goes to {name} already; wait until it is over.",
    )


def which(allowed: Sequence[str]) -> Document:
    """Which endpoint is not said."""
    if not allowed:
        return Document(
            "No host of launch.yml allows a light load",
            (
                Paragraph(
                    ("Add to the host of the page that is asked most ", Code("intrusive: true"), ", then name it.")
                ),
                Note(("A light load is at most 350 requests in a minute, only reading, and stops when it hurts.",)),
            ),
            Tone.WARN,
        )
    return Document(
        "Which endpoint should get the load?",
        (Listing(tuple(Item((Code(f'/launch perf load "{name}"'),)) for name in allowed[:8]), limit=8),),
        Tone.WARN,
    )


def stopping(name: str) -> Document:
    """Nothing more is sent."""
    return Document(f"Nothing more is sent to {name}", (Paragraph(("The message of the test tells what came back.",)),))


def over() -> Document:
    """There is nothing to stop."""
    return Document("No light load goes on", (Paragraph(("It is over already.",)),))
