"""Sections of a file by a table of keys; whatever is otherwise gets a sentence with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.config.names import shown
from bot.config.nearest import did_you_mean
from bot.config.nodes import Path, Read
from bot.config.problems import Problem

_DURATION = re.compile(r"(\d{1,4})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Take = Callable[["Sections", Path, Any], Any]
"""Takes a value of the file; reports what is wrong with it, and returns what can be used of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a section."""

    take: Take
    default: Any = None
    required: bool = False


@dataclass(slots=True)
class Sections:
    """Reads the sections of one file, and collects every mistake."""

    read: Read
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str, *, at_key: bool = False) -> None:
        """Report; nothing more is said about a value that was refused already."""
        if not any(path[: len(known)] == known for known in self.read.refused):
            self.problems.append(self.read.problem(path, message, at_key=at_key))

    def section(self, path: Path, value: Any, keys: Mapping[str, Key]) -> dict[str, Any]:
        """Every key of the table; those that are not written have their default."""
        if not isinstance(value, dict):
            self.add(path, "write a section here: indented lines of `name: value`")
            return {}
        for name in value:
            if name not in keys:
                near = did_you_mean(name, keys) or "; known here: " + ", ".join(keys)
                self.add((*path, name), "unknown key" + near, at_key=True)
        found = {}
        for name, key in keys.items():
            if value.get(name) is not None:
                found[name] = key.take(self, (*path, name), value[name])
                continue
            found[name] = key.default
            if key.required:
                self.add(path, f'"{name}" is missing here')
        return found


def text(most: int, lines: int = 0) -> Take:
    """Text of at most so many characters and, if given, lines; spaces at the ends of lines are dropped."""

    def take(sections: Sections, path: Path, value: Any) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            sections.add(path, "write text here; put true and false in quotes")
            return ""
        plain = "\n".join(line.rstrip() for line in value.strip().splitlines())
        if not plain:
            sections.add(path, "this is empty; write something or leave the line out")
        elif len(plain) > most:
            sections.add(path, f"this has {len(plain)} characters; at most {most} fit")
        elif lines and plain.count("\n") >= lines:
            sections.add(path, f"this has {plain.count(chr(10)) + 1} lines; at most {lines} fit")
        return plain

    return take


def word(pattern: str, meant: str) -> Take:
    """A text of one form."""

    def take(sections: Sections, path: Path, value: Any) -> str:
        plain = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not re.fullmatch(pattern, plain):
            sections.add(path, f'"{shown(plain)}" is not {meant}')
        return plain

    return take


def one_of(*choices: str) -> Take:
    """One of these words."""

    def take(sections: Sections, path: Path, value: Any) -> str:
        if value not in choices:
            plain = shown(str(value))
            sections.add(path, f'"{plain}" is not one of {", ".join(choices)}{did_you_mean(plain, choices)}')
            return choices[0]
        return str(value)

    return take


def flag(sections: Sections, path: Path, value: Any) -> bool:
    """Either true or false."""
    if not isinstance(value, bool):
        sections.add(path, "write true or false")
    return value is True


def many(item: Take, most: int) -> Take:
    """A list of at most so many."""

    def take(sections: Sections, path: Path, value: Any) -> list[Any]:
        if not isinstance(value, list):
            sections.add(path, "write a list: each entry on its own line with a dash in front, or in [ ]")
            return []
        if len(value) > most:
            sections.add(path, f"this list has {len(value)} entries; at most {most} fit")
        return [item(sections, (*path, number), one) for number, one in enumerate(value[:most])]

    return take


def pairs(item: Take, most: int) -> Take:
    """A section whose names are free: `name: value`."""

    def take(sections: Sections, path: Path, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            sections.add(path, "write a section here: indented lines of `name: value`")
            return {}
        if len(value) > most:
            sections.add(path, f"this section has {len(value)} entries; at most {most} fit")
        return {name: item(sections, (*path, name), one) for name, one in list(value.items())[:most]}

    return take


def duration(least: int, most: int) -> Take:
    """Seconds from `20s`, `30m`, `2h` or `1d`."""

    def take(sections: Sections, path: Path, value: Any) -> int:
        match = _DURATION.fullmatch(str(value).strip())
        if match is None:
            sections.add(path, f'"{shown(str(value))}" is not a duration; write one such as 30m or 2h')
            return least
        seconds = int(match[1]) * _SECONDS[match[2]]
        if not least <= seconds <= most:
            sections.add(path, f"this must be between {_spoken(least)} and {_spoken(most)}")
        return min(max(seconds, least), most)

    return take


def _spoken(seconds: int) -> str:
    unit = next(unit for unit, size in reversed(_SECONDS.items()) if seconds % size == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"
