"""Bad days of the whole bot: killed in the middle, started twice, refused by Slack, reached over HTTP instead."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.demo.workspace.workspace_server import words
from tests.scenarios.world import World

ROOT = Path(__file__).parents[2]


def environment(world: World, **more: str) -> dict[str, str]:
    """The environment of a bot process in this world."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "LAUNCH_"))}
    given = {
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": world.slack.bot_token,
        "SLACK_APP_TOKEN": world.slack.app_token,
        "SLACK_API_URL": world.slack.api_url,
        "LAUNCH_CONFIG": str(world.company.config),
        "LAUNCH_DATA": str(world.folder / "data"),
        "LAUNCH_HTTP": "127.0.0.1:0",
    }
    return {key: value for key, value in {**clean, **given, **more}.items() if value}


async def start(world: World, **more: str) -> asyncio.subprocess.Process:
    """A bot process; it may not be ready yet."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        cwd=world.folder,
        env=environment(world, **more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def running(world: World, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A bot process that is ready; stopped with SIGTERM unless it is gone already."""
    process = await start(world, **more)
    try:
        async with asyncio.timeout(60):
            assert await process.stdout.readline(), (await process.stderr.read()).decode()
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(60):
            await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str]:
    """Exit code and words of a process that ends by itself."""
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    return process.returncode, said.decode()


async def test_a_kill_in_the_middle_of_an_audit_is_told_and_doubles_nothing(world):
    """A kill -9 during an audit: after the restart its one message says that it was cut off, and offers a new run."""
    world.company.switch("slow", on=True)
    async with running(world) as process:
        await world.slack.command("mia", "#launch", "/launch check")
        await world.slack.until(lambda: world.slack.messages("#launch"))
        process.send_signal(signal.SIGKILL)
        await process.wait()
    world.slack.core.violations.clear()
    world.company.switch("slow", on=False)
    async with running(world):
        cut = await world.slack.wait_for("cut off", channel="#launch", timeout=60)
        assert len(world.slack.messages("#launch")) == 1
        await world.slack.click("mia", cut, "audit.rerun")
        await world.slack.wait_for("Go: nothing found", channel="#launch", timeout=60)
        assert len([m for m in world.slack.messages("#launch") if m.get("bot_id")]) == 2


async def test_an_orderly_stop_in_the_middle_of_an_audit_is_quick_and_told(world):
    """SIGTERM during an audit: the bot ends with 0 within seconds; the message does not stay "checking" for ever."""
    world.company.switch("slow", on=True)
    process = await start(world)
    async with asyncio.timeout(60):
        await process.stdout.readline()
    await world.slack.command("mia", "#launch", "/launch check")
    await world.slack.until(lambda: world.slack.messages("#launch"))
    process.terminate()
    code, said = await ended(process)
    assert code == 0
    assert "Traceback" not in said
    if "cut off" not in words(world.slack.messages("#launch")[0]):
        async with running(world):
            await world.slack.wait_for("cut off", channel="#launch", timeout=60)


async def test_a_second_bot_on_the_same_data_is_refused(world):
    """One process per data folder: the second says so and ends, the first works on."""
    async with running(world):
        code, said = await ended(await start(world))
        assert code == 1
        assert "already running" in said
        assert "Traceback" not in said
        assert (await world.slack.command("mia", "#launch", "/launch help")).ok


@pytest.mark.parametrize(
    ("more", "word", "exit_code"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1-wrong"}, "invalid_auth", 2),
        ({"SLACK_APP_TOKEN": "xapp-1-wrong"}, "SLACK_APP_TOKEN", 2),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is missing", 2),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is missing", 2),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "did not answer", 1),
        ({"SLACK_API_URL": "nonsense"}, "whole URL", 2),
        ({"LAUNCH_HTTP": "nowhere"}, "LAUNCH_HTTP", 2),
    ],
)
async def test_what_keeps_the_bot_from_starting_is_one_clear_message(world, more, word, exit_code):
    """Each wrong value is named, with what to do; no traceback, no token in it."""
    code, said = await ended(await start(world, **more))
    assert code == exit_code, said
    assert word in said
    assert "Traceback" not in said
    assert world.slack.bot_token not in said


async def test_a_missing_scope_is_named_with_what_it_is_for(world):
    """The bot does not start half-blind."""
    world.slack.core.tokens.scopes.remove("chat:write")
    code, said = await ended(await start(world))
    assert code == 2
    assert "chat:write" in said
    assert "Reinstall" in said


async def test_a_taken_address_is_said(world):
    """Another program listens where the bot's own HTTP server should."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    code, said = await ended(await start(world, LAUNCH_HTTP=f"127.0.0.1:{port}"))
    server.close()
    assert code == 1
    assert str(port) in said
    assert "Traceback" not in said


async def test_mistakes_in_launch_yml_do_not_silence_the_bot(world):
    """It starts, and says every mistake with its place to whoever asks."""
    world.company.config.write_text("product: {domian: x.test}\nhosts:\n  - {name: x.test, purpse: app}\nchannel: 3\n")
    async with world.bot():
        await world.slack.command("mia", "#launch", "/launch check")
        answer = await world.slack.wait_for("domain", user="mia")
        assert all(place in words(answer) for place in (":1:", ":3:", ":4:"))


async def test_without_launch_yml_the_bot_says_how_to_begin(world):
    """No configuration is a beginning, not an error."""
    world.company.config.unlink()
    async with world.bot():
        await world.slack.command("mia", "#launch", "/launch check")
        await world.slack.wait_for("launch init", user="mia")
        world.slack.open_home("mia")
        home = await world.slack.until(lambda: world.slack.home("mia"))
        assert "launch init" in words({"blocks": home["blocks"]})


async def test_slack_reaches_the_bot_over_http(world):
    """With a signing secret instead of the app token Slack calls the bot; forged requests are refused."""
    more = {"slack_app_token": None, "slack_signing_secret": world.slack.signing_secret}
    async with world.bot(**more) as bot:
        base = f"http://127.0.0.1:{bot.http_port}"
        assert await world.slack.core.dispatcher.use_http(f"{base}/slack/events")
        await world.slack.command("mia", "#launch", "/launch help")
        await world.slack.wait_for("/launch check", user="mia")
        report = await world.check()
        assert report["text"].startswith("Go: nothing found")
        async with aiohttp.ClientSession() as http:
            forged = {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=00"}
            async with http.post(f"{base}/slack/events", data={"command": "/launch"}, headers=forged) as answer:
                assert answer.status == 401
            async with http.get(f"{base}/healthz") as answer:
                assert answer.status == 200
