"""The door for hooks over a real file, with the clock moved by hand, and requests as GitHub signs them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.deploys import Deploy
from bot.services.config import Config
from bot.services.deploys import Deploys
from bot.services.events import Events
from bot.services.inbound import Inbound, Taken
from bot.services.incidents import Incidents
from bot.services.knocks import Knocks
from bot.services.smoke import Smoke
from bot.store import deploys
from bot.store.db import Store
from tests.hand import ByHand

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "a secret between GitHub and us"
TOKEN = "a long random text"
ENVIRON = {"LAUNCH_HOOK_GITHUB_SECRET": SECRET, "LAUNCH_HOOK_ALERTMANAGER_SECRET": "in-the-url", "LAUNCH_TOKEN": TOKEN}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
FILE = "product: {name: Shop, domain: shop.test}\n"
COMMIT = "a1b2c3d4" * 5


def status(state: str = "success", *, id: int = 7, at: datetime = START, **more: Any) -> bytes:
    """A deployment_status as GitHub sends it, of what matters."""
    moment = at.isoformat().replace("+00:00", "Z")
    body = {
        "action": "created",
        "deployment_status": {"state": state, "updated_at": moment, "environment_url": "https://shop.test/"},
        "deployment": {
            "id": id,
            "sha": COMMIT,
            "ref": "main",
            "environment": "production",
            "creator": {"login": "ana"},
            "created_at": moment,
        },
        "repository": {"name": "shop", "full_name": "acme/shop", "html_url": "https://github.com/acme/shop"},
        **more,
    }
    return json.dumps(body).encode()


def signed(body: bytes, secret: str = SECRET, event: str = "deployment_status") -> dict[str, str]:
    """The headers that GitHub sends along."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-GitHub-Event": event, "X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


class Doorstep(ByHand):
    """Everything behind the door; `environ` is what the bot was started with."""

    deploys_by: type[Deploys] = Deploys
    store_by: type[Store] = Store

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None, *, most_waiting: int = 5000) -> None:
        self.folder, self.environ, self.most_waiting = folder, ENVIRON if environ is None else environ, most_waiting
        self.time = START
        self.config_file = folder / "launch.yml"
        if not self.config_file.exists():
            self.config_file.write_text(FILE)
        self.config = Config.read(self.config_file)
        self.knocks = Knocks(self)
        self.open()

    def open(self) -> None:
        """Begin, as after a start."""
        self.store = self.store_by.open(self.folder / "data" / "launch.db")
        config = lambda: self.config  # noqa: E731
        self.incidents = Incidents(self.store, self, config, lambda: None)
        smoke = Smoke(self.store, self, config, self.incidents, lambda: None)
        self.deploys = self.deploys_by(self.store, self, config, self.incidents, smoke=smoke, wake=lambda: None)
        self.events = Events(self.store, self, config, self.incidents)
        self.inbound = Inbound(
            self.store,
            self,
            config,
            self.incidents,
            deploys=self.deploys,
            events=self.events,
            environ=self.environ,
            wake=lambda: None,
            knocks=self.knocks,
            most_waiting=self.most_waiting,
        )

    async def close(self) -> None:
        """Stop in order."""
        await self.inbound.stop()
        self.store.close()

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here for longer than a moment."""
        assert seconds < 1

    def later(self, **how: float) -> None:
        """Let time pass."""
        self.time += timedelta(**how)

    async def github(self, body: bytes, **how: str) -> Taken:
        """GitHub says something."""
        return await self.inbound.take("github", signed(body, **how), body)

    async def settled(self) -> None:
        """Everything that is written down has been worked on as far as it is due."""
        await self.inbound.tick()

    async def known(self) -> list[Deploy]:
        """The deploys that came of it."""
        return await self.store.read(lambda c: deploys.recent(c, self.config.product))

    async def counts(self) -> dict[str, int]:
        """How much was counted of each kind."""
        rows = await self.store.read(
            lambda c: c.execute("SELECT kind, sum(count) FROM event_count GROUP BY kind").fetchall()
        )
        return {row[0]: row[1] for row in rows}
