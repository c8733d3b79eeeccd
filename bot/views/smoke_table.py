"""Flows in rows: every step of a walk with its time, and how each flow stood when it was walked last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.document import Action, Actions, Heading, Item, Listing, Paragraph, Part, Table, Time, Tone, Words
from bot.views.prose import count, seconds
from checks.flow.model import FlowSeen, State, StepSeen

if TYPE_CHECKING:
    from bot.store.walks import Last

TONES = {State.OK: Tone.GOOD, State.FAILED: Tone.BAD, State.UNKNOWN: Tone.UNKNOWN, State.SKIPPED: Tone.PLAIN}
WORDS = {State.OK: "Works", State.FAILED: "Broken", State.UNKNOWN: "Unknown", State.SKIPPED: "Not tried"}
MARKS = {State.OK: "ok", State.FAILED: "FAILED", State.UNKNOWN: "unknown", State.SKIPPED: "not tried"}
WORST_FIRST = (State.FAILED, State.UNKNOWN, State.OK, State.SKIPPED)
NAME, SAID = 26, 34
"""Characters of a step's name, and of what was seen there, in a table of 80 columns."""
SHOWN = 8


def table(seen: Sequence[FlowSeen]) -> list[Part]:
    """Every step with its time, for a terminal of 80 columns."""
    parts: list[Part] = []
    for one in seen:
        rows = [_row(step) for step in (*one.steps, *one.cleanup)]
        if rows:
            parts.append(Heading(f"{one.title}: {WORDS[one.state].lower()}, {seconds(one.ms)}"))
            parts.append(Table(("Step", "", "Time", "Seen"), tuple(rows)))
    return parts


def _row(step: StepSeen) -> tuple[str, str, str, str]:
    said = step.sentence if step.state is not State.OK or step.code != "ok" else f"status {step.status}"
    took = f"{step.ms / 1000:.2f} s" if step.ms else ""
    return (_cut(step.name, NAME), MARKS[step.state], took, _cut(said if step.state is not State.SKIPPED else "", SAID))


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def standing(walked: Sequence[Last], flows: int = 0) -> list[Part]:
    """How each flow stood when it was walked last, for the screen that shows everything; nothing without flows."""
    if not flows:
        return []
    if not walked:
        walk = Action("smoke.again", "Walk Now", command="/launch smoke")
        return [Heading("Flows"), Paragraph((f"{count(flows, 'flow')}, never walked yet.",)), Actions((walk,))]
    ranked = sorted(walked, key=lambda one: (WORST_FIRST.index(one.seen.state), one.seen.code == "ok"))
    good = sum(one.seen.state is State.OK for one in walked)
    never = f", {flows - len(walked)} never walked" if flows > len(walked) else ""
    title = f"Flows: {good} of {flows} worked when they were walked last{never}"
    return [Heading(title), Listing(tuple(_stood(one) for one in ranked), limit=SHOWN)]


def _stood(last: Last) -> Item:
    one = last.seen
    fine = one.state is State.OK and one.code == "ok"
    said = f"{one.title} works" if fine else one.sentence.rstrip(".")
    since: Words = (", since ", Time(last.since, "both")) if one.state is State.FAILED else ()
    word = "Remark" if one.state is State.OK and not fine else WORDS[one.state]
    tone = Tone.WARN if word == "Remark" else TONES[one.state]
    return Item((said, *since, ". Walked ", Time(last.at, "ago"), "."), tone=tone, label=word)
