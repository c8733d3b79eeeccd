"""What registries say about domains, from a service on loopback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.net import rdap
from checks.net.codec import decode, encode
from checks.net.facts import Exchange, Reason
from checks.net.live import traced
from tests.net.conftest import Site
from tests.servers.http import Answer, ConnectionFault, Hostile, redirect

BASE = "https://rdap.a.test/v1"
DOMAIN: Mapping[str, Any] = {
    "objectClassName": "domain",
    "ldhName": "EXAMPLE.COM",
    "status": ["client transfer prohibited", "Client Hold", 7],
    "events": [
        {"eventAction": "registration", "eventDate": "2015-01-01T00:00:00Z"},
        {"eventAction": "registrar expiration", "eventDate": "2031-01-01T00:00:00Z"},
        {"eventAction": "expiration", "eventDate": "2026-12-12T04:00:00.123456789+02:00"},
        "noise",
    ],
    "entities": [
        {"roles": ["abuse"], "handle": "no"},
        {"roles": ["registrar"], "handle": "292", "vcardArray": ["vcard", [["fn", {}, "text", "Good\nNames, Inc."]]]},
    ],
}


def answer(data: object, status: int = 200) -> Answer:
    """The service's answer as JSON."""
    return Answer(status, json.dumps(data), (("content-type", "application/rdap+json"),))


@pytest.fixture
def registry(site: Site) -> Site:
    """`rdap.a.test` is the service."""
    site.name("rdap.a.test")
    site.network = replace(site.network, rdap=BASE)
    return site


async def test_a_registered_domain(registry: Site) -> None:
    """When it runs out, in UTC; who sold it; how it is held; asked once."""
    registry.web.route("rdap.a.test", "/v1/domain/example.com", answer(DOMAIN))
    async with registry.probe() as probe:
        watched, asked = traced(probe)
        found = await watched.rdap("Example.com.")
        assert await probe.rdap("Example.com.") is found
    assert (found.domain, found.known, found.registered, found.fault) == ("example.com", True, True, None)
    assert found.expires == datetime(2026, 12, 12, 2, 0, 0, 123456, tzinfo=UTC)
    assert found.statuses == ("client transfer prohibited", "client hold")
    assert found.registrar == "Good Names, Inc."
    assert found.took_ms > 0
    (request,) = registry.web.requests
    assert request.header("accept").startswith("application/rdap+json")
    assert asked[0].what == "RDAP example.com"
    assert asked[0].answer.startswith("registered, until 2026-12-12T02:00:00")
    assert decode(encode(found)) == found


async def test_a_domain_that_nobody_has(registry: Site) -> None:
    """404 is an answer (RFC 7480 section 5.3)."""
    async with registry.probe() as probe:
        found = await probe.rdap("free.com")
    assert (found.known, found.registered, found.expires) == (True, False, None)


async def test_redirects_of_the_registry_are_followed(registry: Site) -> None:
    """RFC 7480 section 5.2."""
    registry.web.route("rdap.a.test", "/v1/domain/example.com", redirect("/v2/domain/example.com", 302))
    registry.web.route("rdap.a.test", "/v2/domain/example.com", answer(DOMAIN))
    async with registry.probe() as probe:
        assert (await probe.rdap("example.com")).registered


def _without(key: str) -> dict[str, Any]:
    return {name: value for name, value in DOMAIN.items() if name != key}


