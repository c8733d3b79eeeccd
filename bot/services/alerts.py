"""Where alerts go: as launch.yml says, else the first channel that the bot was invited to."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.services.config import Config
from bot.store import journal, settings

UNNAMED = "unnamed"
"""The product as it is called while there is no usable launch.yml: an invitation may come before it."""


def channel_of(connection: sqlite3.Connection, config: Config) -> str:
    """The channel's name or id; empty where there is none yet."""
    wanted = config.file.channels.alerts if config.file and config.file.channels else None
    return wanted or chosen(connection, config)


def chosen(connection: sqlite3.Connection, config: Config) -> str:
    """The channel that the bot was invited to first; empty where it was invited to none."""
    first = settings.get(connection, config.product, settings.ALERTS)
    return first or settings.get(connection, UNNAMED, settings.ALERTS)


def invited(connection: sqlite3.Connection, config: Config, channel: str, by: str, now: datetime) -> bool:
    """The bot is in this channel now: alerts go there, if they go nowhere yet. Says whether they do from now on."""
    if not channel or channel_of(connection, config):
        return False
    settings.put(connection, config.product, settings.ALERTS, channel, now, author=by)
    journal.note(connection, config.product, now, actor=by or "bot", did="alerts channel", subject=channel)
    return True
