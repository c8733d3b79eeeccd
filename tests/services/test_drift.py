"""DNS as decided: offered, accepted, changed, answered, taken back, against a real name server whose records change."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.company.dns import NameServer
from bot.demo.company.state import API, APP, DOMAIN, PROVIDER_RECORDS, WWW, Record
from bot.services import baseline as service
from bot.services.backup import backup, restore
from bot.services.baseline import Offer, informed, keep, offer_of, told
from bot.services.container import Services
from bot.services.look import look
from bot.services.refusals import Answered, Back, Nothing, Settled, Stale, Unseen
from bot.store import audits, baseline, disagreement, drift, journal, outbox
from bot.store.audits import Stage
from bot.store.baseline import Offered
from bot.store.db import Store
from bot.store.drift import Said
from checks.model import Finding, Json, Severity, Status
from checks.report import Report

DNS = ("dns.expected", "dns.resolve")
MAIL_RULE = f"_dmarc.{DOMAIN}"


async def looked(services: Services, only: Sequence[str] = DNS) -> tuple[int, Report]:
    """A look at DNS alone, stored as the audit of everything: the same steps in a tenth of the time."""
    plain = services.inventory
    inventory = await services.store.read(lambda c: informed(c, plain))
    offered: list[Offered] = []

    async def offer(probe, findings) -> None:
        offered.extend(await offer_of(inventory, probe, findings))

    now = services.clock.now()
    report = await look(inventory, now=now, only=only, rules=services.config.rules, afterwards=offer)

    def store(c: sqlite3.Connection) -> int:
        audits.remember_product(c, report.product, DOMAIN, now)
        id = audits.start(c, report.product, now, asked_by="UMIA", channel="C1", only=(), total=1)
        outbox.post(c, report.product, f"audit:{id}", now, channel="C1")
        audits.finish(c, id, report, now)
        keep(c, id, report, offered, now)
        return id

    return await services.store.write(store), report


def expected(report: Report, target: str = DOMAIN) -> Finding:
    """The finding about DNS as decided."""
    return next(one for one in report.findings if (one.check, one.target) == ("dns.expected", target))


def change(company, name: str, type: str, *values: str) -> None:
    """The records of a name and type, in the zone, become these."""
    kept = [one for one in company.state.records if (one.name, one.type) != (name, type)]
    company.state.records = [*kept, *(Record(name, type, value) for value in values)]


async def open_numbers(services: Services) -> list[int]:
    """The changes that the last look saw."""
    return [one.number for one in await services.store.read(lambda c: drift.open_changes(c, services.product))]


async def known(services: Services) -> dict[tuple[str, str], tuple[tuple[str, ...], str]]:
    """What is accepted: values, and by whom."""
    rows = await services.store.read(lambda c: baseline.known(c, services.product))
    return {(one.name, one.type): (one.values, one.accepted_by) for one in rows}


@pytest.fixture
async def accepted(make, company) -> Services:
    """Services for which Mia has accepted what stood there."""
    services = make(company.config).services
    number, _ = await looked(services)
    await services.drift.accept("UMIA", number)
    return services


async def test_a_clean_look_offers_what_stands_there(make, company):
    """Aliases as aliases, what is absent as absent; not what launch.yml names, and nothing is accepted by itself."""
    services = make(company.config).services
    number, _ = await looked(services)
    found = {one.key: one.values for one in (await services.drift.offer(number)).records}
    assert found[WWW, "CNAME"] == (DOMAIN,)
    assert found[APP, "A"] == ("127.0.0.1",)
    assert found[APP, "AAAA"] == ()
    assert found[MAIL_RULE, "TXT"][0].startswith("v=DMARC1")
    assert (DOMAIN, "MX") not in found
    assert (WWW, "A") not in found
    assert await known(services) == {}


async def test_the_audit_itself_makes_the_offer(make, company):
    """An audit of everything stores it with its report; one of a part does not."""
    services = make(company.config).services
    part = await services.audits.start(user="UMIA", channel="C1", only=("dns",))
    await services.audits.wait(part)
    whole = await services.audits.start(user="UMIA", channel="C1")
    await services.audits.wait(whole)
    assert (await services.store.read(lambda c: audits.get(c, whole))).stage is Stage.DONE
    offers = [await services.store.read(lambda c, n=n: baseline.offered(c, services.product, n)) for n in (part, whole)]
    assert offers[0] == ()
    assert {one.key for one in offers[1]} >= {(WWW, "CNAME"), (DOMAIN, "NS"), (DOMAIN, "CAA")}
    await services.drift.accept("UMIA")
    again = await services.audits.start(user="UMIA", channel="C1")
    await services.audits.wait(again)
    report = await services.store.read(lambda c: audits.report(c, again))
    assert expected(report).code == "ok"
    assert expected(report).seen["count"] == len([key for key in await known(services) if key[0].endswith(DOMAIN)]) + 1
    assert await services.store.read(lambda c: baseline.offered(c, services.product, again)) == ()


async def test_where_something_is_broken_nothing_is_offered(make, company):
    """Nobody should accept a fault as normal."""
    services = make(company.config).services
    company.switch("api_gone", on=True)
    number, report = await looked(services)
    assert any(one.check == "dns.resolve" and one.status is Status.FAIL for one in report.findings)
    with pytest.raises(Nothing):
        await services.drift.offer(number)
    with pytest.raises(Nothing):
        await services.drift.accept("UMIA")


async def test_accepting_is_a_dated_answer_a_journal_line_and_an_edit(make, company):
    """Who and when stand in every row; the next look compares with it and finds all in order."""
    services = make(company.config).services
    number, _ = await looked(services)
    before = services.clock.now()
    answer = await services.drift.accept("UMIA")
    assert (answer.actor, answer.said, answer.audit) == ("UMIA", Said.ACCEPT, number)
    assert timedelta() <= answer.at - before + timedelta(milliseconds=1) < timedelta(seconds=30)
    assert {key: values for key, (values, _) in (await known(services)).items()} == {
        one.key: one.values for one in answer.accepted
    }
    assert {who for _, who in (await known(services)).values()} == {"UMIA"}
    [line] = await services.store.read(lambda c: journal.recent(c, services.product))
    assert (line.actor, line.did, line.subject) == ("UMIA", "dns.accept", f"audit:{number}")
    trail = await services.store.read(lambda c: outbox.trail(c, services.product, f"audit:{number}"))
    assert [row.kind for row in trail] == ["root", "edit"]
    _, report = await looked(services)
    assert expected(report).code == "ok"


async def test_two_people_accept_at_once_and_one_wins(make, company):
    """The other hears who it was; there is one answer and one set of rows."""
    services = make(company.config).services
    await looked(services)
    people = ("UMIA", "UBEN", "UANA")
    results = await asyncio.gather(*(services.drift.accept(who) for who in people), return_exceptions=True)
    [won] = [one for one in results if not isinstance(one, Exception)]
    lost = [one for one in results if isinstance(one, Answered)]
    assert [one.answer.number for one in lost] == [won.number, won.number]
    assert {who for _, who in (await known(services)).values()} == {won.actor}
    assert len(await services.store.read(lambda c: drift.answers(c, services.product))) == 1
    with pytest.raises(Answered):
        await services.drift.accept(won.actor)


async def test_an_older_offer_is_answered_by_the_newer_acceptance(make, company):
    """Two reports offer the same; who clicks in the second is told who accepted in the first."""
    services = make(company.config).services
    first, _ = await looked(services)
    second, _ = await looked(services)
    await services.drift.accept("UMIA", first)
    with pytest.raises(Answered) as refused:
        await services.drift.accept("UBEN", second)
    assert refused.value.answer.actor == "UMIA"
    assert (await services.store.read(lambda c: told(c, services.product, second))).offer is None


async def test_what_changed_since_the_offer_is_not_accepted_unseen(make, company):
    """The click is refused with the old and the new value; a new look offers what is true now."""
    services = make(company.config).services
    await looked(services)
    change(company, APP, "A", "127.0.0.9")
    change(company, WWW, "CNAME", APP)
    with pytest.raises(Stale) as refused:
        await services.drift.accept("UMIA")
    assert {(one.name, one.was, one.now) for one in refused.value.moved} == {
        (APP, "A 127.0.0.1", "A 127.0.0.9"),
        (WWW, f"CNAME {DOMAIN}", f"CNAME {APP}"),
    }
    assert await known(services) == {}
    await looked(services)
    await services.drift.accept("UMIA")
    assert (await known(services))[APP, "A"] == (("127.0.0.9",), "UMIA")


async def test_nothing_is_accepted_while_dns_is_silent(make, company):
    """Not even what was seen a minute ago; nothing is written."""
    services = make(company.config).services
    number, _ = await looked(services)
    await company.name_server.stop()
    with pytest.raises(Unseen):
        await services.drift.accept("UMIA", number)
    assert await known(services) == {}
    await company.name_server.start("127.0.0.1")


async def test_a_wanted_change_is_accepted_and_can_be_taken_back(accepted, company):
    """The next look expects the new value; after the undo it expects the old one, as Mia had accepted it."""
    services = accepted
    change(company, MAIL_RULE, "TXT", "v=DMARC1; p=reject")
    number, report = await looked(services)
    assert expected(report).code == "mail_changed"
    [one] = await open_numbers(services)
    done = await services.drift.say("UANA", one, Said.MINE, audit=number)
    assert (done.answer.said, done.answer.actor, done.written) == (Said.MINE, "UANA", False)
    assert "p=reject" in done.answer.new
    assert done.answer.old.startswith("v=DMARC1")
    assert (await known(services))[MAIL_RULE, "TXT"] == (("v=DMARC1; p=reject",), "UANA")
    _, report = await looked(services)
    assert expected(report).code == "ok"
    assert await open_numbers(services) == []

    given, back = await services.drift.undo("UBEN", done.answer.number)
    assert (given.number, back.actor, back.undoes) == (done.answer.number, "UBEN", given.number)
    assert (await known(services))[MAIL_RULE, "TXT"][1] == "UMIA"
    _, report = await looked(services)
    assert expected(report).code == "mail_changed"
    [again] = await open_numbers(services)
    assert again != one
    with pytest.raises(Answered) as refused:
        await services.drift.undo("UANA", done.answer.number)
    assert refused.value.answer.actor == "UBEN"


async def test_a_wrong_change_stays_a_finding_until_it_is_put_back(accepted, company):
    """The answer stays beside it in later reports; once the record is back the change is over."""
    services = accepted
    good = next(one.value for one in company.state.records if one.name == MAIL_RULE)
    change(company, MAIL_RULE, "TXT", "v=DMARC1; p=none")
    await looked(services)
    [one] = await open_numbers(services)
    done = await services.drift.say("UBEN", one, Said.WRONG)
    assert done.answer.old == good
    assert (await known(services))[MAIL_RULE, "TXT"][1] == "UMIA"
    later, report = await looked(services)
    assert expected(report).code == "mail_changed"
    shown = await services.store.read(lambda c: told(c, services.product, later))
    [entry] = shown.changes.values()
    assert (entry.answer.actor, entry.answer.said) == ("UBEN", Said.WRONG)
    change(company, MAIL_RULE, "TXT", good)
    _, report = await looked(services)
    assert expected(report).code == "ok"
    assert await open_numbers(services) == []


async def test_two_answers_at_once_and_one_counts(accepted, company):
    """One says "mine", the other "wrong", in the same second: the later one is told what the first said."""
    services = accepted
    change(company, MAIL_RULE, "TXT", "v=DMARC1; p=none")
    await looked(services)
    [one] = await open_numbers(services)
    results = await asyncio.gather(
        services.drift.say("UANA", one, Said.MINE),
        services.drift.say("UBEN", one, Said.WRONG),
        return_exceptions=True,
    )
    [won] = [each for each in results if not isinstance(each, Exception)]
    [lost] = [each for each in results if isinstance(each, Answered)]
    assert lost.answer == won.answer
    values, who = (await known(services))[MAIL_RULE, "TXT"]
    assert (who == "UANA", "p=none" in values[0]) == ((won.answer.actor == "UANA"),) * 2


async def test_one_click_that_comes_twice_is_one_answer(accepted, company):
    """Slack delivers a click again where it got no answer in time."""
    services = accepted
    change(company, MAIL_RULE, "TXT", "v=DMARC1; p=none")
    await looked(services)
    [one] = await open_numbers(services)
    await services.drift.say("UANA", one, Said.MINE)
    with pytest.raises(Answered) as refused:
        await services.drift.say("UANA", one, Said.MINE)
    assert refused.value.answer.actor == "UANA"
    assert [each.said for each in await services.store.read(lambda c: drift.answers(c, services.product))] == [
        Said.MINE,
        Said.ACCEPT,
    ]


@pytest.mark.parametrize("said", [Said.MINE, Said.WRONG])
async def test_a_click_on_an_old_message_is_told_what_is_true_now(accepted, company, said):
    """The record has changed once more, or is back: nothing is written."""
    services = accepted
    good = next(one.value for one in company.state.records if one.name == MAIL_RULE)
    change(company, MAIL_RULE, "TXT", "v=DMARC1; p=none")
    await looked(services)
    [one] = await open_numbers(services)
    change(company, MAIL_RULE, "TXT", "v=DMARC1; p=quarantine")
    with pytest.raises(Stale) as stale:
        await services.drift.say("UANA", one, said)
    assert "p=quarantine" in stale.value.moved[0].now
    change(company, MAIL_RULE, "TXT", good)
    with pytest.raises(Back):
        await services.drift.say("UANA", one, said)
    assert len(await services.store.read(lambda c: drift.answers(c, services.product))) == 1


async def test_launch_yml_wins(accepted, company):
    """A change against the file is noted with who says it was theirs, and stays a finding until the file changes."""
    services = accepted
    change(company, DOMAIN, "MX", "10 mx9.mailer.test")
    _, report = await looked(services)
    assert expected(report).code == "mail_changed"
    [one] = await open_numbers(services)
    done = await services.drift.say("UANA", one, Said.MINE)
    assert done.written
    assert done.now == (Offered(DOMAIN, "MX", ("10 mx9.mailer.test",)),)
    assert (DOMAIN, "MX") not in await known(services)
    later, report = await looked(services)
    assert expected(report).code == "mail_changed"
    shown = await services.store.read(lambda c: told(c, services.product, later))
    assert [entry.answer.actor for entry in shown.changes.values()] == ["UANA"]


async def test_where_both_speak_the_difference_is_shown(accepted, company):
    """Somebody writes another value into the file after the acceptance: the file counts, and both are told."""
    services = accepted
    text = company.config.read_text().replace(
        "purpose: app\n", "purpose: app\n    expect: [{type: A, equals: [127.0.0.7]}]\n"
    )
    company.config.write_text(text)
    changed = replace(services, config=type(services.config).read(company.config))
    assert changed.config.error is None
    [conflict] = (await changed.drift.overview()).conflicts
    assert (conflict.accepted.values, conflict.written.equals) == (("127.0.0.1",), ("127.0.0.7",))
    _, report = await looked(changed)
    [row] = expected(report).seen["changes"]
    assert (row["expected_by"], row["old"], row["new"]) == ("launch.yml", "A 127.0.0.7", "A 127.0.0.1")


async def test_an_alias_that_becomes_an_address_is_one_decision(accepted, company):
    """The alias gives way to the addresses and comes back with the undo."""
    services = accepted
    change(company, WWW, "CNAME")
    change(company, WWW, "A", "127.0.0.9")
    await looked(services)
    [one] = await open_numbers(services)
    done = await services.drift.say("UANA", one, Said.MINE)
    assert {one.key: one.values for one in done.answer.accepted} == {(WWW, "A"): ("127.0.0.9",), (WWW, "AAAA"): ()}
    assert {key for key in await known(services) if key[0] == WWW} == {(WWW, "A"), (WWW, "AAAA")}
    _, report = await looked(services)
    assert expected(report).code == "ok"
    await services.drift.undo("UANA", done.answer.number)
    assert {key for key in await known(services) if key[0] == WWW} == {(WWW, "CNAME")}


async def test_addresses_that_become_an_alias_are_one_decision(accepted, company):
    """Both address records give way, so nothing is left that nobody can fulfil."""
    services = accepted
    change(company, API, "A")
    change(company, API, "CNAME", APP)
    _, report = await looked(services)
    # The name still leads to the same address, so nothing is amiss yet.
    assert expected(report).code == "ok"
    change(company, APP, "A", "127.0.0.9")
    await looked(services)
    rows = {one.seen.name: one for one in await services.store.read(lambda c: drift.open_changes(c, services.product))}
    await services.drift.say("UANA", rows[API].number, Said.MINE)
    assert {key for key in await known(services) if key[0] == API} == {(API, "CNAME")}


async def test_nobody_takes_back_what_something_newer_has_replaced(accepted, company):
    """First p=none, then p=reject were wanted: the first answer holds nothing any more."""
    services = accepted
    numbers = []
    for policy in ("none", "reject"):
        change(company, MAIL_RULE, "TXT", f"v=DMARC1; p={policy}")
        await looked(services)
        [one] = await open_numbers(services)
        numbers.append((await services.drift.say("UANA", one, Said.MINE)).answer.number)
    with pytest.raises(Settled) as refused:
        await services.drift.undo("UBEN", numbers[0])
    assert refused.value.accepted[0].known.values == ("v=DMARC1; p=reject",)
    await services.drift.undo("UBEN", numbers[1])
    assert (await known(services))[MAIL_RULE, "TXT"][0] == ("v=DMARC1; p=none",)


async def test_the_whole_offer_can_be_taken_back(accepted, company):
    """What was accepted one by one since then stays."""
    services = accepted
    change(company, MAIL_RULE, "TXT", "v=DMARC1; p=none")
    await looked(services)
    [one] = await open_numbers(services)
    await services.drift.say("UANA", one, Said.MINE)
    first = (await services.store.read(lambda c: drift.answers(c, services.product)))[-1]
    await services.drift.undo("UBEN", first.number)
    assert set(await known(services)) == {(MAIL_RULE, "TXT")}
    number, _ = await looked(services)
    offered = await services.drift.offer(number)
    assert isinstance(offered, Offer)
    assert (MAIL_RULE, "TXT") not in {each.key for each in offered.records}


@pytest.mark.parametrize("number", [0, 1, 999_999_999_999_999])
async def test_what_does_not_exist_has_no_answer(make, company, number):
    """Forged clicks and old numbers change nothing."""
    services = make(company.config).services
    for attempt in (
        services.drift.accept("UMIA", number),
        services.drift.say("UMIA", number, Said.MINE),
        services.drift.undo("UMIA", number),
    ):
        with pytest.raises(Nothing):
            await attempt


def disagreeing(code: str, target: str = DOMAIN, **seen: Json) -> Report:
    """A report with one answer about name servers."""
    at = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)
    found = Finding("dns.disagree", target, code, Status.WARN, Severity.LOW, "x", seen=seen)
    return Report("marigold", (target,), at, 1, (found,))


@pytest.mark.parametrize(
    ("reports", "since"),
    [
        ([("just_changed", {"record": f"{APP} (A)"})], {APP}),
        ([("just_changed", {"record": f"{APP} (A)"}), ("servers_differ", {"record": f"{APP} (A)"})], {APP}),
        ([("just_changed", {"record": f"{APP} (A)"}), ("ok", {"serials": [7]})], set()),
        ([("just_changed", {"record": f"{APP} (A)"}), ("spreading", {"record": f"{APP} (A)"})], set()),
        ([("just_changed", {"record": f"{APP} (A)"}), ("could_not_look", {})], {APP}),
        ([("ok", {"serials": [7, 8]})], {DOMAIN}),
        ([("ok", {"serials": [7, 8]}), ("versions_differ", {"serials": "7, 8"})], {DOMAIN}),
        ([("ok", {"serials": "7"})], set()),
    ],
)
def test_since_when_name_servers_differ_is_remembered(make, company, reports, since):
    """From the first report that saw it to the first that saw them agree; not knowing ends nothing."""
    services = make(company.config).services

    def store(c: sqlite3.Connection) -> dict[str, datetime]:
        for number, (code, seen) in enumerate(reports):
            report = disagreeing(code, **seen)
            keep(
                c,
                number + 1,
                replace(report, started_at=report.started_at + timedelta(hours=number)),
                (),
                report.started_at,
            )
        return dict(disagreement.since(c, "marigold"))

    found = services.store.write_now(store)
    assert set(found) == since
    assert all(at == disagreeing("ok").started_at for at in found.values())


@pytest.mark.parametrize("changes", ["nonsense", 7, None, ["x", 1, None], [{}], [{"record_name": 7, "old": ["x"]}]])
def test_changes_of_any_shape_are_read(changes):
    """A stored report may have been written by another version."""
    found = Finding("dns.expected", DOMAIN, "changed", Status.WARN, Severity.LOW, "x", seen={"changes": changes})
    for one in service.changes_in(found):
        assert all(isinstance(text, str) for text in (one.name, one.type, one.old, one.new))


async def test_what_people_decided_comes_back_with_a_copy(accepted, company, tmp_path):
    """Accepted records, changes and answers are in the file that `launch backup` makes."""
    services = accepted
    change(company, MAIL_RULE, "TXT", "v=DMARC1; p=none")
    number, _ = await looked(services)
    [one] = await open_numbers(services)
    await services.drift.say("UANA", one, Said.WRONG)
    before, decided = await known(services), await services.drift.overview()
    await backup(services.store.path, tmp_path / "copy.db")
    await restore(tmp_path / "copy.db", tmp_path / "moved" / "launch.db")
    store = Store.open(tmp_path / "moved" / "launch.db")
    moved = replace(services, store=store)
    try:
        assert await known(moved) == before
        assert await moved.drift.overview() == decided
        shown = await store.read(lambda c: told(c, services.product, number))
        assert [entry.answer.actor for entry in shown.changes.values()] == ["UANA"]
    finally:
        store.close()


@pytest.fixture
async def divided(make, company) -> AsyncIterator[tuple[Services, list[Record]]]:
    """A second name server beside the company's own, asked as well; its records are for the test to change."""
    records = list(company.state.records)
    other = NameServer(lambda: (*records, *PROVIDER_RECORDS))
    await other.start("127.0.0.1")
    text = company.config.read_text()
    first = f'"127.0.0.1:{company.name_server.port}"'
    company.config.write_text(text.replace(f"[{first}]", f'[{first}, "127.0.0.1:{other.port}"]'))
    yield make(company.config).services, records
    await other.stop()


