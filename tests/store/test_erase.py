"""A person is erased and what happened stays; nothing else can change what is only appended to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.asks import Ack, Page, Reading, Signal, TimerDue
from bot.domain.folding import replay
from bot.domain.scene import Contact
from bot.domain.severity import Sev, Trouble
from bot.services.config import Config
from bot.services.erase import StillThere, forget
from bot.services.people import People
from bot.services.retention import INCIDENTS, retain
from bot.services.transitions import World, carry_out
from bot.store import clicks, erase, incidents, journal, outbox, second_routes, settings, silences, timers, turns
from bot.store.db import Store
from bot.store.silences import Silence

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test}
people: {ben: {slack: U0BEN}}
services: {shop: {owner: ben}}
channels: {alerts: "#ops"}
"""


def signal(now: datetime, reading: Reading = Reading.DOWN, service: str = "shop") -> Signal:
    """What a monitor says."""
    return Signal(
        "shop", "production", service, f"{service} page", Trouble.REACH, Sev.TWO, reading, now, now, "HTTP 502"
    )


@pytest.fixture
def config(tmp_path) -> Config:
    """Ana has been taken out of the file."""
    (tmp_path / "launch.yml").write_text(FILE)
    return Config.read(tmp_path / "launch.yml")


@pytest.fixture
def path(tmp_path, config):
    """A store in which Ana did a good deal, and the other person's id begins like hers."""
    store = Store.open(tmp_path / "launch.db")

    def fill(connection):
        world = World("shop", People.of(config), "#ops")
        carry_out(connection, world, signal(NOW), NOW)
        carry_out(connection, world, Ack("U0ANA"), NOW, incident=1)
        carry_out(
            connection,
            world,
            Page("U0ANABEL", whom=Contact("ana", "U0ANA"), why="ask <@U0ANA|ana.smith> please"),
            NOW,
            incident=1,
        )
        journal.note(connection, "shop", NOW, actor="U0ANA", did="audit", subject="audit:1", data={"owner": "ana"})
        clicks.take(connection, "shop", NOW, id="1.1", user="U0ANA", action="incident.ack", payload={"by": "U0ANA"})
        silence = Silence("", "shop", None, NOW, NOW + timedelta(hours=1), "with U0ANA away", "U0ANA")
        silences.add(connection, "shop", silence)
        turns.add(connection, "shop", "ana", NOW, NOW + timedelta(hours=1), author="U0ANA")
        for about in range(300):
            outbox.tell(connection, "shop", "incident:1", NOW, user="U0ANA", about=about, said={"why": "x" * 200})
        for name, value in {
            "gone:U0ANA": "left",
            "slack:ana": "U0ANA",
            "morning:U0ANA": "7",
            "installer": "U0ANA",
        }.items():
            settings.put(connection, "shop", name, value, NOW)

    store.write_now(fill)
    store.close()
    return tmp_path / "launch.db"


def test_the_person_is_nowhere_and_the_story_is_whole(path, config):
    """Not in a row, not in an unused page of the file; replaying the events still makes the row."""
    assert forget(path, config, "U0ANA", NOW, ("ana",)) == "former colleague 1"
    raw = b"".join(each.read_bytes() for each in path.parent.glob("launch.db*"))
    assert b"U0ANA" not in raw.replace(b"U0ANABEL", b"")
    assert b"ana.smith" not in raw
    assert b"U0ANABEL" in raw, "somebody else whose id begins like hers"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,), "pages that nobody uses any more"
    store = Store.open(path)

    def look(connection):
        story = incidents.events(connection, 1)
        assert replay(story) == incidents.get(connection, 1)
        assert [one.person for one in turns.ahead(connection, "shop", NOW)] == ["former colleague 1"]
        assert silences.get(connection, "shop", "1").reason == "with former colleague 1 away"
        assert settings.named(connection, "shop") == {}
        assert [one.actor for one in journal.recent(connection, "shop")] == ["terminal", "former colleague 1"]
        assert journal.recent(connection, "shop")[1].data == {"owner": "former colleague 1"}
        return [type(one).__name__ for one in story]

    names = store.write_now(look)
    store.close()
    assert "Acked" in names


