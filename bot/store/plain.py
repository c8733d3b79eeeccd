"""Frozen records as plain JSON and back: what a row's `data` column holds.

Moments are milliseconds since 1970, enums their values, tuples lists. Fields that have their default are left out, so
that a record of an older program reads as one of today.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from bot.store.codes import from_ms, to_ms

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """JSON of a record, or of a value inside one."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_plain(inside)
            for field in dataclasses.fields(value)
            if (inside := getattr(value, field.name)) != field.default or field.default is dataclasses.MISSING
        }
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [to_plain(each) for each in value]
    return value


def from_plain(cls: type[T], data: Mapping[str, Any]) -> T:
    """The record. Raises KeyError, TypeError or ValueError for what is none; unknown names are passed over."""
    hints = _hints(typing.cast(Any, cls))
    return cls(**{name: _value(hints[name], given) for name, given in data.items() if name in hints})


@cache
def _hints(cls: Any) -> Mapping[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _value(hint: Any, given: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        inner = [each for each in typing.get_args(hint) if each is not type(None)]
        return None if given is None else _value(inner[0], given)
    if origin is tuple:
        inside = typing.get_args(hint)
        if len(inside) == 2 and inside[1] is Ellipsis:
            return tuple(_value(inside[0], each) for each in given)
        return tuple(_value(each, value) for each, value in zip(inside, given, strict=True))
    if not isinstance(hint, type):
        return given
    if issubclass(hint, tuple) and hasattr(hint, "_fields"):
        named = typing.get_type_hints(hint)
        return hint(*(_value(named[name], value) for name, value in zip(named, given, strict=True)))
    if issubclass(hint, datetime):
        return from_ms(given)
    if issubclass(hint, Enum):
        return hint(given)
    if dataclasses.is_dataclass(hint):
        return from_plain(hint, given)
    return given
