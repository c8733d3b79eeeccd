"""Every command that a document or a help text shows is run: as a process, by make, or in Slack through the bot."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.demo.workspace import WorkspaceServer
from bot.demo.workspace.workspace_server import words
from bot.services.backup import backup
from bot.store.db import Store
from bot.views import explain, notice, smoke_answers
from bot.views import help as helping
from tests.meta.code_folder import code_folder
from tests.meta.example_com import DOMAIN, Example, example_com
from tests.meta.shown import Shown, everything, terminal_commands
from tests.outcomes.perf_on_purpose import result
from tests.scenarios.world import World
from tests.servers.http import closed_port
from tests.servers.tls import Authority

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TOOLS = {"apt", "apt-get", "brew", "cd", "cp", "curl", "dig", "docker", "git", "mv", "npm", "openssl", "pip", "sudo"}
"""Commands of others: a document may name one in a `text` block, where it is not run."""
NAMES = {
    "launch": "the command itself, named in a sentence",
    "launch …": "stands for every command",
    "/launch": "the slash command itself, named in a sentence",
    "/invite @launch-ready": "Slack's own command",
}
"""Inline code that looks like a command and is none, or none of ours, with the reason."""
DRY = {
    "make test": "would run this test again",
    "make test-fast": "would run other tests again",
    "make lint": "is part of `make test`",
    "make format": "would rewrite the sources under the tests",
    "make bench": "measures for minutes, and says nothing on a busy machine",
    'make bench ARGS="--only audit"': "as above",
    "make soak": "kills the bot ten thousand times, for most of an hour",
    'make soak ARGS="--runs 500 --seconds 120"': "as above, for two minutes",
    "make lock": "asks the package registry",
}
"""Shown and not run here: make only says what it would do. With the reason."""
STAYS = re.compile(r"(^| )(launch (run|demo)|make run)$")
"""Commands that go on until they are stopped."""
NOT_UNDERSTOOD = {
    explain.unknown("x", ()).headline,
    helping.unknown("x", {}).headline,
    notice.not_listed("x", line="", command="").headline,
    notice.unknown_name("x").headline,
    notice.unknown_place("x").headline,
    notice.our_fault("x").headline,
    notice.old_button().headline,
    smoke_answers.unknown("x", (), ()).headline,
    smoke_answers.none_yet("x").headline,
}
EXIT = {
    "launch perf --against": 2,  # a sentence names it, and leaves out with what to compare
    "launch perf --load Dashboard": 2,  # the example has no such monitor; a whole load takes a minute
    "launch perf --load Login": 2,  # as above
    "launch perf --tell --against": 2,
    "launch secrets --canary": 2,
    "launch secrets --canary --tell": 2,
    "launch deploy": 2,
    "launch migrations": 2,  # a sentence names it, and leaves out what is new
    "launch deploy --to https://launch.example.com": 2,
    "launch deploy --status started": 2,
    "launch deploy v43 --note 'New checkout' --wait": 3,
    "launch doctor --health": 1,
    "launch doctor --test-routes": 1,
    "launch export": 1,
    "launch export --folder incidents": 1,
    "launch export INC-12 --output inc-12.md": 1,
    "launch export last --format json": 1,
    "launch erase U0123456789": 130,
    "launch erase U0123456789 --name ana --name ana@example.com": 130,
}
"""Exit codes other than 0: no bot runs beside the self-test, nothing was ever broken, nobody answers "Erase …?"; a
deploy without a token, without a version, and without a bot that would judge it."""


def plain(text: str) -> str:
    """A command of the terminal as it would be typed where `launch` is on the path."""
    return text.removeprefix(".venv/bin/").replace("YOUR-DOMAIN", "example.com")


def kind(shown: Shown) -> str:
    """`slack`, `terminal`, `stays`, `make`, `name`, `other` (inline code that is no command), or `unknown`."""
    text = plain(shown.text)
    first = re.sub(r"^([A-Z_]+=\S+ )+", "", text).split(" ")[0]
    if text in NAMES:
        return "name"
    if text.startswith("/launch "):
        return "slack"
    if STAYS.search(text):
        return "stays"
    if first in ("launch", "make"):
        return "terminal" if first == "launch" else "make"
    if shown.mentioned and first not in TOOLS:
        return "other"
    return "unknown"


ALL = everything()


def of(wanted: str) -> list[str]:
    """The different commands of a kind, as typed."""
    return sorted({plain(shown.text) for shown in ALL if kind(shown) == wanted})


@dataclass
class Desk:
    """A folder in which somebody types commands."""

    folder: Path
    environment: dict[str, str]

    async def type(self, line: str, **more: str) -> asyncio.subprocess.Process:
        """Start a line in a shell, as a group of processes of its own, as a terminal would."""
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", line),
            cwd=self.folder,
            env=self.environment | more,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )

    def hold(self, example: Example, words: list[str]) -> None:
        """Lay out the configuration that the command needs: the product's, or the network alone."""
        if words[1:2] in (["secrets"], ["env"], ["migrations"]):
            self.environment |= code_folder(self.folder)
        if "--lighthouse" in words:
            for name in [word for word in words if word.endswith(".json")]:
                (self.folder / name).write_bytes(result(0.93, 1800, host=DOMAIN))
        named = words[:2] == ["launch", "check"] and len(words) > 2 and "." in words[2]
        alone = named or words[:2] == ["launch", "init"]
        chosen = example.network if alone else example.product
        for name in ("launch.yml", "shop.yml", "staging.yml"):
            (self.folder / name).write_text(chosen.read_text(encoding="utf-8"), encoding="utf-8")


