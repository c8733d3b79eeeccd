"""Requests at a fixed rate: due is due, whatever the server does; and every wall that stands before other looks."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from bot.clock import SystemClock
from checks.load_model import Ended, Tally, due
from checks.net.rate import RateProbe, Sender
from tests.growth import in_a_quiet_moment
from tests.net.conftest import Site
from tests.servers.http import Answer, Hostile, Request

FAST = ((40.0, 0.5), (80.0, 0.5))
"""The same steps, in a second."""


def fine(answer) -> bool:
    """As monitors judge without further words."""
    return 200 <= answer.status < 300


async def shot(site: Site, sender: Sender, steps=FAST, **changes: object) -> Ended:
    """Send the whole schedule to the site."""
    network = replace(site.network, **changes)
    async with RateProbe(network, SystemClock().now()) as probe:
        return await asyncio.wait_for(sender.send(probe, due(steps)), 60)


async def test_each_request_goes_out_when_it_is_due_and_connections_are_kept(site):
    """Forty and eighty a second for half a second each: sixty requests, a few connections, one name look-up."""

    async def attempt() -> None:
        arrived, before, asked = [], site.web.connections, len(site.dns.queries)

        def answer(_request: Request) -> Answer:
            arrived.append(time.perf_counter())
            return Answer(delay=0.01)

        site.web.route("a.test", "/", answer)
        sender = Sender("https://a.test/", fine, Tally(FAST))
        assert await shot(site, sender) is Ended.DONE
        assert len(arrived) == len(sender.tally.shots) == 60
        assert 0.9 < arrived[-1] - arrived[0] < 1.5
        assert sender.connections == site.web.connections - before <= 12
        assert len([one for one in site.dns.queries[asked:] if one.name == "a.test"]) <= 2
        load = sender.tally.load(sender.url, Ended.DONE, connections=sender.connections)
        assert [(step.rate, step.sent, step.bad) for step in load.steps] == [(40.0, 20, 0), (80.0, 40, 0)]
        assert load.statuses == ((200, 60),)

    await in_a_quiet_moment(attempt)


async def test_a_server_that_stands_still_makes_everybody_wait_who_comes_meanwhile(site):
    """No coordinated omission: of those due in the pause, the first waited all of it, the middle one half."""
    pause = 0.5

    async def attempt() -> None:
        began = []

        async def answer(_request: Request) -> Answer:
            now = time.perf_counter()
            began.append(now)
            since = now - began[0]
            return Answer(delay=max(0.0, 0.25 + pause - since) if 0.25 <= since < 0.25 + pause else 0.0)

        site.web.route("a.test", "/", answer)
        steps = ((50.0, 1.0),)
        sender = Sender("https://a.test/", fine, Tally(steps))
        assert await shot(site, sender, steps) is Ended.DONE
        times = sorted(shot.took_ms for shot in sender.tally.shots)
        assert len(times) == 50
        slow = [took for took in times if took > 50]
        assert 22 <= len(slow) <= 27, "half of all requests fell into the pause"
        assert times[-1] == pytest.approx(500, abs=60)
        assert slow[len(slow) // 2] == pytest.approx(250, abs=60)

    await in_a_quiet_moment(attempt)


@pytest.mark.parametrize("hostile", [Hostile.RESET_EARLY, Hostile.GARBAGE, Hostile.SHORT_BODY])
async def test_a_broken_server_is_left_alone_after_a_few(site, hostile):
    """More than two in a hundred fail: it stops, and does not go on hammering."""
    site.web.route("a.test", "/", Answer(hostile=hostile))
    sender = Sender("https://a.test/", fine, Tally(FAST))
    assert await shot(site, sender) is Ended.ERRORS
    assert len(site.web.requests) < 15


async def test_a_server_that_never_answers_ends_the_test_without_an_answer(site):
    """Those who still wait count: after three seconds and twenty requests it is clear."""
    site.web.route("a.test", "/", Answer(hostile=Hostile.HANG))
    steps = ((20.0, 20.0),)
    sender = Sender("https://a.test/", fine, Tally(steps))
    assert await shot(site, sender, steps) is Ended.SLOW
    assert len(site.web.requests) < 200, "of four hundred in twenty seconds"
    assert not sender.tally.shots


async def test_somebody_stops_it(site):
    """At once: nothing more goes out, nothing is left open."""
    site.web.route("a.test", "/", Answer())
    sender = Sender("https://a.test/", fine, Tally(FAST))
    sender.on_shot = lambda tally: sender.halt.set() if len(tally.shots) == 5 else None
    assert await shot(site, sender) is Ended.STOPPED
    assert len(site.web.requests) <= 7
    assert not [task for task in asyncio.all_tasks() if task.get_coro().__qualname__.startswith("Sender")]


async def test_the_guard_stands_before_every_shot(site):
    """A name that leads into a private network gets not a single connection."""
    sender = Sender("https://a.test/", fine, Tally(FAST))
    assert await shot(site, sender, allow_private=False) is Ended.ERRORS
    assert site.web.connections == site.plain.connections == 0


async def test_answers_of_an_edge_and_of_a_limit_are_told_apart(site):
    """What a cache or a firewall says is not the product."""
    said = iter([Answer(headers=(("x-cache", "HIT"),)), Answer(429, b"slow down"), *[Answer()] * 98])
    site.web.route("a.test", "/", lambda _request: next(said))
    steps = ((50.0, 1.0),)
    sender = Sender("https://a.test/", fine, Tally(steps))
    assert await shot(site, sender, steps) is Ended.DONE
    load = sender.tally.load(sender.url, Ended.DONE)
    assert (load.hits, load.turned_away, load.bad, load.sent) == (1, 1, 1, 50)


async def test_who_watches_cannot_disturb_the_pace(site):
    """A progress line that breaks is its own affair."""
    site.web.route("a.test", "/", Answer())

    def broken(_tally: Tally) -> None:
        raise RuntimeError("no terminal")

    sender = Sender("https://a.test/", fine, Tally(FAST), on_shot=broken)
    assert await shot(site, sender) is Ended.DONE
