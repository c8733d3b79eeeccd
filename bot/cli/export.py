"""`launch export`: what happened in one incident or in all, as files that outlive Slack's history."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.terminal import config_option, examples, save, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.stories import Story

_NUMBER = re.compile(r"(?:inc-?|#)?(\d{1,9})", re.IGNORECASE)
_LAST = "last"


@click.command(
    "export",
    short_help="The story of one incident or of all, as Markdown or JSON.",
    epilog=examples(
        "launch export",
        "launch export INC-12 --output inc-12.md",
        "launch export last --format json",
        "launch export --folder incidents",
    ),
)
@click.argument("incident", required=False, metavar="[INC-n]")
@click.option("--format", "kind", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to. Default: the terminal.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder that gets two files for each incident, one of each format.",
)
@config_option
def command(incident: str | None, kind: str, output: Path | None, folder: Path | None, config: Path | None) -> int:
    """Write down what happened, who was told, and drafts: a notice for customers and a review without blame.

    INC-n is one incident, `last` the newest one; without it all of them. The bot may run meanwhile.

    Exit codes: 0 written · 1 there is no such incident.
    """
    if output is not None and folder is not None:
        raise click.UsageError("Name --output or --folder, not both.", click.get_current_context())
    found = _stories(incident, config)
    if not found:
        named = incident is not None and incident.lower() != _LAST
        click.echo(f"There is no incident {incident}." if named else "There has been no incident yet.", err=True)
        return 1
    if folder is not None:
        return _each(found, folder)
    text = _json(found, alone=incident is not None) if kind == "json" else _markdown(found)
    if output is None:
        write(text)
    else:
        save(output, text)
        click.echo(f"Written to {output}.", err=True)
    return 0


def _stories(incident: str | None, config: Path | None) -> Sequence[Story]:
    """Those that are meant. Raises click's error where there is nothing to look at."""
    from bot.clock import SystemClock
    from bot.config.settings import Settings
    from bot.services.config import Config
    from bot.services.stories import every

    number = _number(incident)
    overrides = {"launch_config": config} if config else {}
    settings = Settings.from_env(tokens=False, **overrides)
    known = Config.read(settings.launch_config)
    if known.error is not None:
        raise known.error
    if known.inventory is None:
        raise click.ClickException(
            f"There is no {settings.launch_config}, so nobody knows whose incidents are meant. Run it in the folder "
            "of your launch.yml, or name the file with --config."
        )
    if not settings.database.is_file():
        raise click.ClickException(
            f"Nothing is stored yet: there is no {settings.database}. The bot writes it once it runs (launch run). "
            "Does it run elsewhere? Set LAUNCH_DATA to its data folder."
        )
    found = list(every(settings.database, known, SystemClock().now(), number))
    return found[-1:] if incident is not None and number is None else found


def _number(incident: str | None) -> int | None:
    """The number of one; None for all, or the last. Raises click's error for anything else."""
    if incident is None or incident.lower() == _LAST:
        return None
    given = _NUMBER.fullmatch(incident)
    if given is None:
        from bot.config.names import shown

        said = f'"{shown(incident)}" is no incident. Write its number, such as INC-12, or: launch export last'
        raise click.UsageError(said, click.get_current_context())
    return int(given[1])


def _markdown(found: Sequence[Story]) -> str:
    from bot.commands.export import texts

    return "\n---\n\n".join(texts(one)[0].rstrip() + "\n" for one in found)


def _json(found: Sequence[Story], *, alone: bool) -> str:
    """One incident as an object; all of them as `{"format": 1, "incidents": […]}`."""
    import json

    from bot.commands.export import texts

    stories = [json.loads(texts(one)[1]) for one in found]
    told = stories[0] if alone else {"format": 1, "incidents": stories}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _each(found: Sequence[Story], folder: Path) -> int:
    """Two files for each; those that are there are replaced."""
    from bot.commands.export import texts
    from bot.services.stories import keep

    written = 0
    try:
        for one in found:
            text, data = texts(one)
            written += len(keep(folder, one.incident.name, {"md": text, "json": data}))
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror or error}") from None
    click.echo(f"{written} files written to {folder}.", err=True)
    return 0
