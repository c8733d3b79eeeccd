"""The live probe as a whole: facts once per run, limits, budget, second path, evidence."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from bot.clock import SystemClock
from checks.inventory import Network
from checks.masking import mask
from checks.model import Asked
from checks.net.facts import ChainEnd, DnsStatus, Reason
from checks.net.limits import Limits
from checks.net.live import LiveProbe, traced
from tests.net.conftest import Site
from tests.servers.dns import DnsServer, Fault
from tests.servers.http import Answer, ConnectionFault, HttpServer, redirect
from tests.servers.tls import self_signed


async def test_each_fact_is_fetched_once_however_many_ask(site: Site) -> None:
    """Twenty askers at once and one later: one packet, one request, one handshake."""
    site.web.route("a.test", "/", Answer(delay=0.05))
    async with site.probe() as probe:
        gets = await asyncio.gather(*(probe.get("https://a.test") for _ in range(20)))
        again = await probe.get("https://a.test/")
        peers = await asyncio.gather(*(probe.tls("A.test") for _ in range(20)))
        answers = await asyncio.gather(*(probe.dns(name, "A") for name in ("a.test", "A.TEST.") * 10))
        other_cap = await probe.get("https://a.test/", cap=10)
        stats = probe.stats()
    assert {id(one) for one in gets} == {id(again)}
    assert len(set(map(id, peers))) == len(set(map(id, answers))) == 1
    assert other_cap.body == again.body[:10]
    assert site.web.asked("/") == 1
    assert site.web.connections == 2
    assert site.dns.asked("a.test", "A") == 1
    assert stats == {"dns": {f"127.0.0.1:{site.dns.port}": 1}, "http": {"a.test": 1}, "tls": {"a.test": 1}}


async def test_a_new_run_looks_anew(site: Site) -> None:
    """Nothing is remembered from one run to the next."""
    for _ in range(2):
        async with site.probe() as probe:
            await probe.get("https://a.test/")
    assert site.dns.asked("a.test", "A") == 2
    assert site.web.connections == 2


async def test_the_second_path_shares_no_fact_and_begins_elsewhere(site: Site) -> None:
    """Another resolver is asked first, on a new socket, and the page is fetched again."""
    async with DnsServer(site.dns.zone) as other:
        network = replace(site.network, resolvers=(site.dns.address, other.address))
        async with LiveProbe(network, SystemClock().now()) as probe, probe.second_path() as second:
            one = await probe.get("https://a.test/")
            two = await second.get("https://a.test/")
            assert two is not one
            assert second.now() == probe.now()
            assert (await second.dns("a.test", "A")).server == f"127.0.0.1:{other.port}"
        assert (site.dns.asked("a.test"), other.asked("a.test")) == (1, 1)
    assert site.web.connections == 2


async def test_a_host_is_asked_at_its_pace(site: Site) -> None:
    """After the burst requests wait their turn, also those of a second path; an own host may be unlimited."""
    site.web.route("a.test", "*", Answer())
    site.name("b.a.test")
    site.web.route("b.a.test", "*", Answer())
    async with site.probe(rate=20.0, burst=2) as probe:
        second = probe.second_path()
        began = time.perf_counter()
        await asyncio.gather(
            *(probe.get(f"https://a.test/{number}") for number in range(4)), second.get("https://a.test/x")
        )
        limited = time.perf_counter() - began
        await second.__aexit__(None, None, None)
    assert limited >= 0.14
    async with site.probe(rate=0.01, burst=2, unlimited=frozenset({"b.a.test"})) as probe:
        free = await asyncio.gather(*(probe.get(f"https://b.a.test/{number}") for number in range(20)))
    assert [each.fault for each in free] == [None] * 20, "at that pace the third would have come in a hundred seconds"


async def test_few_connections_to_one_host_at_a_time(site: Site) -> None:
    """Thirty requests at once arrive at most six together."""
    now_there, most = 0, 0

    async def slow(_request: object) -> Answer:
        nonlocal now_there, most
        now_there += 1
        most = max(most, now_there)
        await asyncio.sleep(0.02)  # noqa: TID251  (a request that takes its time)
        now_there -= 1
        return Answer()

    site.web.route("a.test", "*", slow)
    async with site.probe() as probe:
        exchanges = await asyncio.gather(*(probe.get(f"https://a.test/{number}") for number in range(30)))
    assert {exchange.status for exchange in exchanges} == {200}
    assert 1 < most <= 6


async def test_the_end_of_the_budget_is_a_fact(site: Site) -> None:
    """After the deadline nothing is asked any more, and it is said so."""
    async with LiveProbe(site.network, SystemClock().now(), deadline=0.0) as probe:
        exchange = await probe.get("https://a.test/")
        peer = await probe.tls("a.test")
        answer = await probe.dns("a.test", "A")
        chain = await probe.chain("https://a.test/")
    assert exchange.fault is not None
    assert peer.fault is not None
    assert (exchange.fault.reason, peer.fault.reason) == (Reason.BUDGET, Reason.BUDGET)
    assert (answer.status, chain.end) == (DnsStatus.TIMEOUT, ChainEnd.FAULT)
    assert site.web.connections == 0
    assert site.dns.queries == []


async def test_who_would_wait_past_the_deadline_is_told_at_once() -> None:
    """A turn that cannot come in time, which is in a minute, is refused without waiting for it."""
    from checks.net.limits import BudgetSpent

    limits = Limits(rate=1 / 90, burst=1, deadline=60.0)
    async with limits.turn("a.test"):
        pass
    began = time.perf_counter()
    with pytest.raises(BudgetSpent):
        async with limits.turn("a.test"):
            pass
    assert time.perf_counter() - began < 15


async def test_real_ports_need_no_map(site: Site) -> None:
    """On 127.0.0.x addresses the ports are 80 and 443 themselves."""
    site.name("real.a.test", address="127.0.77.1")
    credential = site.authority.issue("real.a.test")
    routes = {"real.a.test": {"/": Answer(body="real")}}
    to_https = {"real.a.test": {"/": redirect("https://real.a.test/")}}
    async with (
        HttpServer(routes, tls=credential, host="127.0.77.1", port=443),
        HttpServer(to_https, host="127.0.77.1", port=80),
        site.probe(ports={}) as probe,
    ):
        chain = await probe.chain("http://real.a.test/")
        peer = await probe.tls("real.a.test")
    assert (chain.end, chain.hops, chain.last.text) == (ChainEnd.FINAL, 1, "real")
    assert peer.verified


async def test_canaries_tell_whether_we_see_out(site: Site) -> None:
    """Any answer counts as seeing out; two of three silent ones do not. Asked once per run."""
    site.name("one.a.test", "two.a.test", "three.a.test")
    urls = tuple(f"https://{name}.a.test/" for name in ("one", "two", "three"))
    site.web.route("one.a.test", "/", Answer(500))
    site.web.route("two.a.test", "/", Answer(404))
    site.web.credentials["three.a.test"] = self_signed("three.a.test")
    async with site.probe(canaries=urls) as probe:
        assert await probe.online()
        assert await probe.online()
    assert site.web.asked("/", "one.a.test") == 1
    site.dns.zone.remove("two.a.test")
    async with site.probe(canaries=urls) as probe:
        assert not await probe.online()
    async with site.probe(canaries=urls[:1]) as probe:
        assert await probe.online()
    async with site.probe(canaries=urls[2:]) as probe:
        assert not await probe.online()


async def test_canaries_are_off_where_resolvers_are_set(site: Site) -> None:
    """Without canaries of their own, such networks are not judged; nothing is asked."""
    site.dns.zone.fault("*", Fault.TIMEOUT)
    async with site.probe() as probe:
        assert await probe.online()
    async with site.probe(canaries=()) as probe:
        assert await probe.online()
    assert site.dns.queries == []


async def test_what_was_asked_becomes_evidence(site: Site) -> None:
    """Each question once, in order, short, with who answered."""
    site.web.route("a.test", "/", redirect("/home"))
    site.web.route("a.test", "/home", Answer(headers=(("server", "demo"), ("content-type", "text/html"))))
    told: list[Asked] = []
    async with LiveProbe(site.network, SystemClock().now(), tracer=told.append) as probe:
        watched, asked = traced(probe)
        await watched.dns("a.test", "A")
        await watched.chain("https://a.test/")
        await watched.get("https://a.test/home")
        await watched.tls("a.test")
        await watched.dns_everywhere("missing.test", "TXT")
        await watched.dns_authoritative("missing.test", "MX")
        assert await watched.online()
        assert watched.now() == probe.now()
        unwatched, nothing = traced(probe)
        await unwatched.dns("a.test", "A")
    assert [one.what for one in asked] == [
        "DNS A a.test",
        "GET https://a.test/",
        "GET https://a.test/home",
        "TLS a.test:443",
        "DNS TXT missing.test",
        "DNS MX missing.test",
    ]
    assert asked[0].answer == "ok, 127.0.0.1, ttl 300 s"
    assert asked[0].of == f"127.0.0.1:{site.dns.port}"
    assert "location: /home" in asked[1].answer
    assert asked[2].answer.startswith("HTTP 200, content-type: text/html, server: demo")
    assert "TLSv1.3, verified, a.test from Loopback Root until" in asked[3].answer
    assert all(len(one.answer) <= 500 for one in asked)
    assert len(nothing) == 1
    assert len(told) == 6


async def test_evidence_of_faults_is_short_too(site: Site) -> None:
    """A long answer is cut, a fault says its reason and code."""
    site.dns.zone.set("long.test", "TXT", "x" * 3000)
    site.web.credentials["*"] = self_signed("a.test")
    async with site.probe() as probe:
        watched, asked = traced(probe)
        await watched.dns("long.test", "TXT")
        await watched.tls("a.test")
        await watched.get("https://a.test/")
    assert len(asked[0].answer) == 500
    assert "verify code 18" in asked[1].answer
    assert "tls: the certificate was refused" in asked[2].answer


async def test_leaving_ends_what_is_under_way(site: Site) -> None:
    """A run that is left does not leave tasks or sockets behind."""
    site.web.connection_fault = ConnectionFault.HANG
    async with site.probe() as probe:
        task = asyncio.create_task(probe.get("https://a.test/"))
        while not site.web.connections:
            await asyncio.sleep(0)  # noqa: TID251  (until the connection is there)
    with pytest.raises(asyncio.CancelledError):
        await task
    mine = {task for task in asyncio.all_tasks() if "LiveProbe" in repr(task)}
    assert not mine


async def test_an_asker_that_gives_up_does_not_take_it_from_others(site: Site) -> None:
    """A check at its deadline is cancelled; the fact still comes for the rest."""
    site.web.route("a.test", "/", Answer(delay=0.1))
    async with site.probe() as probe:
        first = asyncio.create_task(probe.get("https://a.test/"))
        await asyncio.sleep(0)  # noqa: TID251  (one turn, so that it has asked)
        first.cancel()
        assert (await probe.get("https://a.test/")).status == 200
    assert site.web.asked("/") == 1


async def test_the_default_network_reaches_no_private_address() -> None:
    """The empty configuration is the public internet and nothing else."""
    async with LiveProbe(Network(), SystemClock().now()) as probe:
        exchange = await probe.get("http://127.0.0.1/")
    assert exchange.fault is not None
    assert exchange.fault.reason is Reason.BLOCKED


@pytest.mark.parametrize("pad", range(90, 170, 8))
async def test_evidence_is_masked_before_it_is_cut(site: Site, pad: int) -> None:
    """An address of a customer at the very end of what is kept of a long header stays hidden."""
    site.web.route("a.test", "/", redirect(f"/?utm={'p' * pad}&e=jane.doe.customer@gmail.com&more={'q' * 300}"))
    async with site.probe() as probe:
        watched, asked = traced(probe)
        await watched.get("https://a.test/")
    assert "jane.do" not in mask(asked[0].answer)
