"""Percentiles from histograms are as good as promised, for any response times and any sums of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.histogram import LAST, SMALLEST, Histogram

TIMES = st.lists(st.floats(min_value=SMALLEST, max_value=599_000), min_size=1, max_size=400)


def _exact(values: list[float], q: float) -> float:
    return sorted(values)[max(1, math.ceil(q * len(values))) - 1]


@given(TIMES, st.sampled_from([0.5, 0.9, 0.95, 0.99, 1.0]))
def test_a_percentile_is_within_one_point_seven_percent(values, q):
    """The 95th and every other."""
    found = Histogram.of(values).quantile(q)
    assert found == pytest.approx(_exact(values, q), rel=0.017)


@given(st.lists(TIMES, min_size=1, max_size=30))
def test_a_day_is_exactly_the_sum_of_its_hours(hours):
    """Nothing is lost by adding up."""
    everything = [value for hour in hours for value in hour]
    total = Histogram.total(Histogram.from_bytes(Histogram.of(hour).to_bytes()) for hour in hours)
    assert total == Histogram.of(everything)
    assert total.quantile(0.95) == pytest.approx(_exact(everything, 0.95), rel=0.017)


@given(st.dictionaries(st.integers(0, LAST), st.integers(1, 10**9), max_size=LAST))
def test_what_is_written_is_read_back(counts):
    """Any histogram survives its bytes."""
    assert Histogram.from_bytes(Histogram(counts).to_bytes()) == Histogram(counts)


@pytest.mark.parametrize("value", [0.0, -5.0, 0.05, math.nan, math.inf, 1e12])
def test_values_off_the_scale_are_counted_at_its_ends(value):
    """Nothing is left out, nothing raises."""
    assert Histogram.of([value]).n == 1


@pytest.mark.parametrize("data", [b"", b"\x02", b"\x01\x80", b"\x01\x05"])
def test_other_bytes_are_refused(data):
    """A cut-off or foreign blob is an error, not a wrong number."""
    with pytest.raises(ValueError, match="histogram"):
        Histogram.from_bytes(data)


def test_an_empty_one_has_no_percentile():
    """No sample, no number."""
    assert Histogram().quantile(0.95) is None


def test_an_ordinary_hour_takes_few_bytes():
    """Sixty looks between 80 and 400 ms."""
    assert len(Histogram.of(80 + (i * 37) % 320 for i in range(60)).to_bytes()) < 100
