"""A bot's delivery alone in a process of its own, to be killed: `python -m tests.delivery.sender STORE URL TOKEN`.

It recovers, then delivers until nothing waits. `STORE` must hold a table `news`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

from bot.adapters.slack import Messenger, open_client
from bot.clock import SystemClock
from bot.delivery import Postman
from bot.document import Document
from bot.render.blocks import message
from bot.services.health import Health
from bot.speakers import Said, Speaker
from bot.store import outbox
from bot.store.db import Store


def say(connection: sqlite3.Connection, id: int, _row: object) -> Said:
    """One headline for each subject."""
    return Said(Document(f"news {id}"), connection.execute(f"SELECT rev FROM news WHERE id = {id}").fetchone()[0])


async def main(path: str, url: str, token: str) -> None:
    """Deliver all that waits."""
    clock, store = SystemClock(), Store.open(Path(path))
    async with open_client(token, url) as client:
        postman = Postman(
            store,
            Messenger(client),
            clock,
            Health(clock.now()),
            speakers={"news": Speaker(say, lambda *_: None)},
            render=message,
        )
        await postman.recover()
        while (await store.read(outbox.queue)).waiting:
            await postman.tick()
            await clock.sleep(0.1)
        await postman.stop()
    store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
