"""Answers as small neutral documents. Two renderers turn them into Block Kit and into terminal text or Markdown.

Text from outside enters as plain `str`: renderers escape it, nothing else does. Nothing here knows Slack.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Tone(StrEnum):
    """How a line is meant; always said in words too, colour is never the only signal."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Strong:
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Time:
    """A moment, shown in the reader's own zone."""

    at: datetime
    style: str = "time"
    """`time` (14:03), `date` (3 December), `both`, or `ago` (7 minutes ago)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user id (`U…`), or a plain name where none is known."""

    id: str


@dataclass(frozen=True, slots=True)
class Everyone:
    """A call to everybody who is active in the channel."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """A spot of colour in front of a line whose words say the same; only where colours can be shown."""

    tone: Tone


Span = str | Strong | Code | Link | Time | Person | Everyone | Lamp
Words = tuple[Span, ...]
"""A run of text. Plain strings are escaped by the renderer."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: Words


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the document; the headline is the document's own."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Short label–value pairs, shown side by side where there is room."""

    pairs: tuple[tuple[str, Words], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list: what it is, then up to a few lines about it."""

    title: Words
    lines: tuple[Words, ...] = ()
    tone: Tone = Tone.PLAIN
    label: str = ""
    """The state as a word: "Blocker", "Unknown", "OK"."""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Item, ...]
    empty: str = ""
    """What to say, and teach, when there is nothing."""
    limit: int = 10
    """At most so many are shown; the rest is counted ("and 4 more")."""


@dataclass(frozen=True, slots=True)
class Preformatted:
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with its number said in words; at most 6 series of 20 points."""

    title: str
    said: str
    kind: str
    """`line`, `bar` or `area`."""
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    y_label: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come."""

    done: int
    total: int
    now: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: where it comes from, what the bot will do next."""

    words: Words


@dataclass(frozen=True, slots=True)
class Rule:
    """A dividing line."""


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `id` is dotted (`audit.rerun`); `value` is what comes back when it is clicked."""

    id: str
    label: str
    """Title Case."""
    value: str = ""
    primary: bool = False
    danger: bool = False
    confirm: str = ""
    """A question to answer before it counts; empty: none."""
    url: str = ""
    command: str = ""
    """Its twin, e.g. `/launch check`; shown where there are no buttons."""


@dataclass(frozen=True, slots=True)
class Actions:
    actions: tuple[Action, ...]
    more: tuple[Action, ...] = ()
    """Kept behind a menu of at most five; a choice comes back as a click on the button of that id and value."""


Part = Paragraph | Heading | Facts | Listing | Preformatted | Table | Chart | Progress | Note | Rule | Actions


@dataclass(frozen=True, slots=True)
class Document:
    """One answer. The headline says what customers feel, in words, without emoji."""

    headline: str
    parts: tuple[Part, ...] = ()
    tone: Tone = Tone.PLAIN
    fallback: str = ""
    """One full sentence for a phone's banner and a screen reader; empty: the headline."""
    meta: tuple[tuple[str, str], ...] = field(default=())
    """Delivery id and the like, carried as message metadata, never shown."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in. Without options it is a text; `person` lets choose somebody of the workspace."""

    name: str
    label: str
    hint: str = ""
    kind: str = "text"
    """`text`, `long`, `person` or `choice`."""
    options: tuple[tuple[str, str], ...] = ()
    """For `choice`: what is shown, and what comes back; the first one is chosen."""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog. `id` is dotted like a button's; what was filled in comes back under the names of the fields."""

    id: str
    title: str
    submit: str
    """Title Case."""
    parts: tuple[Part, ...]
    fields: tuple[Field, ...]
    value: str = ""
    """Comes back with it."""


def words(*spans: Span) -> Words:
    """`words("Fixed at ", Time(at))`: reads better than a tuple."""
    return spans
