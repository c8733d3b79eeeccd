"""Connections that are kept for the next request to the same server, in a run that asks one host for many things.

A look that measures, or that judges the connection itself, never gets one of these: it opens its own.
"""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

MOST = 6
"""Connections to one server that are kept at the same time."""


class Keepable(Protocol):
    """What can be kept: a conversation whose connection may still be used."""

    @property
    def usable(self) -> bool: ...

    def close(self) -> None: ...


K = TypeVar("K", bound=Keepable)


class Kept(Generic[K]):
    """Idle connections by server. Those of an event loop are used in that loop alone."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._idle: dict[tuple[str, str, int], list[K]] = {}

    def take(self, server: tuple[str, str, int]) -> K | None:
        """An open connection to that server (scheme, host, port); None where there is none."""
        idle = self._idle.get(server, [])
        while idle:
            one = idle.pop()
            if one.usable:
                return one
            one.close()
        return None

    def put(self, server: tuple[str, str, int], one: K) -> None:
        """Keep it for the next request; it is closed where there are enough."""
        idle = self._idle.setdefault(server, [])
        if one.usable and len(idle) < self._most:
            idle.append(one)
        else:
            one.close()

    def close(self) -> None:
        """Close them all."""
        for idle in self._idle.values():
            for one in idle:
                one.close()
        self._idle.clear()
