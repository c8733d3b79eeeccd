"""Rows of second routes on a real store, sent to real receivers, with every way in which that goes wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.asks import Ack, Reading, Signal
from bot.domain.severity import Sev, Trouble
from bot.services.config import Config
from bot.services.incidents import Incidents, Request
from bot.services.second_routes import MOST_TRIES, UNDELIVERED, SecondRoutes
from bot.speakers.second_route import speak
from bot.store import incidents, second_routes
from bot.store.db import Store
from bot.store.second_routes import Way
from tests.hand import ByHand
from tests.servers.smtp import MailServer

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = """
product: {{name: Shop, id: shop, domain: shop.test, time_zone: Europe/Berlin}}
people:
  ana: {{slack: U0ANA, role: owner, email: ana@shop.test}}
  ben: {{slack: U0BEN, email: ben@shop.test}}
services:
  sign-up: {{owner: ana, backup: ben, critical: true}}
channels:
  alerts: "#ops"
  second_route: {routes}
"""


@dataclass
class Branch(ByHand):
    """Incidents and second routes on one store, with a clock that is moved by hand."""

    folder: Path
    time: datetime = START
    secrets: dict[str, str] = field(default_factory=dict)
    routes: SecondRoutes = None  # type: ignore[assignment]
    incidents: Incidents = None  # type: ignore[assignment]
    store: Store = None  # type: ignore[assignment]

    def open(self, routes: object) -> Branch:
        """With these routes."""
        path = self.folder / "launch.yml"
        path.write_text(FILE.format(routes=json.dumps(routes)))
        config = Config.read(path)
        assert config.error is None, config.error
        self.store = self.store or Store.open(self.folder / "data" / "launch.db")
        self.incidents = Incidents(self.store, self, lambda: config, lambda: None)
        self.routes = SecondRoutes(
            self.store,
            self,
            lambda: config,
            speak(lambda: config, self),
            secret=lambda name: self.secrets.get(name, ""),
        )
        return self

    async def work(self, **length: float) -> None:
        """Let time go by in steps of five seconds, as the clockwork would see it."""
        end = self.time + timedelta(**length)
        await self.send()
        while self.time < end:
            self.time = min(end, self.time + timedelta(seconds=5))
            await self.incidents.tick()
            await self.send()

    async def send(self) -> None:
        """One tick, and all that it begins."""
        await self.routes.tick()
        await self.routes.settle()

    async def breaks(self, reading: Reading = Reading.DOWN) -> None:
        """The sign-up page fails."""
        signal_ = Signal(
            "shop",
            "production",
            "sign-up",
            "Sign-up",
            Trouble.REACH,
            Sev.ONE,
            reading,
            self.time,
            self.time,
            "HTTP 502",
        )
        await self.incidents.signal([signal_])

    async def ask(self, route: str = "0", person: str = "U0ANA", about: int = 1) -> None:
        """A message about the first incident."""
        await self.store.write(
            lambda c: second_routes.ask(
                c, "shop", "incident:1", self.time, about=about, route=route, person=person, why="nobody_yet"
            )
        )

    async def ways(self) -> list[Way]:
        """Every row about the first incident."""
        return await self.store.read(lambda c: second_routes.trail(c, "shop", "incident:1"))

    def file(self) -> str:
        """What nobody could be told."""
        path = self.folder / "data" / UNDELIVERED
        return path.read_text() if path.exists() else ""


@pytest.fixture
async def branch(tmp_path) -> AsyncIterator[Branch]:
    """Closed at the end."""
    made = Branch(tmp_path)
    yield made
    if made.routes is not None:
        await made.routes.stop()
    if made.store is not None:
        made.store.close()


async def test_a_page_that_nobody_answers_goes_out_by_every_route(branch, receiver):
    """Mail, ntfy, SMS and webhook: each with what customers feel, and once for each place."""
    async with MailServer() as server:
        branch.secrets = {"SMS": f"json://{receiver.host}/sms"}
        branch.open(
            [
                {"kind": "email", "server": f"127.0.0.1:{server.port}", "from": "alerts@shop.test"},
                {"kind": "ntfy", "to": f"{receiver.url}/shop-alerts"},
                {"kind": "sms", "env": "SMS"},
                {"kind": "webhook", "to": f"{receiver.url}/hook"},
            ]
        )
        await branch.breaks()
        await branch.work(minutes=11)
    ways = await branch.ways()
    assert {way.route for way in ways} == {"0", "1", "2", "3"}
    assert {way.state for way in ways} == {"sent"}
    calls = len({way.about for way in ways})
    to_one_place = [path for path, _, _ in receiver.got]
    assert {path: to_one_place.count(path) for path in to_one_place} == {"/": calls, "/sms": calls, "/hook": calls}
    letter = server.letters[0]
    assert letter.message["Subject"].startswith("DOWN: Sign-up (INC-1)")
    assert "Seen: HTTP 502" in letter.text
    assert "Nobody is on it yet." in letter.text
    assert "14:00 CET" in letter.text
    assert "nobody has answered in Slack" in letter.text
    [sms, *_] = [json.loads(body)["message"] for path, _, body in receiver.got if path == "/sms"]
    assert sms.startswith("DOWN: Sign-up. Visitors get an error")
    assert len(sms) <= 160
    hook = [json.loads(body) for path, _, body in receiver.got if path == "/hook"]
    assert [each["sequence"] for each in hook] == sorted(each["sequence"] for each in hook)
    assert hook[0]["severity"] == 1


async def test_without_an_address_a_mail_goes_to_whoever_is_called(branch):
    """Each to their own mailbox, where the route names none."""
    async with MailServer() as server:
        branch.open([{"kind": "email", "server": f"127.0.0.1:{server.port}", "from": "alerts@shop.test"}])
        await branch.breaks()
        await branch.ask(person="U0ANA")
        await branch.ask(person="U0BEN")
        await branch.ask(person="U0NOBODY")
        await branch.work(seconds=20)
    assert sorted(letter.to[0] for letter in server.letters) == ["ana@shop.test", "ben@shop.test"]
    assert [way.state for way in (await branch.ways())[:3]] == ["sent", "sent", "dead"]
    assert "INC-1" in branch.file()


async def test_words_are_those_of_the_moment_of_sending(branch, receiver):
    """Somebody took it while the receiver was ill: that is what is said."""
    branch.open([{"kind": "webhook", "to": f"{receiver.url}/hook"}])
    receiver.answers += [(500, {})]
    await branch.breaks()
    await branch.work(seconds=25)
    await branch.ask(about=99)
    await branch.send()
    await branch.incidents.ask(1, Ack("U0BEN"), Request("1.1", "U0BEN", "incident.ack"))
    await branch.work(seconds=20)
    assert [json.loads(body)["status"] for _, _, body in receiver.got] == ["open", "acked"]
    assert json.loads(receiver.got[0][2])["id"] == json.loads(receiver.got[1][2])["id"]


async def test_whoever_was_told_is_told_of_the_end_once(branch, receiver):
    """And nobody is woken by a call that comes after the end."""
    branch.open([{"kind": "webhook", "to": f"{receiver.url}/hook"}])
    await branch.breaks()
    await branch.work(seconds=25)
    await branch.ask(about=99)
    await branch.send()
    await branch.breaks(Reading.UP)
    await branch.work(minutes=5)
    await branch.ask(about=100)
    await branch.work(minutes=40)
    told = [json.loads(body) for _, _, body in receiver.got]
    assert [(each["live"], each["why"]) for each in told] == [(True, "nobody_yet"), (False, "over")]
    late = (await branch.ways())[-1]
    assert (late.about, late.state) == (100, "dead")
    assert branch.file() == ""


async def test_a_receiver_that_is_ill_is_tried_again_and_then_given_up(branch, receiver):
    """Pauses grow; in the end it is dead with the reason, and the file in the data folder has it."""
    branch.open([{"kind": "webhook", "to": f"{receiver.url}/hook"}])
    receiver.answers += [(503, {})] * 50
    await branch.breaks()
    await branch.ask()
    await branch.work(seconds=20)
    assert len(receiver.got) < 5
    for _ in range(MOST_TRIES):
        branch.time += timedelta(minutes=5)
        await branch.send()
    await branch.send()
    [way, last] = await branch.ways()
    assert (way.state, way.attempts, len(receiver.got)) == ("dead", MOST_TRIES, MOST_TRIES)
    assert "503" in way.last_error
    assert (last.route, last.state) == ("file", "sent")
    assert branch.file().count("DOWN: Sign-up (INC-1)") == 1


async def test_an_empty_variable_is_named_and_its_value_never(branch):
    """Nothing is tried; the file has the message at once."""
    branch.open([{"kind": "sms", "env": "SMS_URL"}])
    await branch.breaks()
    await branch.ask()
    await branch.send()
    await branch.send()
    [way, _] = await branch.ways()
    assert way.last_error == "the environment variable SMS_URL is empty"
    assert "DOWN: Sign-up" in branch.file()


async def test_a_route_that_hangs_holds_up_no_other(branch, receiver):
    """A mail server that says nothing, and a webhook beside it."""
    async with MailServer(hang=True) as server:
        branch.open(
            [
                {"kind": "email", "server": f"127.0.0.1:{server.port}", "from": "alerts@shop.test"},
                {"kind": "webhook", "to": f"{receiver.url}/hook"},
            ]
        )
        await branch.breaks()
        came = asyncio.Event()
        receiver.before = came.set
        await branch.ask("0")
        await branch.ask("1")
        await branch.routes.tick()
        async with asyncio.timeout(60):
            await came.wait()
            await server.called.wait()
        await branch.routes.stop()
    await branch.routes.recover()
    assert next(way.state for way in await branch.ways()) == "pending"


async def test_a_message_that_cannot_be_written_down_is_still_said(branch, caplog):
    """The data folder is full or gone: standard error has it, and the row knows why the file has not."""
    branch.open([])
    await branch.breaks()
    (branch.folder / "data" / UNDELIVERED).mkdir()
    await branch.ask("file")
    await branch.send()
    [way] = await branch.ways()
    assert way.state == "sent"
    assert "cannot be written" in way.last_error
    assert "nobody could be told" in caplog.text


async def test_a_kill_between_sending_and_marking_repeats_it_under_the_same_id(branch, receiver):
    """The receiver has it, the row is `sending`: after the restart it comes once more, and can be recognised."""
    branch.open([{"kind": "webhook", "to": f"{receiver.url}/hook"}])
    await branch.breaks()
    await branch.ask()
    branch.store.close()
    script = (
        "import asyncio, sys, pathlib\n"
        "from tests.routes.test_second_routes import Branch\n"
        "async def main():\n"
        f"    branch = Branch(pathlib.Path({str(branch.folder)!r}))\n"
        f"    branch.open([{{'kind': 'webhook', 'to': {receiver.url + '/hook'!r}}}])\n"
        "    await branch.routes.tick()\n"
        "    await branch.routes.settle()\n"
        "    print('marked', flush=True)\n"
        "asyncio.run(main())\n"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    receiver.before = lambda: os.kill(child.pid, signal.SIGKILL)
    out, _ = await child.communicate()
    assert b"marked" not in out
    receiver.before = None
    branch.store = None
    branch.open([{"kind": "webhook", "to": f"{receiver.url}/hook"}])
    assert [way.state for way in await branch.ways()] == ["sending"]
    assert await branch.routes.recover() == 1
    await branch.send()
    await branch.send()
    assert [way.state for way in await branch.ways()] == ["sent"]
    ids = [json.loads(body)["id"] for _, _, body in receiver.got]
    assert len(ids) == 2
    assert len(set(ids)) == 1


async def test_a_clock_that_was_an_hour_ahead_holds_nothing_up(branch, receiver):
    """Rows that wait for a time far ahead go after the restart."""
    branch.open([{"kind": "webhook", "to": f"{receiver.url}/hook"}])
    await branch.breaks()
    branch.time += timedelta(hours=1)
    await branch.ask()
    branch.time -= timedelta(hours=1)
    await branch.send()
    assert receiver.got == []
    await branch.routes.recover()
    await branch.send()
    assert len(receiver.got) == 1


async def test_the_state_of_each_route_is_known(branch, receiver):
    """For status and doctor: when it worked last, what waits, what was wrong."""
    branch.open([{"kind": "webhook", "to": f"{receiver.url}/hook"}, {"kind": "sms", "env": "SMS"}])
    await branch.breaks()
    await branch.ask("0")
    await branch.ask("1")
    await branch.send()
    states = await branch.store.read(lambda c: second_routes.states(c, "shop"))
    assert states["0"].sent_at == branch.time
    assert states["0"].last_error == ""
    assert "SMS is empty" in states["1"].last_error
    assert (await branch.store.read(lambda c: incidents.get(c, 1))).live
