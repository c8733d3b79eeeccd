"""What commands share about the terminal: width, colour, the configuration option, atomic files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile
    from bot.document import Document

F = TypeVar("F", bound=Callable[..., Any])

MAX_WIDTH = 100
"""Lines longer than this are hard to read, however wide the window is."""


class Group(click.Group):
    """A group of commands that answers an unknown one with the nearest, and with lines that can be pasted."""

    tries: tuple[str, ...] = ()
    """Lines to paste."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As usual, but for a name that it does not know."""
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-"):
            from bot.config.names import shown
            from bot.config.nearest import did_you_mean

            near = did_you_mean(args[0], names) or "."
            said = f'There is no command "{shown(args[0])}"{near}'
            raise click.UsageError("\n".join((said, f"Examples: {' · '.join(self.tries)}")), ctx)
        return super().resolve_command(ctx, args)


def examples(*lines: str) -> str:
    """The examples at the end of a command's help; each line can be pasted."""
    # \b keeps click from wrapping the paragraph that follows.
    return "\b\nExample" + ("s" if len(lines) > 1 else "") + ":\n" + "\n".join(f"  {line}" for line in lines)


def width() -> int:
    """Columns to write for: the window's, at most 100; 80 where there is no window."""
    return max(20, min(shutil.get_terminal_size((80, 24)).columns, MAX_WIDTH))


def colourful(stream: TextIO, no_color: bool) -> bool:
    """Whether to colour: only on a terminal, and neither against NO_COLOR (no-color.org) nor --no-color."""
    wanted = not no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and stream.isatty()


def show(document: Document, *, no_color: bool = False) -> None:
    """Write an answer to standard output."""
    from bot.render.text import text

    write(text(document, width=width(), colour=colourful(sys.stdout, no_color), ascii=plain_letters()))


def lines(texts: Iterable[str], columns: int) -> str:
    """Each text on lines of its own, wrapped and indented; addresses and names are never broken."""
    from textwrap import wrap

    return "\n".join(
        line
        for text in texts
        for line in wrap(text, columns, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False) or [""]
    )


def quiet() -> None:
    """Keep what the program notes for itself off the terminal: the answer says already what could not be looked at.

    LAUNCH_DEBUG=1 lets it through.
    """
    import logging

    if os.environ.get("LAUNCH_DEBUG") != "1":
        for name in ("asyncio", "bot", "checks"):
            logging.getLogger(name).addHandler(logging.NullHandler())


def plain_letters() -> bool:
    """Whether the terminal knows only some letters (Windows code pages, LANG=C): then none beyond ASCII are drawn."""
    return not (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def write(text: str) -> None:
    """Write text to standard output, also where the terminal cannot show every letter.

    Where the reader has left (`launch check … | head`) there is nobody to tell, and the exit code stays the command's
    own. Raises click's error where the output cannot be written for another reason, such as a full disk.
    """
    encoding = sys.stdout.encoding or "utf-8"
    try:
        click.echo(text.encode(encoding, "replace").decode(encoding).rstrip("\n"), color=True)
    except OSError as error:
        # What is still in the buffer must not be tried again, and complained about, when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise click.ClickException(f"The answer cannot be written: {error.strerror or error}") from None


def colour_option(command: F) -> F:
    """Add `--no-color`."""
    return click.option("--no-color", is_flag=True, help="Plain text; the same as NO_COLOR=1 in the environment.")(
        command
    )


def config_option(command: F) -> F:
    """Add `--config`."""
    return click.option(
        "--config",
        "config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Configuration file. Default: LAUNCH_CONFIG, else launch.yml.",
    )(command)


def environment(name: str) -> str:
    """A variable of the environment, or of `.env` in this folder; "" where neither has it."""
    found = os.environ.get(name)
    if found is None and Path(".env").is_file():
        from dotenv import dotenv_values

        found = dotenv_values(".env").get(name)
    return found or ""


def config_path(given: Path | None) -> tuple[Path, bool]:
    """The configuration file, and whether somebody asked for exactly this one."""
    if given is not None:
        return given, True
    named = environment("LAUNCH_CONFIG")
    return Path(named or "launch.yml"), bool(named)


def config_if_any(given: Path | None) -> LaunchFile | None:
    """The configuration, or None where there is no file and nobody asked for one. Raises `ConfigError`."""
    path, asked_for = config_path(given)
    if not asked_for and not path.exists():
        return None
    from bot.config.load import load

    return load(path)


def save(path: Path, text: str) -> None:
    """Write a file whole or not at all; into a pipe or device as it is. Raises click's error with the reason."""
    import tempfile

    part: Path | None = None
    try:
        if path.exists() and not path.is_file():
            # /dev/stdout put aside for a file would be a surprise for every program on the machine.
            with path.open("w", encoding="utf-8") as file:
                file.write(text)
            return
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as whole:
            part = Path(whole.name)
            whole.write(text)
            whole.flush()
            os.fsync(whole.fileno())
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise click.ClickException(f"{path} cannot be written: {error.strerror or error}") from None
