"""What stands in front of a host: recognised by its address, by the headers it adds, and by the name it is aliased to.

Each of the three witnesses can be missing or misleading alone: an address list ages, headers are hidden, aliases are
flattened. So they are asked one after the other, and an answer names the one it rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from checks import providers
from checks.net.facts import Exchange
from checks.providers import Entry

NONE = "none"
"""What a founder writes as `edge:` where a server stands open on purpose."""
MARKS = "its marks in the answers"
"""In words: the headers that only it sends."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Which edge was recognised, and by what."""

    edge: Entry
    by: str
    """In words, to stand after "seen by"."""


def named(text: str) -> Entry | None:
    """The edge that a founder means; None for a name that is not known (or `none`)."""
    return providers.named("edges", text) if text and text != NONE else None


def of_address(text: str) -> Entry | None:
    """Whose address this is; None where no list has it."""
    return providers.by_address("edges", text)


def of_alias(names: Sequence[str]) -> Entry | None:
    """Whose name one of the aliases is: the last one counts most."""
    return next((found for name in reversed(names) if (found := providers.by_name("edges", "cname", name))), None)


def of_headers(exchange: Exchange) -> Entry | None:
    """Who answered, by the headers that only it sends.

    A platform that itself stands behind another edge adds headers of both: then the platform is said, since that is
    the one the founder has an account at.
    """
    seen = [edge for edge in providers.load("edges") if sends_headers_of(exchange, edge)]
    return next((edge for edge in seen if edge.flag("platform")), seen[0] if seen else None)


def sends_headers_of(exchange: Exchange, edge: Entry) -> bool:
    """Whether an answer came through this edge, by its headers."""
    return any(text in value.lower() for name, text in edge.pairs("headers") for value in exchange.all_headers(name))


def in_front(addresses: Sequence[str], aliases: Sequence[str], answer: Exchange | None) -> Witness | None:
    """Which edge a host is behind, by the first witness that speaks: alias, headers, addresses."""
    alias = of_alias(aliases)
    if alias is not None and alias.flag("platform"):
        return Witness(alias, f"its alias {aliases[-1]}")
    sent = of_headers(answer) if answer is not None else None
    if sent is not None:
        return Witness(sent, MARKS)
    if alias is not None:
        return Witness(alias, f"its alias {aliases[-1]}")
    found = next(((edge, address) for address in addresses if (edge := of_address(address))), None)
    return Witness(found[0], f"its address {found[1]}") if found else None


def outside(addresses: Sequence[str], edge: Entry) -> tuple[str, ...]:
    """The addresses that are surely not behind an edge: where its list is complete, those not on it."""
    if not edge.flag("complete"):
        return ()
    return tuple(text for text in addresses if of_address(text) is not edge)


def private(text: str) -> bool:
    """Whether an address is one of a network of one's own, of which nobody outside knows anything."""
    try:
        return not ip_address(text).is_global
    except ValueError:
        return False
