"""Requests against servers of every kind, over real sockets."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.net.facts import Phases, Reason
from tests.net.conftest import Site
from tests.servers.http import Answer, ConnectionFault, Hostile, closed_port, full_backlog, redirect

CAP = 2 * 1024 * 1024
ENDLESS = 60.0
"""Seconds: far more than anything here takes on any machine; what goes on for ever is still going on then."""


async def test_an_answer_comes_with_its_facts(site: Site) -> None:
    """Status, headers, body, address and version."""
    site.web.route("a.test", "/", Answer(201, "grüezi", (("Content-Type", "text/plain; charset=utf-8"), ("X", "1"))))
    async with site.probe() as probe:
        exchange = await probe.get("https://a.test")
    assert exchange.fault is None
    assert (exchange.url, exchange.status, exchange.address, exchange.port) == (
        "https://a.test/",
        201,
        "127.0.0.1",
        443,
    )
    assert (exchange.text, exchange.header("x"), exchange.http_version) == ("grüezi", "1", "1.1")
    assert not exchange.truncated
    request = site.web.requests[0]
    assert request.header("host") == "a.test"
    assert request.sni == "a.test"
    assert request.header("user-agent").startswith("LaunchReady/")
    assert request.header("connection") == "close"


async def test_the_user_agent_can_be_set(site: Site) -> None:
    """A contact address comes from the configuration."""
    async with site.probe(user_agent="LaunchReady/0.1 (+https://a.test/bot)") as probe:
        await probe.get("https://a.test/")
    assert site.web.requests[0].header("user-agent") == "LaunchReady/0.1 (+https://a.test/bot)"


async def test_the_phases_say_where_the_time_went(site: Site) -> None:
    """A slow name, a slow first byte and a slow body are told apart; none counts as another, or as connecting.

    What is delayed takes at least its delay. On the best of a few turns that is nearly all of the time: no delay is
    counted twice.
    """
    site.dns.zone.delay("a.test", 0.05)
    site.web.route("a.test", "/", Answer(delay=0.15, body_delay=0.1))
    shares = []
    for _ in range(5):
        async with site.probe() as probe:
            phases = (await probe.get("https://a.test/")).phases
        told_apart(phases)
        shares.append(max(phases.dns - 50, phases.first_byte - 150, phases.body - 100, phases.tcp, phases.tls) / 300)
        if shares[-1] < 1 / 6:
            return
    assert min(shares) < 1 / 6, "a phase holds what was another's"


def told_apart(phases: Phases) -> None:
    """Each delayed phase has its delay, and all of them are the whole."""
    assert phases.dns >= 45
    assert phases.first_byte >= 145
    assert phases.body >= 95
    assert phases.tcp > 0
    assert phases.tls > 0
    assert phases.total == pytest.approx(phases.dns + phases.tcp + phases.tls + phases.first_byte + phases.body)


async def test_plain_http_has_no_tls_phase(site: Site) -> None:
    """A phase that did not happen is zero."""
    site.plain.route("a.test", "/", Answer())
    async with site.probe() as probe:
        exchange = await probe.get("http://a.test/")
    assert exchange.status == 200
    assert exchange.phases.tls == 0


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw-deflate", ""])
@pytest.mark.parametrize("chunked", [True, False])
async def test_bodies_are_unpacked(site: Site, encoding: str, chunked: bool) -> None:
    """gzip, both kinds of deflate, and plain; with a length and in chunks."""
    text = "launch " * 5000
    site.web.route("a.test", "/", Answer(body=text, encoding=encoding, chunked=chunked))
    async with site.probe() as probe:
        exchange = await probe.get("https://a.test/")
    assert exchange.fault is None
    assert exchange.text == text


async def test_a_port_in_the_url_stays_in_the_host_header(site: Site) -> None:
    """The port map changes where we connect, never what we ask for."""
    site.web.route("a.test", "/", Answer(200))
    async with site.probe(ports={8443: site.web.port}) as probe:
        exchange = await probe.get("https://a.test:8443/")
    assert (exchange.status, exchange.url, exchange.port) == (200, "https://a.test:8443/", 8443)
    assert site.web.requests[0].header("host") == "a.test:8443"


@pytest.mark.parametrize(
    ("hostile", "reason", "words"),
    [
        (Hostile.HEADER_FLOOD, Reason.PROTOCOL, "not HTTP"),
        (Hostile.GARBAGE, Reason.PROTOCOL, "not HTTP"),
        (Hostile.BAD_CHUNK, Reason.PROTOCOL, "not HTTP"),
        (Hostile.BAD_GZIP, Reason.PROTOCOL, "gzip"),
        (Hostile.INFORMATIONAL_FLOOD, Reason.PROTOCOL, "without end"),
        (Hostile.RESET, Reason.RESET, "cut"),
        (Hostile.RESET_EARLY, Reason.RESET, "cut"),
        (Hostile.CLOSE_EARLY, Reason.RESET, "without an answer"),
        (Hostile.SHORT_BODY, Reason.RESET, "middle"),
        (Hostile.HANG, Reason.TIMEOUT, "waiting for the answer"),
        (Hostile.DRIP, Reason.TIMEOUT, "reading the answer"),
        (Hostile.DRIP_HEADERS, Reason.TIMEOUT, "reading the answer"),
    ],
)
@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_every_hostile_answer_is_a_fault(
    site: Site, scheme: str, hostile: Hostile, reason: Reason, words: str
) -> None:
    """Within the deadline, with a reason and a sentence, over TLS and without."""
    for server in (site.web, site.plain):
        server.route("a.test", "/", Answer(hostile=hostile))
    async with site.probe() as probe:
        async with asyncio.timeout(ENDLESS):
            exchange = await probe.get(f"{scheme}://a.test/", timeout=0.6)
    assert exchange.fault is not None
    assert exchange.fault.reason is reason, exchange.fault
    assert words in exchange.fault.detail


@pytest.mark.parametrize("hostile", [Hostile.ENDLESS_BODY, Hostile.HUGE_BODY, Hostile.GZIP_BOMB, Hostile.DEFLATE_BOMB])
async def test_a_body_without_end_stops_at_the_cap(site: Site, hostile: Hostile) -> None:
    """A gigabyte, sent or only claimed by a bomb, costs two megabytes and no fault."""
    site.web.route("a.test", "/", Answer(hostile=hostile))
    async with site.probe() as probe:
        tracemalloc.start()
        async with asyncio.timeout(ENDLESS):
            exchange = await probe.get("https://a.test/", timeout=ENDLESS)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (exchange.status, exchange.truncated, exchange.fault) == (200, True, None)
    assert len(exchange.body) == CAP
    assert peak < 24 * 1024 * 1024
    assert site.web.sent < 64 * 1024 * 1024


async def test_a_body_of_exactly_the_cap_is_whole(site: Site) -> None:
    """The cap cuts what is more than it, not what fits."""
    for encoding in ("", "gzip"):
        site.web.route("a.test", f"/{encoding}", Answer(body=b"x" * 5000, encoding=encoding))
        async with site.probe() as probe:
            whole = await probe.get(f"https://a.test/{encoding}", cap=5000)
            cut = await probe.get(f"https://a.test/{encoding}", cap=4999)
        assert (len(whole.body), whole.truncated) == (5000, False)
        assert (len(cut.body), cut.truncated) == (4999, True)


async def test_headers_are_bounded(site: Site) -> None:
    """Many and long headers are cut to their bounds, the answer stays readable."""
    site.web.route("a.test", "/many", Answer(hostile=Hostile.MANY_HEADERS))
    site.web.route("a.test", "/long", Answer(hostile=Hostile.LONG_HEADER))
    async with site.probe() as probe:
        many = await probe.get("https://a.test/many")
        long = await probe.get("https://a.test/long")
    assert (many.status, len(many.headers), many.body) == (200, 200, b"ok")
    assert (long.status, len(long.header("x-long")), long.body) == (200, 8192, b"ok")


async def test_early_hints_are_passed_over(site: Site) -> None:
    """A 103 before the answer is not the answer."""
    site.web.route("a.test", "/", Answer(hostile=Hostile.EARLY_HINTS))
    async with site.probe() as probe:
        assert (await probe.get("https://a.test/")).status == 200


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (ConnectionFault.RESET, Reason.RESET),
        (ConnectionFault.HANG, Reason.TIMEOUT),
        (ConnectionFault.GARBAGE, Reason.TLS),
        (ConnectionFault.PLAINTEXT, Reason.TLS),
    ],
)
async def test_faults_before_the_request(site: Site, fault: ConnectionFault, reason: Reason) -> None:
    """What breaks while TLS is set up has its own reason."""
    site.web.connection_fault = fault
    async with site.probe() as probe:
        exchange = await probe.get("https://a.test/", timeout=0.5)
    assert exchange.fault is not None
    assert exchange.fault.reason is reason
    assert exchange.status == 0
    assert exchange.address == "127.0.0.1"


async def test_a_refused_connection_and_one_that_is_never_accepted(site: Site) -> None:
    """Nothing listens: at once. A full queue: when time is up, said to be connecting."""
    async with full_backlog() as (_, port), site.probe(ports={443: closed_port()[1], 80: port}) as probe:
        refused = await probe.get("https://a.test/")
        hung = await probe.get("http://a.test/", timeout=0.4)
    assert refused.fault is not None
    assert refused.fault.reason is Reason.REFUSED
    assert hung.fault is not None
    assert hung.fault.reason is Reason.TIMEOUT
    assert "connecting" in hung.fault.detail


async def test_an_address_without_a_route_is_unreachable(site: Site) -> None:
    """A broadcast address has no TCP behind it; the kernel says so."""
    site.name("far.test", address="127.255.255.255")
    async with site.probe() as probe:
        exchange = await probe.get("http://far.test/")
    assert exchange.fault is not None
    assert exchange.fault.reason is Reason.UNREACHABLE


async def test_a_name_without_an_address_is_a_dns_fault(site: Site) -> None:
    """Absent and unknown read differently, and no connection is made."""
    site.dns.zone.fault("broken.test", "servfail")
    async with site.probe() as probe:
        missing = await probe.get("https://missing.test/")
        broken = await probe.get("https://broken.test/")
    assert missing.fault is not None
    assert broken.fault is not None
    assert (missing.fault.reason, broken.fault.reason) == (Reason.DNS, Reason.DNS)
    assert "does not exist" in missing.fault.detail
    assert "failure" in broken.fault.detail
    assert site.web.connections == 0


async def test_the_next_address_is_tried(site: Site) -> None:
    """Of two addresses the one that listens answers, and it is the one recorded."""
    site.dns.zone.set("two.test", "A", "127.0.0.44", "127.0.0.1")
    site.plain.route("two.test", "/", Answer())
    async with site.probe() as probe:
        exchange = await probe.get("http://two.test/")
    assert (exchange.status, exchange.address) == (200, "127.0.0.1")


async def test_ipv6_is_used_where_there_is_no_ipv4(site: Site) -> None:
    """A host with an AAAA record alone is reached over IPv6."""
    from tests.servers.http import HttpServer

    site.dns.zone.set("six.test", "AAAA", "::1")
    async with (
        HttpServer({"six.test": {"/": Answer()}}, host="::1") as server,
        site.probe(ports={80: server.port}) as p,
    ):
        exchange = await p.get("http://six.test/")
    assert (exchange.status, exchange.address) == (200, "::1")


async def test_the_guard_refuses_what_is_not_opened(site: Site) -> None:
    """Private addresses are refused after resolution, without a packet."""
    async with site.probe(allow_private=False) as probe:
        exchange = await probe.get("https://a.test/")
    assert exchange.fault is not None
    assert exchange.fault.reason is Reason.BLOCKED
    assert "this machine itself" in exchange.fault.detail
    assert site.web.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://0.0.0.0/",
        "http://[fe80::1]/",
    ],
)
async def test_literal_addresses_meet_the_guard_too(site: Site, url: str) -> None:
    """An address in the URL needs no DNS to be refused."""
    async with site.probe() as probe:
        exchange = await probe.get(url)
    assert exchange.fault is not None
    assert exchange.fault.reason is Reason.BLOCKED


@pytest.mark.parametrize("url", ["ftp://a.test/", "https://", "https://a b/", "nonsense", "https://a.test:0/", ""])
async def test_what_is_no_web_address_is_a_fault(site: Site, url: str) -> None:
    """A broken URL is a fact like any other."""
    async with site.probe() as probe:
        exchange = await probe.get(url)
    assert exchange.fault is not None
    assert exchange.fault.reason is Reason.PROTOCOL


async def test_a_redirect_is_left_alone(site: Site) -> None:
    """`get` shows the redirect; following is for `chain`."""
    site.web.route("a.test", "/", redirect("/next", 302))
    async with site.probe() as probe:
        exchange = await probe.get("https://a.test/")
    assert (exchange.status, exchange.redirects_to) == (302, "/next")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=600), st.booleans())
def test_random_bytes_never_break_the_parser(data: bytes, proper: bool) -> None:
    """Whatever a server sends, there is an exchange."""
    from tests.net.bytes_server import ask

    prefix = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-encoding: gzip\r\n\r\n" if proper else b""
    exchange = asyncio.run(ask(prefix + data))
    assert exchange.fault is None or exchange.fault.reason in (Reason.PROTOCOL, Reason.RESET)
    assert exchange.fault is not None or 100 <= exchange.status <= 999
