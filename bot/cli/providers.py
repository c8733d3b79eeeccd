"""`launch providers`: what is known about providers, and how old that knowledge is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.cli.terminal import examples, width, write

if TYPE_CHECKING:
    from datetime import date

    from checks.providers import ProviderKind
    from checks.providers.age import Age


@click.command(
    "providers",
    short_help="What is known about edges, mail senders and hosts, and as of when.",
    epilog=examples("launch providers", "launch providers edges", "launch providers --format json"),
)
@click.argument("kind", required=False, metavar="[KIND]")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(kind: str | None, form: str) -> int:
    """Say what the checks know about providers, and as of which month.

    Address ranges, mail servers and pages of providers change. With an upgrade the newest knowledge comes along.

    KIND is one of the lists, such as edges or mail. With it, each entry is shown with its source.
    """
    from bot.clock import SystemClock

    today = SystemClock().now().date()
    chosen = _chosen(kind)
    if form == "json":
        write(_json(chosen, today))
    elif kind is None:
        write(_overview(chosen, today, width()))
    else:
        write(_entries(chosen[0], today, width()))
    return 0


def _chosen(kind: str | None) -> tuple[ProviderKind, ...]:
    from bot.config.names import shown
    from bot.config.nearest import did_you_mean
    from checks.providers import KINDS

    if kind is None:
        return KINDS
    found = tuple(known for known in KINDS if known == kind.strip().lower())
    if not found:
        near = did_you_mean(kind, KINDS) or "."
        message = f'There is no list "{shown(kind)}"{near} The lists: {", ".join(KINDS)}'
        raise click.UsageError(message, click.get_current_context())
    return found


def _json(kinds: tuple[ProviderKind, ...], today: date) -> str:
    import json

    from checks.providers import about, load
    from checks.providers.age import of_kind

    found = [
        {
            "kind": kind,
            "about": about(kind),
            "oldest": f"{of_kind(kind, today).oldest:%Y-%m}",
            "months": of_kind(kind, today).months,
            "stale": of_kind(kind, today).stale,
            "entries": [
                {
                    "id": entry.id,
                    "name": entry.name,
                    "group": entry.group,
                    "as_of": f"{entry.as_of:%Y-%m}",
                    "source": entry.source,
                }
                for entry in load(kind)
            ],
        }
        for kind in kinds
    ]
    return json.dumps({"schema": 1, "providers": found}, indent=2, ensure_ascii=False)


def _overview(kinds: tuple[ProviderKind, ...], today: date, columns: int) -> str:
    from checks.providers import about
    from checks.providers.age import of_groups, of_kind

    lines: list[str] = []
    stale: list[str] = []
    for kind in kinds:
        age = of_kind(kind, today)
        if age.stale:
            stale.append(kind)
        lines += ["", *_wrapped(f"{kind}: {_count(age.entries)}, {_when(age)}", columns)]
        lines += _wrapped(about(kind), columns, indent="  ")
        groups = of_groups(kind, today)
        for group in groups if len(groups) > 1 else ():
            lines += _wrapped(f"{group.name}: {_count(group.entries)}, {_when(group)}", columns, indent="  - ")
    verdict = "Nothing here is older than a year."
    if stale:
        verdict = f"Old: {', '.join(stale)}. Upgrade Launch Ready, the newest knowledge comes along."
    return "\n".join([*lines[1:], "", *_wrapped(verdict, columns)])


def _entries(kind: ProviderKind, today: date, columns: int) -> str:
    from checks.providers import about, load
    from checks.providers.age import of_entry, of_kind

    lines = [*_wrapped(about(kind), columns), ""]
    for entry in load(kind):
        lines += _wrapped(f"{entry.name}: {_when(of_entry(entry, today))}", columns)
        lines += _wrapped(f"source: {entry.source}", columns, indent="  ")
    age = of_kind(kind, today)
    return "\n".join([*lines, "", *_wrapped(f"{_count(age.entries)}, {_when(age)}", columns)])


def _count(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"


def _when(age: Age) -> str:
    ago = {0: "this month", 1: "last month"}.get(age.months, f"{age.months} months ago")
    since = f"as of {age.oldest:%B %Y} ({ago})"
    if age.newest == age.oldest:
        return since
    return f"the oldest {since}, the newest as of {age.newest:%B %Y}"


def _wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    from textwrap import wrap

    return wrap(
        text, columns, initial_indent=indent, subsequent_indent=" " * len(indent) + "  ", break_on_hyphens=False
    )
