"""Charts of a monitor: what failed and how long the server took, each said in words as well."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from bot.blockkit.validator import validate_message
from bot.document import Document
from bot.render.blocks import message
from bot.render.text import text
from bot.views.charts import Dot, few, last_day, last_hour, last_month
from tests.views.incident_samples import NOW

BERLIN = "Europe/Berlin"


def dots(minutes: int, *, bad_from: int = 10**6, ms: float | None = 200.0) -> list[Dot]:
    """A look each minute up to now; from some minute on they fail."""
    begin = NOW - timedelta(minutes=minutes)
    return [
        Dot(begin + timedelta(minutes=n), int(n < bad_from), int(n >= bad_from), ms if n < bad_from else None)
        for n in range(minutes)
    ]


DAY = dots(1440, bad_from=1400)


def test_the_last_hour_says_how_many_failed_and_since_when():
    """Twenty bars of three minutes in the product's own time; the failures stand at the end."""
    strip, speed = last_hour(dots(60, bad_from=53), NOW, BERLIN, limit=2.0)
    assert strip.said == "In the last hour, until 21:55 (Berlin time), 7 of 60 looks failed: up for 88.3 %."
    assert strip.categories[0] == "20:55"
    assert strip.categories[-1] == "21:52"
    assert strip.series[0][1][:17] == (0.0,) * 17
    assert strip.series[0][1][17:] == (1.0, 3.0, 3.0)
    assert speed.said == "In the last hour 95 of 100 answers came within 0.2 s; slow is more than 2 s."
    assert [name for name, _ in speed.series] == ["Server time", "Slow from here"]
    assert speed.series[1][1] == (2000.0,) * 20


def test_when_all_is_well_it_says_so():
    """No failure is a number as well, and 100 % is said only where it is true."""
    assert (
        last_hour(dots(60), NOW, "UTC")[0].said
        == "In the last hour, until 20:55 (UTC), none of 60 looks failed: up for 100 %."
    )
    nearly = [*dots(60), *(Dot(NOW, 1, 0) for _ in range(100_000)), Dot(NOW, 0, 1)]
    assert "up for 99.99 %" in last_hour(nearly, NOW, "UTC")[0].said


def test_a_stretch_without_looks_is_a_gap():
    """Nothing seen is neither good nor bad: it is left out of the picture, not drawn as zero."""
    strip, _ = last_hour([Dot(NOW - timedelta(minutes=59), 1, 0), *dots(30)], NOW, "UTC")
    assert all(math.isnan(value) for value in strip.series[0][1][1:10])
    drawn = message(Document("Up", (strip,)))["blocks"][-1]
    assert len(drawn["chart"]["axis_config"]["categories"]) == 11


def test_nothing_seen_makes_no_chart():
    """Nor do looks of another time; a few answers are too few for a percentile."""
    assert last_hour([], NOW, "UTC") == ()
    assert last_hour(dots(60), NOW + timedelta(hours=3), "UTC") == ()
    assert last_hour(dots(3), NOW, "UTC") == ()
    assert len(last_hour(dots(4), NOW, "UTC")) == 1
    assert len(last_hour(dots(60, ms=None), NOW, "UTC")) == 1


@pytest.mark.parametrize(("minutes", "words"), [(9, "10 minutes"), (25, "30 minutes"), (45, "hour")])
def test_a_young_monitor_is_shown_from_near(minutes, words):
    """Minutes after the start an hour would be an empty picture."""
    strip = last_hour(dots(minutes, bad_from=minutes - 2), NOW, "UTC")[0]
    assert strip.said.startswith(f"In the last {words}, until 20:55 (UTC), 2 of {minutes} looks failed")
    assert sum(value for value in strip.series[0][1] if not math.isnan(value)) == 2


@pytest.mark.parametrize("make", [last_hour, last_day, last_month])
def test_every_chart_is_sound(make):
    """By the strict validator, at most two, and in a terminal as a row of bars behind the sentence."""
    charts = make(
        [Dot(one.at - timedelta(days=n), *(one.good, one.bad, one.p95_ms)) for n in range(8) for one in DAY],
        NOW,
        BERLIN,
        limit=0.5,
    )
    payload = message(Document("Up", charts))
    assert validate_message(payload) == []
    kinds = [one["type"] for one in payload["blocks"]]
    assert kinds.count("data_visualization") == len(charts) == 2
    shown = text(Document("Up", charts), width=120)
    assert "failed: up for" in shown
    assert "█" in shown


def test_a_day_and_a_month_have_their_own_labels():
    """Hours by the clock, days by their date; the day's sums stand where the day was."""
    day = last_day(dots(1440, bad_from=1400), NOW, "UTC")[0]
    assert len(day.categories) == 12
    assert day.categories[-1] == "Fri 18:55"
    assert day.series[0][1][-1] == 40.0
    sums = [Dot(NOW - timedelta(days=n), 1440 - n, n, 100.0 + n) for n in range(30)]
    strip, speed = last_month(sums, NOW, "UTC")
    assert len(strip.categories) == 15
    assert strip.categories[-1] == "18 Nov"
    assert sum(strip.series[0][1]) == sum(range(30))
    assert speed.series[0][1][-1] == 102.0


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        (0, 0, ""),
        (1, 0, "1 look in the last hour so far, and it was good."),
        (0, 1, "1 look in the last hour so far, and it failed."),
        (0, 3, "3 looks in the last hour so far, and all of them failed."),
        (2, 3, "5 looks in the last hour so far, 3 failed."),
        (4, 0, "4 looks in the last hour so far, and none failed."),
    ],
)
def test_too_few_looks_are_told_in_words(good, bad, said):
    """In place of a picture."""
    told = few([Dot(NOW, good, bad)])
    assert told == (said and f"{said} A picture follows in a few minutes.")
