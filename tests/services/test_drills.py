"""Fire drills over a real store and the real library: paged like a real outage, walked, measured, never mixed up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.asks import Ack, FixedAsk, Reading, Signal
from bot.domain.drill import How, Stage, score, truth
from bot.domain.incident import Incident
from bot.domain.runbook import run as r
from bot.domain.runbook.book import Ask, Call, Do
from bot.domain.runbook.moved import Look
from bot.domain.runbook.run import Run, Sight, Standing, Verdict
from bot.domain.severity import Sev, Trouble
from bot.runbooks import load, panels
from bot.services.config import Config
from bot.services.digest import digest_of
from bot.services.drills import DrillEyes, Drills, No
from bot.services.incidents import Incidents, Request
from bot.services.runbook_known import Cause
from bot.services.runbooks import Runbooks
from bot.store import drills, incidents, outbox, settings
from bot.store.db import Store
from tests.hand import ByHand

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test, time_zone: Europe/Berlin}
people:
  ana: {slack: U0ANA, role: owner}
  ben: {slack: U0BEN}
services:
  sign-up: {owner: ana, backup: ben, critical: true}
monitors:
  - {name: Sign-up, url: "https://app.shop.test/signup", service: sign-up}
quiet_hours: {from: "22:00", to: "08:00"}
channels: {alerts: "#ops"}
"""


class Nothing:
    """Looks at nothing real: a drill must never get here."""

    async def look(self, asked: Look, run: Run, _cause: Cause, _incident: Incident | None) -> Sight:
        """Says that it was asked."""
        return Sight(Verdict.UNKNOWN, f"a real look of {run.topic} for {asked.step}")


