"""Where every request from Slack is worked on: it runs the command, sends the answer, and is drained before a stop."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp

from bot.adapters.slack import Messenger
from bot.clock import Clock
from bot.commands.base import Call, Handler, Reply, Where
from bot.render.blocks import message
from bot.services.container import Services
from bot.views import notice

log = logging.getLogger(__name__)

TRIES = 3
ANSWER_TIMEOUT = aiohttp.ClientTimeout(total=10)
MOST_READ = 1000
"""Bytes of an answer to an answer that are read: Slack says a word or two."""
FOR_GOOD = frozenset({400, 403, 404, 410})
"""Slack says that the address is used up, too old or wrong: asking again changes nothing."""


class Desk:
    """Runs handlers and sends what they say. One for the whole bot."""

    def __init__(self, services: Services, messenger: Messenger, session: aiohttp.ClientSession) -> None:
        self._services = services
        self._messenger = messenger
        self._session = session
        self._open = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def services(self) -> Services:
        """What commands may use."""
        return self._services

    @property
    def messenger(self) -> Messenger:
        """How to say something that no response URL belongs to."""
        return self._messenger

    @property
    def clock(self) -> Clock:
        """The bot's time."""
        return self._services.clock

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count one request in flight, so that a stop waits for it."""
        self._open += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._open -= 1
            if self._open == 0:
                self._empty.set()

    async def drain(self, seconds: float) -> bool:
        """Wait until nothing is in flight, at most so long; False where something still was."""
        try:
            await asyncio.wait_for(self._empty.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def work(self, call: Call, run: Handler, response_url: str) -> None:
        """Run the handler and send its answer to the person who asked; a fault of ours is said, never shown raw."""
        reply = await self._ask(call, run)
        if reply.document is not None:
            payload = message(reply.document)
            payload.pop("metadata", None)
            kind = "in_channel" if reply.where is Where.CHANNEL else "ephemeral"
            await self.send(response_url, {"response_type": kind, "replace_original": False, **payload})

    async def _ask(self, call: Call, run: Handler) -> Reply:
        try:
            return await run(call, self._services)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("/launch %s failed (reference %s)", call.verb, reference)
            return Reply(notice.our_fault(reference))

    async def send(self, response_url: str, payload: dict[str, Any]) -> bool:
        """Post to a response URL (five uses, thirty minutes); tried again where Slack did not take it."""
        for attempt in range(TRIES):
            try:
                # Slack never redirects here; whoever does would learn what was answered.
                async with self._session.post(
                    response_url, json=payload, timeout=ANSWER_TIMEOUT, allow_redirects=False
                ) as answer:
                    if answer.status == 200:
                        return True
                    said = (await answer.content.read(MOST_READ)).decode("utf-8", "replace")[:200]
                    if answer.status in FOR_GOOD:
                        break
            except (aiohttp.ClientError, TimeoutError) as error:
                said = type(error).__name__
            await self.clock.sleep(0.5 * 2**attempt)
        log.warning("an answer could not be given: %s", said)
        return False
