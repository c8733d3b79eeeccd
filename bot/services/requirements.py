"""The contract, row by row: what each requirement asks, and what in this installation serves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

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

    @property
    def by(self) -> tuple[str, ...]:
        """Check ids, then commands; empty where nothing serves it yet."""
        return (*self.checks, *self.requirement.commands)


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


def served(checks: Mapping[str, Check]) -> tuple[Served, ...]:
    """Each requirement with the checks that declare its id."""
    return tuple(
        Served(requirement, tuple(id for id, check in checks.items() if requirement.id in check.requirements))
        for requirement in requirements()
    )


def unknown_ids(checks: Iterable[Check]) -> tuple[str, ...]:
    """Ids that checks declare and the table does not have; empty when the two agree."""
    known = {requirement.id for requirement in requirements()}
    return tuple(sorted({id for check in checks for id in check.requirements} - known))
