"""From a verdict to a finding: words, masks, bounds, the command to paste."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.finding import EVIDENCE, build, fill, holes
from checks.finding_json import finding_from_json, finding_to_json
from checks.model import Asked, Outcome, Severity, Status, Verdict
from tests.engine.probes import NOW, a_check, a_target


def test_words_are_filled_from_what_was_seen():
    """Numbers, lists and yes or no read as a person would write them."""
    words = "{a} {b} {c} {d} {e}"
    assert fill(words, {"a": 12, "b": 2.50, "c": ["x", "y"], "d": True, "e": "z"}) == "12 2.5 x, y yes z"


def test_a_missing_value_shows_as_a_question_mark_and_is_named_by_holes():
    """At run time nothing breaks; a test finds it."""
    found = build(a_check(), a_target(), Verdict("broken"), at=NOW)
    assert found.summary == "app.example.com is broken: ?"
    assert holes(a_check(), a_target(), Verdict("broken")) == ("why",)
    assert holes(a_check(), a_target(), Verdict("broken", {"why": "x"})) == ()


def test_braces_in_what_was_seen_are_only_text():
    """A hostile value cannot pull in another one."""
    assert fill("{why}", {"why": "{url} {0.__class__}", "url": "secret"}) == "{url} {0.__class__}"


@given(st.text(max_size=300))
def test_no_value_can_leave_its_quotes_in_the_command(value: str):
    """What a person pastes into a shell is one word per value, whatever a server answered."""
    check = a_check(verify="dig +short {what} end")
    command = build(check, a_target(), Verdict("ok", {"what": value}), at=NOW).verify
    words = shlex.split(command)
    assert words[:2] == ["dig", "+short"]
    assert words[-1] == "end"
    assert len(words) == 4


def test_everything_from_outside_is_masked_and_bounded():
    """Seen values, summary, evidence."""
    secret = "sk_live_" + "abcdefghijklmnopqrstuv"
    evidence = [Asked("GET /?token=" + "z" * 30, "192.0.2.1", f"{secret} " + "y" * 5000)] * (EVIDENCE + 5)
    verdict = Verdict("broken", {"why": f"{secret} {'w' * 5000}", "mail": "jane@x.test"})
    found = build(a_check(), a_target(), verdict, at=NOW, evidence=evidence)
    shown = str(finding_to_json(found))
    assert secret not in shown
    assert "jane@" not in shown
    assert "zzzzzzzzz" not in shown
    assert len(found.summary) <= 300
    assert len(found.evidence) == EVIDENCE
    assert all(len(one.answer) <= 500 for one in found.evidence)


def test_control_and_direction_characters_do_not_get_through():
    """A server cannot rewrite a terminal line or turn text around."""
    found = build(a_check(), a_target(), Verdict("broken", {"why": "a\x1b[2Jb\u202ec\u0085d"}), at=NOW)
    assert not set(found.summary) & set("\x1b\u202e\u0085")


def test_severity_never_exceeds_the_worst_of_the_check():
    """Also where a table was changed by hand."""
    check = a_check(worst=Severity.MEDIUM)
    assert build(check, a_target(), Verdict("broken", {"why": "x"}), at=NOW).severity is Severity.MEDIUM


def test_a_check_of_blocker_class_says_so_also_when_unknown():
    """The verdict needs it."""
    assert build(a_check(), a_target(), Verdict("dark"), at=NOW).blocker_class
    assert not build(a_check(severity=Severity.HIGH), a_target(), Verdict("dark"), at=NOW).blocker_class


def test_a_code_of_the_check_wins_over_one_of_the_engine():
    """A check may have its own `offline`."""
    outcomes = {"offline": Outcome(Status.PASS, "on purpose")}
    assert build(a_check(outcomes=outcomes), a_target(), Verdict("offline"), at=NOW).status is Status.PASS


def test_an_unknown_code_is_an_error():
    """The runner turns it into a finding."""
    with pytest.raises(KeyError):
        build(a_check(), a_target(), Verdict("nonsense"), at=NOW)


def test_a_finding_survives_json():
    """Both ways, everything."""
    verdict = Verdict("broken", {"why": "x", "n": 3, "list": ["a", {"b": None}]})
    found = build(a_check(), a_target(owner="ana"), verdict, at=NOW, took_ms=7, evidence=[Asked("a", "b", "c", 1)])
    assert finding_from_json(finding_to_json(found)) == found
    assert finding_from_json(finding_to_json(replace(found, at=None))).at is None