@pytest.mark.parametrize("key", ["events", "entities", "status", "ldhName"])
async def test_what_a_registry_leaves_out_is_just_missing(registry: Site, key: str) -> None:
    """Many country registries publish no end."""
    registry.web.route("rdap.a.test", "*", answer(_without(key)))
    async with registry.probe() as probe:
        found = await probe.rdap("example.com")
    assert found.registered
    assert (found.expires is None) is (key == "events")
    assert (found.registrar == "") is (key == "entities")


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        (Answer(429, b"slow down"), "HTTP 429"),
        (Answer(500, b"{}"), "HTTP 500"),
        (Answer(200, b"<html>"), "not JSON"),
        (Answer(200, b"[" * 100_000), "not JSON"),
        (Answer(200, b'{"a": ' + b"9" * 10_000 + b"}"), "not JSON"),
        (Answer(200, b"\xff\xfe\xfa"), "not JSON"),
        (answer([DOMAIN]), "not about a domain"),
        (answer({"objectClassName": "entity"}), "not about a domain"),
        (answer({**DOMAIN, "ldhName": "other.com"}), "instead of example.com"),
        (redirect("/v1/domain/example.com"), "lead nowhere"),
        (redirect(""), "lead nowhere"),
        (Answer(hostile=Hostile.EARLY_HINTS, status=503), "HTTP 503"),
    ],
)
async def test_an_unusable_answer_is_not_knowing(registry: Site, said: Answer, detail: str) -> None:
    """With the reason; never "not registered"."""
    registry.web.route("rdap.a.test", "*", said)
    async with registry.probe() as probe:
        found = await probe.rdap("example.com")
    assert (found.known, found.registered) == (False, False)
    assert found.fault is not None
    assert found.fault.reason is Reason.PROTOCOL
    assert detail in found.fault.detail


async def test_a_registry_that_cannot_be_reached(registry: Site) -> None:
    """The fault is that of the connection."""
    registry.web.connection_fault = ConnectionFault.RESET
    async with registry.probe() as probe:
        found = await probe.rdap("example.com")
    assert not found.known
    assert found.fault is not None
    assert found.fault.reason is Reason.RESET


async def test_with_resolvers_of_ones_own_no_registry_is_asked(site: Site) -> None:
    """It would not be reached by them; it is said how to switch it on."""
    async with site.probe() as probe:
        found = await probe.rdap("example.com")
    assert found.fault is not None
    assert found.fault.reason is Reason.BLOCKED
    assert "switched off" in found.fault.detail
    assert "network.rdap" in found.fault.detail
    assert site.dns.queries == []


async def test_an_ending_without_a_service_and_a_name_that_is_none(site: Site) -> None:
    """Our own limit, and the asker's mistake."""

    async def never(url: str, *, max_hops: int, headers: object) -> Any:
        raise AssertionError(url)

    nowhere = await rdap.look("example.test", never, base="", replaced=False)
    assert nowhere.fault is not None
    assert (nowhere.fault.reason, nowhere.known) == (Reason.UNSUPPORTED, False)
    odd = await rdap.look("a b", never, base=BASE, replaced=False)
    assert odd.fault is not None
    assert odd.fault.reason is Reason.PROTOCOL


async def test_the_registry_is_guarded_like_any_host(registry: Site) -> None:
    """A service on a private address is not asked unless it is opened."""
    async with registry.probe(allow_private=False) as probe:
        found = await probe.rdap("example.com")
    assert found.fault is not None
    assert found.fault.reason is Reason.BLOCKED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.fixed_dictionaries(
        {"objectClassName": st.just("domain")},
        optional={
            "events": JSON | st.lists(st.fixed_dictionaries({"eventAction": st.just("expiration"), "eventDate": JSON})),
            "status": JSON,
            "entities": JSON
            | st.lists(st.fixed_dictionaries({"roles": st.just(["registrar"]), "vcardArray": JSON, "handle": JSON})),
            "ldhName": JSON,
        },
    )
)
def test_no_json_stops_the_reader(data: dict[str, Any]) -> None:
    """Whatever stands where, the answer is a fact."""
    body = json.dumps(data).encode()
    found = rdap.read("example.com", Exchange("https://rdap.test/", status=200, body=body), 1.0)
    assert len(found.statuses) <= rdap.MAX_STATUSES
    assert decode(json.loads(json.dumps(encode(found)))) == found


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_reader(body: bytes) -> None:
    """Nor bytes that are no JSON."""
    found = rdap.read("example.com", Exchange("https://rdap.test/", status=200, body=body), 1.0)
    assert not found.known
