"""Frozen records as plain JSON and back: what a row's `data` column holds.

Moments are milliseconds since 1970, enums their values, tuples lists. Fields that have their default are left out, so
that a record of an older program reads as one of today.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from bot.domain.reading import Reading
from bot.store.codes import from_ms, to_ms

T = TypeVar("T")
_READING = Reading(from_ms, strict=False)


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
    return _READING.record(cls, data)
