"""Addresses are kept between looks, as long as the zone allows, and never for a look that is in doubt."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.clock import SystemClock
from checks.net.addresses import LONGEST, MOST, Addresses
from checks.net.facts import DnsAnswer, DnsStatus, Exchange, Reason
from checks.net.glimpse import Glimpse
from checks.net.limits import Limits
from checks.net.live import LiveProbe
from tests.net.conftest import Site
from tests.servers.dns import Fault
from tests.servers.http import Answer, closed_port, redirect

NOW = SystemClock().now()
PAGE = "https://a.test/"


async def look(site: Site, known: Addresses, *, later: float = 0.0, path: int = 0, doubt: bool = False) -> Exchange:
    """One look, so many seconds later."""
    limits, now = Limits(1000, 1000), NOW + timedelta(seconds=later)
    async with Glimpse(site.network, now, limits=limits, path=path, patience=2.0, addresses=known) as probe:
        seen = await probe.get(PAGE)
        if doubt:
            probe.doubt()
    return seen


@pytest.mark.parametrize(
    ("ttl", "moments", "questions"),
    [
        (300, (0, 1, 29), 1),
        (300, (0, 29, LONGEST + 1, 59), 2),
        (10, (0, 9, 11, 20, 22), 3),
        (0, (0, 0.1, 0.2), 3),
        (300, (0, -3600, -3599), 2),
    ],
)
async def test_a_name_is_asked_for_once_in_its_time(site: Site, ttl, moments, questions):
    """As long as its TTL, half a minute at most, and not across a clock that was put back."""
    site.web.route("a.test", "/", Answer())
    site.dns.zone.set("a.test", "A", "127.0.0.1", ttl=ttl)
    known = Addresses()
    for moment in moments:
        assert (await look(site, known, later=moment)).status == 200
    assert site.dns.asked("a.test", "A") == questions


async def test_a_look_in_doubt_and_a_second_path_ask_anew(site: Site):
    """Neither trusts what was known: what is known may be what is wrong."""
    site.web.route("a.test", "/", Answer())
    known = Addresses()
    await look(site, known)
    await look(site, known, path=1)
    assert site.dns.asked("a.test", "A") == 2
    site.dns.zone.set("a.test", "A", "127.0.0.9")
    assert (await look(site, known, doubt=True)).status == 200
    assert (await look(site, known)).fault is not None
    assert site.dns.asked("a.test", "A") == 3


async def test_that_something_is_not_there_is_never_kept(site: Site):
    """A name that comes back is found at the next look."""
    site.web.route("a.test", "/", Answer())
    known = Addresses()
    site.dns.zone.fault("a.test", Fault.NXDOMAIN)
    gone = await look(site, known)
    assert gone.fault is not None
    assert gone.fault.reason is Reason.DNS
    site.dns.zone.fault("a.test", None)
    assert (await look(site, known)).status == 200


async def test_who_comes_while_somebody_asks_waits_for_the_same_answer(site: Site):
    """Ten looks at the same moment, one question; who asked and gave up takes nobody with him."""
    site.web.route("a.test", "/", Answer())
    site.dns.zone.delay("a.test", 0.05)
    known = Addresses()
    seen = await asyncio.gather(*(look(site, known) for _ in range(10)))
    assert [one.status for one in seen] == [200] * 10
    assert site.dns.asked("a.test", "A") == 1

    known = Addresses()
    first = asyncio.create_task(look(site, known))
    others = [asyncio.create_task(look(site, known)) for _ in range(2)]
    while site.dns.asked("a.test", "A") < 2:
        await asyncio.sleep(0)  # noqa: TID251  (until it has asked)
    first.cancel()
    assert [(await one).status for one in others] == [200, 200]


async def test_no_more_names_are_kept_than_there_is_room_for():
    """The oldest go first."""
    known = Addresses()
    asked: list[str] = []

    async def get(name: str, now: datetime = NOW) -> None:
        async def ask() -> DnsAnswer:
            asked.append(name)
            return DnsAnswer(name, "A", "", DnsStatus.OK, ("192.0.2.1",), ttl=60)

        await known.get(name, "A", now, ask)

    for number in range(MOST + 1):
        await get(f"n{number}.test")
    asked.clear()
    await get(f"n{MOST}.test")
    await get("N1.test.")
    assert asked == []
    await get("n0.test")
    assert asked == ["n0.test"]


async def test_a_glimpse_tells_the_facts_of_a_long_run(site: Site):
    """Answers, redirects and failures are the same, but for the time they took."""
    answers = {
        "/": Answer(),
        "/moved": redirect("/there", cookies=("a=1",)),
        "/there": Answer(404, "gone", encoding="gzip"),
        "/circle": redirect("/circle"),
    }
    for path, answer in answers.items():
        site.web.route("a.test", path, answer)
    urls = [f"https://a.test{path}" for path in answers]
    urls += [
        "http://a.test/",
        "https://b.test/",
        "https://127.0.0.1/",
        "nonsense",
        f"https://a.test:{closed_port()[1]}",
    ]
    limits = Limits(1000, 1000)
    async with (
        LiveProbe(site.network, NOW, limits=limits) as usual,
        Glimpse(site.network, NOW, limits=limits, path=0, patience=5.0, addresses=Addresses()) as short,
    ):
        for url in urls:
            for keep in (False, True):
                one = await usual.chain(url, keep_cookies=keep)
                other = await short.chain(url, keep_cookies=keep)
                assert (one.end, one.next_url) == (other.end, other.next_url)
                assert [_facts(each) for each in one.exchanges] == [_facts(each) for each in other.exchanges]


def _facts(exchange: Exchange) -> tuple[object, ...]:
    headers = tuple(each for each in exchange.headers if each[0] != "date")
    return exchange.url, exchange.address, exchange.status, headers, exchange.body, exchange.fault
