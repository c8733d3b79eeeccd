"""The handover: made from what is known now, each line with its source; a changed part is confirmed no longer."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.handover import Confirmation, Handover, Line, Origin, Part, Rows, Standing, State
from bot.services import handover, handover_risks
from bot.services.config import Config
from bot.services.handover import PARTS, of_file
from bot.services.handover_known import Sources, unmeasured
from bot.store import audits, settings, written
from bot.store.connection import StoreError
from bot.store.db import Store
from checks.model import Severity, Status
from checks.registry import load
from tests.services.handover_house import FILE, FINDINGS, NOW, audited, config, finding, lived, read


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store of some weeks."""
    opened = Store.open(tmp_path / "data" / "launch.db")
    await opened.write(lived)
    yield opened
    opened.close()


def said(part: Part | None) -> dict[str, tuple[str, ...]]:
    """What a part says, by label."""
    assert part is not None
    return {line.label: line.said or (line.link,) for line in part.lines if line.origin is not Origin.NOBODY}


def asked(part: Part | None) -> set[str]:
    """What nobody has said, as questions."""
    assert part is not None
    return {line.label for line in part.questions}


def line(part: Part | None, label: str) -> Line:
    assert part is not None
    return next(one for one in part.lines if one.label.startswith(label))


async def test_each_line_says_where_it_comes_from(store, tmp_path):
    """The file, a person with the day, a look with its time; and a question where nobody knows."""
    found = await read(store, config(tmp_path))
    where = found.part("where")
    assert line(where, "Where it runs") == Line("Where it runs", ("Render",), link="https://dashboard.render.com/")
    bought = line(where, "Where the domain was bought")
    assert (bought.origin, bought.by, bought.at) == (Origin.SAID, "U0BEN", NOW - timedelta(days=2))
    valid = line(found.part("certificates"), "Certificate")
    assert (valid.origin, valid.state, valid.at) == (Origin.MEASURED, State.GOOD, FINDINGS[3].at)
    assert "Where does the database run?" in asked(where)
    assert line(where, "Where does the database run?").todo == "inventories: {places: {database: Supabase}}"


async def test_the_records_are_those_that_somebody_accepted(store, tmp_path):
    """With who and when, by name; what the checks saw stands beside them."""
    dns = (await read(store, config(tmp_path))).part("dns")
    assert dns is not None
    assert dns.rows is not None
    assert dns.rows.rows == (("acme.test", "A", "203.0.113.7", "ana", "2026-11-19"),)
    assert asked(dns) == set()


async def test_an_edge_that_was_seen_stands_for_one_that_nobody_named(store, tmp_path):
    """What is written down wins; what is neither written nor seen is not known."""
    edge = (await read(store, config(tmp_path))).part("edge")
    assert edge is not None
    assert edge.rows is not None
    assert [row[:2] for row in edge.rows.rows] == [
        ("acme.test", "Vercel"), ("app.acme.test", "Cloudflare"), ("staging.acme.test", "not known"),
    ]  # fmt: skip


async def test_secrets_by_name_alone_with_what_is_wrong_about_them(store, tmp_path):
    """Too old, seen by strangers and never replaced, nobody's; one that was replaced afterwards is in order."""
    secrets = (await read(store, config(tmp_path))).part("secrets")
    assert secrets is not None
    assert secrets.rows is not None
    assert [row[0] for row in secrets.rows.rows] == ["Stripe key", "Mail key", "Session key"]
    wrong = {one.label for one in secrets.lines if one.state is State.BAD}
    assert wrong == {"Stripe key", "Mail key"}
    assert "more than a year ago" in said(secrets)["Stripe key"][0]
    assert "Replace it now" in said(secrets)["Mail key"][0]
    assert asked(secrets) == {"Who looks after Mail key?"}


async def test_people_who_should_be_gone_and_one_who_is_alone(store, tmp_path):
    """Access that ended, and a deploy that only one person can do."""
    found = await read(store, config(tmp_path))
    assert "See that it is gone" in said(found.part("access"))["carl"][0]
    assert "Only ben can" in said(found.part("deploy"))["One person alone"][0]
    assert "Who owns homepage?" in asked(found.part("watching"))


