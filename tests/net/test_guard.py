"""The guard: which addresses a name may lead to."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.net.guard import Guard

PUBLIC = ["1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "11.0.0.0", "2606:4700::1111", "2a00:1450::1"]
PRIVATE = ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.8.8.8", "::1", "fd12::1"]
ALWAYS = [
    "0.0.0.0",
    "0.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.1.1",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "2001::1",
    "64:ff9b:1::1",
    "100::1",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "169.254.170.23",
    "4000::1",
]
EMBEDDED = [
    ("::ffff:127.0.0.1", "127.0.0.1"),
    ("::ffff:169.254.169.254", "169.254.169.254"),
    ("::127.0.0.1", "127.0.0.1"),
    ("64:ff9b::a9fe:a9fe", "169.254.169.254"),
    ("64:ff9b::10.0.0.1", "10.0.0.1"),
    ("2002:7f00:1::", "127.0.0.1"),
    ("2002:a9fe:a9fe::1", "169.254.169.254"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open(address: str) -> None:
    """The public internet is what the bot is there for."""
    assert Guard().refusal(address) == ""
    assert Guard((ip_network("10.0.0.0/8"),)).refusal(address) == ""


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_open_only_by_hand(address: str) -> None:
    """Loopback and private ranges are refused with a sentence, unless the owner opens them."""
    assert address.partition("%")[0] in Guard().refusal(address)
    assert Guard(True).refusal(address) == ""


@pytest.mark.parametrize("address", ALWAYS)
def test_special_addresses_stay_closed_even_when_private_ones_are_open(address: str) -> None:
    """`allow_private: true` never opens link-local, metadata, shared, reserved or multicast addresses."""
    assert Guard(False).refusal(address)
    assert Guard(True).refusal(address)


@pytest.mark.parametrize(("outer", "inner"), EMBEDDED)
def test_an_ipv4_address_in_disguise_is_judged_by_what_it_is(outer: str, inner: str) -> None:
    """Mapped, compatible, NAT64 and 6to4 addresses lead to the IPv4 address inside."""
    assert Guard().refusal(outer)
    assert bool(Guard(True).refusal(outer)) == bool(Guard(True).refusal(inner))
    assert Guard((ip_network(inner + "/32"),)).refusal(outer) == ""


def test_listed_ranges_open_exactly_these() -> None:
    """A list of ranges opens what it covers and nothing beside it, link-local included."""
    guard = Guard((ip_network("127.0.0.0/29"), ip_network("169.254.0.0/24"), ip_network("fd00::/8")))
    assert guard.refusal("127.0.0.7") == ""
    assert guard.refusal("127.0.0.8")
    assert guard.refusal("10.0.0.1")
    assert guard.refusal("169.254.0.7") == ""
    assert guard.refusal("169.254.1.7")
    assert guard.refusal("fd00:1::254") == ""


def test_a_metadata_service_opens_only_where_it_is_listed_by_itself() -> None:
    """Whoever opens a whole range for other reasons does not hand out the machine's keys."""
    wide = Guard(tuple(map(ip_network, ("169.254.0.0/16", "100.64.0.0/10", "fd00::/8", "fd00:ec2::/64", "0.0.0.0/0"))))
    for address in ("169.254.169.254", "::ffff:169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"):
        assert "by itself" in wide.refusal(address)
    named = Guard((ip_network("169.254.169.254/32"), ip_network("fd00:ec2::254/128")))
    assert named.refusal("169.254.169.254") == named.refusal("fd00:ec2::254") == ""
    assert named.refusal("169.254.169.253")


def test_text_that_is_no_address_is_refused() -> None:
    """What cannot be judged is not connected to."""
    assert "not an IP address" in Guard(True).refusal("0x7f.1")
    assert Guard(True).refusal("127.1")


@given(st.ip_addresses())
def test_whatever_python_calls_not_global_is_refused(address: object) -> None:
    """Our table is never more open than the standard library's own."""
    text = str(address)
    parsed = ip_address(text)
    embedded = parsed.version == 6 and (parsed.ipv4_mapped or parsed.sixtofour or text.startswith("64:ff9b::"))
    if not embedded and (not parsed.is_global or parsed.is_multicast):
        assert Guard().refusal(text)
