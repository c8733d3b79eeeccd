"""Who is on call, at any hour of any night; and when the clocks are changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.hours import NINE, Quiet, moment, next_at, next_working_day
from bot.domain.rota import (
    Override,
    Ownership,
    Person,
    Rotation,
    Team,
    contact,
    coverage,
    handover_at,
    nobody,
    on_call,
    unresolvable,
)
from tests.domain.host import STEADY

NOW = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
PEOPLE = {name: Person(name, f"U{name.upper()}") for name in ("ana", "ben", "cleo")}
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]
TEAM = Team(PEOPLE, {"shop": Ownership("ana", "ben")}, zone="Europe/Berlin", installer="UINST")


def berlin(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A wall clock in Berlin, 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


class TestOnCall:
    """Override, shift, owner, backup, default, installer."""

    def test_the_owner_of_a_service_is_called_first(self):
        """And the backup next."""
        duty = on_call(TEAM, "shop", NOW)
        assert (duty.owner.name, duty.backup.name, duty.why, duty.alone) == ("ana", "ben", "owner", False)
        assert duty.last_resort.name == "ana"

    def test_a_shift_comes_before_the_owner_and_an_override_before_the_shift(self):
        """The later override wins; what it does not speak of it does not change."""
        team = replace(TEAM, rotation=Rotation(("cleo",)))
        assert (on_call(team, "shop", NOW).owner.name, on_call(team, "shop", NOW).why) == ("cleo", "shift")
        hour = timedelta(hours=1)
        swaps = (Override("ana", NOW - hour, NOW + hour), Override("ben", NOW, NOW + hour, "shop"))
        team = replace(team, overrides=swaps)
        assert on_call(team, "shop", NOW).owner.name == "ben"
        assert on_call(team, "blog", NOW).owner.name == "ana"
        assert on_call(team, "shop", NOW + hour).owner.name == "cleo"

    def test_without_a_backup_the_next_in_turn_stands_behind(self):
        """Then whoever else there is."""
        team = replace(TEAM, services={}, rotation=Rotation(("cleo", "ben", "ana")))
        first = on_call(team, "shop", NOW)
        assert {first.owner.name, first.backup.name} < set(PEOPLE)
        assert on_call(replace(TEAM, services={"shop": Ownership("cleo")}), "shop", NOW).backup.name == "ana"

    def test_in_a_team_of_one_there_is_no_backup(self):
        """Also where the backup is the same person."""
        duty = on_call(Team({"ana": PEOPLE["ana"]}, {"shop": Ownership("ana", "ana")}), "shop", NOW)
        assert (duty.owner.name, duty.backup, duty.alone) == ("ana", None, True)

    def test_who_cannot_be_reached_is_passed_over_and_named(self):
        """A name without an account, a person who left, a name nobody knows."""
        people = {**PEOPLE, "ana": Person("ana"), "ben": replace(PEOPLE["ben"], gone=True)}
        team = replace(TEAM, people=people, rotation=Rotation(("zoe",)))
        duty = on_call(team, "shop", NOW)
        assert (duty.owner.name, duty.why) == ("cleo", "default")
        assert duty.unresolvable == ("zoe", "ana", "ben")
        assert unresolvable(team) == ("ana", "ben", "zoe")

    def test_it_is_never_nobody(self):
        """At the end it is whoever installed the bot, and an empty rota is told."""
        empty = Team(installer="UINST")
        duty = on_call(empty, "shop", NOW)
        assert (duty.owner.slack, duty.why, duty.backup) == ("UINST", "installer", None)
        assert nobody(empty)
        assert not nobody(TEAM)

    def test_a_contact_knows_its_own_hours(self):
        """Where the person lives, not where the product does."""
        person = replace(PEOPLE["ana"], zone="America/New_York")
        at = berlin(10, 7)
        found = contact(TEAM, person, at)
        assert found.quiet_until == datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
        assert found.next_nine == datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
        assert contact(TEAM, replace(person, quiet=Quiet(time(0), time(0))), at).quiet_until is None


class TestTurns:
    """Day, week, fortnight."""

    @pytest.mark.parametrize(("every", "days"), [("day", 1), ("week", 7), ("fortnight", 14)])
    def test_a_turn_lasts_as_long_as_it_says(self, every, days):
        """And begins at the hour of the hand-over, on the wall clock of the product."""
        rotation = Rotation(("ana", "ben", "cleo"), every, time(9), date(2026, 3, 2))
        team = replace(TEAM, rotation=rotation)
        start = berlin(2, 9)
        assert rotation.person(start, team.zone) == "ana"
        end = moment(date(2026, 3, 2) + timedelta(days=days), time(9), team.zone)
        assert rotation.person(end - timedelta(seconds=1), team.zone) == "ana"
        assert rotation.person(end, team.zone) == "ben"
        assert handover_at(team, start) == end

    def test_before_the_first_turn_the_owner_is_called(self):
        """Nobody has a turn yet."""
        team = replace(TEAM, rotation=Rotation(("cleo",), starts=date(2026, 4, 1)))
        assert on_call(team, "shop", NOW).owner.name == "ana"

    @pytest.mark.parametrize(
        ("zone", "night"),
        [
            ("Europe/Berlin", date(2026, 3, 29)), ("Europe/Berlin", date(2026, 10, 25)),
            ("America/New_York", date(2026, 3, 8)), ("America/New_York", date(2026, 11, 1)),
            ("Australia/Lord_Howe", date(2026, 4, 5)), ("Australia/Lord_Howe", date(2026, 10, 4)),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("at", [time(9), time(2, 15), time(1, 45), time(0)])
    def test_on_nights_when_clocks_change_each_person_has_one_turn(self, zone, night, at):
        """Minute by minute through three days: the turn changes once a day and never back."""
        rotation = Rotation(("ana", "ben"), "day", at)
        begin = moment(night - timedelta(days=1), time(12), zone)
        turns = [rotation.turn(begin + timedelta(minutes=n), zone) for n in range(3 * 24 * 60)]
        assert all(b - a in (0, 1) for a, b in pairwise(turns))
        assert turns[-1] - turns[0] == 3

    @STEADY
    @given(st.sampled_from(ZONES), st.integers(0, 365 * 24), st.sampled_from(["day", "week", "fortnight"]), st.times())
    def test_a_turn_is_between_its_own_ends(self, zone, hours, every, at):
        """For any hour of any year in any zone."""
        rotation = Rotation(("ana", "ben"), every, at.replace(second=0, microsecond=0, tzinfo=None))
        now = NOW + timedelta(hours=hours)
        turn = rotation.turn(now, zone)
        assert rotation.begins(turn, zone) <= now < rotation.begins(turn + 1, zone)


class TestCoverage:
    """Gaps of the next seven days."""

    def test_a_covered_week_has_no_gap(self):
        """Each service has somebody."""
        assert coverage(TEAM, NOW) == ()

    def test_a_service_that_nobody_owns_is_a_gap_of_a_week(self):
        """Somebody would be called, and it is a makeshift."""
        (gap,) = coverage(replace(TEAM, services={**TEAM.services, "blog": Ownership()}), NOW)
        assert (gap.service, gap.begins, gap.ends, gap.why) == ("blog", NOW, NOW + timedelta(days=7), "nobody")

    def test_a_turn_of_somebody_who_left_is_a_gap(self):
        """From hand-over to hand-over, with the name."""
        people = {**PEOPLE, "ben": replace(PEOPLE["ben"], gone=True)}
        team = replace(
            TEAM, people=people, services={}, rotation=Rotation(("ana", "ben"), "day", time(9), date(2026, 3, 10))
        )
        gaps = coverage(team, NOW)
        assert [(gap.begins, gap.ends, gap.names) for gap in gaps] == [
            *((berlin(day, 9), berlin(day + 1, 9), ("ben",)) for day in (11, 13, 15)),
            (berlin(17, 9), NOW + timedelta(days=7), ("ben",)),
        ]

    def test_an_empty_rota_is_one_long_gap(self):
        """Loud, not silent."""
        (gap,) = coverage(Team(installer="UINST"), NOW)
        assert (gap.begins, gap.ends) == (NOW, NOW + timedelta(days=7))


class TestHours:
    """Nine o'clock, quiet hours, working days."""

    def test_nine_is_nine_on_both_sides_of_the_change(self):
        """23 and 25 hours apart."""
        before = next_at(berlin(27, 12), NINE, "Europe/Berlin")
        assert next_at(before, NINE, "Europe/Berlin") - before == timedelta(hours=23)
        autumn = next_at(berlin(23, 12, month=10), NINE, "Europe/Berlin")
        assert next_at(autumn, NINE, "Europe/Berlin") - autumn == timedelta(hours=25)

    def test_the_next_working_day(self):
        """Friday evening leads to Monday, or to Sunday where people work then."""
        friday = datetime(2026, 3, 13, 20, tzinfo=UTC)
        week = ("mon", "tue", "wed", "thu", "fri")
        assert next_at(friday, NINE, "UTC", days=week) == datetime(2026, 3, 16, 9, tzinfo=UTC)
        assert next_at(friday, NINE, "UTC", days=("sun",)) == datetime(2026, 3, 15, 9, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("day", "hour", "expected"), [(10, 7, 11), (10, 23, 11), (13, 7, 16), (14, 12, 16), (15, 12, 16)]
    )
    def test_the_next_working_day_is_never_today(self, day, hour, expected):
        """A promise until tomorrow does not end in an hour; from Friday on it means Monday."""
        week = ("mon", "tue", "wed", "thu", "fri")
        assert next_working_day(berlin(day, hour), "Europe/Berlin", week) == berlin(expected, 9)

    def test_where_nobody_ever_works_it_is_tomorrow(self):
        """An empty list is no reason to promise for ever."""
        assert next_working_day(berlin(14, 12), "Europe/Berlin", ()) == berlin(15, 9)

    @pytest.mark.parametrize(
        ("zone", "night", "hours"),
        [
            ("Europe/Berlin", date(2026, 3, 28), 9), ("Europe/Berlin", date(2026, 10, 24), 11),
            ("America/New_York", date(2026, 3, 7), 9), ("America/New_York", date(2026, 10, 31), 11),
            ("Australia/Lord_Howe", date(2026, 4, 4), 10.5), ("Australia/Lord_Howe", date(2026, 10, 3), 9.5),
        ],
    )  # fmt: skip
    def test_a_night_on_which_clocks_change_ends_at_eight_all_the_same(self, zone, night, hours):
        """From ten to eight, an hour (or half of one) shorter or longer; quiet all through."""
        begins, ends = moment(night, time(22), zone), moment(night + timedelta(days=1), time(8), zone)
        assert ends - begins == timedelta(hours=hours)
        quiet = Quiet()
        for n in range(int(hours * 60)):
            assert quiet.until(begins + timedelta(minutes=n), zone) == ends
        assert quiet.until(begins - timedelta(seconds=1), zone) is None
        assert quiet.until(ends, zone) is None

    def test_quiet_hours_by_day_and_none_at_all(self):
        """A night worker sleeps from 9 to 17; the same time twice is never."""
        assert Quiet(time(9), time(17)).until(NOW, "UTC") == datetime(2026, 3, 10, 17, tzinfo=UTC)
        assert Quiet(time(9), time(9)).until(NOW, "UTC") is None

    @STEADY
    @given(
        st.sampled_from(ZONES), st.integers(0, 500_000), st.times().map(lambda t: t.replace(second=0, microsecond=0))
    )
    def test_the_next_time_is_after_now_and_within_a_day(self, zone, minutes, at):
        """25 hours and a half at most."""
        now = NOW + timedelta(minutes=minutes)
        found = next_at(now, at, zone)
        assert timedelta(0) < found - now <= timedelta(hours=25.5)
