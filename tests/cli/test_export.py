"""`launch export`: the story of one incident or of all, to the terminal, a file or a folder, also while a bot runs."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.domain.asks import Ack, Reading, Signal
from bot.domain.severity import Sev, Trouble
from bot.services.config import Config
from bot.services.incidents import Incidents, Request
from bot.store import second_routes
from bot.store.db import Store
from tests.cli.conftest import Ran

Launch = Callable[..., Awaitable[Ran]]
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test, time_zone: Europe/Berlin}
people: {mia: {slack: U0MIA, role: owner}}
services: {sign-up: {owner: mia, critical: true}, shop: {owner: mia}}
channels: {alerts: "#ops", second_route: [{kind: ntfy, env: NTFY_URL}]}
"""


class Still:
    """A clock that stands still."""

    def now(self) -> datetime:
        """The moment."""
        return NOW


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    """A store with two incidents, held open as by a running bot."""
    (tmp_path / "launch.yml").write_text(FILE)
    path = Settings.from_env(env_file=None, tokens=False, launch_data=tmp_path / "data").database
    path.parent.mkdir()
    opened = Store.open(path)
    config = Config.read(tmp_path / "launch.yml")
    incidents = Incidents(opened, Still(), lambda: config, lambda: None)
    for service in ("sign-up", "shop"):
        since = NOW - timedelta(minutes=2)
        say = Signal(
            "shop", "production", service, service, Trouble.REACH, Sev.ONE, Reading.DOWN, since, NOW, "HTTP 502"
        )
        await incidents.signal([say])
    await incidents.ask(1, Ack("U0MIA", "c1"), Request("c1", "U0MIA", "incident.ack"))
    ask = {"about": 1, "route": "0", "person": "U0MIA", "why": "slack_silent"}
    await opened.write(lambda c: second_routes.ask(c, "shop", "incident:2", NOW, **ask))
    yield opened
    opened.close()


@pytest.mark.usefixtures("store")
async def test_one_incident_in_both_formats(launch: Launch) -> None:
    """The story with its drafts; the messages by second routes are told too."""
    ran = await launch("export", "INC-1")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("# INC-1 · ")
    assert "For customers (draft)" in ran.out
    assert "mia" in ran.out
    assert "U0MIA" not in ran.out
    told = await launch("export", "2", "--format", "json")
    data = json.loads(told.out)
    assert (data["incident"], data["product"]) == ("INC-2", "shop")
    assert [one["why"] for one in data["second_routes"]] == ["slack_silent"]
    assert "by ntfy by NTFY" in (await launch("export", "last")).out


@pytest.mark.usefixtures("store")
async def test_all_of_them(launch: Launch, tmp_path: Path) -> None:
    """As one text, as one JSON document, and as two files for each."""
    ran = await launch("export")
    assert ran.out.count("## For customers (draft)") == 2
    whole = tmp_path / "all.json"
    assert (await launch("export", "--format", "json", "--output", str(whole))).code == 0
    assert [one["incident"] for one in json.loads(whole.read_text())["incidents"]] == ["INC-1", "INC-2"]
    ran = await launch("export", "--folder", str(tmp_path / "stories"))
    assert ran.code == 0, ran.err
    assert sorted(one.name for one in (tmp_path / "stories").iterdir()) == [
        "INC-1.json", "INC-1.md", "INC-2.json", "INC-2.md"
    ]  # fmt: skip


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("INC-9",), 1, "There is no incident INC-9."),
        (("the-shop",), 2, "no incident. Write its number"),
        (("--output", "a", "--folder", "b"), 2, "not both"),
        (("--output", "/proc/nothing/a.md"), 2, "cannot be written"),
        (("--format", "xml"), 2, "xml"),
    ],
)
async def test_what_cannot_be_is_said(launch: Launch, arguments: tuple[str, ...], code: int, said: str) -> None:
    """One sentence and the right exit code."""
    ran = await launch("export", *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err


async def test_without_a_store_or_a_file(launch: Launch, tmp_path: Path) -> None:
    """Nothing was stored, or nobody knows for which product."""
    assert "nobody knows whose incidents" in (await launch("export")).err
    (tmp_path / "launch.yml").write_text(FILE)
    ran = await launch("export")
    assert (ran.code, "Nothing is stored yet" in ran.err) == (2, True)
