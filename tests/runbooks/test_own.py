"""A founder's own runbooks: added, put in the place of shipped ones, left out with a word where they have mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.load import load as load_file
from bot.config.problems import ConfigError
from bot.domain.runbook.book import Do, End, Say, Sort
from bot.domain.runbook.graph import structure
from bot.runbooks import load, panels
from bot.runbooks.own import MOST_PIECES, PIECE, Library, library, read_own
from bot.runbooks.world import world
from bot.services.config import Config
from tests.routes.test_reload import Desk

OWN = """\
title: Stripe is down
sort: how_to
says: [stripe down, cards fail]
steps:
  - id: look
    do: Open https://status.stripe.com/ and read the first line.
    changes: false
    go: done
"""


def product(folder: Path, text: str = "", **files: str) -> Library:
    """The library of a `launch.yml` with these lines, and these files in `runbooks/`."""
    path = folder / "launch.yml"
    path.write_text("product: {domain: shop.test}\n" + text, encoding="utf-8")
    for name, source in files.items():
        (folder / "runbooks").mkdir(exist_ok=True)
        (folder / "runbooks" / name.replace("__", ".")).write_text(source, encoding="utf-8")
    return library(load_file(path))


def test_without_a_word_of_ones_own_the_library_is_the_shipped_one(tmp_path: Path) -> None:
    """Nothing is copied, nothing is left out."""
    found = product(tmp_path)
    assert found.books is load()
    assert library(None).books is load()
    assert (found.mine, found.problems) == ({}, ())


def test_a_file_adds_a_runbook(tmp_path: Path) -> None:
    """By its topic, beside all the shipped ones."""
    found = product(tmp_path, stripe_is_down__yml=OWN, notes__txt="not a runbook", __hidden__yml="nor this")
    assert found.problems == ()
    assert found.books["stripe_is_down"].title == "Stripe is down"
    assert found.books["stripe_is_down"].own
    assert set(found.books) == {*load(), "stripe_is_down"}
    assert "stripe_is_down" not in load()


def test_a_file_takes_the_place_of_a_shipped_runbook(tmp_path: Path) -> None:
    """Of the same topic, wherever it leads from."""
    found = product(tmp_path, site_down__yaml=OWN)
    assert found.problems == ()
    assert found.books["site_down"].title == "Stripe is down"
    assert load()["site_down"].title != "Stripe is down"


def test_words_stand_before_the_shipped_steps(tmp_path: Path) -> None:
    """Read first; everything after is as shipped."""
    found = product(tmp_path, "runbooks: {site_down: 'Ask Ben first, he has the keys.'}\n")
    book, shipped = found.books["site_down"], load()["site_down"]
    first = book.steps[book.first]
    assert first == Say("own-1", "Ask Ben first, he has the keys.", shipped.first)
    assert list(book.steps.values())[1:] == list(shipped.steps.values())
    assert book.own
    assert structure(book, world(panels())) == []


def test_words_under_a_topic_of_ones_own_are_a_how_to(tmp_path: Path) -> None:
    """A step to read for each piece, then it is done."""
    words = "First paragraph.\\n\\n" + "Long words. " * 90 + "\\n\\nThe end {unknown} *text*."
    book = product(tmp_path, f'runbooks: {{when_ben_is_away: "{words}"}}\n').books["when_ben_is_away"]
    assert (book.title, book.sort, book.own) == ("When ben is away", Sort.HOW_TO, True)
    steps = list(book.steps.values())
    assert len(steps) == 3
    assert all(isinstance(step, Do) and not step.changes and len(step.text) <= PIECE for step in steps)
    assert steps[0].text == "First paragraph."
    assert steps[1].text.startswith("Long words. Long words.")
    assert steps[-1].text.endswith("The end {unknown} *text*.")
    assert [step.go for step in steps] == ["own-2", "own-3", End.DONE]


def test_words_beside_a_file_of_the_same_topic_stand_before_it(tmp_path: Path) -> None:
    """Both are the founder's."""
    book = product(tmp_path, "runbooks: {stripe_is_down: 'Stay calm.'}\n", stripe_is_down__yml=OWN).books[
        "stripe_is_down"
    ]
    assert list(book.steps) == ["own-1", "look"]


def test_endless_words_are_bounded(tmp_path: Path) -> None:
    """And the end says so."""
    book = product(tmp_path, f"runbooks: {{endless: '{'word ' * 3900}'}}\n").books["endless"]
    assert len(book.steps) == MOST_PIECES + 1
    assert "too long to show" in list(book.steps.values())[-1].text


