"""Run the bot in this process until it ends or somebody stops it."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.cli.errors import WRONG_USE

if TYPE_CHECKING:
    from bot.config.settings import Settings


_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class MaskedFormatter(logging.Formatter):
    """One line for each event, without the secrets of the settings or anything that looks like one.

    What follows a first line (a traceback, a text from outside with line breaks in it) is indented, so that nothing
    can pose as an event of its own; control characters, which a terminal would obey, are shown by their numbers.
    """

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback follows it where there is one."""
        from checks.masking import mask

        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        lines = mask(text).split("\n")
        told = "\n    ".join(_OBEYED.sub(lambda found: f"\\x{ord(found[0]):02x}", line) for line in lines)
        return told.encode("utf-8", "backslashreplace").decode("utf-8")


def settle() -> None:
    """Leave what the start has made out of every later garbage collection.

    It stays until the end, and walking through it would stop everything for up to a tenth of a second now and then.
    """
    gc.freeze()


def serve(settings: Settings, *, said: Callable[[str], str], level: int = logging.INFO) -> int:
    """Exit code of a whole run: 0 after an orderly stop, 2 where Slack refuses the tokens, 1 where it cannot run.

    `said` makes the line that is printed when the bot is ready, out of the workspace's name.
    """
    import asyncio
    import sys

    from bot import app
    from bot.adapters.selftest import NotAccepted, NotReached

    handler = logging.StreamHandler()
    handler.setFormatter(MaskedFormatter(settings.secrets))
    logging.basicConfig(level=level, handlers=[handler])

    def ready(runtime: app.Runtime) -> None:
        settle()
        print(said(runtime.identity.team), flush=True)

    try:
        asyncio.run(app.run(settings, ready=ready))
    except KeyboardInterrupt:
        return 0
    except NotAccepted as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USE
    except (NotReached, app.AddressTaken) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
