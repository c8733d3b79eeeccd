"""Read `launch.yml`: the file as a whole, or every mistake in it at once."""

from __future__ import annotations

import ssl
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.config.names import shown
from bot.config.nearest import did_you_mean
from bot.config.nodes import Path as Where
from bot.config.nodes import Read, read
from bot.config.problems import ConfigError, Problem
from bot.config.references import references
from bot.config.schema import LaunchFile

MAX_BYTES = 1024 * 1024

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


def load(path: str | Path) -> LaunchFile:
    """The file as models, paths in it made absolute. Raises `ConfigError` with every problem."""
    file = Path(path)
    found = read(_text(file), str(path))
    if found.data is None and not found.problems:
        raise ConfigError([Problem("the file is empty; `launch init DOMAIN` writes one", str(path))])
    problems = list(found.problems)
    model: LaunchFile | None = None
    if found.data is not None:
        try:
            model = LaunchFile.model_validate(found.data)
        except ValidationError as error:
            problems += _mistakes(error.errors(include_url=False), found)
        problems += references(found)
        problems += _trust(found, file)
    if problems or model is None:
        raise ConfigError(dict.fromkeys(problems))
    if model.network.ca_file:
        network = model.network.model_copy(update={"ca_file": _beside(file, model.network.ca_file)})
        model = model.model_copy(update={"network": network})
    model._path = str(file)  # noqa: SLF001  (the one place that knows where it came from)
    return model


def _text(path: Path) -> str:
    def refuse(sentence: str) -> ConfigError:
        return ConfigError([Problem(sentence, str(path))])

    try:
        if not stat.S_ISREG(path.stat().st_mode) and not stat.S_ISFIFO(path.stat().st_mode):
            raise refuse("this is not a file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse("there is no such file; `launch init DOMAIN` writes one") from None
    except PermissionError:
        raise refuse("the file may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        raise refuse(f"the file cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > MAX_BYTES:
        raise refuse("the file is larger than 1 MiB, so it cannot be a launch.yml")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise refuse(f"the file is not UTF-8 text (first in line {line}); save it as UTF-8") from None
    if "\0" in text:
        raise refuse("the file is binary, not text")
    return text


def _mistakes(errors: Iterable[ErrorDetails], found: Read) -> Iterator[Problem]:
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


def _beside(file: Path, name: str) -> str:
    """A path in the file is meant relative to the file's own folder."""
    return str((file.parent / name).absolute())


def _trust(found: Read, file: Path) -> list[Problem]:
    """What is wrong with the file that `network.ca_file` names."""
    where = ("network", "ca_file")
    network = found.data.get("network") if isinstance(found.data, dict) else None
    name = network.get("ca_file") if isinstance(network, dict) else None
    if not isinstance(name, str) or not name:
        return []
    path = _beside(file, name)
    try:
        with Path(path).open("rb"):
            pass
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        return [found.problem(where, "that file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file"
        return [found.problem(where, f"{shown(path, 200)} cannot be read: {reason}")]
    return []
