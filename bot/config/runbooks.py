"""Runbook files: YAML to a runbook, with every mistake at once and its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from bot.config.nearest import did_you_mean
from bot.config.nodes import Path, Read
from bot.config.nodes import read as read_nodes
from bot.config.problems import ConfigError, Problem
from bot.config.shapes import Key, Sections, duration, flag, many, one_of, pairs, text, word
from bot.domain.runbook.book import End, Runbook, Sort
from bot.domain.runbook.plain import KINDS, Panel
from bot.domain.runbook.plain import panel as built_panel
from bot.domain.runbook.plain import runbook as built

TOPIC = re.compile(r"[a-z][a-z0-9_]{0,59}")
MAX_BYTES = 256 * 1024
MAX_STEPS = 80
_NAME = word(r"[a-z][a-z0-9_]{0,59}", "a name: use lower-case letters, digits and _")
_WORDS = many(text(80), 60)
_SHORT, _TEXT, _LONG = text(120), text(900), text(2000)

BOOK: Mapping[str, Key] = {
    "title": Key(_SHORT, "", required=True),
    "sort": Key(one_of(*Sort), Sort.HOW_TO, required=True),
    "says": Key(_WORDS, []),
    "leads": Key(_WORDS, []),
    "feels": Key(_TEXT, ""),
    "notice": Key(text(1200, lines=5), ""),
    "needs": Key(_WORDS, []),
    "serves": Key(_WORDS, []),
    "steps": Key(lambda _sections, _path, value: value, [], required=True),
}
_GO, _MUST_GO = Key(_NAME, ""), Key(_NAME, "", required=True)
ANSWER: Mapping[str, Key] = {"say": Key(text(60), "", required=True), "go": _MUST_GO}


def _answer(sections: Sections, path: Path, value: Any) -> dict[str, Any]:
    return sections.section(path, value, ANSWER)


STEPS: Mapping[str, Mapping[str, Key]] = {
    "say": {"say": Key(_TEXT), "go": _GO},
    "ask": {"ask": Key(_TEXT), "answers": Key(many(_answer, 10), [], required=True)},
    "do": {
        "do": Key(_LONG),
        "go": _GO,
        "panel": Key(word(r"[a-z]+\.[a-z0-9_]+", "the name of a panel's task, such as dns.edit_record"), ""),
        "paste": Key(_LONG, ""),
        "slip": Key(_TEXT, ""),
        "undo": Key(_TEXT, ""),
        "danger": Key(flag, False),
        "changes": Key(flag, True),
    },
    "check": {
        "check": Key(_TEXT),
        "what": Key(_WORDS, [], required=True),
        "good": _MUST_GO,
        "look": Key(_TEXT, "", required=True),
        "slip": Key(_TEXT, ""),
        "takes": Key(_TEXT, ""),
        "bad": _GO,
        "finds": Key(flag, False),
    },
    "wait": {
        "wait": Key(_TEXT),
        "what": Key(_WORDS, [], required=True),
        "good": _MUST_GO,
        "late": _MUST_GO,
        "longest": Key(duration(60, 7 * 86400), 1800, required=True),
    },
    "decide": {
        "decide": Key(_SHORT),
        "cases": Key(pairs(_NAME, 60), {}, required=True),
        "other": _MUST_GO,
    },
    "call": {
        "call": Key(_TEXT),
        "who": Key(_NAME, "", required=True),
        "message": Key(_LONG, "", required=True),
        "go": Key(_NAME, str(End.HANDED)),
    },
}
PANEL: Mapping[str, Key] = {
    "about": Key(_TEXT, "", required=True),
    "tasks": Key(pairs(_LONG, 60), {}, required=True),
    "providers": Key(lambda _sections, _path, value: value, {}),
}
PLACE: Mapping[str, Key] = {
    "as_of": Key(word(r"20\d\d-(0[1-9]|1[0-2])", "a year and a month, such as 2026-11"), "", required=True),
    "name": Key(_SHORT, "", required=True),
    "url": Key(word(r"https://[^\s<>\"]{3,300}", "a link that begins with https://"), "", required=True),
    "tasks": Key(pairs(_LONG, 60), {}, required=True),
    "ids": Key(_WORDS, []),
    "source": Key(_TEXT, ""),
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file holds."""

    read: Read
    problems: tuple[Problem, ...]
    """Every mistake of form; with any, `data` cannot be used."""
    data: Mapping[str, Any]

    def usable(self) -> Mapping[str, Any]:
        """The data. Raises `ConfigError` where there are mistakes."""
        if self.problems:
            raise ConfigError(self.problems)
        return self.data


