"""`launch requirements`: each requirement with what serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.cli.terminal import examples, width, write

if TYPE_CHECKING:
    from bot.services.requirements import Served


@click.command(
    "requirements",
    short_help="Each requirement of the contract, with what serves it.",
    epilog=examples("launch requirements", "launch requirements --format json"),
)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(form: str) -> int:
    """List every requirement that a launch must meet, and the checks and commands that serve it."""
    from bot.services.requirements import served
    from checks.registry import load

    rows = served(load())
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
        }
        for row in rows
    ]
    return json.dumps({"schema": 1, "requirements": found}, indent=2, ensure_ascii=False)


def _table(rows: tuple[Served, ...], columns: int) -> str:
    from textwrap import wrap

    lines: list[str] = []
    area = ""
    for row in rows:
        requirement = row.requirement
        if requirement.area != area:
            area = requirement.area
            lines += ["", area, "-" * min(len(area), columns)]
        first, *rest = wrap(requirement.what, max(12, columns - 9))
        lines += [f"{requirement.id:<8} {first}", *(" " * 9 + line for line in rest)]
        by = "served by " + ", ".join(row.by) if row.by else "not served yet"
        lines += wrap(by, columns, initial_indent=" " * 9, subsequent_indent=" " * 9 + "  ", break_on_hyphens=False)
    count = sum(1 for row in rows if row.by)
    return "\n".join([*lines[1:], "", f"{count} of {len(rows)} are served by a check or a command today."])
