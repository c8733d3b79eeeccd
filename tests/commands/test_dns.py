"""`/launch dns` and its words: shows what is decided, takes numbers that exist, and teaches whoever mistypes."""

from __future__ import annotations

import pytest

from bot.commands import dispatch
from bot.services.baseline import keep
from bot.store import audits, baseline, drift
from bot.store.baseline import Accepted, Offered
from bot.store.drift import Said, Seen
from checks.inventory import Known
from checks.model import Finding, Severity, Status
from checks.report import Report
from tests.commands.conftest import NOW, call
from tests.commands.test_commands import ask, shown

MX = Offered("marigold.example", "MX", ("10 mx1.mail.example",))
CHANGED = Seen("marigold.example", "marigold.example", "MX", "MX 10 mx1.mail.example", "MX 10 mx.evil.example", "U0ANA")


def fill(connection) -> None:
    """A whole audit that offered, an acceptance of it, and a change since."""
    audits.remember_product(connection, "marigold", "marigold.example", NOW)
    id = audits.start(connection, "marigold", NOW, asked_by="U0ANA", channel="C0OPS", only=(), total=1)
    audits.finish(connection, id, Report("marigold", (), NOW, 1, ()), NOW)
    baseline.offer(connection, "marigold", id, [MX])
    answer = drift.answer(connection, "marigold", NOW, actor="U0ANA", said=Said.ACCEPT, audit=id, accepted=[MX])
    baseline.keep(connection, "marigold", [Accepted(Known(*MX.key, MX.values, "U0ANA", NOW), answer)])
    drift.note(connection, "marigold", id, [CHANGED], NOW)


async def test_without_a_file_it_says_how_to_begin(make):
    """Nothing can be decided about nothing."""
    assert "launch init YOUR-DOMAIN" in shown(await ask(make(""), "dns"))


async def test_before_anything_was_accepted(make):
    """It says what that means, and how to come to an offer."""
    services = make()
    said = shown(await ask(services, "dns"))
    assert "Nobody has said yet how your DNS should be" in said
    assert "launch check" in said
    assert "There is nothing to answer" in shown(await ask(services, "dns accept"))


async def test_one_screen_shows_changes_and_what_is_accepted_by_whom(make):
    """Old and new with the commands that answer, then every accepted record."""
    services = make()
    await services.store.write(fill)
    said = shown(await ask(services, "dns"))
    assert "1 DNS record is not as decided" in said
    for text in (
        "Old: `MX 10 mx1.mail.example`",
        "New: `MX 10 mx.evil.example`",
        "/launch dns mine 1",
        "/launch dns wrong 1",
    ):
        assert text in said
    assert "U0ANA accepted 1 record" in said
    assert "/launch dns undo 1" in said


async def test_accepting_twice_names_the_first(make):
    """By command as by button."""
    services = make()
    await services.store.write(fill)
    assert "You have answered that already" in shown(await ask(services, "dns accept"))
    reply = await dispatch.for_action("drift.baseline")(call("drift.baseline", value="1"), services)
    assert "You have answered that already" in shown(reply)


async def test_while_dns_is_silent_nothing_is_accepted(make):
    """The network of this test answers nothing; that somebody calls a change wrong is noted all the same."""
    services = make()
    await services.store.write(fill)
    assert "DNS did not answer just now" in shown(await ask(services, "dns mine 1"))
    assert len(await services.store.read(lambda c: drift.answers(c, "marigold"))) == 1
    said = shown(await ask(services, "dns wrong #1"))
    assert "Noted: that change is wrong" in said
    assert "10 mx1.mail.example" in said


@pytest.mark.parametrize(
    "typed",
    [
        "dns mine",
        "dns wrong x",
        "dns undo -1",
        "dns mine ٣",
        "dns frobnicate 3",
        "dns undo 99999999999999999999",
        "dns <@U1>",
    ],
)
async def test_what_is_not_understood_gets_the_verbs_help(make, typed):
    """With lines to paste."""
    assert "/launch dns mine 3" in shown(await ask(make(), typed))


@pytest.mark.parametrize("id", ["drift.baseline", "drift.accept", "drift.reject", "drift.undo"])
@pytest.mark.parametrize(
    "value", ["", "x", "1:", ":1", "9:9", "1:9:9", "-1", "٣", "9" * 400, "1; drop table dns_answer"]
)
async def test_a_forged_click_changes_nothing(make, id, value):
    """It gets a sentence."""
    services = make()
    assert "Nothing was changed" in shown(await dispatch.for_action(id)(call(id, value=value), services))
    assert await services.store.read(lambda c: drift.answers(c, "marigold")) == []


@pytest.mark.parametrize("typed", ["dns undo 1", "dns accept", "dns mine 1"])
async def test_where_nothing_can_be_stored_it_says_so(make, typed):
    """Not a traceback, and not "done"."""
    services = make()
    await services.store.write(fill)
    services.store.close()
    assert "I could not write that down" in shown(await ask(services, typed))


async def test_another_products_numbers_mean_nothing(make):
    """Two products in one file: each answers for its own."""
    services = make()
    await services.store.write(fill)
    services.store.close()
    other = make("product: {id: other, name: Other, domain: other.example}\nnetwork: {resolvers: ['127.0.0.1:9']}\n")
    for typed in ("dns mine 1", "dns wrong 1", "dns undo 1"):
        assert "There is nothing to answer" in shown(await ask(other, typed))


async def test_the_evidence_holds_every_change_with_its_commands(make):
    """The engineer's form of the report asks the same questions."""
    services = make()
    finding = Finding(
        "dns.expected",
        "marigold.example",
        "mail_changed",
        Status.FAIL,
        Severity.HIGH,
        "A record for the mail changed",
        seen={
            "changes": [
                {"record_name": CHANGED.name, "record_type": "MX", "old": CHANGED.old, "new": CHANGED.new},
                {"record_name": "app.marigold.example", "record_type": "A", "old": "A 1", "new": "A 2"},
            ]
        },
        verify="dig MX marigold.example",
    )

    def store(connection) -> int:
        audits.remember_product(connection, "marigold", "marigold.example", NOW)
        id = audits.start(connection, "marigold", NOW, asked_by="U0ANA", channel="C0OPS", only=(), total=1)
        report = Report("marigold", ("marigold.example",), NOW, 1, (finding,))
        audits.finish(connection, id, report, NOW)
        keep(connection, id, report, (), NOW)
        return id

    id = await services.store.write(store)
    said = shown(await dispatch.for_action("audit.detail")(call("audit.detail", value=str(id)), services))
    for text in (
        "Old: `MX 10 mx1",
        "New: `A 2`",
        "/launch dns mine 1",
        "/launch dns wrong 2",
        "See it yourself: `dig MX",
    ):
        assert text in said
