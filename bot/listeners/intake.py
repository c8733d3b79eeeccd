"""What changes something is written down before Slack is told that it arrived.

A click that could not be written down is not acknowledged: Slack then shows its warning beside the button, which is
true. One that was written down and not carried out, since the bot was killed in between, is carried out at the next
start.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.commands.base import Button, Call
from bot.listeners.desk import Desk
from bot.store.db import StoreError

log = logging.getLogger(__name__)


async def accept(desk: Desk, call: Call, button: Button, ack: Callable[[], Awaitable[Any]]) -> bool:
    """Acknowledge; what is to be stored, once it is. False where there is nothing to do: not stored, or seen before."""
    if not button.stored:
        await ack()
        return True
    try:
        first = await desk.keep(call)
    except StoreError as error:
        log.error("a click of %s on %s could not be kept, so Slack says so: %s", call.user, call.verb, error)  # noqa: TRY400
        return False
    await ack()
    return first
