"""Small JSON that people write by hand or with curl, read with one clear sentence where something is wrong in it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, ValidationError

from bot.config.names import shown
from bot.config.nearest import did_you_mean

STRICT = ConfigDict(extra="forbid", frozen=True)
"""An unknown field is most likely a mistyped one."""


class Unreadable(ValueError):
    """It cannot be understood; the text is a sentence for whoever wrote it."""


def _moment(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("write the time with its zone, such as 2026-11-20T12:00:00Z")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("there is no such time") from None


Moment = Annotated[datetime, AfterValidator(_moment)]
"""A time with its zone (ISO 8601), or seconds since 1970."""


def text_of(body: bytes) -> str:
    """The text of a body, without blanks around it. Raises `Unreadable`."""
    try:
        return body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Unreadable("The body is no UTF-8 text.") from None


def loaded(text: str, what: str = "The body") -> Any:
    """What the JSON holds. Raises `Unreadable`."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if "\n" in text else ""
        raise Unreadable(f"{what} is no JSON ({line}column {error.colno}).") from None
    except (ValueError, RecursionError):
        raise Unreadable(f"{what} is no JSON that can be read.") from None


def sentence(error: ValidationError, fields: Collection[str]) -> str:
    """The first thing that is wrong, for whoever wrote it."""
    [first, *_] = error.errors(include_url=False, include_input=False)
    field = shown(str(first["loc"][0])) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        return f'There is no field "{field}"{did_you_mean(field, fields) or "; known are " + ", ".join(fields) + "."}'
    if first["type"] == "missing":
        return f"{field} is missing."
    said = first["msg"].removeprefix("Value error, ")
    end = "" if said.endswith(("?", ".")) else "."
    return f"{field}: {said[:1].lower()}{said[1:]}{end}"
