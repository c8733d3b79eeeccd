"""`/launch release` as people type and click it: step by step, one message, go or not yet, each click once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.blockkit.validator import validate_message, validate_view
from bot.clock import SystemClock
from bot.commands import dispatch
from bot.commands.base import Call, Reply
from bot.config.problems import ConfigError
from bot.domain.drill import Drill, end
from bot.domain.drill import How as DrillEnd
from bot.domain.release import RELEASE_STEPS, ROLLBACK_STEPS, How, Kind
from bot.domain.silence import Silence
from bot.render.blocks import message
from bot.render.forms import dialog
from bot.render.text import text
from bot.services.audit import Audits
from bot.services.config import Config
from bot.services.container import Services
from bot.services.health import Health
from bot.services.incidents import Incidents
from bot.services.retention import retain
from bot.services.watch import Watch
from bot.speakers import release as speaking
from bot.store import drills, outbox, release_runs, releases, silences
from bot.store.db import Store
from tests.commands.asking import breaks, shown
from tests.hand import ByHand
from tests.services.parts import parts
from tests.services.walker import runbooks_over

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
FILE = """
product: {id: shop, name: Shop, domain: shop.test}
people: {mia: {slack: U0MIA, role: owner}, ben: {slack: U0BEN}}
services: {sign-up: {owner: mia, critical: true}}
deploy:
  runs_on: Render
  who: [mia, ben]
  how: ["Merge into main", "Wait for the green tick"]
  roll_back: ["Open Deploys", "Press Rollback beside the last good one"]
"""


class House(ByHand):
    """Services on a real file; the clock is moved by hand."""

    def __init__(self, path: Path, config: Config) -> None:
        self.path, self.config, self.time, self.ids = path, config, NOON, 0
        self.open()

    def open(self) -> None:
        """Begin, as after a start."""
        self.store = Store.open(self.path)
        config, watching = lambda: self.config, SystemClock()
        incidents = Incidents(self.store, self, config, lambda: None)
        health = Health(self.time)
        watch = Watch(self.store, watching, config, incidents)
        runbooks = runbooks_over(self.store, watching, self.config, incidents, watch, health, lambda: None)
        audits = Audits(self.store, self, self.config, lambda: None)
        self.services = Services(
            self, self.store, self.config, audits, incidents, watch, runbooks, health, lambda: None,
            **parts(self.store, self, config, incidents),
        )  # fmt: skip

    def restart(self) -> None:
        """Die without a word, and begin again with what is in the file."""
        self.store.close()
        self.open()

    async def type(self, typed: str, *, user: str = "U0MIA", id: str = "") -> str:
        """Type it a minute later, and read the answer."""
        self.time += timedelta(minutes=1)
        self.ids += 1
        made, run = dispatch.from_text(
            typed, user=user, channel="C0OPS", trigger=id or f"{self.ids}.1.x", now=self.time
        )
        return shown(await run(made, self.services))

    async def click(self, action: str, value: str, *, id: str = "", **fields: str) -> Reply:
        """Click it, or send the dialog."""
        self.ids += 1
        call = Call(action, (), "U0MIA", "C0OPS", self.time, value=value, id=id or f"2.{self.ids}", fields=fields)
        return await dispatch.for_action(action)(call, self.services)

    async def said(self, number: int = 1) -> str:
        """The message as it would be sent now."""
        speaker = speaking.speaker(lambda: self.config, self)
        row = await self.store.read(lambda c: outbox.get(c, 1))
        assert row is not None
        found = await self.store.read(lambda c: speaker.say(c, number, row))
        assert found is not None
        assert validate_message(message(found.document)) == []
        return text(found.document, width=80)

    async def rows(self) -> list[tuple[str, str]]:
        """What is to be sent."""
        query = "SELECT subject, kind FROM outbox ORDER BY number"
        return [tuple(row) for row in await self.store.read(lambda c: c.execute(query).fetchall())]

    async def through(self, *, note: str = "Invoices as PDF") -> None:
        """Every step of the checklist, and what is not in order taken on."""
        for step in RELEASE_STEPS:
            await self.type(f"release note {note}" if step.note else "release done")
        while (run := await self.store.read(lambda c: release_runs.live(c, "shop"))) is not None:
            assert len(run.answers) < 20
            await self.type("release skip it is the first release")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house on a file."""
    path = tmp_path / "launch.yml"
    path.write_text(FILE, encoding="utf-8")
    config = Config.read(path)
    assert not isinstance(config.error, ConfigError), config.error
    house = House(tmp_path / "data" / "launch.db", config)
    yield house
    house.store.close()


async def test_a_release_goes_from_the_first_question_to_go(house: House) -> None:
    """One message, edited in place; at the end: go, how long it took, the note, and how to deploy."""
    assert await house.type("release v43") == ""
    first = await house.said()
    assert "Release v43 · 0 of 8 answered" in first
    assert "Are all tests green?" in first
    await house.through()
    said = await house.said()
    assert said.startswith("Go · v43")
    assert "It took 8 minutes." in said
    assert "Invoices as PDF" in said
    assert "1. Merge into main" in said
    assert "Taken on: it is the first release" in " ".join(said.split())
    rows = await house.rows()
    assert rows.count(("release:1", "root")) == 1
    assert rows[1:] == [("release:1", "edit")], "edits wait as one row"


