"""`launch backup` and `launch restore`: thin, and plain about what is not there."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.config.settings import Settings
from bot.store.db import Store
from tests.cli.conftest import Ran

Launch = Callable[..., Awaitable[Ran]]


async def test_a_copy_comes_back_whole(launch: Launch, tmp_path: Path) -> None:
    """Back up, lose the data, restore."""
    path = Settings.from_env(env_file=None, tokens=False, launch_data=tmp_path / "data").database
    path.parent.mkdir()
    Store.open(path).close()
    made = await launch("backup", "copy.db")
    assert made.code == 0, made.err
    assert "Copied to copy.db" in made.out
    for left in path.parent.iterdir():
        left.unlink()
    back = await launch("restore", "copy.db")
    assert back.code == 0, back.err
    assert path.is_file()


async def test_without_a_store_there_is_nothing_to_copy(launch: Launch, tmp_path: Path) -> None:
    """The sentence names the file that was looked for."""
    ran = await launch("backup", "copy.db")
    assert ran.code == 2
    assert os.path.join("data", "launch.db") in ran.err  # noqa: PTH118  (as it is printed)
    assert not (tmp_path / "copy.db").exists()


async def test_restoring_what_is_no_copy_changes_nothing(launch: Launch, tmp_path: Path) -> None:
    """A missing file is wrong usage; a wrong file is refused."""
    assert (await launch("restore", "none.db")).code == 2
    (tmp_path / "photo.db").write_bytes(b"not a database" * 100)
    ran = await launch("restore", "photo.db")
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "data" / "launch.db").exists()
