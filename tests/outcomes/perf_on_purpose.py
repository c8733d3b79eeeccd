"""What is measured on purpose: a release beside the last one, a light load, the weight of a page, a browser's word."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from bot.clock import SystemClock
from checks.comparing import Asker, compare, compare_stored
from checks.lighthouse import by_host, read
from checks.load_model import Load, Tally
from checks.loading import light_load
from checks.measured import Budget, Compared
from checks.net.live import LiveProbe
from checks.stored_runs import Run
from tests.checks.samples import page
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import route, shut
from tests.outcomes.world import APP, CHALLENGE, JS, WWW, World, shown
from tests.servers.http import Answer, Hostile, Request

GATE, LOAD, PAGE = "perf.gate Login", "perf.load_light Login", f"perf.page {APP}"
SIGN_IN = shown(page(text="Sign in"))
BEFORE = f"https://{WWW}/before"
STEPS = ((20.0, 1.1), (20.0, 1.1))
"""Two steps of a second each at one rate, so that a busy machine under the tests does not speak into it."""


def _put(world: World, **more: object) -> None:
    world.write(speed=replace(world.inventory.speed, **more))  # type: ignore[arg-type]


def released(*, before: Answer = SIGN_IN, now: Answer = SIGN_IN) -> Step:
    """CI asks the version before and the new one in turns."""

    async def step(world: World) -> None:
        world.route(WWW, "/before", before)
        world.route(APP, "/login", now)
        monitor = world.inventory.monitors[0]
        async with LiveProbe(world.inventory.network, SystemClock().now()) as probe:
            _compared(world, await compare(Asker(probe, monitor), BEFORE, monitor.url, WWW))

    return step


def stored(*runs: Run, now: Answer = SIGN_IN) -> Step:
    """CI asks the new version, and knows the old one from stored runs."""

    async def step(world: World) -> None:
        world.route(APP, "/login", now)
        monitor = world.inventory.monitors[0]
        async with LiveProbe(world.inventory.network, SystemClock().now()) as probe:
            _compared(world, (await compare_stored(Asker(probe, monitor), monitor.url, runs))[0])

    return step


def _compared(world: World, found: Compared) -> None:
    _put(world, compared={world.inventory.monitors[0].name: found})


def allowed(world: World) -> None:
    """The owner allows a light load at the app."""
    world.write(opt_in=frozenset({APP}))


def loaded(
    answer: Answer | Callable[[Request], Answer] = SIGN_IN,
    *,
    watch: Callable[[Tally, asyncio.Event], None] = lambda _tally, _halt: None,
    steps: tuple[tuple[float, float], ...] = STEPS,
) -> Step:
    """Somebody runs the light load test at the log-in."""

    async def step(world: World) -> None:
        allowed(world)
        world.route(APP, "/login", answer)
        halt = asyncio.Event()
        found: Load = await light_load(
            world.inventory,
            world.inventory.monitors[0],
            SystemClock().now(),
            on_shot=lambda tally: watch(tally, halt),
            halt=halt,
            steps=steps,
        )
        _put(world, loads={world.inventory.monitors[0].name: found})

    return step


def after(requests: int, then: Answer) -> Callable[[Request], Answer]:
    """In order for so many requests, and then this."""
    numbers = count(1)
    usual = replace(SIGN_IN, delay=0.03)
    return lambda _request: usual if next(numbers) <= requests else then


def _stop_soon(tally: Tally, halt: asyncio.Event) -> None:
    if len(tally.shots) == 5:
        halt.set()


def _busy(_tally: Tally, _halt: asyncio.Event) -> None:
    time.sleep(0.2)


def budget(**may: int) -> Step:
    """The founder writes down what a page may weigh."""
    return lambda world: _put(world, budget=Budget(**may))


def heavy(world: World) -> None:
    """The app's page loads a script of 420 kB and a picture that is not there."""
    body = page(text="Your orders of this week, and what to pack today")
    body = body.replace(b"</head>", b"<script src=/big.js></script></head>").replace(b"</body>", b"<img src=/no.png>")
    world.route(APP, "/", shown(body))
    world.route(APP, "/big.js", Answer(body="x" * 420_000, headers=(JS,)))


def before(scripts: int) -> Step:
    """The version before had so many bytes of script."""
    return lambda world: _put(world, scripts_before={APP: scripts})


def result(
    score: float, lcp: float, *, calls: int = 1, others: float = 40.0, newest: bool = False, host: str = APP
) -> bytes:
    """One result as Lighthouse writes it; version 13 renamed the audit about scripts of others."""
    party = {"entity": "Chatty", "transferSize": 90_000, "mainThreadTime": others, "blockingTime": others}
    name = "third-parties-insight" if newest else "third-party-summary"
    asked = [
        {"url": f"https://{host}/api/me?n={n}", "resourceType": "Fetch", "transferSize": 300} for n in range(calls)
    ]
    script = {"url": f"https://{host}/app.js", "resourceType": "Script", "transferSize": 150_000}
    return json.dumps(
        {
            "lighthouseVersion": "13.0.1" if newest else "12.8.1",
            "finalDisplayedUrl": f"https://{host}/",
            "categories": {"performance": {"score": score}},
            "audits": {
                "largest-contentful-paint": {"numericValue": lcp},
                name: {"details": {"items": [party]}},
                "network-requests": {"details": {"items": [script, *asked]}},
            },
        }
    ).encode()


