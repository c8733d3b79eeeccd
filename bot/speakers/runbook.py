"""What there is to say about a run of a runbook: its one message, and a word to who is not looking at it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.clock import Clock
from bot.domain.drill import truth
from bot.domain.runbook.book import Ask, Do, Runbook
from bot.domain.runbook.known import Known
from bot.domain.runbook.moved import Wake
from bot.domain.runbook.paths import outline
from bot.domain.runbook.plain import Panel
from bot.domain.runbook.run import Run
from bot.domain.runbook.walk import NOTHING
from bot.runbooks import panels as load_panels
from bot.services.config import Config
from bot.services.drill_console import console_at
from bot.services.people import People
from bot.services.runbook_known import known_of
from bot.speakers.incident import names_of
from bot.speakers.said import Said, Speaker
from bot.store import drills, runs
from bot.store.outbox import Delivery, Kind
from bot.views import runbook as view
from bot.views.runbook_word import word

SUBJECT = "run"


def speaker(
    config: Callable[[], Config],
    clock: Clock,
    books: Callable[[], Mapping[str, Runbook]],
    panels: Callable[[], Mapping[str, Panel]] = load_panels,
) -> Speaker:
    """The speaker for subjects `run:7`."""

    def say(connection: sqlite3.Connection, id: int, row: Delivery) -> Said | None:
        run = runs.get(connection, id)
        if run is None:
            return None
        state = state_of(connection, config(), run, clock.now(), books=books(), panels=panels())
        if not row.about:
            return Said(view.document(state), run.rev, run.holder)
        told = word(state, _wake(row), thread=_in_thread(connection, run))
        return None if told is None or row.kind is not Kind.DM else Said(told, run.rev)

    return Speaker(say, runs.shown)


def state_of(
    connection: sqlite3.Connection,
    config: Config,
    run: Run,
    now: datetime,
    *,
    books: Mapping[str, Runbook],
    panels: Mapping[str, Panel],
) -> view.State:
    """All that its message shows, from what is stored now."""
    people = People.of(config)
    book = books.get(run.topic) or replace(NOTHING, topic=run.topic, title=run.topic.replace("_", " ").capitalize())
    known = known_of(connection, config, run, now, panels)
    console, true = _practice(connection, run, book, known, panels)
    return view.State(
        run=run,
        book=book,
        known=known,
        steps=outline(book, run, known).of,
        now=now,
        zone=people.time_zone,
        people=names_of(connection, people, now),
        controls=console,
        truth=true,
        lesson="" if run.past else _lesson(connection, run),
    )


def _practice(
    connection: sqlite3.Connection, run: Run, book: Runbook, known: Known, panels: Mapping[str, Panel]
) -> tuple[tuple[str, ...], str]:
    """In a drill: the controls of the simulated console, or the answer that is true."""
    step = book.steps.get(run.step)
    drill = drills.of_incident(connection, run.incident) if run.drill else None
    if drill is None:
        return (), ""
    if isinstance(step, Do) and step.changes:
        return tuple(one.task for one in console_at(run, drill, book, panels)), ""
    number = truth(book, known, drill.hidden, step) if isinstance(step, Ask) else None
    return (), step.answers[number].label if isinstance(step, Ask) and number is not None else ""


def _lesson(connection: sqlite3.Connection, run: Run) -> str:
    """What was written down for next time by who walked this one last."""
    before = (one for one in runs.recent(connection, run.product) if one.topic == run.topic and one.id < run.id)
    return next((one.lesson for one in before if one.lesson), "")


def _wake(row: Delivery) -> Wake:
    said = str(row.said.get("why") or "")
    return Wake(said) if said in tuple(Wake) else Wake.NOBODY


def _in_thread(connection: sqlite3.Connection, run: Run) -> bool:
    """Whether its message stands below a card."""
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE product = ? AND subject = ? AND kind = 'root' AND about = 0)",
        (run.product, f"run:{run.id}"),
    ).fetchone()
    return bool(found[0])
