"""The card of an incident in every state: sound, short, always with what is felt, who has it and what comes next."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from bot.blockkit.simplify import RUNGS, simplify
from bot.blockkit.validator import validate_message
from bot.domain.incident import Status
from bot.domain.severity import Trouble
from bot.render.blocks import chosen, message
from bot.render.markdown import markdown
from bot.render.text import text
from bot.views.card import FELT, State, card
from tests.views.incident_samples import MENTIONS, STATES

GOLDEN = Path(__file__).parent.parent / "golden" / "cards"
SMALL = {"a", "an", "and", "as", "at", "by", "for", "in", "of", "on", "or", "the", "to"}


def payload(name: str) -> dict[str, Any]:
    return message(card(STATES[name](), mention=MENTIONS.get(name, ())))


def words(name: str) -> str:
    return text(card(STATES[name](), mention=MENTIONS.get(name, ())), width=500)


def controls(name: str) -> list[tuple[str, str, str]]:
    """Label, action id and value of every button and entry of the menu."""
    found = []
    for block in payload(name)["blocks"]:
        for one in block.get("elements", []) if block["type"] == "actions" else []:
            if one["type"] == "button":
                found.append((one["text"]["text"], one["action_id"], one["value"]))
            else:
                found += [(each["text"]["text"], *chosen(each["value"])) for each in one["options"]]
    return found


@pytest.mark.parametrize("name", STATES)
def test_a_card_looks_as_agreed(name):
    """In Slack's blocks and as text: compared with files that people have read."""
    for path, present in (
        (GOLDEN / f"{name}.json", json.dumps(payload(name), ensure_ascii=False, indent=1) + "\n"),
        (GOLDEN / f"{name}.txt", text(card(STATES[name](), mention=MENTIONS.get(name, ())))),
    ):
        if os.environ.get("LAUNCH_UPDATE_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(present, encoding="utf-8")
        assert path.exists(), f"{path.name} is missing: LAUNCH_UPDATE_GOLDEN=1 writes it"
        assert present == path.read_text(encoding="utf-8")


def test_no_golden_card_is_left_over():
    """A state that was removed takes its files along."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(STATES)
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(STATES)


@pytest.mark.parametrize("name", STATES)
def test_a_card_is_sound_and_short(name):
    """By the strict validator; at most twelve blocks, whatever is in it, and on every rung of the ladder."""
    found = payload(name)
    assert validate_message(found) == []
    assert len(found["blocks"]) <= 12
    for rung in range(1, RUNGS):
        simpler = simplify(found, rung)
        assert simpler is not None
        assert validate_message(simpler) == []


@pytest.mark.parametrize("name", STATES)
def test_the_first_line_is_what_customers_feel(name):
    """The header says the state and what it is about; the first sentence what it means to people."""
    given = STATES[name]()
    header, first, *_ = payload(name)["blocks"]
    assert header["type"] == "header"
    title = header["text"]["text"]
    state, _, what = title.removeprefix("DRILL · ").partition(" · ")
    assert state == state.upper()
    assert what
    assert (title.startswith("DRILL")) == given.incident.drill
    sentence = first["text"]["text"]
    if given.incident.live and given.incident.green_since is None:
        felt = FELT[given.incident.cause].now
        assert felt.lower() in sentence.lower()
    assert re.match(r":(red|white|large_green|large_orange)_circle: \*[^*]{8,}\*", sentence)


@pytest.mark.parametrize("name", STATES)
def test_who_has_it_and_what_comes_next_stand_in_every_state(name):
    """Somebody is named, or it is said that nobody is; the bot says what it will do."""
    shown = words(name)
    who = re.search(r"^(Who has it|Whose it is) +(\S.{2,})$", shown, re.MULTILINE)
    assert who, shown
    assert re.search(r"^INC-12 · Next: \S+", shown, re.MULTILINE), shown


@pytest.mark.parametrize("name", STATES)
def test_the_fallback_is_one_short_sentence(name):
    """A phone's banner shows all of it."""
    words = payload(name)["text"]
    assert len(words) <= 150
    assert "INC-12" in words
    assert words.endswith(".")
    assert "\n" not in words
    assert "<" not in words
    assert "U0" not in words


@pytest.mark.parametrize("name", STATES)
def test_elapsed_time_is_never_written_down(name):
    """A card is not edited each minute, so how long ago is Slack's to count."""
    given = STATES[name]()
    shown = json.dumps(payload(name))
    if given.incident.live and given.incident.green_since is None and given.incident.flapping_until is None:
        assert "^{ago}|" in shown
    assert not re.search(r"\d+ (min|minutes) ago", shown)


@pytest.mark.parametrize("name", STATES)
def test_controls_have_titles_ids_and_the_revision(name):
    """Title Case without emoji; each carries the incident and the revision that was shown; one is the primary."""
    found = controls(name)
    for label, id, value in found:
        first, *others = label.split()
        assert first[0].isupper() or first.isdigit()
        assert all(word[0].isupper() or word[0].isdigit() or word in SMALL for word in others), label
        assert id.startswith("incident.")
        assert re.fullmatch(r"12:4(:30m|:nine|:site_down)?", value)
    rows = [block for block in payload(name)["blocks"] if block["type"] == "actions"]
    assert len(rows) == 1
    buttons = [one for one in rows[0]["elements"] if one["type"] == "button"]
    assert len(buttons) <= 3
    assert sum(one.get("style") == "primary" for one in buttons) == STATES[name]().incident.live


@pytest.mark.parametrize("name", STATES)
def test_every_control_has_a_command_twin(name):
    """What can be clicked can be typed, in each state."""
    shown = words(name)
    for label, _, _ in controls(name):
        twin = r"(/launch \w+ INC-12|launch runbook \w+$)"
        assert re.search(rf"^→ {re.escape(label)}: {twin}", shown, re.MULTILINE), label


def test_the_controls_fit_the_state():
    """Who is on it says that it is fixed; a sleeping card is taken; what is over has only its story."""

    def ids(name: str) -> list[str]:
        return [id.removeprefix("incident.") for _, id, _ in controls(name)]

    assert ids("open_reach") == ["ack", "fix", "fixed", "snooze", "pass", "timeline", "why"]
    assert ids("open_sev2_reach") == ["ack", "fix", "fixed", "snooze", "snooze", "pass", "timeline", "why"]
    assert ids("acked") == ["fixed", "fix", "extend", "take_over", "snooze", "pass", "timeline", "why"]
    assert ids("asleep") == ["ack", "fix", "fixed", "pass", "timeline", "why"]
    assert ids("fixed_by_itself") == ["timeline", "why"]
    assert ids("merged") == ["timeline"]


def test_a_severity_one_is_never_offered_a_long_sleep():
    """Thirty minutes at most."""
    assert ("Snooze Until 9:00", "incident.snooze", "12:4:nine") in controls("open_sev2_reach")
    assert not any(value.endswith("nine") for _, _, value in controls("open_reach"))


@pytest.mark.parametrize("name", STATES)
def test_only_who_is_called_is_mentioned(name):
    """A new message calls whom it names; an edited one nobody. Text from outside calls nobody, ever."""
    shown = json.dumps(payload(name), ensure_ascii=False)
    given: State = STATES[name]()
    mentioned = set(re.findall(r"<@(\w+)>", shown))
    if given.calls is not None:
        assert mentioned <= given.calls
    assert shown.count("<!here>") == ("here" in MENTIONS.get(name, ()))
    # Slack shows plain text as it is and obeys nothing in it.
    assert "<!channel" not in re.sub(r'{"type": "plain_text", "text": "(?:[^"\\\\]|\\\\.)*"', "{", shown)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)


