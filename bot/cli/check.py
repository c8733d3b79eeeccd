"""`launch check`: the audit in the terminal and in CI."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.terminal import (
    colour_option,
    colourful,
    config_if_any,
    config_option,
    examples,
    plain_letters,
    quiet,
    save,
    width,
    write,
)

if TYPE_CHECKING:
    from bot.cli.progress import Bar
    from bot.config.schema import LaunchFile
    from checks.report import Report

FORMATS = ("text", "json", "markdown", "junit", "sarif")
FAMILIES = (
    "dns", "edge", "exp", "flow", "hdr", "mail", "obs", "perf", "redir", "rel", "sec", "seo", "tls", "up", "web",
)  # fmt: skip
SEVERITIES = ("blocker", "high", "medium", "low")


@click.command(
    "check",
    short_help="Is it safe to launch? The audit, for any domain.",
    epilog=examples(
        "launch check example.com",
        "launch check example.com --only mail,tls",
        "launch check app.example.com --only redir.loop",
        "launch check --format junit --output launch.xml --fail-on high",
    ),
)
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--only", multiple=True, metavar="NAME,...", help="Only these families, checks or hosts: mail,tls.valid")
@config_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Form of report.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report to a file.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit 1 also for a problem of this severity or worse.")
@click.option("--detail", is_flag=True, help="Every step, the evidence, and commands to see it yourself.")
@click.option(
    "--timeout",
    type=click.FloatRange(1, 3600),
    metavar="SECONDS",
    default=120.0,
    help="For everything, 1 to 3600. Default: 120.",
)
@colour_option
def command(
    *,
    targets: tuple[str, ...],
    only: tuple[str, ...],
    config: Path | None,
    form: str,
    output: Path | None,
    fail_on: str | None,
    detail: bool,
    timeout: float,
    no_color: bool,
) -> int:
    """Look at a product from outside and say whether it is safe to launch.

    TARGET is a domain, a host or a URL; without a launch.yml that is enough. With one, TARGET may be left out, or name
    a host or monitor of it. A check or a family beside it, such as tls.valid or mail, is the same as --only.

    Exit codes: 0 go · 1 no-go · 2 wrong usage or configuration · 3 not proven, because something important could not
    be seen.
    """
    file = config_if_any(config)
    targets, checks = _apart(targets)
    if checks and not targets and (file is None or not file.names_a_product):
        named = ",".join(checks)
        raise click.UsageError(
            f"{checks[0]} says what to look at, so name a domain too: launch check example.com --only {named}",
            click.get_current_context(),
        )
    if not targets and (file is None or not file.names_a_product):
        where = "There is no launch.yml here" if file is None else f"{file.path} names no product"
        raise click.UsageError(f"{where}, so name a domain: launch check example.com", click.get_current_context())
    names = tuple(part.strip() for given in only for part in given.split(",") if part.strip()) + checks
    report, stopped = _look(targets, names, file, timeout)
    if report is None:
        return 130
    coloured = output is None and colourful(sys.stdout, no_color)
    text = _written(report, form, names, detail=detail, colour=coloured)
    if output is None:
        write(text)
    else:
        save(output, text.rstrip("\n") + "\n")
        click.echo(f"{_said(report)} The report is in {output}.", err=True)
    from checks.model import Severity

    return 130 if stopped else report.exit_code(Severity(fail_on) if fail_on else None)


def _apart(named: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Domains and hosts, and the checks and families among them, as `/launch check mail` takes them too.

    Checks are told by their modules: none of them needs to be imported before the first question is on its way.
    """
    from importlib.util import find_spec

    checks = []
    for name in named:
        family, dot, rest = name.partition(".")
        known = (
            family.isidentifier()
            and family in FAMILIES
            and (not dot or (rest.isidentifier() and not rest.startswith("_")))
        )
        if known and find_spec(f"checks.{name}") is not None:
            checks.append(name)
    return tuple(name for name in named if name not in checks), tuple(checks)