async def test_what_was_practised_and_what_nobody_has_tried(store, tmp_path):
    """A drill counts, with its day; the rest is a question with the command that leads through it."""
    broken = (await read(store, config(tmp_path))).part("broken")
    assert line(broken, "Change a DNS record").at == NOW - timedelta(days=9)
    assert line(broken, "Restore a backup").todo == "/launch runbook verify backups"
    assert len(asked(broken)) == 6


async def test_risks_worst_first_and_what_can_wait_apart(store, tmp_path):
    """What must be repaired, what is serious, what could not be seen; the rest is for later, with what nobody needs."""
    found = await read(store, config(tmp_path))
    risks, later = found.part("risks"), found.part("later")
    assert risks is not None
    assert later is not None
    assert [one.said[0] for one in risks.lines] == [
        "Anybody can write in your name", "Search engines may list the staging site",
        "Too few looks to say how fast it is",
    ]  # fmt: skip
    assert later.lines[0].said == ("Two headers are missing",)
    assert sum(one.label.startswith("Not now") for one in later.lines) == len(handover_risks.NOT_NOW)


async def test_two_days_in_their_order(store, tmp_path):
    """Each block says how much of it is open, and what comes first; it is good when all of it is."""
    order = (await read(store, config(tmp_path))).part("order")
    assert order is not None
    states = {one.label.partition(":")[0]: one.state for one in order.lines}
    assert states == {
        "Hours 0 to 6": State.GOOD, "Hours 6 to 18": State.BAD, "Hours 18 to 28": State.PLAIN,
        "Hours 28 to 36": State.UNKNOWN, "Hours 36 to 42": State.BAD, "Hours 42 to 48": State.PLAIN,
    }  # fmt: skip
    first = line(order, "Hours 6 to 18").said
    assert first == ("2 things to repair.", "First: Search engines may list the staging site")
    await store.write(lambda c: audited(c, FINDINGS[:5], NOW + timedelta(minutes=1)))
    again = (await read(store, config(tmp_path))).part("order")
    assert line(again, "Hours 6 to 18").said == ("In order: 4 looked at.",)


def test_every_family_of_checks_belongs_to_one_block():
    """A new family that nobody puts into the two days would be forgotten in them."""
    named = [family for _, _, families in handover_risks.BLOCKS for family in families]
    assert sorted(named) == sorted({id.partition(".")[0] for id in load()})


async def test_changes_newest_first_with_their_reason(store, tmp_path):
    """Versions with the note that somebody wrote, records with who took them as right."""
    changes = (await read(store, config(tmp_path))).part("changes")
    assert list(said(changes).items()) == [
        ("Version v7", ("Invoices as PDF",)), ("DNS: records taken as right", ("1 record.",)),
    ]  # fmt: skip


async def confirmed(store: Store, found: Handover, id: str) -> None:
    """Ana found it right."""
    part = found.part(id)
    assert part is not None
    value = f'{{"digest": "{part.digest}", "by": "U0ANA", "at": 1795359600000}}'
    await store.write(lambda c: settings.put(c, "acme", handover.CONFIRMED + id, value, NOW))


async def test_a_part_that_changes_is_confirmed_no_longer(store, tmp_path):
    """A new redirect, an answered question; but not another look, and not a day that passes."""
    first = await read(store, config(tmp_path))
    for part in first.parts:
        if part.confirms:
            await confirmed(store, first, part.id)
    then = NOW + timedelta(days=400)
    other = tuple(replace(one, summary=f"{one.summary}, still", status=Status.WARN) for one in FINDINGS)
    await store.write(lambda c: audited(c, other, NOW + timedelta(days=1)))
    calm = await read(store, config(tmp_path), then)
    assert {calm.standing(part) for part in calm.parts if part.confirms and part.id != "secrets"} == {
        Standing.CONFIRMED
    }
    changed = await read(store, config(tmp_path, FILE.replace("to: /new", "to: /newer")), then)
    assert changed.standing(changed.part("redirects")) is Standing.CHANGED
    assert changed.standing(changed.part("dns")) is Standing.CONFIRMED
    await store.write(lambda c: written.put(c, "acme", "database_where", "Supabase", NOW, author="U0BEN"))
    answered = await read(store, config(tmp_path))
    assert answered.standing(answered.part("where")) is Standing.CHANGED


