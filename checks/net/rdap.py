"""What a registry says about a domain (RFC 9082, RFC 9083): asked at the registry's own service, read within bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

from checks.net.connect import one_line
from checks.net.facts import Chain, ChainEnd, Exchange, Fault, Rdap, Reason
from checks.net.names import to_ascii
from checks.probe import Headers
from checks.providers import load

MAX_EVENTS = 50
MAX_STATUSES = 30
MAX_ENTITIES = 30
MAX_HOPS = 3
ACCEPT: Headers = (("Accept", "application/rdap+json, application/json"),)


class Follow(Protocol):
    """Asks for a URL and follows its redirects, as `Probe.chain` does."""

    async def __call__(self, url: str, *, max_hops: int, headers: Headers) -> Chain:
        """The chain of answers."""
        ...


@cache
def _bootstrap() -> dict[str, str]:
    return {zone: entry.text("base") for entry in load("registries") for zone in entry.texts("zones")}


MAX_LABELS = 127
"""Of a DNS name (RFC 1035 section 2.3.4)."""


def service_of(domain: str) -> str:
    """Base URL of the registry service for a domain: the longest zone that it ends in (RFC 9224 section 4); or ""."""
    labels = domain.split(".")[-MAX_LABELS:]
    return next((found for cut in range(1, len(labels)) if (found := _bootstrap().get(".".join(labels[cut:])))), "")


async def look(domain: str, follow: Follow, *, base: str, replaced: bool) -> Rdap:
    """What the registry says. Never raises for what the network does.

    Args:
        domain: Registrable domain.
        follow: One request, redirects followed.
        base: Service to ask instead of the registry's own.
        replaced: The resolvers are the owner's, so that the registries may not be reachable: nothing is asked.
    """
    try:
        name = to_ascii(domain)
    except ValueError as error:
        return Rdap(domain[:300], known=False, fault=Fault(Reason.PROTOCOL, str(error)[:300]))
    if not base and replaced:
        off = "switched off: with network.resolvers set, registries are asked only where network.rdap names a service"
        return Rdap(name, known=False, fault=Fault(Reason.BLOCKED, off))
    base = base or service_of(name)
    if not base:
        none = f"no registry service is known for .{name.rpartition('.')[2]}"
        return Rdap(name, known=False, fault=Fault(Reason.UNSUPPORTED, none))
    chain = await follow(base.rstrip("/") + "/domain/" + name, max_hops=MAX_HOPS, headers=ACCEPT)
    took = sum(exchange.phases.total for exchange in chain.exchanges)
    if chain.end is not ChainEnd.FINAL:
        fault = chain.last.fault or Fault(Reason.PROTOCOL, "the registry's redirects lead nowhere")
        return Rdap(name, known=False, fault=fault, took_ms=took)
    return read(name, chain.last, took)


def read(name: str, exchange: Exchange, took_ms: float) -> Rdap:
    """The registry's answer as a fact; what is not readable is a fault."""

    def unusable(why: str) -> Rdap:
        return Rdap(name, known=False, fault=Fault(Reason.PROTOCOL, one_line(why)), took_ms=took_ms)

    if exchange.status == 404:
        return Rdap(name, known=True, took_ms=took_ms)
    if exchange.status != 200:
        return unusable(f"the registry answers HTTP {exchange.status}")
    try:
        data = json.loads(exchange.body)
    except (ValueError, RecursionError):
        return unusable("the registry's answer is not JSON")
    if not isinstance(data, dict) or data.get("objectClassName") != "domain":
        return unusable("the registry's answer is not about a domain")
    about = data.get("ldhName")
    if isinstance(about, str) and about.lower().rstrip(".") != name:
        return unusable(f"the registry answers about {about[:80]!r} instead of {name}")
    return Rdap(
        name,
        known=True,
        registered=True,
        expires=_expires(data),
        statuses=tuple(one_line(one.lower())[:60] for one in _texts(data.get("status")))[:MAX_STATUSES],
        registrar=_registrar(data),
        took_ms=took_ms,
    )


def _dicts(value: Any, most: int) -> Iterator[dict[str, Any]]:
    """The objects in what should be a list of them."""
    if isinstance(value, list):
        yield from (one for one in value[:most] if isinstance(one, dict))


def _texts(value: Any) -> list[str]:
    return [one for one in value[:100] if isinstance(one, str)] if isinstance(value, list) else []


def _expires(data: dict[str, Any]) -> datetime | None:
    """The latest event `expiration`; `registrar expiration` is the registrar's own view and is left out."""
    found: list[datetime] = []
    for event in _dicts(data.get("events"), MAX_EVENTS):
        when = event.get("eventDate")
        if str(event.get("eventAction")).lower() != "expiration" or not isinstance(when, str):
            continue
        try:
            at = datetime.fromisoformat(when.strip()[:40])
            found.append(at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC))
        except (ValueError, OverflowError):
            continue
    return max(found, default=None)


def _registrar(data: dict[str, Any]) -> str:
    """The name on the registrar's card (RFC 7095), else its handle."""
    for entity in _dicts(data.get("entities"), MAX_ENTITIES):
        if "registrar" not in _texts(entity.get("roles")):
            continue
        card = entity.get("vcardArray")
        lines = card[1] if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list) else []
        for line in lines[:50]:
            if isinstance(line, list) and len(line) > 3 and line[0] == "fn" and isinstance(line[3], str) and line[3]:
                return one_line(line[3])[:120]
        handle = entity.get("handle")
        return one_line(handle)[:120] if isinstance(handle, str) else ""
    return ""
