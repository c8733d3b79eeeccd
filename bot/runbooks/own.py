"""A founder's own runbooks: files in a folder `runbooks` beside `launch.yml`, and words under `runbooks:` in it.

A file adds a runbook, or takes the place of the shipped one of that topic. Words stand before the first step of the
shipped runbook; under a topic that is not shipped they are a how-to of their own. What has a mistake is left out and
named: the bot starts without it, and the shipped runbook goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from bot.config.names import shown
from bot.config.problems import ConfigError, Problem
from bot.config.runbooks import TOPIC, parse, source_of, wrong_name
from bot.domain.runbook.book import Do, End, Runbook, Say, Sort, Step
from bot.domain.runbook.lint import structure
from bot.domain.runbook.plain import runbook as built
from bot.runbooks import load, panels
from bot.runbooks.world import world

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile

FOLDER = "runbooks"
MOST_FILES = 200
PIECE = 600
"""Characters of one's own words that are shown at once."""
MOST_PIECES = 12


@dataclass(frozen=True, slots=True)
class Library:
    """All runbooks of this installation."""

    mine: Mapping[str, Runbook] = field(default_factory=dict)
    """The founder's own, and the shipped ones that they have changed, by topic."""
    problems: tuple[Problem, ...] = ()
    """What was left out, with file and line."""
    leads: Mapping[str, str] = field(default_factory=dict)
    """Topics by the name of the monitor that leads to them, as the founder wrote it down."""

    @property
    def books(self) -> Mapping[str, Runbook]:
        """Every runbook by its topic, the founder's own last. Nothing is read before somebody asks."""
        return {**load(), **self.mine} if self.mine else load()


def library(file: LaunchFile | None) -> Library:
    """The shipped runbooks with a founder's own; it never raises."""
    if file is None:
        return Library()
    mine, problems = _folder(Path(file.path).parent / FOLDER) if file.path else ({}, [])
    for topic, words in file.runbooks.items():
        if not TOPIC.fullmatch(topic):
            problems.append(Problem(_no_topic(topic, [*load(), *mine]), file.path, where=f"runbooks.{topic[:60]}"))
            continue
        known = mine.get(topic) or load().get(topic)
        mine[topic] = _preceded(known, words) if known is not None else _made_of(topic, words)
    leads, lost = _leads(file, mine)
    return Library(mine, (*problems, *lost), leads)


def _leads(file: LaunchFile, mine: Collection[str]) -> tuple[dict[str, str], list[Problem]]:
    """The topic that each monitor names itself; one that does not exist is named and left out."""
    from bot.config.nearest import did_you_mean

    leads: dict[str, str] = {}
    lost: list[Problem] = []
    for number, one in enumerate(file.monitors or ()):
        if one.runbook is None:
            continue
        topics = {*load(), *mine}
        if one.runbook in topics:
            leads[one.name] = one.runbook
            continue
        said = f'there is no runbook "{shown(one.runbook)}"{did_you_mean(one.runbook, topics)}'
        lost.append(Problem(said, file.path, where=f"monitors.{number}.runbook"))
    return leads, lost


def _no_topic(topic: str, books: Iterable[str]) -> str:
    from bot.config.nearest import did_you_mean

    return "a topic has lower-case letters, digits and _" + did_you_mean(topic.replace("-", "_"), books)


def own_files(beside: Path) -> tuple[Path, ...]:
    """The files of the folder in which a founder's own runbooks are; none where it is not there or cannot be read."""
    try:
        return tuple(_files(beside / FOLDER))
    except OSError:
        return ()


def _files(folder: Path) -> list[Path]:
    paths = [path for path in folder.iterdir() if path.suffix in (".yml", ".yaml") and path.name[0] != "."]
    return sorted(paths)[: MOST_FILES + 1]


def _folder(folder: Path) -> tuple[dict[str, Runbook], list[Problem]]:
    books: dict[str, Runbook] = {}
    problems: list[Problem] = []
    try:
        paths = _files(folder)
    except (FileNotFoundError, NotADirectoryError):
        return books, problems
    except OSError as error:
        return books, [Problem(f"the folder cannot be read: {error.strerror or error}", str(folder))]
    if len(paths) > MOST_FILES:
        problems.append(
            Problem(f"there are more than {MOST_FILES} files; only the first of them are read", str(folder))
        )
    for path in paths[:MOST_FILES]:
        try:
            book = read_own(path)
        except ConfigError as error:
            problems += error.problems
            continue
        if book.topic in books:
            problems.append(Problem("there is another file of this topic; keep one of them", str(path)))
        else:
            books[book.topic] = book
    return books, problems


def read_own(path: Path) -> Runbook:
    """A founder's own runbook. Raises `ConfigError` with every mistake that would leave somebody standing."""
    if not TOPIC.fullmatch(path.stem):
        raise ConfigError([Problem(wrong_name(path), str(path))])
    parsed = parse(source_of(path), str(path))
    book = built(path.stem, parsed.usable(), own=True)
    flaws = structure(book, world(panels()))
    if flaws:
        raise ConfigError(parsed.read.problem(flaw.where, flaw.message) for flaw in flaws)
    return book


def _preceded(book: Runbook, words: str) -> Runbook:
    """The runbook with one's own words before its first step. Ids of files have no dash, so these are free."""
    pieces = list(_pieces(words))
    if len(pieces) == 1:
        added: list[Step] = [Say("own-1", pieces[0], book.first)]
    else:
        added = _read_on(pieces, book.first)
    return replace(book, steps={**{step.id: step for step in added}, **book.steps}, own=True)


def _made_of(topic: str, words: str) -> Runbook:
    title = topic.replace("_", " ").capitalize()
    steps = _read_on(list(_pieces(words)), End.DONE)
    return Runbook(topic, title, Sort.HOW_TO, (), (), "", "", (), (), {step.id: step for step in steps}, own=True)


def _read_on(pieces: list[str], end: str) -> list[Step]:
    """A step to read for each piece, the last of which leads to `end`."""
    ids = [f"own-{number}" for number in range(1, len(pieces) + 1)]
    return [Do(id, text, go, changes=False) for id, text, go in zip(ids, pieces, [*ids[1:], end], strict=True)]


def _pieces(words: str) -> Iterator[str]:
    """Whole paragraphs as far as they fit; what is far too long ends with a word about it."""
    pieces: list[str] = []
    for paragraph in words.strip().split("\n\n"):
        for part in _parts(paragraph.strip()):
            if pieces and len(pieces[-1]) + len(part) + 2 <= PIECE:
                pieces[-1] += f"\n\n{part}"
            elif part:
                pieces.append(part)
    yield from pieces[:MOST_PIECES]
    if len(pieces) > MOST_PIECES:
        yield "There is more of this in launch.yml; it is too long to show here."


def _parts(paragraph: str) -> Iterator[str]:
    if len(paragraph) <= PIECE:
        yield paragraph
        return
    for line in paragraph.splitlines():
        yield from wrap(line, PIECE) or [""]
