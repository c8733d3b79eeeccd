"""The screen of `/launch status` while something is broken: it never contradicts itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.detection import State as Stands
from bot.render.text import text
from bot.services.standing import Live, Stand, Watched
from bot.views.status import status
from tests.views.incident_samples import STATES
from tests.views.samples import GO, NEW, PLACE, SEEN, readiness

DOWN = STATES["open_reach"]()
BROKEN = Live(DOWN.incident, DOWN.duty, DOWN.next)


def plain(overview) -> str:
    return " ".join(text(status(overview)).split())


def test_a_good_report_is_no_leave_to_launch_while_customers_see_an_error():
    """The last check may be from before; what is broken now comes first."""
    good = replace(SEEN, readiness=readiness(GO))
    assert "Nothing was found that stops a launch." in plain(good)
    said = plain(replace(good, stand=Stand(live=(BROKEN,))))
    assert "Do not launch while this is broken." in said
    assert "Nothing was found that stops a launch." not in said


@pytest.mark.parametrize(
    ("bad", "heading"), [(0, "Monitors: 3 of 3 are up"), (1, "1 of 3 needs help"), (2, "2 of 3 need help")]
)
def test_monitors_are_counted_in_good_english(bad, heading):
    """One needs, two need."""
    monitors = tuple(Watched(f"page {n}", Stands.DOWN if n < bad else Stands.UP) for n in range(3))
    assert heading in plain(replace(NEW, stand=Stand(monitors=monitors)))


def test_what_an_older_check_found_is_dated_before_it_is_read():
    """`Down` and, from half an hour ago, `is up` stand on one screen: the second says when it was true."""
    stand = Stand(monitors=(Watched(PLACE.name, Stands.DOWN),))
    said = plain(replace(SEEN, place=PLACE, stand=stand))
    assert said.index("The last check looked at it") < said.index(PLACE.findings[0].summary[:40])


def test_what_was_never_looked_at_has_no_date():
    """`It has not been looked at` and `looked at 7 minutes ago` cannot both be true."""
    said = plain(replace(SEEN, place=replace(PLACE, findings=())))
    assert "has not been looked at" in said
    assert "The last check" not in said
