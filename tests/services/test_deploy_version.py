"""The version that the product itself shows: a deploy that no host reports is noticed all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config.team import Version
from bot.domain.deploys import Deploy, Stage
from bot.domain.heard import Progress
from bot.services.deploy_version import look, version_in
from bot.services.deploys import Deploys
from checks.net.facts import Exchange
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, Hostile, HttpServer
from tests.services.deploy_house import FLOWS, House
from tests.store.loop_watch import longest_block

VERSION = FLOWS + "deploy: {version: {url: /version, json: build.version}}\n"


class Product(House):
    """A product on loopback that says which version it is."""

    def __init__(self, folder: Path, web: HttpServer, dns: DnsServer, more: str = VERSION) -> None:
        host, port = dns.address
        network = f'network: {{resolvers: ["{host}:{port}"], ports: {{443: 9, 80: {web.port}}}, allow_private: true}}\n'
        super().__init__(folder, more.replace("url: /version", "url: 'http://shop.test/version'") + network)
        self.web = web
        self.show("v42")

    def show(self, version: str) -> None:
        """What customers get from now on."""
        self.web.route("shop.test", "/version", Answer(body=f'{{"build": {{"version": "{version}"}}}}'.encode()))

    async def minutes(self, count: float) -> None:
        """Time goes by."""
        await self.run(60 * count, every=10)

    async def newest(self) -> Deploy:
        """The newest one."""
        return (await self.all())[0]


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    """It is at v42, and has been looked at."""
    async with HttpServer() as web, DnsServer({"*.shop.test": {"A": "127.0.0.1"}}) as dns:
        dns.zone.set("shop.test", "A", "127.0.0.1")
        made = Product(tmp_path, web, dns)
        await made.minutes(1)
        yield made
        made.close()


async def test_the_first_look_ever_reports_nothing(product):
    """It only remembers."""
    await product.minutes(3)
    assert await product.all() == []


async def test_a_new_version_makes_a_deploy_that_is_tried(product):
    """Within a minute and a few seconds, by two looks; its message, its walk and its cause are as with a hook."""
    product.show("v43")
    await product.minutes(1.5)
    deploy = await product.newest()
    assert (deploy.version, deploy.source, deploy.stage) == ("v43", "probe", Stage.SMOKE)
    assert deploy.live_at is not None
    await product.walk(deploy.run)
    assert (await product.get(deploy.id)).stage is Stage.GOOD
    assert len(await product.trail(deploy.id)) > 0
    await product.minutes(5)
    assert len(await product.all()) == 1


async def test_when_something_begins_to_fail_the_version_is_known_before_the_alert(product):
    """A failure is confirmed within fifteen seconds: by then two looks have seen the new version."""
    await product.run(10, every=2)
    product.show("v43")
    product.eyes.failing = {"home"}
    await product.run(12, every=2)
    assert (await product.newest()).version == "v43"


async def test_while_servers_change_over_nothing_is_believed(product):
    """Both versions answer in turn: only what two looks in a row see is live."""
    for version in ("v43", "v42", "v43", "v42"):
        product.show(version)
        await product.run(10, every=10)
    await product.minutes(3)
    assert await product.all() == []


async def test_going_back_is_noticed_as_well(product):
    """v43 for ten minutes, then v42 again: two deploys, the second one a roll-back."""
    product.show("v43")
    await product.minutes(10)
    product.show("v44")
    await product.minutes(10)
    product.show("v43")
    await product.minutes(2)
    assert [(one.version, one.back) for one in await product.all()] == [("v43", True), ("v44", False), ("v43", False)]


async def test_a_restart_in_between_misses_nothing(product, tmp_path):
    """What was seen last is in the store; the object that remembers the rest is new."""
    product.show("v43")
    product.deploys = Deploys(
        product.store, product.clock, lambda: product.config, product.incidents, smoke=product.flows, wake=lambda: None
    )
    await product.minutes(2)
    assert (await product.newest()).version == "v43"


async def test_a_report_of_the_host_and_the_version_seen_are_one_deploy(product):
    """Whichever comes first."""
    number = await product.hear(Progress.STARTED)
    product.show("v43")
    await product.minutes(1.5)
    deploy = await product.get(number)
    assert (deploy.stage, len(await product.all())) == (Stage.SMOKE, 1)
    assert await product.hear(Progress.LIVE) == number
    product.show("v44")
    await product.minutes(1.5)
    seen = await product.newest()
    assert await product.hear(Progress.LIVE, "v44") == seen.id
    assert len(await product.all()) == 2


async def test_a_commit_and_a_number_are_two_names_of_one_deploy(product):
    """The host calls it by its commit, the product by its number: half an hour tells that they belong together."""
    number = await product.hear(Progress.LIVE, "a1b2c3d")
    product.show("v43")
    await product.minutes(2)
    assert [one.id for one in await product.all()] == [number]


async def test_a_version_that_customers_do_not_get_is_said_after_five_minutes(product):
    """The host says that it is live; an old server, or a cache, still answers. Once it is seen, the line goes."""
    number = await product.hear(Progress.LIVE)
    await product.walk((await product.get(number)).run)
    await product.minutes(4)
    assert (await product.get(number)).seen == ""
    await product.minutes(2)
    assert (await product.get(number)).seen == "v42"
    assert "The host says that v43 is live. Customers still get v42." in await product.said(number)
    assert await product.open() == []
    product.show("v43")
    await product.minutes(2)
    assert (await product.get(number)).seen == ""
    assert "Customers still get" not in await product.said(number)


async def test_a_number_that_nobody_raises_is_no_accusation(product):
    """The host names commits, the product a number that stays the same for many of them."""
    number = await product.hear(Progress.LIVE, "a1b2c3d")
    await product.minutes(8)
    assert (await product.get(number)).seen == ""


@pytest.mark.parametrize(
    "answer",
    [Answer(500, b"{}"), Answer(body=b"not json"), Answer(body=b"{}"), Answer(hostile=Hostile.ENDLESS_BODY),
     Answer(hostile=Hostile.RESET), Answer(body=b'{"build": {"version": "<script>alert(1)</script> v43"}}')],
    ids=["error", "no json", "no version", "endless", "reset", "markup"],
)  # fmt: skip
async def test_an_answer_that_is_none_changes_nothing(product, answer):
    """An outage is no deploy, whatever it answers with."""
    product.web.route("shop.test", "/version", answer)
    await product.minutes(0.5)
    product.show("v42")
    await product.minutes(2)
    assert await product.all() == []


async def test_only_hosts_of_launch_yml_are_asked(tmp_path):
    """A version elsewhere is not looked up, and no packet is sent."""
    async with HttpServer() as web, DnsServer({"*.other.test": {"A": "127.0.0.1"}}) as dns:
        more = FLOWS + "deploy: {version: {url: 'http://app.other.test/version'}}\n"
        house = Product(tmp_path, web, dns, more)
        await house.minutes(2)
        assert web.requests == []
        house.close()


@pytest.mark.parametrize(
    ("written", "answer", "version"),
    [
        ({"header": "X-Version"}, Exchange("u", status=200, headers=(("x-version", " v43 "),)), "v43"),
        ({"header": "X-Version"}, Exchange("u", status=200), ""),
        ({"json": "version"}, Exchange("u", status=200, body=b'{"version": 43}'), "43"),
        ({"json": "version"}, Exchange("u", status=200, body=b'{"version": {"a": [1, 2]}}'), ""),
        ({"pattern": "build ([0-9a-f]+)"}, Exchange("u", status=200, body=b"<p>build a1b2c3d</p>"), "a1b2c3d"),
        ({"pattern": "build ([0-9.]+)"}, Exchange("u", status=200, body=b" " * 2991 + b"build 1.2.34"), "1.2.34"),
        ({"pattern": "build ([0-9.]+)$"}, Exchange("u", status=200, body=b" " * 2991 + b"build 1.2.34"), "1.2.34"),
        ({"pattern": "(x)?y"}, Exchange("u", status=200, body=b"y"), ""),
        ({}, Exchange("u", status=200, body=b"v43\n"), "v43"),
        ({"header": "X-V", "json": "v"}, Exchange("u", status=200, body=b'{"v": "v43"}'), "v43"),
        ({}, Exchange("u", status=404, body=b"v43"), ""),
        ({}, Exchange("u", status=200, body=b"<html>a whole page</html>"), ""),
        ({}, Exchange("u", status=200, body=b"v" * 101), ""),
        ({}, Exchange("u", status=200, body="v43\u202e".encode()), "v43"),
    ],
)
async def test_a_version_is_read_as_written_down(written, answer, version):
    """A header, a field, a pattern, or the whole answer; what could not be a version is none."""
    assert await version_in(answer, Version(url="/version", **written)) == version


@pytest.mark.parametrize("pattern", ["([0-9a-z.-]+)-build", ".*.*.*(x)"])
async def test_one_long_line_does_not_hold_the_bot_up(product, pattern):
    """A plain pattern on a page without a blank is tried from each letter on, some patterns for hours."""
    written = Version(url="http://shop.test/version", pattern=pattern)
    product.web.route("shop.test", "/version", Answer(body=b"a" * 30_000))
    inventory = product.config.inventory
    assert inventory is not None
    assert await longest_block(lambda: look(written, inventory, product.clock.now()), 0.25) <= 0.25
