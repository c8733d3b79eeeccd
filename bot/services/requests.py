"""What people asked for: written down before Slack is told of it, carried out once, taken up after a kill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.store import clicks
from bot.store.clicks import Click
from bot.store.db import Store
from checks.model import Json


@dataclass(frozen=True, slots=True)
class Requests:
    """Clicks, commands and dialogs of one product."""

    store: Store
    clock: Clock
    product: str

    async def take(self, id: str, user: str, action: str, payload: Mapping[str, Json]) -> bool:
        """Write it down; False where Slack has delivered it before. Raises `StoreError`."""
        now = self.clock.now()
        return await self.store.write(
            lambda c: clicks.take(c, self.product, now, id=id, user=user, action=action, payload=payload)
        )

    async def finish(self, id: str, user: str, action: str) -> bool:
        """There is nothing left to do about it; False where that was known."""
        return await self.store.write(lambda c: clicks.done(c, self.product, id=id, user=user, action=action))

    async def waiting(self) -> list[Click]:
        """Those that were written down and not carried out, in the order in which people asked."""
        found = await self.store.read(lambda c: clicks.waiting(c, self.product))
        return sorted(found, key=lambda one: (_moment(one), one.id))


def _moment(click: Click) -> float:
    """When it was made: a button's mark says so itself, in Slack's time; a command's does not."""
    seconds, _, rest = click.id.partition(".")
    if seconds.isdigit() and rest.isdigit() and len(seconds) <= 11:
        return float(click.id)
    return click.at.timestamp()
