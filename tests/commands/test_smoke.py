"""`/launch smoke` without Slack: what is answered before anything is walked."""

from __future__ import annotations

import pytest

from bot.commands import dispatch
from bot.commands.base import commands
from bot.store import walks
from tests.commands.asking import ask, click
from tests.commands.conftest import LAUNCH_YML

FLOWS = """\
flows:
  - {id: login, name: Log-in, steps: [{name: Open it, request: {url: /login}}]}
  - {id: checkout, steps: [{name: Open it, request: {url: /checkout}}]}
"""


async def test_without_flows_it_teaches(make):
    """With the product's own addresses, ready to copy."""
    services = make(LAUNCH_YML)
    said = await ask(services, "smoke")
    assert "No flows to walk yet" in said
    assert "https://app.marigold.example/" in said


async def test_without_a_file_it_says_how_to_begin(make):
    """As every other command."""
    assert "Set-up is not finished" in await ask(make(""), "smoke")


@pytest.mark.parametrize("typed", ["chekout", "chek out", "CHEKOUT"])
async def test_a_typo_is_answered_with_the_nearest(make, typed):
    """And nothing is begun."""
    services = make(LAUNCH_YML + FLOWS)
    said = await ask(services, f'smoke "{typed}"')
    assert "I do not know that flow" in said
    assert "/launch smoke checkout" in said
    assert await services.store.read(lambda c: walks.unfinished(c, services.product)) == []


async def test_what_is_typed_twice_walks_once(make):
    """The same trigger again, as Slack delivers it now and then: one row, one message."""
    services = make(LAUNCH_YML + FLOWS)
    assert await ask(services, "smoke Log-in", id="7.7.x") == ""
    [walk] = await services.store.read(lambda c: everything(c, services.product))
    await services.smoke.wait(walk.id)
    assert await ask(services, "smoke Log-in", id="7.7.x") == ""
    [walk] = await services.store.read(lambda c: everything(c, services.product))
    assert (walk.course.flows, walk.asked_by, walk.channel) == (("login",), "U0MIA", "C0OPS")
    assert await click(services, "smoke.again", "checkout login") == ""
    second, _first = await services.store.read(lambda c: everything(c, services.product))
    assert second.course.flows == ("login", "checkout")
    await services.smoke.stop()


def everything(connection, product):
    """Every walk, the last one first."""
    return [*reversed(walks.unfinished(connection, product)), *walks.recent(connection, product)]


def test_it_is_written_down_before_slack_is_told():
    """A walk sends things to the product: only full members ask for it, and a kill loses nothing."""
    assert commands()["smoke"].stored
    assert dispatch.button("smoke.again").stored