def test_a_new_card_calls_the_owner_and_names_the_rest():
    """SEV1: the owner is mentioned. What can wait mentions nobody, and names the owner all the same."""
    first = payload("open_just_now")["blocks"][1]["text"]["text"]
    assert first.endswith("\n<@U0ANA> – can you look?")
    assert payload("open_nobody")["blocks"][1]["text"]["text"].endswith("\n<!here> – can you look?")
    assert "Ben" in json.dumps(payload("open_just_now"))
    assert "<@" not in json.dumps(payload("open_new_sev3"))
    assert "Ana" in json.dumps(payload("open_new_sev3"))


def test_colour_is_never_the_only_signal():
    """Each colour comes with its word in the header; green means over."""
    lamps: dict[str, set[str]] = {}
    for name in STATES:
        header, first, *_ = payload(name)["blocks"]
        state = header["text"]["text"].removeprefix("DRILL · ").partition(" · ")[0]
        lamps.setdefault(first["text"]["text"].split(":")[1], set()).add(state)
    assert lamps["large_green_circle"] == {"FIXED"}
    assert lamps["red_circle"].isdisjoint({"FIXED", "BEING FIXED", "LOOKS BETTER", "ASLEEP", "UNSTABLE"})
    assert {"BEING FIXED", "LOOKS BETTER", "UNSTABLE"} <= lamps["large_orange_circle"]


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_has_words_for_before_and_after(trouble):
    """Sentences without a full stop, that begin with a capital, and say it in different words once it is over."""
    felt = FELT[trouble]
    assert felt.word == felt.word.upper()
    for words in (felt.now, felt.was, felt.again):
        assert words[0].isupper()
        assert words[-1] not in ".!?"
        assert len(words) <= 75
    assert felt.again not in (felt.now, felt.was)


