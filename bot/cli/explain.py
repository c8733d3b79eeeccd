"""`launch explain`: why a check matters, and how to repair what it finds."""

from __future__ import annotations

import click

from bot.cli.terminal import colour_option, examples, show, width, write


@click.command(
    "explain",
    short_help="Why a check matters, how it is measured, how to repair it.",
    epilog=examples(
        "launch explain",
        "launch explain mail.spf",
        "launch explain tls.expiry",
    ),
)
@click.argument("check", required=False, metavar="[CHECK]")
@colour_option
def command(check: str | None, no_color: bool) -> int:
    """Say what a check looks at, what customers would feel, and how to repair it.

    Without CHECK: the list of all checks.
    """
    from checks.registry import load

    checks = load()
    if check is None:
        write(_listing())
        return 0
    name = check.strip().lower()
    if name not in checks:
        raise click.UsageError(_unknown(check, list(checks)), click.get_current_context())
    from bot.views import explain

    show(explain.explain(checks[name]), no_color=no_color)
    return 0


def _listing() -> str:
    from textwrap import wrap

    from checks.registry import load

    lines = []
    family = ""
    for found in load().values():
        if found.family != family:
            family = found.family
            lines += ["", family]
        first, *rest = wrap(found.title, max(20, width() - 24)) or [""]
        lines += [f"  {found.id:<20}  {first}", *(" " * 24 + line for line in rest)]
    return "\n".join(lines[1:]) + "\n\nMore about one: launch explain mail.spf"


def _unknown(name: str, known: list[str]) -> str:
    from bot.config.names import shown
    from bot.config.nearest import did_you_mean

    family = [one for one in known if one.startswith(f"{name.strip().lower()}.")]
    if family:
        return f'"{shown(name)}" is a family of checks; explain one of them: {", ".join(family)}'
    return f'There is no check "{shown(name)}"{did_you_mean(name, known) or "."} `launch explain` lists all of them.'
