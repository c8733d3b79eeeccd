"""Time passes, something fails, somebody clicks, a message appears: incidents over the real workspace, by hand's clock.

Every message and every edit that the bot makes must be expected, in its order; what nobody expected fails the test.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.adapters.slack import Messenger, open_client
from bot.delivery import Postman
from bot.demo.workspace import WorkspaceServer
from bot.demo.workspace.acts import all_blocks
from bot.demo.workspace.content import elements
from bot.demo.workspace.workspace_server import words
from bot.domain import asks
from bot.domain.decision import Answer
from bot.domain.detection import Seen, Sight
from bot.domain.scene import Contact
from bot.domain.severity import Trouble
from bot.render.blocks import message
from bot.services.config import Config
from bot.services.glance import Glance
from bot.services.health import Health
from bot.services.incidents import Incidents, Request
from bot.services.watch import Watch
from bot.speakers import speakers
from bot.store import outbox, timers
from bot.store.db import Store
from tests.soak.ground import Ground, HandClock

OPS, LAUNCH = "C0OPSALRT", "C0LAUNCH1"
STRIDE = 1.0
FILE = f"""
product: {{name: Shop, id: shop, domain: shop.test}}
people:
  mia: {{slack: UMIA, role: owner}}
  ben: {{slack: UBEN}}
services:
  sign-up: {{owner: mia, backup: ben, critical: true}}
  checkout: {{owner: ben, backup: mia, critical: false}}
