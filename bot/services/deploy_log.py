"""What goes wrong with deploys, in the log: once, and not at every tick."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.store.db import StoreError

log = logging.getLogger(__name__)


def tell_once(ended: Mapping[int, BaseException | None], told: frozenset[str]) -> frozenset[str]:
    """Log what went wrong at this tick and was not told at the last one; answers what is known to be told now.

    Where the store takes nothing it is one line for all deploys; a mistake of the bot itself is told with its trace.
    """
    now: dict[str, BaseException] = {}
    for number, error in ended.items():
        if isinstance(error, StoreError):
            now.setdefault(f"deploys wait for the store: {error}", error)
        elif isinstance(error, Exception):
            now[f"deploy {number}: {error!r}"] = error
    for said, error in now.items():
        if said not in told:
            log.error("%s", said, exc_info=None if isinstance(error, StoreError) else error)
    return frozenset(now)