def test_what_is_first_to_try_is_said_while_it_fails():
    """Two steps of the check's own repair; nothing to try where it looks better, or is over."""
    assert "Try first: Open your host's status page" in words("open_no_runbook")
    assert "Then: Restart the app" in words("open_no_runbook")
    assert words("open_no_runbook").count("Run this check again") == 0
    for name in ("better", "fixed_by_itself", "merged", "open_no_steps"):
        assert "Try first" not in words(name)


def test_a_runbook_is_one_click_away_while_it_fails():
    """In place of the first steps; gone once it is over."""
    assert ("Show Me the Fix", "incident.fix", "12:4:site_down") in controls("open_reach")
    assert "Try first" not in words("open_reach")
    assert not [one for one in controls("open_no_runbook") if one[1] == "incident.fix"]
    assert not [one for one in controls("fixed_by_ana") if one[1] == "incident.fix"]


def test_many_members_are_counted():
    """Four by name, the rest as a number; several services by their count."""
    assert "and 46 more" in words("open_with_50")
    assert words("open_shared_cause").startswith("DOWN · 4 services together")
    assert "What fails  Sign-up, Log-in, Billing and API" in re.sub(r" {2,}", "  ", words("open_shared_cause"))


def test_hostile_evidence_is_bounded_and_powerless():
    """A megabyte of markup, of names that call everybody, of marks that turn the reading around."""
    found = payload("open_hostile")
    assert len(json.dumps(found)) < 12_000
    assert "&lt;!channel&gt;" in json.dumps(found, ensure_ascii=False)
    assert "more …" in json.dumps(found, ensure_ascii=False)
    assert len(markdown(card(STATES["open_hostile"]()))) < 12_000


def test_the_charts_come_last_and_say_their_number():
    """They are for those who want to know more; what to do stands above them."""
    kinds = [block["type"] for block in payload("open_charts")["blocks"]]
    assert kinds[-4:] == ["section", "data_visualization", "section", "data_visualization"]
    assert kinds.index("actions") < kinds.index("data_visualization")
    assert "Until 20:54 UTC 7 of 60 looks failed." in words("open_charts")
    plain = simplify(payload("open_charts"), 1)
    assert plain is not None
    assert "data_visualization" not in json.dumps(plain)
    assert "7 of 60 looks failed" in json.dumps(plain)


def test_moments_far_away_come_with_their_day():
    """`until 09:00` would be wrong on a Friday evening."""
    assert "until 23 November 09:00 UTC" in words("acked_until_monday")
    assert "until 21 November 09:00 UTC" in words("asleep_until_nine")
    assert "until 21:19 UTC" in words("acked")


def test_every_status_and_outcome_has_a_sample():
    """No state of an incident is without its card here."""
    seen = {STATES[name]().incident.status for name in STATES}
    assert seen == set(Status)