class House(ByHand):
    """The services on a real file; the clock is moved by hand."""

    def __init__(self, path: Path, config: Config) -> None:
        self.path, self.config, self.time, self.clicks = path, config, NOON, 0
        self.open()

    def open(self) -> None:
        """Begin, as after a start."""
        self.store = Store.open(self.path)
        self.incidents = Incidents(self.store, self, lambda: self.config, lambda: None)
        self.runbooks = Runbooks(
            self.store, self, lambda: self.config, self.incidents, DrillEyes(Nothing(), self.store),
            wake=lambda: None, books=load, panels=panels,
        )  # fmt: skip
        self.incidents.listen(self.runbooks.incidents_changed)
        self.drills = Drills(
            self.store, self, lambda: self.config, self.incidents, wake=lambda: None, books=load, panels=panels
        )
        self.incidents.look_again_with(self.drills.again_or(self.nobody))

    async def nobody(self, incident: int, _names: tuple[str, ...]) -> None:
        """Looks again at something real."""
        raise AssertionError(incident)

    async def restart(self) -> None:
        """Die without a word, and begin again with what is in the file."""
        await self.runbooks.stop()
        self.store.close()
        self.open()

    def request(self, user: str = "U0ANA") -> Request:
        """A click."""
        self.clicks += 1
        return Request(f"{self.clicks}.0", user, "drill.x")

    async def begin(self, topic: str = "site_down", **more):
        """Ana starts one."""
        return await self.drills.start(load()[topic], self.request(), **more)

    async def drill(self, id: int = 1):
        """How it stands."""
        return await self.store.read(lambda c: drills.get(c, id))

    async def incident(self, id: int = 1) -> Incident:
        """Its incident."""
        found = await self.store.read(lambda c: incidents.get(c, id))
        assert found is not None
        return found

    async def messages(self) -> list[str]:
        """Subjects of what is to be sent, in order."""
        rows = await self.store.read(lambda c: c.execute("SELECT subject FROM outbox ORDER BY number").fetchall())
        return [row["subject"] for row in rows]

    async def walk(self, *, slip: bool = False) -> Run:
        """Ben opens the runbook and does what each step says until it is over."""
        answer = await self.runbooks.start("site_down", user="U0BEN", request=self.request("U0BEN"), incident=1)
        assert answer is not None
        for _ in range(60):
            await self.runbooks.settle()
            run = await self.runbooks.of(answer.run)
            assert run is not None
            if run.standing not in r.LIVE:
                return run
            step, book = load()[run.topic].steps[run.step], load()[run.topic]
            assert book.topic == "site_down"
            request, given = self.request("U0BEN"), {"by": "U0BEN", "rev": run.rev}
            if isinstance(step, Ask):
                true = truth(book, await self.runbooks.known(run), (await self.drill()).hidden, step)
                wish: r.Command = r.Answered(**given, id=request.id, choice=true or 0)
            elif isinstance(step, Do) and step.changes:
                names = await self.drills.shown(run)
                wrong = next(index for index, name in enumerate(names) if name != step.panel)
                if slip:
                    assert await self.drills.control(run.id, run.rev, wrong, self.request("U0BEN")) is False
                    slip = False
                right = names.index(step.panel)
                assert await self.drills.control(run.id, run.rev, right, request) is True
                wish = r.DidIt(**given, id=request.id)
            elif isinstance(step, Do):
                wish = r.DidIt(**given, id=request.id)
            elif isinstance(step, Call):
                wish = r.Back(**given, id=request.id)
            else:
                wish = r.LooksDifferent(**given, id=request.id)
            self.time += timedelta(minutes=1)
            await self.runbooks.act(run.id, wish, request)
            await self.drills.tick()
        raise AssertionError("it never ends")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Services over a launch.yml with two people."""
    path = tmp_path / "launch.yml"
    path.write_text(FILE, encoding="utf-8")
    house = House(tmp_path / "data" / "launch.db", Config.read(path))
    yield house
    await house.runbooks.stop()
    house.store.close()


async def test_a_drill_pages_like_a_real_outage_and_says_that_it_is_none(house):
    """An incident of severity 2 with its card, marked, of the service that matters most."""
    begun = await house.begin()
    assert begun.no is None
    assert begun.called.slack == "U0ANA"
    incident = await house.incident()
    assert incident.drill
    assert (incident.sev, incident.service, incident.trouble) == (Sev.TWO, "sign-up", Trouble.REACH)
    house.time += timedelta(seconds=40)
    await house.incidents.tick()
    assert "incident:1" in await house.messages()


async def test_it_is_walked_measured_and_told(house):
    """First answer, opening, repair, wrong turns; the incident ends with it, and everybody reads the score."""
    await house.begin()
    house.time += timedelta(minutes=2)
    await house.incidents.ask(1, Ack("U0BEN", "1"), house.request("U0BEN"))
    await house.drills.tick()
    run = await house.walk(slip=True)
    assert run.standing is Standing.FIXED
    assert run.drill
    await house.drills.tick()
    assert not (await house.incident()).live
    drill = await house.drill()
    found = score(drill)
    assert found is not None
    assert (found.how, found.slips, drill.acked_by) == (How.FIXED, 1, "U0BEN")
    assert found.to_ack == timedelta(minutes=2)
    assert found.to_fix is not None
    assert found.to_fix > found.to_ack
    assert (await house.messages()).count("drill:1") == 1
    assert await house.drills.tick() is False


async def test_a_restart_changes_nothing(house):
    """The hidden fault, the incident and the run are rows."""
    await house.begin()
    before = await house.drill()
    await house.restart()
    assert await house.drill() == before
    run = await house.walk()
    assert run.standing is Standing.FIXED


async def test_its_fixed_is_believed_only_when_it_is_repaired(house):
    """The fresh look goes to the simulated target."""
    await house.begin()
    await house.incidents.ask(1, Ack("U0ANA", "1"), house.request())
    await house.incidents.ask(1, FixedAsk("U0ANA", "2"), house.request())
    assert (await house.incident()).live
    assert (await house.drill()).stage is Stage.BROKEN


async def test_one_at_a_time(house):
    """The second is told that one is going on; the same click begins nothing twice."""
    request = house.request()
    first = await house.drills.start(load()["site_down"], request)
    assert first is not None
    assert await house.drills.start(load()["site_down"], request) is None
    again = await house.begin("dns_broken")
    assert (again.no, again.drill.id) == (No.BUSY, 1)


async def test_it_can_be_stopped(house):
    """The incident goes with it, and the score says that it was stopped."""
    await house.begin()
    ended = await house.drills.stop(house.request())
    assert ended is not None
    assert ended.how is How.STOPPED
    assert not (await house.incident()).live
    assert await house.drills.stop(house.request()) is None
    assert "drill:1" in await house.messages()


async def test_nobody_is_woken_for_an_exercise(house):
    """At two in the night it says who sleeps; with a second word it begins all the same."""
    house.time = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
    begun = await house.begin()
    assert begun.no is No.ASLEEP
    assert begun.called.quiet_until is not None
    assert await house.messages() == []
    assert (await house.begin(anyway=True)).no is None


async def test_a_real_outage_comes_first(house):
    """None begins while something is broken, and one that goes on ends."""
    await house.begin()
    await house.incidents.signal([real(house)])
    assert await house.drills.tick() is True
    assert (await house.drill()).how is How.REAL
    assert (await house.begin()).no is No.REAL
    real_one = await house.store.read(lambda c: incidents.live(c, "shop"))
    assert [(one.drill, one.trouble) for one in real_one] == [(False, Trouble.REACH)]


async def test_a_drill_and_a_real_outage_of_the_same_kind_never_mix(house):
    """Each has an incident of its own, though service and trouble are the same."""
    await house.begin()
    await house.incidents.signal([real(house)])
    found = await house.store.read(lambda c: incidents.live(c, "shop"))
    assert sorted(one.drill for one in found) == [False, True]
    assert {one.id for one in found} == {1, 2}


async def test_it_ends_by_itself_after_an_hour(house):
    """Nobody came: that is what the score says."""
    await house.begin()
    house.time += timedelta(minutes=61)
    assert await house.drills.tick() is True
    found = score(await house.drill())
    assert found is not None
    assert (found.how, found.to_ack) == (How.LATE, None)
    assert not (await house.incident()).live


async def test_a_runbook_that_repairs_nothing_is_no_drill(house):
    """Nobody is paged for it."""
    begun = await house.begin("read_an_alert")
    assert begun.no is No.NOTHING
    assert await house.messages() == []
    assert await house.store.read(lambda c: incidents.live(c, "shop")) == []


@pytest.mark.parametrize("topic", [topic for topic, book in load().items() if book.sort in ("broken", "at_risk")])
async def test_every_runbook_that_repairs_something_has_its_drill(house, topic):
    """A fault is hidden in a step that changes something."""
    begun = await house.begin(topic)
    assert begun.no is None
    step = load()[topic].steps[begun.drill.hidden]
    assert isinstance(step, Do)
    assert step.changes


async def test_an_old_button_of_the_console_does_nothing(house):
    """Of another step, of a number that is not shown, after the end."""
    await house.begin()
    answer = await house.runbooks.start("site_down", user="U0BEN", request=house.request("U0BEN"), incident=1)
    run = await house.runbooks.of(answer.run)
    assert await house.drills.control(run.id, run.turn - 1, 0, house.request("U0BEN")) is None
    assert await house.drills.control(run.id, run.rev, 99, house.request("U0BEN")) is None
    assert await house.drills.control(77, 1, 0, house.request("U0BEN")) is None
    await house.drills.stop(house.request())
    assert await house.drills.control(run.id, run.rev, 0, house.request("U0BEN")) is None
    assert outbox.queue(house.store.write_now(lambda c: c), "shop").dead == 0


async def test_a_drill_stands_in_no_summary_of_the_morning(house):
    """Nothing is broken; what really is stands there alone."""

    def read(connection):
        return digest_of(connection, house.config, house.time.date(), {}, house.time)

    await house.begin()
    assert (await house.store.read(read)).live == ()
    await house.incidents.signal([real(house)])
    assert [one.drill for one in (await house.store.read(read)).live] == [False]


async def test_only_who_has_the_run_works_at_the_console(house):
    """Somebody else's click repairs nothing and is no slip; the same wrong click counts once, also after a kill."""
    await house.begin()
    run = await at_the_console(house)
    names, step = await house.drills.shown(run), load()[run.topic].steps[run.step]
    right = names.index(step.panel)
    wrong = next(index for index in range(len(names)) if index != right)
    for index in (right, wrong):
        assert await house.drills.control(run.id, run.rev, index, house.request("U0EVE")) is None
    assert ((await house.drill()).stage, (await house.drill()).slips) == (Stage.BROKEN, 0)
    click = house.request("U0BEN")
    for _ in range(2):
        assert await house.drills.control(run.id, run.rev, wrong, click) is False
        await house.restart()
    assert (await house.drill()).slips == 1


