"""`launch erase`: a person who is gone becomes a pseudonym in everything that the bot has stored."""

from __future__ import annotations

import click

from bot.cli.terminal import examples


@click.command(
    "erase",
    short_help="Put a pseudonym in the place of a person who is gone.",
    epilog=examples("launch erase U0123456789", "launch erase U0123456789 --name ana --name ana@example.com"),
)
@click.argument("person")
@click.option("--name", "names", multiple=True, help="Another way in which the person is written: a name, an address.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(person: str, names: tuple[str, ...], *, yes: bool) -> int:
    """Erase PERSON, a Slack member ID, from what the bot has stored. What happened stays; the name does not.

    Stop the bot first, and take the person out of launch.yml. This cannot be undone. Slack's own messages, copies made
    by `launch backup` and copies made before an upgrade still hold the name: delete those yourself.
    """
    from bot.clock import SystemClock
    from bot.config.settings import Settings
    from bot.services.config import Config
    from bot.services.erase import StillThere, forget
    from bot.store.erase import NotAPerson

    settings = Settings.from_env(tokens=False)
    if not settings.database.is_file():
        raise click.ClickException(f"Nothing is stored yet: there is no {settings.database}.")
    if not yes:
        click.confirm(f"Erase {person[:30]} for good from {settings.database}?", abort=True)
    try:
        now = SystemClock().now()
        pseudonym = forget(settings.database, Config.read(settings.launch_config), person, now, names)
    except (StillThere, NotAPerson) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f'Done. Wherever the person stood, there is now "{pseudonym}".')
    click.echo("Delete old copies too: those of `launch backup`, and launch.db.before-… beside the file.")
    return 0
