"""`python -m bot.demo`: the local workspace with its page and the demo company, as one process on loopback.

Writes one line of JSON on standard output when everything answers: `{"ready": true, "page", "api", "bot_token",
"app_token", "config"}`. Stops on SIGTERM or SIGINT, and when its standard input closes, so that it never outlives who
started it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

from bot.demo.company import Company
from bot.demo.company.hooks import Receiver
from bot.demo.workspace import WorkspaceServer

HOOK_URL, HOOK_SECRET = "MARIGOLD_HOOK_URL", "MARIGOLD_HOOK_SECRET"
"""Variables by which whoever starts this says where the company's host reports deploys, and how it signs them."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """What may be said on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.demo", description="A workspace like Slack, on this machine only."
    )
    parser.add_argument("--data", type=Path, default=Path("data/demo"), help="folder for launch.yml and the made CA")
    parser.add_argument("--port", type=int, default=0, help="port of the page and the API; 0: any free one")
    return parser.parse_args(argv)


async def serve(data: Path, port: int) -> None:
    """Run until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    Thread(target=_until_input_ends, args=(loop, stop), daemon=True).start()
    server = WorkspaceServer(port=port)
    async with Company(data) as company:
        company.hooks.receiver = receiver(os.environ)
        server.mount(company.add_routes)
        async with server:
            company.write_config(server.url)
            say({"ready": True, **server.info(), "config": str(company.config)})
            await stop.wait()


def receiver(environ: Mapping[str, str]) -> Receiver | None:
    """Whom the company's host tells of deploys; nobody where whoever started this named nobody."""
    url, secret = environ.get(HOOK_URL, ""), environ.get(HOOK_SECRET, "")
    return Receiver(url, secret) if url and secret else None


def say(line: dict[str, object]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _until_input_ends(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Standard input closes when whoever started this is gone."""
    # Not by sys.stdin: a thread that waits inside of it would stop the interpreter from ending.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            continue
    # The loop may have ended by itself in the meantime.
    if not loop.is_closed():
        loop.call_soon_threadsafe(stop.set)


def main() -> int:
    """Start, serve, stop; 1 with a reason where it cannot start."""
    options = arguments()
    try:
        asyncio.run(serve(options.data, options.port))
    except OSError as problem:
        say({"ready": False, "problem": str(problem)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
