"""The sources of the library: read, proven, and turned into the JSON that is read at run time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.config.problems import ConfigError, Problem
from bot.config.runbooks import TOPIC, Parsed, parse, parse_panel, source_of, wrong_name
from bot.domain.runbook.book import Runbook, Sort
from bot.domain.runbook.lint import Figures, Flaw, figures, shipped, together
from bot.domain.runbook.plain import Panel
from bot.domain.runbook.plain import panel as built_panel
from bot.domain.runbook.plain import runbook as built
from bot.domain.runbook.search import lead
from bot.runbooks.places import panel_flaws
from bot.runbooks.world import world
from checks.model import Check
from checks.registry import load as checks

HERE = Path(__file__).resolve().parent
SHELVES = tuple(Sort)


@dataclass(slots=True)
class Sources:
    """What a folder of runbooks holds, with everything that is wrong with it."""

    books: dict[str, Runbook] = field(default_factory=dict)
    panels: dict[str, Panel] = field(default_factory=dict)
    data: dict[str, dict[str, Any]] = field(default_factory=lambda: {"runbooks": {}, "panels": {}})
    problems: list[Problem] = field(default_factory=list)
    digest: str = ""

    @property
    def figures(self) -> Figures:
        """The library in numbers."""
        return figures(self.books)


def sources(folder: Path = HERE, only: Iterable[Path] = ()) -> Sources:
    """Read and prove a folder; with `only` (runbooks and panels), nothing is said about the other files of it."""
    found = Sources()
    named = sorted(only)
    chosen = [path for path in named if path.resolve().parent.name != "panels"] if named else _in(folder)
    plates = [*_in(folder / "panels"), *(path for path in named if path.resolve().parent.name == "panels")]
    for path in {path.resolve(): path for path in plates}.values():
        parsed = _one(path, parse_panel, found)
        if parsed is not None:
            kind = path.stem
            found.panels[kind] = built_panel(kind, parsed.data)
            found.data["panels"][kind] = dict(parsed.data)
            found.problems += _placed(parsed, panel_flaws(found.panels[kind]))
    if named:
        wanted = {_shown(path) for path in named}
        found.problems = [problem for problem in found.problems if problem.file in wanted]
    surroundings = world(found.panels)
    parsed_books: dict[str, Parsed] = {}
    for path in chosen:
        if not TOPIC.fullmatch(path.stem):
            found.problems.append(Problem(wrong_name(path), _shown(path)))
            continue
        one = _one(path, parse, found)
        if one is not None:
            parsed_books[path.stem] = one
            found.books[path.stem] = built(path.stem, one.data)
            found.problems += _placed(one, shipped(found.books[path.stem], surroundings))
    for topic, flaws in together(found.books).items():
        found.problems += _placed(parsed_books[topic], flaws)
    for topic, flaws in disagreeing(found.books, checks()).items():
        found.problems += _placed(parsed_books[topic], flaws)
    found.books = dict(sorted(found.books.items(), key=lambda item: (SHELVES.index(item[1].sort), item[0])))
    found.data["runbooks"] = {topic: parsed_books[topic].data for topic in found.books}
    found.digest = made_from({path.resolve() for path in [*chosen, *plates]})
    return found


def _in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yml"))


def disagreeing(books: Mapping[str, Runbook], known: Mapping[str, Check]) -> dict[str, list[Flaw]]:
    """Answers of checks that name a runbook whose own `leads` do not name them: both say the same, or one is wrong."""
    flaws: dict[str, list[Flaw]] = {}
    for id, check in known.items():
        for code, outcome in check.outcomes.items():
            topic = outcome.runbook
            if topic in books and (other := lead(books, id, code)) != topic:
                message = f"the check's answer {id}:{code} leads here, so list it" + (
                    f"; now {other} claims it" if other else ""
                )
                flaws.setdefault(topic, []).append(Flaw(("leads",), message))
    return flaws


def made_from(paths: Iterable[Path]) -> str:
    """A mark of all the sources: another one as soon as a letter of them changes."""
    whole = sha256()
    for path in sorted(paths):
        whole.update(f"{path.parent.name}/{path.name}\0".encode() + path.read_bytes() + b"\0")
    return whole.hexdigest()


def compiled(found: Sources) -> str:
    """The JSON of the library: of all that could be read."""
    parts = [
        f'"{name}": {{\n' + ",\n".join(f"{json.dumps(key)}: {_json(data)}" for key, data in section.items()) + "\n}"
        for name, section in found.data.items()
    ]
    return f'{{"made_from": "{found.digest}",\n' + ",\n".join(parts) + "}\n"


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _one(path: Path, parser: Callable[[str, str], Parsed], found: Sources) -> Parsed | None:
    try:
        parsed = parser(source_of(path), _shown(path))
    except ConfigError as error:
        found.problems += error.problems
        return None
    found.problems += parsed.problems
    return None if parsed.problems else parsed


def _placed(parsed: Parsed, flaws: Iterable[Flaw]) -> Iterator[Problem]:
    for flaw in flaws:
        yield parsed.read.problem(flaw.where, flaw.message)


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