MISTAKES = [
    ("stripe__yml", OWN.replace("go: done", "go: doen"), 'stripe.yml:8:9: steps.0.go: "doen" is no step'),
    ("stripe__yml", OWN.replace("sort: how_to", "sort: howto"), 'stripe.yml:2:7: sort: "howto" is not one of'),
    ("stripe__yml", OWN.replace("first line", "first {lien}"), 'stripe.yml:6:9: steps.0.do: nothing can fill "{lien}"'),
    ("stripe__yml", OWN.replace("how_to", "broken"), "stripe.yml:8:9: steps.0.go: done is for a how_to"),
    ("stripe__yml", "[", "stripe.yml:"),
    ("stripe__yml", "", "stripe.yml: the file is empty"),
    ("Stripe-Down__yml", OWN, "call it stripe_down.yml"),
]


@pytest.mark.parametrize(("name", "source", "why"), MISTAKES)
def test_a_file_with_a_mistake_is_left_out_and_named(tmp_path: Path, name: str, source: str, why: str) -> None:
    """With its line; the others and the shipped ones go on."""
    found = product(tmp_path, **{name: source, "fine__yml": OWN})
    assert set(found.mine) == {"fine"}
    assert any(why in str(problem) for problem in found.problems), found.problems


def test_every_mistake_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    """Of the folder and of the words."""
    wrong = OWN.replace("go: done", "go: doen").replace("    changes: false\n", "    undo: x\n    danger: 3\n")
    found = product(
        tmp_path,
        "runbooks: {Site Down: words}\n",
        a__yml=wrong,
        b__yml=OWN.replace("look", "Look", 1),
        same__yml=OWN,
        same__yaml=OWN,
    )
    said = "\n".join(map(str, found.problems))
    assert "a.yml:8:13: steps.0.danger: write true or false" in said
    assert "b.yml:5:9: steps.0.id" in said
    assert "same.yml: there is another file of this topic" in said
    assert "launch.yml: runbooks.Site Down: a topic has lower-case letters, digits and _" in said
    assert set(found.mine) == {"same"}


def test_a_monitor_names_its_runbook(tmp_path: Path) -> None:
    """A shipped one or one's own; one that does not exist is named, with the nearest."""
    monitors = """
monitors:
  - {name: Sign-up, url: "https://app.shop.test/signup", runbook: signup_broken}
  - {name: Shop, url: "https://shop.test/", runbook: stripe_is_down}
  - {name: Login, url: "https://app.shop.test/login", runbook: login_broke}
  - {name: Other, url: "https://app.shop.test/"}
"""
    found = product(tmp_path, monitors, stripe_is_down__yml=OWN)
    assert found.leads == {"Sign-up": "signup_broken", "Shop": "stripe_is_down"}
    [problem] = found.problems
    assert str(problem).endswith(
        'launch.yml: monitors.2.runbook: there is no runbook "login_broke", did you mean "login_broken"?'
    )


def test_a_founders_runbook_need_not_prove_anything(tmp_path: Path) -> None:
    """Only that nobody is left standing; how it is written is the founder's own business."""
    source = OWN.replace("    changes: false\n", "").replace(
        "Open https", "Please check your configuration, open https"
    )
    assert product(tmp_path, stripe__yml=source).problems == ()


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file in its place is no folder, and no mistake."""
    (tmp_path / "runbooks").write_text("a file")
    assert product(tmp_path).problems == ()
    with pytest.raises(ConfigError):
        read_own(tmp_path / "runbooks")


def test_a_binary_file_in_the_folder_is_left_out(tmp_path: Path) -> None:
    """And named."""
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "evil.yml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "runbooks" / "folder.yml").mkdir()
    said = [str(problem) for problem in product(tmp_path).problems]
    assert len(said) == 2
    assert "not UTF-8" in said[0]
    assert "not a file" in said[1]


def test_the_bot_starts_without_it_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The configuration holds the library, and the log names what was left out."""
    product(tmp_path, fine__yml=OWN, wrong__yml=OWN.replace("go: done", "go: doen"))
    config = Config.read(tmp_path / "launch.yml")
    assert config.error is None
    assert set(config.library.mine) == {"fine"}
    assert [record.levelname for record in caplog.records if "wrong.yml:8:9" in record.getMessage()] == ["WARNING"]
    (tmp_path / "runbooks" / "wrong.yml").write_text(OWN)
    assert set(Config.read(tmp_path / "launch.yml").library.mine) == {"fine", "wrong"}


async def test_a_change_in_the_folder_is_taken_up_while_the_bot_runs(tmp_path: Path) -> None:
    """Without a change of launch.yml; added, mended and taken away."""
    desk = Desk(tmp_path)
    file = tmp_path / "runbooks" / "stripe_is_down.yml"
    try:
        file.parent.mkdir()
        file.write_text(OWN.replace("go: done", "go: doen"))
        await desk.look()
        assert desk.current().library.mine == {}
        assert len(desk.current().library.problems) == 1
        file.write_text(OWN + "\n")
        await desk.look()
        assert set(desk.current().library.mine) == {"stripe_is_down"}
        assert desk.current().library.problems == ()
        file.unlink()
        await desk.look()
        assert desk.current().library.mine == {}
        assert desk.loads == 3
        await desk.look()
        assert desk.loads == 3
        assert await desk.rows() == []
    finally:
        desk.store.close()
