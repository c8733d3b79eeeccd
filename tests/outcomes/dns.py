"""The domain and its names: records, name servers, signatures, rules about certificates, the registry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.clock import SystemClock
from checks.inventory import Known, Record
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import host, records, writes
from tests.outcomes.world import APP, DOMAIN, OLD, World
from tests.servers.http import Answer

NOW = SystemClock().now()


def remembered(seconds: int, name: str = APP, type: str = "A") -> Step:
    """This record is remembered for so long."""
    return lambda world: world.zone.ttls.update({(name, type): seconds})


def accepted(type: str, *values: str, name: str = DOMAIN) -> Step:
    """These values were accepted once."""
    return writes(baseline=(Known(name, type, values, "ana", NOW),))


def signed(days: float = 20) -> Step:
    """The zone is signed, for so many days."""
    return lambda world: world.dns.sign(DOMAIN, until=SystemClock().now() + timedelta(days=days))


def paid(days: float, **more: object) -> Step:
    """The domain is paid for so many days more."""
    return lambda world: world.paid(days, **more)


def other_says(type: str, *values: str, name: str = APP, hours: float | None = None) -> Step:
    """The second directory has something else, and has had it for so many hours."""

    def step(world: World) -> None:
        world.two()
        world.other.zone.set(name, type, *values)
        if hours is not None:
            world.write(disagreement_since={name: NOW - timedelta(hours=hours)})

    return step


def alias(target: str, body: bytes = b"", status: int = 404) -> Step:
    """`old` points at a platform, which shows this over http and has no certificate for it."""

    def step(world: World) -> None:
        world.host(OLD)
        world.zone.set(OLD, "A")
        world.zone.set(OLD, "CNAME", target)
        if body:
            world.zone.set(target, "A", "127.0.0.1")
            world.web.credentials.pop(OLD)
            world.plain.route(OLD, "/", Answer(status, body))

    return step


def about(check: str, code: str, name: str = DOMAIN) -> Mapping[str, str]:
    """One answer about the domain."""
    return {f"dns.{check} {name}": code}


CAA_OK = records(DOMAIN, "CAA", '0 issue "letsencrypt.org"')
IN_ORDER = {
    f"dns.{check} {DOMAIN}": "ok" for check in ("apex_www", "dangling", "domain_expiry", "dnssec", "ttl", "expected")
}
SCENARIOS = (
    Scenario(
        "The domain is in order: paid, signed, with a rule about certificates and decided records",
        {**IN_ORDER, f"dns.caa {APP}": "ok", f"dns.resolve {APP}": "ok"},
        CAA_OK,
        signed(),
        host(DOMAIN, expect=(Record("MX", DOMAIN, contains=f"mx1.{DOMAIN}"), Record("A", APP, any_in="127.0.0.0/8"))),
    ),
    Scenario("The app's record is kept for two hours everywhere", about("ttl", "long"), remembered(7200)),
)
