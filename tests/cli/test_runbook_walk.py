"""A walk through a runbook at a terminal: a fault is repaired while somebody walks, and the walk proves it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import PAGE, Shop
from tests.cli.test_terminal import Window, open_window
from tests.servers.http import Answer

pytestmark = pytest.mark.slow

OWN = """\
title: The shop shows an error page
sort: broken
says: [error page]
leads: ["up.http"]
feels: Nobody can buy anything.
steps:
  - id: hello
    say: We find it together.
  - id: which
    ask: Did you change anything today?
    answers:
      - {say: "Yes", go: repair}
      - {say: "Not Sure", go: repair}
  - id: repair
    do: Go back to the last version of {host}.
    panel: host.roll_back
    paste: "deploy {host}"
  - id: proven
    check: The shop answers again.
    what: [failed]
    look: Open the shop.
    slip: Often the old page is still kept.
    good: fixed
    bad: ask_ben
  - id: ask_ben
    call: Write to Ben.
    who: builder
    message: "{host} is down: {seen}"
"""


@pytest.fixture
async def walk(shop: Shop, tmp_path: Path) -> Window:
    """The walk through a fault that is there when it begins, up to its first question."""
    text = f"product: {{domain: acme.test}}\nhosts: [{{name: app.acme.test, purpose: app}}]\n{shop.network}"
    (tmp_path / "launch.yml").write_text(text, encoding="utf-8")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "error_page.yml").write_text(OWN, encoding="utf-8")
    shop.web.route("app.acme.test", "*", Answer(500, "broken"))
    window = await open_window(tmp_path, "runbook", "error", "page", "--no-color")
    await window.see(lambda shown: shown.endswith("> "))
    return window


def type_in(window: Window, keys: str) -> None:
    """As a person types, with Enter at the end."""
    os.write(window._master, f"{keys}\n".encode())


async def test_a_fault_is_repaired_and_proven(walk: Window, shop: Shop) -> None:
    """Looked at first, done, looked at in vain, repaired, looked at again: fixed."""
    assert "Nobody can buy anything." in walk.text
    assert "Broken right now: " in walk.text
    assert "We find it together." in walk.text
    assert "Did you change anything today?" in walk.text
    type_in(walk, "7")
    type_in(walk, "1")
    await walk.see(lambda shown: "Enter when it is done" in shown)
    assert "deploy app.acme.test" in walk.text
    assert "Where:" in walk.text
    type_in(walk, "")
    await walk.see(lambda shown: "Enter to look again" in shown)
    assert "Looking now: The shop answers again." in walk.text
    assert "Not yet." in walk.text
    assert "Often the old page is still kept." in walk.text
    shop.web.route("app.acme.test", "*", PAGE)
    type_in(walk, "")
    assert await walk.end() == 0
    assert "Good: 1 check in " in walk.text
    assert "Fixed and proven (1 check)" in walk.text


async def test_a_walk_can_go_back_call_somebody_and_be_handed_over(walk: Window) -> None:
    """b, c and Enter; the message has the evidence in it."""
    type_in(walk, "1")
    await walk.see(lambda shown: "Enter when it is done" in shown)
    type_in(walk, "b")
    await walk.see(lambda shown: shown.count("1-2 ·") == 2 and shown.endswith("> "))
    type_in(walk, "c")
    await walk.see(lambda shown: "Enter when you sent it" in shown)
    assert "app.acme.test is down: " in walk.text
    assert "nobody is written down for this" in walk.text
    type_in(walk, "")
    assert await walk.end() == 0
    assert "Handed over" in walk.text


async def test_words_are_taken_for_what_they_say(walk: Window) -> None:
    """No digit but a plain one is an answer; "no" is not done, and "done" is not "it looks different"."""
    type_in(walk, "²")
    await walk.see(lambda shown: shown.count("1-2 ·") == 2 and shown.endswith("> "))
    type_in(walk, "1")
    await walk.see(lambda shown: "Enter when it is done" in shown and shown.endswith("> "))
    type_in(walk, "no")
    await walk.see(lambda shown: shown.count("Enter when it is done") == 2 and shown.endswith("> "))
    type_in(walk, "done")
    await walk.see(lambda shown: "Enter to look again" in shown)
    assert "Looking now: The shop answers again." in walk.text


async def test_q_gives_up_with_a_word(walk: Window) -> None:
    """Exit 1, and how to go on."""
    type_in(walk, "q")
    assert await walk.end() == 1
    assert "Go on with: launch runbook error_page" in walk.text
    assert "Traceback" not in walk.text


async def test_ctrl_c_leaves_with_a_word(walk: Window) -> None:
    """Exit 130, no traceback."""
    walk.process.send_signal(signal.SIGINT)
    assert await walk.end() == 130
    assert "Go on with: launch runbook error_page" in walk.text
    assert "Traceback" not in walk.text


async def test_the_end_of_the_input_leaves_as_ctrl_c_does(walk: Window) -> None:
    """Ctrl-D, or a terminal that was closed."""
    os.write(walk._master, b"\x04")
    assert await walk.end() == 130
    assert "Traceback" not in walk.text


async def test_without_a_configuration_a_person_looks(tmp_path: Path) -> None:
    """The check cannot look: it says what to look for, and takes a person's word."""
    window = await open_window(tmp_path, "runbook", "change_who_is_on_call", "--no-color")
    await window.see(lambda shown: shown.endswith("> "))
    for _ in range(12):
        if "Please look yourself" in window.text:
            break
        seen = window.text.count("\n> ")
        type_in(window, "1" if "1-" in window.text.rpartition("[")[2] else "")
        await window.see(lambda shown, seen=seen: shown.count("\n> ") > seen)
    assert "I could not look" in window.text
    window.process.send_signal(signal.SIGINT)
    assert await window.end() == 130
