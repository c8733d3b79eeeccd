"""Many things fail and one of them is why, over real servers: the reader gets one line, and how it hangs together."""

from __future__ import annotations

from bot.clock import SystemClock
from bot.render.text import text
from bot.views.folding import fold, split_unknown
from bot.views.report import headline
from bot.views.report import report as report_of
from checks.causes import cause_of, linked
from checks.inventory import Monitor, Record
from checks.model import Severity, Status
from checks.net.live import LiveProbe
from checks.report import Report
from checks.runner import plan, run
from tests.outcomes.world import API, DOMAIN, World, a_world


async def audit(world: World) -> Report:
    """The whole catalogue, and what only follows from something else said so."""
    network = world.inventory.network
    now = SystemClock().now()
    async with LiveProbe(network, now) as probe:
        found = await run(plan(world.inventory), probe, deadline=60)
    return Report("shop", (), now, 0, tuple(linked(found)))


async def test_sign_up_is_unreachable_because_a_certificate_ran_out_because_its_issuer_is_forbidden(authority, ca_file):
    """One thing to repair is said, with the whole way to it; everything else waits for it or follows from it."""
    async with a_world(authority, ca_file) as world:
        world.zone.set(API, "CAA", '0 issue "digicert.com"')
        world.web.credentials[API] = authority.intermediate("Let's Encrypt R11").issue(API, days=(-93, -3))
        sign_up = Monitor("Sign-up", f"https://{API}/signup", flow="signup")
        world.write(monitors=(sign_up, Monitor("API health", f"https://{API}/"), *world.inventory.monitors))
        report = await audit(world)
    bad = {(one.check, one.target): one for one in report.findings if one.status.bad}
    assert {key: one.code for key, one in bad.items()} == {
        ("dns.caa", API): "issuer_forbidden",
        ("tls.valid", API): "expired",
        ("tls.expiry", API): "expired",
        ("up.http", "Sign-up"): "tls",
        ("up.http", "API health"): "tls",
    }
    assert {key for key, one in bad.items() if cause_of(one) is None} == {("dns.caa", API)}
    assert {cause_of(one) for one in bad.values()} == {None, ("dns.caa", API)}
    rule = bad["dns.caa", API].summary
    assert rule.startswith("Your rules forbid Let's Encrypt to renew the certificate of api.shop.test")
    warning = f"visitors of {API} get a red warning: its certificate, or one that it rests on, has run out"
    assert bad["up.http", "Sign-up"].summary == f"Sign-up is down, because {warning}, because y{rule[1:]}"
    assert report.verdict == "no-go"
    (only,) = fold(report.must_fix)
    assert only.first == bad["dns.caa", API]
    assert only.severity is Severity.BLOCKER
    assert report.can_wait == ()
    seen, waiting = split_unknown(report.unknown, report.findings)
    assert (seen, len(waiting)) == ([], len(report.unknown)), "what could not be seen waits for the same repair"
    why = f"visitors of {API} get a red warning, because y{rule[1:]}"
    assert headline(report) == f"No-go: {why}"
    shown = text(report_of(report), width=200)
    assert shown.count(rule) == 1
    assert f"Also seen: visitors of {API} get a red warning (tls.valid);" in shown
    assert "Sign-up and API health are down" in shown


async def test_mail_goes_nowhere_because_its_record_was_changed(authority, ca_file):
    """Who changed the record is the question; that mail has nowhere to go only follows."""
    async with a_world(authority, ca_file) as world:
        own = (f"10 mx1.{DOMAIN}", f"20 mx2.{DOMAIN}")
        world.host(DOMAIN, expect=(Record("MX", DOMAIN, equals=own),))
        world.zone.set(DOMAIN, "MX", f"10 mx9.{DOMAIN}")
        report = await audit(world)
    bad = {one.check: one for one in report.findings if one.status is Status.FAIL}
    assert {check: one.code for check, one in bad.items()} == {
        "dns.expected": "mail_changed",
        "mail.mx": "nowhere",
        "mail.mta_sts_tlsrpt": "uncovered",
    }
    assert {cause_of(bad[check]) for check in ("mail.mx", "mail.mta_sts_tlsrpt")} == {("dns.expected", DOMAIN)}
    assert len(fold(report.must_fix)) == 1
