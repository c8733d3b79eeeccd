"""`launch secrets`: keys in code, its history and logs, and a test of the app's logger; for a terminal and for CI."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.gate import Wanted, carry_out, finish, gate_options, gate_report
from bot.cli.terminal import config_if_any, examples, save

if TYPE_CHECKING:
    from datetime import datetime

    from bot.cli.progress import Bar
    from checks.log_canary import Canary
    from checks.log_lines import Logs
    from checks.model import Finding, Verdict
    from checks.secret_baseline import Baseline
    from checks.secret_search import Search

CANARY_SECONDS = 120.0
"""For the command that uses the app's logger."""
OUTPUT = 64 * 1024 * 1024
"""Bytes of its output that are looked at."""
LEAKS = 200
"""Leaks that become a finding each; the rest is counted."""


@dataclass(slots=True)
class Job:
    """What was asked for, and what has been found so far."""

    path: Path | None = None
    history: bool | None = None
    since: str = ""
    staged: bool = False
    logs: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    seconds: float = 600.0
    canary: Canary | None = None
    command: tuple[str, ...] = ()
    visible: list[str] = field(default_factory=list)
    marked: bool = False
    reason: str = ""
    search: Search | None = None
    read: Logs | None = None
    product: str = "code"


@click.command(
    "secrets",
    short_help="Are there keys in the code, its history or the logs? For CI, too.",
    epilog=examples(
        "launch secrets",
        "launch secrets --since origin/main --format sarif --output secrets.sarif",
        "launch secrets --staged",
        "launch secrets --save-baseline .launch-secrets.json",
        "launch secrets --log app.log",
        "launch secrets --canary -- node log-test.js",
    ),
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": True},
)
@click.argument("arguments", nargs=-1, metavar="[PATH] | --canary -- COMMAND...")
@click.option(
    "--history/--no-history", default=None, help="Earlier versions too. Default: where there is a repository."
)
@click.option("--since", default="", metavar="REV", help="Of the history only what came after this commit or branch.")
@click.option("--staged", is_flag=True, help="Only what the next commit would bring; for a pre-commit hook.")
@click.option("--log", "logs", multiple=True, metavar="FILE", help="A log to look through; may be given again.")
@click.option("--ignore", multiple=True, metavar="GLOB", help="Paths to pass over: 'tests/fixtures/*'.")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Known secrets; only new ones stop.")
@click.option(
    "--save-baseline", "keep", type=click.Path(path_type=Path), metavar="FILE", help="Write what is found as known."
)
@click.option(
    "--canary", is_flag=True, help="Test your logger: made-up secrets go to COMMAND, its output must hide them."
)
@click.option(
    "--canary-write", type=click.Path(path_type=Path), metavar="FILE", help="Write made-up secrets to a file."
)
@click.option(
    "--canary-check", type=click.Path(path_type=Path), metavar="FILE", help="Look for those secrets in the --log files."
)
@click.option(
    "--timeout", type=click.FloatRange(1, 86_400), default=600.0, show_default=True, help="Seconds for everything."
)
@gate_options
def command(
    *,
    wanted: Wanted,
    arguments: tuple[str, ...],
    history: bool | None,
    since: str,
    staged: bool,
    logs: tuple[str, ...],
    ignore: tuple[str, ...],
    baseline: Path | None,
    keep: Path | None,
    canary: bool,
    canary_write: Path | None,
    canary_check: Path | None,
    timeout: float,
) -> int:
    """Look for keys and passwords in code, in every earlier version of it, and in logs.

    PATH is a folder, a file or a bare repository; without it the folder you are in. With --log or --canary alone only
    those are looked at. Nothing leaves the machine, and no key is tried out. A key that may stay is allowed by
    launch:allow in a comment on its line.

    Exit codes: 0 none found · 1 some found · 2 wrong usage · 3 something could not be looked at.
    """
    if canary_write is not None:
        return _write_canary(canary_write)
    tests = canary or canary_check is not None
    if canary and not arguments:
        raise click.UsageError("Name the command that uses your logger: launch secrets --canary -- node log-test.js")
    if not canary and len(arguments) > 1:
        raise click.UsageError("Name one path; run the command again for another")
    path = Path(arguments[0]) if arguments and not canary else None if logs or tests else Path()
    job = Job(path, history, since, staged, logs, ignore, timeout, command=arguments if canary else ())
    baseline = _from_file(job, wanted, baseline)
    if tests:
        job.canary = _canary(canary_check)
    known = _baseline(baseline)
    from bot.clock import SystemClock

    clock = SystemClock()
    began, started = clock.now(), clock.monotonic()
    stopped = carry_out(lambda bar: _work(job, bar), lambda: "Stopped. Below is what was found before.")
    if keep is not None and not stopped:
        return _keep(job, keep)
    findings, notes = _findings(job, known, began)
    report = gate_report(job.product, findings, began, int((clock.monotonic() - started) * 1000))
    from bot.views.code_gate import code_gate

    return finish(
        report, wanted, code_gate(findings, good=_good(job), bad=_bad(findings), notes=notes), stopped=stopped
    )