def test_the_next_one_gets_another_pseudonym(path, config):
    """Two people stay two."""
    assert forget(path, config, "U0ANA", NOW) == "former colleague 1"
    assert forget(path, config, "U0ANABEL", NOW) == "former colleague 2"


def test_whoever_stands_in_the_file_is_not_erased(path, config):
    """By id, by name."""
    for person, names in (("U0BEN", ()), ("U0ANA", ("ben",))):
        with pytest.raises(StillThere, match="ben is still in launch"):
            forget(path, config, person, NOW, names)


@pytest.mark.parametrize("what", ["", "ana", "U", "U0ANA' OR 1=1", "%", "U0" + "A" * 40])
def test_what_is_no_id_is_refused(path, config, what):
    """Nothing is replaced by mistake."""
    with pytest.raises(erase.NotAPerson):
        forget(path, config, what, NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incident_event SET data = '{}'",
        "UPDATE incident_event SET actor = 'U0EVE'",
        "UPDATE journal SET actor = 'U0EVE'",
        "DELETE FROM incident_event",
        "DELETE FROM journal",
    ],
)
@pytest.mark.parametrize("erasing", [False, True])
def test_what_is_appended_stays(path, statement, erasing):
    """Also while somebody is erased: rows that do not name the person cannot be touched."""
    store = Store.open(path)

    def work(connection):
        if erasing:
            connection.execute("INSERT INTO erasing VALUES (1, 'U0NOBODY')")
        connection.execute(statement)

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.write_now(work)
    store.close()


def test_while_somebody_is_erased_the_story_keeps_its_order(path):
    """When it happened, and what, cannot be changed even in rows that name the person."""
    store = Store.open(path)

    def work(connection):
        connection.execute("INSERT INTO erasing VALUES (1, 'U0ANA')")
        connection.execute("UPDATE incident_event SET at = at + 1 WHERE actor = 'U0ANA'")

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.write_now(work)
    store.close()


async def test_closed_incidents_go_as_wholes_after_their_time(tmp_path, config):
    """With their messages; the live one and the young one stay, and no number is used twice."""
    store = Store.open(tmp_path / "launch.db")
    world = World("shop", People.of(config), "#ops")

    def one(connection, at, service, *, close=True):
        carry_out(connection, world, signal(at, service=service), at)
        if not close:
            return
        soon, later = at + timedelta(minutes=5), at + timedelta(hours=2)
        carry_out(connection, world, signal(soon, Reading.UP, service), soon)
        for timer in timers.due(connection, "shop", later):
            command = TimerDue(timer.kind, timer.guard_rev, timer.due_at)
            carry_out(connection, world, command, later, incident=timer.incident)

    def fill(connection):
        one(connection, NOW - INCIDENTS - timedelta(days=3), "old", close=False)
        one(connection, NOW - INCIDENTS - timedelta(days=2), "shop")
        one(connection, NOW - timedelta(days=3), "young")
        for id in (1, 2, 3):
            outbox.post(connection, "shop", f"incident:{id}", NOW, channel="#ops")
            second_routes.ask(
                connection, "shop", f"incident:{id}", NOW, about=1, route="0", person="U0BEN", why="opened"
            )

    await store.write(fill)
    counts = await retain(store, NOW)
    assert counts["incidents"] == 1

    def left(connection):
        ids = [row.id for row in incidents.recent(connection, "shop")]
        rows = connection.execute("SELECT count(*) FROM incident_event WHERE incident = 2").fetchone()[0]
        said = [one[0] for one in connection.execute("SELECT DISTINCT subject FROM outbox ORDER BY subject")]
        routes = [one[0] for one in connection.execute("SELECT subject FROM second_route ORDER BY subject")]
        return ids, rows, said, routes, incidents.next_id(connection)

    kept = ["incident:1", "incident:3"]
    assert await store.read(left) == ([3, 1], 0, kept, kept, 4)
    store.close()
