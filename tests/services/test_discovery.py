"""Discovery: which hosts are found behind a domain, through a real resolver."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.clock import SystemClock
from bot.config.names import BadName
from bot.services.discovery import discover, purpose_of
from checks.inventory import Inventory, Network
from checks.model import Purpose
from checks.net.live import LiveProbe
from tests.servers.dns import DnsServer, Fault


@pytest.fixture
async def dns() -> AsyncIterator[DnsServer]:
    """A resolver that knows `acme.test` with an app and nothing else."""
    zone = {
        "test": {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60"},
        "acme.test": {"SOA": "ns.acme.test. root.acme.test. 1 7200 3600 1209600 60", "A": "127.0.0.1"},
        "app.acme.test": {"A": "127.0.0.2"},
        "shop.acme.test": {"CNAME": "shops.provider.test."},
        "shops.provider.test": {"A": "127.0.0.3"},
        "staging.acme.test": {"AAAA": "::1"},
    }
    async with DnsServer(zone) as server:
        yield server


async def found(dns: DnsServer, named: str) -> Inventory:
    network = Network(resolvers=(dns.address,), allow_private=True)
    async with LiveProbe(network, SystemClock().now()) as probe:
        return await discover(named, probe, network)


def purposes(inventory: Inventory) -> dict[str, Purpose]:
    return {host.name: host.purpose for host in inventory.hosts}


async def test_the_usual_hosts_are_found_by_address_alias_and_ipv6(dns: DnsServer) -> None:
    """Each with what it is for; production hosts get a monitor."""
    inventory = await found(dns, "acme.test")
    assert purposes(inventory) == {
        "acme.test": Purpose.MARKETING,
        "shop.acme.test": Purpose.MARKETING,
        "app.acme.test": Purpose.APP,
        "staging.acme.test": Purpose.STAGING,
    }
    assert {host.name: host.flow for host in inventory.hosts}["shop.acme.test"] == "payment"
    assert {monitor.name for monitor in inventory.monitors} == {"acme.test", "shop.acme.test", "app.acme.test"}
    assert not inventory.configured
    assert (inventory.product, inventory.domain) == ("acme-test", "acme.test")
    assert inventory.mail[0].sends


@pytest.mark.parametrize("named", ["deep.eu.acme.test", "https://deep.eu.acme.test/x", "DEEP.eu.acme.test."])
async def test_the_named_host_is_part_of_it_even_where_it_does_not_exist(dns: DnsServer, named: str) -> None:
    """So that it gets its finding."""
    inventory = await found(dns, named)
    assert inventory.domain == "acme.test"
    assert "deep.eu.acme.test" in purposes(inventory)


async def test_a_wildcard_voids_guesses_that_answer_the_same(dns: DnsServer) -> None:
    """Another address or an alias of its own is a host; the wildcard's answer is not."""
    dns.zone.set("*.acme.test", "A", "127.0.0.9")
    assert set(purposes(await found(dns, "acme.test"))) == {
        "acme.test",
        "app.acme.test",
        "shop.acme.test",
        "staging.acme.test",
    }


async def test_a_wildcard_alias_voids_guesses_too(dns: DnsServer) -> None:
    """Platforms point every name at themselves."""
    dns.zone.set("*.acme.test", "CNAME", "shops.provider.test.")
    dns.zone.remove("shop.acme.test")
    assert set(purposes(await found(dns, "acme.test"))) == {"acme.test", "app.acme.test", "staging.acme.test"}


async def test_a_guess_that_cannot_be_looked_up_is_left_out(dns: DnsServer) -> None:
    """Not knowing is not finding."""
    dns.zone.fault("app.acme.test", Fault.SERVFAIL)
    assert "app.acme.test" not in purposes(await found(dns, "acme.test"))


@pytest.mark.parametrize(
    ("txt", "mx", "sends"),
    [
        ("v=spf1 -all", "0 .", False),
        ("V=SPF1  -ALL", None, False),
        ("v=spf1 -all", "10 mail.acme.test.", True),
        ("v=spf1 include:x.test -all", None, True),
        (None, None, True),
    ],
)
async def test_only_a_declaration_makes_a_domain_silent(
    dns: DnsServer, txt: str | None, mx: str | None, sends: bool
) -> None:
    """No record at all declares nothing."""
    if txt:
        dns.zone.set("acme.test", "TXT", txt)
    if mx:
        dns.zone.set("acme.test", "MX", mx)
    assert [mail.sends for mail in (await found(dns, "acme.test")).mail] == [sends]


async def test_what_is_no_name_raises_before_a_question_is_asked(dns: DnsServer) -> None:
    """An address is refused with a sentence."""
    with pytest.raises(BadName, match="is an IP address"):
        await found(dns, "127.0.0.1")
    assert dns.queries == []


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("acme.test", Purpose.MARKETING),
        ("api.eu.acme.test", Purpose.API),
        ("api.staging.acme.test", Purpose.STAGING),
        ("zebra.acme.test", Purpose.OTHER),
    ],
)
def test_purpose_by_label(name: str, purpose: Purpose) -> None:
    """Staging wins, wherever it stands in the name."""
    assert purpose_of(name, "acme.test") is purpose
