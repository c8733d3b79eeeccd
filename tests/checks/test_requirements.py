"""Requirements that can be seen from outside or compared with what is written down, and the checks that serve them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.runbooks import load as books
from bot.services.requirements import requirements, served, unknown_ids
from checks.registry import load

DATA = Path(__file__).parent / "data"
SERVED = (DATA / "served.txt").read_text().split()
"""Worked out by hand: what a look from outside or a comparison can show, and what monitors can tell."""
TOLD = (DATA / "told.txt").read_text().split()
"""Worked out by hand: what code, variables and measurements show in CI, and what walks, senders and people tell."""
ROWS = {row.requirement.id: row for row in served(load(), books())}


@pytest.mark.parametrize("id", SERVED)
def test_a_check_serves_it(id: str) -> None:
    """A command alone or a promise is not enough."""
    row = ROWS[id]
    assert row.checks, f"{id}: no check declares it"
    assert {"P", "C"} & set(row.requirement.how), f"{id} can be neither seen nor compared"


def test_the_table_the_list_and_the_checks_agree() -> None:
    """Every row once, in one order, and no check serves a row that does not exist."""
    ids = [row.id for row in requirements()]
    assert ids == (DATA / "requirements.txt").read_text().split()
    assert [id for id in ids if id in SERVED] == sorted(SERVED, key=ids.index)
    assert len(set(SERVED)) == len(SERVED)
    assert unknown_ids(load().values(), books().values()) == ()


def test_what_a_person_must_answer_is_not_claimed() -> None:
    """What only a person, a token or another service can settle has no check, but for what gates and walks show."""
    claimed = {id for id, row in ROWS.items() if row.checks} - set(SERVED)
    assert claimed - set(TOLD) == {"EDGE-2"}, "an edge that is there"
    assert set(TOLD) <= claimed
    assert not set(TOLD) & set(SERVED)
