"""A runbook of plain data, as it is kept in JSON: what a file holds that was read without mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.domain.runbook.book import Ask, Call, Check, Choice, Decide, Do, Runbook, Say, Sort, Step, Wait

KINDS = ("say", "ask", "do", "check", "wait", "decide", "call")
"""The key that says what a step is; its value is the step's text (of a `decide`: the fact)."""


def runbook(topic: str, data: Mapping[str, Any], *, own: bool = False) -> Runbook:
    """The runbook of that data. Raises KeyError or ValueError where the data is of another shape."""
    return Runbook(
        topic=topic,
        title=data["title"],
        sort=Sort(data["sort"]),
        says=tuple(data["says"]),
        leads=tuple(data["leads"]),
        feels=data["feels"],
        notice=data["notice"],
        needs=tuple(data["needs"]),
        serves=tuple(data["serves"]),
        steps={raw["id"]: _step(raw) for raw in data["steps"]},
        own=own,
    )


def _step(raw: Mapping[str, Any]) -> Step:
    kind = next(kind for kind in KINDS if kind in raw)
    rest: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in raw.items() if key != kind
    }
    if kind == "decide":
        return Decide(fact=raw["decide"], **rest)
    if kind == "ask":
        choices = tuple(Choice(answer["say"], answer["go"]) for answer in raw["answers"])
        return Ask(id=raw["id"], text=raw["ask"], answers=choices)
    if kind == "wait":
        rest["longest"] = timedelta(seconds=raw["longest"])
    made: type[Say | Do | Check | Wait | Call] = {"say": Say, "do": Do, "check": Check, "wait": Wait, "call": Call}[
        kind
    ]
    return made(text=raw[kind], **rest)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the customers of one provider do things."""

    id: str
    name: str
    as_of: str
    """Year and month in which its texts were written: `2026-11`."""
    url: str
    """Where they log in."""
    tasks: Mapping[str, str]
    """Menu path and what to do, by task."""
    ids: tuple[str, ...] = ()
    """Other ids under which the same provider is recognised."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One kind of place: where DNS is edited, where the product runs, and so on."""

    kind: str
    about: str
    tasks: Mapping[str, str]
    """The general text of each task, for a provider that is not known."""
    places: Mapping[str, Place] = field(default_factory=dict)

    def place(self, provider: str) -> Place | None:
        """That of a provider, by any of its ids."""
        found = self.places.get(provider)
        return found or next((one for one in self.places.values() if provider in one.ids), None)


def panel(kind: str, data: Mapping[str, Any]) -> Panel:
    """The panel of that data."""
    places = {
        id: Place(id, raw["name"], raw["as_of"], raw["url"], raw["tasks"], tuple(raw["ids"]))
        for id, raw in data["providers"].items()
    }
    return Panel(kind, data["about"], data["tasks"], places)
