"""A version goes out at the host: the whole bot hears of it over HTTP, says so in Slack, and a kill loses nothing."""

from __future__ import annotations

import asyncio
import signal
import sys

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.demo.workspace.workspace_server import words
from tests.scenarios.test_bad_days import environment, running
from tests.scenarios.world import World
from tests.servers.http import closed_port
from tests.services.doorstep import SECRET, TOKEN, signed, status

pytestmark = pytest.mark.slow


def set_up(world: World) -> dict[str, str]:
    """The secrets stand in `.env` beside the bot, and nowhere else; answers where it will listen."""
    (world.folder / ".env").write_text(f"LAUNCH_HOOK_GITHUB_SECRET={SECRET}\nLAUNCH_TOKEN={TOKEN}\n")
    return {"LAUNCH_HTTP": f"127.0.0.1:{closed_port()[1]}"}


async def knock(place: dict[str, str], path: str, body: bytes, headers: dict[str, str]) -> int:
    """Send something to the bot; the status of its answer."""
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"http://{place['LAUNCH_HTTP']}{path}", data=body, headers=headers) as answer,
    ):
        await answer.read()
        return answer.status


async def command(world: World, place: dict[str, str], *args: str) -> tuple[int, str]:
    """Run `launch …` beside the bot; its exit code and all that it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *args),
        cwd=world.folder,
        env=environment(world, **place),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


def about(world: World, version: str) -> set[str]:
    """The messages that speak of a version."""
    return {one["ts"] for one in world.slack.seen() if version in one.get("text", "")}


async def test_a_deploy_at_github_is_a_message_in_slack_and_a_kill_loses_none(world):
    """Answered, killed at once, started again: one message; sent again by GitHub: still one."""
    place, now = set_up(world), SystemClock().now().replace(microsecond=0)
    body = status(at=now)
    async with running(world, **place) as process:
        assert await knock(place, "/hooks/github", body, signed(body)) == 202
        process.send_signal(signal.SIGKILL)
        await process.wait()
    world.slack.core.violations.clear()

    async with running(world, **place):
        await world.slack.until(lambda: about(world, "a1b2c3d"), timeout=60)
        assert await knock(place, "/hooks/github", body, signed(body)) == 200
        late = status("in_progress", at=now)
        assert await knock(place, "/hooks/github", late, signed(late)) == 202
        code, said = await command(world, place, "deploy", "v99", "--to", f"http://{place['LAUNCH_HTTP']}")
        assert code == 0, said
        # Either message may name the other version: what replaced it, what was live before.
        await world.slack.until(lambda: len(about(world, "a1b2c3d") | about(world, "v99")) >= 2, timeout=60)
        assert len(about(world, "a1b2c3d") | about(world, "v99")) == 2


async def test_the_self_test_names_who_knocked_in_vain(world):
    """In Slack and in the terminal of the machine, with the line to write."""
    place = set_up(world)
    async with running(world, **place):
        for _ in range(3):
            assert await knock(place, "/hooks/vercel", b"{}", {"x-vercel-signature": "00"}) == 401
        assert await knock(place, "/hooks/github", b"{}", signed(b"{}", secret="another")) == 401
        await world.slack.command("mia", "#launch", "/launch doctor")
        said = words(await world.slack.wait_for("Vercel knocked 3 times", user="mia", timeout=60))
        assert "LAUNCH_HOOK_VERCEL_SECRET" in said
        assert "GitHub was refused once" in said
        code, said = await command(world, place, "doctor")
        plain = " ".join(said.split())
        assert (code, "Vercel knocked 3 times" in plain, "GitHub was refused once" in plain) == (1, True, True), said
        assert SECRET not in said
        assert TOKEN not in said
