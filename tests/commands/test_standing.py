"""`status` and the App Home: what is broken comes first, what is muted is never hidden, who is on call is said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.blockkit.validator import validate_view
from bot.domain.asks import Reading, Signal
from bot.domain.detection import State
from bot.domain.severity import Sev, Trouble
from bot.domain.uptime import budget
from bot.render.blocks import home
from bot.render.text import text
from bot.services.container import Services
from bot.services.overview import overview
from bot.services.standing import Watched, figures_of
from bot.services.watching import Standing
from bot.store import probes
from bot.store.probes import Probe, Seen
from bot.views import home as view
from bot.views.standing import budget_of, measured
from tests.commands.asking import LAUNCH_YML, ask, breaks


@pytest.fixture
def shop(make) -> Services:
    """A product with people and services."""
    return make(LAUNCH_YML)


async def at_home(services: Services) -> str:
    document = view.home(await overview(services, services.clock.now()))
    assert validate_view(home(document)) == []
    return " ".join(text(document, width=2000).split())


async def test_nothing_is_broken(shop):
    """No incident, no silence: who is on call all the same."""
    said = await ask(shop, "status")
    assert "DOWN" not in said
    assert "On call: U0MIA" in said
    assert "Muted" not in said


async def test_what_is_broken_comes_first(shop):
    """The headline says it, then who has it and what comes next; a lesser one does not take the headline."""
    await breaks(shop, "checkout page", Sev.THREE)
    assert "DOWN" not in (await ask(shop, "status")).split(" · ")[0].split()[0]
    await breaks(shop)
    said = await ask(shop, "status")
    assert said.startswith("DOWN · Sign-up")
    assert "Who has it: Nobody yet" in said
    assert "INC-2 · Next: " in said
    assert "/launch ack INC-2" in said
    await ask(shop, "ack INC-2")
    said = await ask(shop, "status")
    assert said.startswith("DOWN · Sign-up")
    assert "BEING FIXED" in said
    assert await at_home(shop) != ""
    assert (await at_home(shop)).startswith("DOWN · Sign-up")


async def test_what_is_muted_is_never_hidden(shop):
    """On both pages, with the reason and the end; a planned one says when it begins."""
    await ask(shop, "mute sign-up 2h moving the database")
    await ask(shop, "mute everything from tomorrow 3:00 for 1h maintenance: new disk")
    for said in (await ask(shop, "status"), await at_home(shop)):
        assert "sign-up is muted until" in said
        assert "moving the database" in said
        assert "everything is under maintenance until" in said


async def looked(services: Services, name: str, *, good: int, bad: int, ms: float = 200.0) -> None:
    """A monitor has been looked at, a minute apart, until now."""
    now = services.clock.now()

    def write(connection) -> None:
        number = probes.monitor(connection, "shop", name)
        seen = [Seen.GOOD] * good + [Seen.BAD] * bad
        probes.add(
            connection,
            [
                Probe(number, now - timedelta(seconds=10 * n + 1), one, ms if one is Seen.GOOD else None)
                for n, one in enumerate(seen)
            ],
        )

    await services.store.write(write)


async def test_figures_of_a_monitor(shop):
    """Counts of this month with the share they make, and the speed of the last hours; nothing of too few."""
    await looked(shop, "Sign-up page", good=60, bad=4)
    now = shop.clock.now()
    figures = await shop.store.read(lambda c: figures_of(c, "shop", "Sign-up page", now, zone="UTC", interval=10))
    assert figures is not None
    if now.day > 1 or now.hour > 0:
        assert (figures.month.sums.good, figures.month.sums.bad) == (60, 4)
        assert figures.budget.used_s == 40
        assert "4 of 64 looks failed" in measured(figures)
    assert "95 of 100 answers of the last day within 0.2 s" in measured(figures)
    await looked(shop, "New", good=3, bad=0)
    few = await shop.store.read(lambda c: figures_of(c, "shop", "New", now, zone="UTC", interval=10))
    assert few is not None
    assert "answers" not in measured(few)
    assert await shop.store.read(lambda c: figures_of(c, "shop", "nobody", now, zone="UTC", interval=10)) is None


async def test_a_monitor_says_what_is_left_of_its_error_budget(shop):
    """Of the whole month, however long it is; more than all of it is said to be more."""
    await looked(shop, "Sign-up page", good=60, bad=4)
    now = shop.clock.now()
    figures = await shop.store.read(lambda c: figures_of(c, "shop", "Sign-up page", now, zone="UTC", interval=10))
    assert figures is not None
    said = budget_of(figures)
    allowed = re.match(r"99\.9 % up allows (\d\d\.\d) minutes of trouble this month; used: ", said)
    assert allowed, said
    assert float(allowed[1]) in (40.3, 41.8, 43.2, 44.6)
    assert said.endswith(" minute.") or "none" in said
    over = replace(figures, budget=budget(timedelta(days=30), timedelta(hours=1)))
    assert "43.2 minutes" in budget_of(over)
    assert "which is more than that" in budget_of(over)


async def test_a_drill_is_called_one(shop):
    """It is listed as a drill, and the headline stays as it was."""
    now = shop.clock.now()
    say = Signal(
        "shop", "production", "sign-up", "sign-up", Trouble.REACH, Sev.ONE, Reading.DOWN, now, now, "drill", drill=True
    )
    await shop.incidents.signal([say])
    said = await ask(shop, "status")
    assert not said.startswith("DOWN")
    assert "Drill, nothing is broken." in said


def test_standings_have_a_word_for_each_state():
    """No state of a monitor is without its word."""
    from bot.views.standing import WORDS

    assert set(WORDS) == set(State)
    assert Standing.__dataclass_fields__.keys() >= {"name", "state", "since", "last_at", "evidence"}


async def test_the_home_says_when_each_service_was_last_in_order(shop):
    """One line: a service all of whose monitors are good, one that fails, one that was never seen."""
    now = shop.clock.now()
    seen = await overview(shop, now)
    monitors = (
        Watched("Page", State.UP, now, now, service="sign-up"),
        Watched("Port", State.SLOW, now, now - timedelta(minutes=2), service="sign-up"),
        Watched("Shop", State.DOWN, now - timedelta(minutes=9), now, service="checkout page"),
        Watched("Mail", State.UNKNOWN, None, now, service="mail"),
        Watched("New", State.UNKNOWN),
    )
    document = view.home(replace(seen, stand=replace(seen.stand, monitors=monitors)))
    assert validate_view(home(document)) == []
    said = " ".join(text(document, width=2000).split())
    at = [f"{now - timedelta(minutes=ago):%H:%M}" for ago in (2, 9)]
    assert f"Last seen in order: sign-up {at[0]} UTC; checkout page not since {at[1]} UTC; mail not known." in said
    assert "Test the Bot Itself" in said
