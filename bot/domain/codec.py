"""Events to JSON and back, so that a store can keep them. What was written once must be readable for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from bot.domain import events, member
from bot.domain.events import KINDS, Event
from bot.domain.member import Member
from bot.domain.reading import Reading

T = TypeVar("T")
_READING = Reading(
    lambda value: datetime.fromisoformat(value).astimezone(UTC), strict=True, names={**vars(events), **vars(member)}
)
_BY_NAME: Mapping[str, type[Event]] = {kind.__name__: kind for kind in KINDS}


class Unreadable(ValueError):
    """A stored event that no version of the bot can have written."""


def to_json(event: Event) -> dict[str, Any]:
    """The event as plain JSON values: `kind` names it, times are ISO 8601 in UTC, to the millisecond.

    All fields are written, also those at their default: a default may change, what happened may not.
    """
    return {"kind": type(event).__name__, **{one.name: _plain(getattr(event, one.name)) for one in fields(event)}}


def from_json(data: Mapping[str, Any]) -> Event:
    """The event that `to_json` wrote; fields it does not know are passed over. Raises `Unreadable`."""
    kind = _BY_NAME.get(str(data.get("kind")))
    if kind is None:
        raise Unreadable(f"no kind of event is called {str(data.get('kind'))[:40]!r}")
    return _filled(kind, data)


def member_to_json(one: Member) -> dict[str, Any]:
    """A member as plain JSON values."""
    return {part.name: _plain(getattr(one, part.name)) for part in fields(one)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # As fine as the row itself: replayed events must make exactly what is stored.
        return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000).isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Member):
        return member_to_json(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _filled(kind: type[T], data: Mapping[str, Any]) -> T:
    try:
        return _READING.record(kind, data)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Unreadable(f"{kind.__name__}: {error}") from error
