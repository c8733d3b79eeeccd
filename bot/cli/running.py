"""Run the bot in this process until it ends or somebody stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.errors import WRONG_USE

if TYPE_CHECKING:
    from bot.config.settings import Settings


def serve(settings: Settings) -> int:
    """The bot until it is stopped; 0 after an orderly stop, 2 where Slack refuses the tokens."""
    import asyncio
    import sys

    from bot import app
    from bot.adapters.selftest import NotAccepted

    try:
        asyncio.run(app.run(settings))
    except KeyboardInterrupt:
        return 0
    except NotAccepted as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    return 0
