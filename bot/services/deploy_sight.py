"""Whether a deploy is in order as far as monitors tell: where there are no flows to walk, they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.deploys import Walked
from bot.domain.detection import Sight
from bot.services.config import Config
from bot.services.glance import Glance
from bot.services.watching import Standing, spots_of

MOST = 20
"""Monitors that are looked at for one deploy."""


class Eyes(Protocol):
    """Who looks at monitors."""

    async def fresh(self, names: tuple[str, ...], /) -> list[Glance]:
        """How these look now, in their order."""
        ...

    def soon(self, name: str, /) -> None:
        """Look at this one in its ordinary course, at once."""
        ...

    def standings(self) -> list[Standing]:
        """How each of them stands."""
        ...


class NoEyes:
    """Nobody looks."""

    async def fresh(self, _names: tuple[str, ...]) -> list[Glance]:
        """Nothing is seen."""
        return []

    def soon(self, _name: str) -> None:
        """Nothing happens."""

    def standings(self) -> list[Standing]:
        """Nobody knows."""
        return []


def worth_a_look(config: Config, service: str) -> tuple[str, ...]:
    """The pages that tell whether it is in order: the critical ones and those of its service, else all."""
    pages = [one for one in spots_of(config) if one.page is not None]
    first = [one for one in pages if one.critical or (service and one.service == service)]
    return tuple(one.name for one in first or pages)[:MOST]


def sight_of(names: Sequence[str], seen: Sequence[Glance]) -> Walked:
    """What the looks say together; what nobody could see is neither good nor broken."""
    if len(seen) != len(names):
        return Walked(0, 0, len(names))
    pairs = list(zip(names, seen, strict=True))
    broken = tuple(name for name, one in pairs if one.seen.sight is Sight.BAD)
    why = next((one.summary for _, one in pairs if one.seen.sight is Sight.BAD), "")
    good = sum(one.seen.sight is Sight.GOOD for _, one in pairs)
    return Walked(0, good, len(names), broken, why)
