"""What is said about release checklists, rollbacks that are tried, and release notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.document import Document
from bot.domain.release import (
    RELEASE_STEPS,
    ROLLBACK_STEPS,
    Answer,
    How,
    Kind,
    LastTry,
    Run,
    Seen,
    Sight,
    open_step,
)
from bot.services.release import Noted, Outcome, Result, Whole
from bot.views import release as view
from bot.views.release_notes import notes
from bot.views.release_over import Own
from tests.views.runbook_samples import NOW

OWN = Own(
    ("ana", "ben"), "Render", ("Merge into main", "Wait for the green tick"),
    ("Open Deploys", "Press Rollback beside the last good one"), 3,
)  # fmt: skip
WELL = (
    Seen("incidents", "Incidents", Sight.GOOD, "none is open"),
    Seen("audit", "Last audit", Sight.GOOD, "go"),
    Seen("flows", "What customers do", Sight.GOOD, "all 3 flows work"),
    Seen("ends", "Domain and certificates", Sight.GOOD, "none runs out soon"),
    Seen("oncall", "On call", Sight.GOOD, "ana"),
    Seen("mutes", "Silences", Sight.GOOD, "none, every alarm would be heard"),
)
ILL = (
    Seen("incidents", "Incidents", Sight.BAD, "INC-12 still open", "/launch incidents"),
    Seen("audit", "Last audit", Sight.UNKNOWN, "nobody has looked at the whole product yet", "/launch check"),
    Seen("flows", "What customers do", Sight.OUT, "no flows stand in launch.yml, so nobody walks them"),
    *WELL[3:],
)
BEGAN = NOW - timedelta(minutes=6)
RUN = Run(4, "acme", Kind.RELEASE, "U0ANA", BEGAN, "v43")
BACK = replace(RUN, kind=Kind.ROLLBACK, version="")


def upto(run: Run, steps: int, **skipped: str) -> Run:
    """The first steps are answered, one each half minute."""
    known = RELEASE_STEPS if run.kind is Kind.RELEASE else ROLLBACK_STEPS
    answers = []
    for number, step in enumerate(known[:steps], 1):
        at = BEGAN + timedelta(seconds=30 * number)
        how = How.SKIPPED if step.id in skipped else How.DONE
        why = skipped.get(step.id, "Invoices can now be downloaded as <PDF> & *more*" if step.note else "")
        answers.append(Answer(step.id, how, "U0ANA", at, why))
    return replace(run, answers=tuple(answers), rev=steps)


def whole(run: Run, seen: tuple[Seen, ...] = WELL, minutes: int | None = 9) -> Whole:
    """With what is around it."""
    before = None if minutes is None else timedelta(minutes=minutes)
    return Whole(
        run, seen if run.kind is Kind.RELEASE else (), before, "v42", LastTry(NOW - timedelta(days=40), "U0BEN")
    )


def over(run: Run, seen: tuple[Seen, ...] = WELL, took: int = 6) -> Document:
    """It has ended."""
    ended = replace(run, ended_at=BEGAN + timedelta(minutes=took), seen=seen if run.kind is Kind.RELEASE else ())
    return view.message(whole(ended, seen), OWN)


def said(result: Result, run: Run | None = None, seen: tuple[Seen, ...] = WELL) -> Document:
    """The answer to whoever typed."""
    step = open_step(run, seen) if run is not None else None
    found = view.next_line(Outcome(result, run, step))
    assert found is not None
    return found


TAKEN = replace(
    upto(RUN, 6),
    answers=(
        *upto(RUN, 6).answers,
        Answer("incidents", How.SKIPPED, "U0ANA", NOW, "It is what this release repairs"),
        Answer("audit", How.SKIPPED, "U0ANA", NOW, "The first release"),
    ),
)
RELEASES: dict[str, Callable[[], Document]] = {
    "release_begun": lambda: view.message(whole(RUN, ILL, None), Own()),
    "release_rollback_step": lambda: view.message(whole(upto(RUN, 2, migrations="None this time")), OWN),
    "release_rollback_unwritten": lambda: view.message(replace(whole(upto(RUN, 2)), tried=None), Own()),
    "release_smoke_step": lambda: view.message(whole(upto(RUN, 4)), OWN),
    "release_note_step": lambda: view.message(whole(upto(RUN, 5)), OWN),
    "release_seen_step": lambda: view.message(whole(upto(RUN, 6), ILL), OWN),
    "release_in_order": lambda: view.message(whole(upto(RUN, 6)), OWN),
    "release_go": lambda: over(upto(RUN, 6)),
    "release_go_slowly": lambda: over(upto(RUN, 6), took=25),
    "release_go_taken": lambda: over(TAKEN, ILL),
    "release_not_yet": lambda: over(upto(RUN, 6, tests="There are none yet", watch="Everybody sleeps"), ILL),
    "release_left": lambda: over(replace(upto(RUN, 3), stopped=True)),
    "release_back": lambda: view.message(whole(BACK, minutes=None), OWN),
    "release_back_which": lambda: view.message(whole(upto(BACK, 2)), OWN),
    "release_back_try": lambda: view.message(whole(upto(BACK, 3)), OWN),
    "release_back_works": lambda: over(upto(BACK, 6)),
    "release_back_not_tried": lambda: over(upto(BACK, 6, **{"try": "There is no staging"})),
    "release_next": lambda: said(Result.TAKEN, upto(RUN, 1)),
    "release_next_seen": lambda: said(Result.TAKEN, upto(RUN, 6), ILL),
    "release_last": lambda: said(Result.TAKEN, replace(upto(RUN, 6), ended_at=NOW)),
    "release_busy": lambda: said(Result.BUSY, upto(RUN, 1)),
    "release_none": lambda: said(Result.NONE),
    "release_old": lambda: said(Result.OLD),
    "release_say_it": lambda: said(Result.MUST_SAY, upto(RUN, 5)),
    "release_not_in_order": lambda: said(Result.NOT_IN_ORDER, upto(RUN, 6), ILL),
    "release_no_list": view.no_list,
    "release_notes_none": lambda: notes(()),
    "release_notes": lambda: notes(
        (
            Noted("v43", None, "Invoices can now be downloaded as PDF", "U0ANA"),
            Noted("v42", NOW - timedelta(days=2), "", "ben", "bad", "https://example.com/v42"),
            Noted("3f9a11c", NOW - timedelta(days=9), "fix: <!channel> typo", "", "good"),
        )
    ),
}
"""By name of its file in tests/golden."""
