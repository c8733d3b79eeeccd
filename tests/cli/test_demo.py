"""`launch demo`: the real bot and the local workspace as two processes, and an orderly end of both."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.cli.conftest import clean

pytestmark = pytest.mark.slow


async def start(tmp_path: Path, *args: str) -> tuple[asyncio.subprocess.Process, str]:
    """The command, and the address that it prints when everything answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *args,
        cwd=tmp_path,
        env=clean(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        line = (await process.stdout.readline()).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+\S*", line)
    if found is None:
        _, err = await process.communicate()
        raise AssertionError(f"no address in {line!r}: {err.decode()}")
    return process, found[0]


def children(pid: int) -> list[int]:
    """Processes that this one has started and that are alive."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def gone(pid: int) -> None:
    """Wait until a process is no more."""
    async with asyncio.timeout(60):
        never = asyncio.Event()
        while alive(pid):
            with suppress(TimeoutError):
                await asyncio.wait_for(never.wait(), 0.05)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("verb", ["demo", "run"])
async def test_the_demo_opens_a_page_and_ctrl_c_ends_both_processes(tmp_path: Path, verb: str) -> None:
    """`launch run` without tokens is the demo too; its data is in a folder of its own."""
    process, page = await start(tmp_path, verb)
    (child,) = children(process.pid)
    async with aiohttp.ClientSession() as session, session.get(page) as answer:
        assert answer.status == 200
        assert "<html" in await answer.text()
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        _, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert "Traceback" not in err.decode()
    await gone(child)
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["demo"]
    assert (tmp_path / "data" / "demo" / "launch.yml").is_file()


async def test_a_second_demo_leaves_the_first_one_alone(tmp_path: Path) -> None:
    """It is told which process is there, and the launch.yml of the running one stays as it is."""
    process, page = await start(tmp_path, "demo")
    written = (tmp_path / "data" / "demo" / "launch.yml").read_bytes()
    with pytest.raises(AssertionError, match=rf"already running .*process {process.pid}"):
        await start(tmp_path, "demo")
    assert (tmp_path / "data" / "demo" / "launch.yml").read_bytes() == written
    async with aiohttp.ClientSession() as session, session.get(page) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        await process.communicate()
    assert process.returncode == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_a_workspace_never_outlives_a_bot_that_was_killed(tmp_path: Path) -> None:
    """Not even a kill that nothing can catch leaves a process behind."""
    process, _ = await start(tmp_path, "demo")
    (child,) = children(process.pid)
    process.kill()
    await process.communicate()
    await gone(child)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_a_bot_whose_workspace_has_died_stops(tmp_path: Path) -> None:
    """Nobody could reach it any more, so it says so and ends."""
    process, _ = await start(tmp_path, "demo")
    (child,) = children(process.pid)
    os.kill(child, signal.SIGKILL)
    async with asyncio.timeout(60):
        _, err = await process.communicate()
    assert "The local workspace ended by itself" in err.decode()
    assert "Traceback" not in err.decode()
