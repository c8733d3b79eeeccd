"""A prober in Go, asked for the same looks at the same pace as a collector asks it: evenly, over kept connections."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

import aiohttp

from tests.bench.measure import cpu_of, environment
from tests.servers.http import closed_port

NAME = "prometheus-blackbox-exporter"
MISSING = f"not installed (Debian: {NAME})"
HOST = "shop.test"
MONITORS = 1000
EVERY = 60.0
WARM = 20
"""Looks before it counts."""
CONFIG = """
modules:
  page:
    prober: http
    timeout: 10s
    http:
      preferred_ip_protocol: ip4
      headers: {{Host: {host}}}
      tls_config: {{ca_file: {ca_file}, server_name: {host}}}
"""


def program() -> str | None:
    """Where it is, if it is here."""
    return shutil.which(NAME) or shutil.which("blackbox_exporter")


async def at_pace(exporter: str, port: int, ca_file: str, folder: Path, *, seconds: float) -> dict[str, float]:
    """Milliseconds of its processor time for each look."""
    config = folder / "blackbox.yml"
    config.write_text(CONFIG.format(host=HOST, ca_file=ca_file))
    own = closed_port()[1]
    process = await asyncio.create_subprocess_exec(
        exporter,
        f"--config.file={config}",
        f"--web.listen-address=127.0.0.1:{own}",
        env=environment(),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as session:
            probe = f"http://127.0.0.1:{own}/probe?module=page&target=https://127.0.0.1:{port}/"
            await _ready(session, f"http://127.0.0.1:{own}/-/healthy")
            await _looks(session, probe, WARM)
            count, before = int(seconds * MONITORS / EVERY), cpu_of(process.pid)
            await _looks(session, probe, count)
            return {"cpu_ms": (cpu_of(process.pid) - before) * 1000 / count}
    finally:
        process.terminate()
        await process.wait()


async def _ready(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)  # noqa: TID251  (another process starts)


async def _looks(session: aiohttp.ClientSession, probe: str, count: int) -> None:
    """Evenly, whether or not the one before has ended."""
    began, looks = time.perf_counter(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number * EVERY / MONITORS - time.perf_counter()))  # noqa: TID251  (pace)
        looks.append(asyncio.create_task(_look(session, f"{probe}{number}")))
    await asyncio.gather(*looks)


async def _look(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as answer:
        text = await answer.text()
    if "\nprobe_success 1" not in text:
        raise RuntimeError(f"the prober did not see the page: {text[-300:]}")
