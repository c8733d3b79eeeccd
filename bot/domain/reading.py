"""Plain JSON becomes frozen records again, by the types that they declare; who keeps them says how moments are kept."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]


class Reading:
    """Reads records. `moment` reads a moment; `names` are types that a record's module only knows to a type checker.

    `strict`: what is of another type than declared raises TypeError. Else a number may stand for text, and the like.
    """

    def __init__(
        self, moment: Callable[[Any], datetime], *, strict: bool, names: Mapping[str, Any] | None = None
    ) -> None:
        self._moment = moment
        self._strict = strict
        self._names = dict(names or {})
        self._known: dict[type[Any], Mapping[str, Reader]] = {}

    def record(self, kind: type[T], data: Mapping[str, Any]) -> T:
        """The record; unknown names are passed over. Raises KeyError, TypeError, ValueError or AttributeError."""
        readers = self._known.get(kind)
        if readers is None:
            readers = self._known[kind] = self._fields(kind)
        return kind(**{name: read(data[name]) for name, read in readers.items() if name in data})

    def _fields(self, kind: type[Any]) -> Mapping[str, Reader]:
        hints = get_type_hints(kind, self._names or None)
        return {one.name: self._reader(hints[one.name]) for one in fields(kind)}

    def _reader(self, hint: Any) -> Reader:
        origin = get_origin(hint)
        if origin in (Union, types.UnionType):
            [inner, *_] = [one for one in get_args(hint) if one is not type(None)]
            return partial(_or_nothing, self._reader(inner))
        if origin is tuple:
            return self._tuple(get_args(hint))
        if not isinstance(hint, type):
            return _as_it_is
        if issubclass(hint, tuple) and hasattr(hint, "_fields"):
            named = [self._reader(each) for each in get_type_hints(hint).values()]
            return lambda value: hint(*(read(one) for read, one in zip(named, value, strict=True)))
        if issubclass(hint, datetime):
            return self._moment
        if issubclass(hint, Enum):
            return hint
        if is_dataclass(hint):
            return partial(self.record, hint)
        return partial(_checked, hint) if self._strict else _as_it_is

    def _tuple(self, inside: tuple[Any, ...]) -> Reader:
        as_list = partial(_checked, list) if self._strict else _as_it_is
        if len(inside) == 2 and inside[1] is Ellipsis:
            every = self._reader(inside[0])
            return lambda value: tuple(every(one) for one in as_list(value))
        each = [self._reader(one) for one in inside]
        return lambda value: tuple(read(one) for read, one in zip(each, as_list(value), strict=True))


def _as_it_is(value: Any) -> Any:
    return value


def _or_nothing(read: Reader, value: Any) -> Any:
    return None if value is None else read(value)


def _checked(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{value!r:.40} is no {kind.__name__}")
    return value
