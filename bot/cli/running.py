"""Run the bot in this process until it ends or somebody stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.errors import WRONG_USE

if TYPE_CHECKING:
    from bot.config.settings import Settings


def serve(settings: Settings) -> int:
    """Exit code of a whole run: 0 after an orderly stop, 2 where Slack refuses the tokens, 1 where it is not there."""
    import asyncio
    import sys

    from bot import app
    from bot.adapters.selftest import NotAccepted, NotReached

    try:
        asyncio.run(app.run(settings))
    except KeyboardInterrupt:
        return 0
    except NotAccepted as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    except NotReached as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
