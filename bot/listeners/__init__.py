"""Bolt payload → Call, Reply → Bolt; nothing is decided here."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.listeners import actions, channels, dialogs, home, once, slash
from bot.listeners.desk import Desk


def register(app: AsyncApp, desk: Desk) -> None:
    """All listeners; the look-up of redelivered events comes before them."""
    for module in (once, slash, actions, dialogs, home, channels):
        module.register(app, desk)
