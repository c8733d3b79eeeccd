"""What points at something else in `launch.yml` must point at something that is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.config.flow_names import flow_names
from bot.config.names import BadName, ascii_name, shown
from bot.config.nearest import did_you_mean
from bot.config.nodes import Path, Read
from bot.config.problems import Problem

_PEOPLE = frozenset({"owner", "backup"})
_PEOPLE_LISTS = (("rotation", "people"), ("deploy", "who"))


def references(found: Read) -> list[Problem]:
    """Owners that are no people, services that are not listed, names used twice, checks that do not exist.

    Works on the plain data, so that it speaks also where other parts of the file have mistakes.
    """
    if not isinstance(found.data, dict):
        return []
    data = found.data
    return [
        *_people(found, data),
        *_services(found, data),
        *_windows(found, data),
        *_twice(found, data, "hosts", "name"),
        *_twice(found, data, "monitors", "name"),
        *_twice(found, data, "flows", "id"),
        *flow_names(found, data),
        *_paths(found, data),
        *_edges(found, data),
        *_links(found, data),
        *_checks(found, data),
        *_journeys(found, data),
    ]


def _section(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield (*path, key), item
        yield from _walk(item, (*path, key))


def _people(found: Read, data: dict[str, Any]) -> Iterator[Problem]:
    people = _section(data, "people")
    for path, value in _walk({key: part for key, part in data.items() if key not in ("people", "runbooks")}, ()):
        named = path[-1] in _PEOPLE or path[:-1] in _PEOPLE_LISTS
        if not named or not isinstance(value, str) or value in people or path in found.refused:
            continue
        if people:
            yield found.problem(path, f'"{shown(value)}" is not listed under people{did_you_mean(value, people)}')
        else:
            yield found.problem(path, f'"{shown(value)}" is not known: add a section people with this name')


def _services(found: Read, data: dict[str, Any]) -> Iterator[Problem]:
    services = _section(data, "services")
    if not services:
        return
    for path, value in _walk({key: data.get(key) for key in ("hosts", "monitors", "flows", "events")}, ()):
        depth = 4 if path[0] == "events" else 3
        if len(path) == depth and path[-1] == "service" and isinstance(value, str) and value not in services:
            yield found.problem(path, f'"{shown(value)}" is not listed under services{did_you_mean(value, services)}')


def _windows(found: Read, data: dict[str, Any]) -> Iterator[Problem]:
    """Planned work of a service that nothing belongs to would silence nothing, and nobody would notice."""
    hosts = data.get("hosts")
    names = (
        [host["name"] for host in hosts if isinstance(host, dict) and isinstance(host.get("name"), str)]
        if isinstance(hosts, list)
        else []
    )
    product = _section(data, "product").get("domain")
    known = [*_section(data, "services"), *names, *([product] if isinstance(product, str) else [])]
    entries = data.get("maintenance")
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        name = entry.get("service") if isinstance(entry, dict) else None
        if isinstance(name, str) and name and name not in known:
            message = f'"{shown(name)}" is neither a service nor a host here{did_you_mean(name, known)}'
            yield found.problem(("maintenance", index, "service"), message)


def _twice(found: Read, data: dict[str, Any], section: str, key: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    entries = data.get(section)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        name = entry.get(key) if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name:
            continue
        try:
            same = ascii_name(name) if section == "hosts" else name
        except BadName:
            continue
        if same in seen:
            line = found.values[section, seen[same], key][0]
            yield found.problem((section, index, key), f'"{shown(name)}" is listed twice, first in line {line}')
        else:
            seen[same] = index


def _paths(found: Read, data: dict[str, Any]) -> Iterator[Problem]:
    """A path instead of a URL needs the canonical URL (or the domain) to stand on."""
    if _section(data, "product").get("domain") or _section(data, "product").get("canonical"):
        return
    for path, value in _walk({key: data.get(key) for key in ("monitors", "redirects", "links")}, ()):
        if len(path) == 3 and path[-1] in ("url", "from", "to") and isinstance(value, str) and value.startswith("/"):
            yield found.problem(path, "a path alone is not enough without product.domain; write the whole URL")


def _edges(found: Read, data: dict[str, Any]) -> Iterator[Problem]:
    """An edge that is only mistyped is named; one that nobody knows here may stand, a rule about it may not."""
    for path, value in _walk({"hosts": data.get("hosts")}, ()):
        edge = len(path) == 3 and path[-1] == "edge"
        proxied = len(path) == 5 and path[2] == "expect" and path[-1] == "proxied_by"
        if not (edge or proxied) or not isinstance(value, str) or path in found.refused:
            continue
        if edge and value.casefold() == "none":
            continue
        from checks.providers import load, named

        if named("edges", value) is None:
            known = [entry.id for entry in load("edges")]
            near = did_you_mean(value, [*known, "none"] if edge else known)
            if near or proxied:
                choices = near or f"; known are {', '.join(known)}"
                yield found.problem(path, f'"{shown(value)}" is no edge that is known here{choices}')


def _links(found: Read, data: dict[str, Any]) -> Iterator[Problem]:
    """The same link twice would be followed twice, and one of them may lead elsewhere."""
    yield from _twice(found, data, "links", "url")
    yield from _twice(found, data, "redirects", "from")


def _checks(found: Read, data: dict[str, Any]) -> Iterator[Problem]:
    rules = _section(data, "checks")
    if not rules:
        return
    from checks.registry import load

    known = load()
    for name in rules:
        if name not in known:
            message = f"there is no check of this name{did_you_mean(name, known)}"
            yield found.problem(("checks", name), message, at_key=True)


def _journeys(found: Read, data: dict[str, Any]) -> Iterator[Problem]:
    """A journey that no monitor watches would be missing in every report."""
    named, monitors = _section(data, "speed").get("journeys"), data.get("monitors")
    names = [one.get("name") for one in monitors if isinstance(one, dict)] if isinstance(monitors, list) else []
    known = [name for name in names if isinstance(name, str)]
    for place, name in enumerate(named if isinstance(named, list) else []):
        if isinstance(name, str) and name not in known:
            said = f'"{shown(name)}" is no monitor of this file{did_you_mean(name, known)}'
            yield found.problem(("speed", "journeys", place), said)
