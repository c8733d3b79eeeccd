"""What a message says, and who says it: the shapes that delivery and speakers share."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.document import Document
from bot.store.outbox import Delivery

Render = Callable[[Document], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be said about a subject at this moment."""

    document: Document
    rev: int
    """The subject's revision that the document shows."""
    person: str = ""
    """Slack user who gets it as a direct message where the channel refuses it."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """How one kind of subject (`audit` in `audit:12`) speaks."""

    say: Callable[[sqlite3.Connection, int, Delivery], Said | None]
    """What a row of the outbox says about the subject of that number; None: there is nothing to say any more."""
    sent: Callable[[sqlite3.Connection, int, str, str], None]
    """Told, in the transaction that marks it, in which channel and under which ts its message stands."""
