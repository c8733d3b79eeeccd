"""The part of `launch.yml` about planned work that comes again."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from bot.config.names import shown
from bot.config.section import Section
from bot.config.values import Text, refuse
from bot.domain.windows import BadWindow, parse


def _when(text: str) -> str:
    try:
        parse(text)
    except BadWindow as error:
        raise refuse(f'"{shown(text)}" is no time that comes again: {error}') from None
    return " ".join(text.split())


When = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(_when),
    WithJsonSchema({"type": "string", "examples": ["every Sunday 03:00-04:00", "every first Monday 02:00-05:00"]}),
]


class Maintenance(Section):
    """Planned work that comes again: nobody is called for it, and its minutes do not count as downtime."""

    when: When = Field(description="In the product's time zone: every Sunday 03:00-04:00, every weekday 22:00-23:30")
    reason: Text = Field(description="Why; everybody reads it while it lasts")
    service: Text | None = Field(default=None, description="A name from services, or a host; without it everything")
