"""Where a check is explained, every gap in its words holds an example."""

from __future__ import annotations

import re

import pytest

from bot.render.text import text
from bot.views.answer_examples import ANSWERS
from bot.views.examples import EXAMPLES, OF
from bot.views.explain import explain
from checks.model import Check, Status
from checks.registry import load

CHECKS = load()
OWN = {"host", "name", "url", "domain"}


def gaps(check: Check) -> set[str]:
    """The names in its words that are shown."""
    shown = [one for one in check.outcomes.values() if one.status.bad or one.status is Status.UNKNOWN]
    words = [check.verify, *(word for one in shown for word in (one.summary, one.impact, *one.fix))]
    return set(re.findall(r"\{([a-z0-9_]+)\}", " ".join(words))) - OWN


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_every_gap_has_an_example(check: Check) -> None:
    """No ellipsis in place of a value."""
    assert gaps(check) - set(EXAMPLES) - set(OF.get(check.id, {})) == set()
    assert "…" not in text(explain(check, most=100)).replace("sk_liv…Yd", "").replace("pk_test_sU7B…V8", "")


def test_no_example_is_left_over() -> None:
    """Each stands for a gap that exists."""
    assert set(OF) <= set(CHECKS)
    for id, values in OF.items():
        assert set(values) <= gaps(CHECKS[id]), id
    assert set(EXAMPLES) <= set().union(*map(gaps, CHECKS.values()))


def test_no_example_of_an_answer_is_left_over() -> None:
    """Each stands for a gap in the words of that answer, and says something else than the one of its check."""
    for key, values in ANSWERS.items():
        id, _, code = key.partition(" ")
        answer = CHECKS[id].outcomes[code]
        words = " ".join((answer.summary, answer.impact, *answer.fix))
        assert set(values) <= set(re.findall(r"\{([a-z0-9_]+)\}", words)), key
        before = EXAMPLES | OF.get(id, {})
        assert all(before.get(name) != value for name, value in values.items()), key
