"""Where the direct messages of a person, and channels that launch.yml calls by name, are in Slack.

Slack's history wants the id of a conversation. The bot asks for no permission to open or list direct messages: it
learns the place from each message that it sends there, and from people who open its App Home.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.store import settings

_OF = "place:"


def learn(connection: sqlite3.Connection, product: str, whom: str, channel: str, now: datetime) -> None:
    """The messages to a person (Slack id), or to a channel's `#name`, are in this conversation."""
    if channel and get(connection, product, whom) != channel:
        settings.put(connection, product, _OF + whom, channel, now)


def get(connection: sqlite3.Connection, product: str, whom: str) -> str:
    """The conversation's id; "" where it is not known."""
    return settings.get(connection, product, _OF + whom)
