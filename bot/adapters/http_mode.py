"""Slack's requests over HTTP: proven to be Slack's before anything in them is read, and each worked on once.

The signature (v0, HMAC-SHA256) covers the time and the raw bytes of the body. Bolt would read the body first, and
would work on the same signed command again for five minutes: https://docs.slack.dev/authentication/verifying-requests
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.clock import Clock

log = logging.getLogger(__name__)

FRESH = 300
"""Seconds that a signature is good for, before and after."""
MAX_DIGITS = 12
FirstTime = Callable[[str], Awaitable[bool]]
"""Whether this text is given for the first time; remembered for longer than a signature is good for."""


def genuine(secret: str, body: bytes, timestamp: str, signature: str, now: float) -> bool:
    """Whether Slack has signed these bytes within the last five minutes; `now` in seconds since 1970."""
    if not secret or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= MAX_DIGITS):
        return False
    if abs(now - int(timestamp)) > FRESH:
        return False
    wanted = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={wanted}".encode(), signature.encode("utf-8", "surrogateescape"))


class HttpMode:
    """What answers at Slack's request URL.

    Args:
        bolt: What works on a request.
        secret: The app's signing secret.
        clock: The bot's time.
        first_time: Remembers signatures; where it fails, the request is worked on.
    """

    def __init__(self, bolt: AsyncApp, secret: str, clock: Clock, first_time: FirstTime) -> None:
        self._bolt = bolt
        self._secret = secret
        self._clock = clock
        self._first_time = first_time

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request: 401 where it is not Slack's, 400 where it cannot be read, 200 and nothing done the second time.

        Raises aiohttp's 413 where the body is too large.
        """
        body = await request.read()
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not genuine(self._secret, body, timestamp, signature, self._clock.now().timestamp()):
            return web.json_response({"error": "This request is not signed by Slack, or too old."}, status=401)
        try:
            understood = await to_bolt_request(request)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            log.warning("a signed request cannot be read (%s)", type(error).__name__)
            return web.json_response({"error": "This request cannot be read."}, status=400)
        if not await self._first_time(f"signature:{signature}"):
            log.warning("the same signed request came twice; nothing was done the second time")
            return web.Response()
        return await to_aiohttp_response(await self._bolt.async_dispatch(understood))
