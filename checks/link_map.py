"""The links and old addresses that are written down, as lines that can be followed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from checks.inventory import Inventory
from checks.urls import host_of

MOST_PER_HOST = 10
"""Lines that are followed per host in one run, unless launch.yml lifts the limit for that host."""
MOST = 200
LOGIN = frozenset({"login", "callback"})


@dataclass(frozen=True, slots=True)
class Line:
    """One address that must lead somewhere."""

    source: str
    """Whole URL."""
    wanted: str = ""
    """Whole URL where it must end; empty: anywhere that answers."""
    kind: str = "redirect"
    permanent: bool = False
    """Search engines must be told that it moved for good."""
    home: str = ""
    """The home page of the product."""


def home_of(inventory: Inventory) -> str:
    """The address to which paths of the redirect map are relative."""
    return inventory.canonical or f"https://{inventory.domain}/"


def lines_of(inventory: Inventory) -> tuple[Line, ...]:
    """The redirect map and the links of an inventory as whole addresses, log-in first; webhooks take no visitors."""
    home = home_of(inventory)
    links = [
        Line(_whole(home, link.url), _whole(home, link.target) if link.target else "", link.kind, home=home)
        for link in inventory.links
        if link.kind != "webhook"
    ]
    links.sort(key=lambda line: line.kind not in LOGIN)
    rules = [
        Line(_whole(home, rule.source), _whole(home, rule.target), permanent=rule.permanent, home=home)
        for rule in inventory.redirects
    ]
    found: dict[str, Line] = {}
    for line in (*links, *rules):
        if line.source:
            found.setdefault(line.source, line)
    return tuple(found.values())[:MOST]


def _whole(home: str, address: str) -> str:
    try:
        whole = urljoin(home, address)
        return whole if urlsplit(whole).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def affordable(lines: tuple[Line, ...], inventory: Inventory) -> tuple[Line, ...]:
    """The lines that may be followed in one run without asking one host too much."""
    asked: dict[str, int] = {}
    chosen = []
    for line in lines:
        host = host_of(line.source)
        asked[host] = asked.get(host, 0) + 1
        if asked[host] <= MOST_PER_HOST or host in inventory.network.unlimited:
            chosen.append(line)
    return tuple(chosen)
