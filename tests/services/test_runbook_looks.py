"""What a step looks at is looked at for real: monitors, checks of the catalogue, and the bot itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.clock import SystemClock
from bot.domain.asks import Reading, Signal
from bot.domain.gates import Found
from bot.domain.heard import Counted
from bot.domain.runbook.known import OWN_CHECKS
from bot.domain.runbook.moved import Look
from bot.domain.runbook.run import Run, Sight, Standing, Verdict
from bot.domain.severity import Sev, Trouble
from bot.domain.spike_words import probe_of
from bot.domain.spikes import Shape
from bot.services.events import Events
from bot.services.health import Health, Socket
from bot.services.people import GONE
from bot.services.route_tests import FAILED
from bot.services.runbook_known import Cause, cause_of, known_of
from bot.services.runbook_looks import Looks, combined, jobs_for, line
from bot.services.runbook_own import OwnChecks
from bot.store import audits, gates, incidents, outbox, settings
from bot.store.gates import Result
from checks.inventory import Inventory
from checks.model import Finding, Severity, Status
from checks.report import Report
from tests.servers.dns import DnsServer
from tests.servers.http import HttpServer
from tests.services.watchtower import BROKEN, GOOD, Tower

SITE = """
services: {shop: {owner: ana, backup: ben}}
hosts: [{name: app.shop.test, purpose: app, service: shop}]
monitors: [{name: Sign-in, url: "http://app.shop.test/login", every: 30s, service: shop}]
"""


class Place(Tower):
    """A tower with somebody who looks for steps."""

    looks: Looks
    health: Health

    async def open_eyes(self) -> None:
        """Begin."""
        await self.begin()
        assert self.store is not None
        assert self.watch is not None
        now = self.clock.now()
        self.health = Health(now, sockets=(Socket(1, True, 1.0),), last_tick=now, last_write=now, slack_ok_at=now)
        own = OwnChecks(self.store, self.clock, self._config, self.watch, self.health)
        self.looks = Looks(self.store, self.clock, self._config, self.watch, own)

    async def see(self, *what: str, check: str = "", target: str = "", code: str = "", incident: int = 0) -> Sight:
        """One look for a step of a run about that."""
        assert self.store is not None
        now = self.clock.now()
        run = Run(1, "shop", "site_down", "", incident, check, target, code, "U0ANA", now, now, "x",
                  Standing.CHECKING, 1)  # fmt: skip

        def read(connection):
            found = incidents.get(connection, incident) if incident else None
            return cause_of(connection, "shop", run, found), found

        cause, found = await self.store.read(read)
        return await self.looks.look(Look(1, 1, "x", what), run, cause, found)


@pytest.fixture
async def place(tmp_path) -> AsyncIterator[Place]:
    """A page that answers."""
    async with (
        HttpServer() as web,
        DnsServer({"app.shop.test": {"A": "127.0.0.1"}, "shop.test": {"A": "127.0.0.1"}}) as dns,
    ):
        made = Place(tmp_path, web, dns, network=", rate: 1000, burst: 1000")
        web.route("*", "*", GOOD)
        made.write(SITE)
        made.clock.time = SystemClock().now()
        await made.open_eyes()
        yield made
        await made.watch.stop()
        made.store.close()


async def test_what_failed_is_the_monitor_that_began_it(place):
    """For an incident each of its own members, looked at now; what was seen is one line."""
    place.web.route("*", "*", BROKEN)
    await place.run(minutes=5, until=lambda: bool(place.watch.waiting == 0 and place.state("Sign-in").value == "down"))
    await place.run(seconds=5)
    sight = await place.see("failed", incident=1)
    assert (sight.verdict, sight.checks) == (Verdict.BAD, ("Sign-in",))
    assert "502" in sight.seen
    assert sight.expected == "Sign-in answers as it should"
    place.web.route("*", "*", GOOD)
    assert await place.see("failed", incident=1) == Sight(Verdict.GOOD, checks=("Sign-in",))


async def test_without_an_incident_it_is_the_target_or_the_check(place):
    """A monitor by its name, else the check that found it; with neither, a person is asked."""
    assert (await place.see("failed", check="up.http", target="Sign-in")).verdict is Verdict.GOOD
    sight = await place.see("failed", check="dns.resolve", target="app.shop.test")
    assert (sight.verdict, sight.checks) == (Verdict.GOOD, ("dns.resolve app.shop.test",))
    assert (await place.see("failed")).verdict is Verdict.UNKNOWN


async def test_what_only_ci_can_look_at_is_as_ci_said_last(place):
    """A key in the code is not gone because the code is not on this machine; it is once CI finds none any more."""
    about = {"check": "sec.repo", "target": "shop.test", "code": "secret_in_code"}
    blind = await place.see("failed", **about)
    assert (blind.verdict, "not on this machine" in blind.seen) == (Verdict.UNKNOWN, True)
    now = place.clock.now()

    async def ci(*found: Found, at: datetime) -> None:
        said = [Result(one, at, "acme/shop", version="a1b2c3d") for one in found]
        await place.store.write(lambda c: gates.keep(c, "shop", said, whole=True))

    values = {"key_name": "a password", "where": ".env:1", "file": ".env"}
    await ci(Found("sec.repo", ".env", "password_in_settings", values), at=now)
    assert (await place.see("failed", **about)).verdict is Verdict.BAD
    await ci(Found("sec.repo", ".", "ok", {"read": "12 files", "file": "."}), at=now + timedelta(seconds=1))
    assert (await place.see("failed", **about)).verdict is Verdict.GOOD
    await ci(Found("sec.repo", ".", "ok", {"read": "12 files", "file": "."}), at=now - timedelta(days=31))
    assert (await place.see("failed", **about)).verdict is Verdict.GOOD, "what is older than what is known is no news"


async def test_another_check_is_made_at_the_same_target(place):
    """By its id; bad where it is bad."""
    place.dns.zone.remove("app.shop.test")
    sight = await place.see("dns.resolve", target="app.shop.test")
    assert sight.verdict is Verdict.BAD
    assert "app.shop.test" in sight.seen
    both = await place.see("dns.resolve", "failed", check="dns.resolve", target="app.shop.test")
    assert both.verdict is Verdict.BAD
    assert len(both.checks) == 1


async def test_what_cannot_be_looked_at_is_unknown_with_a_word(place):
    """No such check, nothing that it applies to, a server that hangs."""
    assert (await place.see("no.such_check", target="app.shop.test")).verdict is Verdict.UNKNOWN
    assert (await place.see("bot.no_such")).verdict is Verdict.UNKNOWN
    place.config = replace(place.config, inventory=None)
    sight = await place.see("dns.resolve", target="app.shop.test")
    assert (sight.verdict, bool(sight.seen)) == (Verdict.UNKNOWN, True)


def test_a_secret_in_what_was_seen_is_masked():
    """It goes into messages and timelines, and stays one line."""
    said = line("the page says\n  api_key=sk_live_4eC39HqLyjWDarjtT1zdp7dc  again" + "x" * 900)  # launch:allow
    assert "4eC39HqLyjWDarjtT1zdp7dc" not in said
    assert "\n" not in said
    assert len(said) <= 300


def test_a_check_is_made_where_the_run_is_about():
    """At that target, at its host, at its domain; else wherever it applies."""
    inventory = Inventory("shop", "shop.test", hosts=())
    inventory = replace(inventory, hosts=tuple(type(_host)("app.shop.test") for _host in _hosts()) + _hosts())

    def at(id: str, target: str) -> list[str]:
        return [job.target.name for job in jobs_for(inventory, id, target)]

    assert at("dns.resolve", "app.shop.test") == ["app.shop.test"]
    assert at("dns.domain_expiry", "app.shop.test") == ["shop.test"]
    assert at("no.such", "app.shop.test") == []
    assert set(at("dns.resolve", "elsewhere.example")) == {"shop.test"}


def _hosts():
    from checks.inventory import Host

    return (Host("shop.test"),)


def test_one_bad_look_among_many_is_bad():
    """And one that could not be made keeps the rest from being proof."""
    good, bad, unknown = (Sight(one, checks=(one.value,)) for one in (Verdict.GOOD, Verdict.BAD, Verdict.UNKNOWN))
    assert combined([good, bad, unknown]).verdict is Verdict.BAD
    assert combined([good, unknown]).verdict is Verdict.UNKNOWN
    assert combined([good, good]) == good
    assert combined([good, bad]).checks == ("good", "bad")
    assert combined([]).verdict is Verdict.UNKNOWN


async def test_the_bot_proves_what_it_can_about_itself(place):
    """Each of its own checks, good and bad."""
    await place.run(seconds=10)
    place.health.slack_ok_at = place.clock.time
    for name in OWN_CHECKS:
        sight = await place.see(name)
        wanted = Verdict.BAD if name == "bot.backup_route" else Verdict.GOOD
        assert (name, sight.verdict, sight.seen) == (name, wanted, sight.seen)
        assert bool(sight.seen) is (wanted is Verdict.BAD)


async def test_what_is_wrong_with_the_bot_is_seen(place):
    """Slack that refuses it, a message that waits, nobody on call, a monitor that nobody looks at."""
    place.health.slack_problem = "token_revoked"
    assert "token_revoked" in (await place.see("bot.delivery")).seen
    place.health.slack_problem = ""
    await place.store.write(lambda c: outbox.post(c, "shop", "news:1", place.clock.time, channel="C1"))
    assert (await place.see("bot.delivery")).verdict is Verdict.GOOD
    place.clock.time += timedelta(minutes=3)
    assert "waits" in (await place.see("bot.delivery")).seen.replace("wait,", "waits,")
    assert "Sign-in" in (await place.see("bot.watching")).seen
    place.health.slack_ok_at = place.clock.time - timedelta(minutes=10)
    assert "5 minutes" in (await place.see("bot.delivery")).seen
    for person in ("U0ANA", "U0BEN"):
        await place.store.write(
            lambda c, person=person: settings.put(c, "shop", GONE + person, "left", place.clock.time)
        )
    assert (await place.see("bot.on_call")).verdict is Verdict.BAD
    assert "ana" in (await place.see("bot.people")).seen


async def test_a_second_route_is_proven_by_its_last_test(place):
    """As it was taken, or not; without any test nothing is proven."""
    place.config = replace(place.config, file=None)
    assert "no second route" in (await place.see("bot.backup_route")).seen
    place.write(SITE)
    path = place.folder / "launch.yml"
    path.write_text(path.read_text().replace('"#ops"}', '"#ops", second_route: [{kind: ntfy, to: shop-alerts}]}'))
    place.config = type(place.config).read(path)
    assert place.config.error is None, place.config.error
    assert "nothing has ever been sent" in (await place.see("bot.backup_route")).seen
    for why, verdict in (("ntfy to shop-alerts: refused", Verdict.BAD), ("", Verdict.GOOD)):
        await place.store.write(lambda c, why=why: settings.put(c, "shop", FAILED, why, place.clock.time))
        sight = await place.see("bot.backup_route")
        assert sight.verdict is verdict
        assert why in sight.seen


async def test_a_finding_gives_its_record_and_its_date(place):
    """What an audit saw fills the texts of a run that begins with it."""
    now = place.clock.now()
    seen = {
        "record_name": "shop.test",
        "record_type": "MX",
        "old": "10 mail.shop.test",
        "new": "10 evil.test",
        "days": 3,
    }
    finding = Finding(
        "dns.expected", "shop.test", "changed", Status.FAIL, Severity.HIGH, "It is another one", seen=seen, at=now
    )

    def audit(connection):
        audits.remember_product(connection, "shop", "shop.test", now)
        id = audits.start(connection, "shop", now, asked_by="U0ANA", channel="C1", only=(), total=1)
        audits.finish(connection, id, Report("shop", ("shop.test",), now, 1, (finding,)), now)

    await place.store.write(audit)
    run = Run(1, "shop", "x", "", 0, "dns.expected", "shop.test", "", "U0ANA", now, now, "x", Standing.OPEN, 1)
    known = await place.store.read(lambda c: known_of(c, place.config, run, now, {}))
    names = ("record_name", "record_type", "record_value", "old_value", "check")
    assert [known.fields[name] for name in names][:4] == ["shop.test", "MX", "10 mail.shop.test", "10 evil.test"]
    assert (known.facts["code"], known.facts["check"], known.facts["expires_in"]) == ("changed", "dns.expected", "week")
    assert known.facts["layer"] == "dns"
    assert isinstance(await place.store.read(lambda c: cause_of(c, "shop", run, None)), Cause)


def _fails(probe: str, trouble: Trouble, at: datetime, service: str = "shop") -> Signal:
    return Signal("shop", "production", service, probe, trouble, Sev.TWO, Reading.DOWN, at, at)


async def test_after_a_deploy_that_did_not_go_out_what_customers_have_is_looked_at(place):
    """The deploy itself is nothing to look at; the pages of its service are."""
    await place.incidents.signal([_fails("Deploys", Trouble.DEPLOY, place.clock.now())])
    assert await place.see("failed", incident=1) == Sight(Verdict.GOOD, checks=("Sign-in",))
    place.web.route("*", "*", BROKEN)
    assert (await place.see("failed", incident=1)).verdict is Verdict.BAD


async def test_what_is_only_heard_of_is_never_called_fixed(place):
    """Counts that go on are bad; that they stopped is no proof, and the words do not say that nobody watches."""
    events = Events(place.store, place.clock, place._config, place.incidents)
    name = probe_of("checkout_failed", Shape.MANY)
    await place.incidents.signal([_fails(name, Trouble.ERRORS, place.clock.now())])
    sight = await place.see("failed", incident=1)
    assert (sight.verdict, "only hear of it" in sight.seen) == (Verdict.UNKNOWN, True)
    now = place.clock.now()
    await place.store.write(lambda c: events.count(c, Counted("checkout_failed", now, 5, "shop"), now))
    sight = await place.see("failed", incident=1)
    assert (sight.verdict, "in the last two minutes" in sight.seen) == (Verdict.BAD, True)