async def test_a_confirmation_that_cannot_be_read_counts_as_none(store, tmp_path):
    """Rather asked once more than wrongly believed."""
    for value in ("", "[]", "{}", '{"digest": 1}', '{"digest": "x", "by": "U", "at": "soon"}', "\0"):
        await store.write(lambda c, value=value: settings.put(c, "acme", handover.CONFIRMED + "mail", value, NOW))
        found = await read(store, config(tmp_path))
        assert found.standing(found.part("mail")) is Standing.OPEN


def test_nothing_stored_and_nothing_written_down(tmp_path):
    """The smallest file, no store: every part is there, asks, and says that nothing was looked at."""
    known = config(tmp_path, "product: {domain: acme.test}\n")
    found = of_file(tmp_path / "none.db", known, NOW)
    assert [part.id for part in found.parts] == [make(unmeasured(known, NOW)).id for make in PARTS]
    assert (found.product, found.verdict, found.looked_at) == ("acme.test", "", None)
    assert found.questions > 20
    assert not (tmp_path / "none.db").exists()


def test_no_file_at_all_is_no_error():
    """The running bot may have none yet."""
    found = [make(unmeasured(Config(Path("launch.yml")), NOW)) for make in PARTS]
    assert all(part.title and part.about for part in found)


def test_a_store_of_another_version_is_named(tmp_path):
    """Nobody reads what may mean something else."""
    path = tmp_path / "launch.db"
    Store.open(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM _sqlite_migrations WHERE rowid = 1")
    with pytest.raises(StoreError, match="another version"):
        of_file(path, config(tmp_path), NOW)


texts = st.text(max_size=12)
lines = st.builds(
    Line, texts, st.lists(texts, max_size=3).map(tuple), st.sampled_from(Origin), link=texts, todo=texts, counts=texts
)
tables = st.none() | st.builds(
    Rows,
    st.just(("A", "B")),
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    st.none() | st.integers(0, 2),
)
parts = st.builds(Part, st.just("x"), texts, texts, st.lists(lines, max_size=4).map(tuple), tables)


@given(parts, lines.filter(lambda one: one.origin in (Origin.FILE, Origin.SAID, Origin.NOBODY)))
def test_one_more_line_is_another_part(part, more):
    """Whatever a person would have to read anew."""
    assert replace(part, lines=(*part.lines, more)).digest != part.digest


@given(parts, st.sampled_from(State), st.datetimes())
def test_looks_and_times_make_no_other_part(part, state, at):
    """What changes by itself is not what a person confirmed."""
    later = tuple(replace(one, state=state, at=at) for one in part.lines)
    seen = Line("Seen", ("now so",), Origin.MEASURED, state, at)
    assert replace(part, lines=(*later, seen)).digest == part.digest


@given(parts, parts)
def test_standing_follows_from_the_digest(one, other):
    """Confirmed while it says the same, changed as soon as it does not."""
    found = Handover("", "", NOW, "", None, (one,), {"x": Confirmation(other.digest, "U0ANA", NOW)}, {})
    same = one.digest == other.digest
    assert found.standing(one) is (Standing.CONFIRMED if same else Standing.CHANGED)
    assert found.to_confirm == (() if same else (one,))


async def test_many_findings_stay_readable(store, tmp_path):
    """A part never grows without end."""
    many = tuple(
        finding("dns.resolve", f"h{number}.acme.test", Status.FAIL, "It does not resolve", Severity.BLOCKER)
        for number in range(300)
    )
    await store.write(lambda c: audited(c, many, NOW + timedelta(minutes=1)))
    risks = (await read(store, config(tmp_path))).part("risks")
    assert risks is not None
    assert len(risks.lines) <= handover_risks.MOST + 1


def test_sources_leave_out_what_does_not_apply():
    """What a check cannot say anything about is no line."""
    report = audits.Report("acme", (), NOW, 1, (finding("tls.valid", "a", Status.NA, "Nothing"), FINDINGS[0]))
    known = Sources(Config(Path("launch.yml")), NOW, report=report)
    assert [one.check for one in known.of("tls", "dns")] == ["dns.resolve"]
