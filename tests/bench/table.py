"""The table in plain text, 120 columns wide, readable without colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

from tests.bench.rows import Row

HEAD = ("what", "ours", "peer", "result, median (min-max)", "target", "verdict")
WIDTHS = (34, 22, 34, 26, 9, 8)


def number(value: float, unit: str) -> str:
    """Three figures that mean something: `0.031`, `2.85`, `84.2`, `312`."""
    digits = 3 if abs(value) < 0.1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f}{unit if unit == '×' else ' ' + unit}"


def cells(row: Row) -> tuple[str, ...]:
    """The columns of one row."""
    peer = f"{row.peer}: {row.theirs}" if row.theirs else row.peer
    if row.median is None:
        return row.what, row.ours, peer, row.skipped or "nothing was measured", "", row.verdict
    least, most = (number(edge(row.samples), "").strip() for edge in (min, max))
    result = f"{number(row.median, row.unit)} ({least}-{most})"
    target = "" if row.target is None else f"≤ {row.target:g}{row.unit if row.unit == '×' else ' ' + row.unit}"
    return row.what, row.ours, peer, result, target, row.verdict


def text(rows: Sequence[Row]) -> str:
    """All rows, each case under its name."""
    lines = [line(HEAD), "  ".join("-" * width for width in WIDTHS)]
    for case in dict.fromkeys(row.case for row in rows):
        lines.append(f"[{case}]")
        for row in (each for each in rows if each.case == case):
            lines.extend(wrapped(cells(row)))
            lines.extend(f"    {part}" for part in wrap(row.note, 120))
    met, missed = (sum(row.met is wanted for row in rows) for wanted in (True, False))
    skipped = sum(bool(row.skipped) for row in rows)
    lines += ["", f"{met} met, {missed} not met, {skipped} skipped"]
    return "\n".join(each.rstrip() for each in lines)


def line(columns: Iterable[str]) -> str:
    """One line of columns."""
    return "  ".join(column.ljust(width) for column, width in zip(columns, WIDTHS, strict=True))


def wrapped(columns: Sequence[str]) -> list[str]:
    """A row on as many lines as its longest column needs."""
    parts = [wrap(column, width) or [""] for column, width in zip(columns, WIDTHS, strict=True)]
    deepest = max(map(len, parts))
    return [line(part[at] if at < len(part) else "" for part in parts) for at in range(deepest)]
