"""Which addresses may be reached: the public internet, and what the owner has opened by hand.

A name that anybody can type must not become a way into the network of the machine the bot runs on. So every address is
judged after it was resolved, at every hop, and exactly that address is connected to.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Range = IPv4Network | IPv6Network

METADATA = "a cloud's metadata service"
LINK_LOCAL = "a link-local address"
LOOPBACK = "this machine itself"
PRIVATE = "a private network"
SHARED = "a provider's internal network"
RESERVED = "a reserved address"
MULTICAST = "a multicast address"

_SPECIAL: tuple[tuple[Range, str], ...] = tuple(
    (ip_network(text), kind)
    for text, kind in (
        # Narrow ranges first: metadata services live inside wider ranges, one of them (Azure's) in a public one.
        ("169.254.169.254/32", METADATA),
        ("169.254.170.2/32", METADATA),
        ("169.254.170.23/32", METADATA),
        ("100.100.100.200/32", METADATA),
        ("168.63.129.16/32", METADATA),
        ("192.0.0.192/32", METADATA),
        # All services of Amazon's instances live there: metadata ::254, credentials of pods ::23, and more.
        ("fd00:ec2::/32", METADATA),
        ("fd20:ce::254/128", METADATA),
        # The IANA registries of special-purpose addresses (RFC 6890).
        ("0.0.0.0/8", RESERVED),
        ("10.0.0.0/8", PRIVATE),
        ("100.64.0.0/10", SHARED),
        ("127.0.0.0/8", LOOPBACK),
        ("169.254.0.0/16", LINK_LOCAL),
        ("172.16.0.0/12", PRIVATE),
        ("192.0.0.0/24", RESERVED),
        ("192.0.2.0/24", RESERVED),
        ("192.88.99.0/24", RESERVED),
        ("192.168.0.0/16", PRIVATE),
        ("198.18.0.0/15", RESERVED),
        ("198.51.100.0/24", RESERVED),
        ("203.0.113.0/24", RESERVED),
        ("224.0.0.0/4", MULTICAST),
        ("240.0.0.0/4", RESERVED),
        ("::1/128", LOOPBACK),
        ("64:ff9b:1::/48", SHARED),
        ("2001::/23", RESERVED),
        ("2001:db8::/32", RESERVED),
        ("3fff::/20", RESERVED),
        ("fc00::/7", PRIVATE),
        ("fe80::/10", LINK_LOCAL),
        ("fec0::/10", RESERVED),
        ("ff00::/8", MULTICAST),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
"""All unicast addresses that IANA has handed out; the rest of IPv6 is reserved."""
_OPENED_BY_TRUE = (LOOPBACK, PRIVATE)

_MAPPED = IPv6Network("::ffff:0:0/96")
_COMPATIBLE = IPv6Network("::/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")


def _embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address inside a mapped, compatible, NAT64 or 6to4 address: packets end up there."""
    if isinstance(address, IPv4Address) or int(address) <= 1:
        return None
    if address in _MAPPED or address in _COMPATIBLE or address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return None


def kind_of(address: Address) -> str:
    """What a special address is, in words; "" for a public one."""
    inner = _embedded(address)
    if inner is not None:
        return kind_of(inner)
    for network, kind in _SPECIAL:
        if address.version == network.version and address in network:
            return kind
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return RESERVED
    return ""


class Guard:
    """Says which addresses may be reached under one `Network.allow_private`.

    A listed range opens what it covers, but for metadata services: these hand out keys to whoever asks, and lie in
    ranges that people open for other reasons (100.64.0.0/10, fd00::/8). Each opens only where it is listed by itself.
    """

    def __init__(self, allow: bool | tuple[Range, ...] = False) -> None:
        self._all_private = allow is True
        self._ranges: tuple[Range, ...] = () if isinstance(allow, bool) else tuple(allow)

    def refusal(self, address: str) -> str:
        """Why this address may not be reached, as a sentence; "" where it may."""
        return _refusal(address, self._ranges, all_private=self._all_private)


@lru_cache(maxsize=1024)
def _refusal(address: str, ranges: tuple[Range, ...], *, all_private: bool) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"{address[:60]} is not an IP address"
    kind = kind_of(parsed)
    if not kind or _listed(parsed, ranges, alone=kind is METADATA):
        return ""
    if all_private and kind in _OPENED_BY_TRUE:
        return ""
    opens = "lists it by itself" if kind is METADATA else "opens it"
    return f"{address} is {kind}, which is not looked at unless network.allow_private {opens}"


def _listed(address: Address, ranges: tuple[Range, ...], *, alone: bool) -> bool:
    candidates = (address, _embedded(address))
    return any(
        one is not None
        and one.version == network.version
        and one in network
        and not (alone and network.num_addresses > 1)
        for one in candidates
        for network in ranges
    )
