"""Audits as rows: their history, the present standing of each check, and what is kept."""

from __future__ import annotations

import sqlite3
import tracemalloc
import zlib
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.store import audits, journal
from bot.store.audits import Stage
from checks.model import Asked, Finding, Kind, Severity, Status
from checks.report import Report


def _finding(status: Status, at: datetime, check: str = "dns.resolve") -> Finding:
    return Finding(
        check,
        "acme.example",
        "gone" if status.bad else "ok",
        status,
        Severity.BLOCKER if status.bad else Severity.LOW,
        "Nobody finds <acme> & co — 🙂 \ud800",
        seen={"addresses": ["192.0.2.1"], "ttl": 60, "deep": {"a": (1, 2)}},
        evidence=(Asked("A acme.example", "resolver", "192.0.2.1", 3),),
        at=at,
        kind=Kind.DOMAIN,
        requirements=("DNS-1",),
    )


def _report(*findings: Finding) -> Report:
    return Report("acme", ("acme.example",), findings[0].at, 12, tuple(findings))


def _audit(c: sqlite3.Connection, now: datetime, *findings: Finding, only: tuple[str, ...] = ()) -> int:
    audits.remember_product(c, "acme", "acme.example", now)
    id = audits.start(c, "acme", now, asked_by="U1", channel="C1", only=only, total=len(findings))
    assert audits.finish(c, id, _report(*findings), now)
    return id


async def test_since_when_is_kept_while_the_status_is_the_same(store, now):
    """Two failing audits, then a good one: the standing dates from the change."""
    hour = timedelta(hours=1)
    for step, status in enumerate((Status.FAIL, Status.FAIL, Status.PASS)):
        at = now + step * hour
        await store.write(lambda c, at=at, status=status: _audit(c, at, _finding(status, at)))
        [standing] = await store.read(lambda c: audits.standings(c, "acme"))
        assert (standing.status, standing.last_at) == (status, at)
        assert standing.since == (now if status is Status.FAIL else at)
    past = await store.read(lambda c: audits.history(c, "acme", "dns.resolve", "acme.example"))
    assert [each.status for each in past] == [Status.PASS, Status.FAIL, Status.FAIL]


async def test_any_text_survives(store, now):
    """Lone surrogates and nested values do not break the storing of a report."""
    id = await store.write(lambda c: _audit(c, now, _finding(Status.FAIL, now)))
    [finding] = (await store.read(lambda c: audits.report(c, id))).findings
    assert finding.summary.startswith("Nobody finds <acme> & co — 🙂")
    assert finding.seen["deep"] == {"a": [1, 2]}
    assert finding.evidence[0].answer == "192.0.2.1"


async def test_the_audit_before_is_the_last_one_that_looked_at_the_same(store, now):
    """A partial audit is compared with a partial one."""
    whole = await store.write(lambda c: _audit(c, now, _finding(Status.PASS, now)))
    part = await store.write(lambda c: _audit(c, now, _finding(Status.PASS, now), only=("dns",)))
    second = await store.write(lambda c: _audit(c, now, _finding(Status.PASS, now)))
    before = {each: (await store.read(partial(audits.get, id=each))).previous for each in (whole, part, second)}
    assert before == {whole: None, part: None, second: whole}
    assert (await store.read(lambda c: audits.latest(c, "acme"))).id == second
    assert (await store.read(lambda c: audits.latest(c, "acme", whole=True))).id == second


async def test_what_is_over_does_not_change_any_more(store, now):
    """Late progress and a second ending are no-ops; two at once are refused by the schema itself."""
    id = await store.write(lambda c: _audit(c, now, _finding(Status.PASS, now)))
    assert not await store.write(lambda c: audits.progress(c, id, 1, 2, "late"))
    assert not await store.write(lambda c: audits.end(c, id, Stage.INTERRUPTED, now))
    assert not await store.write(lambda c: audits.finish(c, id, _report(_finding(Status.FAIL, now)), now))

    def two(c: sqlite3.Connection) -> None:
        for _ in range(2):
            audits.start(c, "acme", now, asked_by="U1", channel="C1", only=(), total=1)

    with pytest.raises(sqlite3.IntegrityError):
        await store.write(two)


async def test_old_audits_go_with_their_results_but_the_last_whole_one_stays(store, now):
    """However old it is, it is what go or no-go rests on."""
    old = now - timedelta(days=500)
    first = await store.write(lambda c: _audit(c, old, _finding(Status.PASS, old)))
    last = await store.write(lambda c: _audit(c, old, _finding(Status.PASS, old)))
    await store.write(lambda c: audits.purge(c, now - timedelta(days=400)))
    assert await store.read(lambda c: audits.get(c, first)) is None
    assert (await store.read(lambda c: audits.get(c, last))).stage is Stage.DONE
    past = await store.read(lambda c: audits.history(c, "acme", "dns.resolve", "acme.example"))
    assert [each.audit for each in past] == [last]


async def test_the_journal_is_only_ever_added_to(store, now):
    """Neither changed nor deleted, whoever tries."""
    await store.write(lambda c: journal.note(c, "acme", now, actor="U1", did="audit", data={"only": ["dns"]}))
    for statement in ("UPDATE journal SET actor = 'U2'", "DELETE FROM journal"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            await store.write(lambda c, statement=statement: c.execute(statement))
    [entry] = await store.read(lambda c: journal.recent(c, "acme"))
    assert (entry.actor, entry.at, entry.data) == ("U1", now, {"only": ["dns"]})


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"no report",
        zlib.compress(b"{}")[:-3],
        zlib.compress(b"[1]"),
        zlib.compress(b"[" * 200_000),
        zlib.compress(b'{"schema": 99}'),
        zlib.compress(b'{"schema": 1, "product": "x", "targets": 3, "started_at": "x", "took_ms": "x"}'),
        zlib.compress(b" " * 200_000_000),
    ],
)
async def test_a_report_that_cannot_be_read_is_no_report(store, now, stored):
    """A damaged or hostile file costs that report, not the bot; what claims to be huge is not unpacked."""
    id = await store.write(lambda c: _audit(c, now, _finding(Status.PASS, now)))
    await store.write(lambda c: c.execute("UPDATE audit SET report = ? WHERE id = ?", (stored, id)))
    tracemalloc.start()
    found = await store.read(lambda c: audits.report(c, id))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found is None
    assert most < 3 * audits.LARGEST_REPORT
    assert (await store.read(lambda c: audits.get(c, id))).stage is Stage.DONE
