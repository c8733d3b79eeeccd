"""Events to JSON and back, so that a store can keep them. What was written once must be readable for ever."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from bot.domain import events, member
from bot.domain.events import KINDS, Event
from bot.domain.member import Member

T = TypeVar("T")
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


def member_from_json(data: Mapping[str, Any]) -> Member:
    """The member that `member_to_json` wrote. Raises `Unreadable`."""
    return _filled(Member, data)


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
        return kind(**{name: read(data[name]) for name, read in _readers(kind.__name__).items() if name in data})
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Unreadable(f"{kind.__name__}: {error}") from error


@cache
def _readers(name: str) -> Mapping[str, Callable[[Any], Any]]:
    kind: type[Any] = _BY_NAME.get(name, Member)
    hints = get_type_hints(kind, {**vars(events), **vars(member)})
    return {one.name: _reader(hints[one.name]) for one in fields(kind)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """How a value of that type is read back; what is of another type raises."""
    if get_origin(hint) in (Union, types.UnionType):
        (inner,) = [one for one in get_args(hint) if one is not type(None)]
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is tuple:
        read = _reader(get_args(hint)[0])
        return lambda value: tuple(read(one) for one in _checked(value, list))
    if hint is datetime:
        return lambda value: datetime.fromisoformat(value).astimezone(UTC)
    if hint is Member:
        return member_from_json
    if issubclass(hint, Enum):
        return hint  # type: ignore[no-any-return]
    return lambda value: _checked(value, hint)


def _checked(value: Any, kind: type[Any]) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{value!r:.40} is no {kind.__name__}")
    return value
