"""Judging when a certificate runs out, relative to its lifetime."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model import Severity, Status
from checks.net.facts import Fault, Reason
from checks.tls.expiry import OUTCOMES, judge, level, span, thresholds
from tests.checks.samples import HOST, NOW, certificate, middle, peer, refused


def leaf(lifetime: float, left: float):
    """A host with one such certificate and a good chain."""
    return peer(certificate(HOST, lifetime=lifetime, left=left), middle())


CASES = {
    "ok": (leaf(90, 60), NOW),
    "soon": (leaf(365, 25), NOW),
    "renewal_overdue": (leaf(90, 21), NOW),
    "very_soon": (leaf(365, 10), NOW),
    "renewal_failed": (leaf(90, 12), NOW),
    "last_days": (leaf(90, 2), NOW),
    "expired": (peer(certificate(HOST, left=-3), middle(), fault=refused(10)), NOW),
    "intermediate_soon": (peer(certificate(HOST), middle(left=20)), NOW),
    "intermediate_very_soon": (peer(certificate(HOST), middle(left=10)), NOW),
    "intermediate_expired": (peer(certificate(HOST), middle(left=-1), fault=refused(10)), NOW),
    "intermediate_left_over": (peer(certificate(HOST), middle(), middle(left=-400)), NOW),
    "not_reachable": (peer(fault=Fault(Reason.TIMEOUT)), NOW),
    "could_not_look": (peer(fault=Fault(Reason.BUDGET)), NOW),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(*CASES[code]).code == code


@pytest.mark.parametrize(
    ("lifetime", "warn", "fail", "blocker"),
    [
        (365, 30, 14, 3),
        (200, 30, 14, 3),
        (90, 30, 14, 3),
        (64, 64 / 3, 64 / 6, 3),
        (47, 47 / 3, 47 / 6, 3),
        (45, 15, 7.5, 3),
        (6, 2, 1, 0.5),
    ],
)
def test_the_limits_follow_the_lifetime(lifetime, warn, fail, blocker):
    """Short-lived certificates of today and of the coming years raise no false alarm."""
    limits = thresholds(timedelta(days=lifetime))
    days = [limit / timedelta(days=1) for limit in (limits.warn, limits.fail, limits.blocker)]
    assert days == pytest.approx([warn, fail, blocker])


@pytest.mark.parametrize(("lifetime", "left"), [(90, 31), (47, 16), (45, 15.1), (6, 2.1), (200, 31)])
def test_a_certificate_that_is_not_due_yet_is_fine(lifetime, left):
    """Renewal at two thirds of the life has not come yet."""
    assert judge(leaf(lifetime, left), NOW).code == "ok"


def test_a_renewal_is_said_to_be_overdue_by_days():
    """A 90-day certificate with 21 days left should have been renewed 9 days ago."""
    verdict = judge(leaf(90, 21), NOW)
    assert (verdict.code, verdict.seen["overdue"], verdict.seen["left"]) == ("renewal_overdue", "9 days", "21 days")


def test_the_last_days_are_a_blocker():
    """The severity rises from high to blocker."""
    assert OUTCOMES[judge(leaf(90, 2.9), NOW).code].severity is Severity.BLOCKER
    assert OUTCOMES[judge(leaf(90, 3.1), NOW).code].severity is Severity.HIGH


def test_a_root_that_is_sent_along_is_ignored():
    """Browsers use their own copy."""
    root = middle(left=-100, self_issued=True)
    assert judge(peer(certificate(HOST), middle(), root), NOW).code == "ok"


def test_the_own_certificate_speaks_where_both_are_equally_bad():
    """One fault is told, the one that the owner can mend."""
    assert judge(peer(certificate(HOST, left=2), middle(left=2)), NOW).code == "last_days"


def test_a_certificate_that_is_refused_for_another_reason_still_has_a_date():
    """A wrong name does not hide the end date."""
    assert judge(peer(certificate("other.test", left=2), fault=refused(62)), NOW).code == "last_days"


def test_its_words_do_not_repeat_those_of_the_trust_check():
    """One tells what browsers do, the other that the renewal did not happen."""
    from checks.tls.valid import OUTCOMES as TRUST

    assert "renewal" in OUTCOMES["expired"].summary
    assert "renewal" not in TRUST["expired"].summary


LIFETIMES = st.floats(min_value=0.01, max_value=4000)


@given(LIFETIMES, st.floats(min_value=-4000, max_value=4000), st.floats(min_value=0, max_value=400))
def test_less_time_left_is_never_better(lifetime, left, later):
    """Severity only rises as the end comes closer."""
    earlier, now = (level(certificate(HOST, lifetime=lifetime, left=days), NOW) for days in (left, left - later))
    assert now >= earlier


@given(LIFETIMES, st.floats(min_value=-4000, max_value=4000))
def test_two_thirds_of_any_life_are_quiet(lifetime, left):
    """No certificate raises its voice before a third of its life remains."""
    if left > lifetime / 3:
        assert OUTCOMES[judge(leaf(lifetime, left), NOW).code].status is Status.PASS


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40000)))
def test_a_span_is_always_said_in_words(length):
    """Days from two days on, hours before."""
    assert span(length).split()[-1] in ("days", "hours", "hour")
