"""`launch restore`: put a copy made by `launch backup` back."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.terminal import examples


@click.command(
    "restore",
    short_help="Put a copy made by `launch backup` back.",
    epilog=examples(
        "launch restore launch-friday.db",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def command(file: Path) -> int:
    """Put FILE, a copy made by `launch backup`, in the place of what the bot has stored. Stop the bot first."""
    import asyncio

    from bot.config.settings import Settings
    from bot.services.backup import restore

    if not file.is_file():
        raise click.ClickException(f"There is no file {file}.")
    store = Settings.from_env(tokens=False).database
    kept = asyncio.run(restore(file, store))
    click.echo(f"Restored {store} from {file}.")
    if kept is not None:
        click.echo(f"What was there before is kept in {kept}.")
    click.echo("Start the bot again: launch run")
    return 0
