"""Runbooks for a terminal: every one of the library can be laid out, read and printed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.runbook.book import Check, Do
from bot.domain.runbook.known import Known
from bot.domain.runbook.run import Run, Sight, Standing, Verdict
from bot.render.tables import display_width
from bot.render.text import text
from bot.runbooks import load, panels
from bot.runbooks.places import panel_text
from bot.views import runbook_text as view

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
EMPTY = Known({}, {}, {}, NOW)
HOSTILE = "<!channel> *bold* \x1b[31m {domain} " + "long " * 80


def known(value: str = "") -> Known:
    """All panels of a provider that is not known; with `value` in every field."""
    where = {
        f"{kind}.{task}": panel_text(panels(), kind, task, "")[0] for kind in panels() for task in panels()[kind].tasks
    }
    names = {name for book in load().values() for name in book.needs} | {"host", "seen", "domain"}
    return Known(dict.fromkeys(names, value) if value else {}, {}, {"builder": ("Ben", "ben@shop.test")}, NOW, where)


def run(topic: str, step: str, **more: object) -> Run:
    """A run that stands at a step."""
    begun = Run(1, "shop", topic, "", 0, "", "", "", "you", NOW, NOW, step, Standing.OPEN, 1)
    return replace(begun, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("topic", load())
@pytest.mark.parametrize("value", ["", HOSTILE])
def test_every_runbook_can_be_printed(topic: str, value: str) -> None:
    """80 columns but for what is pasted; every step that can be reached has a number, no answer leads nowhere."""
    book = load()[topic]
    written = text(view.whole(book, known(value)), width=80)
    assert all(display_width(line) <= 80 or "://" in line or line.startswith("    ") for line in written.splitlines())
    numbers = {int(one) for one in re.findall(r"^Step (\d+)$", written, re.MULTILINE)}
    assert numbers == set(range(1, len(numbers) + 1))
    named = {int(one) for one in re.findall(r"\bstep\s+(\d+)\b", written)}
    assert named <= numbers
    assert "step ?" not in written
    assert "\x1b" not in written


@pytest.mark.parametrize("topic", load())
def test_every_step_can_be_shown(topic: str) -> None:
    """With what a look saw, good, bad, or not at all."""
    book = load()[topic]
    for id, step in book.steps.items():
        for verdict in (None, *Verdict):
            sight = Sight(verdict, "a * b", "c", ("tls.valid",)) if verdict else None
            said = text(view.step(book, run(topic, id, sight=sight), known(), 2, 5), width=80)
            assert said.startswith("Step 2 of about 5\n")
            if isinstance(step, Do) and step.danger:
                assert said.index("Careful, before you begin") < said.index("Do this")
            if isinstance(step, Check) and verdict is Verdict.BAD:
                assert "Not yet. Seen: A * b." in said
                assert "Expected: C." in said
            if isinstance(step, Check) and verdict is Verdict.UNKNOWN:
                assert "Please look yourself" in said


def test_a_value_that_stands_in_words_is_not_there_to_paste() -> None:
    """Nobody pastes "your site"."""
    book = next(
        book for book in load().values() if any(isinstance(one, Do) and "{" in one.paste for one in book.steps.values())
    )
    step = next(one for one in book.steps.values() if isinstance(one, Do) and "{" in one.paste)
    assert "Copy this:" not in text(view.step(book, run(book.topic, step.id), known(), 1, 1))
    full = replace(known("x"), fields=dict.fromkeys(re.findall(r"\{([a-z_]+)\}", step.paste), "x"))
    assert "Copy this:" in text(view.step(book, run(book.topic, step.id), full, 1, 1))


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing.FIXED, "Fixed and proven (1 check), after 5 minutes."),
        (Standing.DONE, "Done, after 5 minutes."),
        (Standing.HANDED, "Nothing is proven yet: begin again: launch runbook site_down"),
        (Standing.LEFT, "Stopped at step 1. Nothing was proven. Begin again: launch runbook site_down"),
    ],
)
def test_an_end_says_what_is_proven(standing: Standing, said: str) -> None:
    """Only a check proves."""
    over = run(
        "site_down",
        "x",
        standing=standing,
        ended_at=NOW + timedelta(minutes=5),
        sight=Sight(Verdict.GOOD, checks=("a",)),
    )
    assert said in " ".join(text(view.end(over, load()["site_down"])).split())


def test_the_list_has_every_runbook_once() -> None:
    """By its shelf, with its title."""
    written = " ".join(text(view.shelves(load().values())).split())
    for topic, book in load().items():
        assert written.count(f"- {topic} · {book.title}") == 1
    assert "0 runbooks" in text(view.shelves(()))


def test_what_is_missing_is_named_at_the_end() -> None:
    """As the founder calls it."""
    written = " ".join(text(view.whole(load()["roll_back_a_deploy"], EMPTY)).split())
    assert "Not written down yet: How to roll back" in written
