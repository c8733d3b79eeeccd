"""What is known about others: edges, mail senders, app hosts, registrars, authorities, keys …, each dated.

One file per kind, `<kind>.yml`, edited by people; what each key means is in `fields.py`. Beside it lies `<kind>.json`,
made from it by `python -m checks.providers`, because JSON is read a hundred times faster; where it is not the newest,
the YAML itself is read. Nothing is read before somebody asks for it, and each file once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from hashlib import sha256
from importlib import resources
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal

from checks.model import Json

ProviderKind = Literal["edges", "mail", "hosts", "registrars", "registries", "authorities", "keys", "platforms"]
KINDS: tuple[ProviderKind, ...] = (
    "edges",
    "mail",
    "hosts",
    "registrars",
    "registries",
    "authorities",
    "keys",
    "platforms",
)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One provider, or one thing known about it. Which keys `facts` may have is in `fields.py`, by kind."""

    id: str
    """Lower-case letters, digits and dashes; unique within its kind."""
    name: str
    """As people know it."""
    as_of: date
    """First day of the month as of which it was written down."""
    source: str
    """Where it can be looked up, in words."""
    group: str = ""
    facts: Mapping[str, Json] = ()  # type: ignore[assignment]

    def text(self, key: str) -> str:
        """The value of a key that holds one text; "" where it is not there."""
        value = self.facts.get(key, "")
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """The values of a key that holds a list."""
        value = self.facts.get(key, ())
        return value if isinstance(value, tuple) else ()  # type: ignore[return-value]

    def flag(self, key: str) -> bool:
        """Whether a key is set to true."""
        return self.facts.get(key) is True

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Names and values of a key that holds a section: headers and what they must contain ("" for anything)."""
        value = self.facts.get(key, {})
        return tuple((name, str(item)) for name, item in value.items()) if isinstance(value, Mapping) else ()

    @property
    def ranges(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Its address ranges."""
        return _networks(self.texts("ranges"))


@lru_cache(maxsize=256)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


@cache
def load(kind: ProviderKind) -> tuple[Entry, ...]:
    """Every entry of a kind, in the order of its file."""
    return tuple(_entry(raw) for raw in _raw(kind)["entries"])  # type: ignore[union-attr, arg-type]


@cache
def about(kind: ProviderKind) -> str:
    """What the file of a kind holds, one sentence."""
    return str(_raw(kind)["about"])


@cache
def _raw(kind: ProviderKind) -> Mapping[str, Json]:
    folder = resources.files("checks.providers")
    text = folder.joinpath(f"{kind}.yml").read_bytes()
    compiled = folder.joinpath(f"{kind}.json")
    if compiled.is_file():
        found: Mapping[str, Json] = json.loads(compiled.read_bytes())
        if found.get("made_from") == sha256(text).hexdigest():
            return found
    from checks.providers.source import parse

    return parse(kind, text)


def _entry(raw: Mapping[str, Json]) -> Entry:
    facts: dict[str, Json] = {
        key: tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else value
        for key, value in raw.items()
        if key not in ("id", "name", "as_of", "source", "group")
    }
    year, month = str(raw["as_of"]).split("-")
    return Entry(
        id=str(raw["id"]),
        name=str(raw["name"]),
        as_of=date(int(year), int(month), 1),
        source=str(raw["source"]),
        group=str(raw.get("group", "")),
        facts=facts,
    )


def find(kind: ProviderKind, id: str) -> Entry | None:
    """The entry of that id."""
    return next((entry for entry in load(kind) if entry.id == id), None)


def named(kind: ProviderKind, text: str) -> Entry | None:
    """The entry that a person means: by id, name or one of its `aliases`, without case and spaces."""
    wanted = _plain(text)
    return next(
        (
            entry
            for entry in load(kind)
            if wanted in (_plain(entry.id), _plain(entry.name), *map(_plain, entry.texts("aliases")))
        ),
        None,
    )


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def belongs(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a DNS name is one of these, lies below one of them, or fits one with stars (`*.awsdns-*`)."""
    plain = name.casefold().rstrip(".")
    return any(
        fnmatchcase(plain, pattern) if "*" in pattern else plain == pattern or plain.endswith("." + pattern)
        for pattern in patterns
    )


def by_name(kind: ProviderKind, key: str, name: str) -> Entry | None:
    """The entry whose list `key` (`cname`, `ns`, `mx`, `spf` …) the DNS name belongs to."""
    return next((entry for entry in load(kind) if belongs(name, entry.texts(key))), None)


def by_address(kind: ProviderKind, address: str) -> Entry | None:
    """The entry that has a range with this address; None also for what is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return next(
        (
            entry
            for entry in load(kind)
            if any(network.version == parsed.version and parsed in network for network in entry.ranges)
        ),
        None,
    )
