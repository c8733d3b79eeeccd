"""The dead man's switch: a service outside expects a call again and again, and tells people once it stays away.

The call is made only after real work: whatever keeps alerts from people keeps the call away too. It says nothing else.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import aiohttp

from bot.clock import Clock
from bot.config.settings import variable
from bot.services.config import Config
from bot.services.health import Health
from bot.services.selfwatch import Outside, not_doing

log = logging.getLogger(__name__)

CALL_SECONDS = 10.0
AGAIN = timedelta(seconds=15)
"""After a call that failed, and while the bot does not do its work."""


class DeadMan:
    """Calls the URL of `watchdog` while the bot does its work. `tick` may be called at any time."""

    def __init__(
        self,
        clock: Clock,
        config: Callable[[], Config],
        health: Health,
        outside: Callable[[], Awaitable[Outside]],
        *,
        secret: Callable[[str], str] = variable,
    ) -> None:
        self._clock = clock
        self._config = config
        self._health = health
        self._outside = outside
        self._secret = secret
        self._due: datetime | None = None

    async def tick(self) -> None:
        """Call, if it is time and the bot does its work."""
        file = self._config().file
        watchdog = file.watchdog if file is not None else None
        health, now = self._health, self._clock.now()
        health.watchdog = watchdog is not None
        if watchdog is None or file is None:
            health.watchdog_problem, health.watchdog_held = "", ()
            return
        every = timedelta(seconds=watchdog.every)
        # A clock that was put back must not hold up the call.
        if self._due is not None and now < self._due <= now + every:
            return
        held = not_doing(health, await self._outside(), now)
        if held != health.watchdog_held:
            log.warning("the watchdog is %s", f"not called: {'; '.join(held)}" if held else "called again")
        health.watchdog_held = held
        if held:
            self._due = now + min(AGAIN, every)
            return
        health.watchdog_problem = await self._call(
            self._secret(watchdog.url_env), watchdog.url_env, file.network.ca_file
        )
        if health.watchdog_problem:
            log.warning("the watchdog could not be called: %s", health.watchdog_problem)
            self._due = now + min(AGAIN, every)
        else:
            health.watchdog_at = now
            self._due = now + every

    async def _call(self, url: str, name: str, ca_file: str | None) -> str:
        """What went wrong; "" where nothing did. Never with the URL in it: whoever has it can silence the alarm."""
        said = unfit(url, name)
        if said:
            return said
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        try:
            trust: ssl.SSLContext | bool = True
            if ca_file:
                trust = ssl.create_default_context()
                trust.load_verify_locations(ca_file)
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
                session.get(url, allow_redirects=False, ssl=trust, headers={"User-Agent": "launch-ready"}) as response,
            ):
                await response.content.read(1024)
                return "" if 200 <= response.status < 300 else f"it answered {response.status}"
        except TimeoutError:
            return f"no answer within {CALL_SECONDS:.0f} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return f"it could not be reached ({type(error).__name__})"


def unfit(url: str, name: str) -> str:
    """Why a URL from the variable of that name cannot be called; "" where it can."""
    if not url:
        return f"the environment variable {name} is empty"
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    return "" if good else f"the environment variable {name} holds no URL"
