"""Judging what was read in database migrations."""

from __future__ import annotations

import pytest

from checks.rel.migrations import OUTCOMES, Facts, judge, worst
from checks.sql_changes import Risk


def found(code: str) -> Facts:
    """One risk on line 3."""
    return Facts(1, file="db/migrate/1.sql", risk=Risk(3, code, "ALTER TABLE users …"))


CASES = {
    "ok": Facts(2),
    "drops_data": found("drops_data"),
    "renames": found("renames"),
    "refuses_rows": found("refuses_rows"),
    "changes_type": found("changes_type"),
    "locks_table": found("locks_table"),
    "rewrites_rows": found("rewrites_rows"),
    "could_not_read": Facts(1, file="db/migrate/1.sql", problem="it is larger than 5 MB"),
    "none_new": Facts(0, 12),
    "not_read": None,
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_a_risk_says_where_it_stands():
    """As the place in a file, for people and for machines."""
    assert judge(found("renames")).seen == {
        "file": "db/migrate/1.sql",
        "line": 3,
        "place": "db/migrate/1.sql:3",
        "text": "ALTER TABLE users …",
    }


def test_of_several_the_worst_is_said():
    """What breaks goes before what could not be read, and that before what is only slow."""
    every = [CASES[code] for code in ("ok", "locks_table", "could_not_read", "renames")]
    assert worst(every).code == "renames"
    assert worst(every[:3]).code == "could_not_read"
    assert worst(every[:2]).code == "locks_table"
    assert worst(None).code == "not_read"