def browsed(*results: bytes) -> Step:
    """CI hands over results of Lighthouse."""
    return lambda world: _put(world, lighthouse=by_host(read(one) for one in results))


SCENARIOS = (
    Scenario("No release was compared with the one before", {GATE: "not_compared"}),
    Scenario("The new version answers as soon as the old one", {GATE: "ok"}, released()),
    Scenario(
        "The new version needs fifty milliseconds more for every answer",
        {GATE: "slower"},
        released(now=replace(SIGN_IN, delay=0.05)),
    ),
    Scenario(
        "Only one run of the old version is stored, and the new one is slower than that",
        {GATE: "noisy"},
        stored(Run(60, 15.0, 10.0), now=replace(SIGN_IN, delay=0.06)),
    ),
    Scenario(
        "The old version is not there any more", {GATE: "could_not_compare"}, released(before=Answer(404, b"gone"))
    ),
    Scenario("Nobody has allowed a load test", {LOAD: "not_allowed"}),
    Scenario("A load test is allowed, and nobody has run one", {LOAD: "not_measured"}, allowed),
    Scenario("The log-in stands the load", {LOAD: "ok"}, loaded(replace(SIGN_IN, delay=0.2))),
    Scenario(
        "The log-in needs ten times as long once there is a load",
        {LOAD: "slower"},
        loaded(after(28, replace(SIGN_IN, delay=0.4))),
    ),
    Scenario(
        "The log-in stops answering under the load",
        {LOAD: "too_slow"},
        loaded(after(28, Answer(hostile=Hostile.HANG)), steps=((20.0, 1.1), (20.0, 8.0))),
    ),
    Scenario("Under the load every visitor gets an error", {LOAD: "errors"}, loaded(after(20, Answer(500)))),
    Scenario(
        "A cache in front of the log-in answers everybody",
        {LOAD: "only_cache"},
        loaded(replace(SIGN_IN, headers=(*SIGN_IN.headers, ("x-cache", "HIT")))),
    ),
    Scenario("A limit stops the load test", {LOAD: "turned_away"}, loaded(after(20, Answer(429, b"slow down")))),
    Scenario(
        "The machine of the load test is busy with something else",
        {LOAD: "noisy"},
        loaded(watch=_busy, steps=((20.0, 0.5),)),
    ),
    Scenario("Somebody stops the load test", {LOAD: "cut_short"}, loaded(watch=_stop_soon)),
    Scenario("The log-in is broken before the load test", {LOAD: "could_not_look"}, loaded(Answer(500))),
    Scenario("It is not written down what a page may weigh", {PAGE: "no_budget"}),
    Scenario("The start page is lighter than its budget", {PAGE: "ok"}, heavy, budget(scripts=500_000, requests=10)),
    Scenario("The start page loads more script than its budget", {PAGE: "too_heavy"}, heavy, budget(scripts=300_000)),
    Scenario(
        "The new version loads twice as much script",
        {PAGE: "scripts_grew"},
        heavy,
        budget(total=900_000),
        before(210_000),
    ),
    Scenario(
        "The app answers with data instead of a page",
        {PAGE: "no_page"},
        budget(total=900_000),
        route(APP, "/", Answer(body=b"{}", headers=(("content-type", "application/json"),))),
    ),
    Scenario(
        "A firewall takes the scales for a robot",
        {PAGE: "blocked_by_firewall"},
        budget(total=900_000),
        route(APP, "*", CHALLENGE),
    ),
    Scenario("Nothing listens where the page should be weighed", {PAGE: "could_not_look"}, budget(total=9), shut(443)),
    Scenario(
        "Three runs of Lighthouse are pleased",
        {PAGE: "quick"},
        browsed(*(result(0.93, lcp) for lcp in (1800, 1900, 2900))),
    ),
    Scenario(
        "The page is useful after three and a half seconds on a phone",
        {PAGE: "slow_on_phones"},
        browsed(*(result(0.85, 3400, newest=True) for _ in range(3))),
    ),
    Scenario(
        "Lighthouse gives seventy of a hundred", {PAGE: "low_score"}, browsed(*(result(0.7, 2000) for _ in range(3)))
    ),
    Scenario("One run of Lighthouse is not pleased", {PAGE: "too_few_runs"}, browsed(result(0.7, 3400))),
    Scenario(
        "One load of the page asks four times who the visitor is",
        {PAGE: "asks_again"},
        browsed(*(result(0.93, 1900, calls=4) for _ in range(3))),
    ),
    Scenario(
        "A chat window of others keeps the page busy",
        {PAGE: "held_up_by_others"},
        browsed(*(result(0.93, 1900, others=900.0) for _ in range(3))),
    ),
)
