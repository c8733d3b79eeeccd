"""Every verb, with what people type: the answer is for them alone, says what to do next, and is sound."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.blockkit.validator import validate_message
from bot.commands import dispatch
from bot.commands.base import Call, Reply, Where, actions, commands
from bot.config.settings import Settings
from bot.document import Document
from bot.render.blocks import message
from bot.render.text import text
from bot.services.container import Services
from bot.store import audits, outbox
from checks.model import Finding, Severity, Status
from checks.registry import load
from checks.report import Report
from tests.commands.conftest import NOW, call


async def ask(services: Services, typed: str) -> Reply:
    made, run = dispatch.from_text(typed, user="U0ANA", channel="C0OPS", trigger="1.2", now=NOW)
    return await run(made, services)


def shown(reply: Reply) -> str:
    assert isinstance(reply.document, Document)
    assert reply.where is Where.ALONE
    assert validate_message(message(reply.document)) == []
    return text(reply.document, width=100)


def test_the_verbs():
    """The verbs of this house, each with an example that is a line to paste and names its own verb."""
    assert set(commands()) >= {"check", "doctor", "explain", "help", "setup", "status"}
    for verb, command in commands().items():
        assert command.usage.split()[0] == verb
        assert command.help.endswith(".")
        assert command.examples
        for example in command.examples:
            assert example.split()[:2] == ["/launch", verb]


@pytest.mark.parametrize("typed", ["", "help", "HELP", "  help  "])
async def test_help_lists_every_verb(make, typed):
    """Nothing typed is a question for help."""
    said = shown(await ask(make(), typed))
    for command in commands().values():
        assert f"/launch {command.usage}" in said


async def test_help_for_one_verb(make):
    """Its examples, ready to paste."""
    said = shown(await ask(make(), "help check"))
    assert "/launch check mail" in said
    assert "/launch chekc" not in said


@pytest.mark.parametrize("typed", ["chekc", "help chekc", "chekc app.marigold.example"])
async def test_a_mistyped_verb_gets_the_nearest_and_two_examples(make, typed):
    """Nobody is left with "unknown command"."""
    said = shown(await ask(make(), typed))
    assert "Did you mean `/launch check`?" in said
    assert said.count("- /launch") == 2


@pytest.mark.parametrize("typed", ["<!channel>", "\x00\x1b[31m", "🚀" * 3000, "a" * 5000, '"', "..", "-- -- --", "`"])
async def test_nonsense_gets_an_answer(make, typed):
    """Whatever is typed, the answer is sound and helps."""
    assert "/launch help" in shown(await ask(make(), typed))


async def test_status_without_a_file(make):
    """It says how to begin."""
    said = shown(await ask(make(""), "status"))
    assert "Set-up is not finished" in said
    assert "launch init YOUR-DOMAIN" in " ".join(said.split())


async def test_status_before_the_first_check(make):
    """Nothing is called good that nobody has looked at."""
    said = shown(await ask(make(), "status"))
    assert "Not looked at yet · marigold.example" in said
    assert "launch check" in said


async def test_status_of_an_unknown_place(make):
    """The nearest host is named."""
    said = shown(await ask(make(), "status ap.marigold.example"))
    assert "Did you mean app.marigold.example" in said


async def test_setup_names_every_mistake_with_its_line(make):
    """Three mistakes are told at once."""
    broken = (
        "product: {name: x, domain: marigold.example}\nhosts:\n  - {name: app.marigold.example, purpse: app}\nwat: 1\n"
    )
    services = make(broken)
    for typed in ("setup", "check"):
        said = shown(await ask(services, typed))
        assert "launch.yml:3" in said
        assert "launch.yml:4" in said
    assert "cannot be used yet" in shown(await ask(services, "setup"))


async def test_setup_when_all_is_well(make):
    """It offers the first check."""
    assert "The set-up is done" in shown(await ask(make(), "setup"))


async def test_check_is_written_down_before_it_is_said(make):
    """A check answers by a message of its own: a row for it, and a row for what is to be sent."""
    services = make()
    reply = await ask(services, "check")
    assert reply.document is None
    audit = await services.store.read(lambda c: audits.running(c, services.product))
    assert audit is not None
    assert (audit.asked_by, audit.channel, audit.only) == ("U0ANA", "C0OPS", ())
    queue = await services.store.read(lambda c: outbox.queue(c, services.product))
    assert queue.waiting == 1


async def test_a_second_check_says_who_asked_for_the_first(make):
    """Two people do not make two audits."""
    services = make()
    await ask(services, "check")
    said = shown(await ask(services, "check"))
    assert "A check is running already" in said
    assert "U0ANA" in said


async def test_a_host_outside_the_file_is_refused_with_the_line_to_add(make):
    """From Slack nothing is sent to a host that nobody wrote down."""
    services = make()
    said = shown(await ask(services, "check <http://shop.other.example|shop.other.example>"))
    assert "- {name: shop.other.example, purpose: other}" in said
    assert "launch check shop.other.example" in said
    assert await services.store.read(lambda c: audits.running(c, services.product)) is None


async def test_an_unknown_family_gets_the_nearest(make):
    """`mial` is `mail`."""
    assert "Did you mean mail" in shown(await ask(make(), "check mial"))


async def test_check_without_a_file_says_how_to_begin(make):
    """Not an error: the next step."""
    assert "launch init YOUR-DOMAIN" in shown(await ask(make(""), "check"))


@pytest.mark.parametrize("id", sorted(load()))
async def test_every_check_is_explained(make, id):
    """Why, how it is measured, what it can say; no hole of a template is left."""
    said = shown(await ask(make(), f"explain {id}"))
    assert "How it is measured" in said
    assert "What it can find, and how to repair it" in said
    assert not re.search(r"\{\w*\}", said)


async def test_explain_alone_a_family_and_a_mistake(make):
    """The list of all, the list of a family, and the nearest to what was mistyped."""
    services = make()
    everything = shown(await ask(services, "explain"))
    assert all(id in everything for id in load())
    assert "mail.spf" in shown(await ask(services, "explain mail"))
    assert "Did you mean mail.spf" in shown(await ask(services, "explain mail.sfp"))


async def test_doctor_looks_at_the_files_this_bot_runs_on(make, tmp_path, monkeypatch):
    """The configuration and the data folder are those of the running bot."""
    monkeypatch.chdir(tmp_path)
    said = shown(await ask(make(), "doctor"))
    assert f"{tmp_path}/launch.yml, 2 hosts" in said.replace("\n  ", " ")
    assert "DNS" in said


async def test_doctor_speaks_of_the_bot_that_answers(make, tmp_path):
    """Not of one that might be started from this folder: its own tokens, and its own address."""
    services = make()
    services.settings = Settings.from_env(
        env_file=None,
        slack_bot_token="xoxb-1-2-abc",
        slack_app_token="xapp-1-A1-2-abc",
        slack_api_url="http://127.0.0.1:9/api/",
        launch_config=services.config.path,
        launch_data=tmp_path / "data",
        launch_http="127.0.0.1:0",
    )
    said = shown(await ask(services, "doctor"))
    assert "No tokens" not in said
    assert "127.0.0.1:0 is free" in said
    assert f"{tmp_path}/launch.yml, 2 hosts" in said.replace("\n  ", " ")


async def finished(services: Services) -> int:
    """An audit that is over, with one finding."""
    found = Finding(
        "mail.spf", "marigold.example", "absent", Status.FAIL, Severity.HIGH, "Mail goes to spam", verify="dig TXT x"
    )
    report = Report("marigold", ("marigold.example",), NOW, 10, (found,))

    def store(connection):
        audits.remember_product(connection, "marigold", "marigold.example", NOW)
        id = audits.start(connection, "marigold", NOW, asked_by="U0ANA", channel="C0OPS", only=[], total=1)
        audits.finish(connection, id, report, NOW)
        return id

    return await services.store.write(store)


async def test_the_evidence_button_shows_every_step(make):
    """The report again, with the command to see it oneself, for the person who clicked."""
    services = make()
    number = await finished(services)
    reply = await dispatch.for_action("audit.detail")(call("audit.detail", value=str(number)), services)
    assert "See it yourself: `dig TXT x`" in shown(reply)


@pytest.mark.parametrize("value", ["", "x", "999", "-1", "٣", "1; drop table audits", "9" * 400])
async def test_the_evidence_of_no_report(make, value):
    """An old or a made-up button gets a sentence."""
    reply = await dispatch.for_action("audit.detail")(call("audit.detail", value=value), make())
    assert "That report is not there any more" in shown(reply)


async def test_the_rerun_button_asks_for_the_same_again(make):
    """Its value is what the audit was limited to."""
    services = make()
    reply = await dispatch.for_action("audit.rerun")(call("audit.rerun", value="mail dns"), services)
    assert reply.document is None
    audit = await services.store.read(lambda c: audits.running(c, services.product))
    assert audit is not None
    assert set(audit.only) == {"mail", "dns"}


async def test_the_second_button_of_a_kind_leads_to_the_same_answer(make):
    """`audit.explain:2` is `audit.explain` beside another finding."""
    services = make()
    first = await dispatch.for_action("audit.explain")(call("audit.explain", value="mail.spf"), services)
    second = await dispatch.for_action("audit.explain:2")(call("audit.explain:2", value="mail.spf"), services)
    assert first == second


async def test_a_button_that_no_longer_exists(make):
    """It says that nothing was done."""
    assert "Nothing was done" in shown(await dispatch.for_action("audit.ancient")(call("x"), make()))
    assert "audit.ancient" not in actions()


async def test_every_action_takes_any_value(make):
    """A forged click gets an answer, not a crash."""
    services = make()
    for run in actions().values():
        for value in ("", "\x00", "<!channel>", "x" * 2000):
            reply = await run(Call("x", (), "U1", "C1", datetime(2026, 1, 1, tzinfo=UTC), value=value), services)
            if reply.document is not None:
                assert validate_message(message(reply.document)) == []
