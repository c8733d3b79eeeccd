"""What the founder has written down about the product, as far as checks need it, and its expansion into targets.

Built by the bot from `launch.yml`, or from a bare domain. Frozen, so a judge may read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

from checks.model import Kind, Purpose, Target


@dataclass(frozen=True, slots=True)
class Host:
    """One DNS name with a purpose."""

    name: str
    """ASCII DNS name, lower case."""
    purpose: Purpose = Purpose.OTHER
    service: str = ""
    owner: str = ""
    critical: bool | None = None
    """None: by purpose (marketing, app, api and auth are critical)."""
    flow: str = ""
    wants_www: bool = True
    """False for a domain whose `www` is left out on purpose."""


@dataclass(frozen=True, slots=True)
class MailDomain:
    """A domain that sends mail, or is declared to send none."""

    name: str
    sends: bool = True
    aligned: bool | None = None
    """True once a person or a test mail has shown that SPF or DKIM align; None where unproven."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """One recurring probe and what it must see."""

    name: str
    url: str
    service: str = ""
    owner: str = ""
    interval: float = 60.0
    """Seconds."""
    status: tuple[int, ...] = ()
    """Accepted status codes; empty means 200 to 299."""
    contains: str = ""
    absent: str = ""
    json_path: str = ""
    """Dotted path, e.g. `status` or `checks.0.ok`; empty: the body is not parsed."""
    json_equals: str = ""
    header: str = ""
    """`Name: value` that must be present, value compared without case; empty: not looked at."""
    final_host: str = ""
    slow_after: float = 2.0
    """Seconds of server time (first byte without DNS, TCP and TLS) above which a probe counts as slow."""
    flow: str = ""
    critical: bool = True


@dataclass(frozen=True, slots=True)
class RedirectRule:
    """A line of the redirect map."""

    source: str
    target: str
    reason: str = ""
    permanent: bool = True


@dataclass(frozen=True, slots=True)
class Network:
    """How checks reach the world. The empty value means the public internet as it is."""

    resolvers: tuple[tuple[str, int], ...] = ()
    """(address, port); when given they replace every resolver, authoritative servers and second paths included."""
    ca_file: str = ""
    """PEM file that replaces the system's trust store."""
    ports: Mapping[int, int] = field(default_factory=dict)
    """Where to connect instead: `{443: 8443}`. URLs, Host headers and SNI stay unchanged."""
    allow_private: bool | tuple[IPv4Network | IPv6Network, ...] = False
    """True opens loopback and private ranges; link-local and metadata addresses open only when listed as a range."""
    canaries: tuple[str, ...] | None = None
    """URLs that tell "my own network is down"; None: the built-in ones, switched off where resolvers are set."""
    user_agent: str = ""
    rate: float = 2.0
    """Requests a second to one host, after a burst."""
    burst: int = 30
    unlimited: frozenset[str] = frozenset()
    """Own hosts for which the owner has lifted the limit."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The product as written down, or as derived from a bare domain."""

    product: str
    """Product id: lower-case letters, digits and dashes; it stands in every key and table."""
    domain: str
    """Registrable domain, ASCII."""
    canonical: str = ""
    """The one URL that customers should end at; empty: whatever the four root variants agree on."""
    hosts: tuple[Host, ...] = ()
    domains: tuple[str, ...] = ()
    """Second brand domains that must end at the canonical URL."""
    mail: tuple[MailDomain, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    redirects: tuple[RedirectRule, ...] = ()
    stage: str = "launch"
    """`launch` or `live`: some thresholds are milder in the first launch month."""
    network: Network = field(default_factory=Network)
    configured: bool = True
    """False where nothing but a domain is known; checks then guess less and say more."""


CRITICAL_PURPOSES = frozenset({Purpose.MARKETING, Purpose.APP, Purpose.API, Purpose.AUTH})
FLOW_OF_PURPOSE = {Purpose.AUTH: "login", Purpose.APP: "login"}


def expand(inventory: Inventory) -> list[Target]:
    """All targets of an inventory: its domains, hosts, mail domains and monitors, in reading order."""
    return [
        *(_domain(name, inventory) for name in (inventory.domain, *inventory.domains)),
        *(_host(host, inventory) for host in inventory.hosts),
        *(Target(kind=Kind.MAIL, name=mail.name, host=mail.name, inventory=inventory) for mail in inventory.mail),
        *(_monitor(monitor, inventory) for monitor in inventory.monitors),
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
