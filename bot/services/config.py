"""The configuration as the running bot holds it, with what is wrong in it. A change of the file makes a new one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.config.inventory import to_inventory
from bot.config.load import load
from bot.config.problems import ConfigError
from bot.config.schema import LaunchFile
from bot.runbooks.own import Library, library
from bot.services.rules import Rules
from checks.inventory import Inventory

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Config:
    """`launch.yml`, or why there is none. Nothing here raises: the bot starts without it and says so."""

    path: Path
    file: LaunchFile | None = None
    inventory: Inventory | None = None
    rules: Rules = field(default_factory=Rules)
    error: ConfigError | None = None
    """Every mistake in the file; None where there is no file, or nothing is wrong."""
    library: Library = field(default_factory=Library)
    """The shipped runbooks with the founder's own."""

    @classmethod
    def read(cls, path: Path) -> Config:
        """Read the file at `path`."""
        if not path.exists():
            return cls(path)
        try:
            file = load(path)
        except ConfigError as error:
            return cls(path, error=error)
        runbooks = library(file)
        for problem in runbooks.problems:
            log.warning("left out of the runbooks: %s", problem)
        try:
            inventory = to_inventory(file)
        except ConfigError as error:
            return cls(path, file, error=error, library=runbooks)
        return cls(path, file, inventory, Rules.of(file), library=runbooks)

    @property
    def missing(self) -> bool:
        """Whether there is no file at all."""
        return self.file is None and self.error is None

    @property
    def people(self) -> Mapping[str, str]:
        """Slack user ids of the names under `people`, where they are written down."""
        people = self.file.people if self.file else {}
        return {name: person.slack for name, person in people.items() if person.slack}

    @property
    def product(self) -> str:
        """The product id; `unnamed` while nothing names a product."""
        return self.inventory.product if self.inventory else "unnamed"
