"""An audit asked for in Slack is a row before it is anything else, and ends as a report whatever happens."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.services.audit import Busy, NoConfiguration, NotListed
from bot.services.look import look
from bot.store import audits, journal, outbox
from bot.store.audits import Stage
from bot.store.outbox import Kind, State
from checks.model import Status
from checks.runner import UnknownName

ONE = ("dns.resolve",)


async def _audit(services, id):
    return await services.store.read(lambda c: audits.get(c, id))


async def _start(services, only=ONE) -> int:
    return await services.audits.start(user="UMIA", channel="C1", only=only)


async def test_an_audit_ends_as_a_stored_report_with_a_history(make, company):
    """Row, message, results, standing and journal, all of one audit."""
    made = make(company.config)
    services = made.services
    id = await _start(services)
    started = await _audit(services, id)
    assert (started.stage, started.asked_by, started.channel) == (Stage.RUNNING, "UMIA", "C1")
    await services.audits.wait(id)
    done = await _audit(services, id)
    report = await services.store.read(lambda c: audits.report(c, id))
    assert (done.stage, done.done, done.verdict) == (Stage.DONE, done.total, report.verdict.value)
    assert done.total == len(report.findings) > 0
    assert all(each.check == "dns.resolve" and each.status is Status.PASS for each in report.findings)
    first = report.findings[0]
    [past] = await services.store.read(lambda c: audits.history(c, services.product, first.check, first.target))
    assert (past.status, past.code, past.audit) == (first.status, first.code, id)
    rows = await services.store.read(lambda c: outbox.trail(c, services.product, f"audit:{id}"))
    assert [(row.kind, row.state) for row in rows] == [(Kind.ROOT, State.PENDING), (Kind.EDIT, State.PENDING)]
    [entry] = await services.store.read(lambda c: journal.recent(c, services.product))
    assert (entry.actor, entry.did, entry.subject) == ("UMIA", "audit", f"audit:{id}")
    assert made.woken.times >= 2


async def test_the_report_that_is_read_back_is_the_report(make, company):
    """Nothing of a finding is lost by storing it, and the severity is the adapted one."""
    services = make(company.config).services
    id = await _start(services)
    await services.audits.wait(id)
    stored = await services.store.read(lambda c: audits.report(c, id))
    fresh = await look(services.inventory, now=stored.started_at, only=ONE, rules=services.config.rules)
    kept = {(one.check, one.target, one.code, one.severity, one.summary, one.owner) for one in stored.findings}
    assert kept == {(one.check, one.target, one.code, one.severity, one.summary, one.owner) for one in fresh.findings}
    assert all(one.evidence for one in stored.findings)


async def test_one_audit_runs_at_a_time_and_the_second_asker_is_told_who(make, company):
    """The running one is named; afterwards another may begin, and knows the one before."""
    services = make(company.config).services
    id = await _start(services)
    with pytest.raises(Busy) as busy:
        await services.audits.start(user="UBEN", channel="C2")
    assert (busy.value.audit.id, busy.value.audit.asked_by) == (id, "UMIA")
    await services.audits.wait(id)
    second = await _start(services)
    await services.audits.wait(second)
    assert (await _audit(services, second)).previous == id


async def test_ten_at_once_make_one(make, company):
    """However the clicks fall."""
    services = make(company.config).services
    # All checks: one alone may be over before the last of the ten has asked.
    results = await asyncio.gather(*(_start(services, only=()) for _ in range(10)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["Busy"] * 9 + ["int"]
    await services.audits.stop(30)


@pytest.mark.parametrize("name", ["evil.example", "https://evil.example/path", "EVIL.example."])
async def test_a_host_that_is_not_written_down_gets_no_packet(make, company, name):
    """The answer is the line to add and the command for the terminal; nothing begins, nothing is stored."""
    services = make(company.config).services
    with pytest.raises(NotListed) as refused:
        await _start(services, (name,))
    assert refused.value.command == f"launch check {refused.value.name}"
    assert refused.value.name in refused.value.line
    assert await services.store.read(audits.unfinished) == []


async def test_a_name_that_is_no_check_gets_the_nearest(make, company):
    """Slips of the finger are not hosts."""
    services = make(company.config).services
    with pytest.raises(UnknownName) as refused:
        await _start(services, ("mial",))
    assert "mail" in refused.value.nearest


@pytest.mark.parametrize(
    "name",
    [
        "a.b;rm -rf ~",
        "a.b}, {name: c.d",
        "a.b\nowner: mallory",
        "$(id).test",
        "a..b",
        "169.254.169.254",
        "ana@acme.test",
        "x.y\x1b[2J",
    ],
)
async def test_what_cannot_be_a_host_is_not_offered_for_copying(make, company, name):
    """A line for launch.yml and a command for the terminal are made of host names only."""
    with pytest.raises(UnknownName):
        await _start(make(company.config).services, only=(name,))


async def test_a_host_is_offered_as_dns_knows_it(make, company):
    """Written in any script."""
    with pytest.raises(NotListed) as refused:
        await _start(make(company.config).services, only=("https://Bücher.Example/x",))
    assert refused.value.line == "- {name: xn--bcher-kva.example, purpose: other}"
    assert refused.value.command == "launch check xn--bcher-kva.example"


async def test_without_configuration_there_is_no_audit(make, tmp_path):
    """No file, or a broken one."""
    (tmp_path / "broken.yml").write_text("product: [")
    for path in (Path("nowhere.yml"), tmp_path / "broken.yml"):
        with pytest.raises(NoConfiguration):
            await _start(make(path).services, ())


async def test_an_audit_that_a_stop_cuts_off_says_so(make, company):
    """The row is marked before the process ends, and its message will tell."""
    services = make(company.config).services
    id = await _start(services, ())
    await services.audits.stop(0)
    cut = await _audit(services, id)
    assert cut.stage is Stage.INTERRUPTED
    rows = await services.store.read(lambda c: outbox.trail(c, services.product, f"audit:{id}"))
    assert rows[-1].kind is Kind.EDIT


async def test_an_audit_that_a_kill_cut_off_is_found_at_start(make, company):
    """Nobody marked it; the next start does, and another audit may begin."""
    services = make(company.config).services
    now = services.clock.now()

    def running(c: sqlite3.Connection) -> int:
        audits.remember_product(c, services.product, "x", now)
        id = audits.start(c, services.product, now, asked_by="UMIA", channel="C1", only=(), total=9)
        outbox.post(c, services.product, f"audit:{id}", now, channel="C1")
        return id

    id = await services.store.write(running)
    assert await services.audits.recover() == 1
    assert await services.audits.recover() == 0
    assert (await _audit(services, id)).stage is Stage.INTERRUPTED
    second = await _start(services)
    await services.audits.wait(second)


async def test_a_full_disk_delays_the_report_and_loses_nothing(make, company):
    """It is kept in memory until there is room again."""
    services = make(company.config).services
    id = await _start(services, ())

    def limit(c: sqlite3.Connection) -> None:
        c.execute(f"PRAGMA max_page_count = {c.execute('PRAGMA page_count').fetchone()[0]}")

    await services.store.write(limit)
    waiting = asyncio.create_task(services.audits.wait(id))
    done, _ = await asyncio.wait([waiting], timeout=3)
    assert not done
    assert (await _audit(services, id)).stage is Stage.RUNNING
    await services.store.write(lambda c: c.execute("PRAGMA max_page_count = 100000").fetchone())
    await asyncio.wait_for(waiting, 60)
    assert (await _audit(services, id)).stage is Stage.DONE


async def test_a_check_that_is_switched_off_is_left_out(make, company, tmp_path):
    """`checks: {dns.resolve: {enabled: false}}`; named on purpose, it runs all the same."""
    text = company.config.read_text() + "\nchecks:\n  dns.resolve: {enabled: false}\n"
    (company.config.parent / "off.yml").write_text(text)
    services = make(company.config.parent / "off.yml").services
    assert services.config.error is None, services.config.error
    report = await look(services.inventory, now=SystemClock().now(), only=("dns",), rules=services.config.rules)
    assert "dns.resolve" not in {one.check for one in report.findings}
    assert report.findings
