"""The part of `launch.yml` about speed: what pages may weigh, which journeys matter most."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from bot.config.names import shown
from bot.config.section import Section
from bot.config.values import Text, refuse

LARGEST = 1_000_000_000
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(B|kB|MB)?", re.IGNORECASE)
_UNITS = {"b": 1, "kb": 1000, "mb": 1_000_000}


def _size(value: Any) -> int:
    found = None if isinstance(value, bool) else _SIZE.fullmatch(str(value).strip())
    if found is None or not isinstance(value, int | float | str):
        raise refuse(f'"{shown(str(value))}" is not a size; write one such as 300 kB or 1.5 MB')
    size = round(float(found[1]) * _UNITS[(found[2] or "B").lower()])
    if not 0 < size <= LARGEST:
        raise refuse(f'"{shown(str(value))}" is no size that a page can have; write one such as 300 kB or 1.5 MB')
    return size


Size = Annotated[
    int, BeforeValidator(_size), WithJsonSchema({"type": ["string", "integer"], "examples": ["300 kB", "1.5 MB"]})
]


class Budget(Section):
    """What a start page may make its visitors download, as transferred."""

    scripts: Size | None = Field(default=None, description="JavaScript: 300 kB")
    total: Size | None = Field(default=None, description="Everything that its HTML names: 1.5 MB")
    requests: int | None = Field(default=None, ge=1, le=10_000, description="Files, the page among them: 40")


class Speed(Section):
    """How fast it must be, beyond the targets of each monitor's endpoint class."""

    budget: Budget = Field(default=Budget(), description="What the start pages of your hosts may weigh")
    journeys: Annotated[tuple[Text, ...], Field(max_length=5)] = Field(
        default=(),
        description="Names of the monitors that matter most: sign-up, purchase, dashboard; without it by their flow",
    )
