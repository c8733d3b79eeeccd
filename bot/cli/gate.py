"""What the gates for CI share: their options, progress, Ctrl-C, the forms of their report, and their exit codes.

0 nothing is wrong · 1 something is · 2 wrong usage or configuration · 3 something could not be seen · 130 Ctrl-C, after
which the report holds what was finished.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.terminal import (
    colour_option,
    colourful,
    config_option,
    config_path,
    plain_letters,
    quiet,
    save,
    width,
    write,
)

if TYPE_CHECKING:
    from datetime import datetime

    from bot.cli.gate_report import GateReport
    from bot.cli.progress import Bar
    from bot.config.schema import LaunchFile
    from bot.document import Document
    from checks.model import Finding
    from checks.report import Report

FORMATS = ("text", "json", "markdown", "junit", "sarif")
MACHINE = ("json", "junit", "sarif")
STOPPED = 130
SEVERITIES = ("blocker", "high", "medium", "low")
SAID = {"go": "Passed.", "no-go": "Failed.", "not-proven": "Not proven."}
EXIT_CODES_HELP = "0 in order · 1 something is wrong · 2 wrong usage or configuration · 3 something could not be seen."


def gate_report(product: str, findings: Sequence[Finding], started_at: datetime, took_ms: int) -> GateReport:
    """The report of a gate's findings; its targets are theirs."""
    # Not before there is something to report: every command's help reads this module.
    from bot.cli.gate_report import GateReport

    targets = tuple(dict.fromkeys(one.target for one in findings))
    return GateReport(product, targets, started_at, took_ms, tuple(findings))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line, the same for every gate."""

    config: Path | None = None
    form: str = "text"
    output: Path | None = None
    fail_on: str | None = None
    no_color: bool = False
    tell: bool = False
    """Tell the running bot what was found."""

    def launch_file(self, why: str) -> LaunchFile:
        """The `launch.yml` that is needed; without one, an error that says `why`. Raises `ConfigError`."""
        path, _ = config_path(self.config)
        if not path.exists():
            raise click.UsageError(
                f"There is no {path} here, and {why} `launch init example.com` writes one.",
                click.get_current_context(silent=True),
            )
        from bot.config.load import load

        return load(path)


def gate_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of every gate; the command gets them as one argument, `wanted: Wanted`.

    It stands nearest to the function, below the command's own options.
    """

    @config_option
    @click.option(
        "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Form of the report."
    )
    @click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report to a file.")
    @click.option(
        "--fail-on",
        type=click.Choice(SEVERITIES),
        help="Exit 1 also for a warning of this severity or worse.",
    )
    @click.option("--tell", is_flag=True, help="Tell the bot what was found: at LAUNCH_URL, with LAUNCH_TOKEN.")
    @colour_option
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        config: Path | None,
        form: str,
        output: Path | None,
        fail_on: str | None,
        no_color: bool,
        tell: bool,
        **rest: Any,
    ) -> int:
        return command(*args, wanted=Wanted(config, form, output, fail_on, no_color, tell), **rest)

    return wrapped


Work = Callable[["Bar"], Awaitable[None]]
"""Does what a gate does, and leaves what is finished where the caller finds it."""


def carry_out(work: Work, stopped: Callable[[], str]) -> bool:
    """Run the work with a progress line; whether it was stopped by Ctrl-C, which `stopped()` then puts in words."""
    import asyncio

    from bot.cli.progress import Bar

    quiet()
    with Bar(sys.stderr) as bar:
        try:
            asyncio.run(_awaited(work, bar))
        except KeyboardInterrupt:
            bar.wipe()
            click.echo(stopped(), err=True)
            return True
    return False


async def _awaited(work: Work, bar: Bar) -> None:
    await work(bar)


def finish(
    report: Report,
    wanted: Wanted,
    document: Document,
    *,
    stopped: bool = False,
    environment: str = "",
    live: bool = False,
) -> int:
    """Write the report in the form that was asked for; the exit code. `document` is what people read.

    What the bot is told says also which `environment` it is about, where that is not the builder's, and with `live`
    that customers have what was looked at. Whether it is reached changes no exit code.
    """
    from checks.model import Severity

    text = _written(report, wanted, document)
    if wanted.output is None:
        write(text)
    else:
        save(wanted.output, text.rstrip("\n") + "\n")
        click.echo(f"{SAID[report.verdict.value]} The report is in {wanted.output}.", err=True)
    if stopped:
        return STOPPED
    code = report.exit_code(Severity(wanted.fail_on) if wanted.fail_on else None)
    if wanted.tell:
        from bot.cli.telling import tell

        tell(report, code, environment=environment, live=live)
    return code


def _written(report: Report, wanted: Wanted, document: Document) -> str:
    if wanted.form in MACHINE:
        module = importlib.import_module(f"bot.formats.{wanted.form}")
        return str(getattr(module, wanted.form)(report))
    if wanted.form == "markdown":
        from bot.render.markdown import markdown

        return markdown(document)
    from bot.render.text import text

    coloured = wanted.output is None and colourful(sys.stdout, wanted.no_color)
    return text(document, width=width(), colour=coloured, ascii=plain_letters())
