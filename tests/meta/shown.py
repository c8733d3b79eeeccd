"""Every command that a document or a help text shows, and where it stands."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from bot.cli import COMMANDS, launch
from bot.commands.base import commands

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LANGUAGES = {"sh", "text", "ini", "yaml"}
"""What is in `sh` is run; `text` is read only; the others are files."""


@dataclass(frozen=True)
class Shown:
    """A command as it is written."""

    where: str
    text: str
    mentioned: bool = False
    """In the middle of a sentence, where a name may stand for the whole command."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each fenced block."""
    return [(found[1], found[2]) for found in FENCE.finditer(page.read_text(encoding="utf-8"))]


def spans(page: Path) -> list[str]:
    """Each piece of inline code."""
    return [found[1].strip() for found in SPAN.finditer(FENCE.sub("", page.read_text(encoding="utf-8")))]


def on_pages() -> Iterator[Shown]:
    """Lines of `sh` blocks, and inline code; the caller sorts out which of the latter are commands."""
    for page in PAGES:
        name = str(page.relative_to(ROOT))
        for language, text in blocks(page):
            if language == "sh":
                yield from (Shown(name, line.strip()) for line in text.splitlines() if line.strip())
        yield from (Shown(name, text, mentioned=True) for text in spans(page))


def in_example_file() -> Iterator[Shown]:
    """The commands at the top of launch.example.yml."""
    name = "launch.example.yml"
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if found := re.match(r"#  +(launch .*?)(?:  .*)?$", line):
            yield Shown(name, found[1])


def terminal_commands() -> dict[str, click.Command]:
    """Every command of the terminal by its whole name: `launch`, `launch check`, `launch config schema`."""
    found: dict[str, click.Command] = {"launch": launch}
    for name in COMMANDS:
        command = importlib.import_module(f"bot.cli.{name}").command
        found[f"launch {name}"] = command
        if isinstance(command, click.Group):
            found |= {f"launch {name} {verb}": below for verb, below in command.commands.items()}
    return found


def in_help() -> Iterator[Shown]:
    """The examples at the end of each `--help`."""
    for name, command in terminal_commands().items():
        _, _, examples = (command.epilog or "").partition(":\n")
        for line in filter(None, map(str.strip, examples.splitlines())):
            yield Shown(f"{name} --help", re.split(r"\s{2,}", line)[0])


def in_slack() -> Iterator[Shown]:
    """What `/launch help VERB` shows, and the verbs alone."""
    for verb, command in commands().items():
        where = f"/launch help {verb}"
        yield from (Shown(where, text) for text in (*command.examples, f"/launch {verb}", where))


def everything() -> list[Shown]:
    """All of it, each text once per place."""
    return list(dict.fromkeys([*on_pages(), *in_example_file(), *in_help(), *in_slack()]))
