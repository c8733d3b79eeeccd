"""How quick the product is and how often it fails, from the looks of a monitor that really watched it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count

from bot.clock import SystemClock
from checks.finding import build
from checks.inventory import History, expand
from checks.model import Kind, Status
from checks.net.live import LiveProbe
from checks.registry import load
from tests.checks.samples import page
from tests.outcomes.perf_on_purpose import SCENARIOS as ON_PURPOSE
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import expects, route, shut
from tests.outcomes.world import APP, World, shown
from tests.servers.http import Answer, Request

SIGN_IN = shown(page(text="Sign in"))
QUICK, USUAL = "perf.p95 Login", "perf.error_rate Login"


def watched(times: int) -> Step:
    """The bot looks at the log-in so often, each time on new connections, and keeps what it saw."""

    async def step(world: World) -> None:
        check = load()["up.http"]
        target = next(one for one in expand(world.inventory) if one.kind is Kind.MONITOR)
        now = SystemClock().now()
        async with LiveProbe(world.inventory.network, now) as probe:
            verdicts = await asyncio.gather(*(check.run(target, probe.fresh(n)) for n in range(1, times + 1)))
        looks = [build(check, target, verdict, at=now) for verdict in verdicts]
        answered = [look for look in looks if look.status in (Status.PASS, Status.WARN)]
        milliseconds = tuple(float(str(look.seen["server_ms"])) for look in answered)
        failures = sum(look.status is Status.FAIL for look in looks)
        world.write(history={target.name: History(milliseconds, failures, times, now)})

    return step


def late(seconds: float) -> Step:
    """Every tenth visitor of the log-in waits: two of twenty, so that it is not the one that nobody counts."""
    numbers = count(1)

    def answer(_request: Request) -> Answer:
        return replace(SIGN_IN, delay=seconds) if next(numbers) % 10 == 0 else SIGN_IN

    return route(APP, "/login", answer)


def failing(each: int) -> Step:
    """Of so many visitors of the log-in one gets an error."""
    numbers = count(1)

    def answer(_request: Request) -> Answer:
        return Answer(502) if next(numbers) % each == 0 else SIGN_IN

    return route(APP, "/login", answer)


SCENARIOS = (
    Scenario(
        "The log-in answered a hundred looks at once and without a failure",
        {QUICK: "ok", USUAL: "ok"},
        # Side by side on a busy machine: the milder target, so that only the product is measured.
        expects(endpoint="webhook"),
        watched(100),
    ),
    Scenario(
        "A receiver of messages needs a second and a quarter for every tenth of them",
        {QUICK: "near"},
        expects(endpoint="webhook"),
        late(1.25),
        watched(20),
    ),
    Scenario(
        "Every tenth visitor waits eight tenths of a second for the log-in",
        {QUICK: "slow"},
        expects(flow="login"),
        late(0.8),
        watched(20),
    ),
    Scenario("The terminal looks, and nobody has watched", {QUICK: "not_watched", USUAL: "not_watched"}),
    Scenario("Nobody wrote down what the watched page is", {QUICK: "no_class"}, watched(20)),
    Scenario(
        "The bot has looked five times so far",
        {QUICK: "too_few", USUAL: "too_few"},
        expects(endpoint="page"),
        watched(5),
    ),
    Scenario(
        "Nothing has answered since the bot began to watch",
        {QUICK: "no_answers", USUAL: "too_many"},
        expects(endpoint="page"),
        shut(443),
        watched(20),
    ),
    Scenario("Two of forty visitors got an error", {USUAL: "some_failed"}, failing(20), watched(40)),
    Scenario("Every tenth visitor got an error", {USUAL: "too_many"}, failing(10), watched(40)),
    *ON_PURPOSE,
)