async def test_addresses_that_depend_on_whom_one_asks_are_not_offered(divided):
    """Nobody can say how they should be; the rest is offered all the same."""
    services, records = divided
    records[:] = [one for one in records if (one.name, one.type) != (APP, "A")] + [Record(APP, "A", "127.0.0.8")]
    number, _ = await looked(services)
    keys = {one.key for one in (await services.drift.offer(number)).records}
    assert (APP, "A") not in keys
    assert {(API, "A"), (WWW, "CNAME"), (DOMAIN, "TXT")} <= keys


async def test_name_servers_that_differ_for_hours_are_told_from_a_change_just_made(divided):
    """The first look remembers when; five hours later the same answer is a fault, until they agree again."""
    services, records = divided
    records.append(Record(DOMAIN, "MX", "30 mx3.mailer.test"))
    _, report = await looked(services, only=("dns.disagree",))
    found = {one.target: one.code for one in report.findings}
    assert found[DOMAIN] == "just_changed"

    def five_hours_ago(c: sqlite3.Connection) -> int:
        return c.execute("UPDATE dns_disagreement SET since = since - ?", (5 * 3_600_000,)).rowcount

    assert await services.store.write(five_hours_ago) == 1
    _, report = await looked(services, only=("dns.disagree",))
    assert {one.target: one.code for one in report.findings}[DOMAIN] == "servers_differ"
    records.pop()
    _, report = await looked(services, only=("dns.disagree",))
    assert {one.target: one.code for one in report.findings}[DOMAIN] == "ok"
    assert await services.store.read(lambda c: disagreement.since(c, services.product)) == {}


async def test_an_old_button_answers_for_the_same_change_made_again(accepted, company):
    """Changed, back, changed again: a click on the first message means what stands there now."""
    services = accepted
    good = next(one.value for one in company.state.records if one.name == MAIL_RULE)
    numbers = []
    for value in ("v=DMARC1; p=none", good, "v=DMARC1; p=none"):
        change(company, MAIL_RULE, "TXT", value)
        await looked(services)
        numbers += await open_numbers(services)
    first, second = numbers
    assert first != second
    done = await services.drift.say("UANA", first, Said.MINE)
    assert done.answer.change == second
    with pytest.raises(Answered):
        await services.drift.say("UBEN", second, Said.WRONG)
