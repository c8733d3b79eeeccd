"""The Dockerfile's steps, carried out in a folder: what they make runs without rights, and writes to its volume only.

The image itself is not built here. Where this machine allows it (root, mount namespaces) everything but the volume is
mounted read-only; elsewhere file permissions alone stand in for that.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import aiohttp
import pytest

from bot.demo.workspace import WorkspaceServer
from tests.meta.example_com import example_com
from tests.servers.http import closed_port
from tests.servers.tls import Authority

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.name != "posix", reason="the image is a Linux one"),
]

ROOT = Path(__file__).parents[2]
NAMESPACE = 'mount --bind "$0" "$0" && mount -o remount,ro,bind / && exec "$@"'
"""Everything read-only but one folder, for one process and its children."""


@dataclass
class Image:
    """What the Dockerfile says, and the folder that stands for the image's root."""

    root: Path
    python: Path
    env: dict[str, str] = field(default_factory=dict)
    user: int = 0
    workdir: str = "/"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    signal: str = ""
    volume: str = ""
    steps: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """The image's paths as paths of this machine."""
        return re.sub(r"(?<![\w./-])/(opt/launch|src|data)\b", lambda found: f"{self.root}/{found[1]}", text)


def instructions() -> list[tuple[str, str]]:
    """Each line as its keyword and the rest; lines that go on are joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line.strip() for line in text.splitlines()]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines if line and not line.startswith("#")]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path out of the build; the last rule that fits decides."""
    out = False
    for rule in (ROOT / ".dockerignore").read_text(encoding="utf-8").split():
        plain = rule.removeprefix("!").removeprefix("**/")
        parts = Path(path).parts
        names = parts if "**/" in rule else ("/".join(parts[: 1 + plain.count("/")]),)
        if any(fnmatch(name, plain) for name in names):
            out = not rule.startswith("!")
    return out


def build(root: Path) -> Image:
    """Carry every line out; a line that is not understood fails."""
    image = Image(root, _python(root))
    for keyword, rest in instructions():
        image.steps.append(keyword)
        globals()[f"_{keyword.lower()}"](image, rest)
    for path in (root, *root.rglob("*")):
        if not path.is_symlink() and root / "data" not in (path, *path.parents):
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    return image


def _from(image: Image, rest: str) -> None:
    assert re.fullmatch(r"python:3\.1[1-9]-slim( AS build)?", rest), rest
    image.workdir, image.env = "/", {}


def _workdir(image: Image, rest: str) -> None:
    image.workdir = rest
    Path(image.here(rest)).mkdir(parents=True, exist_ok=True)


def _copy(image: Image, rest: str) -> None:
    if rest.startswith("--from=build "):
        # A virtual environment works at one place only, so the second stage must put it where it was made.
        source, target = rest.split()[1:]
        assert source == target == "/opt/launch"
        return
    *sources, target = rest.split()
    place = Path(image.here(image.workdir)) / target
    for source in sources:
        assert not ignored(source), f".dockerignore keeps {source} out"
        found = ROOT / source
        if found.is_dir():
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(found, place, ignore=skip)
        else:
            shutil.copy(found, place)


def _run(image: Image, rest: str) -> None:
    if rest.startswith("useradd"):
        # No user is made on this machine; the folder that the line makes is.
        assert re.search(r"--uid (\d+) .*&& mkdir /data && chown \1 /data$", rest), rest
        (image.root / "data").mkdir()
        return
    # The cache is left in: it would only be thrown away to make the image small.
    line = image.here(rest).replace(" --no-cache-dir", "").replace("python -m venv", f"{image.python} -m venv", 1)
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=image.here(image.workdir),
        env=_outer(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{rest}\n{done.stdout}\n{done.stderr}"


def _python(root: Path) -> Path:
    """An interpreter that a user without rights may start: this one, or a copy where it lies in a closed folder."""
    here = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in here.resolve().parents):
        return here
    copy = root / "python"
    leave = shutil.ignore_patterns("site-packages", "test", "tests", "__pycache__", "*.a", "idlelib", "tkinter")
    shutil.copytree(Path(sys.base_prefix) / "lib", copy / "lib", ignore=leave, symlinks=True)
    (copy / "bin").mkdir()
    return Path(shutil.copy(here.resolve(), copy / "bin" / here.name))


