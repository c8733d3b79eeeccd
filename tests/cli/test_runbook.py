"""`launch runbook`: the list, the text in a pipe, and what it says where something is missing or wrong."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config.settings import Settings
from bot.render.tables import display_width
from bot.runbooks import load
from bot.services.doctor import State, examine
from bot.store import written
from bot.store.db import Store
from tests.cli.conftest import Ran, Shop

Launch = Callable[..., Awaitable[Ran]]
WRONG = "title: Own\nsort: how_to\nsteps:\n  - {id: a, do: Read., changes: false, go: doen}\n"


def product(folder: Path, shop: Shop, more: str = "") -> None:
    """A launch.yml of `acme.test` with these lines."""
    (folder / "launch.yml").write_text(f"product: {{domain: acme.test}}\n{more}{shop.network}", encoding="utf-8")


def narrow(text: str) -> bool:
    """Whether no line is wider than a small window; an address alone may be."""
    return all(display_width(line) <= 80 or "://" in line for line in text.splitlines())


async def test_the_list_names_every_runbook_by_its_shelf(launch: Launch) -> None:
    """Without any launch.yml, in 80 columns."""
    ran = await launch("runbook")
    assert (ran.code, ran.err) == (0, "")
    for topic, book in load().items():
        assert f"{topic} · {book.title}" in " ".join(ran.out.split())
    assert [shelf for shelf in ("Down and broken", "At risk", "How to", "The bot itself") if shelf in ran.out]
    assert narrow(ran.out)


@pytest.mark.parametrize("words", [("site_down",), ("the", "site", "is", "down"), ("Site Down",)])
async def test_a_pipe_gets_the_whole_text(launch: Launch, words: tuple[str, ...]) -> None:
    """Numbered, with where each answer leads; nothing is asked, and nothing of launch.yml is needed."""
    ran = await launch("runbook", *words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(load()["site_down"].title)
    assert "Step 1\n" in ran.out
    assert "it is fixed, and proven" in ran.out
    assert "Not Sure: step" in " ".join(ran.out.split())
    assert "{" not in ran.out
    assert narrow(ran.out)


async def test_every_runbook_can_be_printed(launch: Launch) -> None:
    """The hardest to lay out is printed; all of them as documents are in the tests of the view."""
    ran = await launch("runbook", "--print", "secret_leaked")
    assert ran.code == 0
    assert narrow(ran.out)


async def test_the_text_is_filled_from_launch_yml_and_from_what_everybody_sees(
    launch: Launch, shop: Shop, tmp_path: Path
) -> None:
    """Their host, their way back, and the menu path of whoever serves their names."""
    shop.dns.zone.set("acme.test", "NS", "dns1.registrar-servers.com.")
    product(tmp_path, shop, "deploy: {runs_on: Render, roll_back: [Open the list., Press Rollback.]}\n")
    ran = await launch("runbook", "roll_back_a_deploy")
    words = " ".join(ran.out.split())
    assert ran.code == 0
    assert "Render, as of " in words
    assert "1. Open the list. 2. Press Rollback." in words
    ran = await launch("runbook", "update_dns")
    assert "Namecheap, as of " in " ".join(ran.out.split())


async def test_what_people_wrote_down_in_slack_is_read(launch: Launch, shop: Shop, tmp_path: Path) -> None:
    """From the bot's own file, which is not written to."""
    product(tmp_path, shop)
    store = Store.open(tmp_path / "data" / "launch.db")
    now = SystemClock().now()

    def work(connection: sqlite3.Connection) -> None:
        written.put(connection, "acme-test", "roll_back_how", "Ask Ben, then press the blue one.", now, author="U1")

    await store.write(work)
    product_id = await store.read(lambda c: c.execute("SELECT DISTINCT product FROM written").fetchone()[0])
    store.close()
    before = (tmp_path / "data" / "launch.db").read_bytes()
    ran = await launch("runbook", "roll_back_a_deploy")
    assert product_id == "acme-test"
    assert "Ask Ben, then press the blue one." in " ".join(ran.out.split())
    assert (tmp_path / "data" / "launch.db").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("zzkrtx", 'No runbook fits "zzkrtx". The nearest ones:'),
        ("mail", 'Several runbooks fit "mail". Name one:'),
        ("\x1b[31mzzkrtx", "No runbook fits"),
    ],
)
async def test_words_that_fit_none_or_several_get_names(launch: Launch, words: str, said: str) -> None:
    """Exit 2 with what to type instead; a pipe is never asked."""
    ran = await launch("runbook", words)
    assert ran.code == 2
    assert said in ran.err
    assert "launch runbook --help" in ran.err
    assert "\x1b" not in ran.err
    assert any(f"  {topic} " in ran.err for topic in load())


