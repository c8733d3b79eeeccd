"""A test over each second route: real receivers get it, and what each said is told, without anything secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.doctor import command
from bot.clock import SystemClock
from bot.commands import dispatch
from bot.config.load import load
from bot.services.audit import Audits
from bot.services.config import Config
from bot.services.container import Services
from bot.services.health import Health
from bot.services.incidents import Incidents
from bot.services.route_tests import test_note as a_note
from bot.services.route_tests import try_each
from bot.services.watch import Watch
from bot.store.db import Store
from tests.commands.asking import shown
from tests.servers.http import closed_port
from tests.servers.smtp import MailServer
from tests.services.parts import parts
from tests.services.walker import runbooks_over

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = """
product: {{name: Shop, id: shop, domain: shop.test}}
people:
  mia: {{slack: U0MIA, role: owner, email: mia@shop.test}}
  ben: {{slack: U0BEN, email: ben@shop.test}}
channels:
  alerts: "#ops"
  second_route: {routes}
"""


def written(folder: Path, routes: object) -> Path:
    """A launch.yml with these routes."""
    path = folder / "launch.yml"
    path.write_text(FILE.format(routes=json.dumps(routes)))
    return path


async def test_each_route_is_tried_and_told_apart(tmp_path, receiver):
    """Mail to whoever asks, a webhook that takes it, one that refuses, and one without its variable."""
    async with MailServer() as mail:
        routes = [
            {"kind": "email", "server": f"127.0.0.1:{mail.port}", "from": "bot@shop.test"},
            {"kind": "webhook", "to": f"{receiver.url}/good"},
            {"kind": "webhook", "to": f"http://127.0.0.1:{closed_port()[1]}/gone"},
            {"kind": "sms", "env": "SMS_URL"},
        ]
        file = load(written(tmp_path, routes))
        note = a_note("Shop", "ben", NOW)
        found = await try_each(file, note, person="U0BEN", secret=lambda _: "")
        assert [one.taken for one in found] == [True, True, False, False]
        assert [letter.to for letter in mail.letters] == [("ben@shop.test",)]
        assert "Nothing is broken" in mail.letters[0].text
        assert "ben asked for it" in mail.letters[0].text
    assert json.loads(receiver.got[0][2])["type"] == "test"
    assert "SMS_URL is empty" in found[3].why
    assert "ben@shop.test" not in str(found)


async def test_a_founder_asks_for_it_in_slack(tmp_path, receiver):
    """The command says what became of it; asked again at once it sends nothing."""
    path = written(tmp_path, [{"kind": "webhook", "to": f"{receiver.url}/good"}])
    store, clock, config = Store.open(tmp_path / "data" / "launch.db"), SystemClock(), Config.read(path)
    try:
        nothing = lambda: None  # noqa: E731
        incidents = Incidents(store, clock, lambda: config, nothing)
        watch, health = Watch(store, clock, lambda: config, incidents), Health(NOW)
        services = Services(
            clock,
            store,
            config,
            Audits(store, clock, config, nothing),
            incidents,
            watch,
            runbooks_over(store, clock, config, incidents, watch, health),
            health,
            nothing,
            **parts(store, clock, lambda: config, incidents),
        )
        said = await _typed(services, "doctor test")
        assert "The test is on its way" in said
        assert "Taken: webhook to" in said
        assert len(receiver.got) == 1
        assert "less than a minute ago" in await _typed(services, "doctor test")
        assert len(receiver.got) == 1
        did = store.write_now(lambda c: [tuple(row) for row in c.execute("SELECT actor, did FROM journal")])
        assert did == [("U0MIA", "second_routes.tested")]
    finally:
        store.close()


async def _typed(services: Services, words: str) -> str:
    call, run = dispatch.from_text(words, user="U0MIA", channel="C", trigger="1", now=services.clock.now())
    return shown(await run(call, services))


@pytest.mark.parametrize(("routes", "code", "said"), [([], 1, "no second route to test"), (None, 1, "did not take")])
def test_the_terminal_says_it_too(tmp_path, routes, code, said):
    """The same answer, with an exit code for scripts."""
    gone = [{"kind": "webhook", "to": f"http://127.0.0.1:{closed_port()[1]}/gone"}]
    path = written(tmp_path, gone if routes is None else routes)
    result = CliRunner().invoke(command, ["--config", str(path), "--test-routes", "--no-color"], standalone_mode=False)
    assert (result.return_value, said in result.output) == (code, True), result.output


async def test_the_terminal_reaches_a_receiver(tmp_path, receiver):
    """Where every provider takes it, the exit code is 0."""
    import asyncio

    path = written(tmp_path, [{"kind": "webhook", "to": f"{receiver.url}/good"}])
    arguments = ["--config", str(path), "--test-routes", "--no-color"]
    result = await asyncio.to_thread(CliRunner().invoke, command, arguments, standalone_mode=False)
    assert result.return_value == 0, result.output
    assert "Only you can see whether it arrives" in result.output
    assert len(receiver.got) == 1
