"""A document as text for a terminal: wrapped by display width, states as words, colour only on top of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from bot.blockkit.words import clean, one_line, safe_url
from bot.document import (
    Action,
    Actions,
    Chart,
    Code,
    Document,
    Facts,
    Heading,
    Item,
    Link,
    Listing,
    Note,
    Paragraph,
    Part,
    Preformatted,
    Progress,
    Rule,
    Span,
    Table,
    Tone,
    Words,
)
from bot.render.spans import said, sentence
from bot.render.tables import columns, display_width, pad

GLYPHS = {Tone.PLAIN: "-", Tone.GOOD: "✓", Tone.WARN: "!", Tone.BAD: "✗", Tone.UNKNOWN: "?"}
COLOURS = {Tone.PLAIN: "", Tone.GOOD: "32", Tone.WARN: "33", Tone.BAD: "31", Tone.UNKNOWN: "36"}
BOLD, DIM = "1", "2"
SPARKS = "▁▂▃▄▅▆▇█"
ASCII = str.maketrans(
    {
        "✓": "+", "✗": "x", "…": "...", "–": "-", "—": "-", "·": "-", "•": "-", "→": "->", "█": "#", "░": ".",
        "─": "-", "’": "'", "‘": "'", "“": '"', "”": '"',
    }
)  # fmt: skip
_STEP = re.compile(r"\d{1,2}\. ")
TERMINAL_TWINS = frozenset({"check", "explain", "doctor", "init", "config", "runbook"})
"""Verbs that the terminal knows as well: there they are said without the slash."""


def text(document: Document, *, width: int = 80, colour: bool = False, ascii: bool = False) -> str:
    """The document as lines of at most `width` columns; only an address or command that is longer stands alone.

    `ascii` keeps to letters that every terminal has.
    """
    result = _Writer(max(width, 20), colour=colour, ascii=ascii).document(document)
    return result.translate(ASCII) if ascii else result


def wrap(tokens: Iterable[str], width: int, *, first: str = "", rest: str = "") -> list[str]:
    """Lines out of tokens; a token is never broken unless it is an ordinary word wider than a line."""
    lines: list[str] = []
    line, used, empty = first, display_width(first), True
    for token in tokens:
        size = display_width(token)
        if not empty and used + 1 + size > width:
            lines.append(line)
            line, used, empty = rest, display_width(rest), True
        line, used = (line + token, used + size) if empty else (f"{line} {token}", used + 1 + size)
        empty = False
    return [*lines, line.rstrip()]


def _pieces(word: str, width: int) -> list[str]:
    """A word cut into pieces of at most `width` columns."""
    pieces, piece, used = [], "", 0
    for char in word:
        size = display_width(char)
        if piece and used + size > width:
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + char, used + size
    return [*pieces, piece]


class _Writer:
    def __init__(self, width: int, *, colour: bool, ascii: bool) -> None:
        self._width = width
        self._colour = colour
        self._ascii = ascii

    def document(self, document: Document) -> str:
        """Headline and parts, a blank line between them."""
        headline = self._wrapped((document.headline,)) if document.headline else []
        head = [self._paint(line, BOLD, COLOURS[document.tone]) for line in headline]
        groups = [head, *(self._part(part) for part in document.parts)]
        return "\n\n".join("\n".join(group) for group in groups if group) + "\n"

    def _paint(self, line: str, *codes: str) -> str:
        wanted = ";".join(code for code in codes if code)
        return f"\x1b[{wanted}m{line}\x1b[0m" if self._colour and wanted and line.strip() else line

    def _tokens(self, words: Words, indent: int) -> list[str]:
        """Words to wrap: code and addresses stay whole, blanks of the source count once."""
        glued = ""
        whole: set[str] = set()
        for span in words:
            spoken = said(span)
            if isinstance(span, Code):
                spoken = spoken.replace("\n", " ")
                whole.update(spoken.split())
                if " " in spoken.strip() and len(words) > 1:
                    spoken = f"`{spoken}`"
            elif isinstance(span, Link):
                whole.update(spoken.split())
            glued += spoken
        room = max(8, self._width - indent)
        tokens: list[str] = []
        for word in glued.split():
            kept = display_width(word) <= room or "://" in word or word.strip("().,;:") in whole
            tokens += [word] if kept else _pieces(word, room)
        return tokens

    def _wrapped(self, words: Words, first: str = "", rest: str | None = None) -> list[str]:
        indent = first if rest is None else rest
        lines: list[str] = []
        for number, paragraph in enumerate(_paragraphs(words)):
            start = first if number == 0 else indent
            lines += wrap(self._tokens(paragraph, display_width(indent)), self._width, first=start, rest=indent)
        return lines

    def _part(self, part: Part) -> list[str]:
        match part:
            case Paragraph(words):
                return self._wrapped(words)
            case Heading(text):
                title = one_line(text, 200)
                rule = "-" * min(self._width, display_width(title))
                return [self._paint(line, BOLD) for line in self._wrapped((title,))] + [rule]
            case Facts(pairs):
                return self._facts(pairs)
            case Listing():
                return self._listing(part)
            case Preformatted(text):
                return [f"    {line}".rstrip() for line in clean(text).strip("\n").split("\n")]
            case Table():
                return self._table(part)
            case Chart():
                return self._chart(part)
            case Progress():
                return self._progress(part)
            case Note(words):
                return [self._paint(line, DIM) for line in self._wrapped(words)]
            case Rule():
                return ["─" * min(self._width, 40)]
            case Actions(actions, more):
                return self._actions((*actions, *more))
            case _ as never:
                assert_never(never)

    def _facts(self, pairs: tuple[tuple[str, Words], ...]) -> list[str]:
        labels = [one_line(label, 60) for label, _ in pairs]
        wide = max((display_width(label) for label in labels), default=0)
        lines: list[str] = []
        for label, (_, value) in zip(labels, pairs, strict=True):
            if wide + 2 <= self._width // 3:
                lines += self._wrapped(value, f"{pad(label, wide)}  ", " " * (wide + 2))
            else:
                lines += self._wrapped((f"{label}: ", *value), "", "  ")
        return lines

    def _listing(self, listing: Listing) -> list[str]:
        if not listing.items:
            return self._wrapped((listing.empty,)) if listing.empty else []
        shown = listing.items[: max(1, listing.limit)]
        lines: list[str] = []
        tall = False
        for item in shown:
            taller = bool(item.lines or item.actions)
            lines += [*([""] if lines and (tall or taller) else []), *self._item(item)]
            tall = taller
        more = len(listing.items) - len(shown)
        return [*lines, *(["", f"… and {more} more"] if more else [])]

    def _item(self, item: Item) -> list[str]:
        glyph, code = GLYPHS[item.tone], COLOURS[item.tone]
        label = one_line(item.label, 40) if item.label else ""
        title: Words = (f"{label}: ", *item.title) if label else item.title
        first, *others = self._wrapped(title, f"{glyph} ", "  ")
        mark = f"{glyph} {label}"
        if label and first.startswith(mark):
            first = self._paint(mark, code) + first[len(mark) :]
        else:
            first = self._paint(glyph, code) + first[len(glyph) :]
        lines = [first, *others]
        for words in item.lines:
            step = _STEP.match(sentence(words))
            lines += self._wrapped(words, "  ", "  " + " " * len(step.group()) if step else "  ")
        for action in item.actions:
            lines += self._twin(replace(action, label=""), "  ")
        return lines

    def _table(self, table: Table) -> list[str]:
        if not table.rows:
            shown = ["Nothing to show yet."]
        else:
            shown = [
                line
                for row in columns(table, self._width)
                for line in (self._wrapped((row,), "", "  ") if display_width(row) > self._width else [row])
            ]
        return [*shown, *(self._wrapped((table.caption,)) if table.caption else [])]

    def _chart(self, chart: Chart) -> list[str]:
        lines = self._wrapped((f"{chart.title}: {chart.said}" if chart.said else chart.title,))
        if self._ascii:
            return lines
        room = max(8, self._width - 24)
        for name, values in chart.series:
            spark = _spark(values[-room:])
            if spark:
                lines.append(f"  {pad(one_line(name, 20), 20)}  {spark}")
        return lines

    def _progress(self, progress: Progress) -> list[str]:
        total = max(progress.total, 1)
        long = min(20, self._width // 2)
        full = round(long * min(max(progress.done, 0), total) / total)
        bar = "█" * full + "░" * (long - full)
        lines = [f"{bar} {progress.done} of {progress.total}"]
        return [*lines, *(self._wrapped((progress.now,)) if progress.now else [])]

    def _actions(self, actions: tuple[Action, ...]) -> list[str]:
        return [line for action in actions for line in self._twin(action, "")]

    def _twin(self, action: Action, indent: str) -> list[str]:
        """What to type instead of clicking; a button without a twin or an address has nothing to say here."""
        target = spoken_command(action.command) or safe_url(action.url)
        if not target:
            return []
        label = f"{one_line(action.label, 75)}: " if action.label else ""
        return wrap(f"{label}{target}".split(), self._width, first=f"{indent}→ ", rest=f"{indent}  ")


def spoken_command(command: str) -> str:
    """`/launch explain x` as the terminal knows it, where it does."""
    verb = command.removeprefix("/launch ").partition(" ")[0]
    return command.removeprefix("/") if command.startswith("/launch ") and verb in TERMINAL_TWINS else command


def _paragraphs(words: Words) -> list[Words]:
    """Split where a plain string has a line break."""
    groups: list[list[Span]] = [[]]
    for span in words:
        if isinstance(span, str):
            first, *others = clean(span).split("\n")
            groups[-1].append(first)
            groups += [[line] for line in others]
        else:
            groups[-1].append(span)
    kept = [tuple(group) for group in groups]
    return [group for group in kept if sentence(group).strip()] or [("",)]


def _spark(values: tuple[float, ...]) -> str:
    """The values as a row of bars, a gap where there is none."""
    finite = [value for value in values if value == value and abs(value) != float("inf")]  # noqa: PLR0124
    if not finite:
        return ""
    low, high = min(0.0, *finite), max(finite)
    scale = (len(SPARKS) - 1) / (high - low) if high > low else 0.0
    return "".join(SPARKS[round((value - low) * scale)] if value in finite else " " for value in values)
