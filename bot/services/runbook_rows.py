"""What a step of a run writes: the row with its event, the story of its incident, its message, a word to somebody."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.asks import FixedAsk, Rechecked, Walked
from bot.domain.runbook.book import Check, Decide, Runbook, Wait
from bot.domain.runbook.fill import fill
from bot.domain.runbook.known import Known
from bot.domain.runbook.moved import Answer, Code, Did, Moved, Told, Wake
from bot.domain.runbook.run import Run, Standing
from bot.domain.runbook.walk import FAILED
from bot.services.transitions import World, carry_out
from bot.store import incidents, outbox, runs
from bot.store.outbox import Prio
from checks.masking import clip, mask
from checks.model import Json

LINE = 200
"""Characters of a step, an answer or a look in the story of an incident."""
AFTERWARDS = timedelta(seconds=2)
"""By how much the new message of somebody who takes over waits, so that the old one still says so."""
_SLACK = re.compile(r"[UW][A-Z0-9]{2,20}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command was decided on."""

    world: World
    book: Runbook
    known: Known
    now: datetime


def subject(run: int) -> str:
    """How outbox and journal call a run."""
    return f"run:{run}"


def present(run: Run, code: Code) -> Answer:
    """An answer that says where a run is."""
    return Answer(code, run.id, run.step, run.standing, run.rev, run.holder, run.since)


def nowhere(user: str, now: datetime) -> Answer:
    """The answer about a run or a topic that there is not."""
    return Answer(Code.NO_SUCH, 0, "", Standing.LEFT, 0, user, now)


def keep(
    connection: sqlite3.Connection, asked: Asked, before: Run | None, moved: Moved, *, did: str, actor: str = ""
) -> bool:
    """Write what came of a command, all of it in one transaction; False where nothing did."""
    run = moved.run
    if run == before:
        return False
    told: list[Json] = [
        {"did": one.did.value, "step": one.step, "said": one.said, "verdict": one.verdict or "", "by": one.by}
        for one in moved.told
    ]
    data: dict[str, Json] = {"step": run.step, "standing": run.standing.value, "told": told}
    runs.put(connection, run, at=asked.now, did=did, actor=actor, data=data)
    _story(connection, asked, run, moved)
    if before is None:
        post(connection, run, asked.now)
    else:
        edit(connection, run, asked.now, prio=Prio.HUMAN if actor else Prio.PROGRESS)
    if before is not None and before.holder != run.holder:
        _hand(connection, run, asked.now)
    if moved.wake is not Wake.NOBODY and _SLACK.fullmatch(moved.wakes):
        outbox.tell(
            connection, run.product, subject(run.id), asked.now, user=moved.wakes, about=run.rev,
            said={"why": moved.wake.value},
        )  # fmt: skip
    return True


def prove(connection: sqlite3.Connection, asked: Asked, before: Run, run: Run) -> None:
    """The look that ended the run was a fresh look at what had failed: the incident is over by it, too."""
    step = asked.book.steps.get(before.step)
    proof = isinstance(step, Check | Wait) and FAILED in step.what and run.standing is Standing.FIXED
    found = incidents.get(connection, run.incident) if run.incident and proof else None
    looked = frozenset(run.sight.checks) if run.sight is not None else frozenset()
    if found is None or not found.live or not looked.issuperset(one.probe for one in found.own):
        # Something has joined it since the look: that is not proven.
        return
    ask = FixedAsk(run.holder, cause=subject(run.id))
    carry_out(connection, asked.world, ask, asked.now, incident=found.id)
    carry_out(connection, asked.world, Rechecked(good=True), asked.now, incident=found.id)


def _story(connection: sqlite3.Connection, asked: Asked, run: Run, moved: Moved) -> None:
    """Each step, answer and look, in the story of the incident that it is about."""
    if not run.incident:
        return
    for one in moved.told:
        said = one.said if one.did is Did.TAKEN_OVER else _line(one.said)
        walked = Walked(
            run.id, _line(asked.book.title), one.did.value, brief(asked, one), said, one.verdict or "", one.by
        )
        carry_out(connection, asked.world, walked, asked.now, incident=run.incident)


def brief(asked: Asked, told: Told) -> str:
    """What a step says, in one line."""
    step = asked.book.steps.get(told.step)
    if step is None or isinstance(step, Decide):
        return ""
    return _line(fill(step.text, asked.known.fields).text.strip().split("\n")[0])


def _line(text: str) -> str:
    return clip(mask(" ".join(text.split())), LINE)


def post(connection: sqlite3.Connection, run: Run, now: datetime) -> None:
    """Ask for the run's message: in the thread of its incident's card, so that the team sees it, else to its person."""
    place = incidents.place(connection, run.incident) if run.incident else None
    if place is not None and place.ts:
        said: dict[str, Json] = {"thread": place.ts}
        outbox.post(connection, run.product, subject(run.id), now, channel=place.channel, said=said)
    elif _SLACK.fullmatch(run.holder):
        outbox.post_to_person(connection, run.product, subject(run.id), now, user=run.holder, prio=Prio.HUMAN)


def edit(connection: sqlite3.Connection, run: Run, now: datetime, *, prio: Prio = Prio.HUMAN) -> None:
    """Ask that the run's message be brought up to date."""
    outbox.edit(connection, run.product, subject(run.id), now, prio=prio)


def _hand(connection: sqlite3.Connection, run: Run, now: datetime) -> None:
    """Who took over a run that is told to one person needs a message of their own."""
    own = [one for one in outbox.trail(connection, run.product, subject(run.id)) if not one.about]
    if any(one.kind is outbox.Kind.ROOT for one in own) or not _SLACK.fullmatch(run.holder):
        return
    outbox.post_to_person(
        connection, run.product, subject(run.id), now, user=run.holder, prio=Prio.HUMAN, not_before=now + AFTERWARDS
    )
