"""`launch requirements`: each requirement with what serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.cli.terminal import examples, width, write

if TYPE_CHECKING:
    from bot.services.requirements import Served


MOST = 6
"""Names that one line lists; the rest is counted."""


@click.command(
    "requirements",
    short_help="Each requirement of the contract, with what serves it.",
    epilog=examples("launch requirements", "launch requirements --format json"),
)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(form: str) -> int:
    """List every requirement that a launch must meet, and the checks, commands and runbooks that serve it."""
    from bot.runbooks import load as books
    from bot.services.requirements import served
    from checks.registry import load

    rows = served(load(), books())
    write(_json(rows) if form == "json" else _table(rows, width()))
    return 0


def _json(rows: tuple[Served, ...]) -> str:
    import json

    found = [
        {
            "id": row.requirement.id,
            "area": row.requirement.area,
            "what": row.requirement.what,
            "how": list(row.requirement.how),
            "checks": list(row.checks),
            "commands": list(row.requirement.commands),
            "runbooks": list(row.runbooks),
        }
        for row in rows
    ]
    return json.dumps({"schema": 1, "requirements": found}, indent=2, ensure_ascii=False)


def _table(rows: tuple[Served, ...], columns: int) -> str:
    from itertools import groupby

    lines: list[str] = []
    for area, found in groupby(rows, key=lambda row: row.requirement.area):
        own = tuple(found)
        title = f"{area} ({_share(own)} served)"
        lines += ["", title, "-" * min(len(title), columns)]
        lines += [line for row in own for line in _row(row, columns)]
    more = "What a check looks at, and how to repair what it finds: launch explain CHECK"
    return "\n".join([*lines[1:], "", f"{_share(rows)} are served by a check, a command or a runbook today.", more])


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - MOST
    return ", ".join(names[:MOST]) + (f" and {more} more" if more > 0 else "")


def _share(rows: tuple[Served, ...]) -> str:
    return f"{sum(1 for row in rows if row.by)} of {len(rows)}"


def _row(row: Served, columns: int) -> list[str]:
    """What it asks; below it what serves it, else how it can be met."""
    from textwrap import wrap

    from bot.services.requirements import HOW

    requirement, indent = row.requirement, " " * 9
    first, *rest = wrap(requirement.what, max(12, columns - len(indent)))
    ways = ", ".join(HOW[way] for way in requirement.how)
    by = f"served by {_listed(row.by)}" if row.by else f"not served yet (how it can be: {ways})"
    served = wrap(by, columns, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)
    return [f"{requirement.id:<8} {first}", *(indent + line for line in rest), *served]
