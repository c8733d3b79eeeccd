"""The self-test about the bot's own server: whether its port is free or its own, and what a running bot says."""

from __future__ import annotations

import asyncio
import json
import os

from bot.config.settings import Settings
from bot.services.doctor import Line, State

WAIT = 5.0
"""Seconds."""
MOST_READ = 64 * 1024
"""Bytes of an answer of the bot's own server; more is not from the bot."""


async def own_server(settings: Settings) -> Line:
    """Whether the bot's own port is free, or the bot answers on it."""
    host, port = settings.listen
    place = settings.launch_http
    try:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), host, port)
    except OSError as error:
        if await _is_bot("127.0.0.1" if host == "0.0.0.0" else host, port):  # noqa: S104
            return Line("Own server", State.OK, f"the bot answers on {place}")
        return Line(
            "Own server",
            State.PROBLEM,
            f"{place} cannot be used: {os.strerror(error.errno) if error.errno else error}",
            "Stop the other program, or choose another port: LAUNCH_HTTP=127.0.0.1:8091 in .env",
        )
    server.close()
    await server.wait_closed()
    return Line("Own server", State.OK, f"{place} is free")


async def _is_bot(host: str, port: int) -> bool:
    """Whether `/healthz` there answers as the bot does: 200 when well, 503 when not."""
    try:
        status, _ = await _healthz(host, port)
    except (OSError, TimeoutError, ValueError):
        return False
    return status in (200, 503)


async def own_health(settings: Settings) -> tuple[bool, str]:
    """Whether the bot that runs here is well, and its own words about it."""
    host, port = settings.listen
    nobody = f"No bot answers on {settings.launch_http}"
    try:
        status, body = await _healthz({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104
        troubles = json.loads(body)["troubles"]
    except TimeoutError:
        return False, f"{nobody}: nothing came within {WAIT:g} s."
    except OSError as error:
        return False, f"{nobody}: {os.strerror(error.errno) if error.errno else error}."
    except (ValueError, KeyError, TypeError):
        return False, f"Something else than the bot answers on {settings.launch_http}."
    if status == 200:
        return True, "The bot is well."
    return False, ". ".join(map(str, troubles)) + "."


async def _healthz(host: str, port: int) -> tuple[int, bytes]:
    """Status and body of the bot's own page; raises OSError, TimeoutError or ValueError where there is none."""
    async with asyncio.timeout(WAIT):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            name = f"[{host}]" if ":" in host else host
            writer.write(f"GET /healthz HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            raw = b""
            while len(raw) < MOST_READ and (part := await reader.read(MOST_READ)):
                raw += part
        finally:
            writer.close()
    head, _, body = raw.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise ValueError("no HTTP answer")
    return int(words[1]), body
