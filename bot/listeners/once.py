"""Slack delivers an event again when its acknowledgement got lost: each is worked on once, also across a restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.listeners.desk import Desk
from bot.store import seen


def register(app: AsyncApp, desk: Desk) -> None:
    """Look every event up in the store before any listener sees it."""

    async def first_time(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        event_id = body.get("event_id") if body.get("type") == "event_callback" else None
        if not isinstance(event_id, str):
            await next()
            return None
        services = desk.services
        now = desk.clock.now()
        if await services.store.write(lambda db: seen.take(db, services.product, event_id, now)):
            await next()
            return None
        return BoltResponse(status=200, body="")

    app.middleware(first_time)