@pytest.mark.parametrize("typed", ["help", "--help", "list", "notes v43", "rollback v42", "done all", "stop it"])
async def test_a_word_that_names_no_version_begins_no_list(house: House, typed: str) -> None:
    """It would stand in the way of the real one, under a name that nobody gave."""
    said = await house.type(f"release {typed}")
    assert said.startswith("Nothing was begun")
    assert "/launch runbook bad deploy" in said
    assert await house.rows() == []


async def test_the_second_time_it_says_how_long_the_last_one_took(house: House) -> None:
    """Took 8 minutes, last time 8."""
    await house.type("release v1")
    await house.through()
    await house.type("release v2")
    assert "Last time: 8 minutes." in " ".join((await house.said(2)).split())
    await house.through()
    assert "It took 8 minutes, last time 8 minutes." in " ".join((await house.said(2)).split())


async def test_what_is_left_out_says_not_yet_with_its_reason(house: House) -> None:
    """A step that was skipped is a reason, however good it was."""
    await house.type("release")
    assert "few words" in await house.type("release skip")
    await house.type("release skip there are no tests yet")
    for step in RELEASE_STEPS[1:]:
        await house.type("release note x" if step.note else "release done")
    while await house.store.read(lambda c: release_runs.live(c, "shop")):
        await house.type("release skip later")
    said = " ".join((await house.said()).split())
    assert said.startswith("Not yet · this release")
    assert "Left out: there are no tests yet" in said
    assert "How to deploy" not in said


async def test_what_the_bot_sees_cannot_be_clicked_away(house: House) -> None:
    """An open incident, a silence: done is refused; put in order, and looked at again, it asks no more."""
    await breaks(house.services)
    silence = Silence("", "sign-up", None, NOON, NOON + timedelta(hours=3), "moving", "U0BEN")
    await house.store.write(lambda c: silences.add(c, "shop", silence))
    await house.type("release")
    said = " ".join((await house.said()).split())
    assert "INC-1 still open" in said
    assert "alarms of sign-up are muted" in said
    for step in RELEASE_STEPS:
        await house.type("release note x" if step.note else "release done")
    assert "not in order yet" in await house.type("release done")
    await house.store.write(lambda c: c.execute("UPDATE incident SET status = 'closed'"))
    found = await house.store.read(lambda c: release_runs.live(c, "shop"))
    assert found is not None
    assert "Last audit" in await house.type("release again"), "the incident asks no more"


async def test_buttons_do_what_their_twins_do(house: House) -> None:
    """Done, a reason in a dialog, a note in a dialog; an old button says so and changes nothing."""
    await house.type("release")
    assert (await house.click("release.done", "1:tests")).document is None
    assert "answered already" in shown(await house.click("release.done", "1:tests"))
    form = (await house.click("release.skip", "1:migrations")).form
    assert form is not None
    assert validate_view(dialog(form)) == []
    await house.click("release.skipped", form.value, why="none this time")
    for step in ("rollback", "watch", "smoke"):
        await house.click("release.done", f"1:{step}")
    assert "few words" in shown(await house.click("release.done", "1:notes"))
    form = (await house.click("release.write", "1:notes")).form
    assert form is not None
    await house.click("release.written", form.value, note="Pay by <@U0BEN> & card")
    run = await house.store.read(lambda c: release_runs.get(c, 1))
    assert run is not None
    assert [(one.step, one.how) for one in run.answers][:2] == [("tests", How.DONE), ("migrations", How.SKIPPED)]
    assert run.note == "Pay by <@U0BEN> & card"
    for bad in ("", "x", "1", "99:tests", "1:nothing"):
        assert shown(await house.click("release.done", bad)) != ""


async def test_the_same_click_counts_once_and_a_kill_loses_nothing(house: House) -> None:
    """Redelivered, and after a restart: one answer; the list goes on where it was."""
    await house.type("release", id="9.9.x")
    assert await house.type("release", id="9.9.x") == ""
    await house.click("release.done", "1:tests", id="5.5")
    house.restart()
    assert (await house.click("release.done", "1:tests", id="5.5")).document is None
    run = await house.store.read(lambda c: release_runs.live(c, "shop"))
    assert run is not None
    assert len(run.answers) == 1
    assert "Can the database still be used" in await house.said()
    rows = await house.rows()
    assert rows.count(("release:1", "root")) == 1


async def test_there_is_one_at_a_time_and_it_can_be_left(house: House) -> None:
    """A second one is not begun; a list that nobody goes on with ends by itself after half a day."""
    assert "No release list" in await house.type("release done")
    await house.type("release")
    assert "going on already" in await house.type("release rollback")
    await house.type("release stop")
    assert "left" in (await house.said()).splitlines()[0]
    await house.type("release v2")
    house.time += timedelta(hours=13)
    await house.type("release v3")
    runs = await house.store.read(lambda c: release_runs.over(c, "shop", Kind.RELEASE))
    assert [(one.version, one.stopped) for one in runs] == [("v2", True), ("", True)]


