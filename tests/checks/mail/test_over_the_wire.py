"""All mail checks together against real servers: what they ask, and what hostile answers do to them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.clock import SystemClock
from checks.model import Status
from checks.registry import load
from tests.outcomes.world import DOMAIN, POLICY, POLICY_PATH, WWW, World, a_world
from tests.servers.dns import Fault
from tests.servers.tls import Authority

IDS = tuple(id for id in load() if id.startswith("mail."))


@pytest.fixture
async def post(authority: Authority, ca_file: str) -> AsyncIterator[World]:
    """A domain that sends and takes mail, everything in order and written down."""
    async with a_world(authority, ca_file) as world:
        yield world


async def test_a_domain_in_order_asks_nothing_twice(post):
    """All mail checks together share their look-ups, and the answers are all good."""
    found = await post.look(*IDS)
    assert {id: one.code for id, one in found.items() if one.status is not Status.PASS} == {}
    asked = [(query.name, query.type) for query in post.dns.queries]
    assert len(asked) == len(set(asked))
    assert 8 <= len(asked) <= 20
    assert sorted((one.host, one.target) for one in post.web.requests) == [(POLICY, POLICY_PATH), (WWW, "/")]


@pytest.mark.parametrize("fault", [Fault.MALFORMED, Fault.NXDOMAIN_WITH_ANSWERS, Fault.WRONG_TYPE, Fault.REFUSED])
async def test_a_hostile_directory_makes_nothing_green_or_red(post, fault):
    """Garbage is not knowing."""
    post.zone.fault("*", fault)
    found = await post.look(*IDS)
    assert len(found) == len(IDS)
    assert {one.status for one in found.values()} <= {Status.UNKNOWN, Status.NA}


async def test_records_of_64_kib_are_answered_in_time(post):
    """A text record as long as DNS can carry, at every name that is asked."""
    begins = {
        DOMAIN: "v=spf1 ",
        f"pm._domainkey.{DOMAIN}": "v=DKIM1; p=",
        f"_dmarc.{DOMAIN}": "v=DMARC1; rua=",
        f"_mta-sts.{DOMAIN}": "v=STSv1;",
        f"_smtp._tls.{DOMAIN}": "v=TLSRPTv1; rua=",
    }
    for name, begin in begins.items():
        post.zone.set(name, "TXT", begin + "a:b.test;" * 7000)
    began = SystemClock().now()
    found = await post.look(*IDS)
    assert len(found) == len(IDS)
    assert (SystemClock().now() - began).total_seconds() < 5
