"""Whom a run can call, and where the customers of their providers click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.domain.runbook.plain import Panel
from bot.domain.scene import Contact
from bot.runbooks.places import panel_text
from bot.services.config import Config
from bot.services.runbook_places import NONE, UNKNOWN, Provider

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile


def called(one: Contact | None) -> str:
    """A person as one says it: `ana` is Ana."""
    if one is None:
        return ""
    name = one.name
    return name.capitalize() if name.islower() and not name.startswith("U0") else name


def contacts_of(
    config: Config, owner: Contact, backup: Contact | None, offers: Mapping[str, Provider]
) -> dict[str, tuple[str, str]]:
    """Who can be called, by role; a role with nobody is left out."""
    file = config.file
    found: dict[str, tuple[str, str]] = {}
    for role, person in (("owner", owner), ("backup", backup)):
        if person is not None and person.name:
            found[role] = (called(person), person.slack)
    builder = _builder(file)
    if builder and file is not None:
        known = file.people.get(builder)
        reach = (known.slack or known.email or "") if known is not None else ""
        found["builder"] = (builder.capitalize() if builder.islower() else builder, reach)
    if file is not None and file.channels is not None and file.channels.alerts:
        found["team"] = ("Everybody of the team", file.channels.alerts)
    for role, one in offers.items():
        if one.name and (one.support or one.link) and role != "errors":
            found[f"{role}_support"] = (f"The support of {one.name}", one.support or one.link)
    return found


def _builder(file: LaunchFile | None) -> str:
    """Whoever is marked as the builder in `launch.yml`, else the first who can deploy."""
    if file is None:
        return ""
    marked = next((name for name, one in file.people.items() if one.builder), "")
    return marked or (next(iter(file.deploy.who), "") if file.deploy is not None else "")


def panels_of(panels: Mapping[str, Panel], facts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The menu path of each task at their own provider, and as of when it is known."""
    where: dict[str, str] = {}
    dated: dict[str, str] = {}
    for kind, panel in panels.items():
        provider = facts.get(kind if kind == "registrar" else f"{kind}_provider", UNKNOWN)
        for task in panel.tasks:
            text, when = panel_text(panels, kind, task, "" if provider in (NONE, UNKNOWN) else provider)
            where[f"{kind}.{task}"] = text
            if when:
                dated[f"{kind}.{task}"] = when
    return where, dated