async def test_a_configuration_that_is_wrong_or_missing_ends_with_2(launch: Launch, tmp_path: Path) -> None:
    """As everywhere."""
    ran = await launch("runbook", "--config", "none.yml", "site_down")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no such file" in ran.err
    (tmp_path / "launch.yml").write_text("product: 7\n")
    ran = await launch("runbook", "site_down")
    assert ran.code == 2
    assert "launch.yml:1:" in ran.err


async def test_ones_own_runbooks_are_listed_and_printed(launch: Launch, shop: Shop, tmp_path: Path) -> None:
    """Beside the shipped ones, and marked; words stand first."""
    product(tmp_path, shop, "runbooks: {site_down: Ask Ben first., when_ben_is_away: Ask Ana.}\n")
    ran = await launch("runbook")
    assert "when_ben_is_away · When ben is away (your own)" in " ".join(ran.out.split())
    ran = await launch("runbook", "when ben is away")
    assert "Ask Ana." in ran.out
    ran = await launch("runbook", "site_down")
    assert "Ask Ben first." in ran.out
    checked = await launch("config", "check")
    assert checked.code == 0
    assert "Runbooks of your own: site_down, when_ben_is_away" in checked.out


async def test_the_builder_is_whom_launch_yml_calls_the_builder(launch: Launch, shop: Shop, tmp_path: Path) -> None:
    """With how to reach them, before the first who can deploy."""
    people = "people: {ana: {slack: U0ANA00001}, ben: {email: ben@acme.test, builder: true}}\ndeploy: {who: [ana]}\n"
    product(tmp_path, shop, people)
    (tmp_path / "runbooks").mkdir()
    call = "title: Call\nsort: how_to\nsteps:\n  - {id: a, call: Write to them., who: builder, message: Help.}\n"
    (tmp_path / "runbooks" / "call_them.yml").write_text(call)
    ran = await launch("runbook", "call_them")
    assert "Who: Ben, ben@acme.test" in ran.out


async def test_ones_own_runbook_with_a_mistake_is_named(launch: Launch, shop: Shop, tmp_path: Path) -> None:
    """By `launch config check` and by the self-test; the others can be used."""
    product(tmp_path, shop)
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "own.yml").write_text(WRONG)
    (tmp_path / "runbooks" / "fine.yml").write_text(WRONG.replace("doen", "done"))
    place = 'runbooks/own.yml:4:44: steps.0.go: "doen" is no step'
    checked = await launch("config", "check")
    assert checked.code == 2
    assert place in checked.err
    ran = await launch("runbook", "fine")
    assert ran.code == 0
    settings = Settings.from_env(env_file=None, tokens=False, launch_config=tmp_path / "launch.yml")
    lines = {line.name: line for line in await examine(settings, SystemClock().now())}
    assert lines["Runbooks"].state is State.PROBLEM
    assert place in lines["Runbooks"].said
    (tmp_path / "runbooks" / "own.yml").unlink()
    lines = {line.name: line for line in await examine(settings, SystemClock().now())}
    assert (lines["Runbooks"].state, lines["Runbooks"].said) == (State.OK, "1 of your own")


def test_the_json_of_the_library_holds_no_path_of_a_machine() -> None:
    """It is read wherever the bot is installed."""
    from importlib.resources import files

    text = (files("bot.runbooks") / "library.json").read_text("utf-8")
    assert set(json.loads(text)) == {"made_from", "runbooks", "panels"}
