"""What came of a release checklist, or of going back to the version before: go or not yet, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.blockkit.words import one_line
from bot.document import (
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
    Strong,
    Time,
    Tone,
    Words,
)
from bot.domain.release import IN_TIME, STEPS, How, Kind, Run, Step, back_in, verdict
from bot.services.release import Whole
from bot.views.felt import length

REASON, OWN, VERSION = 200, 300, 40
"""Characters."""
MOST_OWN = 6
"""Lines of launch.yml that are shown."""
MINUTES = int(IN_TIME.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Own:
    """What launch.yml says about going out and coming back."""

    who: tuple[str, ...] = ()
    runs_on: str = ""
    how: tuple[str, ...] = ()
    roll_back: tuple[str, ...] = ()
    flows: int = 0


def named(run: Run) -> str:
    """How the list is called."""
    if run.kind is Kind.ROLLBACK:
        return "Trying to go back"
    return f"Release {one_line(run.version, VERSION)}" if run.version else "Release checklist"


def lines(title: str, lines: Sequence[str]) -> list[Part]:
    """Lines of launch.yml below a title; nothing where there are none."""
    if not lines:
        return []
    shown = tuple(Item((f"{number}. {one_line(one, OWN)}",)) for number, one in enumerate(lines, 1))
    return [Note((f"{title}:",)), Listing(shown, limit=MOST_OWN)]


def took(span: timedelta) -> str:
    """`6 minutes`."""
    return length(span.total_seconds())


def _time(state: Whole) -> str:
    all_of_it = state.run.took
    if all_of_it is None:
        return ""
    last = f", last time {took(state.before)}" if state.before is not None else ""
    over = f". That is more than {MINUTES} minutes: which step held you up?" if all_of_it > IN_TIME else ""
    return f"It took {took(all_of_it)}{last}{over}{'' if over else '.'}"


def _by(state: Whole, style: str) -> Words:
    when = Time(state.run.ended_at or state.run.began_at, style)
    return (_time(state), " By ", Person(state.run.person), ", ", when, ".")


def _reasons(lines: Sequence[str], tone: Tone) -> list[Part]:
    return [Listing(tuple(Item((one_line(one, 300),), tone=tone) for one in lines), limit=8)] if lines else []


def over(state: Whole, own: Own) -> Document:
    """What came of it: go, or not yet; or how long going back took."""
    if state.run.kind is Kind.ROLLBACK:
        return _rolled_back(state)
    found = verdict(state.run)
    version = one_line(state.run.version, VERSION) if state.run.version else "this release"
    told = (
        " Every step is done, and nothing that I see speaks against it." if not found.taken else " Every step is done."
    )
    parts: list[Part] = [Paragraph((Strong("Go."), told) if found.go else (Strong("Not yet."), " This is missing:"))]
    parts += _reasons(found.missing, Tone.BAD)
    if found.taken:
        parts += [Paragraph(("Not in order, and taken on with a reason:",)), *_reasons(found.taken, Tone.WARN)]
    if state.run.note:
        parts.append(Facts((("For the release notes", (one_line(state.run.note, 300),)),)))
    parts.append(Note(_by(state, "both")))
    if found.go:
        parts += lines("How to deploy", own.how)
        parts.append(Note(("Once it is live, tell me if no hook does: ", Code("/launch deploy v2 what changed"))))
    else:
        parts.append(Note(("Put it in order, then begin again: ", Code("/launch release"))))
    word = "Go" if found.go else "Not yet"
    return Document(f"{word} · {version}", tuple(parts), Tone.GOOD if found.go else Tone.BAD,
                    fallback=f"{word}: {version}. {_time(state)}")  # fmt: skip


def _rolled_back(state: Whole) -> Document:
    back = back_in(state.run)
    left = [one for one in STEPS[Kind.ROLLBACK] if _left_out(state.run, one)]
    parts: list[Part] = []
    if back is not None:
        headline = f"Going back works: it took {took(back)}"
        parts.append(Paragraph(("When a new version breaks something, this is how long customers wait at least.",)))
    else:
        headline = "Going back was not tried"
        parts.append(Paragraph(("The one step that proves something was left out. Try it on a quiet day.",)))
    if left:
        reasons = tuple(
            Item((f"{one.title}: {one_line(_why(state.run, one), REASON)}",), tone=Tone.WARN) for one in left
        )
        parts += [Heading("Left out"), Listing(reasons, limit=8)]
    parts.append(Note((*_by(state, "date"), " Try it again in three months.")))
    return Document(headline, tuple(parts), Tone.GOOD if back is not None else Tone.WARN)


def _left_out(run: Run, step: Step) -> bool:
    found = run.answer(step.id)
    return found is not None and found.how is How.SKIPPED


def _why(run: Run, step: Step) -> str:
    found = run.answer(step.id)
    return found.why if found is not None else ""


def left_early(state: Whole, progress: tuple[int, int]) -> Document:
    """Somebody stopped before its end."""
    done, of = progress
    return Document(
        f"{named(state.run)} · left",
        (
            Paragraph((f"It was left after {done} of {of} answers. Nothing follows from it.",)),
            Note(("Begin again: ", Code("/launch release rollback" if state.run.kind is Kind.ROLLBACK
                                        else "/launch release"))),
        ),
    )  # fmt: skip
