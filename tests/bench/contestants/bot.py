"""The bot as it is, and beside it a task that notes how late it is woken: how long the loop stood still.

At each SIGUSR1 one line of JSON says the longest times since the one before.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time

from bot import app
from bot.cli.running import settle
from bot.config.settings import Settings

EVERY = 0.005


class Watch:
    """Milliseconds by which a wake-up came late, with the processor time that loop and process spent meanwhile."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, float, float]] = []

    async def run(self) -> None:
        """For ever."""
        loop = asyncio.get_running_loop()
        while True:
            due, thread, process = loop.time() + EVERY, time.thread_time(), time.process_time()
            await asyncio.sleep(EVERY)  # noqa: TID251  (the pace of the measurement)
            late = loop.time() - due
            self.seen.append((late, time.thread_time() - thread, time.process_time() - process))

    def begin(self) -> None:
        """Forget what was until now."""
        self.seen.clear()

    def tell(self) -> None:
        """Say the figures, and begin anew."""
        ordered = sorted(self.seen) or [(0.0, 0.0, 0.0)]
        names = ("longest", "loop", "process")
        found = dict(zip(names, (each * 1000 for each in ordered[-1]), strict=True))
        found["busiest"] = max(loop for _, loop, _ in ordered) * 1000
        print(json.dumps(found), flush=True)
        self.begin()


async def main() -> None:
    """Run until SIGTERM."""
    watch = Watch()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, watch.tell)
    task = asyncio.create_task(watch.run())

    def ready(_runtime: app.Runtime) -> None:
        settle()
        watch.begin()
        print('"ready"', flush=True)

    await app.run(Settings.from_env(), ready=ready)
    task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
