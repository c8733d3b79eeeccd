"""A gate that stops a build, as the team sees it: the running bot, the local workspace, and `launch` in a CI."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import Runtime
from tests.cli.conftest import clean
from tests.scenarios.world import World, a_world
from tests.services.doorstep import TOKEN

STRIPE = "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dcABCD"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The company; the bot knows the token of CI."""
    async with a_world(tmp_path) as made:
        yield made
        assert made.slack.violations() == []


def shown(message: dict[str, Any]) -> str:
    """Everything that stands in a message."""
    return json.dumps(message, ensure_ascii=False)


async def secrets(world: World, bot: Runtime, code: str, *, run: str, **more: str) -> int:
    """`launch secrets --tell` in a run of GitHub, over code like this; the exit code."""
    folder = world.folder / "code"
    folder.mkdir(exist_ok=True)
    (folder / "pay.py").write_text(code)
    github = {
        "GITHUB_SHA": run * 5,
        "GITHUB_ACTOR": "mia",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_RUN_ID": run,
        "GITHUB_REF_NAME": "main",
        "LAUNCH_URL": f"http://127.0.0.1:{bot.http_port}",
        "LAUNCH_TOKEN": TOKEN,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "secrets", "--no-history", "--tell", "--format", "json"),
        cwd=folder,
        env=clean(**{**github, **more}),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    assert said.decode() == "The bot has been told.\n"
    return process.returncode or 0


async def test_a_key_in_the_code_is_told_stands_in_the_audit_and_passes_again(world: World) -> None:
    """One message that is edited; the audit says what CI said; a proposal is told without calling anybody."""
    async with world.bot(launch_token=TOKEN) as bot:
        assert await secrets(world, bot, f'key = "{STRIPE}"\n', run="1234567") == 1
        message = await world.slack.wait_for(lambda m: "the build was stopped" in m.get("text", ""), user="mia")
        assert "Build stopped · 1234567" in shown(message)
        assert "A Stripe secret key is kept in the code" in shown(message)
        assert "https://github.com/acme/shop/actions/runs/1234567" in shown(message)
        assert STRIPE not in shown(message)
        assert await bot.services.incidents.live() == []

        report = await world.check(text="sec.repo")
        assert "A Stripe secret key is kept in the code" in shown(report)
        assert "Your CI said so on" in shown(report)
        assert "about 1234567 of main" in shown(report)

        result = await world.slack.command("mia", "#launch", "/launch deploys")
        assert result.ok, result
        listed = await world.slack.wait_for(lambda m: "Stopped in CI" in shown(m), user="mia")
        assert "1234567" in shown(listed)

        click = await world.slack.click("mia", message, "runbook.start", None)
        assert click.ok, click

        assert await secrets(world, bot, "key = read()\n", run="2345678") == 0
        mended = await world.slack.wait_for(
            lambda m: m["ts"] == message["ts"] and "Passes again" in shown(m), user="mia"
        )
        assert "2345678" in shown(mended)
        assert "is kept in the code" not in shown(await world.check(text="sec.repo"))

        proposal = {"GITHUB_REF": "refs/pull/12/merge", "GITHUB_HEAD_REF": "faster"}
        assert await secrets(world, bot, f'key = "{STRIPE}"\n', run="3456789", **proposal) == 1
        quiet = await world.slack.wait_for(lambda m: "Pull request 12" in shown(m), user="mia")
        assert "<@" not in shown(quiet)
        assert "is kept in the code" not in shown(await world.check(text="sec.repo")), "a proposal is no audit's matter"
