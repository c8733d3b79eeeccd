"""What the company's host tells others about deploys: signed messages, as the Standard Webhooks specification says.

A receiver that is away is told again a few times and then no more, as real hosts do; no deploy waits for that.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import aiohttp

from bot.demo.company.state import Deploy, utc_now

log = logging.getLogger(__name__)

PREFIX = "whsec_"
ROLLING = 3.0
"""Seconds between "it goes out" and "it is live"."""
AGAIN = (1.0, 4.0)
"""Seconds before each further try."""
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told: an address, and the secret both sides know (`whsec_` and base64)."""

    url: str
    secret: str
    now: Callable[[], datetime] = utc_now


def signed(secret: str, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers that prove who says it, and when."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    proof = hmac.new(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(proof).decode()}",
    }


class Hooks:
    """Tells the receiver of each deploy, beside everything else."""

    def __init__(self) -> None:
        self.receiver: Receiver | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, deploy: Deploy, before: Deploy | None) -> None:
        """A version went out."""
        if self.receiver is None:
            return
        task = asyncio.create_task(self._tell(self.receiver, deploy, before), name="hook")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Tell nobody any more."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self, receiver: Receiver, deploy: Deploy, before: Deploy | None) -> None:
        key = uuid4().hex
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
            await _send(session, receiver, _said(deploy, before, "started", key))
            await asyncio.sleep(ROLLING)
            await _send(session, receiver, _said(deploy, before, "live", key))


def _said(deploy: Deploy, before: Deploy | None, status: str, key: str) -> bytes:
    told = {
        "version": deploy.version,
        "status": status,
        "environment": "production",
        "author": deploy.author.lower(),
        "note": deploy.note,
        "before": before.version if before is not None else "",
        "key": key,
    }
    return json.dumps({"deploy": {name: value for name, value in told.items() if value}}).encode()


async def _send(session: aiohttp.ClientSession, receiver: Receiver, body: bytes) -> None:
    """Said once; again under the same id where nobody took it."""
    id = f"msg_{uuid4().hex}"
    for pause in (0.0, *AGAIN):
        await asyncio.sleep(pause)
        headers = {"content-type": "application/json", **signed(receiver.secret, id, receiver.now(), body)}
        try:
            async with session.post(receiver.url, data=body, headers=headers) as answer:
                if answer.status < 300:
                    return
                log.info("the receiver of hooks answered %s", answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("the receiver of hooks was not reached: %s", error)
