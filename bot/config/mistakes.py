"""What pydantic found wrong with a file, said in sentences with the place in the file and the nearest valid name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.config.names import shown
from bot.config.nearest import did_you_mean
from bot.config.nodes import Path as Where
from bot.config.nodes import Read
from bot.config.problems import Problem
from bot.config.schema import LaunchFile

_TYPES = {
    "string_type": "write text here; put numbers, dates and true or false in quotes",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "finite_number": "write an ordinary number",
    "tuple_type": "write a list: each entry on its own line with a dash in front, or in [ ]",
    "list_type": "write a list: each entry on its own line with a dash in front, or in [ ]",
    "dict_type": "write a section here: indented lines of `name: value`",
    "model_type": "write a section here: indented lines of `name: value`",
    "model_attributes_type": "write a section here: indented lines of `name: value`",
    "date_from_datetime_parsing": "write a date such as 2026-11-30",
    "date_parsing": "write a date such as 2026-11-30",
    "date_type": "write a date such as 2026-11-30",
    "string_too_short": "this is empty; write something or leave the line out",
    "too_short": "this list needs at least one entry",
}


def mistakes(errors: Iterable[ErrorDetails], found: Read) -> Iterator[Problem]:
    """One problem an error; nothing is said about what was refused already."""
    for error in errors:
        where = _where(error["loc"], found.data)
        if not any(where[: len(path)] == path for path in found.refused):
            yield _mistake(error, where, found)


def _mistake(error: ErrorDetails, where: Where, found: Read) -> Problem:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "extra_forbidden":
        near = did_you_mean(str(where[-1]), _names(where[:-1]))
        return found.problem(where, "unknown key" + near, at_key=True)
    if kind == "missing":
        return found.problem(where[:-1], f'"{where[-1]}" is missing here')
    if kind in ("literal_error", "enum"):
        expected = str(context.get("expected", "")).replace("'", "")
        choices = expected.replace(" or ", ", ").split(", ")
        near = did_you_mean(str(error["input"]), choices)
        return found.problem(where, f'"{shown(str(error["input"]))}" is not one of {expected}{near}')
    if kind == "string_too_long":
        return found.problem(where, f"this is longer than {context.get('max_length')} characters")
    if kind == "string_pattern_mismatch":
        return found.problem(where, "use lower-case letters, digits and dashes only")
    if kind == "too_long":
        return found.problem(where, f"this list may have at most {context.get('max_length')} entries")
    limits = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}
    if kind in limits:
        words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}[limits[kind]]
        return found.problem(where, f"this must be {words} {context[limits[kind]]:g}")
    return found.problem(where, _TYPES.get(kind) or error["msg"])


def _where(loc: tuple[str | int, ...], data: Any) -> Where:
    """The error's place in the file: what pydantic adds (`[key]`, names of types) is left out."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        known = part in data if isinstance(data, dict) else isinstance(data, list) and part in range(len(data))
        if known:
            data = data[part]
        elif index != len(loc) - 1 or part == "[key]":
            continue
        path.append(part)
    return tuple(path)


def _names(path: Where) -> list[str]:
    """The keys that are allowed at this place of the file."""
    model: type[BaseModel] | None = LaunchFile
    for part in path:
        if model is None:
            return []
        if isinstance(part, int) or part not in _fields(model):
            continue
        model = _inner(_fields(model)[part])
    return list(_fields(model)) if model else []


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner(argument)
        if found is not None:
            return found
    return None
