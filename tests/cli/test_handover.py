"""`launch handover`: a document in three forms, before the bot ever ran and while it runs; the page in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.store.db import Store
from tests.cli.conftest import Ran
from tests.services.handover_house import FILE, lived

Launch = Callable[..., Awaitable[Ran]]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store with a history, held open as by a running bot."""
    (tmp_path / "launch.yml").write_text(FILE)
    path = Settings.from_env(env_file=None, tokens=False, launch_data=tmp_path / "data").database
    path.parent.mkdir()
    opened = Store.open(path)
    await opened.write(lived)
    yield opened
    opened.close()


@pytest.mark.usefixtures("store")
async def test_it_is_read_while_a_bot_runs(launch):
    """What was measured, accepted, said and tried stands in it; no line is wider than the window."""
    ran = await launch("handover", COLUMNS="80")
    assert (ran.code, ran.err) == (0, "")
    for said in (
        "No-go",
        "203.0.113.7",
        "Namecheap",
        "Invoices as PDF",
        "Stripe key",
        "Anybody can write in your name",
    ):
        assert said in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


async def test_before_the_bot_ever_ran(launch, tmp_path):
    """What launch.yml says, and questions for the rest; no store is made by reading."""
    (tmp_path / "launch.yml").write_text("product: {domain: acme.test}\n")
    ran = await launch("handover")
    assert ran.code == 0
    assert "Not looked at yet" in ran.out
    assert "Where does the code live?" in ran.out
    assert not (tmp_path / "data").exists()


async def test_without_a_launch_yml(launch):
    """Wrong usage, with the command that helps."""
    ran = await launch("handover")
    assert ran.code == 2
    assert "launch init example.com" in ran.err
    assert "Traceback" not in ran.err


async def test_a_wrong_launch_yml_is_named_with_its_line(launch, tmp_path):
    """As everywhere."""
    (tmp_path / "launch.yml").write_text("product: {domain: acme.test}\ninventory: {}\n")
    ran = await launch("handover")
    assert ran.code == 2
    assert "launch.yml:2" in ran.err
    assert "inventories" in ran.err


@pytest.mark.usefixtures("store")
async def test_to_a_file_and_where_that_cannot_be(launch, tmp_path):
    """The file is whole; a folder that is not there is said in a sentence."""
    ran = await launch("handover", "--format", "markdown", "--output", "HANDOVER.md")
    assert (ran.code, ran.out) == (0, "")
    assert (tmp_path / "HANDOVER.md").read_text().startswith("# Handover of Acme Courses\n")
    ran = await launch("handover", "--output", "missing/HANDOVER.md")
    assert ran.code != 0
    assert "Traceback" not in ran.err


class Outline(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.append(tag)
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                (self.targets if (value or "").startswith("#") else self.outside).append(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Everything that is opened is closed, in order."""
        assert self.open.pop() == tag


async def page_of(launch: Launch, tmp_path: Path) -> str:
    """The document as a page."""
    ran = await launch("handover", "--format", "html", "--output", "handover.html")
    assert ran.code == 0, ran.err
    return (tmp_path / "handover.html").read_text()


@pytest.mark.usefixtures("store")
async def test_the_page_is_sound_and_needs_nothing_else(launch, tmp_path):
    """Well-formed, each link of its contents leads somewhere, no script, nothing loaded."""
    outline = Outline()
    outline.feed(await page_of(launch, tmp_path))
    assert outline.open == []
    assert outline.tags.count("h1") == 1
    assert {target.removeprefix("#") for target in outline.targets} == set(outline.ids)
    assert len(set(outline.ids)) == len(outline.ids) == 16
    assert not {"script", "img", "link", "iframe", "form", "object"} & set(outline.tags)
    assert all(one.startswith("https://") for one in outline.outside)


@pytest.mark.usefixtures("store")
async def test_text_from_outside_stays_text(launch, tmp_path):
    """Whatever stands in launch.yml, the page shows it and obeys none of it."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)> & {x}'
    text = FILE.replace("name: Acme Courses", f"name: '{evil}'").replace("moved in May", "javascript:alert(1)")
    (tmp_path / "launch.yml").write_text(text.replace("kept_in: Render, owner", "kept_in: '<b>Render', owner"))
    outline = Outline()
    outline.feed(page := await page_of(launch, tmp_path))
    assert not {"script", "img", "b"} & set(outline.tags)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
