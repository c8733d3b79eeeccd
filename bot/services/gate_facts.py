"""What an audit knows of the gates in CI: their newest results, in the words that their checks have now."""

from __future__ import annotations

import sqlite3

from bot.domain.from_ci import Told
from bot.services.config import Config
from bot.services.gate_told import finding_of
from bot.store import gates
from bot.store.gates import Result


def told(connection: sqlite3.Connection, config: Config) -> tuple[Told, ...]:
    """All that CI said last about what is for customers."""
    found = []
    for one in gates.results(connection, config.product):
        finding = finding_of(one.found, config, one.at)
        if finding is not None:
            found.append(Told(finding, one.at, one.version, one.branch, _by(one)))
    return tuple(found)


def _by(one: Result) -> str:
    return ", ".join(filter(None, (one.builder or "CI", one.repository)))
