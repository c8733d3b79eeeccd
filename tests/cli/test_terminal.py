"""What only shows on a real terminal: the progress bar, colour, Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.conftest import Shop, clean
from tests.servers.http import Answer

pytestmark = pytest.mark.slow


class Window:
    """A pseudo-terminal with a command in it."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self.shown = bytearray()
        self._news = asyncio.Event()
        self._master = master
        asyncio.get_running_loop().add_reader(master, self._take)

    def _take(self) -> None:
        with suppress(OSError):
            self.shown.extend(os.read(self._master, 65536))
        self._news.set()

    async def see(self, wanted: Callable[[str], bool], seconds: float = 30.0) -> str:
        """Wait until what is shown is as wanted; returns it."""
        async with asyncio.timeout(seconds):
            while not wanted(self.text):
                self._news.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 0.05)
        return self.text

    @property
    def text(self) -> str:
        return self.shown.decode(errors="replace")

    async def end(self, seconds: float = 30.0) -> int:
        """The exit code; everything shown is in `text` then."""
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._master)
        with suppress(OSError):
            while chunk := os.read(self._master, 65536):
                self.shown.extend(chunk)
        os.close(self._master)
        return code


async def open_window(tmp_path: Path, *args: str, **environment: str) -> Window:
    """Start the command with a terminal as its standard output and error."""
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *args,
        cwd=tmp_path,
        env=clean(TERM="xterm", **environment),
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    return Window(process, master)


@pytest.mark.usefixtures("only_network")
async def test_a_terminal_shows_progress_colour_and_then_the_report(tmp_path: Path) -> None:
    """The bar counts up, is wiped, and the report stands alone."""
    window = await open_window(tmp_path, "check", "acme.test", "--only", "dns,tls")
    assert await window.end() == 0
    assert "Looking for hosts of acme.test" in window.text
    assert "[####################]" in window.text
    report = window.text.rpartition("\x1b[K")[2]
    assert "[#" not in report
    assert "\x1b[" in report


@pytest.mark.parametrize("how", ["--no-color", "NO_COLOR"])
@pytest.mark.usefixtures("only_network")
async def test_colour_can_be_declined(tmp_path: Path, how: str) -> None:
    """States are words, so nothing is lost."""
    extra = {"NO_COLOR": "1"} if how == "NO_COLOR" else {}
    flags = ["--no-color"] if how == "--no-color" else []
    window = await open_window(tmp_path, "check", "acme.test", "--only", "dns.resolve", *flags, **extra)
    assert await window.end() == 0
    assert "\x1b[" not in window.text.rpartition("\x1b[K")[2]


@pytest.mark.usefixtures("only_network")
async def test_ctrl_c_ends_cleanly_and_keeps_what_is_known(tmp_path: Path, shop: Shop) -> None:
    """Exit 130, the first domain's report, no traceback."""
    shop.dns.zone.set("slow.test", "A", "127.0.0.1")
    shop.web.route("slow.test", "*", Answer(delay=300))
    window = await open_window(tmp_path, "check", "acme.test", "slow.test", "--only", "dns,redir", "--no-color")
    await window.see(lambda _text: shop.plain.asked("/", "slow.test") > 0)
    window.process.send_signal(signal.SIGINT)
    assert await window.end(15) == 130
    assert "Stopped after" in window.text
    assert "Below is what was finished before" in window.text
    assert "Traceback" not in window.text


@pytest.mark.usefixtures("only_network")
async def test_ctrl_c_before_anything_is_known_says_so(tmp_path: Path, shop: Shop) -> None:
    """One sentence."""
    for name in ("acme.test", "www.acme.test", "app.acme.test", "api.acme.test"):
        shop.web.route(name, "*", Answer(delay=300))
    window = await open_window(tmp_path, "check", "acme.test", "--only", "up")
    await window.see(lambda text: " of " in text and shop.web.asked("/") > 0)
    window.process.send_signal(signal.SIGINT)
    assert await window.end(15) == 130
    assert "Nothing was changed anywhere" in window.text
    assert "Traceback" not in window.text
