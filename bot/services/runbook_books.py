"""The runbooks in force: the shipped ones and a founder's own, read once for each `launch.yml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.config.problems import Problem
from bot.domain.runbook.book import Runbook
from bot.runbooks.own import Library, library
from bot.services.config import Config


class Books:
    """Call it for every runbook by topic; after a change of `launch.yml` a founder's own are read anew."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config = config
        self._of: Config | None = None
        self._library = Library()

    def __call__(self) -> Mapping[str, Runbook]:
        return self._read().books

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is left out of a founder's own, with file and line."""
        return self._read().problems

    def _read(self) -> Library:
        config = self._config()
        if self._of is not config:
            self._library, self._of = library(config.file), config
        return self._library
