"""A founder finds the address that a job has to call, alone and nowhere else; what a job said is shown."""

from __future__ import annotations

import pytest

from bot.adapters.slack import Profile
from bot.commands.base import Where
from bot.commands.status import status
from bot.services import heartbeats
from bot.services.container import Services
from bot.services.heartbeats import Report, Said
from bot.services.roles import Roles
from tests.commands.asking import LAUNCH_YML, ask
from tests.commands.conftest import call

JOBS = LAUNCH_YML + (
    "monitors:\n"
    "  - {name: Nightly billing, heartbeat: {every: 1d, grace: 1h, longest: 20m}}\n"
    '  - {name: Port, tcp: "db.shop.test:5432"}\n'
)


@pytest.fixture
async def shop(make) -> Services:
    """A product with a job, under watch."""
    services = make(JOBS)
    await services.watch.load()
    return services


async def said_by(services: Services, told: Report) -> str:
    """What the status of the job says after it has said this."""
    now = services.clock.now()
    await services.store.write(lambda c: heartbeats.write_down(c, "shop", "Nightly billing", told, now))
    return await ask(services, 'status "Nightly billing"')


async def test_the_address_is_found_with_the_line_to_copy(shop):
    """The right address of that job, how to say more, and that it is a secret; the answer is for one person."""
    made = heartbeats.token(heartbeats.secret_of(shop.store.path.parent), "shop", "Nightly billing")
    said = await ask(shop, 'status "nightly billing"')
    assert f"curl -fsS -m 10 --retry 3 -o /dev/null http://127.0.0.1:8090/ping/{made}" in said
    assert "/start" in said
    assert "treat it as a password" in said
    assert "public_url" in said
    reply = await status(call("status", "Nightly billing"), shop)
    assert reply.where is Where.ALONE


async def test_the_address_is_the_public_one(make):
    """Where launch.yml says how the outside reaches the bot."""
    services = make(JOBS + "http: {public_url: 'https://bot.shop.test/'}\n")
    await services.watch.load()
    said = await ask(services, 'status "Nightly billing"')
    assert "https://bot.shop.test/ping/" in said
    assert "own machine alone" not in said


async def test_the_whole_screen_leads_there_and_shows_no_secret(shop):
    """A job that never reported is named with the command that shows its address."""
    said = await ask(shop, "status")
    assert "Nightly billing: has not reported yet, has time until" in said
    assert 'The address that it calls: `/launch status "Nightly billing"`' in said
    assert "/ping/" not in said


async def test_a_guest_does_not_see_the_address(shop):
    """It would let them report for the job; all else of the screen is theirs too."""

    async def who(user: str) -> Profile:
        return Profile(user, team="T1", guest=True)

    shop.roles = Roles(who, "T1")
    said = await ask(shop, 'status "Nightly billing"')
    assert "/ping/" not in said
    assert "members of this workspace only" in said
    assert "has not reported yet" in said


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Report(Said.WELL), "last report"),
        (Report(Said.BEGAN), "runs since"),
        (Report(Said.FAILED), "it failed, "),
        (Report(Said.FAILED, 3), "it failed with exit code 3, "),
    ],
)
async def test_what_a_job_said_is_shown(shop, told, words):
    """In words, with until when it has time."""
    assert words in await said_by(shop, told)


async def test_what_is_no_job_has_no_address(shop):
    """A port that is watched is no job; neither of them is offered to an audit, which would not know them."""
    said = await ask(shop, "status Port")
    assert "/ping/" not in said
    assert "Check This Now" not in said
    assert "Check This Now" not in await ask(shop, 'status "Nightly billing"')
