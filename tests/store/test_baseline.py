"""Accepted DNS records, changes and answers as rows: dated, never changed, gone when they no longer matter."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from bot.services.retention import AUDITS, DISAGREEMENTS, retain
from bot.store import audits, baseline, disagreement, drift
from bot.store.baseline import Accepted, Offered
from bot.store.drift import Said, Seen
from checks.inventory import Known
from checks.report import Report

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)
MX = Offered("acme.example", "MX", ("10 mx1.mail.example", "20 mx2.mail.example"))
ABSENT = Offered("acme.example", "CAA", ())
ODD = Offered("acme.example", "TXT", ('v=spf1 "a" \\ -all', "schöne grüße 🚀", "<!channel>"))
CHANGED = Seen("acme.example", "acme.example", "MX", "MX 10 mx1", "MX 10 evil", "U1")


def audit(
    connection: sqlite3.Connection, *, at: datetime = NOW, product: str = "acme", only: tuple[str, ...] = ()
) -> int:
    """A finished audit."""
    audits.remember_product(connection, product, "acme.example", at)
    id = audits.start(connection, product, at, asked_by="U1", channel="C1", only=only, total=1)
    assert audits.finish(connection, id, Report(product, (), at, 1, ()), at)
    return id


def test_what_is_accepted_is_read_back_as_checks_want_it(store):
    """Every value as it was, whatever stands in it; of this product alone."""
    answer = store.write_now(lambda c: drift.answer(c, "acme", NOW, actor="U1", said=Said.ACCEPT, accepted=[MX, ODD]))
    rows = [Accepted(Known(one.name, one.type, one.values, "U1", NOW), answer) for one in (MX, ABSENT, ODD)]
    store.write_now(lambda c: baseline.keep(c, "acme", rows))
    found = store.write_now(lambda c: baseline.known(c, "acme"))
    assert {(one.name, one.type, one.values) for one in found} == {
        (o.name, o.type, o.values) for o in (MX, ABSENT, ODD)
    }
    assert {(one.accepted_by, one.at) for one in found} == {("U1", NOW)}
    assert store.write_now(lambda c: baseline.known(c, "other")) == ()
    given = store.write_now(lambda c: drift.get(c, "acme", answer))
    assert given.accepted == (MX, ODD)
    assert store.write_now(lambda c: drift.get(c, "other", answer)) is None


def test_a_record_is_accepted_once(store):
    """Two rows for one name and type would be two truths."""
    answer = store.write_now(lambda c: drift.answer(c, "acme", NOW, actor="U1", said=Said.ACCEPT))
    row = [Accepted(Known(MX.name, MX.type, MX.values, "U1", NOW), answer)]
    store.write_now(lambda c: baseline.keep(c, "acme", row))
    with pytest.raises(sqlite3.IntegrityError):
        store.write_now(lambda c: baseline.keep(c, "acme", row))
    store.write_now(lambda c: baseline.forget(c, "acme", [MX.key]))
    assert store.write_now(lambda c: baseline.accepted(c, "acme")) == []


@pytest.mark.parametrize("statement", ["UPDATE dns_answer SET actor = 'U9'", "DELETE FROM dns_answer"])
def test_an_answer_stays_as_it_was_given(store, statement):
    """Nobody rewrites who said what."""
    store.write_now(lambda c: drift.answer(c, "acme", NOW, actor="U1", said=Said.WRONG))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.write_now(lambda c: c.execute(statement))


def test_an_answer_is_taken_back_once(store):
    """The second attempt breaks on the first, whoever makes it."""
    given = store.write_now(lambda c: drift.answer(c, "acme", NOW, actor="U1", said=Said.WRONG))
    back = store.write_now(lambda c: drift.answer(c, "acme", NOW, actor="U2", said=Said.UNDO, undoes=given))
    with pytest.raises(sqlite3.IntegrityError):
        store.write_now(lambda c: drift.answer(c, "acme", NOW, actor="U3", said=Said.UNDO, undoes=given))
    assert store.write_now(lambda c: drift.undone(c, "acme", given)).number == back


def test_a_change_keeps_its_number_while_it_lasts(store):
    """Seen again it is the same one; gone and back it is another, so an old answer does not speak for it."""
    first, second, third, fourth = (store.write_now(audit) for _ in range(4))
    for number in (first, second):
        store.write_now(lambda c, number=number: drift.note(c, "acme", number, [CHANGED], NOW))
        store.write_now(lambda c, number=number: drift.close(c, "acme", number, ["acme.example"], NOW))
    [one] = store.write_now(lambda c: drift.open_changes(c, "acme"))
    assert (one.first_audit, one.last_audit) == (first, second)
    store.write_now(lambda c: drift.close(c, "acme", third, ["acme.example"], NOW))
    assert store.write_now(lambda c: drift.open_changes(c, "acme")) == []
    store.write_now(lambda c: drift.note(c, "acme", fourth, [CHANGED], NOW))
    [again] = store.write_now(lambda c: drift.open_changes(c, "acme"))
    assert again.number != one.number
    for number, expected in ((first, [one.number]), (second, [one.number]), (third, []), (fourth, [again.number])):
        assert [
            each.number for each in store.write_now(lambda c, number=number: drift.seen_by(c, "acme", number))
        ] == expected


def test_a_look_at_one_domain_ends_no_change_of_another(store):
    """Only what was looked at can be over."""
    first, second = store.write_now(audit), store.write_now(audit)
    store.write_now(lambda c: drift.note(c, "acme", first, [CHANGED], NOW))
    store.write_now(lambda c: drift.close(c, "acme", second, ["other.example"], NOW))
    assert len(store.write_now(lambda c: drift.open_changes(c, "acme"))) == 1


def test_only_the_offer_of_the_last_whole_audit_counts(store):
    """What was offered a week ago tells of another day."""
    first = store.write_now(audit)
    store.write_now(lambda c: baseline.offer(c, "acme", first, [MX, ODD]))
    assert store.write_now(lambda c: baseline.newest_offer(c, "acme")) == first
    assert store.write_now(lambda c: baseline.offered(c, "acme", first)) == (MX, ODD)
    store.write_now(lambda c: audit(c, only=("mail",)))
    assert store.write_now(lambda c: baseline.newest_offer(c, "acme")) == first
    store.write_now(audit)
    assert store.write_now(lambda c: baseline.newest_offer(c, "acme")) is None
    assert store.write_now(lambda c: baseline.offered(c, "other", first)) == ()


def test_name_servers_differ_since_they_were_first_seen_to(store):
    """The first moment is kept, another name begins anew, and agreement ends it."""
    later = NOW + timedelta(hours=3)
    for name, at in (("a.acme.example", NOW), ("a.acme.example", later)):
        store.write_now(lambda c, name=name, at=at: disagreement.seen(c, "acme", "acme.example", name, at))
    assert store.write_now(lambda c: disagreement.since(c, "acme")) == {"a.acme.example": NOW}
    store.write_now(lambda c: disagreement.seen(c, "acme", "acme.example", "b.acme.example", later))
    assert store.write_now(lambda c: disagreement.since(c, "acme")) == {"b.acme.example": later}
    store.write_now(lambda c: disagreement.over(c, "acme", "other.example"))
    assert len(store.write_now(lambda c: disagreement.since(c, "acme"))) == 1
    store.write_now(lambda c: disagreement.over(c, "acme", "acme.example"))
    assert store.write_now(lambda c: disagreement.since(c, "acme")) == {}


async def test_what_nobody_answered_goes_after_its_time(store):
    """Offers go with their audit, unanswered changes and old disagreements by themselves; what was answered stays."""
    old = NOW - AUDITS - timedelta(days=1)
    first, second = await store.write(lambda c: audit(c, at=old)), await store.write(lambda c: audit(c, at=old))
    await store.write(audit)
    other = Seen("acme.example", "www.acme.example", "A", "A 1", "A 2", "launch.yml")

    def fill(c: sqlite3.Connection) -> None:
        baseline.offer(c, "acme", first, [MX])
        drift.note(c, "acme", first, [CHANGED, other], old)
        drift.close(c, "acme", second, ["acme.example"], old)
        drift.answer(c, "acme", old, actor="U1", said=Said.MINE, change=1, accepted=[MX])
        baseline.keep(c, "acme", [Accepted(Known(*MX.key, MX.values, "U1", old), 1)])
        disagreement.seen(c, "acme", "acme.example", "acme.example", NOW - DISAGREEMENTS - timedelta(days=1))

    await store.write(fill)
    counts = await retain(store, NOW)
    assert (counts["changes"], counts["disagreements"]) == (1, 1)
    assert await store.read(lambda c: baseline.offered(c, "acme", first)) == ()
    assert (await store.read(lambda c: drift.change(c, "acme", 1))).seen == CHANGED
    assert await store.read(lambda c: drift.change(c, "acme", 2)) is None
    assert len(await store.read(lambda c: baseline.known(c, "acme"))) == 1
    assert len(await store.read(lambda c: drift.answers(c, "acme"))) == 1
