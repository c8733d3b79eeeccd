"""The engine with the real probe, over real DNS servers on loopback."""

from __future__ import annotations

import asyncio
import time

import pytest

from checks.inventory import Inventory, MailDomain, Network
from checks.model import Finding, Status
from checks.net.live import LiveProbe
from checks.runner import plan, run
from tests.engine.probes import NOW
from tests.growth import in_a_quiet_moment
from tests.servers.dns import DnsServer, Fault, Zone

D = "example.test"
HEALTHY = {
    D: {"TXT": ["v=spf1 include:_spf.tool.test include:mail.other.test ~all"], "MX": ["10 mx.example.test"]},
    f"_dmarc.{D}": {"TXT": ["v=DMARC1; p=none; rua=mailto:dmarc@example.test"]},
    "_spf.tool.test": {"TXT": ["v=spf1 include:deep.tool.test ip4:192.0.2.0/24 ~all"]},
    "deep.tool.test": {"TXT": ["v=spf1 ip4:198.51.100.0/24 ~all"]},
    "mail.other.test": {"TXT": ["v=spf1 a -all"], "A": ["192.0.2.7"]},
}


def zone(**changes: dict) -> Zone:
    """A healthy zone, with names replaced."""
    return Zone.of(HEALTHY | {name.replace("__", "."): value for name, value in changes.items()})


async def look(*servers: DnsServer, deadline: float = 20.0, domain: str = D) -> dict[str, Finding]:
    """The mail findings about the domain, by check."""
    network = Network(resolvers=tuple((server.host, server.port) for server in servers))
    inventory = Inventory(product="p", domain=domain, mail=(MailDomain(domain, aligned=True),), network=network)
    async with LiveProbe(network, NOW) as probe:
        found = await run(plan(inventory, only=["mail.spf", "mail.dmarc"]), probe, deadline=deadline)
    return {one.check: one for one in found}


async def test_a_healthy_domain_passes_with_evidence_of_every_question():
    """Who was asked, and what the answer was."""
    async with DnsServer(zone()) as server:
        found = await look(server)
    assert {check: one.code for check, one in found.items()} == {"mail.spf": "ok", "mail.dmarc": "monitoring"}
    spf = found["mail.spf"]
    assert spf.seen["lookups"] == 4
    asked = {(one.what, one.of) for one in spf.evidence}
    assert ("DNS TXT deep.tool.test", f"{server.host}:{server.port}") in asked
    assert "v=spf1 ip4:198.51.100.0/24 ~all" in " ".join(one.answer for one in spf.evidence)


async def test_a_domain_that_takes_and_sends_no_mail_is_parked():
    """Null MX as it comes over the wire (RFC 7505)."""
    parked = {D: {"TXT": ["v=spf1 -all"], "MX": ["0 ."]}, f"_dmarc.{D}": {"TXT": ["v=DMARC1; p=reject"]}}
    async with DnsServer(Zone.of(parked)) as server:
        network = Network(resolvers=((server.host, server.port),))
        bare = Inventory(product="p", domain=D, mail=(MailDomain(D),), network=network, configured=False)
        async with LiveProbe(network, NOW) as probe:
            found = await run(plan(bare, only=["mail.spf", "mail.dmarc"]), probe, deadline=20)
    assert {one.check: one.code for one in found} == {"mail.spf": "parked", "mail.dmarc": "parked"}


async def test_a_record_that_only_one_resolver_misses_is_not_said_to_be_gone():
    """One resolver says nothing is there, the other one shows it: unknown, both answers named."""
    async with DnsServer(zone(**{f"_dmarc.{D}": {}})) as stale, DnsServer(zone()) as fresh:
        found = await look(stale, fresh)
    assert found["mail.dmarc"].code == "unconfirmed"
    assert (found["mail.dmarc"].seen["first_code"], found["mail.dmarc"].seen["second_code"]) == ("absent", "monitoring")
    assert any(one.what.startswith("second look: ") for one in found["mail.dmarc"].evidence)


async def test_a_record_that_is_gone_everywhere_is_said_to_be_gone():
    """Both looks agree, one resolver or two."""
    async with DnsServer(zone(**{f"_dmarc.{D}": {}})) as first, DnsServer(zone(**{f"_dmarc.{D}": {}})) as second:
        assert (await look(first, second))["mail.dmarc"].code == "absent"
        assert (await look(first))["mail.dmarc"].code == "absent"


@pytest.mark.parametrize("fault", [Fault.SERVFAIL, Fault.REFUSED, Fault.MALFORMED])
async def test_a_resolver_that_fails_makes_it_unknown(fault: Fault):
    """Never "no SPF", never "no DMARC"."""
    sick = zone()
    sick.faults[D, "TXT"] = fault
    sick.faults[f"_dmarc.{D}", "TXT"] = fault
    async with DnsServer(sick) as server:
        found = await look(server)
    assert {one.status for one in found.values()} == {Status.UNKNOWN}


async def test_a_silent_resolver_ends_within_the_deadline():
    """A run never takes longer than it was given."""
    dark = zone()
    for type in ("TXT", "MX"):
        dark.faults[D, type] = Fault.TIMEOUT
        dark.faults[f"_dmarc.{D}", type] = Fault.TIMEOUT
    async with DnsServer(dark) as server, asyncio.timeout(60):
        found = await look(server, deadline=2.0)
    assert {one.status for one in found.values()} == {Status.UNKNOWN}


async def test_includes_are_followed_side_by_side():
    """Six includes that take 0.2 s each take one chain of questions, not the sum of them."""
    names = [f"s{number}.tool.test" for number in range(6)]
    slow = Zone.of(
        HEALTHY
        | {
            D: {
                "TXT": ["v=spf1 " + " ".join(f"include:{name}" for name in names) + " ~all"],
                "MX": ["10 mx.example.test"],
            }
        }
        | {name: {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]} for name in names}
    )
    slow.delays |= {(name, "TXT"): 0.2 for name in names}

    async def attempt() -> None:
        async with DnsServer(slow) as server:
            began = time.perf_counter()
            found = await look(server)
            took = time.perf_counter() - began
        assert found["mail.spf"].seen["lookups"] == 6
        assert took < 6 * 0.2

    await in_a_quiet_moment(attempt)
