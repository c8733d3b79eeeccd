"""The runbooks in force: the shipped ones and a founder's own, as they came with the present `launch.yml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.config.problems import Problem
from bot.domain.runbook.book import Runbook
from bot.services.config import Config


class Books:
    """Call it for every runbook by topic; after a change of `launch.yml` a founder's own were read anew with it."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config = config

    def __call__(self) -> Mapping[str, Runbook]:
        return self._config().library.books

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is left out of a founder's own, with file and line."""
        return self._config().library.problems