def _outer() -> dict[str, str]:
    """This machine's environment, without what leads Python to these sources."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LAUNCH_", "SLACK_"))}


def _env(image: Image, rest: str) -> None:
    image.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))


def _user(image: Image, rest: str) -> None:
    image.user = int(rest)


def _volume(image: Image, rest: str) -> None:
    image.volume = rest


def _healthcheck(image: Image, rest: str) -> None:
    image.health = json.loads(rest[rest.index("CMD ") + 4 :])


def _stopsignal(image: Image, rest: str) -> None:
    image.signal = rest


def _entrypoint(image: Image, rest: str) -> None:
    image.entrypoint = json.loads(rest)


def _cmd(image: Image, rest: str) -> None:
    image.command = json.loads(rest)


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The image's content, made once; in a folder that a user without rights can walk to."""
    root = Path(tempfile.mkdtemp(prefix="launch-image-"))
    root.chmod(0o755)
    try:
        yield build(root)
    finally:
        for path in (root, *root.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
        shutil.rmtree(root)


@pytest.fixture
def data(image: Image) -> Path:
    """An empty volume that belongs to the image's user."""
    folder = image.root / "data"
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if os.geteuid() == 0:
        os.chown(folder, image.user, image.user)
    return folder


def wrapped(image: Image, arguments: list[str]) -> list[str]:
    """The command as the container would run it: no rights, and a read-only root where this machine can do that."""
    found = [shutil.which(arguments[0], path=image.here(image.env["PATH"])) or arguments[0], *arguments[1:]]
    if os.geteuid() != 0:
        return found
    user = ["setpriv", f"--reuid={image.user}", f"--regid={image.user}", "--clear-groups", "--no-new-privs", *found]
    volume = str(image.root / "data")
    probe = ["unshare", "-m", "/bin/sh", "-c", NAMESPACE, volume]
    able = (
        shutil.which("unshare") and subprocess.run([*probe, "true"], capture_output=True, check=False).returncode == 0
    )
    return [*probe, *user] if able else user


async def start(image: Image, *arguments: str, **more: str) -> asyncio.subprocess.Process:
    """Start a command in the container's environment: nothing but what the image sets, and no HOME."""
    env = {name: image.here(value.replace("$PATH", "/usr/bin:/bin")) for name, value in image.env.items()}
    env["LD_LIBRARY_PATH"] = str(image.python.parents[1] / "lib")  # where the interpreter is a copy, its library too
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *wrapped(image, list(arguments)), cwd=image.here(image.workdir), env=env | more, stdout=pipe, stderr=pipe
    )


async def ran(image: Image, *arguments: str, seconds: float = 60.0, **more: str) -> tuple[int, str]:
    """Exit code and output of a command."""
    process = await start(image, *arguments, **more)
    async with asyncio.timeout(seconds):
        out, err = await process.communicate()
    said = out.decode() + err.decode()
    assert "Traceback" not in said, said
    return process.returncode or 0, said


