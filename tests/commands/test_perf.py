"""`/launch perf`: the board, one endpoint, the light load and who may send it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.blockkit.validator import validate_message
from bot.commands.base import commands
from bot.commands.perf import again, perf, stop
from bot.document import Document
from bot.render.blocks import message
from bot.render.text import text
from bot.services.container import Services
from bot.store import perf_runs, probes
from bot.store.probes import Probe, Seen
from checks.load_model import Ended, Step
from tests.commands.conftest import NOW, call

YML = """\
product: {id: marigold, name: Marigold, domain: marigold.example}
people: {ana: {slack: U0ANA, role: owner}, ben: {slack: U0BEN}}
hosts:
  - {name: marigold.example, purpose: marketing}
  - {name: app.marigold.example, purpose: app, intrusive: true}
monitors:
  - {name: Log-in, url: 'https://app.marigold.example/login', endpoint: auth, flow: login}
  - {name: Dashboard, url: 'https://app.marigold.example/dashboard', endpoint: dashboard}
  - {name: Checkout, url: 'https://app.marigold.example/checkout', flow: payment}
  - {name: Shop window, url: 'https://marigold.example/window'}
network: {resolvers: ["127.0.0.1:9"]}
"""


async def watched(services: Services, name: str, milliseconds: float, *, times: int = 120, bad: int = 0) -> None:
    """The bot has looked at it so often; one in ten answers took twice as long."""

    def look(number: int, index: int) -> Probe:
        at = NOW - timedelta(minutes=times - index)
        if index < bad:
            return Probe(number, at, Seen.BAD)
        return Probe(number, at, Seen.GOOD, milliseconds * (2 if index % 10 == 0 else 1))

    def work(connection: sqlite3.Connection) -> None:
        number = probes.monitor(connection, "marigold", name)
        probes.add(connection, [look(number, index) for index in range(times)])

    await services.store.write(work)


def shown(document: Document | None) -> str:
    """What a person reads on 80 columns; what Slack gets is in order."""
    assert document is not None
    assert validate_message(message(document)) == []
    return text(document, width=80, colour=False)


async def test_the_slowest_against_its_target_comes_first(make):
    """What customers feel in the first line; each with its number, its target, and how much was measured."""
    services = make(YML)
    await watched(services, "Log-in", 320)
    await watched(services, "Dashboard", 90)
    await watched(services, "Checkout", 100, bad=3)
    await watched(services, "Shop window", 60, times=5)
    said = shown((await perf(call("perf"), services)).document)
    print(said)
    plain = " ".join(said.split())
    assert plain.startswith("Log-in is slow: 19 of 20 answers came within 640 ms, the target for a log-in is 500 ms")
    order = [said.index(f"{name}\n") for name in ("Log-in", "Checkout", "Dashboard", "Shop window")]
    assert order == sorted(order)
    assert "3 of 120 tries of Checkout failed since" in plain
    assert "Some fail: Checkout" in plain
    assert "half within 320 ms. 120 looks since" in plain
    assert "Nobody has watched Shop window for a while" in plain
    assert "Do later" in said
    assert "Make Log-in quicker: now 640 ms, aim for 500 ms." in plain
    assert "Sign-up" in said
    assert "Add a monitor with `flow: signup`" in plain or "flow: signup" in plain


async def test_one_endpoint_has_its_steps_and_the_load_where_it_is_allowed(make):
    """What to do, and a button that asks first."""
    services = make(YML)
    await watched(services, "Log-in", 320)
    document = (await perf(call("perf", "log-in"), services)).document
    said = " ".join(shown(document).split())
    print(shown(document))
    assert "What to do" in said
    assert "query plan" in said
    assert '/launch perf load "Log-in"' in said
    elsewhere = " ".join(shown((await perf(call("perf", "shop", "window"), services)).document).split())
    assert "intrusive: true" in elsewhere
    assert "/launch perf load" not in elsewhere
    lost = shown((await perf(call("perf", "dashbord"), services)).document)
    assert "Did you mean" in lost


async def test_only_an_owner_sends_a_load_and_only_where_it_is_allowed(make):
    """Nothing is written down for the others."""
    services = make(YML)
    ben = await perf(replace(call("perf", "load", "Dashboard"), user="U0BEN"), services)
    assert "Only an owner may do that" in shown(ben.document)
    window = await perf(call("perf", "load", "Shop", "window"), services)
    assert "marigold.example is not to be asked hard, so nothing was sent" in shown(window.document)
    assert "intrusive: true" in shown(window.document)
    stranger = await again(call("perf.load", value="https://elsewhere.example/"), services)
    assert "- {name: elsewhere.example, purpose: other, intrusive: true}" in shown(stranger.document)
    which = await perf(call("perf", "load"), services)
    assert '/launch perf load "Dashboard"' in shown(which.document)
    over = await stop(call("perf.stop", value="7"), services)
    assert "No light load goes on" in shown(over.document)
    assert await services.store.read(lambda c: c.execute("SELECT count(*) AS n FROM perf_run").fetchone()["n"]) == 0


async def test_the_last_load_stands_beside_the_figures(make):
    """And what it showed becomes something to do later."""
    services = make(YML)
    steps = (Step(2, 40, 40, 90, 120, 200), Step(10, 200, 200, 250, 400, 900))
    figures = perf_runs.Figures("Dashboard", "https://app.marigold.example/dashboard", 340, 340, Ended.DONE, steps)

    def tested(connection: sqlite3.Connection) -> None:
        number = perf_runs.ask(connection, "marigold", NOW, figures, asked_by="U0ANA", channel="C0OPS")
        perf_runs.end(connection, number, NOW, figures)

    await services.store.write(tested)
    await watched(services, "Dashboard", 90)
    said = " ".join(shown((await perf(call("perf"), services)).document).split())
    assert "With 10 visitors a second Dashboard becomes 3.3 times slower: 400 ms instead of 120 ms" in said
    assert "Make Dashboard stand ten visitors a second." in said


@pytest.mark.parametrize("words", [(), ("log-in",), ("load", "log-in"), ("stop",)])
async def test_without_a_configuration_it_says_how_to_begin(make, words):
    """No launch.yml, nothing to measure."""
    services = make("")
    assert "launch.yml" in shown((await perf(call("perf", *words), services)).document)


def test_only_what_changes_something_is_written_down():
    """Guests may read."""
    command = commands()["perf"]
    assert not command.keeps(())
    assert not command.keeps(("log-in",))
    assert command.keeps(("load", "log-in"))
    assert command.keeps(("stop",))
