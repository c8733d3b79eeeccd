"""Spans as plain text: shared by the renderers that have no markup, and by every fallback."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from bot.blockkit.words import clean, safe_url
from bot.document import Code, Document, Everyone, Lamp, Link, Person, Span, Strong, Time, Words

EVERYONE = "everybody here"


def moment(time: Time) -> str:
    """A moment in UTC, for places that do not know the reader's zone."""
    at = time.at.astimezone(UTC) if time.at.tzinfo else time.at
    match time.style:
        case "date":
            return f"{at.day} {at:%B %Y}"
        case "time":
            return f"{at:%H:%M} UTC"
        case _:
            return f"{at.day} {at:%B} {at:%H:%M} UTC"


def timestamp(at: datetime) -> int:
    """Seconds since 1970, for Slack's date token; a moment without zone is UTC."""
    return max(0, int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()))


def said(span: Span) -> str:
    """One span as clean plain text."""
    match span:
        case str():
            return clean(span)
        case Strong(text) | Code(text):
            return clean(text)
        case Link(url, text):
            target, label = safe_url(url), clean(text)
            return f"{label} ({target})" if target and label and label != target else target or label
        case Time():
            return moment(span)
        case Person(id):
            return clean(id)
        case Everyone():
            return EVERYONE
        case Lamp():
            return ""
        case _ as never:
            assert_never(never)


def sentence(words: Words) -> str:
    """A run of text as clean plain text."""
    return "".join(said(span) for span in words)


def fallback(document: Document) -> str:
    """One full sentence about the whole: for a phone's banner and a screen reader."""
    text = " ".join(clean(document.fallback or document.headline).split())
    return text if not text or text[-1] in ".!?…" else f"{text}."
