"""A server that stands still for one second of ten, and keeps a log: when each request came, and when it was answered.

It answers `/log` with the milliseconds of all requests since that was asked last, and stops when its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

EVERY, STILL = 10.0, 1.0
"""Seconds from one stand-still to the next, and how long it lasts."""
FIRST = 4.0
"""Seconds after the log was asked for until it stands still first."""
USUAL = 0.004


class Stalling:
    """The server's state: since when it counts, and its log."""

    def __init__(self) -> None:
        self.since = time.perf_counter()
        self.log: list[float] = []

    def wait(self, now: float) -> float:
        """Seconds until a request that came now is answered."""
        into = (now - self.since - FIRST) % EVERY
        still = now - self.since >= FIRST and into < STILL
        return USUAL + (STILL - into if still else 0.0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept as long as the other side wants."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                came = time.perf_counter()
                if head.startswith(b"GET /log"):
                    body = json.dumps(self.log).encode()
                    self.log, self.since = [], time.perf_counter()
                else:
                    await asyncio.sleep(self.wait(came))  # noqa: TID251  (this is what the server does)
                    body = b"ok"
                    self.log.append((time.perf_counter() - came) * 1000)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def main() -> None:
    """Serve until the input ends."""
    server = await asyncio.start_server(Stalling().serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
