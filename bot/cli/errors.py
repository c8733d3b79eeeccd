"""Every way a command can end badly, as a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

import click

WRONG_USE = 2
STOPPED = 130


def guarded(work: Callable[[], Any], errors: TextIO) -> int:
    """Do the work; returns its exit code (an int that it returns, else 0)."""
    try:
        code = work()
        sys.stdout.flush()
    except click.ClickException as error:
        return _wrong_use(error, errors)
    except (click.Abort, KeyboardInterrupt):
        errors.write("\nStopped.\n")
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has left (`launch check … | head`): there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  (the last door: whatever comes here becomes a sentence)
        return _other(error, errors)
    return code if isinstance(code, int) else 0


def _wrong_use(error: click.ClickException, errors: TextIO) -> int:
    context: click.Context | None = getattr(error, "ctx", None)
    errors.write(f"{_sentence(error, context)}\n")
    if isinstance(error, click.UsageError) and context is not None and not _is_help(error):
        errors.write(f"Help: {context.command_path} --help\n")
    return WRONG_USE


def _is_help(error: click.ClickException) -> bool:
    """A group without a command shows its help already."""
    return isinstance(error, click.exceptions.NoArgsIsHelpError)


def _out_of_range(error: click.BadParameter) -> str:
    """`--samples takes a number from 20 to 720.`; "" for any other mistake."""
    kind = getattr(error.param, "type", None)
    if error.param is None or not isinstance(kind, click.IntRange | click.FloatRange):
        return ""
    least, most = (None if one is None else f"{one:g}" for one in (kind.min, kind.max))
    if least is None or most is None:
        return ""
    return f"{error.param.opts[0]} takes a number from {least} to {most}."


def _sentence(error: click.ClickException, context: click.Context | None) -> str:
    """What is wrong; where something was left out, with a line that can be pasted."""
    if isinstance(error, click.BadParameter) and (said := _out_of_range(error)):
        return said
    if not isinstance(error, click.MissingParameter) or context is None or error.param is None:
        return error.format_message()
    said = f"{error.param.make_metavar(context)} is missing."
    example = next((line for line in (context.command.epilog or "").splitlines() if line.startswith("  ")), "")
    return f"{said} For example: {example.strip()}" if example else said


def _other(error: Exception, errors: TextIO) -> int:
    from bot.config.names import BadName
    from bot.config.problems import ConfigError

    if isinstance(error, ConfigError | BadName):
        errors.write(f"{error}\n")
        return WRONG_USE
    # Known by its name (its kin too), so that no command imports the store for it.
    if "StoreError" in {kind.__name__ for kind in type(error).__mro__}:
        errors.write(f"{error}\n")
        return 1
    if os.environ.get("LAUNCH_DEBUG") == "1":
        import traceback

        from checks.masking import mask

        errors.write(mask("".join(traceback.format_exception(error))))
        return 1
    errors.write(
        f"This is a mistake in Launch Ready itself ({type(error).__name__}), not in your product. "
        "Run it again with LAUNCH_DEBUG=1 in front to see the details.\n"
    )
    return 1
