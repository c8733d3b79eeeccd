"""The handover: all that whoever keeps the product running must know, each line with where it comes from.

It is made anew each time that somebody reads it, so it cannot grow old by itself. A person confirms a part; a part
that has changed since says so, and what nobody has said yet is a question, never left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Origin(StrEnum):
    """Where a line comes from."""

    MEASURED = "measured"
    """Looked at from outside by the bot."""
    FILE = "file"
    """Written down in `launch.yml`."""
    SAID = "said"
    """A person said so in Slack."""
    COUNTED = "counted"
    """Follows from what the bot has stored: drills, deploys, incidents."""
    NOBODY = "nobody"
    """Nobody has said it yet."""


class State(StrEnum):
    """How a line stands; always said in words."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know."""

    label: str
    said: tuple[str, ...] = ()
    """Lines of text from outside or from the bot; empty where nobody has said it."""
    origin: Origin = Origin.FILE
    state: State = State.PLAIN
    at: datetime | None = None
    """When it was seen or said; None: it stands in the file as it is now."""
    by: str = ""
    """Who said it: a Slack id or a name."""
    todo: str = ""
    """Where nobody has said it: the line of `launch.yml` or the command that answers it."""
    link: str = ""
    """An address that belongs to it."""
    counts: str = ""
    """For what was measured: what of it a person confirms; empty: nothing, it changes by itself."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of what is alike: records, redirects, secrets."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    counts: int | None = None
    """How many of the first columns a person confirms; None: all. Figures change with every look."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the handover."""

    id: str
    """A word to ask for it: `mail`."""
    title: str
    about: str
    """One sentence: what it is good for."""
    lines: tuple[Line, ...] = ()
    rows: Rows | None = None
    confirms: bool = True
    """Whether a person is asked to confirm it; what only follows from rows of the bot needs nobody."""

    @property
    def questions(self) -> tuple[Line, ...]:
        """What nobody has said yet."""
        return tuple(line for line in self.lines if line.origin is Origin.NOBODY)

    @property
    def digest(self) -> str:
        """Equal for what says the same. Figures, times, and what was seen or done do not count."""
        lines = [
            (one.label, one.counts or one.said, one.link)
            for one in self.lines
            if one.counts or one.origin in (Origin.FILE, Origin.SAID, Origin.NOBODY)
        ]
        rows = [row[: self.rows.counts] for row in self.rows.rows] if self.rows is not None else []
        data = json.dumps([lines, rows], ensure_ascii=False)
        return hashlib.sha256(data.encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A person said that a part is right."""

    digest: str
    by: str
    """A Slack id."""
    at: datetime


class Standing(StrEnum):
    """How far a part can be relied on."""

    CONFIRMED = "confirmed"
    CHANGED = "changed"
    """Somebody confirmed it, and it says something else now."""
    OPEN = "open"
    """Nobody has confirmed it."""
    KEPT = "kept"
    """The bot keeps it by itself."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The whole of it, as of one moment."""

    product: str
    """As people call it."""
    domain: str
    now: datetime
    verdict: str
    """`go`, `no-go`, `not-proven`, or empty where nothing was looked at yet."""
    looked_at: datetime | None
    """When the last whole audit ended."""
    parts: tuple[Part, ...]
    confirmed: Mapping[str, Confirmation]
    """By the part's id."""
    people: Mapping[str, str]
    """Names of launch.yml by Slack id."""

    def part(self, id: str) -> Part | None:
        """The part of that name."""
        return next((one for one in self.parts if one.id == id), None)

    def standing(self, part: Part) -> Standing:
        """How far a part can be relied on."""
        if not part.confirms:
            return Standing.KEPT
        found = self.confirmed.get(part.id)
        if found is None:
            return Standing.OPEN
        return Standing.CONFIRMED if found.digest == part.digest else Standing.CHANGED

    @property
    def questions(self) -> int:
        """How much nobody has said yet."""
        return sum(len(part.questions) for part in self.parts)

    @property
    def to_confirm(self) -> tuple[Part, ...]:
        """Parts that wait for a person."""
        return tuple(one for one in self.parts if self.standing(one) in (Standing.OPEN, Standing.CHANGED))
