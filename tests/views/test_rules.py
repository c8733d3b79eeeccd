"""Rules that every answer keeps: words instead of emoji, one primary button, labels in Title Case, a full sentence."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest

from bot.blockkit.surfaces import action_name
from bot.blockkit.validator import validate_view
from bot.commands.base import actions
from bot.render.blocks import home as render_home
from bot.render.blocks import message
from bot.render.forms import told
from bot.render.markdown import markdown
from bot.render.tables import display_width
from bot.render.text import text
from bot.views import explain
from tests.views.dns_samples import DNS
from tests.views.samples import CHECK, HOMES
from tests.views.samples import SAMPLES as OTHERS

SAMPLES = {**OTHERS, **DNS}
EVERY = {**SAMPLES, **HOMES}
SMALL = {"a", "an", "and", "as", "at", "by", "for", "in", "of", "on", "or", "the", "to"}
JARGON = (" null ", "None", "traceback", "exception", "payload", "stdout")


def blocks(name: str) -> list[dict[str, Any]]:
    rendered = render_home(HOMES[name]()) if name in HOMES else message(SAMPLES[name]())
    found: list[dict[str, Any]] = rendered["blocks"]
    return found


def buttons(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    stack: list[Any] = [blocks(name)]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            found += [value] if value.get("type") == "button" else []
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    return found


def has_emoji(words: str) -> bool:
    return bool(re.search(r":[a-z0-9_+-]+:", words)) or any(
        unicodedata.category(char) == "So" or 0x1F000 <= ord(char) <= 0x1FAFF for char in words
    )


@pytest.mark.parametrize("name", [name for name in EVERY if name != "help_far"])
def test_headers_and_buttons_have_no_emoji(name):
    """The state is said in words, so that everybody can read and hear it."""
    for block in blocks(name):
        if block["type"] == "header":
            assert not has_emoji(block["text"]["text"])
    for button in buttons(name):
        assert not has_emoji(button["text"]["text"])


@pytest.mark.parametrize("name", EVERY)
def test_the_first_block_is_the_headline(name):
    """A reader who sees one line sees the point."""
    kinds = [block["type"] for block in blocks(name)]
    assert kinds[0] == "header"
    assert kinds.count("header") == 1


@pytest.mark.parametrize("name", SAMPLES)
def test_the_fallback_is_a_full_sentence(name):
    """A phone's banner and a screen reader get one sentence that stands alone."""
    words = message(SAMPLES[name]())["text"]
    assert len(words.split()) >= 4
    assert words[-1] in ".!?…"
    assert "\n" not in words
    assert "<!" not in words


@pytest.mark.parametrize("name", EVERY)
def test_button_labels_are_in_title_case(name):
    """As in Slack's own guide: every word with a capital, but the small ones."""
    for button in buttons(name):
        label = button["text"]["text"]
        first, *others = label.split()
        assert first[0].isupper(), label
        assert all(word[0].isupper() or word in SMALL for word in others), label


@pytest.mark.parametrize("name", EVERY)
def test_at_most_one_button_is_primary(name):
    """Two things cannot both be the one to do."""
    assert sum(button.get("style") == "primary" for button in buttons(name)) <= 1


@pytest.mark.parametrize("name", EVERY)
def test_every_button_has_a_handler(name):
    """A control is shown only once it does something."""
    for button in buttons(name):
        assert action_name(button["action_id"]) in actions()


@pytest.mark.parametrize("name", HOMES)
def test_buttons_of_the_home_answer_in_a_message_or_a_dialog(name):
    """Nobody can whisper there: a check has a message of its own, and whatever else answers fits into a dialog."""
    offered = {"audit.rerun", "doctor.show", "runbook.pick", "drill.pick"}
    assert {action_name(button["action_id"]) for button in buttons(name)} <= offered


@pytest.mark.parametrize("name", SAMPLES)
def test_every_answer_fits_into_a_dialog(name):
    """So that a click on the App Home can be answered, whatever it was."""
    assert validate_view(told(SAMPLES[name]())) == []


@pytest.mark.parametrize("name", EVERY)
def test_nothing_from_outside_is_obeyed(name):
    """No mention of everybody, no direction override, no escape code, in any of the three forms."""
    # Slack shows the cells of a table as they are and obeys nothing in them.
    shown = re.sub(
        r'{"type": "raw_text", "text": "(?:[^"\\\\]|\\\\.)*"}', "{}", json.dumps(blocks(name), ensure_ascii=False)
    )
    assert "<!channel" not in shown
    assert "<!everyone" not in shown
    assert "<!here" not in shown
    for words in (shown, text(EVERY[name]()), markdown(EVERY[name]())):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]", words)


@pytest.mark.parametrize("name", EVERY)
def test_no_holes_and_no_jargon(name):
    """Nothing that only a programmer would write."""
    words = text(EVERY[name]())
    assert not re.search(r"\{[a-z_]*\}", words)
    for word in JARGON:
        assert word not in words


@pytest.mark.parametrize("width", [80, 40, 20])
@pytest.mark.parametrize("name", EVERY)
def test_lines_fit_the_window(name, width):
    """Only what must be copied in one piece may be longer, and then it stands alone."""
    for line in text(EVERY[name](), width=width).splitlines():
        if display_width(line) > width:
            indented = line.startswith("    ")
            assert indented or len(line.split()) <= 2, line


def test_times_are_in_the_readers_zone():
    """In Slack each moment is a date token with a fallback."""
    shown = json.dumps(blocks("status_no_go"))
    assert re.search(r"<!date\^\d+\^\{ago\}\|\d+ \w+ \d\d:\d\d UTC>", shown)


def test_a_long_report_keeps_its_buttons():
    """However much there is to say, what to do next is still there."""
    found = blocks("audit_many_detail")
    assert found[-1]["type"] == "actions"
    assert "more" in json.dumps(found)


def test_answers_with_the_same_repair_stand_together():
    """Nobody reads the same three steps six times; in Slack the gravest come first and the rest are counted."""
    shown = text(explain.explain(CHECK))
    first = "✗ Blocker: The certificate of app.example.com has run out"
    assert f"{first}\n  High: The certificate of app.example.com ends tomorrow\n" in shown
    assert shown.count("1. At your host press Renew.") == 2
    assert "… and 1 more" in text(explain.explain(CHECK, most=1))
