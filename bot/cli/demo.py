"""`launch demo`: the real bot beside the local workspace, which runs as a process of its own.

The child is `python -m bot.demo`. It writes one line of JSON on its standard output when everything answers:
`{"ready": true, "page": URL, "api": URL, "bot_token": …, "app_token": …, "config": PATH}`, and it stops on SIGTERM or
when its standard input closes, so it never outlives this process, however that ends.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread, Timer

import click

from bot.cli.terminal import environment, examples

READY_WITHIN = 30.0
HOOK_URL, HOOK_SECRET = "MARIGOLD_HOOK_URL", "MARIGOLD_HOOK_SECRET"
"""How the workspace's process is told where the company's host reports deploys."""
RECEIVES = "LAUNCH_HOOK_STANDARD_SECRET"
"""The same secret, as the bot reads it."""
STOPS_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Workspace:
    """What the child says about itself. The tokens open nothing but this process's own workspace."""

    page: str
    api: str
    bot_token: str
    app_token: str
    config: str


@click.command(
    "demo",
    short_help="Try the bot on this machine: a workspace in the browser, a demo company to break.",
    epilog=examples("launch demo"),
)
def command() -> int:
    """Start the bot in a local workspace with a demo company, until Ctrl-C.

    Nothing leaves this machine. The page that is printed looks and works like Slack; a panel in it breaks the demo
    company, and the bot's next check finds it.
    """
    return demo()


def demo() -> int:
    """Start the local workspace and run the bot in it; returns the exit code."""
    from bot.config.settings import Settings

    data = Path(environment("LAUNCH_DATA") or "data") / "demo"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    http = _address()
    secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    hook = (f"http://{http}/hooks/standard", secret)
    with _alone(data), _variable(RECEIVES, secret), workspace(data, hook=hook) as found:
        settings = Settings.from_env(
            tokens=False,
            slack_bot_token=found.bot_token,
            slack_app_token=found.app_token,
            slack_api_url=found.api,
            launch_config=found.config,
            launch_data=data,
            launch_http=http,
        )
        from bot.cli.running import serve

        return serve(
            settings,
            said=lambda _team: f"The workspace is open: {found.page}\nStop with Ctrl-C.",
            level=logging.WARNING,
        )


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One demo at a time in a folder, since each writes its own launch.yml there. Raises `AlreadyRunning`."""
    from bot.store.connection import Lock

    lock = Lock(data / "workspace")
    lock.take()
    try:
        yield
    finally:
        lock.release()


def _address() -> str:
    """Where the bot's own server will listen: the company's host, which starts before it, reports deploys there."""
    wanted = environment("LAUNCH_HTTP") or "127.0.0.1:0"
    host, _, port = wanted.rpartition(":")
    if port != "0":
        return wanted
    with socket.socket() as free:
        free.bind((host.strip("[]"), 0))
        return f"{host}:{free.getsockname()[1]}"


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    """Set for a while."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


@contextmanager
def workspace(data: Path, *, hook: tuple[str, str] = ("", "")) -> Iterator[Workspace]:
    """The local workspace as a child process; it is stopped at the end, whatever happens in between.

    `hook`: where the company's host reports deploys, and the secret with which it signs.
    """
    child = subprocess.Popen(  # noqa: S603  (our own module, by our own interpreter)
        [sys.executable, "-m", "bot.demo", "--data", str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, HOOK_URL: hook[0], HOOK_SECRET: hook[1]},
        start_new_session=True,  # Ctrl-C reaches the bot first, and the bot stops the workspace after itself
    )
    ended = Event()
    try:
        found = _ready(child)
        Thread(target=_watch, args=(child, ended), daemon=True).start()
        yield found
    finally:
        ended.set()
        _stop(child)


def _ready(child: subprocess.Popen[str]) -> Workspace:
    """Wait for the child's line. Raises a click error with the reason where it does not come."""
    late = Timer(READY_WITHIN, child.kill)
    late.start()
    try:
        line = child.stdout.readline(65536) if child.stdout else ""
    finally:
        late.cancel()
    try:
        said = json.loads(line)
        if said.get("ready") is not True:
            raise click.ClickException(f"The local workspace did not start: {said.get('problem', 'it gave no reason')}")
        return Workspace(**{key: str(said[key]) for key in Workspace.__slots__})
    except (ValueError, KeyError, AttributeError):
        child.kill()
        raise click.ClickException(
            f"The local workspace did not start (exit code {child.wait()}). Its own words are above."
        ) from None


def _watch(child: subprocess.Popen[str], ended: Event) -> None:
    """Where the workspace ends before the bot, the bot is stopped too: nobody could reach it any more."""
    child.wait()
    if not ended.is_set():
        click.echo("The local workspace ended by itself; stopping the bot.", err=True)
        signal.raise_signal(signal.SIGINT)


def _stop(child: subprocess.Popen[str]) -> None:
    """Close its input, ask it to stop, and end it where it does not."""
    if child.stdin:
        child.stdin.close()
    child.terminate()
    try:
        child.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout:
        child.stdout.close()