channels: {{alerts: {OPS}}}
network: {{canaries: false, resolvers: ["127.0.0.1:9"]}}
monitors:
  - {{name: Sign-up, url: https://shop.test/a, service: sign-up, every: 30s}}
  - {{name: Log-in, url: https://shop.test/b, service: sign-up, every: 30s}}
  - {{name: Checkout, url: https://shop.test/c, service: checkout, every: 30s}}
"""
BUTTONS = {
    "incident.ack": asks.Ack,
    "incident.take_over": asks.TakeOver,
    "incident.fixed": asks.FixedAsk,
    "incident.extend": asks.Extend,
}


@dataclass(frozen=True, slots=True)
class News:
    """Something that people saw."""

    at: float
    where: str
    """A channel's id; of a direct message the person's."""
    kind: str
    """`card`, `line` (below a card), `message` (to a person, or without a title) or `edit`."""
    text: str
    shown: Any
    broadcast: bool = False

    def __str__(self) -> str:
        return f"{self.at:.0f} s: {self.kind} in {self.where}: {self.text[:200]}"


class Story:
    """One product, its people, and what they see."""

    def __init__(self, store: Store, slack: WorkspaceServer, ground: Ground, config: Config) -> None:
        self.store = store
        self.slack = slack
        self.ground = ground
        self.config = config
        self.clock = HandClock(ground)
        self.failing: dict[str, str] = {}
        self.news: deque[News] = deque()
        self._seen: dict[tuple[str, str], str] = {}
        self._clicks = 0
        slack.workspace.listen(self._heard)

    def begin(self, messenger: Messenger) -> None:
        """Start, or start again: nothing but the store is left of what was before."""
        self.health = Health(self.clock.now())
        self.postman = Postman(
            self.store,
            messenger,
            self.clock,
            self.health,
            speakers=speakers(self.config, self.clock),
            render=message,
            dice=lambda: 0.5,
        )
        self.incidents = Incidents(self.store, self.clock, lambda: self.config, lambda: None)
        self.watch = Watch(self.store, self.clock, lambda: self.config, self.incidents, eye=self._eye)

    def take_up(self, file: str) -> None:
        """Another `launch.yml` is in force from now on."""
        path = self.config.path
        path.write_text(file)
        self.config = Config.read(path)
        assert self.config.error is None, self.config.error

    @property
    def time(self) -> float:
        """Seconds since the story began."""
        return self.ground.get("now")

    async def _eye(self, _look: object, name: str, _network: object, now: datetime, **_how: object) -> Glance:
        evidence = self.failing.get(name)
        if evidence is not None:
            return Glance(Seen(now, Sight.BAD, Trouble.REACH, "status", evidence), None, evidence)
        return Glance(Seen(now, Sight.GOOD, code="ok", server_ms=80.0), 80.0, "HTTP 200")

    # -- what happens ----------------------------------------------------------

    def fail(self, *names: str, evidence: str = "HTTP 502") -> None:
        """From now on these fail."""
        self.failing |= dict.fromkeys(names, evidence)

    def heal(self, *names: str) -> None:
        """These are well again; without names all are."""
        for name in names or tuple(self.failing):
            self.failing.pop(name)

    async def advance(self, seconds: float = 0, *, minutes: float = 0, stride: float = STRIDE) -> None:
        """Let time pass, in strides as the clockwork makes them."""
        end = self.time + seconds + 60 * minutes
        while self.time < end:
            self.clock.move(min(end, self.time + stride))
            await self.work()

    async def work(self) -> None:
        """What is due now."""
        self.watch.tick()
        await self.watch.settle()
        now = self.clock.now()
        due, waiting = await self.store.read(lambda c: (timers.due(c, "shop", now), outbox.queue(c).waiting))
        if due:
            await self.incidents.tick()
        if due or waiting:
            await self.postman.tick()
            await self.postman.settle()

    async def click(self, user: str, where: Any, button: str, **how: Any) -> Answer | None:
        """Press a button that the message really has."""
        command = BUTTONS[button](user, rev=int(self._value(where, button).split(":")[1]), **how)
        return await self._asked(user, where, button, command)

    async def snooze(self, user: str, where: Any) -> Answer | None:
        """Choose [Snooze 30 Min]."""
        return await self._asked(user, where, "incident.snooze", asks.Snooze(user, length=timedelta(minutes=30)))

    async def hand_over(self, user: str, where: Any, to: str) -> Answer | None:
        """Choose [Hand Over…], and somebody in its dialog."""
        return await self._asked(user, where, "incident.pass", asks.Pass(user, to=Contact("", to)))

    async def _asked(self, user: str, where: Any, button: str, command: asks.Ask) -> Answer | None:
        self._clicks += 1
        number = int(where["metadata"]["event_payload"]["i"].split(":")[1])
        answer = await self.incidents.ask(number, command, Request(f"{self._clicks}.0", user, button))
        await self.watch.settle()
        await self.work()
        return answer

    @staticmethod
    def _value(where: Any, button: str) -> str:
        for block in all_blocks(where):
            for element in elements(block):
                if element["action_id"] == button:
                    return str(element["value"])
        raise AssertionError(f"there is no button {button} on {words(where)}")

    # -- what people see -------------------------------------------------------

    def _heard(self, delta: dict[str, Any]) -> None:
        shown = delta.get("message") or {}
        if delta.get("type") != "message" or not shown.get("metadata"):
            return
        place, text = (delta["channel"], shown["ts"]), words(shown)
        before, self._seen[place] = self._seen.get(place), text
        if before == text:
            return
        below = shown.get("thread_ts") not in (None, shown["ts"])
        where = self._where(delta["channel"])
        titled = any(each["type"] == "header" for each in all_blocks(shown))
        card = titled and where == delta["channel"]
        kind = "edit" if before is not None else "line" if below else "card" if card else "message"
        broadcast = bool(shown.get("reply_broadcast") or shown.get("subtype") == "thread_broadcast")
        self.news.append(News(self.time, where, kind, text, dict(shown), broadcast))

    def _where(self, channel: str) -> str:
        """A direct message is in nobody's channel but a person's."""
        room = self.slack.workspace.channels[channel]
        people = [each for each in room.members if each in ("UMIA", "UBEN")]
        return people[0] if room.kind == "im" and people else channel

    def expect(self, where: str, kind: str, *texts: str) -> Any:
        """The next thing of that kind that was seen there; answers the message."""
        found = next((one for one in self.news if (one.where, one.kind) == (where, kind)), None)
        happened = "; ".join(map(str, self.news))
        assert found is not None, f"expected {kind} in {where}: {texts}; there was {happened or 'nothing'}"
        self.news.remove(found)
        missing = [each for each in texts if each.lower() not in found.text.lower()]
        assert not missing, f"{missing} not in {found}"
        return {**found.shown, "channel": found.where}

    def expect_nothing(self) -> None:
        """Nobody was told anything."""
        assert not self.news, "unexpected: " + "; ".join(map(str, self.news))

    def seen(self) -> list[News]:
        """All that was not yet expected, taken away."""
        found = list(self.news)
        self.news.clear()
        return found


@asynccontextmanager
async def a_story(folder: Path, file: str = FILE, **workspace: Any) -> AsyncIterator[Story]:
    """A story over a real store and the real workspace; at its end nothing may be left unexpected."""
    ground = Ground(folder / "ground")
    (folder / "launch.yml").write_text(file)
    config = Config.read(folder / "launch.yml")
    assert config.error is None, config.error
    store = Store.open(folder / "launch.db")
    try:
        async with (
            WorkspaceServer(**{"limits": False, **workspace}, now=ground.slack_time) as slack,
            open_client(slack.bot_token, slack.api_url) as client,
        ):
            story = Story(store, slack, ground, config)
            story.begin(Messenger(client))
            await story.postman.recover()
            await story.watch.load()
            yield story
            await story.watch.stop()
            await story.postman.stop(0.0)
            story.expect_nothing()
    finally:
        store.close()
