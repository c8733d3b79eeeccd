"""Requests that say more than a URL: headers, a chosen address, POSTs, and looks of their own."""

from __future__ import annotations

import asyncio

import pytest

from checks.net.facts import ChainEnd, Reason
from checks.net.live import LiveProbe, traced
from checks.probe import Headers
from tests.net.conftest import Site
from tests.servers.http import Answer, HttpServer, Request, redirect


async def test_headers_go_along_and_replace_ours_but_not_what_frames_the_message(site: Site) -> None:
    """A check may say who asks for what; it may not smuggle."""
    site.web.route("a.test", "/", Answer())
    given: Headers = (
        ("Origin", "https://evil.example"),
        ("Accept", "text/css"),
        ("Cookie", "a=1"),
        ("Cookie", "b=2"),
        ("host", "b.test"),
        ("Content-Length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "keep-alive"),
        ("Accept-Encoding", "br"),
    )
    async with site.probe() as probe:
        exchange = await probe.get("https://a.test/", headers=given)
    (request,) = site.web.requests
    assert exchange.status == 200
    assert request.host == "a.test"
    assert request.header("origin") == "https://evil.example"
    assert [value for name, value in request.headers if name == "accept"] == ["text/css"]
    assert request.header("cookie") == "a=1; b=2"
    assert request.header("connection") == "close"
    assert request.header("accept-encoding") == "gzip, deflate"
    assert not request.header("content-length")
    assert not request.header("transfer-encoding")


@pytest.mark.parametrize("value", ["a\r\nx: y", "a\nb", "\0"])
async def test_a_header_cannot_carry_another(site: Site, value: str) -> None:
    """Line breaks end in a fault, and nothing is sent."""
    async with site.probe() as probe:
        exchange = await probe.get("https://a.test/", headers=(("X-Test", value),))
    assert exchange.fault is not None
    assert exchange.fault.reason is Reason.PROTOCOL
    assert site.web.connections == 0


async def test_each_set_of_parameters_is_a_fact_of_its_own(site: Site) -> None:
    """The same question is asked once, another one anew."""
    site.web.route("a.test", "/", Answer())
    origin: Headers = (("Origin", "https://b.test"),)
    async with site.probe() as probe:
        for _ in range(3):
            await probe.get("https://a.test/")
            await probe.get("https://a.test", headers=origin)
            await probe.get("https://a.test/", address="127.0.0.1")
            await probe.post("https://a.test/")
            await probe.post("https://a.test/", body=b"x")
        assert probe.stats()["http"] == {"a.test": 5}
    assert site.web.asked("/") == 5


async def test_another_address_is_connected_to_under_the_same_name(site: Site) -> None:
    """Host and SNI stay, so the certificate is judged by the name; the answer tells the address."""
    site.web.route("a.test", "/", Answer(body="front"))
    async with HttpServer(
        {"a.test": {"/": Answer(body="behind")}}, tls=site.web.credentials["*"], host="127.0.0.3", port=site.web.port
    ) as behind:
        async with site.probe() as probe:
            watched, asked = traced(probe)
            front = await watched.get("https://a.test/")
            direct = await watched.get("https://a.test/", address="127.0.0.3")
            nobody = await watched.get("https://a.test/", address="127.0.0.9")
        (request,) = behind.requests
    assert (front.text, front.address) == ("front", "127.0.0.1")
    assert (direct.text, direct.address, direct.url) == ("behind", "127.0.0.3", "https://a.test/")
    assert (request.host, request.sni) == ("a.test", "a.test")
    assert nobody.fault is not None
    assert nobody.fault.reason is Reason.REFUSED
    assert asked[1].what == "GET https://a.test/ at 127.0.0.3"
    assert asked[1].of == "127.0.0.3"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("169.254.169.254", Reason.BLOCKED),
        ("10.1.2.3", Reason.BLOCKED),
        ("::ffff:10.1.2.3", Reason.BLOCKED),
        ("127.0.0.1", Reason.BLOCKED),
        ("b.test", Reason.PROTOCOL),
        ("1.2.3", Reason.PROTOCOL),
    ],
)
async def test_a_chosen_address_is_guarded_like_any(site: Site, address: str, reason: Reason) -> None:
    """No way around the guard, and no name in its place."""
    async with site.probe(allow_private=False) as probe:
        exchange = await probe.get("http://a.test/", address=address)
        fault = await probe.tcp(address, 80)
    assert exchange.fault is not None
    assert fault is not None
    assert exchange.fault.reason is fault.reason is reason


async def test_a_post_carries_its_body_and_follows_nothing(site: Site) -> None:
    """One request; the answer is the fact, a redirect too."""
    site.web.route("a.test", "/hook", lambda request: Answer(400, b"got " + request.body))
    site.web.route("a.test", "/go", redirect("/elsewhere", 303))
    async with site.probe() as probe:
        watched, asked = traced(probe)
        answer = await watched.post(
            "https://a.test/hook", body=b'{"id":1}', headers=(("Content-Type", "application/json"),)
        )
        empty = await watched.post("https://a.test/hook")
        moved = await watched.post("https://a.test/go")
        bad = await watched.post("ftp://a.test/")
    first, second, _ = site.web.requests
    assert (first.method, first.body, first.header("content-length")) == ("POST", b'{"id":1}', "8")
    assert first.header("content-type") == "application/json"
    assert (second.body, second.header("content-length")) == (b"", "0")
    assert (answer.method, answer.status, answer.body) == ("POST", 400, b'got {"id":1}')
    assert empty.body == b"got "
    assert (moved.status, moved.redirects_to) == (303, "/elsewhere")
    assert site.web.asked("/elsewhere") == 0
    assert bad.method == "POST"
    assert bad.fault is not None
    assert asked[0].what == "POST https://a.test/hook, Content-Type: application/json"


