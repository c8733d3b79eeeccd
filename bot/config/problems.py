"""What is wrong with a file, in sentences that say where: `launch.yml:7:5: hosts.1.purpse: unknown key …`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. Line and column count from 1; 0 where the mistake is about the file as a whole."""

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    where: str = ""
    """Dotted path in the file: `hosts.1.purpose`; list entries count from 0."""

    def __str__(self) -> str:
        """The line that editors can jump to."""
        place = self.file + (f":{self.line}:{self.column}" if self.line else "")
        return ": ".join(part for part in (place, self.where, self.message) if part)


class ConfigError(Exception):
    """The configuration cannot be used; every mistake at once, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column)))
        super().__init__("\n".join(map(str, self.problems)))
