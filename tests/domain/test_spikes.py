"""More trouble than usual: what minutes of counted events say, and how rarely they say it for nothing."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.severity import Sev, Trouble
from bot.domain.spike_words import KINDS, meant, probe_of, sentence, severity_of, topic_of, trouble_of
from bot.domain.spikes import (
    NO_NORMAL,
    QUIET,
    Day,
    Normal,
    Rule,
    Shape,
    beyond_chance,
    burst,
    limit_of,
    normal_of,
    silence,
)
from bot.runbooks import load

PEOPLE = Rule(by_people=True)
ANY = Rule()
NOW = 29_400_000
MONDAY = date(2026, 11, 23)


def five(_at: int) -> int:
    """What is too many where nothing is normal yet."""
    return 5


def days(*counts: int | None) -> list[Day]:
    """The same hour of the days before Monday, yesterday first."""
    return [Day(MONDAY - timedelta(days=back), count) for back, count in enumerate(counts, 1)]


def test_a_new_product_has_no_normal_and_five_are_told() -> None:
    """Without history the threshold is five, and the words say that there is no normal yet."""
    assert normal_of([], MONDAY) == NO_NORMAL
    assert normal_of(days(3, 4), MONDAY) == NO_NORMAL
    assert limit_of(NO_NORMAL) == 5
    found = burst({NOW: {"a": 2, "b": 2, "c": 2}}, NOW, five, PEOPLE)
    assert found is not None
    assert found.shape is Shape.MANY
    said = sentence("login_failed", found, NO_NORMAL, days=0)
    assert said == (
        "6 failed log-ins in 5 minutes, and there is no normal yet (counted since today):"
        " log-in may be broken for everybody"
    )


def test_weekends_are_compared_with_weekends() -> None:
    """Where there are enough of the same sort of day, the others are left out."""
    fortnight = [Day(MONDAY - timedelta(days=back), 0) for back in range(1, 15)]
    busy = [Day(one.on, 120 if one.on.weekday() < 5 else 12) for one in fortnight]
    assert normal_of(busy, MONDAY).usual == 10
    assert normal_of(busy, MONDAY - timedelta(days=1)).usual == 1
    assert normal_of(busy, MONDAY).days == 10
    assert normal_of(busy[:5], MONDAY - timedelta(days=1)).usual == 10, "two days of a weekend are too few"


def test_one_bad_day_is_no_normal() -> None:
    """A day with an outage moves neither the median nor what chance is reckoned with."""
    calm = normal_of(days(*[12] * 13, 12_000), MONDAY)
    assert calm.usual == 1
    assert calm.rate == 1


@pytest.mark.parametrize(
    ("usual", "limit"), [(0.0, 5), (0.1, 5), (1.0, 10), (2.0, 13), (10.0, 30), (50.0, 150), (400.0, 1200)]
)
def test_the_limit_is_three_times_the_normal_and_never_what_chance_brings(usual: float, limit: int) -> None:
    """With a normal of 1 chance alone brings five within five minutes thirty times a month."""
    assert limit_of(Normal(usual, usual, 14)) == limit


@given(st.floats(0.001, 60))
def test_what_chance_reaches_is_summed_exactly(rate: float) -> None:
    """The number is the first whose tail is at most one in a million, by the sum written out."""
    number = beyond_chance(rate)

    def tail(least: int) -> float:
        return math.fsum(math.exp(k * math.log(rate) - rate - math.lgamma(k + 1)) for k in range(least, least + 400))

    assert tail(number) <= 1.01e-6
    assert tail(number - 1) > 0.99e-6


def test_forty_from_one_place_are_somebody_who_guesses() -> None:
    """The words of the founder: how many, how many normally, from where, and what it means."""
    found = burst({NOW - 1: {"x": 25}, NOW: {"x": 15}}, NOW, lambda _: 9, PEOPLE)
    assert found is not None
    assert sentence("login_failed", found, Normal(1, 1, 10)) == (
        "40 failed log-ins in 5 minutes, normally 1, all from one place: somebody is guessing passwords"
    )
    assert probe_of("login_failed", found.shape) == "Failed log-ins from one place"
    assert meant("Failed log-ins from one place") == ("login_failed", Shape.ONE)


def test_almost_all_from_one_place_is_said_so() -> None:
    """Eight in ten are enough."""
    found = burst({NOW: {"x": 32, "y": 5, "z": 3}}, NOW, five, PEOPLE)
    assert found is not None
    assert found.shape is Shape.ONE
    assert "almost all from one place" in sentence("login_failed", found, Normal(1, 1, 10))


def test_one_customer_who_mistypes_is_nobodys_alarm() -> None:
    """Seven tries of one person are no attack, and two people who try four times are no outage."""
    assert burst({NOW: {"x": 7}}, NOW, five, PEOPLE) is None
    assert burst({NOW: {"x": 4, "y": 4}}, NOW, five, PEOPLE) is None
    assert burst({NOW: {"x": 4, "y": 4, "z": 1}}, NOW, five, PEOPLE) is not None


def test_unknown_origins_count_in_full() -> None:
    """Who sends no origin is told by the numbers alone."""
    found = burst({NOW: {"": 5}}, NOW, five, PEOPLE)
    assert found is not None
    assert found.shape is Shape.MANY
    assert found.share == 0


def test_machines_have_no_place() -> None:
    """Failed webhooks all come from the sender; that means nothing."""
    found = burst({NOW: {"stripe": 6}}, NOW, five, ANY)
    assert found is not None
    assert found.shape is Shape.MANY


def test_it_is_over_after_a_quarter_of_an_hour_of_quiet() -> None:
    """Below the limit it looks better; only fifteen quiet minutes end it."""
    minutes = {NOW: {"": 9}}
    for later in range(5):
        found = burst(minutes, NOW + later, five, ANY)
        assert found is not None
        assert found.now, "the five minutes still hold it"
    better = burst(minutes, NOW + 5, five, ANY)
    assert better is not None
    assert not better.now
    assert burst(minutes, NOW + 4 + QUIET - 1, five, ANY) is not None
    assert burst(minutes, NOW + 4 + QUIET, five, ANY) is None


def test_it_began_with_its_first_event() -> None:
    """The beginning is the minute of the first event of the first five minutes that were too many."""
    found = burst({NOW - 8: {"": 1}, NOW - 6: {"": 3}, NOW - 5: {"": 4}}, NOW, five, ANY)
    assert found is not None
    assert found.began == NOW - 8
    assert found.count == 8


minutes_of = st.dictionaries(
    st.integers(NOW - 25, NOW), st.dictionaries(st.sampled_from(["", "a", "b", "c"]), st.integers(1, 40), max_size=4)
)


@given(minutes_of, st.integers(3, 60), st.booleans())
def test_more_of_the_same_never_ends_it(minutes: dict[int, dict[str, int]], limit: int, by_people: bool) -> None:
    """What is too many stays so where everything doubles."""
    rule = Rule(by_people=by_people)
    once = burst(minutes, NOW, lambda _: limit, rule)
    twice = {at: {origin: 2 * count for origin, count in each.items()} for at, each in minutes.items()}
    doubled = burst(twice, NOW, lambda _: limit, rule)
    if once is not None:
        assert doubled is not None
        assert doubled.count >= 2 * once.count


@given(minutes_of, st.integers(3, 60))
def test_a_burst_holds_its_limit(minutes: dict[int, dict[str, int]], limit: int) -> None:
    """What is told was really counted: at least the limit, within the window, in order of time."""
    found = burst(minutes, NOW, lambda _: limit, ANY)
    sums = {at: sum(each.values()) for at, each in minutes.items()}
    windows = [sum(sums.get(at - back, 0) for back in range(5)) for at in range(NOW - QUIET + 1, NOW + 1)]
    assert (found is not None) == (max(windows) >= limit)
    if found is not None:
        assert found.count == max(windows)
        assert found.began <= found.last <= NOW


def test_the_worst_names_the_runbook_that_leads_out() -> None:
    """Each kind has a runbook that exists, and so has what comes from one place."""
    books = load()
    for kind, words in KINDS.items():
        assert topic_of(probe_of(kind, Shape.MANY)) == words.topic
        assert words.topic in books
        assert topic_of(probe_of(kind, Shape.ONE)) == "traffic_spike_or_attack"
    assert topic_of("Sign-up page") == ""
    assert topic_of("Webhooks that should come in") == "webhooks_failing"


def test_how_bad_it_is_follows_the_table() -> None:
    """Nobody gets through the checkout: the worst. Somebody guesses passwords: that waits for the day."""
    assert trouble_of("checkout_failed", Shape.MANY, stopped=True) is Trouble.CHECKOUT
    assert trouble_of("checkout_failed", Shape.MANY, stopped=False) is Trouble.ERRORS
    assert trouble_of("job_failed", Shape.MANY) is Trouble.HEARTBEAT
    assert severity_of(Trouble.CHECKOUT, Shape.MANY, "payment", critical=True) is Sev.ONE
    assert severity_of(Trouble.ERRORS, Shape.MANY, "login", critical=True) is Sev.TWO
    assert severity_of(Trouble.ERRORS, Shape.MANY, "login", critical=False) is Sev.THREE
    assert severity_of(Trouble.ERRORS, Shape.ONE, "login", critical=True) is Sev.THREE
    assert severity_of(Trouble.ERRORS, Shape.ONE, "payment", critical=True) is Sev.TWO


def test_a_receiver_that_hears_nothing_is_noticed() -> None:
    """Webhooks came every half hour by day for two weeks; a day of silence is twice the longest night."""
    heard = [day * 1440 + hour * 60 + half for day in range(14) for hour in range(8, 22) for half in (0, 30)]
    last = heard[-1]
    assert silence(heard, last + 630) is None, "the usual night"
    assert silence(heard, last + 1200) is None
    found = silence(heard, last + 1300)
    assert found is not None
    assert found.longest == 630
    assert silence(heard[:15], last + 99_999) is None, "too few to say what is usual"


class Product:
    """A product of some customers over weeks: days and nights, weekends, growth, people who try again."""

    def __init__(self, seed: int, customers: int, *, growth: float = 1.0, origins: bool = True) -> None:
        self.random = random.Random(seed)
        self.customers = customers
        self.growth = growth
        self.origins = origins

    def rate(self, minute: int) -> float:
        """Failing visits in that minute: each customer comes once a day, one visit in twelve fails."""
        day, hour = minute // 1440, minute % 1440 / 60
        weekend = 0.4 if (MONDAY + timedelta(days=day)).weekday() >= 5 else 1.0
        by_hour = 0.1 + max(0.0, math.sin((hour - 6) / 17 * math.pi)) ** 2 if 6 <= hour <= 23 else 0.1
        grown = 1 + (self.growth - 1) * day / 44
        return self.customers / 12 / 1440 * weekend * by_hour * 2.1 * grown

    def minutes(self, days: int) -> dict[int, dict[str, int]]:
        """Each failing visit is one person, who tries again with two chances in five."""
        found: dict[int, dict[str, int]] = {}
        for minute in range(days * 1440):
            chance, visits = self.random.random(), 0
            term = whole = math.exp(-self.rate(minute))
            while chance > whole and visits < 50:
                visits += 1
                term *= self.rate(minute) / visits
                whole += term
            for _ in range(visits):
                origin, at = f"p{self.random.randrange(self.customers)}" if self.origins else "", minute
                while True:
                    each = found.setdefault(at, {})
                    each[origin] = each.get(origin, 0) + 1
                    if self.random.random() > (0.4 if self.origins else 0.0):
                        break
                    at += self.random.randrange(2)
        return found


def alarms(minutes: dict[int, dict[str, int]], first: int, days: int, rule: Rule) -> list[int]:
    """The minutes at which somebody would be told, as the service judges: by hour, with fourteen days behind it."""
    hours: dict[int, int] = {}
    for at, each in minutes.items():
        hours[at // 60] = hours.get(at // 60, 0) + sum(each.values())
    limits: dict[int, int] = {}

    def limit(at: int) -> int:
        hour = at // 60
        if hour not in limits:
            today = MONDAY + timedelta(days=at // 1440)
            known = [
                Day(today - timedelta(days=back), hours.get(hour - 24 * back, 0))
                for back in range(1, 15)
                if hour >= 24 * back
            ]
            limits[hour] = limit_of(normal_of(known, today), rule.floor)
        return limits[hour]

    told: list[int] = []
    over = -1
    # Only where something was counted can anything begin.
    for at in sorted(one for one in minutes if first * 1440 <= one < (first + days) * 1440):
        if at <= over:
            over = max(over, at + QUIET) if burst(minutes, at, limit, rule) is not None else over
            continue
        found = burst(minutes, at, limit, rule)
        if found is not None and found.now:
            told.append(at)
            over = at + QUIET
    return told


@pytest.mark.parametrize("kind", ["login_failed", "http_5xx"])
def test_ordinary_weeks_raise_hardly_an_alarm(kind: str) -> None:
    """Ten to a hundred customers, nights, weekends, growth to the double: at most one false alarm a month.

    Thirty months in all, of products with history and of new ones; people who fail try again.
    """
    rule, people = KINDS[kind].rule, kind == "login_failed"
    months, false = 0, 0
    for seed in range(10):
        customers = (10, 25, 50, 75, 100)[seed % 5]
        made = Product(seed, customers, growth=2.0 if seed % 2 else 1.0, origins=people).minutes(44)
        false += len(alarms(made, 14, 30, rule))
        months += 1
    assert months == 10
    assert false <= 3, f"{false} false alarms in {months} months"


def test_a_new_product_is_not_alarmed_by_its_first_days() -> None:
    """Without any history the first fortnight of a hundred customers raises at most one."""
    told = [len(alarms(Product(seed, 100).minutes(14), 0, 14, PEOPLE)) for seed in range(20, 25)]
    assert max(told) <= 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 100), st.floats(3, 12), st.integers(0, 1439))
def test_a_broken_log_in_is_told_within_five_minutes(seed: int, customers: int, each: float, when: int) -> None:
    """From the moment on at which several people a minute fail, it takes five minutes at most."""
    ordinary = Product(seed, customers).minutes(15)
    start = 14 * 1440 + when
    ordinary = {at: one for at, one in ordinary.items() if at < start}
    for number in range(10):
        at = start + number
        ordinary[at] = {f"q{number}-{person}": 1 for person in range(round(each))}
    told = alarms(ordinary, 14, 2, PEOPLE)
    after = [at for at in told if at >= start]
    before = [at for at in told if start - QUIET <= at < start]
    assert before or (after and after[0] - start < 5)
