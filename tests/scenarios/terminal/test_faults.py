"""Every seeded fault is found under its own name, and is the only blocker that the report knows."""

from __future__ import annotations

import pytest

from tests.scenarios.terminal import contract
from tests.scenarios.terminal.faults import SEEDED
from tests.scenarios.terminal.shop import APP, DOMAIN, Ran, Shop
from tests.servers.dns import DnsServer

pytestmark = pytest.mark.slow


async def spoilt(shop: Shop, name: str) -> Ran:
    """The report about the shop with one fault in it."""
    fault = SEEDED[name]
    fault.spoil(shop)
    path = shop.write()
    path.write_text(path.read_text(encoding="utf-8") + fault.config, encoding="utf-8")
    # What the configuration names needs no target.
    return await shop.check(target="" if fault.config else DOMAIN)


def same(ran: Ran, name: str) -> None:
    """What the fault table says about it."""
    fault = SEEDED[name]
    found = ran.findings
    seen = {key: tuple(found[key][part] for part in ("code", "status", "severity")) for key in fault.found}
    # The severity of what is in order means nothing.
    wanted = {key: (*each[:2], seen[key][2] if each[1] == "pass" else each[2]) for key, each in fault.found.items()}
    assert seen == wanted
    blockers = {fault.blocker} - {""}
    if fault.blocker.endswith("*"):
        assert {key.partition(" ")[0] for key in ran.blockers} == {fault.blocker.partition(" ")[0]}
    else:
        assert ran.blockers == blockers
    contract.kept(ran.report, ran.code)
    assert ran.report["verdict"] == (fault.verdict or ("no-go" if fault.blocker else "go"))
    for key in fault.because:
        cause = found[key]["seen"]["because"]
        assert f"{cause['check']} {cause['target']}" in (fault.found if not fault.blocker else ran.blockers), key
        assert "because" in found[key]["summary"]
    told = {key for key, one in found.items() if "because" in one["seen"]}
    assert told == set(fault.because) or fault.blocker.endswith("*")


@pytest.mark.parametrize("name", SEEDED)
async def test_each_fault_is_found_and_nothing_else_stops_the_launch(shop: Shop, name: str) -> None:
    """Check, code, status and severity are as the catalogue says; consequences name their cause and stand behind it."""
    ran = await spoilt(shop, name)
    same(ran, name)
    first = ran.report["findings"][0]
    assert "because" not in first["seen"]
    if SEEDED[name].blocker:
        assert f"{first['check']} {first['target']}" in ran.blockers


async def test_a_repair_is_seen_at_once(real_ports: Shop) -> None:
    """Broken, no-go; repaired, go: nothing is remembered between two runs."""
    real_ports.web.credentials[APP] = real_ports.authority.expired(APP)
    broken = await real_ports.check()
    assert (broken.code, broken.blockers) == (1, {f"tls.valid {APP}"})
    real_ports.web.credentials[APP] = real_ports.authority.issue(APP)
    mended = await real_ports.check()
    assert (mended.code, mended.told("fail", "warn", "unknown")) == (0, {})


async def test_a_resolver_that_does_not_know_is_told(shop: Shop) -> None:
    """One of two resolvers has never heard of the app."""
    records = {DOMAIN: {"SOA": "ns1.shop.test. root.shop.test. 1 2 3 4 5", "A": shop.address}}
    async with DnsServer(records) as other:
        shop.write(resolvers=[f"127.0.0.1:{shop.dns.port}", f"127.0.0.1:{other.port}"])
        ran = await shop.check("--only", "dns.resolve")
    finding = ran.findings[f"dns.resolve {APP}"]
    assert (finding["code"], finding["status"], finding["severity"]) == ("not_everywhere", "warn", "medium")
    assert ran.code == 0