def _look(
    targets: Sequence[str], only: Sequence[str], file: LaunchFile | None, timeout: float
) -> tuple[Report | None, bool]:
    """The report, and whether it is cut short by Ctrl-C; then it holds what was finished."""
    import asyncio

    from bot.cli.progress import Bar

    quiet()
    reports: list[Report] = []
    with Bar(sys.stderr) as bar:
        try:
            asyncio.run(_audit(targets=targets, only=only, file=file, timeout=timeout, bar=bar, reports=reports))
        except KeyboardInterrupt:
            bar.wipe()
            rest = "Below is what was finished before." if reports else "Nothing was changed anywhere."
            far = f"after {bar.done} of {bar.total} checks" if bar.total else "before the first check"
            click.echo(f"Stopped {far}. {rest}", err=True)
            return (merged(reports) if reports else None), True
    return merged(reports), False


async def _audit(
    *,
    targets: Sequence[str],
    only: Sequence[str],
    file: LaunchFile | None,
    timeout: float,
    bar: Bar,
    reports: list[Report],
) -> None:
    """Look at each product in turn; each finished report is added to `reports`."""
    from bot.cli.looking import in_words, looks
    from bot.clock import SystemClock
    from bot.services.rules import Rules

    clock = SystemClock()
    rules = Rules.of(file) if file else Rules()
    started = clock.monotonic()
    bar.say(f"Looking for hosts of {in_words(targets)} …" if targets else "Looking for hosts …")
    everything = await looks(targets, file, clock.now())
    # Only now, so that the first questions are on their way before the checks are imported.
    from bot.services.look import look
    from checks.runner import UnknownName

    for found in everything:
        left = max(1.0, timeout - (clock.monotonic() - started))
        try:
            reports.append(
                await look(
                    found.inventory,
                    only=(*only, *found.only),
                    deadline=left,
                    on_progress=bar.show,
                    rules=rules,
                    now=clock.now(),
                )
            )
        except UnknownName as error:
            near = f", did you mean {' or '.join(error.nearest)}?" if error.nearest else "."
            raise click.UsageError(
                f'"{error.name}" is no family, check or host here{near} `launch explain` lists all checks.',
                click.get_current_context(silent=True),
            ) from None


def merged(reports: Sequence[Report]) -> Report:
    """Several products in one report: all targets and findings, from the first start to the last end."""
    from dataclasses import replace

    first = reports[0]
    if len(reports) == 1:
        return first
    return replace(
        first,
        product=", ".join(dict.fromkeys(report.product for report in reports)),
        targets=tuple(dict.fromkeys(name for report in reports for name in report.targets)),
        took_ms=sum(report.took_ms for report in reports),
        findings=tuple(finding for report in reports for finding in report.findings),
    )


def _written(report: Report, form: str, only: Sequence[str], *, detail: bool, colour: bool) -> str:
    import importlib

    if form in ("json", "junit", "sarif"):
        module = importlib.import_module(f"bot.formats.{form}")
        return str(getattr(module, form)(report))
    from dataclasses import replace

    from bot.document import Actions, Code, Note
    from bot.render.markdown import markdown
    from bot.render.text import text
    from bot.views import audit

    document = audit.report(report, detail=detail, only=only)
    # Whoever has just typed the command needs no button for it.
    parts = tuple(part for part in document.parts if not isinstance(part, Actions))
    if not detail and (report.must_fix or report.can_wait or report.unknown):
        parts = (*parts, Note(("Every step and the evidence: ", Code("launch check --detail"))))
    document = replace(document, parts=parts)
    if form == "markdown":
        return markdown(document)
    return text(document, width=width(), colour=colour, ascii=plain_letters())


def _said(report: Report) -> str:
    return {"go": "Go.", "no-go": "No-go.", "not-proven": "Not proven."}[report.verdict.value]
