"""Panels: where the customers of a provider click, with a general text for every provider that is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from bot.domain.runbook import words
from bot.domain.runbook.fill import AT
from bot.domain.runbook.graph import PANEL_FIELDS, Flaw
from bot.domain.runbook.plain import Panel, Place
from bot.runbooks.world import provider_ids

_FACT: Mapping[str, str] = {
    "dns": "dns_provider",
    "registrar": "registrar",
    "host": "host_provider",
    "edge": "edge_provider",
    "mail": "mail_provider",
}
_LONGEST = 900


def panel_flaws(panel: Panel) -> Iterator[Flaw]:
    """Everything that is wrong with a panel."""
    if panel.kind not in PANEL_FIELDS:
        yield Flaw((), f"a panel is called {', '.join(PANEL_FIELDS)}, not {panel.kind}")
    if not panel.tasks:
        yield Flaw(("tasks",), "a panel needs a general text for each task")
    for task, text in panel.tasks.items():
        yield from _text(("tasks", task), text)
    seen: dict[str, str] = {}
    for place in panel.places.values():
        at = ("providers", place.id)
        yield from _ids(panel, place)
        for id in (place.id, *place.ids):
            if seen.setdefault(id, place.id) != place.id:
                yield Flaw(at, f'"{id}" belongs to {seen[id]} already')
        for task, text in place.tasks.items():
            if task not in panel.tasks:
                yield Flaw((*at, "tasks", task), "there is no general text of this task; write it under tasks first")
            yield from _text((*at, "tasks", task), text)


def _ids(panel: Panel, place: Place) -> Iterator[Flaw]:
    known = provider_ids().get(_FACT.get(panel.kind, ""))
    if known is None:
        return
    for id in (place.id, *place.ids):
        # An id of our own is fine where it only gathers those under which a provider is recognised.
        if id not in known and not (id == place.id and place.ids):
            yield Flaw(
                ("providers", place.id),
                f'"{id}" is no id of checks/providers; use one of those, or list those that it stands for: ids: […]',
            )


def _text(where: tuple[str | int, ...], text: str) -> Iterator[Flaw]:
    for name in words.unknown_fields(text, frozenset(AT)):
        yield Flaw(where, f'nothing can fill "{{{name}}}"; known names are in bot/domain/runbook/known.py')
    if len(text) > _LONGEST:
        yield Flaw(where, f"this has {len(text)} characters; at most {_LONGEST} are read")
    if words.EMOJI.search(text):
        yield Flaw(where, "no emoji: words reach everybody")
    if found := words.HOLLOW.search(text):
        yield Flaw(where, f'"{found[0].strip()}" helps nobody; say what to click')


def panel_text(panels: Mapping[str, Panel], kind: str, task: str, provider: str) -> tuple[str, str]:
    """What to do there, and as of when that is known: `("… → DNS → Records", "Cloudflare, as of November 2026")`.

    For a provider that is not known, or has no text of its own for the task: the general text, and "". Where even
    that is missing: ("", "").
    """
    found = panels.get(kind)
    if found is None:
        return "", ""
    place = found.place(provider)
    if place is None or task not in place.tasks:
        return found.tasks.get(task, ""), ""
    year, month = map(int, place.as_of.split("-"))
    return place.tasks[task], f"{place.name}, as of {date(year, month, 1):%B %Y}"


def exact(panels: Mapping[str, Panel]) -> int:
    """How many menu paths are exact for one provider."""
    return sum(len(place.tasks) for panel in panels.values() for place in panel.places.values())
