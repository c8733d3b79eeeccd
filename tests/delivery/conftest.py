"""A real store, the local workspace, and the postman between them."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import Messenger, open_client
from bot.delivery import Postman
from bot.demo.workspace import WorkspaceServer
from bot.document import Chart, Document, Paragraph, Part
from bot.render.blocks import message
from bot.services.health import Health
from bot.speakers import Said, Speaker
from bot.store import outbox
from bot.store.db import Store
from tests.delivery.winding import WindingClock

LAUNCH = "C0LAUNCH1"
OPS = "C0OPSALRT"
NOT_A_MEMBER = "C0GENERAL"
ARCHIVED = "C0OLDSITE"


@dataclass
class Office:
    """Everything between a stored wish and a message that people see."""

    store: Store
    slack: WorkspaceServer
    clock: WindingClock
    health: Health
    client: AsyncWebClient
    postman: Postman
    parts: tuple[Part, ...] = ()
    told: list[tuple[int, str, str]] = field(default_factory=list)

    async def post(self, id: int, channel: str = LAUNCH, prio: outbox.Prio = outbox.Prio.HUMAN) -> None:
        """Ask for a message about a subject of its own."""

        def ask(c: sqlite3.Connection) -> None:
            c.execute(f"INSERT INTO news VALUES ({id}, 1, 'first') ON CONFLICT DO NOTHING")
            outbox.post(c, "acme", f"news:{id}", self.clock.now(), channel=channel, prio=prio)

        await self.store.write(ask)

    async def call(self, id: int, about: int = 1, user: str = "UMIA", *, card: str = "") -> None:
        """Ask for a direct message about an event, and together with it for the subject's message in a channel."""

        def ask(c: sqlite3.Connection) -> None:
            c.execute(f"INSERT INTO news VALUES ({id}, 1, 'first') ON CONFLICT DO NOTHING")
            now = self.clock.now()
            if card:
                outbox.post(c, "acme", f"news:{id}", now, channel=card)
            outbox.tell(c, "acme", f"news:{id}", now, user=user, about=about)

        await self.store.write(ask)

    async def change(self, id: int, words: str, prio: outbox.Prio = outbox.Prio.HUMAN) -> None:
        """There is news, and an edit is asked for."""

        def ask(c: sqlite3.Connection) -> None:
            c.execute(f"UPDATE news SET rev = rev + 1, words = ? WHERE id = {id}", (words,))
            outbox.edit(c, "acme", f"news:{id}", self.clock.now(), prio=prio)

        await self.store.write(ask)

    async def work(self, seconds: float = 0.0, step: float = 0.5) -> None:
        """Let the clockwork tick for so many wound seconds."""
        await self.postman.tick()
        await self.postman.settle()
        for _ in range(round(seconds / step)):
            self.clock.wind(step)
            await self.postman.tick()
            await self.postman.settle()

    async def rows(self, id: int) -> list[outbox.Delivery]:
        """What the outbox knows about a subject."""
        return await self.store.read(lambda c: outbox.trail(c, "acme", f"news:{id}"))

    def seen(self, channel: str = LAUNCH) -> list[str]:
        """Texts of the bot's messages in a channel."""
        found = self.slack.workspace.channel(channel).messages.values()
        return [each["text"].rstrip(".") for each in found if each.get("bot_id")]

    def calls(self, method: str) -> int:
        """How often a method was called."""
        return len(self.slack.calls(method))

    def speaker(self) -> Speaker:
        """Subjects of this test: a number, a revision, some words."""

        def say(c: sqlite3.Connection, id: int, _row: object) -> Said | None:
            row = c.execute(f"SELECT rev, words FROM news WHERE id = {id}").fetchone()
            if row is None:
                return None
            document = Document(f"news {id}: {row['words']}", (Paragraph(("More.",)), *self.parts))
            return Said(document, row["rev"], "UMIA")

        return Speaker(say, lambda _c, number, channel, ts: self.told.append((number, channel, ts)))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An open office; limits of the workspace are off unless a test switches them on."""
    clock = WindingClock()
    store = Store.open(tmp_path / "launch.db")
    await store.write(lambda c: c.execute("CREATE TABLE news (id INTEGER PRIMARY KEY, rev INTEGER, words TEXT)"))
    health = Health(clock.now())
    async with (
        WorkspaceServer(limits=False, now=lambda: clock.now().timestamp()) as slack,
        open_client(slack.bot_token, slack.api_url) as client,
    ):
        made = Office(store, slack, clock, health, client, None)  # type: ignore[arg-type]
        made.postman = Postman(
            store,
            Messenger(client),
            clock,
            health,
            speakers={"news": made.speaker()},
            render=message,
            dice=lambda: 1.0,
        )
        yield made
        await made.postman.stop()
    store.close()


def chart() -> Chart:
    """Something that the first rung of the ladder drops."""
    return Chart("Speed", "It is fast.", "line", ("a", "b"), (("p95", (1.0, 2.0)),), "ms")