async def test_a_rollback_is_tried_and_kept(house: House) -> None:
    """From the version that was found to the older one being live: that is how long customers wait."""
    assert await house.store.read(lambda c: release_runs.last_try(c, "shop")) is None
    await house.store.write(lambda c: releases.add(c, "shop", NOON, version="v42", source="slack"))
    await house.type("release rollback")
    assert "launch.yml names: mia, ben." in await house.said()
    for step in ROLLBACK_STEPS:
        if step.id == "try":
            assert "Press Rollback beside the last good one" in await house.said()
            house.time += timedelta(minutes=3)
        await house.type("release done")
    assert (await house.said()).startswith("Going back works: it took 4 minutes")
    found = await house.store.read(lambda c: release_runs.last_try(c, "shop"))
    assert found is not None
    assert (found.by, found.took) == ("U0MIA", timedelta(minutes=4))
    assert not found.stale(house.time)
    assert found.stale(house.time + timedelta(days=91))


async def test_a_rollback_without_the_one_step_proves_nothing(house: House) -> None:
    """Who leaves the trying out has not tried it."""
    await house.type("release rollback")
    for step in ROLLBACK_STEPS:
        await house.type("release skip no staging" if step.id == "try" else "release done")
    assert (await house.said()).startswith("Going back was not tried")
    assert await house.store.read(lambda c: release_runs.last_try(c, "shop")) is None


async def test_notes_are_a_list_of_versions(house: House) -> None:
    """What was written in a checklist wins over the first line of a change; what is not live yet stands first."""
    assert "No release notes yet" in await house.type("release notes")
    await house.store.write(
        lambda c: releases.add(c, "shop", NOON, version="v41", source="slack", note="fix: typo", author="ben")
    )
    await house.type("release v42")
    await house.through(note="Invoices as PDF")
    listed = await house.type("release notes")
    assert listed.index("v42, not live yet") < listed.index("v41")
    await house.store.write(
        lambda c: releases.add(c, "shop", house.time, version="v42", source="github", note="feat: pdf (#12)")
    )
    listed = await house.type("release notes")
    assert "Invoices as PDF" in listed
    assert "feat: pdf" not in listed
    assert "not live yet" not in listed


async def test_secrets_in_reasons_are_masked_and_old_lists_forgotten(house: House) -> None:
    """What is typed is stored masked; after four hundred days a list is gone."""
    secret = "ghp" + "_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    await house.type("release")
    await house.type(f"release skip the token is {secret}")
    data = await house.store.read(lambda c: c.execute("SELECT data FROM release_run").fetchone()[0])
    assert secret not in data
    assert json.loads(data)["answers"][0]["how"] == "skipped"
    await house.type("release stop")
    await retain(house.store, house.time + timedelta(days=401))
    assert await house.store.read(lambda c: release_runs.get(c, 1)) is None


async def test_a_row_that_cannot_be_read_holds_up_nothing(house: House) -> None:
    """A damaged row is passed over."""
    await house.type("release")
    await house.store.write(lambda c: c.execute("UPDATE release_run SET data = '{}'"))
    assert await house.type("release v2") == ""
    assert "Release v2" in await house.said(2)


@pytest.mark.parametrize(
    ("versions", "environment", "expected"),
    [
        (("v1", "v2", "v1"), "production", True),
        (("v1", "v2", "v1", "v3"), "production", True),
        (("v1", "v2", "v3"), "production", False),
        (("v1", "v1"), "production", False),
        (("v1", "v2", "v1"), "staging", False),
    ],
)
async def test_a_version_that_was_really_taken_back_counts(
    house: House, versions: tuple[str, ...], environment: str, *, expected: bool
) -> None:
    """Live, then another one, then live again: somebody has gone back."""

    def write(connection: sqlite3.Connection) -> None:
        for number, version in enumerate(versions):
            at = NOON + timedelta(hours=number)
            releases.add(connection, "shop", at, version=version, source="slack", environment=environment, author="ana")

    await house.store.write(write)
    found = await house.store.read(lambda c: release_runs.last_try(c, "shop"))
    assert (found is not None) == expected
    assert found is None or (found.at, found.by) == (NOON + timedelta(hours=2), "ana")


async def test_a_fire_drill_of_a_bad_deploy_counts(house: House) -> None:
    """Repaired it counts; stopped it does not."""
    drill = Drill(1, "shop", "roll_back_a_deploy", "sign-up", "U0MIA", NOON, "again", acked_by="U0BEN")

    def write(connection: sqlite3.Connection) -> None:
        drills.put(connection, end(drill, DrillEnd.STOPPED, NOON))
        assert release_runs.last_try(connection, "shop") is None
        later = replace(drill, id=2)
        drills.put(connection, end(replace(later, repaired_at=NOON), DrillEnd.FIXED, NOON + timedelta(minutes=9)))

    await house.store.write(write)
    found = await house.store.read(lambda c: release_runs.last_try(c, "shop"))
    assert found is not None
    assert (found.drill, found.by, found.at) == (True, "U0BEN", NOON + timedelta(minutes=9))