def _from_file(job: Job, wanted: Wanted, baseline: Path | None) -> Path | None:
    """What `launch.yml` says beside the options."""
    file = config_if_any(wanted.config)
    if file is None:
        return baseline
    job.ignore += file.code.ignore
    if file.names_a_product:
        from bot.config.inventory import to_inventory

        job.product = to_inventory(file).product
    return baseline or (Path(file.code.baseline) if file.code.baseline else None)


def _baseline(path: Path | None) -> Baseline:
    from checks import secret_baseline

    if path is None:
        return secret_baseline.EMPTY
    try:
        return secret_baseline.load(path)
    except secret_baseline.BadBaseline as error:
        raise click.UsageError(str(error), click.get_current_context()) from None


def _canary(path: Path | None) -> Canary:
    from checks import log_canary

    if path is None:
        return log_canary.fresh()
    try:
        with path.open("rb") as file:
            return log_canary.read(file.read(log_canary.LARGEST).decode("utf-8", "replace"))
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}", click.get_current_context()) from None
    except log_canary.BadCanary as error:
        raise click.UsageError(f"{path}: {error}", click.get_current_context()) from None


def _write_canary(path: Path) -> int:
    from checks import log_canary

    canary = log_canary.fresh()
    save(path, canary.as_json())
    click.echo(
        f"Made-up secrets are in {path}. Let your app log what stands under log_this, then run:"
        f" launch secrets --canary-check {path} --log app.log"
    )
    return 0


async def _work(job: Job, bar: Bar) -> None:
    """Search, read and test in a thread, so that Ctrl-C is heard; what is under way then ends soon."""
    import asyncio
    from time import perf_counter

    from checks.code_search import search_code
    from checks.log_lines import Logs
    from checks.secret_search import Search

    ends = perf_counter() + job.seconds
    try:
        if job.path is not None:
            bar.say(f"Searching {job.path.resolve().name} …")
            job.search = Search(ignore=job.ignore, ends=ends)
            await asyncio.to_thread(
                search_code, job.path, job.search, history=job.history, since=job.since, staged=job.staged
            )
        sizes = {name: _size(name) for name in job.logs}
        if job.command:
            bar.say("Giving made-up secrets to your logger …")
            await asyncio.to_thread(_try_logger, job)
        if job.logs:
            bar.say("Reading logs …")
            job.read = Logs(ends=ends)
            await asyncio.to_thread(_read_logs, job, sizes)
    except asyncio.CancelledError:
        for one in (job.search, job.read):
            if one is not None:
                one.ends = 0.0
        raise


def _size(name: str) -> int:
    try:
        return Path(name).stat().st_size
    except OSError:
        return 0


def _read_logs(job: Job, sizes: dict[str, int]) -> None:
    """Search the logs; in a test of the logger only for its own values, in what came after it began."""
    from checks.log_canary import Looker

    if job.read is None:
        return
    looker = Looker(job.canary) if job.canary is not None else None
    if looker is None:
        for name in job.logs:
            job.read.file(name, name)
        return
    for name in job.logs:
        try:
            with Path(name).open("rb") as file:
                file.seek(sizes[name] if job.command and sizes[name] <= _size(name) else 0)
                while data := file.read(1024 * 1024):
                    looker.feed(data)
        except OSError as error:
            job.reason = f"{name} cannot be read ({error.strerror})"
    job.visible += [name for name in looker.visible if name not in job.visible]
    job.marked = job.marked or looker.marked
    job.read = None


