"""Why an answer about DNS records was not taken: each kind carries what is true now, for a friendly sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.store.baseline import Accepted
from bot.store.drift import Answer, Change


class NotDone(Exception):
    """Nothing was changed; each kind says why."""


class Nothing(NotDone):
    """There is no such offer, change or answer, or no launch.yml."""


class Answered(NotDone):
    """Somebody was faster."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"answer {answer.number}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Moved:
    """One record that is not what was shown."""

    name: str
    type: str
    was: str
    now: str


class Stale(NotDone):
    """DNS says something else now than what was shown."""

    def __init__(self, moved: Sequence[Moved]) -> None:
        super().__init__(f"{len(moved)} records")
        self.moved = tuple(moved)


class Back(NotDone):
    """The record is as it should be again."""

    def __init__(self, change: Change) -> None:
        super().__init__(change.seen.name)
        self.change = change


class Settled(NotDone):
    """Something newer has been decided about the record."""

    def __init__(self, name: str, accepted: Sequence[Accepted] = ()) -> None:
        super().__init__(name)
        self.name = name
        self.accepted = tuple(accepted)


class Unseen(NotDone):
    """DNS could not be asked, so nothing is accepted unseen."""

    def __init__(self, name: str, type: str, reason: str) -> None:
        super().__init__(f"{name} ({type}): {reason}")
        self.name, self.type, self.reason = name, type, reason
