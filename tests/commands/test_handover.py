"""`/launch handover` as people type and click it: read, confirmed as it was read, taken back, written to files."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.adapters.slack import Profile
from bot.services import handover
from bot.services.container import Services
from bot.services.roles import Roles
from bot.store import clicks, journal, written
from tests.commands.asking import ask, click, numbers
from tests.commands.conftest import Make
from tests.services.handover_house import FILE, NOW, lived


@pytest.fixture
async def services(make: Make) -> Services:
    """The product with a history."""
    made = make(FILE)
    await made.store.write(lived)
    return made


async def digest(services: Services, id: str) -> str:
    """What the button of a part brings back."""
    part = (await handover.read(services, NOW)).part(id)
    assert part is not None
    return f"{id}:{part.digest}"


async def test_all_parts_on_one_screen(services):
    """What is open, in numbers; each part with its state and the way to read it."""
    said = await ask(services, "handover")
    assert "Handover of Acme Courses" in said
    assert "No-go: something must be repaired before launch" in said
    assert "9 parts to confirm" in said
    assert "To confirm: Keys and Passwords 2 to do · 1 question that nobody has answered" in said
    assert "/launch handover mail" in said


async def test_one_part_is_read_confirmed_and_taken_back(services):
    """Who confirmed it and when stands in it, for everybody; the way back is one click."""
    read = await ask(services, "handover redirects")
    assert "moved in May" in read
    assert "Nobody has confirmed it yet" in read
    confirmed = await click(services, "handover.confirm", await digest(services, "redirects"))
    assert "Written down" in confirmed
    assert "Confirmed by U0MIA" in await ask(services, "handover redirects", user="U0BEN")
    assert "Confirmed: Redirects" in await ask(services, "handover")
    assert "Nobody has confirmed it yet" in await click(services, "handover.reopen", "redirects")
    assert "Nobody has confirmed Redirects" in await click(services, "handover.reopen", "redirects")
    told = await services.store.read(lambda c: [one.did for one in journal.recent(c, "acme")])
    assert told[:2] == ["handover.reopened", "handover.confirmed"]


async def test_the_words_do_what_the_buttons_do(services):
    """`confirm` and `reopen` with the name of a part."""
    assert "Written down: you found this right" in await ask(services, "handover confirm Mail")
    assert "it waits for somebody" in await ask(services, "handover reopen mail")


async def test_what_changed_since_it_was_read_is_not_confirmed(services):
    """The click belongs to what the person saw."""
    value = await digest(services, "where")
    await services.store.write(lambda c: written.put(c, "acme", "database_where", "Supabase", NOW, author="U0BEN"))
    assert "has changed since you read it" in await click(services, "handover.confirm", value)
    assert "Nobody has confirmed it yet" in await ask(services, "handover where")


async def test_what_was_confirmed_and_changed_says_so(services):
    """Under its old confirmation, with who and when."""
    await click(services, "handover.confirm", await digest(services, "where"), user="U0ANA")
    await services.store.write(lambda c: written.put(c, "acme", "database_where", "Supabase", NOW, author="U0BEN"))
    assert "It has changed since it was confirmed by ana" in await ask(services, "handover where")
    assert "Changed since: Where Everything Is" in await ask(services, "handover")


async def test_the_same_click_twice_does_one_thing(services):
    """Slack delivers some clicks twice; a click between them is not undone by the second."""
    trigger = f"{next(numbers)}.7.x"
    assert "Written down" in await ask(services, "handover confirm mail", id=trigger)
    assert await ask(services, "handover confirm mail", id=trigger) == ""
    told = await services.store.read(lambda c: [one.did for one in journal.recent(c, "acme")])
    assert told.count("handover.confirmed") == 1
    assert await services.store.read(lambda c: clicks.waiting(c, "acme")) == []


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("handover mial", "Did you mean `/launch handover mail`?"),
        ("handover xyz", "The parts are: where, dns, redirects"),
        ("handover confirm", "No part of the handover is called"),
        ("handover confirm riskz", "Did you mean `/launch handover risks`?"),
        ("handover confirm risks", "Nobody need confirm Known Risks"),
        ("handover reopen mail", "Nobody has confirmed Mail"),
        ("handover <!channel>", "No part of the handover is called"),
    ],
)
async def test_mistaken_words_get_the_nearest(services, typed, answer):
    """Nothing is written, and what to type instead is said."""
    assert answer in await ask(services, typed)


async def test_files_for_whoever_has_no_slack(services):
    """Markdown and a page, readable for the bot's own user alone; nothing secret, every part in them."""
    said = await click(services, "handover.file", "")
    folder: Path = services.store.path.parent / "exports"
    assert str(folder / "handover.html") in said
    page, text = (folder / "handover.html").read_text(), (folder / "handover.md").read_text()
    for part in (await handover.read(services, NOW)).parts:
        assert f">{part.title}</h2>" in page
        assert f"## {part.title}" in text
    assert stat.S_IMODE((folder / "handover.html").stat().st_mode) == 0o600


async def test_a_folder_that_cannot_be_written_is_said(services):
    """The screen stays, nothing is claimed."""
    (services.store.path.parent / "exports").write_text("in the way")
    assert "The bot could not write the files" in await ask(services, "handover file")


@pytest.mark.parametrize("typed", ["handover", "handover access", "handover confirm mail", "handover file"])
async def test_guests_do_not_read_who_has_which_key(services, typed):
    """Whoever visits the workspace is told whom to ask."""

    async def directory(user: str) -> Profile:
        return Profile(user, team="T1", guest=True)

    services.roles = Roles(directory, "T1")
    said = await ask(services, typed)
    assert "Cloudflare" not in said
    assert "Handover of" not in said
    assert "guest" in said.lower()


async def test_without_a_launch_yml_it_says_what_is_missing(make):
    """The bot runs, and has little to hand over yet."""
    said = await ask(make(""), "handover")
    assert "Handover of your product" in said
    assert "Not looked at yet" in said
