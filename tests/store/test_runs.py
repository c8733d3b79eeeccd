"""Runs are kept with all that happened to them: nothing is changed afterwards, and what is over goes as a whole."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.runbook.run import Past, Run, Sight, Standing, Verdict
from bot.store import erase, outbox, runs, written

RUN = Run(
    1, "shop", "site_down", "abc", 7, "up.http", "Homepage", "down", "U0MIA", None, None, "look", Standing.OPEN, 1
)  # type: ignore[arg-type]


@pytest.fixture
def run(now) -> Run:
    """A run in the middle."""
    past = Past("ask", "Yes", None, "U0MIA", now)
    sight = Sight(Verdict.BAD, "HTTP 502", "HTTP 200", ("up.http",))
    return replace(
        RUN, since=now, began_at=now, past=(past,), sight=sight, looks=2, until=now + timedelta(minutes=15),
        helpers=("U0BEN",), heard=("words",), turn=1, look_at=now,
    )  # fmt: skip


def test_a_run_is_read_as_it_was_written(store, run, now):
    """Every field of it, and its events in order."""

    def work(connection):
        assert runs.next_id(connection) == 1
        runs.put(connection, run, at=now, did="Began", actor="U0MIA", data={"step": "look"})
        later = replace(run, rev=2, standing=Standing.FIXED, ended_at=now + timedelta(minutes=9))
        assert runs.get(connection, 1) == run
        assert runs.live(connection, "shop") == runs.live(connection, "shop", incident=7) == [run]
        assert runs.live(connection, "shop", incident=8) == []
        runs.put(connection, later, at=now, did="Saw", data={})
        assert runs.live(connection, "shop") == []
        assert runs.of_incident(connection, 7) == runs.recent(connection, "shop") == [later]
        assert [(one.rev, one.did, one.actor) for one in runs.events(connection, 1)] == [
            (1, "Began", "U0MIA"),
            (2, "Saw", ""),
        ]
        runs.shown(connection, 1, "C1", "1.1")
        assert runs.place(connection, 1) == runs.Place("C1", "1.1")
        assert runs.next_id(connection) == 2

    store.write_now(work)


def test_a_damaged_row_holds_up_nobody(store, run, now, caplog):
    """It is passed over and said in the log; all others are read."""

    def work(connection):
        for number in (1, 2, 3):
            runs.put(connection, replace(run, id=number), at=now, did="Began", data={})
        connection.execute('UPDATE run SET data = \'{"id": "x"\' WHERE id = 2')
        assert [one.id for one in runs.live(connection, "shop")] == [1, 3]
        assert [one.id for one in runs.recent(connection, "shop")] == [3, 1]
        assert runs.get(connection, 2) is None

    store.write_now(work)
    assert "cannot be read" in caplog.text


def test_what_happened_is_only_appended_to(store, run, now):
    """No event is changed or taken away while the run lives, and no revision comes twice."""
    store.write_now(lambda c: runs.put(c, run, at=now, did="Began", actor="U0MIA", data={}))
    for statement in ("UPDATE run_event SET did = 'x'", "UPDATE run_event SET actor = 'x'", "DELETE FROM run_event"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            store.write_now(lambda c, statement=statement: c.execute(statement))
    with pytest.raises(sqlite3.IntegrityError):
        store.write_now(lambda c: runs.put(c, run, at=now, did="Again", data={}))


def test_an_old_run_goes_as_a_whole_and_a_live_one_stays(store, run, now):
    """With its events and its messages."""

    def work(connection):
        for id in (1, 2):
            runs.put(connection, replace(run, id=id), at=now, did="Began", data={})
            outbox.post(connection, "shop", f"run:{id}", now, channel="C1")
        ended = replace(run, rev=2, standing=Standing.LEFT, ended_at=now)
        runs.put(connection, ended, at=now, did="Leave", data={})
        assert runs.purge(connection, now) == 0
        assert runs.purge(connection, now + timedelta(seconds=1)) == 1
        assert runs.get(connection, 1) is None
        assert runs.events(connection, 1) == []
        assert outbox.trail(connection, "shop", "run:1") == []
        assert [one.id for one in runs.live(connection, "shop")] == [2]
        assert len(outbox.trail(connection, "shop", "run:2")) == 1

    store.write_now(work)


def test_whoever_is_erased_is_nowhere_in_a_run(store, run, now):
    """Nor in what was written down; others stay."""

    def work(connection):
        runs.put(connection, run, at=now, did="Began", actor="U0MIA", data={"told": [{"by": "U0MIA"}]})
        written.put(connection, "shop", "host_link", "https://vercel.com/", now, author="U0MIA")
        name = erase.erase(connection, "shop", "U0MIA", now)
        found = runs.get(connection, 1)
        assert found is not None
        assert (found.holder, found.past[0].by, found.helpers) == (name, name, ("U0BEN",))
        [event] = runs.events(connection, 1)
        assert (event.actor, event.data) == (name, {"told": [{"by": name}]})
        assert written.every(connection, "shop")["host_link"].author == name
        assert not any("U0MIA" in line for line in connection.iterdump())

    store.write_now(work)


def test_what_is_written_down_replaces_what_was(store, now):
    """By field, with who and when."""

    def work(connection):
        written.put(connection, "shop", "host_link", "https://old/", now, author="U0MIA")
        written.put(connection, "shop", "host_link", "https://new/", now + timedelta(days=1), author="U0BEN")
        written.put(connection, "other", "host_link", "https://other/", now, author="U0MIA")
        assert written.every(connection, "shop") == {
            "host_link": written.Written("host_link", "https://new/", "U0BEN", now + timedelta(days=1))
        }

    store.write_now(work)
