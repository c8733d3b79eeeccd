"""`launch explain`: why a check matters, and how to repair what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from bot.cli.terminal import colour_option, examples, show

if TYPE_CHECKING:
    from checks.model import Check


@click.command(
    "explain",
    short_help="Why a check matters, how it is measured, how to repair it.",
    epilog=examples("launch explain", "launch explain mail", "launch explain tls.expiry"),
)
@click.argument("check", required=False, metavar="[CHECK]")
@colour_option
def command(check: str | None, no_color: bool) -> int:
    """Say what a check looks at, what customers would feel, and how to repair it.

    CHECK is the id of a check or of a family. Without it: the list of all checks.
    """
    import bot.views.explain as views
    from checks.registry import load

    checks = load()
    name = (check or "").strip().lower()
    if check is None:
        document = views.catalogue(checks, typed="launch explain")
    elif name in checks:
        document = views.explain(checks[name], most=100)
    elif name in {one.family for one in checks.values()}:
        document = views.family(name, checks, typed="launch explain")
    else:
        raise click.UsageError(_unknown(check, checks), click.get_current_context())
    show(document, no_color=no_color)
    return 0


def _unknown(name: str, checks: Mapping[str, Check]) -> str:
    from bot.config.names import shown
    from bot.config.nearest import did_you_mean

    near = did_you_mean(name, [*checks, *(one.family for one in checks.values())]) or "."
    return f'There is no check "{shown(name)}"{near} All of them: launch explain'
