"""A document as Markdown, for pull requests and files: everything from outside is escaped."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import assert_never

from bot.blockkit.words import clean, one_line, quiet, safe_url
from bot.document import (
    Action,
    Actions,
    Chart,
    Code,
    Document,
    Everyone,
    Facts,
    Heading,
    Item,
    Lamp,
    Link,
    Listing,
    Note,
    Paragraph,
    Part,
    Person,
    Preformatted,
    Progress,
    Rule,
    Span,
    Strong,
    Table,
    Time,
    Words,
)
from bot.render.spans import EVERYONE, moment
from bot.render.tables import figures
from bot.render.text import spoken_command

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$]|&(?=#?[A-Za-z0-9]{1,32};))")
"""What Markdown obeys; an entity among it, since `&#64;name` is shown as a name that is called."""
_LINE_START = re.compile(r"^( *)([-+>=]|\d{1,9}[.)])", re.MULTILINE)
_MENTION = re.compile(r"@(?=\w)")
_TICKS = re.compile(r"`+")


def markdown(document: Document) -> str:
    """The whole document."""
    head = f"# {escape(one_line(document.headline, 300))}" if document.headline else ""
    parts = [head, *(_part(part) for part in document.parts)]
    return "\n\n".join(part for part in parts if part) + "\n"


def escape(text: str) -> str:
    """Foreign text with nothing in it that Markdown obeys; a name after @ calls nobody."""
    plain = _SPECIAL.sub(r"\\\1", _MENTION.sub("@\u2060", quiet(clean(text))))
    return _LINE_START.sub(_defused, plain).replace("\n", "  \n")


def _defused(found: re.Match[str]) -> str:
    blanks, mark = found.groups()
    return f"{blanks[:3]}{mark[:-1]}\\{mark[-1]}"


def code(text: str) -> str:
    """Fixed-width text inside a line."""
    inner = " ".join(clean(text).split()) or " "
    fence = "`" * (max((len(run) for run in _TICKS.findall(inner)), default=0) + 1)
    blank = " " if inner.startswith("`") or inner.endswith("`") else ""
    return f"{fence}{blank}{inner}{blank}{fence}"


def _span(span: Span) -> str:
    match span:
        case str():
            return escape(span)
        case Strong(text):
            said = clean(text)
            inner = escape(" ".join(said.split()))
            # Spaces at its ends stand outside, else it would not be bold.
            before, after = (" " if said[at].isspace() else "" for at in (0, -1)) if inner else ("", "")
            return f"{before}**{inner}**{after}" if inner else ""
        case Code(text):
            return code(text)
        case Link(url, text):
            target = safe_url(url)
            return f"[{escape(one_line(text or target, 300))}](<{target}>)" if target else escape(text)
        case Time():
            return moment(span)
        case Person(id):
            return escape(id)
        case Everyone():
            return EVERYONE
        case Lamp():
            return ""
        case _ as never:
            assert_never(never)


def _words(words: Words) -> str:
    return "".join(_span(span) for span in words)


def _part(part: Part) -> str:
    match part:
        case Paragraph(words):
            return _words(words)
        case Heading(text):
            return f"## {escape(one_line(text, 300))}"
        case Facts(pairs):
            return "\n".join(f"- **{escape(one_line(label, 100))}**: {_inline(value)}" for label, value in pairs)
        case Listing():
            return _listing(part)
        case Preformatted(text):
            return _fenced(text)
        case Table():
            return _table(part)
        case Chart():
            return _chart(part)
        case Progress():
            done = f"{part.done} of {part.total} done"
            return f"{done}: {escape(part.now)}" if part.now else done
        case Note(words):
            return f"_{_inline(words)}_"
        case Rule():
            return "---"
        case Actions(actions, more):
            return "\n".join(f"- {line}" for action in (*actions, *more) if (line := _twin(action)))
        case _ as never:
            assert_never(never)


def _inline(words: Words) -> str:
    return _words(words).replace("  \n", " ").replace("\n", " ")


def _twin(action: Action) -> str:
    if action.command:
        label = f"{escape(action.label)}: " if action.label else ""
        return f"{label}{code(spoken_command(action.command))}"
    target = safe_url(action.url)
    return f"[{escape(action.label or target)}](<{target}>)" if target else ""


def _listing(listing: Listing) -> str:
    if not listing.items:
        return escape(listing.empty)
    shown = listing.items[: max(1, listing.limit)]
    lines = [line for item in shown for line in _item(item)]
    more = len(listing.items) - len(shown)
    return "\n".join([*lines, *([f"- … and {more} more"] if more else [])])


def _item(item: Item) -> list[str]:
    label = f"**{escape(one_line(item.label, 60))}** · " if item.label else ""
    lines = [f"- {label}{_inline(item.title)}"]
    lines += [f"  - {_inline(words)}" for words in item.lines]
    return [*lines, *(f"  - {line}" for action in item.actions if (line := _twin(replace(action, label=""))))]


def _fenced(text: str) -> str:
    inner = clean(text).strip("\n")
    fence = "`" * max(3, max((len(run) for run in _TICKS.findall(inner)), default=0) + 1)
    return f"{fence}\n{inner}\n{fence}"


def _table(table: Table) -> str:
    if not table.rows:
        return "Nothing to show yet."
    wide = max(len(table.header), *(len(row) for row in table.rows))

    def line(cells: tuple[str, ...]) -> str:
        shown = [escape(one_line(cell, 300)) if cell else " " for cell in cells]
        return "| " + " | ".join([*shown, *[" "] * wide][:wide]) + " |"

    rows = [line(table.header), "|" + " --- |" * wide, *(line(row) for row in table.rows)]
    return "\n".join(rows) + (f"\n\n{escape(table.caption)}" if table.caption else "")


def _chart(chart: Chart) -> str:
    """The number in words, and the figures as a table."""
    table = figures(chart)
    said = f"**{escape(one_line(chart.title, 100))}**: {escape(chart.said)}"
    return f"{said}\n\n{_table(table)}" if table.rows else said
