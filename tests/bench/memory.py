"""Memory of the idle bot, with twenty monitors written down, beside that of its libraries imported and nothing else.

At its very first start, which makes the store, and at every later one.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.bench.measure import environment, memory_of, ours
from tests.bench.rows import Bench, Row, ratios, spread
from tests.bench.workspace import Workspace, bot, workspace

MONITORS = 20
LIBRARIES = "slack_bolt.async_app, httpx, dns.asyncresolver, apscheduler, pydantic, sqlite_utils"
FLOOR = f"import {LIBRARIES}; print('imported', flush=True); input()"


async def floor(folder: Path) -> float:
    """Megabytes of an interpreter that has imported the libraries."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FLOOR, cwd=folder, env=environment(), stdin=pipe, stdout=pipe
    )
    assert process.stdout is not None
    await process.stdout.readline()
    found = memory_of(process.pid)
    await process.communicate(b"\n")
    return found


async def idle(folder: Path, slack: Workspace, config: Path) -> float:
    """Megabytes of the connected bot that has nothing to do."""
    async with bot(ours("run"), folder, slack, config) as process:
        return memory_of(process.pid)


def with_monitors(config: Path) -> Path:
    """The company's configuration with as many monitors as are asked for."""
    text = config.read_text()
    host = text.partition("domain: ")[2].split()[0]
    more = MONITORS - text.count("    url: ")
    added = "".join(f"  - {{name: Page {each}, url: https://{host}/page/{each}}}\n" for each in range(more))
    config.with_name("bench.yml").write_text(text.replace("monitors:\n", "monitors:\n" + added))
    return config.with_name("bench.yml")


async def measure(bench: Bench) -> list[Row]:
    """In turns; the workspace is the same throughout."""
    floors, bots, again = [], [], []
    async with workspace(bench.folder) as slack:
        config = with_monitors(Path(slack.info["config"]))
        for number in range(bench.rounds(3, 1)):
            floors.append(await floor(bench.folder))
            folder = bench.folder / str(number)
            folder.mkdir()
            bots.append(await idle(folder, slack, config))
            again.append(await idle(folder, slack, config))
    own, peer = spread(bots, "MB"), spread(floors, "MB")
    what = f"idle bot, {MONITORS} monitors, connected"
    return [
        Row("memory", what, "import floor", "MB", tuple(bots), 90, own, peer, f"The floor imports {LIBRARIES}."),
        Row("memory", what, "import floor", "×", ratios(bots, floors), None, own, peer),
        Row("memory", "the same after a restart", "import floor", "MB", tuple(again), None, spread(again, "MB"), peer),
    ]
