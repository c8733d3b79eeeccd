"""The targets of an inventory: one for each thing that is written down, with all that checks need to know of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from checks.flow.model import Flow
from checks.inventory import CRITICAL_PURPOSES, FLOW_OF_PURPOSE, Host, Inventory, Monitor
from checks.model import Kind, Purpose, Target


def targets_of(inventory: Inventory) -> list[Target]:
    """All targets of an inventory: its domains, hosts, mail domains, monitors and flows, in reading order."""
    return [
        *(_domain(name, inventory) for name in (inventory.domain, *inventory.domains)),
        *(_host(host, inventory) for host in inventory.hosts),
        *(Target(kind=Kind.MAIL, name=mail.name, host=mail.name, inventory=inventory) for mail in inventory.mail),
        *(_monitor(monitor, inventory) for monitor in inventory.monitors),
        *(_flow(flow, inventory) for flow in inventory.flows),
    ]


def _domain(name: str, inventory: Inventory) -> Target:
    apex = next((host for host in inventory.hosts if host.name == name), Host(name))
    return Target(
        kind=Kind.DOMAIN,
        name=name,
        host=name,
        url=f"https://{name}/",
        inventory=inventory,
        purpose=Purpose.MARKETING,
        service=apex.service,
        owner=apex.owner,
    )


def _host(host: Host, inventory: Inventory) -> Target:
    return Target(
        kind=Kind.HOST,
        name=host.name,
        host=host.name,
        url=f"https://{host.name}/",
        inventory=inventory,
        purpose=host.purpose,
        service=host.service,
        owner=host.owner,
        critical=host.purpose in CRITICAL_PURPOSES if host.critical is None else host.critical,
        flow=host.flow or FLOW_OF_PURPOSE.get(host.purpose, ""),
    )


def _monitor(monitor: Monitor, inventory: Inventory) -> Target:
    return Target(
        kind=Kind.MONITOR,
        name=monitor.name,
        host=(urlsplit(monitor.url).hostname or "").lower(),
        url=monitor.url,
        inventory=inventory,
        service=monitor.service,
        owner=monitor.owner,
        critical=monitor.critical,
        flow=monitor.flow,
        monitor=monitor,
    )


def _flow(flow: Flow, inventory: Inventory) -> Target:
    host = (urlsplit(flow.base).hostname or "").lower()
    known = next((one for one in inventory.hosts if one.name == host), None)
    return Target(
        kind=Kind.FLOW,
        name=flow.title,
        host=host,
        url=flow.base,
        inventory=inventory,
        purpose=known.purpose if known is not None else Purpose.OTHER,
        service=flow.service,
        owner=flow.owner or (known.owner if known is not None else ""),
        critical=flow.critical,
        flow=flow.carries,
        walk=flow,
    )
