"""`launch handover`: the handover document, also while the bot runs, also before it ever ran."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.terminal import colour_option, colourful, config_option, examples, plain_letters, save, width, write


@click.command(
    "handover",
    short_help="Everything that whoever takes over must know, as a document.",
    epilog=examples(
        "launch handover",
        "launch handover --format html --output handover.html",
        "launch handover --format markdown > HANDOVER.md",
    ),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "html"]),
    default="text",
    show_default=True,
    help="Form of the document.",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file.")
@config_option
@colour_option
def command(form: str, output: Path | None, config: Path | None, *, no_color: bool) -> int:
    """Write down where everything is, who can do what, how to go back, what is open, and what nobody has said yet.

    It is made anew each time from launch.yml and from what the bot has stored; names of secrets are in it, never a
    secret. People confirm its parts in Slack with /launch handover.

    Exit codes: 0 written · 2 launch.yml is missing or wrong.
    """
    import sys

    from bot.clock import SystemClock
    from bot.config.settings import Settings
    from bot.services.config import Config
    from bot.services.handover import of_file
    from bot.views.handover import whole

    overrides = {"launch_config": config} if config else {}
    settings = Settings.from_env(tokens=False, **overrides)
    known = Config.read(settings.launch_config)
    if known.error is not None:
        raise known.error
    if known.inventory is None:
        raise click.UsageError(
            f"There is no {settings.launch_config}, so there is nothing to hand over yet."
            " `launch init example.com` writes one.",
            click.get_current_context(),
        )
    page = whole(of_file(settings.database, known, SystemClock().now()))
    if form == "html":
        from bot.render.html import html

        said = html(page)
    elif form == "markdown":
        from bot.render.markdown import markdown

        said = markdown(page)
    else:
        from bot.render.text import text

        coloured = output is None and colourful(sys.stdout, no_color)
        said = text(page, width=width(), colour=coloured, ascii=plain_letters())
    if output is None:
        write(said)
    else:
        save(output, said)
        click.echo(f"Written to {output}.", err=True)
    return 0
