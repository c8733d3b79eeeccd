"""The checks of an audit on their schedule: what goes wrong by itself is told once, and what was always so is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.domain.severity import Sev, Trouble
from bot.services.catalogue import DAY, FIRST, HOURLY, Catalogue
from bot.store import looks
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer
from tests.services.watchtower import Tower

HTML = ("content-type", "text/html; charset=utf-8")
PAGE = Answer(
    body=b"<!doctype html><title>Shop</title><p>Good things, made by hand in our own workshop", headers=(HTML,)
)
SITE = """
hosts:
  - {name: shop.test, purpose: marketing, expect: [{type: MX, equals: ["10 mail.shop.test"]}]}
  - {name: app.shop.test, purpose: app}
monitors: []
checks: {exp.files: {enabled: false}}
"""


class Town(Tower):
    """A tower over a site with certificates."""

    catalogue: Catalogue
    secure: HttpServer

    async def restart(self) -> None:
        """As after a kill."""
        await self.begin()
        self.catalogue = self.watch.catalogue

    async def pass_time(self, *, every: float = 60.0, **length: float) -> None:
        """Let time go by, a tick a minute."""
        end = self.clock.time + timedelta(**length)
        while self.clock.time < end:
            self.clock.time = min(end, self.clock.time + timedelta(seconds=every))
            await self.catalogue.tick()
            await self.incidents.tick()


@pytest.fixture
async def town(tmp_path, authority, ca_file) -> AsyncIterator[Town]:
    """A site in order, at the present day: its certificates are real."""
    zone = {
        "shop.test": {"A": "127.0.0.1", "MX": "10 mail.shop.test."},
        "www.shop.test": {"A": "127.0.0.1"},
        "app.shop.test": {"A": "127.0.0.1"},
        "mail.shop.test": {"A": "127.0.0.1"},
    }
    names = ("shop.test", "www.shop.test", "app.shop.test")
    async with (
        HttpServer() as plain,
        HttpServer(tls=authority.issue(*names)) as secure,
        DnsServer(zone) as dns,
    ):
        town = Town(tmp_path, plain, dns)
        town.secure = secure
        town.network = f", ca_file: {ca_file}, rate: 1000, burst: 10000"
        secure.route("*", "*", PAGE)
        plain.route("*", "*", PAGE)
        town.clock.time = SystemClock().now()
        town.write(SITE)
        path = tmp_path / "launch.yml"
        path.write_text(path.read_text().replace(f"80: {plain.port}", f"80: {plain.port}, 443: {secure.port}"))
        town.config = type(town.config).read(path)
        assert town.config.error is None, town.config.error
        await town.restart()
        yield town
        town.store.close()


async def test_what_was_always_weak_is_a_matter_of_audits(town):
    """A plain site has many weaknesses; none becomes a card on the first day, nor on the second."""
    await town.pass_time(minutes=15)
    await town.pass_time(hours=26, every=1800)
    known = await town.store.read(lambda c: looks.every(c, "shop"))
    assert sum(one.state == "down" for one in known) >= 5
    assert [(one.service, one.trouble) for one in await town.open()] == []


async def test_a_record_that_changes_is_told_once_and_ends_by_itself(town):
    """Two rounds that say the same, then one quiet incident; the old value again ends it."""
    await town.pass_time(minutes=15)
    town.dns.zone.set("shop.test", "MX", "5 elsewhere.test.")
    town.dns.zone.set("elsewhere.test", "A", "127.0.0.1")
    await town.pass_time(minutes=75, every=30)
    found = [one for one in await town.open() if one.trouble is Trouble.DRIFT]
    assert [one.sev for one in found] == [Sev.THREE]
    assert [one.probe for one in found[0].members] == ["DNS as you decided: shop.test"]
    await town.pass_time(hours=3, every=300)
    assert len([one for one in await town.all() if one.trouble is Trouble.DRIFT]) == 1
    town.dns.zone.set("shop.test", "MX", "10 mail.shop.test.")
    await town.pass_time(hours=2, every=60)
    assert [one for one in await town.open() if one.trouble is Trouble.DRIFT] == []


async def test_a_certificate_that_runs_out_opens_an_incident_by_itself(town, authority):
    """At first sight: it only gets worse. One card for a service, however many checks see it."""
    town.secure.credentials["*"] = authority.issue("shop.test", "www.shop.test", "app.shop.test", days=(-80, 5))
    await town.pass_time(minutes=15)
    found = [one for one in await town.open() if one.trouble is Trouble.EXPIRY]
    assert sorted(one.service for one in found) == ["app.shop.test", "shop.test"]
    assert {one.sev for one in found} == {Sev.THREE}


async def test_a_restart_looks_at_nothing_twice_and_forgets_nothing(town):
    """What was looked at today is due tomorrow; what was in order is known to have been."""
    await town.pass_time(minutes=15)
    before = {one.target: one.data["fine"] for one in await town.store.read(lambda c: looks.every(c, "shop"))}
    assert before
    await town.restart()
    town.secure.requests.clear()
    await town.pass_time(minutes=5)
    daily = [one for name, one in town.catalogue._of.items() if one.policy.interval == DAY and one.kept.look.oks]
    assert daily
    assert all(one.due > town.clock.time for one in daily)
    after = {one.target: one.data["fine"] for one in await town.store.read(lambda c: looks.every(c, "shop"))}
    assert after == before


async def test_a_host_that_is_taken_out_ends_what_was_open_about_it(town, authority):
    """And nothing is known about it any more."""
    town.secure.credentials["*"] = authority.issue("shop.test", "www.shop.test", "app.shop.test", days=(-80, 5))
    await town.pass_time(minutes=15)
    path = town.folder / "launch.yml"
    path.write_text(path.read_text().replace("  - {name: app.shop.test, purpose: app}\n", ""))
    town.config = type(town.config).read(path)
    await town.pass_time(minutes=1)
    assert "app.shop.test" not in {one.service for one in await town.open()}
    assert not any("app.shop.test" in one.target for one in await town.store.read(lambda c: looks.every(c, "shop")))


async def test_nothing_is_looked_at_while_the_bot_is_blind(town):
    """It would only see itself."""
    blind = Catalogue(town.store, town.clock, town._config, town.incidents, lambda: True)
    await blind.load()
    town.clock.time += FIRST
    assert await blind.tick() == 0
    assert town.secure.requests == []


async def test_its_fixed_looks_at_the_check_itself(town, authority):
    """A fresh look at the certificate, not a day later."""
    from bot.domain.asks import FixedAsk
    from bot.services.incidents import Request

    names = ("shop.test", "www.shop.test", "app.shop.test")
    town.secure.credentials["*"] = authority.issue(*names, days=(-80, 5))
    await town.pass_time(minutes=15)
    incident = next(one for one in await town.open() if one.trouble is Trouble.EXPIRY)
    town.secure.credentials["*"] = authority.issue(*names)
    await town.incidents.ask(incident.id, FixedAsk("U0BEN"), Request("1.1", "U0BEN", "incident.fixed"))
    await town.watch.settle()
    assert incident.id not in {one.id for one in await town.open()}


def test_what_is_hourly_exists():
    """A name in the list that no check has would never run hourly."""
    from checks.registry import load

    assert set(load()) >= HOURLY
