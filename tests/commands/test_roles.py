"""Who may do what: what Slack says about people, remembered for a while; an outage of the directory holds nobody up."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.slack import NotSent, Permanent, Profile
from bot.config.load import load
from bot.services.config import Config
from bot.services.roles import KEEP, MEANWHILE, No, Roles
from tests.commands.conftest import NOW


class Directory:
    """Slack's list of people; it counts how often it is asked."""

    def __init__(self, *people: Profile, down: bool = False) -> None:
        self.people = {one.id: one for one in people}
        self.down = down
        self.asked = 0

    async def ask(self, user: str) -> Profile:
        """Who that is."""
        self.asked += 1
        if self.down:
            raise NotSent("Slack could not be reached")
        if user not in self.people:
            raise Permanent("user_not_found")
        return self.people[user]


@pytest.mark.parametrize(
    ("profile", "no"),
    [
        (Profile("U1", team="T1"), None),
        (Profile("U1", team="T1", guest=True), No.GUEST),
        (Profile("U1", team="T1", stranger=True), No.STRANGER),
        (Profile("U1", team="T2"), No.STRANGER),
        (Profile("U1", team="T1", bot=True), No.BOT),
        (Profile("U1", team="T1", gone=True), No.GONE),
    ],
)
async def test_full_members_of_this_workspace(profile, no):
    """Nobody else works on an incident."""
    assert await Roles(Directory(profile).ask, "T1").refusal("U1", NOW) is no


async def test_another_workspace_is_refused_without_a_question():
    """The click itself says where the person comes from."""
    directory = Directory(Profile("U1", team="T1"))
    assert await Roles(directory.ask, "T1").refusal("U1", NOW, team="T2") is No.STRANGER
    assert directory.asked == 0


async def test_somebody_whom_slack_does_not_know():
    """No account, no click."""
    assert await Roles(Directory().ask, "T1").refusal("U9", NOW) is No.STRANGER


async def test_an_answer_is_remembered_for_a_while():
    """A crowd of clicks asks once; after ten minutes it is asked anew, beside the click; after a day before it."""
    directory = Directory(Profile("U1", team="T1"))
    roles = Roles(directory.ask, "T1")
    for _ in range(50):
        assert await roles.refusal("U1", NOW) is None
    assert directory.asked == 1
    directory.people["U1"] = Profile("U1", team="T1", guest=True)
    later = NOW + KEEP + timedelta(seconds=1)
    assert await roles.refusal("U1", later) is None
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
    assert directory.asked == 2
    assert await roles.refusal("U1", later) is No.GUEST
    directory.people["U1"] = Profile("U1", team="T1")
    assert await roles.refusal("U1", later + MEANWHILE) is None


async def test_what_is_for_owners_is_asked_before_it_is_done(tmp_path):
    """Whoever was made a guest a quarter of an hour ago deletes nothing."""
    directory = Directory(Profile("U1", team="T1", admin=True))
    roles = Roles(directory.ask, "T1")
    path = tmp_path / "launch.yml"
    path.write_text("product: {domain: shop.test}\n")
    config = Config(path, load(path))
    assert await roles.refusal("U1", NOW, config=config) is None
    directory.people["U1"] = Profile("U1", team="T1", guest=True)
    assert await roles.refusal("U1", NOW + KEEP, config=config) is No.GUEST


async def test_people_of_the_product_are_known_before_they_click():
    """Nobody who wants to take an incident waits for Slack's directory; whom it does not know is not met."""
    directory = Directory(Profile("U1", team="T1"))
    roles = Roles(directory.ask, "T1")
    for _ in range(3):
        await roles.meet(["U1", "U9"], NOW)
    assert directory.asked == 1 + 3
    assert await roles.refusal("U1", NOW) is None
    assert directory.asked == 4
    assert await roles.refusal("U9", NOW) is No.STRANGER


async def test_where_slack_does_not_answer_nobody_is_held_up():
    """An outage of the directory must not keep anybody from working on an outage."""
    assert await Roles(Directory(down=True).ask, "T1").refusal("U1", NOW) is None
    assert await Roles().refusal("U1", NOW) is None


async def test_owners(tmp_path):
    """Those of launch.yml; where it names none, the owners of the workspace; somebody always."""
    path = tmp_path / "launch.yml"
    path.write_text("product: {domain: shop.test}\npeople: {ana: {slack: U0ANA, role: owner}, ben: {slack: U0BEN}}\n")
    config = Config(path, load(path))
    roles = Roles(Directory(Profile("U0ANA", team="T1"), Profile("U0BEN", team="T1", admin=True)).ask, "T1")
    assert await roles.refusal("U0ANA", NOW, config=config) is None
    assert await roles.refusal("U0BEN", NOW, config=config) is No.NOT_OWNER
    path.write_text("product: {domain: shop.test}\npeople: {ana: {slack: U0ANA}}\n")
    config = Config(path, load(path))
    assert await roles.refusal("U0BEN", NOW, config=config) is None
    assert await roles.refusal("U0ANA", NOW, config=config) is No.NOT_OWNER