def _try_logger(job: Job) -> None:
    """Run the command with the values at its input and in its environment; look at all that it writes."""
    import json
    import subprocess
    import tempfile

    from checks.log_canary import Looker

    canary = job.canary
    if canary is None:
        return
    looker = Looker(canary)
    said = json.dumps(canary.request)
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as written:
        given.write(canary.lines.encode())
        given.seek(0)
        try:
            done = subprocess.run(  # noqa: S603  (the command of whoever typed it)
                [part.replace("{canary}", said) for part in job.command],
                stdin=given,
                stdout=written,
                stderr=subprocess.STDOUT,
                env=os.environ | {"LAUNCH_CANARY": said},
                timeout=min(CANARY_SECONDS, job.seconds),
                check=False,
            )
            if done.returncode != 0:
                job.reason = f"the command ended with {done.returncode}"
        except subprocess.TimeoutExpired:
            job.reason = f"the command did not end within {min(CANARY_SECONDS, job.seconds):.0f} s"
        except OSError as error:
            job.reason = f"{job.command[0]} cannot be started ({error.strerror})"
        written.seek(0)
        left = OUTPUT
        while left > 0 and (data := written.read(1024 * 1024)):
            looker.feed(data)
            left -= len(data)
    job.visible, job.marked = looker.visible, looker.marked


def _keep(job: Job, path: Path) -> int:
    from checks import secret_baseline

    if job.search is None:
        raise click.UsageError("--save-baseline belongs to a search of code, not of logs")
    if job.search.trouble:
        raise click.ClickException(f"Nothing was written: {job.search.trouble}")
    leaks = job.search.leaks
    save(path, secret_baseline.text(leaks))
    many = f"{len(leaks)} {'secret is' if len(leaks) == 1 else 'secrets are'}"
    click.echo(f"{many} in {path} now, as fingerprints. They still need replacing; new ones stop the build.")
    return 0


def _findings(job: Job, known: Baseline, at: datetime) -> tuple[list[Finding], list[str]]:
    """A finding for each leak, or one that says that there is none; and what else is worth saying."""
    from checks.sec import logs as log_check
    from checks.sec import repo

    found: list[Finding] = []
    notes: list[str] = []
    if job.search is not None:
        path = str(job.path)
        new, old = known.split(job.search.leaks)
        verdicts = [repo.told(leak, path=path, fingerprint=mark) for leak, mark in new[:LEAKS]]
        rest = repo.rest(job.search, path=path, known=len(old))
        if not verdicts or not rest.code.startswith("ok"):
            verdicts.append(rest)
        found += [_finding("sec.repo", verdict, job, at) for verdict in verdicts]
        notes += _notes(job.search, len(new), len(old), repo.reading(job.search))
        stale = len(known.known) - len(old)
        if stale > 0 and job.search.history == "whole" and not (job.search.trouble or job.search.unread):
            notes.append(f"{stale} of {len(known.known)} entries of the baseline are found no more; save it anew")
    if job.read is not None:
        found.append(_finding("sec.logs", log_check.judge(job.read), job, at))
    if job.canary is not None:
        count = len(job.canary.values)
        verdict = log_check.judge_canary(job.visible, marked=job.marked, count=count, reason=job.reason)
        found.append(_finding("sec.logs", verdict, job, at))
    return found, notes


def _notes(search: Search, new: int, old: int, reading: str) -> list[str]:
    from bot.views.prose import count

    notes = [f"Read: {reading}"] if new else []
    if new > LEAKS:
        notes.append(f"{new - LEAKS} more secrets were found; these are the first {LEAKS}")
    if new and old:
        notes.append(f"{count(old, 'known secret')} of the baseline left out")
    if search.allowed:
        notes.append(f"{count(search.allowed, 'key')} allowed by a comment")
    if search.ignored:
        notes.append(f"{count(search.ignored, 'file')} passed over, as `ignore` says")
    return notes + search.notes[:10]


def _finding(check: str, verdict: Verdict, job: Job, at: datetime) -> Finding:
    from checks.finding import build
    from checks.inventory import Inventory
    from checks.model import Kind, Target
    from checks.registry import one

    file = str(verdict.seen.get("file", "."))
    name = file if file != "." else str((job.path.resolve().name if job.path is not None else "") or job.product)
    target = Target(Kind.DOMAIN, name, "", Inventory(job.product, ""))
    return build(one(check), target, verdict, at=at)


def _good(job: Job) -> str:
    if job.canary is not None:
        return "Your logger hides what it must hide"
    return "No keys in the logs" if job.search is None else "No keys in the code"


def _bad(findings: Sequence[Finding]) -> str:
    from bot.views.prose import count
    from checks.model import Status

    wrong = [one for one in findings if one.status is Status.FAIL]
    code = sum(one.check == "sec.repo" for one in wrong)
    if code:
        return f"{count(code, 'secret')} in the code: replace {'it' if code == 1 else 'them'} before anything else"
    return "The logs write down what they must hide"
