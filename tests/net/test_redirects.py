"""Redirect chains: every hop kept, loops told from rounds that a cookie ends."""

from __future__ import annotations

import pytest

from checks.net.facts import ChainEnd, Reason
from tests.net.conftest import Site
from tests.servers.http import Answer, Hostile, Request, redirect


async def test_hops_are_kept_in_order(site: Site) -> None:
    """Http to https, then to another path: three exchanges, two hops."""
    site.plain.route("a.test", "/", redirect("https://a.test/"))
    site.web.route("a.test", "/", redirect("/home", 302))
    site.web.route("a.test", "/home", Answer())
    async with site.probe() as probe:
        chain = await probe.chain("http://a.test/")
    assert chain.end is ChainEnd.FINAL
    assert chain.urls == ("http://a.test/", "https://a.test/", "https://a.test/home")
    assert [exchange.status for exchange in chain.exchanges] == [301, 302, 200]
    assert (chain.hops, chain.last.status) == (2, 200)


async def test_no_redirect_is_a_chain_of_one(site: Site) -> None:
    """The last is the first, and its fact is shared with `get`."""
    site.web.route("a.test", "/", Answer())
    async with site.probe() as probe:
        chain = await probe.chain("https://a.test/")
        assert (await probe.get("https://a.test/")) is chain.last
    assert site.web.asked("/") == 1


async def test_a_loop_is_told_with_where_it_would_go_on(site: Site) -> None:
    """Two pages that send visitors to each other."""
    site.web.route("a.test", "/one", redirect("/two"))
    site.web.route("a.test", "/two", redirect("/one"))
    async with site.probe() as probe:
        chain = await probe.chain("https://a.test/one")
    assert (chain.end, chain.hops, chain.next_url) == (ChainEnd.LOOP, 1, "https://a.test/one")


async def test_a_page_that_redirects_to_itself(site: Site) -> None:
    """The shortest loop; a fragment does not make it another place."""
    site.web.route("a.test", "/", redirect("/#again"))
    async with site.probe() as probe:
        chain = await probe.chain("https://a.test/")
    assert (chain.end, chain.hops) == (ChainEnd.LOOP, 0)


def _cookie_wall(request: Request) -> Answer:
    if request.cookies.get("seen") == "yes":
        return Answer(200, "in")
    return redirect("/", 302, cookies=("seen=yes; Path=/; Secure; HttpOnly",))


async def test_a_round_that_a_cookie_ends_is_no_loop(site: Site) -> None:
    """With cookies kept the second visit is let in; without them it is a loop."""
    site.web.route("a.test", "/", _cookie_wall)
    async with site.probe() as probe:
        kept = await probe.chain("https://a.test/", keep_cookies=True)
        dropped = await probe.chain("https://a.test/")
    assert (kept.end, kept.hops) == (ChainEnd.FINAL, 1)
    assert (dropped.end, dropped.next_url) == (ChainEnd.LOOP, "https://a.test/")


async def test_a_cookie_that_changes_each_time_ends_at_the_bound(site: Site) -> None:
    """A counter in a cookie never repeats: too many hops, after eleven requests."""

    def count(request: Request) -> Answer:
        number = int(request.cookies.get("n", "0")) + 1
        return redirect("/", cookies=(f"n={number}",))

    site.web.route("a.test", "/", count)
    async with site.probe() as probe:
        chain = await probe.chain("https://a.test/", keep_cookies=True)
    assert (chain.end, chain.hops, chain.next_url) == (ChainEnd.TOO_MANY, 10, "https://a.test/")
    assert site.web.asked("/") == 11


async def test_the_number_of_hops_is_bounded(site: Site) -> None:
    """Ten redirects are followed, the eleventh is not; fewer where fewer are asked for."""
    for number in range(20):
        site.web.route("a.test", f"/{number}", redirect(f"/{number + 1}"))
    site.web.route("a.test", "/end", Answer())
    site.web.route("a.test", "/x10", redirect("/end"))
    async with site.probe() as probe:
        chain = await probe.chain("https://a.test/0")
        short = await probe.chain("https://a.test/0", max_hops=2)
        fits = await probe.chain("https://a.test/x10", max_hops=1)
    assert (chain.end, chain.hops, chain.next_url) == (ChainEnd.TOO_MANY, 10, "https://a.test/11")
    assert (short.end, short.hops) == (ChainEnd.TOO_MANY, 2)
    assert (fits.end, fits.hops) == (ChainEnd.FINAL, 1)


async def test_hosts_that_send_visitors_to_each_other_without_end_are_left_at_the_bound(site: Site) -> None:
    """Never the same address twice, so no loop is seen; and no cookie makes the way longer."""
    site.name("b.a.test")

    def onward(request: Request) -> Answer:
        other = "b.a.test" if request.host == "a.test" else "a.test"
        return redirect(f"https://{other}{request.target}x", cookies=(f"seen={len(request.target)}",))

    for host in ("a.test", "b.a.test"):
        site.web.route(host, "*", onward)
    async with site.probe() as probe:
        chains = [await probe.chain("https://a.test/", keep_cookies=kept) for kept in (False, True)]
    assert [(chain.end, chain.hops) for chain in chains] == [(ChainEnd.TOO_MANY, 10)] * 2
    assert len(site.web.requests) <= 22


