"""People found in Slack by id or e-mail address, and noticed when they leave; against the local workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.slack import Messenger, open_client
from bot.demo.workspace import Fault, WorkspaceServer
from bot.services.config import Config
from bot.services.members import Members
from bot.services.oncall import roster_of
from bot.services.people import People
from bot.store import outbox, sending
from bot.store.db import Store
from tests.hand import ByHand

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test}
people:
  mia: {slack: UMIA}
  lena: {email: LENA@marigold.test}
  kai: {slack: UKAI}
services:
  shop: {owner: lena, backup: mia}
"""


class Room(ByHand):
    """The service over a workspace, with a clock that is moved by hand."""

    def __init__(self, tmp_path, slack: WorkspaceServer, messenger: Messenger) -> None:
        self.path = tmp_path / "launch.yml"
        self.path.write_text(FILE)
        self.store = Store.open(tmp_path / "launch.db")
        self.slack = slack
        self.time = START
        self.members = Members(self.store, self, self.config, messenger)

    def config(self) -> Config:
        """As the file is now."""
        return Config.read(self.path)

    async def roster(self):
        """Who is on call."""
        people = People.of(self.config())
        return await self.store.read(lambda c: roster_of(c, people, self.time))


async def rooms(tmp_path, **options) -> AsyncIterator[Room]:
    """A room over a workspace with these options."""
    async with WorkspaceServer(limits=False, **options) as slack, open_client(slack.bot_token, slack.api_url) as client:
        room = Room(tmp_path, slack, Messenger(client))
        yield room
        room.store.close()


@pytest.fixture
async def room(tmp_path) -> AsyncIterator[Room]:
    """With every scope."""
    async for one in rooms(tmp_path):
        yield one


@pytest.fixture
async def bare(tmp_path) -> AsyncIterator[Room]:
    """Without the optional scopes."""
    async for one in rooms(tmp_path, grant_optional=False):
        yield one


async def test_somebody_with_an_address_only_is_found(room):
    """Whatever the case of its letters; the owner of the workspace becomes the last resort."""
    assert await room.members.refresh()
    one = await room.roster()
    [turn] = one.turns
    assert (turn.owner.slack, turn.backup.slack) == ("ULENA", "UMIA")
    assert one.complete
    room.path.write_text("product: {name: Shop, id: shop, domain: shop.test}\n")
    assert (await room.roster()).turns[0].owner.slack == "UMIA"


async def test_without_the_scope_it_says_so(bare):
    """The backup is called, and the reason stands beside the name."""
    assert await bare.members.refresh()
    one = await bare.roster()
    assert one.turns[0].owner.slack == "UMIA"
    assert [(each.name, each.why) for each in one.lost] == [("lena", "no_scope")]


async def test_an_address_that_nobody_has(room):
    """It is told apart from a missing permission."""
    room.path.write_text(FILE.replace("LENA@", "nobody@"))
    assert await room.members.refresh()
    assert [(each.name, each.why) for each in (await room.roster()).lost] == [("lena", "not_found")]


async def test_whoever_leaves_is_passed_over_and_is_back_when_back(room):
    """Deactivated, then activated again."""
    await room.members.refresh()
    room.path.write_text(FILE.replace("{email: LENA@marigold.test}", "{slack: ULENA}"))
    room.slack.core.workspace.users["ULENA"].deleted = True
    await room.members.refresh()
    one = await room.roster()
    assert one.turns[0].owner.slack == "UMIA"
    assert [(each.name, each.why) for each in one.lost] == [("lena", "left")]
    room.slack.core.workspace.users["ULENA"].deleted = False
    assert await room.members.refresh()
    assert (await room.roster()).turns[0].owner.slack == "ULENA"


async def test_guests_bots_and_strangers_are_no_owners(room):
    """Each with its reason."""
    room.path.write_text(
        "product: {name: Shop, id: shop, domain: shop.test}\n"
        "people: {mia: {slack: UMIA}, kai: {slack: UKAI}, bot: {slack: U0LAUNCHR}, x: {slack: U0NOBODY}}\n"
        "services: {a: {owner: kai}, b: {owner: bot}, c: {owner: x}}\n"
    )
    await room.members.refresh()
    one = await room.roster()
    assert {each.name: each.why for each in one.lost} == {"kai": "guest", "bot": "bot", "x": "not_in_slack"}
    assert {turn.owner.slack for turn in one.turns} == {"UMIA"}


@pytest.mark.parametrize("kind", ["rate_limited", "garbage", "status"])
async def test_what_slack_does_not_answer_changes_nothing(room, kind):
    """Nobody is gone because a request was lost; it is due again."""
    await room.members.refresh()
    room.time += timedelta(days=1)
    assert await room.members.due()
    room.slack.core.faults.add(Fault(kind, "users.info"))
    assert not await room.members.refresh()
    assert (await room.roster()).complete
    assert await room.members.due()
    assert await room.members.refresh()
    assert not await room.members.due()


async def test_it_is_due_daily_and_after_a_change_of_the_file(room):
    """Not at every start."""
    assert await room.members.due()
    await room.members.refresh()
    assert not await room.members.due()
    room.path.write_text(FILE.replace("kai", "ken"))
    assert await room.members.due()
    await room.members.refresh()
    room.time -= timedelta(days=3)
    assert await room.members.due(), "a clock that was put back"


async def test_a_dead_token_is_an_error_and_nobody_is_gone(room):
    """Not a verdict about people."""
    await room.members.refresh()
    room.slack.revoke("bot", "token_revoked")
    assert not await room.members.refresh()
    assert (await room.roster()).complete


async def test_a_refused_direct_message_is_reason_enough_to_ask(room):
    """Whoever it was for may have left: once."""
    await room.members.refresh()
    room.time += timedelta(minutes=1)

    def refused(connection):
        outbox.tell(connection, "shop", "incident:1", room.time, user="ULENA", about=1)
        sending.bury(connection, 1, "user_disabled")

    await room.store.write(refused)
    assert await room.members.due()
    room.time += timedelta(minutes=1)
    room.slack.core.workspace.users["ULENA"].deleted = True
    await room.members.refresh()
    assert not await room.members.due()
    assert (await room.roster()).turns[0].owner.slack == "UMIA"
