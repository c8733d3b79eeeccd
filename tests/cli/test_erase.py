"""`launch erase`: asks, does it once, and says plainly why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.store import journal
from bot.store.db import Store
from tests.cli.conftest import Ran

Launch = Callable[..., Awaitable[Ran]]
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store in which Ana has done something."""
    path = Settings.from_env(env_file=None, tokens=False, launch_data=tmp_path / "data").database
    path.parent.mkdir()
    opened = Store.open(path)
    opened.write_now(lambda c: journal.note(c, "unnamed", NOW, actor="U0123ANA", did="audit", data={"by": "ana"}))
    opened.close()
    return path


async def test_a_person_is_erased(launch: Launch, store: Path) -> None:
    """What it says afterwards names the copies that still know the person."""
    ran = await launch("erase", "U0123ANA", "--name", "ana", "--yes")
    assert ran.code == 0, ran.err
    assert "former colleague 1" in ran.out
    assert "launch backup" in ran.out
    assert b"U0123ANA" not in store.read_bytes()
    opened = Store.open(store)
    lines = opened.write_now(lambda c: journal.recent(c, "unnamed"))
    opened.close()
    assert [(one.actor, one.data) for one in lines][1] == ("former colleague 1", {"by": "former colleague 1"})


async def test_without_yes_it_asks(launch: Launch, store: Path) -> None:
    """Nobody answers, so nothing is done."""
    ran = await launch("erase", "U0123ANA")
    assert ran.code != 0
    assert b"U0123ANA" in store.read_bytes()


async def test_while_the_bot_runs_it_refuses(launch: Launch, store: Path) -> None:
    """One process at a time; the sentence says what to do."""
    opened = Store.open(store)
    ran = await launch("erase", "U0123ANA", "--yes")
    opened.close()
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert "running" in ran.err


async def test_what_is_no_person_is_wrong_usage(launch: Launch, store: Path, tmp_path: Path) -> None:
    """A name alone, somebody who is still in the file, or no store at all."""
    assert (await launch("erase", "ana", "--yes")).code == 2
    (tmp_path / "launch.yml").write_text("product: {name: A, domain: a.test}\npeople: {ana: {slack: U0123ANA}}\n")
    ran = await launch("erase", "U0123ANA", "--yes")
    assert (ran.code, "still in launch.yml" in ran.err) == (2, True)
    assert b"U0123ANA" in store.read_bytes()
    store.unlink()
    assert (await launch("erase", "U0123ANA", "--yes")).code == 2
