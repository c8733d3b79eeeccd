"""A release can change the database without customers noticing, and you can still go back.

While a new version goes out, the one before still runs, and after a bad one you want it back. Both need the database
as they know it. A column that is gone, or has another name, breaks them at once, and a table that is locked makes
everybody wait. Most changes can be made in two releases that nobody feels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.registry import check, reads_files
from checks.sql_changes import Risk, risks, risks_in_code

LARGEST = 5 * 1024 * 1024
"""Bytes of one file that is read."""

_LOOKED = "If you have looked and it is fine, write `launch:allow` and why into a comment on the line before."

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Nothing in {count} new database changes that live customers would feel"),
    "drops_data": Outcome(
        Status.FAIL,
        "A database change throws data away: {text} ({place})",
        impact="The version that is live now may still ask for it and fail; and what is gone does not come back.",
        fix=(
            "Release first a version that no longer uses it. Wait until you are sure that you will not go back.",
            "Make a backup and try to read it before the change that removes it goes out by itself.",
            _LOOKED,
        ),
        severity=Severity.HIGH,
        runbook="deploy_safely",
    ),
    "renames": Outcome(
        Status.FAIL,
        "A database change gives something another name: {text} ({place})",
        impact="The version that is live now asks for the old name and fails until the new one is everywhere.",
        fix=(
            "Add the new name beside the old one, fill both, and release that.",
            "Take the old one away in a later release, when nothing asks for it any more.",
            _LOOKED,
        ),
        severity=Severity.HIGH,
        runbook="deploy_safely",
    ),
    "refuses_rows": Outcome(
        Status.FAIL,
        "A database change demands a value that the live version does not give: {text} ({place})",
        impact="Until the new version is everywhere, what customers save there is refused. Old rows may stop it too.",
        fix=(
            "Give the column a DEFAULT, or let it be empty at first.",
            "Demand the value in a later release, when all rows have one.",
            _LOOKED,
        ),
        severity=Severity.HIGH,
        runbook="deploy_safely",
    ),
    "changes_type": Outcome(
        Status.WARN,
        "A database change makes a column something else: {text} ({place})",
        impact="The whole table may stand still while it is rewritten, and the live version may not understand it.",
        fix=(
            "Ask the builder how many rows there are: below 100,000 it takes a moment.",
            "For more: add a new column beside it, fill it in parts, and change over in the next release.",
            _LOOKED,
        ),
        severity=Severity.MEDIUM,
        runbook="deploy_safely",
    ),
    "locks_table": Outcome(
        Status.WARN,
        "A database change makes customers wait while it runs: {text} ({place})",
        impact="Nobody can save anything there until it is through: a moment for small tables, minutes for large ones.",
        fix=(
            "PostgreSQL: create an index CONCURRENTLY; add a rule NOT VALID first, and validate it afterwards.",
            "Otherwise let it run when hardly anybody is there.",
            _LOOKED,
        ),
        severity=Severity.MEDIUM,
        runbook="deploy_safely",
    ),
    "rewrites_rows": Outcome(
        Status.WARN,
        "A database change rewrites every row of a table: {text} ({place})",
        impact="It takes long, holds others up, and what stood there before is gone.",
        fix=("Say which rows with WHERE, in parts of some thousand rows.", _LOOKED),
        severity=Severity.MEDIUM,
        runbook="deploy_safely",
    ),
    "could_not_read": Outcome(
        Status.UNKNOWN,
        "A database change could not be read: {place} ({reason})",
        impact="Nothing is proven about it.",
        fix=("Let a person read it before it goes out.",),
    ),
    "none_new": Outcome(Status.PASS, "There is no new database change among {count} changed files"),
    "not_read": Outcome(
        Status.NA,
        "Database changes are read in your CI, where the code is",
        fix=("Put this line before the one that deploys: `launch migrations --since origin/main --tell`.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read."""

    count: int
    """Migrations that were read."""
    files: int = 0
    """Files that were looked through for migrations."""
    file: str = ""
    """Where the risk stands; with `problem` the file that could not be read."""
    risk: Risk | None = None
    problem: str = ""


@check(
    "rel.migrations",
    title="Database changes that nobody feels",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("REL-6",),
    measured=(
        "`launch migrations` reads new SQL files and migrations of Rails, Django, Alembic, Laravel, Knex and Sequelize,"
        " and knows some twenty forms that hold customers up or cannot be undone. It does not run them."
    ),
    verify="launch migrations --since origin/main",
    links=(
        "https://www.postgresql.org/docs/current/sql-altertable.html",
        "https://www.postgresql.org/docs/current/sql-createindex.html",
    ),
    again=False,
)
@reads_files
def migrations(target: Target) -> Verdict:
    """The migrations that the inventory names, where it names any: an audit from outside sees no code."""
    named = target.inventory.migrations
    return worst(list(read(named)) if named is not None else None)


def read(paths: Iterable[str]) -> Iterator[Facts]:
    """Each risk in these files, or that one could not be read; last, that they were read. Names stay as given."""
    count = 0
    for name in paths:
        count += 1
        file = Path(name)
        try:
            size = file.stat().st_size
            if not file.is_file() or size > LARGEST:
                yield Facts(1, file=name, problem="it is larger than 5 MB" if size > LARGEST else "it is no file")
                continue
            text = file.read_bytes().decode("utf-8-sig", "replace")
        except OSError as error:
            yield Facts(1, file=name, problem=error.strerror or "it cannot be opened")
            continue
        for risk in risks(text) if file.suffix == ".sql" else risks_in_code(text):
            yield Facts(1, file=name, risk=risk)
    yield Facts(count)


def worst(found: Iterable[Facts] | None) -> Verdict:
    """The answer about all of them together: what breaks, then what could not be read, then what is slow."""
    if found is None:
        return Verdict("not_read")
    order = [code for code, outcome in OUTCOMES.items() if outcome.status is Status.FAIL]
    order += ["could_not_read", *(code for code, outcome in OUTCOMES.items() if outcome.status is Status.WARN)]
    order += ["ok", "none_new"]
    return min((judge(one) for one in found), key=lambda verdict: order.index(verdict.code))


def judge(facts: Facts | None) -> Verdict:
    """One risk, one file that could not be read, or that there is none."""
    if facts is None:
        return Verdict("not_read")
    if facts.problem:
        return Verdict("could_not_read", {"place": facts.file, "file": facts.file, "reason": facts.problem})
    if facts.risk is not None:
        line = facts.risk.line
        seen: dict[str, Json] = {"file": facts.file, "line": line, "place": f"{facts.file}:{line}"}
        return Verdict(facts.risk.code, seen | {"text": facts.risk.text})
    return Verdict("ok", {"count": facts.count}) if facts.count else Verdict("none_new", {"count": facts.files})
