"""The library: a runbook for each thing that breaks, and where the customers of each provider do things.

People edit `<topic>.yml` and `panels/<kind>.yml`; `python -m bot.runbooks` proves them and writes `library.json`,
which is what is read at run time, because JSON is read a hundred times faster. `python -m bot.runbooks --lint FILE …`
only says what is wrong. Nothing is read before somebody asks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from bot.domain.runbook.book import Runbook
from bot.domain.runbook.plain import Panel
from bot.domain.runbook.plain import panel as built_panel
from bot.domain.runbook.plain import runbook as built

LIBRARY = "library.json"


@cache
def load() -> Mapping[str, Runbook]:
    """Every shipped runbook by its topic, in the order of the shelves."""
    return MappingProxyType({topic: built(topic, data) for topic, data in _raw()["runbooks"].items()})


@cache
def panels() -> Mapping[str, Panel]:
    """Every panel by its kind."""
    return MappingProxyType({kind: built_panel(kind, data) for kind, data in _raw()["panels"].items()})


def _raw() -> dict[str, Any]:
    # Not kept: once both are built the text of it is only a burden.
    found: dict[str, Any] = json.loads((resources.files(__package__) / LIBRARY).read_text("utf-8"))
    return found
