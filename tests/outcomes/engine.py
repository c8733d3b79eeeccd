"""What is answered in place of a check: not seen in time, not seen at all, seen in two ways, stopped by a mistake."""

from __future__ import annotations

from dataclasses import replace

from checks.inventory import Inventory
from checks.model import Target, Verdict
from checks.probe import Probe
from checks.runner import Job, plan
from tests.checks.samples import page
from tests.outcomes.scenario import Scenario
from tests.outcomes.steps import network, route
from tests.outcomes.world import APP, World, shown
from tests.servers.http import Answer, Hostile, Request

WATCHED = "up.http Login"
SECONDS = {"budget": 0.5}
"""How long the whole look may take, by code; plenty where nothing is said."""


def once_broken(world: World) -> None:
    """The log-in fails for the first who comes, and works for everybody after that."""
    first = [Answer(500)]

    def answer(_request: Request) -> Answer:
        return first.pop() if first else shown(page(text="Sign in"))

    world.route(APP, "/login", answer)


async def mistaken(_target: Target, _probe: Probe) -> Verdict:
    """A check with a mistake in it."""
    raise ValueError("nobody thought of this")


def jobs(code: str, inventory: Inventory) -> list[Job]:
    """The look at the log-in; a mistake is no state of the world, so it is put into the check."""
    wanted = plan(inventory, only=("up.http",))
    if code != "bug":
        return wanted
    return [Job(replace(job.check, run=mistaken), job.target) for job in wanted]


SCENARIOS = (
    Scenario("A check stops with a mistake of its own", {WATCHED: "bug"}),
    Scenario(
        "The server never answers, and the whole look may take half a second",
        {WATCHED: "budget"},
        route(APP, "*", Answer(hostile=Hostile.HANG)),
    ),
    Scenario(
        "Neither the product nor any neutral site can be reached",
        {WATCHED: "offline"},
        network(canaries=("https://neutral.test/", "https://other.test/")),
        route(APP, "*", Answer(hostile=Hostile.RESET_EARLY)),
    ),
    Scenario("The log-in fails at the first look, and works at the second", {WATCHED: "unconfirmed"}, once_broken),
)
