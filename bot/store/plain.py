"""Frozen records as plain JSON and back: what a row's `data` column holds.

Moments are milliseconds since 1970, enums their values, tuples lists. Fields that have their default are left out, so
that a record of an older program reads as one of today.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from bot.domain.reading import Reading
from bot.store.codes import from_ms, to_ms

T = TypeVar("T")
Writer = Callable[[Any], Any]
_WRITERS: dict[type[Any], Writer | None] = {}
_READING = Reading(from_ms, strict=False)


def to_plain(value: Any) -> Any:
    """JSON of a record, or of a value inside one."""
    kind = type(value)
    if kind not in _WRITERS:
        _WRITERS[kind] = _writer(kind)
    write = _WRITERS[kind]
    return value if write is None else write(value)


def _writer(kind: type[Any]) -> Writer | None:
    """How values of a type are written; None for what is JSON already."""
    if dataclasses.is_dataclass(kind):
        return functools.partial(_record, tuple((one.name, one.default) for one in dataclasses.fields(kind)))
    if issubclass(kind, datetime):
        return to_ms
    if issubclass(kind, Enum):
        return operator.attrgetter("value")
    if issubclass(kind, tuple | list):
        return lambda values: [to_plain(each) for each in values]
    return None


def _record(fields: tuple[tuple[str, Any], ...], record: Any) -> dict[str, Any]:
    return {
        name: to_plain(inside)
        for name, default in fields
        if (inside := getattr(record, name)) != default or default is dataclasses.MISSING
    }


def from_plain(cls: type[T], data: Mapping[str, Any]) -> T:
    """The record. Raises KeyError, TypeError or ValueError for what is none; unknown names are passed over."""
    return _READING.record(cls, data)
