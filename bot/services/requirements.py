"""The contract, row by row: what each requirement asks, and what in this installation serves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.domain.runbook.book import Runbook
from checks.model import Check

HOW = {
    "P": "looked at from outside",
    "T": "read with a token",
    "C": "compared with launch.yml",
    "W": "told by another service",
    "CI": "run in your CI",
    "H": "asked of a person",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row."""

    id: str
    area: str
    what: str
    how: tuple[str, ...]
    """Keys of `HOW`."""
    commands: tuple[str, ...] = ()
    """Commands that serve it beside checks: `launch status`."""


@dataclass(frozen=True, slots=True)
class Served:
    """A requirement with what serves it here and now."""

    requirement: Requirement
    checks: tuple[str, ...]
    runbooks: tuple[str, ...] = ()
    """Topics of the runbooks that lead out where it is broken."""

    @property
    def by(self) -> tuple[str, ...]:
        """Check ids, commands, and runbooks where it is asked of a person; empty where nothing serves it yet."""
        led = self.runbooks if "H" in self.requirement.how else ()
        return (*self.checks, *self.requirement.commands, *(f"launch runbook {topic}" for topic in led))


@cache
def requirements() -> tuple[Requirement, ...]:
    """Every requirement, in the order of the table."""
    from ruamel.yaml import YAML

    table = YAML(typ="safe", pure=True).load((files("bot") / "data" / "requirements.yml").read_text("utf-8"))
    return tuple(
        Requirement(
            id=id,
            area=area,
            what=row["what"],
            how=tuple(row["how"]),
            commands=tuple(row.get("commands", ())),
        )
        for area, rows in table.items()
        for id, row in rows.items()
    )


def served(checks: Mapping[str, Check], books: Mapping[str, Runbook]) -> tuple[Served, ...]:
    """Each requirement with the checks and runbooks that declare its id."""
    return tuple(
        Served(
            requirement,
            tuple(id for id, check in checks.items() if requirement.id in check.requirements),
            tuple(topic for topic, book in books.items() if requirement.id in book.serves),
        )
        for requirement in requirements()
    )


def unknown_ids(checks: Iterable[Check], books: Iterable[Runbook] = ()) -> tuple[str, ...]:
    """Ids that checks and runbooks declare and the table does not have; empty when they agree."""
    known = {requirement.id for requirement in requirements()}
    declared = {id for check in checks for id in check.requirements} | {id for book in books for id in book.serves}
    return tuple(sorted(declared - known))