@pytest.fixture
async def example(tmp_path: Path, authority: Authority) -> AsyncIterator[Example]:
    """The servers behind example.com."""
    folder = tmp_path / "servers"
    folder.mkdir()
    async with example_com(folder, authority) as example:
        yield example


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    """Commands at hand as after an installation, a store with a backup of it, no tokens."""
    folder = tmp_path / "desk"
    shim = folder / ".venv" / "bin" / "launch"
    shim.parent.mkdir(parents=True)
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m bot "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    (folder / "data").mkdir()
    Store.open(folder / "data" / "launch.db").close()
    for name in ("launch-backup.db", "launch-friday.db"):
        await backup(folder / "data" / "launch.db", folder / name)
    own = ("LAUNCH_", "SLACK_", "NO_COLOR", "COLUMNS", "MAKE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    path = f"{shim.parent}{os.pathsep}{kept['PATH']}"
    more = {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1"}
    return Desk(folder, kept | more | {"LAUNCH_HTTP": f"127.0.0.1:{closed_port()[1]}"})


def test_every_command_that_is_shown_is_known() -> None:
    """Nothing stands in a document that no test here runs; what is not run has its reason in a table."""
    assert not [shown for shown in ALL if kind(shown) == "unknown"]
    assert set(of("make")) <= set(DRY)
    assert set(EXIT) <= set(of("terminal")), "an exit code for nothing"
    assert {plain(shown.text) for shown in ALL if kind(shown) == "name"} == set(NAMES), "a reason for nothing"


@pytest.mark.parametrize("line", of("terminal"))
async def test_a_command_of_the_terminal_does_what_it_should(line: str, desk: Desk, example: Example) -> None:
    """Exit 0 on a healthy product, something said, no traceback."""
    words = shlex.split(line)
    desk.hold(example, words)
    bare = terminal_commands().get(line)
    if bare is not None and any(each.required for each in bare.params):
        line += " --help"  # a sentence names the command and leaves out what belongs behind it
    if words[:2] == ["launch", "init"] and "--force" not in line:
        # As typed it would look at the real domain; here the network in the file that it replaces keeps it on loopback.
        line += " --force"
    process = await desk.type(line)
    async with asyncio.timeout(100):
        out, err = await process.communicate()
    said = out.decode() + err.decode()
    assert process.returncode == EXIT.get(line, 0), said
    assert said.strip() or ">" in line or "--output" in line
    assert "Traceback" not in said
    for name in ("launch.schema.json", "launch.xml"):
        assert name not in line or (desk.folder / name).stat().st_size > 100


@asynccontextmanager
async def stopped(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """Whatever happens, nothing of the group is left."""
    try:
        yield
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


@pytest.mark.parametrize("line", of("stays"))
async def test_a_command_that_stays_is_ready_and_ends_on_ctrl_c(line: str, desk: Desk) -> None:
    """Without tokens: an address is printed. With them: the workspace's name. Ctrl-C ends it with exit 0."""
    make = desk.folder / "Makefile"
    make.write_text((ROOT / "Makefile").read_text(encoding="utf-8"), encoding="utf-8")
    _installed(desk.folder)
    async with WorkspaceServer() as slack:
        typed = line.replace("xoxb-...", slack.bot_token).replace("xapp-...", slack.app_token)
        process = await desk.type(f"exec env {typed}", SLACK_API_URL=slack.api_url)
        async with stopped(process):
            assert process.stdout is not None
            async with asyncio.timeout(60):
                first = (await process.stdout.readline()).decode()
            ready = "The bot is in the workspace" if typed != line else "The workspace is open: http://127.0.0.1:"
            assert ready in first, first + (await process.stderr.read()).decode() if process.stderr else first
            # Ctrl-C reaches every process of the terminal's group.
            os.killpg(process.pid, signal.SIGINT)
            async with asyncio.timeout(60):
                _, err = await process.communicate()
    # Make ends itself by the signal, as make does, once the bot has ended in order.
    assert process.returncode in ((0, -signal.SIGINT) if line.startswith("make") else (0,)), err.decode()
    assert not re.search("Traceback|Error", err.decode()), err.decode()


def _installed(folder: Path) -> None:
    """What `make run` looks at before it installs: its stamp is newer than what it was made from."""
    (folder / "requirements").mkdir()
    for name in ("requirements/build.txt", "requirements/run.txt", "pyproject.toml", ".venv/bin/python"):
        (folder / name).touch()
    (folder / ".venv" / ".installed-run").touch()


@pytest.mark.parametrize("line", of("make"))
async def test_a_target_of_make_exists(line: str, desk: Desk) -> None:
    """What may not run inside of a test is a target at least."""
    process = await desk.type(f"{line} --dry-run --always-make -C {shlex.quote(str(ROOT))}")
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert out


async def test_every_command_of_slack_is_understood(tmp_path: Path, example: Example) -> None:
    """Each is answered by the running bot, and none with "I do not know"."""
    async with WorkspaceServer() as slack:
        world = World(tmp_path, slack, SimpleNamespace(config=example.product))  # type: ignore[arg-type]
        async with world.bot():
            for text in of("slack"):
                answer = await _asked(world, text)
                for headline in NOT_UNDERSTOOD:
                    assert headline not in answer, f"{text}: {answer[:500]}"
        assert slack.violations() == []


async def _asked(world: World, text: str) -> str:
    verb, _, rest = text.removeprefix("/launch ").partition(" ")
    if verb == "check":
        return words(await world.check(text=rest))
    before = {each["ts"] for each in world.slack.seen(user="mia")}
    result = await world.slack.command("mia", "#launch", text)
    assert result.ok, text
    return words(await world.slack.wait_for(lambda m: m["ts"] not in before, user="mia", timeout=60))
