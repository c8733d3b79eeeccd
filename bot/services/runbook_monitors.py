"""How much of the product is down, by its monitors: what runbooks branch on, and which of them leads out."""

from __future__ import annotations

import sqlite3

from bot.domain.detection import State
from bot.store import looks

ANSWERS = (State.UP, State.SLOW, State.RECOVERING)


def all_down(connection: sqlite3.Connection, product: str) -> str:
    """`yes` where every monitor fails, `some`, or `no`: the fact of that name."""
    states = [one.state for one in looks.of_monitors(connection, product)]
    down = states.count(State.DOWN)
    return "no" if not down else "yes" if down == len(states) else "some"


def any_up(connection: sqlite3.Connection, product: str) -> bool:
    """Whether a monitor still gets answers, slow ones too."""
    return any(one.state in ANSWERS for one in looks.of_monitors(connection, product))
