"""Facts as JSON and back, so that what was once seen can be kept as a fixture."""

from __future__ import annotations

import base64
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from checks.model import Json
from checks.net import facts
from checks.net.facts import Certificate, Chain, DnsAnswer, Exchange, Fault, Peer, Phases, Rdap

Fact = Fault | DnsAnswer | Certificate | Peer | Phases | Exchange | Chain | Rdap
_KINDS: dict[str, type] = {kind.__name__: kind for kind in get_args(Fact)}


def encode(fact: Fact) -> dict[str, Json]:
    """A fact as plain JSON values; `fact` names its kind. Values that are the default are left out."""
    return {"fact": type(fact).__name__, **_fields(fact)}


def decode(data: object) -> Fact:
    """The fact behind what `encode` made.

    Raises:
        ValueError: Where it is nothing that `encode` makes.
    """
    if not isinstance(data, dict) or data.get("fact") not in _KINDS:
        raise ValueError("this is no fact: its kind is missing or unknown")
    kind = _KINDS[data["fact"]]
    try:
        found = _build({key: value for key, value in data.items() if key != "fact"}, kind)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise ValueError(f"this is no {kind.__name__}: {error}") from None
    return found  # type: ignore[no-any-return]


def _fields(fact: Any) -> dict[str, Json]:
    return {
        one.name: _plain(value)
        for one in fields(fact)
        if (value := getattr(fact, one.name)) != one.default or type(value) is not type(one.default)
    }


def _plain(value: Any) -> Json:
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        # Text stays readable in a fixture.
        try:
            return {"text": value.decode("utf-8")}
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a fact cannot hold {type(value).__name__}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, vars(facts))


def _build(value: Any, kind: Any) -> Any:
    """The Python value of the annotated kind behind a JSON value."""
    if isinstance(kind, UnionType):
        if value is None and NoneType in get_args(kind):
            return None
        return _build(value, next(option for option in get_args(kind) if option is not NoneType))
    if get_origin(kind) is tuple:
        return _tuple(value, get_args(kind))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _build(item, hints[name]) for name, item in value.items()})
    if kind is bytes:
        return value["text"].encode("utf-8") if "text" in value else base64.b64decode(value["base64"], validate=True)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _tuple(value: Any, parts: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is no list")
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple(_build(item, parts[0]) for item in value)
    if len(value) != len(parts):
        raise ValueError(f"{len(parts)} values are needed, not {len(value)}")
    return tuple(_build(item, part) for item, part in zip(value, parts, strict=True))
