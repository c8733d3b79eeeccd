"""What `launch check` and `launch init` look at: targets named on the command line, set against the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.config.inventory import network_of, to_inventory
from bot.config.names import BadName, host_of, readable
from bot.services.discovery import discover
from checks.inventory import Inventory, Network, expand

if TYPE_CHECKING:
    from datetime import datetime

    from bot.config.schema import LaunchFile


@dataclass(frozen=True, slots=True)
class Look:
    """One inventory, and the targets to which it is narrowed."""

    inventory: Inventory
    only: tuple[str, ...] = ()


async def looks(targets: Sequence[str], file: LaunchFile | None, now: datetime) -> list[Look]:
    """What to look at. Without targets: the whole product of the configuration.

    A target that the configuration names narrows to it; any other is a domain of its own, looked at through the
    configuration's network. Raises `BadName` and, where nothing is named at all, `ConfigError`.
    """
    network = network_of(file) if file else Network()
    own = await _own(file, network, now) if file is not None and (file.names_a_product or not targets) else None
    if not targets:
        return [Look(own)] if own else []
    known = {name for target in expand(own) for name in (target.name.lower(), target.host)} if own else set()
    narrowed: list[str] = []
    found: dict[str, Look] = {}
    for target in targets:
        if target.strip().lower() in known:
            narrowed.append(target.strip())
            continue
        host = host_of(target)
        if host in known:
            narrowed.append(host)
            continue
        inventory = await explore(host, network, now)
        earlier = found.get(inventory.domain)
        found[inventory.domain] = Look(_joined(earlier.inventory, inventory) if earlier else inventory)
    return ([Look(own, tuple(narrowed))] if own and narrowed else []) + list(found.values())


async def explore(named: str, network: Network, now: datetime) -> Inventory:
    """The inventory behind a domain, host or URL, found with real look-ups."""
    from checks.net.live import LiveProbe

    async with LiveProbe(network, now) as probe:
        return await discover(named, probe, network)


async def _own(file: LaunchFile, network: Network, now: datetime) -> Inventory:
    """The product of the configuration; where it lists no hosts, the usual ones are looked for."""
    inventory = to_inventory(file)
    if file.hosts or file.product is None:
        return inventory
    found = await explore(file.product.domain, network, now)
    return replace(
        inventory, hosts=found.hosts, monitors=found.monitors if file.monitors is None else inventory.monitors
    )


def _joined(one: Inventory, other: Inventory) -> Inventory:
    """Two explorations of the same domain, each host once."""
    hosts = {host.name: host for host in (*one.hosts, *other.hosts)}
    monitors = {monitor.name: monitor for monitor in (*one.monitors, *other.monitors)}
    return replace(one, hosts=tuple(hosts.values()), monitors=tuple(monitors.values()))


def in_words(names: Sequence[str]) -> str:
    """`example.com, bücher.example (xn--bcher-kva.example)`."""
    return ", ".join(name if readable(name) == name else f"{readable(name)} ({name})" for name in names)


__all__ = ["BadName", "Look", "explore", "in_words", "looks"]
