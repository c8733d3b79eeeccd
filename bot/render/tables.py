"""Tables in fixed-width letters, and how wide text is when shown."""

from __future__ import annotations

import unicodedata

from bot.blockkit.words import one_line
from bot.document import Chart, Table


def figures(chart: Chart) -> Table:
    """What a chart draws, as numbers: a row for each category, a column for each series."""
    rows = tuple(
        (category, *(f"{values[index]:g}" if index < len(values) else "" for _, values in chart.series))
        for index, category in enumerate(chart.categories)
    )
    return Table(("", *(name for name, _ in chart.series)), rows)


def display_width(text: str) -> int:
    """Columns that the text takes in a terminal: East Asian wide characters take two, combining ones none."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if char == "\u200d" or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def pad(text: str, width: int) -> str:
    """Filled with blanks up to that many columns."""
    return text + " " * max(0, width - display_width(text))


def columns(table: Table, width: int) -> list[str]:
    """The table in aligned columns where it fits, else each row as one line that names its values."""
    wide = max(len(table.header), *(len(row) for row in table.rows), 1) if table.rows else len(table.header)
    lines = [[one_line(cell, 200) if cell else "" for cell in row] for row in (table.header, *table.rows)]
    lines = [[*line, *[""] * wide][:wide] for line in lines]
    widths = [max(display_width(line[column]) for line in lines) for column in range(wide)]
    if sum(widths) + 2 * (wide - 1) <= width:
        head, *rows = ["  ".join(pad(cell, size) for cell, size in zip(line, widths, strict=True)) for line in lines]
        rule = "  ".join("-" * size for size in widths)
        return [line.rstrip() for line in (head, rule, *rows)]
    return [_named(lines[0], row) for row in lines[1:]]


def _named(head: list[str], row: list[str]) -> str:
    """`Mail (mail): fix first 1, can wait 0`."""
    named = [
        f"{label[:1].lower()}{label[1:]} {cell}".strip() for label, cell in zip(head[1:], row[1:], strict=True) if cell
    ]
    return f"{row[0]}: {', '.join(named)}" if named else row[0]
