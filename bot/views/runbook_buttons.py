"""The buttons of a run: each says the run and the revision that it was shown with."""

from __future__ import annotations

from bot.document import Action
from bot.domain.runbook.book import Ask, Call, Check, Do, Runbook, Say, Step, Wait
from bot.domain.runbook.known import FIELDS
from bot.domain.runbook.run import Run, Standing, Verdict

DONE = "done"
"""The only control where a step names no place."""
SPELT = {"dns": "DNS", "ssl": "SSL", "hsts": "HSTS", "https": "HTTPS", "www": "www", "dkim": "DKIM", "spf": "SPF",
         "dmarc": "DMARC", "dnssec": "DNSSEC"}  # fmt: skip
SMALL = frozenset({"on", "off", "up", "of", "to", "in"})
MOST_FIELDS = 4
"""Things to write down that one message asks for."""


def value_of(run: Run, rest: str = "") -> str:
    """`7:3`, or `7:3:good`."""
    return f"{run.id}:{run.rev}:{rest}" if rest else f"{run.id}:{run.rev}"


def buttons(run: Run, step: Step | None, controls: tuple[str, ...] = ()) -> tuple[Action, ...]:
    """What the step that stands open asks for; in a drill a `do` shows the controls of the simulated console."""
    value = value_of(run)
    if step is None or run.standing is Standing.CHECKING:
        return (_call(value),)
    match step:
        case Say():
            return (Action("runbook.next", "Next", value, primary=True),)
        case Ask():
            return tuple(
                Action("runbook.answer", one.label, value_of(run, str(index))) for index, one in enumerate(step.answers)
            )
        case Do() if controls:
            return tuple(
                Action("drill.control", control(task), value_of(run, str(index))) for index, task in enumerate(controls)
            )
        case Do():
            return (_did(run, step), Action("runbook.different", "It Looks Different", value))
        case Check():
            return _looked(run)
        case Wait():
            return (Action("runbook.again", "Check Now", value, primary=True), _call(value))
        case Call():
            return (Action("runbook.sent", "I Sent It", value, primary=True),)
        case _:
            return ()


def control(task: str) -> str:
    """`host.roll_back` as a button says it: "Roll Back"."""
    if task == DONE:
        return "Done, Check It"
    words = task.partition(".")[2].split("_")
    return " ".join(SPELT.get(word, word if word in SMALL else word.capitalize()) for word in words)


def _did(run: Run, step: Do) -> Action:
    return Action("runbook.did", "Done, Check It" if step.changes else "Done", value_of(run), primary=True)


def _call(value: str) -> Action:
    return Action("runbook.call", "Call Someone", value)


def _looked(run: Run) -> tuple[Action, ...]:
    value = value_of(run)
    again = Action("runbook.again", "Check Again", value, primary=True)
    if run.sight is not None and run.sight.verdict is Verdict.UNKNOWN:
        return (
            Action("runbook.saw", "It Looks Good", value_of(run, "good")),
            Action("runbook.saw", "It Looks Wrong", value_of(run, "bad")),
            again,
        )
    return (again, Action("runbook.different", "It Looks Different", value), _call(value))


def menu(run: Run, book: Runbook, shown: tuple[Action, ...]) -> tuple[Action, ...]:
    """What is possible besides the buttons that are `shown`."""
    value = value_of(run)
    out: list[Action] = []
    if run.past:
        out.append(Action("runbook.back", "One Step Back", value))
    if book.notice:
        out.append(Action("runbook.notice", "What to Tell Customers", value))
    if any(isinstance(step, Call) for step in book.steps.values()):
        out.append(_call(value))
    out.append(Action("runbook.take_over", "Take Over", value))
    out.append(Action("runbook.leave", "Stop Here", value))
    ids = {one.id for one in shown}
    return tuple(one for one in out if one.id not in ids)


def writing(run: Run, missing: tuple[str, ...]) -> tuple[Action, ...]:
    """A button for each thing that is not written down yet."""
    return tuple(
        Action("runbook.write", f"Write Down: {FIELDS[name].label}"[:75], value_of(run, name))
        for name in missing[:MOST_FIELDS]
    )


def rating(run: Run) -> tuple[Action, ...]:
    """Whether it helped."""
    return tuple(
        Action("runbook.rate", label, value_of(run, said))
        for said, label in (("yes", "It Helped"), ("partly", "Partly"), ("no", "It Did Not"))
    )