@asynccontextmanager
async def running(image: Image, *arguments: str, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is killed where the test fails."""
    process = await start(image, *arguments, **more)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def line_with(process: asyncio.subprocess.Process, words: str) -> str:
    """The first line of standard output with these words."""
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            if words in line:
                return line
    raise AssertionError((await process.stderr.read()).decode())


def test_the_lines_are_those_of_a_small_image_without_rights(image: Image) -> None:
    """Two stages, hashes required, nothing installed as the user, a health check that is a command of ours."""
    assert image.steps.count("FROM") == 2
    assert image.user > 0
    assert image.volume == image.workdir == image.env["LAUNCH_DATA"] == "/data"
    assert image.health[0] == image.entrypoint[0] == "launch"
    assert image.signal == "SIGTERM"
    assert "--require-hashes" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_nothing_of_the_tests_or_of_this_machine_is_in_it(image: Image) -> None:
    """The second stage holds the installed package and the packages of the run lock, no sources and no secrets."""
    (packages,) = (image.root / "opt" / "launch" / "lib").glob("python*/site-packages")
    assert (packages / "bot" / "formats" / "report.schema.json").is_file()
    assert (packages / "bot" / "demo" / "manifest.yml").read_bytes() == (ROOT / "manifest.yml").read_bytes()
    names = {path.name.lower() for path in packages.iterdir()}
    assert not names & {"tests", "pytest", "playwright", "mypy", "ruff", ".env"}
    for folder in ("bot", "checks"):
        ours = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()}
        missing = {p for p in ours if "__pycache__" not in p.parts and not (packages / p).is_file()}
        assert not missing


async def test_commands_work_without_rights_and_without_a_home(image: Image, data: Path, authority: Authority) -> None:
    """The version, an audit against loopback, and nothing written by either."""
    code, said = await ran(image, "launch", "--version")
    assert (code, said.split()[0]) == (0, "launch")
    async with example_com(data, authority) as example:
        example.network.rename(data / "launch.yml")
        code, said = await ran(image, "launch", "check", "example.com")
        assert code == 0, said
        assert said.startswith("Go")
        kept = sorted(path.name for path in data.iterdir())
        assert kept == ["ca.pem", "launch.yml", "product.yml"]
        code, said = await ran(image, *image.entrypoint, "init", "example.com", "--force")
        assert code == 0, said
        assert "example.com" in (data / "launch.yml").read_text(encoding="utf-8").partition("network:")[0]


async def test_nothing_but_the_volume_can_be_written(image: Image, data: Path) -> None:
    """Neither the package nor its folder takes a file; the volume does."""
    attempt = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('x')"
    for place in (image.root, image.root / "opt" / "launch", image.root / "opt" / "launch" / "bin"):
        process = await start(image, "python", "-c", attempt, str(place / "file"))
        _, err = await process.communicate()
        assert process.returncode == 1, place
        assert b"Read-only file system" in err or b"Permission denied" in err
    assert (await ran(image, "python", "-c", attempt, str(data / "file")))[0] == 0


async def test_the_bot_runs_is_well_and_stops_on_the_stop_signal(image: Image, data: Path) -> None:
    """Unhealthy before, healthy while it runs, exit 0 on the signal, unhealthy after; the store is in the volume."""
    async with WorkspaceServer() as slack:
        given = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "LAUNCH_HTTP": f"127.0.0.1:{closed_port()[1]}",
        }
        assert (await ran(image, *image.health, **given))[0] == 1
        async with running(image, *image.entrypoint, *image.command, **given) as bot:
            await line_with(bot, "The bot is in the workspace")
            async with asyncio.timeout(60):
                while (await ran(image, *image.health, **given))[0]:
                    assert bot.returncode is None
            await slack.command("mia", "#launch", "/launch help")
            await slack.wait_for("/launch check", user="mia")
            bot.send_signal(getattr(signal, image.signal))
            async with asyncio.timeout(60):
                _, err = await bot.communicate()
        assert bot.returncode == 0, err.decode()
        assert b"Traceback" not in err
        assert (await ran(image, *image.health, **given))[0] == 1
    assert (data / "launch.db").is_file()
    if os.geteuid() == 0:
        assert {path.stat().st_uid for path in data.rglob("*")} == {image.user}


async def test_the_demo_works_from_the_installed_package(image: Image, data: Path) -> None:
    """Page, styles and scripts are served, and the manifest is found."""
    async with running(image, "launch", "demo") as demo, aiohttp.ClientSession() as http:
        line = await line_with(demo, "http://")
        page = line[line.index("http://") :].strip().rstrip("/")
        for path in ("/", "/css/base.css", "/js/main.js"):
            async with http.get(page + path) as answer:
                assert answer.status == 200, path
        demo.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            _, err = await demo.communicate()
        assert demo.returncode == 0, err.decode()
    assert [path.name for path in data.iterdir()] == ["demo"]
