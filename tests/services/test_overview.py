"""One read model: what is known, what is not, what is missing, and how the bot itself is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.services.overview import UnknownPlace, overview
from bot.store import outbox
from checks.report import Decision


async def test_before_the_first_audit_nothing_is_claimed(make, company):
    """No readiness, monitors only as written down, and nothing is missing."""
    services = make(company.config).services
    seen = await overview(services, services.clock.now())
    assert seen.readiness is None
    assert seen.running is None
    assert seen.monitors
    assert not seen.watched
    assert seen.missing == ()
    assert seen.bot.troubles == ()
    assert seen.config_problems == ()


async def test_after_an_audit_it_says_what_came_out_and_when(make, company):
    """Go or no-go with counts and the worst first; a broken product is a no-go."""
    company.switch("certificate_expired", on=True)
    services = make(company.config).services
    id = await services.audits.start(user="UMIA", channel="C1")
    during = await overview(services, services.clock.now())
    assert during.running is not None
    assert (during.running.audit, during.running.asked_by) == (id, "UMIA")
    await services.audits.wait(id)
    seen = await overview(services, services.clock.now())
    ready = seen.readiness
    assert seen.running is None
    assert ready is not None
    assert (ready.audit, ready.verdict) == (id, Decision.NO_GO)
    assert ready.counts["blocker"] > 0
    assert ready.must_fix[0].severity.value == "blocker"
    assert seen.people == {"mia": "UMIA", "ben": "UBEN"}
    assert not ready.outdated
    name = ready.must_fix[0].target
    place = (await overview(services, services.clock.now(), name.upper())).place
    assert place is not None
    assert place.name == name
    assert ready.must_fix[0] in place.findings


async def test_a_partial_audit_decides_nothing(make, company):
    """Only one that looked at everything gives go or no-go."""
    services = make(company.config).services
    await services.audits.wait(await services.audits.start(user="UMIA", channel="C1", only=("dns",)))
    assert (await overview(services, services.clock.now())).readiness is None


async def test_a_name_that_is_not_written_down_gets_the_nearest(make, company):
    """A slip of the finger in `status`."""
    services = make(company.config).services
    host = services.inventory.hosts[0].name
    with pytest.raises(UnknownPlace) as refused:
        await overview(services, services.clock.now(), host + "m")
    assert host in refused.value.nearest


async def test_without_or_with_a_broken_configuration_it_says_what_to_do(make, tmp_path):
    """The bot lives, and names every mistake."""
    seen_missing = await overview(made := make(Path("nowhere.yml")).services, made.clock.now())
    assert any("launch init" in each.todo for each in seen_missing.missing)
    (tmp_path / "broken.yml").write_text("product: {domain: acme.example, kind: shoop}\nhostss: []\n")
    broken = await overview(made := make(tmp_path / "broken.yml").services, made.clock.now())
    assert len(broken.config_problems) == 2
    assert all("broken.yml:" in each for each in broken.config_problems)
    assert any(each.todo == "launch config check" for each in broken.missing)


async def test_what_is_wrong_with_the_bot_is_said(make, company):
    """Queue, refusals, a clockwork that stands still, sockets that are gone."""
    services = make(company.config).services
    now = services.clock.now()
    before = now - timedelta(minutes=10)
    await services.store.write(lambda c: outbox.post(c, services.product, "audit:1", before, channel="C1"))
    seen = await overview(services, now)
    assert (seen.bot.waiting, seen.bot.oldest_at) == (1, before.replace(microsecond=before.microsecond // 1000 * 1000))
    services.health.sockets = ()
    services.health.last_tick = before
    services.health.slack_problem = "token_revoked"
    troubles = (await overview(services, now)).bot.troubles
    assert len(troubles) == 3
    assert any("token_revoked" in each for each in troubles)
