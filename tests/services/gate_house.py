"""Reports of gates as CI sends them, and what came of them behind a real door."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from bot.domain.gates import Build
from bot.render.text import text
from bot.services.inbound import Taken
from bot.speakers import gate as speaker
from bot.store import gates, outbox
from bot.store.gates import Result
from bot.store.outbox import Delivery, Kind
from tests.services.doorstep import BEARER, COMMIT, START, Doorstep

LOG = "https://github.com/acme/shop/actions/runs/99"
KEY = {
    "check": "sec.repo",
    "target": "src/pay.js",
    "code": "secret_in_code",
    "values": {
        "key_name": "Stripe secret key",
        "shown": "sk_liv…CD",
        "where": "src/pay.js:12",
        "step": "Roll the key in the Stripe dashboard",
        "url": "https://dashboard.stripe.com/apikeys",
        "file": "src/pay.js",
    },
}
CLEAN = {
    "check": "sec.repo",
    "target": "shop",
    "code": "ok",
    "values": {"read": "214 files and 31 versions of files in 12 commits", "file": "."},
}
VARIABLE = {
    "check": "sec.env_contract",
    "target": "DATABASE_URL",
    "code": "missing_variable",
    "values": {
        "variable": "DATABASE_URL",
        "near_words": "",
        "breaks": "Nobody can log in.",
        "line_to_add": "DATABASE_URL=",
        "contract": ".env.example",
    },
}
SET = {
    "check": "sec.env_contract",
    "target": "shop",
    "code": "ok",
    "values": {"count": 12, "contract": ".env.example"},
}


def report(*findings: dict[str, Any], exit: int | None = None, run: int = 99, **more: Any) -> bytes:
    """What `launch … --tell` sends from GitHub's main branch; a field that is None is left out."""
    told = findings or (KEY,)
    bad = any(one["code"] not in ("ok", "ok_with_known", "canary_hidden") for one in told)
    about = {
        "exit": (1 if bad else 0) if exit is None else exit,
        "findings": list(told),
        "commit": COMMIT,
        "version": COMMIT[:7],
        "branch": "main",
        "author": "ana",
        "log_url": LOG,
        "repository": "acme/shop",
        "builder": "GitHub Actions",
        "key": f"github-{run}-1",
        **more,
    }
    return json.dumps({name: value for name, value in about.items() if value is not None}).encode()


def moment(at: datetime) -> str:
    """A time as it is sent."""
    return at.isoformat()


class GateHouse(Doorstep):
    """The door, and short words for what tests say and ask."""

    async def tell(self, *findings: dict[str, Any], **more: Any) -> Taken:
        """A gate speaks now, and is worked on."""
        body = report(*findings, **{"at": moment(self.time), **more})
        taken = await self.send(body)
        await self.settled()
        return taken

    async def send(self, body: bytes) -> Taken:
        """As it comes in, with the right token."""
        return await self.inbound.take("gate", BEARER, body)

    async def builds(self) -> list[Build]:
        """All of them, newest first."""
        return await self.store.read(lambda c: gates.recent(c, self.config.product, START.replace(year=2000)))

    async def results(self) -> list[Result]:
        """What an audit may take over."""
        return await self.store.read(lambda c: gates.results(c, self.config.product))

    async def trail(self, number: int) -> list[Delivery]:
        """What the outbox holds about one build."""
        return await self.store.read(lambda c: outbox.trail(c, self.config.product, f"gate:{number}"))

    async def kinds(self, number: int) -> list[Kind]:
        """Messages and edits of one build."""
        return [one.kind for one in await self.trail(number)]

    async def said(self, number: int) -> str:
        """Its message as it stands now, as text on 80 columns."""
        [first, *_] = await self.trail(number)
        speak = speaker.speaker(lambda: self.config, self)
        said = await self.store.read(lambda c: speak.say(c, number, first))
        assert said is not None
        return text(said.document, width=80)
