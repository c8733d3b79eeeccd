"""`launch runbook`: what to do if something breaks, step by step, with live checks; or to read and print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.terminal import colour_option, config_option, config_path, examples, quiet, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.config.problems import Problem
    from bot.domain.runbook.book import Runbook
    from bot.services.config import Config


@click.command(
    "runbook",
    short_help="What to do if something breaks, step by step, with live checks.",
    epilog=examples(
        "launch runbook",
        "launch runbook site_down",
        "launch runbook emails go to spam",
        "launch runbook --print certificate_expired",
    ),
)
@click.argument("words", nargs=-1, metavar="[TOPIC | WORDS]")
@click.option("--print", "printed", is_flag=True, help="The whole text, to read or to print; it asks nothing.")
@config_option
@colour_option
def command(words: tuple[str, ...], printed: bool, config: Path | None, no_color: bool) -> int:
    """Walk through a runbook: it says what to do and where, and looks whether it worked.

    Without a TOPIC: the list of all runbooks. Your own words find one as well. In a pipe, or with --print, the whole
    text is written at once.

    Exit codes: 0 fixed, handed over or read · 1 given up · 2 wrong usage or configuration · 130 stopped by Ctrl-C.
    """
    from bot.config.problems import ConfigError
    from bot.services.config import Config
    from bot.views import runbook_text as view

    quiet()
    path, asked_for = config_path(config)
    found = Config.read(path) if asked_for or path.exists() else Config(path)
    if found.error is not None:
        raise found.error
    if asked_for and found.missing:
        raise ConfigError((_no_file(path),))
    books = found.library.books
    if not words:
        show(view.shelves(books.values()), no_color=no_color)
        return 0
    talking = not printed and sys.stdin.isatty() and sys.stdout.isatty()
    book = _meant(books, " ".join(words), talking=talking)
    return _walk(found, books, book, no_color=no_color, talking=talking)


def _no_file(path: Path) -> Problem:
    from bot.config.problems import Problem

    return Problem("there is no such file; `launch init DOMAIN` writes one", str(path))


def _meant(books: Mapping[str, Runbook], words: str, *, talking: bool) -> Runbook:
    """The one that is meant; asked for where several could be. Raises click's error where none fits."""
    from bot.config.names import shown
    from bot.domain.runbook.search import find

    found = find(books, words)
    if found.topic:
        return books[found.topic]
    names = "\n".join(f"  {topic:<36} {books[topic].title}" for topic in found.near)
    if found.none or not found.near or not talking:
        said = "No runbook fits" if found.none or not found.near else "Several runbooks fit"
        near = f" {'The nearest ones' if found.none else 'Name one'}:\n{names}\n" if names else " "
        raise click.UsageError(
            f'{said} "{shown(words)}".{near}All of them: launch runbook', click.get_current_context()
        )
    for number, topic in enumerate(found.near, 1):
        click.echo(f"{number}. {books[topic].title}")
    return books[found.near[_number("Which one do you mean?", len(found.near)) - 1]]


def _number(question: str, most: int) -> int:
    while True:
        said = click.prompt(f"{question} (1-{most})", prompt_suffix=" ", default="", show_default=False).strip()
        if said.isdecimal() and 1 <= int(said) <= most:
            return int(said)


def _walk(config: Config, books: Mapping[str, Runbook], book: Runbook, *, no_color: bool, talking: bool) -> int:
    import asyncio
    from contextlib import closing

    from bot.clock import SystemClock
    from bot.config.settings import Settings
    from bot.services.runbook_alone import Alone
    from bot.views import runbook_text as view

    clock = SystemClock()
    with closing(Alone(config, books, book, clock)) as alone:
        alone.remember(Settings.from_env(tokens=False).database)
        if talking:
            from bot.cli.walking import Walk

            return Walk(book, alone, clock, no_color=no_color).go()
        asyncio.run(alone.recognise())
        show(view.whole(book, alone.known(alone.run(None))), no_color=no_color)
        return 0
