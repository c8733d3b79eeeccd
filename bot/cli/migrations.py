"""`launch migrations`: does a release change the database in a way that live customers would feel?"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.gate import Wanted, carry_out, finish, gate_options, gate_report
from bot.cli.terminal import examples

if TYPE_CHECKING:
    from bot.cli.progress import Bar
    from checks.model import Finding
    from checks.rel.migrations import Facts

MOST = 5000
"""Files that are read at once."""
CODE = (".py", ".rb", ".js", ".ts", ".mjs", ".cjs", ".php")
FOLDERS = frozenset({"migrations", "migration", "migrate", "versions", "changelog"})
"""A folder of this name holds migrations; SQL elsewhere may be a report or a test."""
GIT_SECONDS = 60.0


@click.command(
    "migrations",
    short_help="For CI: database changes that customers would feel.",
    epilog=examples(
        "launch migrations --since origin/main",
        "launch migrations db/migrate/20261122_add_plan.sql",
        "launch migrations --since origin/main --format sarif --output migrations.sarif",
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--since", metavar="REV", help="Only files that are new or changed since this revision of git.")
@gate_options
def command(*, paths: tuple[Path, ...], since: str | None, wanted: Wanted) -> int:
    """Read new database migrations for what live customers would feel, and for what cannot be undone.

    PATH is a migration, or a folder of them. With --since: whatever git says is new. Nothing is run.

    Exit codes: 0 in order · 1 something is wrong · 2 wrong usage or configuration · 3 something could not be read.
    """
    if not paths and since is None:
        raise click.UsageError(
            "Say what is new: launch migrations --since origin/main, or name files.", click.get_current_context()
        )
    if missing := next((path for path in paths if not path.exists()), None):
        raise click.UsageError(
            f'There is no "{missing}" here: name a migration, or a folder of them.', click.get_current_context()
        )
    from checks.rel.migrations import Facts, read

    found: list[Finding] = []

    async def work(bar: Bar) -> None:
        bar.say("Looking for migrations …")
        files = _new(since, paths) if since is not None else _under(paths)
        mine = [one for one in files if _is_migration(one) or one in paths]
        for facts in read([one.as_posix() for one in mine[:MOST]]):
            if facts.file or not found:
                found.append(_finding(facts if facts.count else Facts(0, len(files))))

    from bot.clock import SystemClock

    clock = SystemClock()
    started, begun = clock.now(), clock.monotonic()
    stopped = carry_out(work, lambda: "Stopped. What follows was read before.")
    report = gate_report("database", found, started, round((clock.monotonic() - begun) * 1000))
    from bot.views.migrations import document

    return finish(report, wanted, document(report), stopped=stopped)


def _is_migration(file: Path) -> bool:
    """By its place and its ending; code of frameworks counts only in a folder that holds migrations."""
    inside = not FOLDERS.isdisjoint(file.parts) or file.parent.name == "migrations"
    return (file.suffix == ".sql" and (inside or "migrat" in file.name)) or (file.suffix in CODE and inside)


def _under(paths: Sequence[Path]) -> list[Path]:
    """The files that were named, and those below the folders that were."""
    found: list[Path] = []
    for path in paths:
        below = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        found += below[: MOST * 4]
    return found


def _new(since: str, paths: Sequence[Path]) -> list[Path]:
    """What git says is new or changed since a revision, below `paths` where some are named."""
    if since.strip("0"):
        # Three dots: since both went apart, so that what others did meanwhile does not count.
        ended = run_git("diff", "--name-only", "-z", "--diff-filter=AMR", "--relative", f"{since}...HEAD", "--")
    else:
        # Zeros are what a code host calls the commit before the first push: all there is is new.
        ended = run_git("ls-tree", "-r", "--name-only", "-z", "HEAD")
    files = [Path(os.fsdecode(name)) for name in ended.split(b"\0") if name]
    inside = [path.resolve() for path in paths]
    return [
        file
        for file in files
        if not inside or any(file.resolve() == path or path in file.resolve().parents for path in inside)
    ]


def run_git(*words: str) -> bytes:
    """What git answers about the folder that we are in. Raises `click.ClickException` in words."""
    if words[0].startswith("-") or any(word.startswith("-") and "..." in word for word in words):
        raise click.UsageError("A revision of git does not begin with a dash.")
    try:
        ended = subprocess.run(  # noqa: S603  (fixed words; a revision cannot be taken for an option)
            ["git", "-c", "core.fsmonitor=false", "-c", "core.quotepath=false", "--no-pager", *words],  # noqa: S607
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise click.ClickException(
            "git is not installed here; name the files instead: launch migrations FILE"
        ) from None
    except subprocess.TimeoutExpired:
        raise click.ClickException(f"git did not answer within {GIT_SECONDS:.0f} s; name the files instead.") from None
    if ended.returncode:
        if b"ot a git repository" in ended.stderr:
            raise click.ClickException(
                "This folder is no git repository. Name the files instead: launch migrations FILE"
            )
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason"]
        from checks.masking import mask

        raise click.ClickException(
            f"git does not know what is new: {mask(said[0])[:200]}. In CI fetch the whole history (fetch-depth: 0)."
        )
    return ended.stdout


def _finding(facts: Facts) -> Finding:
    from bot.clock import SystemClock
    from checks.finding import build
    from checks.inventory import Inventory
    from checks.model import Kind, Target
    from checks.registry import load
    from checks.rel.migrations import judge

    name = facts.file or "migrations"
    target = Target(kind=Kind.DOMAIN, name=name, host="", inventory=Inventory(product="database", domain=""))
    return build(load()["rel.migrations"], target, judge(facts), at=SystemClock().now())
