"""HTTP mode: signed requests to the app's own address instead of sockets (signature version v0)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.demo.workspace.content import parse_json
from bot.demo.workspace.core import Core
from bot.demo.workspace.sockets import Result

_ANSWER_BYTES = 1 << 20


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `X-Slack-Signature`."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


class HttpMode:
    """Delivers to one request URL."""

    def __init__(self, core: Core, url: str, ack_timeout: float) -> None:
        self._core = core
        self.url = url
        self._timeout = ack_timeout
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ack_timeout))

    async def verify(self) -> bool:
        """Send the challenge that Slack sends when a request URL is saved."""
        challenge = secrets.token_urlsafe(24)
        result = await self._post({"type": "url_verification", "challenge": challenge}, "json", {})
        found = result.payload
        return result.ok and challenge in (found if isinstance(found, str) else json.dumps(found))

    async def send(self, kind: str, payload: Any, *, accepts: bool, attempt: int = 0, reason: str = "") -> Result:
        """Deliver one payload; the answer's body is what a socket's acknowledgement would carry."""
        headers = {}
        if attempt:
            headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason or "http_error"}
        form = {"events_api": "json", "slash_commands": "form"}.get(kind, "payload")
        result = await self._post(payload, form, headers)
        if result.ok and not accepts:
            result.payload = None
        return result

    async def _post(self, payload: Any, form: str, headers: dict[str, str]) -> Result:
        if form == "json":
            body, content_type = json.dumps(payload).encode(), "application/json"
        else:
            fields = payload if form == "form" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        stamp = str(int(time.time()))
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": sign(self._core.signing_secret, stamp, body),
            **headers,
        }
        began = time.perf_counter()
        try:
            async with self._session.post(self.url, data=body, headers=signed, allow_redirects=False) as answer:
                text = (await answer.content.read(_ANSWER_BYTES)).decode("utf-8", "replace")
                status, kind = answer.status, answer.content_type
        except TimeoutError:
            return Result(ok=False, error="operation_timeout", took_ms=self._timeout * 1000)
        except (aiohttp.ClientError, OSError):
            return Result(ok=False, error="dispatch_failed")
        took = (time.perf_counter() - began) * 1000
        if status != 200:
            return Result(ok=False, error="http_error", took_ms=took)
        return Result(ok=True, payload=self._body(text, kind), took_ms=took)

    def _body(self, text: str, kind: str) -> Any:
        if not text.strip():
            return None
        if kind != "application/json":
            return {"text": text}
        try:
            return parse_json(text)
        except ValueError:
            self._core.violation("bad_answer", text[:200])
            return None

    async def close(self) -> None:
        """Close the client."""
        await self._session.close()
        await asyncio.sleep(0)