async def test_the_chain_takes_its_headers_along_but_secrets_stay_home(site: Site) -> None:
    """Cookies and credentials go to the first host only, and never from https to http."""
    site.name("b.test")
    site.web.credentials["b.test"] = site.authority.issue("b.test")
    site.web.route("a.test", "/", redirect("/two"))
    site.web.route("a.test", "/two", redirect("http://a.test/three"))
    site.plain.route("a.test", "/three", redirect("https://b.test/"))
    site.web.route("b.test", "/", redirect("https://a.test/end"))
    site.web.route("a.test", "/end", Answer())
    headers: Headers = (("Cookie", "session=1"), ("Authorization", "Bearer x"), ("Accept-Language", "de"))
    async with site.probe() as probe:
        watched, asked = traced(probe)
        chain = await watched.chain("https://a.test/", headers=headers)
        again = await probe.chain("https://a.test/")
    assert chain.end is ChainEnd.FINAL
    assert again is not chain
    requests: list[Request] = [*site.web.requests[:4], *site.plain.requests[:1]]
    seen = {(request.host, request.path): request for request in requests}
    assert {key: request.header("cookie") for key, request in seen.items()} == {
        ("a.test", "/"): "session=1",
        ("a.test", "/two"): "session=1",
        ("a.test", "/three"): "",
        ("b.test", "/"): "",
        ("a.test", "/end"): "session=1",
    }
    assert {request.header("authorization") for request in requests} == {"Bearer x", ""}
    assert not seen["b.test", "/"].header("authorization")
    assert {request.header("accept-language") for request in requests} == {"de"}
    assert "session=1" not in "".join(one.what for one in asked)
    assert "Bearer x" not in "".join(one.what for one in asked)


async def test_a_fresh_look_asks_anew_and_equal_looks_share(site: Site) -> None:
    """Twice asked is twice seen; names, limits and counts are those of the run."""
    numbers = iter(range(100))
    site.web.route("a.test", "/", lambda _request: Answer(body=str(next(numbers))))
    async with site.probe() as probe:
        watched, asked = traced(probe)
        first = await watched.get("https://a.test/")
        second = await watched.fresh(1).get("https://a.test/")
        shared = await asyncio.gather(probe.fresh(1).get("https://a.test/"), probe.fresh(2).get("https://a.test/"))
        chain = await probe.fresh(2).chain("https://a.test/")
        posted = await probe.fresh(2).post("https://a.test/")
        same = await probe.get("https://a.test/")
        stats = probe.stats()
        assert probe.fresh(3).now() == probe.now()
        assert probe.fresh(1).stats() == stats
    assert [first.text, second.text, shared[0].text, shared[1].text] == ["0", "1", "1", "2"]
    assert (chain.last.text, posted.text, same.text) == ("2", "3", "0")
    assert stats["http"] == {"a.test": 4}
    assert site.dns.asked("a.test") == 1
    assert len(asked) == 2


async def test_a_fresh_look_shares_the_pace(site: Site) -> None:
    """Looking often is no way around the limit."""
    site.web.route("a.test", "/", Answer())
    async with site.probe(rate=0.01, burst=3) as probe:
        await asyncio.gather(*(probe.fresh(number).get("https://a.test/") for number in range(3)))
        waiting = asyncio.ensure_future(probe.fresh(9).get("https://a.test/"))
        done, _ = await asyncio.wait({waiting}, timeout=0.1)
        assert not done
    assert site.web.asked("/") == 3


async def test_something_listens_or_not(site: Site) -> None:
    """A connection and nothing else; the port map holds here too."""
    async with site.probe() as probe:
        watched, asked = traced(probe)
        assert await watched.tcp("127.0.0.1", 443) is None
        refused = await watched.tcp("127.0.0.8", 443)
        odd = await watched.tcp("127.0.0.1", 70000)
        await watched.tcp("127.0.0.1", 443)
        assert probe.stats()["tcp"] == {"127.0.0.1": 2, "127.0.0.8": 1}
    assert refused is not None
    assert refused.reason is Reason.REFUSED
    assert odd is not None
    assert odd.reason is Reason.PROTOCOL
    assert site.web.connections == 1
    assert [one.what for one in asked[:2]] == ["TCP 127.0.0.1:443", "TCP 127.0.0.8:443"]
    assert (asked[0].answer, asked[1].answer[:8]) == ("something listens", "refused:")


async def test_the_budget_ends_every_kind_of_look(site: Site) -> None:
    """Nothing new is sent after the deadline."""
    async with LiveProbe(site.network, site.probe().now(), deadline=0.0) as probe:
        post = await probe.post("https://a.test/")
        knock = await probe.tcp("127.0.0.1", 443)
        fresh = await probe.fresh(2).get("https://a.test/")
        old = await probe.tls("a.test", newest="TLSv1.2")
    faults = (post.fault, knock, fresh.fault, old.fault)
    assert {fault.reason for fault in faults if fault is not None} == {Reason.BUDGET}
    assert None not in faults
    assert (site.web.connections, site.dns.queries) == (0, [])
