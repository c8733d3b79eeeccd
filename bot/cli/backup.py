"""`launch backup`: a consistent copy of the store, also while the bot runs."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.terminal import examples


@click.command(
    "backup",
    short_help="Copy everything the bot has stored, also while it runs.",
    epilog=examples(
        "launch backup launch-friday.db",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def command(file: Path) -> int:
    """Copy everything the bot has stored into FILE, also while the bot runs."""
    import asyncio

    from bot.config.settings import Settings
    from bot.services.backup import backup

    store = Settings.from_env(tokens=False).database
    if not store.is_file():
        raise click.ClickException(
            f"There is nothing to copy yet: {store} is not there. LAUNCH_DATA names the folder; the bot makes the file "
            "when it runs."
        )
    asyncio.run(backup(store, file))
    click.echo(f"Copied to {file} ({file.stat().st_size:,} bytes).")
    return 0
