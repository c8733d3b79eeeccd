"""Each sender's examples go through the door of the bot: written down, known when they come again, worked on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.hooks.base import Inbound, Said, load
from bot.domain.deploys import WENT_LIVE, Stage
from bot.domain.heard import Counted, Heard
from bot.store import deploys, heard
from tests.hooks.examples import EVENTS, examples
from tests.hooks.senders import NOW, published, request, secret_of
from tests.services.doorstep import Doorstep

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doorstep]:
    """With the secrets of all senders."""
    found = Doorstep(tmp_path, {source.variable: secret_of(name) for name, source in load().items()})
    yield found
    await found.close()


def messages() -> list[tuple[datetime, str, bytes, dict[str, str], tuple[Heard, ...]]]:
    """All of them in the order of their times, each with what it tells."""
    found = []
    for path in published():
        example = json.loads(path.read_text(encoding="utf-8"))
        headers = {name.lower().replace("-", "_"): value for name, value in example.get("headers", {}).items()}
        found.append((path.parent.name, json.dumps(example["body"]).encode(), headers))
    for event in EVENTS:
        bodies = examples()["api.github.com"][event]
        found += [("github", json.dumps(body).encode(), {"x_github_event": event}) for body in bodies]
    told = []
    for name, body, headers in found:
        said = load()[name].parse(request(name, body, **headers))
        assert isinstance(said, Said)
        at = max((one.at for one in said.heard), default=NOW)
        told.append((at, name, body, headers, said.heard))
    return sorted(told, key=lambda one: one[:3])


async def take(door: Doorstep, name: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer."""
    sent: Inbound = request(name, body, now=door.now(), **headers)
    return (await door.inbound.take(name, sent.headers, sent.body, sent.token)).status


async def test_every_example_is_written_down_once_and_worked_on(door: Doorstep) -> None:
    """202 where it tells something, 200 where it does not or comes again; nothing is left, nothing broke."""
    seen: set[str] = set()
    counts: Counter[str] = Counter()
    for at, name, body, headers, said in messages():
        door.time = at + MINUTE
        key = load()[name].delivery(request(name, body, now=door.now(), **headers))
        fresh = bool(said) and f"{name} {key}" not in seen
        assert await take(door, name, body, headers) == (202 if fresh else 200), (name, body)
        assert await take(door, name, body, headers) == 200
        if fresh:
            seen.add(f"{name} {key}")
            counts.update(one.kind for one in said if isinstance(one, Counted))
        await door.settled()
    assert await door.store.read(lambda c: heard.undone(c, "shop")) == 0
    rows = "SELECT count(*), sum(problem <> '') FROM heard"
    count, problems = await door.store.read(lambda c: c.execute(rows).fetchone())
    assert count == len(seen) > 30
    assert problems == 0
    assert await door.counts() == counts
    told = await door.store.read(lambda c: deploys.recent(c, "shop", limit=500))
    assert {one.source for one in told} == {"github", "gitlab", "heroku", "netlify", "railway", "render", "vercel"}
    assert {one.stage for one in told} >= {Stage.FAILED, Stage.RELEASED}
    assert any(one.stage in WENT_LIVE and one.live_at for one in told)
    alarms = await door.store.read(lambda c: c.execute("SELECT count(*) FROM incident").fetchone()[0])
    assert alarms >= 5


async def test_nobody_gets_in_with_a_changed_byte(door: Doorstep) -> None:
    """Where the body is signed; and nothing at all is written."""
    for at, name, body, headers, _ in messages():
        if not load()[name].signs_body:
            continue
        door.time = at + MINUTE
        sent = request(name, body, now=door.now(), **headers)
        changed = body[:-2] + bytes([body[-2] ^ 1]) + body[-1:]
        assert (await door.inbound.take(name, sent.headers, changed, sent.token)).status == 401
    assert await door.store.read(lambda c: c.execute("SELECT count(*) FROM heard").fetchone()[0]) == 0
