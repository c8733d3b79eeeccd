"""The world without a fault: nothing to worry about."""

from __future__ import annotations

from checks.model import Status
from checks.registry import load
from tests.outcomes.world import a_world

NOTES = {
    "dns.disagree nothing_to_compare",
    "dns.dnssec unsigned",
    "dns.expected nothing_expected",
    "dns.ns_delegation replaced",
    "edge.fronted private_address",
    "edge.origin_exposed no_edge",
    "edge.rate_limit not_tried",
    "edge.ssl_mode no_edge",
    "edge.static_cache no_files",
    "exp.login_return not_written_down",
    "obs.error_budget not_watched",
    "obs.spikes not_counted",
    "perf.error_rate not_watched",
    "perf.gate not_compared",
    "perf.load_light not_allowed",
    "perf.p95 not_watched",
    "perf.page no_budget",
    "rel.deploy_event not_kept",
    "rel.migrations not_read",
    "rel.rollback_drill not_kept",
    "sec.env_contract not_here",
    "sec.logs not_here",
    "sec.repo not_here",
}
"""What one directory, an unsigned zone and a product without an edge cannot be asked."""


async def test_a_world_in_order_gives_nothing_to_worry_about(authority, ca_file):
    """Every check looks, and each passes or says why it does not apply."""
    async with a_world(authority, ca_file) as world:
        found = await world.look(*load())
    assert {key: one.summary for key, one in found.items() if one.status not in (Status.PASS, Status.NA)} == {}
    assert {one.check for one in found.values()} == set(load())
    assert {f"{one.check} {one.code}" for one in found.values() if one.status is Status.NA} == NOTES