def parse(source: str, file: str) -> Parsed:
    """A runbook's file as plain data; never raises."""
    found = read_nodes(source, file)
    sections = Sections(found)
    data: dict[str, Any] = {}
    if found.data is None and not found.problems:
        found.problems.append(Problem("the file is empty; write title, sort and steps", file))
    if found.data is not None:
        data = sections.section((), found.data, BOOK)
        data["steps"] = _steps(sections, data.get("steps"))
    return Parsed(found, tuple(dict.fromkeys([*found.problems, *sections.problems])), data)


def _steps(sections: Sections, value: Any) -> list[dict[str, Any]]:
    where: Path = ("steps",)
    if not isinstance(value, list) or not value:
        sections.add(where, "write a list of steps: each with a dash in front, and an id")
        return []
    if len(value) > MAX_STEPS:
        sections.add(where, f"there are {len(value)} steps; nobody walks more than {MAX_STEPS}")
    steps = [_step(sections, (*where, number), raw) for number, raw in enumerate(value[:MAX_STEPS])]
    known: dict[str, int] = {}
    for number, step in enumerate(steps):
        name = step.get("id", "")
        if name in known:
            line = sections.read.values[(*where, known[name])][0]
            sections.add((*where, number, "id"), f'"{name}" is the id of two steps, first in line {line}')
        elif name in tuple(End):
            sections.add((*where, number, "id"), f'"{name}" is an end, so no step can be called that')
        known.setdefault(name, number)
    for number, step in enumerate(steps):
        if "go" in step and not step["go"]:
            if number + 1 < len(steps):
                step["go"] = steps[number + 1].get("id", "")
            else:
                sections.add((*where, number), "this is the last step; say where it leads, such as go: done")
    return steps


def _step(sections: Sections, path: Path, raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        sections.add(path, "a step is a section: id, and one of " + ", ".join(KINDS))
        return {}
    kinds = [kind for kind in KINDS if kind in raw]
    if len(kinds) != 1:
        if kinds:
            sections.add(path, f"this step is {' and '.join(kinds)} at once; make it two steps")
            return {"id": str(raw.get("id", ""))}
        near = next((hint for name in raw if (hint := did_you_mean(name, KINDS))), "")
        sections.add(path, f"one of {', '.join(KINDS)} is missing here{near}")
        return {"id": str(raw.get("id", ""))}
    kind = kinds[0]
    step = sections.section(path, raw, {"id": Key(_NAME, "", required=True), **STEPS[kind]})
    if step[kind] is None:
        sections.add((*path, kind), "this is empty; write what the step says", at_key=True)
        step[kind] = ""
    return step


def parse_panel(source: str, file: str) -> Parsed:
    """A panel's file as plain data; never raises."""
    found = read_nodes(source, file)
    sections = Sections(found)
    data: dict[str, Any] = {}
    if found.data is None and not found.problems:
        found.problems.append(Problem("the file is empty; write about and tasks", file))
    if found.data is not None:
        data = sections.section((), found.data, PANEL)
        data["providers"] = pairs(lambda sections, path, raw: sections.section(path, raw, PLACE), 200)(
            sections, ("providers",), data.get("providers") or {}
        )
    return Parsed(found, tuple(dict.fromkeys([*found.problems, *sections.problems])), data)


def read(path: str | File) -> Runbook:
    """The runbook of a file, named by its topic. Raises `ConfigError` with every mistake of form."""
    file = File(path)
    if not TOPIC.fullmatch(file.stem):
        raise ConfigError([Problem(wrong_name(file), str(path))])
    return built(file.stem, parse(source_of(file), str(path)).usable())


def read_panel(path: str | File) -> Panel:
    """The panel of a file, named by its kind. Raises `ConfigError` with every mistake of form."""
    file = File(path)
    return built_panel(file.stem, parse_panel(source_of(file), str(path)).usable())


def wrong_name(file: File) -> str:
    """What is wrong with a name that is no topic."""
    better = re.sub(r"[^a-z0-9]+", "_", file.stem.casefold()).strip("_")[:60] or "my_runbook"
    if not better[0].isalpha():
        better = f"my_{better}"[:60]
    return f"a runbook's file is named by its topic in lower-case letters, digits and _; call it {better}.yml"


def source_of(file: File) -> str:
    """The text of a file. Raises `ConfigError` for what is no text of a reasonable size."""
    try:
        if not file.is_file():
            raise ConfigError([Problem("this is not a file", str(file))])
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([Problem(f"the file cannot be read: {error.strerror or error}", str(file))]) from None
    if len(raw) > MAX_BYTES:
        raise ConfigError([Problem(f"the file is larger than {MAX_BYTES // 1024} KiB; nobody reads that", str(file))])
    try:
        decoded = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError([Problem(f"the file is not UTF-8 text (first in line {line})", str(file))]) from None
    if "\0" in decoded:
        raise ConfigError([Problem("the file is binary, not text", str(file))])
    return decoded