async def test_a_redirect_to_the_metadata_address_is_blocked(site: Site) -> None:
    """The guard stands at every hop, also behind a name."""
    site.web.route("a.test", "/ip", redirect("http://169.254.169.254/latest/meta-data/"))
    site.web.route("a.test", "/name", redirect("http://inside.test/"))
    site.name("inside.test", address="169.254.169.254")
    async with site.probe() as probe:
        for path in ("/ip", "/name"):
            chain = await probe.chain(f"https://a.test{path}")
            assert (chain.end, chain.hops) == (ChainEnd.FAULT, 1)
            assert chain.last.fault is not None
            assert chain.last.fault.reason is Reason.BLOCKED
            assert "metadata" in chain.last.fault.detail


async def test_a_redirect_into_the_private_network_is_blocked(site: Site) -> None:
    """Opening one range does not open the next."""
    from ipaddress import ip_network

    site.web.route("a.test", "/", redirect("https://b.test/"))
    site.name("b.test", address="127.0.0.2")
    async with site.probe(allow_private=(ip_network("127.0.0.1/32"),)) as probe:
        chain = await probe.chain("https://a.test/")
    assert chain.last.fault is not None
    assert chain.last.fault.reason is Reason.BLOCKED


@pytest.mark.parametrize(
    "location", ["mailto:me@a.test", "javascript:alert(1)", "https://", "x" * 9000, "", "http://[::"]
)
async def test_a_bad_location_is_where_it_ends(site: Site, location: str) -> None:
    """Missing, too long, unreadable or no web address."""
    site.web.route("a.test", "/", redirect(location))
    async with site.probe() as probe:
        chain = await probe.chain("https://a.test/")
    assert (chain.end, chain.hops) == (ChainEnd.BAD_LOCATION, 0)
    assert chain.next_url == location[:2000]


async def test_a_location_with_unicode_and_blanks_is_followed(site: Site) -> None:
    """Raw UTF-8 in the header is encoded as browsers do."""
    site.web.route("a.test", "/", redirect("/straße und so?q=ä"))
    site.web.route("a.test", "/stra%C3%9Fe%20und%20so", Answer())
    async with site.probe() as probe:
        chain = await probe.chain("https://a.test/")
    assert chain.end is ChainEnd.FINAL
    assert chain.last.url == "https://a.test/stra%C3%9Fe%20und%20so?q=%C3%A4"


async def test_a_broken_body_does_not_stop_a_redirect(site: Site) -> None:
    """Browsers follow the header; so do we."""
    raw = b"HTTP/1.1 301 Moved\r\nlocation: /home\r\ncontent-length: 500\r\n\r\nshort"
    site.web.route("a.test", "/", Answer(raw=raw))
    site.web.route("a.test", "/home", Answer())
    async with site.probe() as probe:
        assert (await probe.chain("https://a.test/")).end is ChainEnd.FINAL


async def test_a_hop_that_fails_is_the_end(site: Site) -> None:
    """The fault is on the last exchange."""
    site.web.route("a.test", "/", redirect("/broken"))
    site.web.route("a.test", "/broken", Answer(hostile=Hostile.RESET_EARLY))
    async with site.probe() as probe:
        chain = await probe.chain("https://a.test/")
        nonsense = await probe.chain("nonsense")
    assert chain.end is ChainEnd.FAULT
    assert chain.last.fault is not None
    assert chain.last.fault.reason is Reason.RESET
    assert (nonsense.end, len(nonsense.exchanges)) == (ChainEnd.FAULT, 1)


async def test_cookies_go_where_they_belong(site: Site) -> None:
    """Host, domain, path and Secure are honoured; foreign domains and deletions too."""
    cookies = (
        "host=1",
        "wide=1; Domain=a.test; Path=/",
        "foreign=1; Domain=b.test",
        "suffix=1; Domain=test",
        "path=1; Path=/only",
        "secure=1; Secure",
        "gone=1; Max-Age=0",
        "old=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "bad=ü",
    )
    site.web.route("a.test", "/", redirect("https://sub.a.test/", cookies=cookies))
    site.name("sub.a.test")
    site.web.route("sub.a.test", "/", redirect("http://a.test/only/here"))
    site.plain.route("a.test", "/only/here", redirect("https://a.test/last"))
    site.web.route("a.test", "/last", Answer())
    async with site.probe() as probe:
        chain = await probe.chain("https://a.test/", keep_cookies=True)
    assert chain.end is ChainEnd.FINAL, chain.last.fault
    assert site.web.requests[1].cookies == {"wide": "1"}
    assert site.plain.requests[0].cookies == {"host": "1", "wide": "1", "path": "1"}
    assert site.web.requests[2].cookies == {"host": "1", "secure": "1", "wide": "1"}


async def test_a_flood_of_cookies_is_bounded(site: Site) -> None:
    """A server cannot make us carry more than fifty."""
    site.web.route("a.test", "/", redirect("/next", cookies=tuple(f"c{number}=1" for number in range(150))))
    site.web.route("a.test", "/next", Answer())
    async with site.probe() as probe:
        await probe.chain("https://a.test/", keep_cookies=True)
    assert len(site.web.requests[1].cookies) == 50