async def test_a_drill_can_be_won_although_another_provider_is_recognised_meanwhile(house):
    """The fault was hidden on a way that is closed now: the repair on the way that is open mends it."""
    book = load()["certificate_not_renewing"]
    begun = await house.begin(book.topic)
    assert "renew" in book.steps
    hidden = replace(begun.drill, hidden="renew")

    def work(connection):
        drills.put(connection, hidden)
        settings.put(connection, "shop", "recognised:edge_provider", "cloudflare", house.time)

    await house.store.write(work)
    run = await at_the_console(house, book.topic)
    assert run.step == "edge_renew"
    right = (await house.drills.shown(run)).index(book.steps[run.step].panel)
    assert await house.drills.control(run.id, run.rev, right, house.request("U0BEN")) is True
    assert (await house.drill()).stage is Stage.REPAIRED


async def at_the_console(house: House, topic: str = "site_down") -> Run:
    """Ben has the run of the drill open, at the first step that changes something."""
    answer = await house.runbooks.start(topic, user="U0BEN", request=house.request("U0BEN"), incident=1)
    for _ in range(20):
        await house.runbooks.settle()
        run = await house.runbooks.of(answer.run)
        step = load()[topic].steps[run.step]
        if isinstance(step, Do) and step.changes:
            return run
        request = house.request("U0BEN")
        given = {"by": "U0BEN", "id": request.id, "rev": run.rev}
        wish = r.Answered(**given) if isinstance(step, Ask) else r.DidIt(**given)
        wish = wish if isinstance(step, Ask | Do) else r.LooksDifferent(**given)
        await house.runbooks.act(run.id, wish, request)
    raise AssertionError(topic)


def real(house: House) -> Signal:
    """The sign-up page is really down."""
    return Signal(
        "shop", "production", "sign-up", "Sign-up", Trouble.REACH, Sev.ONE, Reading.DOWN, house.time, house.time, "502"
    )
