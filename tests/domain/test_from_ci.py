"""What CI said stands where the bot itself cannot look, for thirty days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.from_ci import COUNTS_FOR, LACKING, NAMED, Told, with_ci
from checks.model import Finding, Kind, Severity, Status
from checks.registry import load

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
OWN = Finding(
    "sec.repo",
    "shop.test",
    "not_here",
    Status.NA,
    Severity.LOW,
    "The code is not on this machine, so it was not searched for keys",
    kind=Kind.DOMAIN,
    owner="ana",
    service="shop",
    at=NOW,
)
KEY = Finding("sec.repo", "src/pay.js", "secret_in_code", Status.FAIL, Severity.BLOCKER, "A key", kind=Kind.DOMAIN)
FINE = replace(KEY, target=".", code="ok", status=Status.PASS, severity=Severity.LOW, summary="No key")
UNSEEN = replace(KEY, code="history_cut_off", status=Status.UNKNOWN, summary="Not all of it")
SLOW = replace(OWN, check="perf.gate", target="Sign-up", code="not_compared", kind=Kind.MONITOR)
SLOWER = replace(SLOW, code="slower", status=Status.FAIL, summary="Slower")


def told(finding: Finding, at: datetime = AT) -> Told:
    """As CI said it."""
    return Told(finding, at, "a1b2c3d", "main", "GitHub Actions, acme/shop")


def only(own: Finding, *said: Told) -> Finding:
    """What stands in the audit."""
    [found] = with_ci([own], said, NOW)
    return found


def test_the_finding_of_ci_stands_in_the_place_of_one_that_does_not_apply():
    """Under the name of what was looked at here, with when and about which version it was said."""
    found = only(OWN, told(KEY))
    assert (found.code, found.status, found.severity, found.summary) == (
        "secret_in_code",
        Status.FAIL,
        Severity.BLOCKER,
        "A key",
    )
    assert found.impact == "Your CI said so on 18 November 2026, 09:30 UTC, about a1b2c3d of main."
    assert (found.target, found.owner, found.service, found.at) == ("shop.test", "ana", "shop", NOW)
    [asked] = found.evidence
    assert (asked.of, asked.answer) == (
        "GitHub Actions, acme/shop",
        "said on 18 November 2026, 09:30 UTC, about a1b2c3d of main",
    )


def test_of_several_the_worst_stands_and_the_others_are_named():
    """What fails, then what could not be seen, then what is in order; the rest is counted."""
    others = [told(replace(KEY, target=f"{n}.py", summary=f"Key {n}")) for n in range(NAMED + 3)]
    found = only(OWN, told(FINE), told(UNSEEN), told(KEY, AT + timedelta(hours=1)), *others)
    assert found.summary == "A key", "of equals the newest"
    named = [one.answer for one in found.evidence[1:]]
    assert named == [*(f"Key {n}" for n in range(NAMED)), "4 more like these"]
    assert only(OWN, told(FINE), told(UNSEEN)).code == "history_cut_off"
    fine = only(OWN, told(FINE))
    assert (fine.status, fine.impact) == (Status.PASS, "")


def test_what_was_said_too_long_ago_no_longer_counts():
    """To the moment; and that it is old is said."""
    assert only(OWN, told(FINE, NOW - COUNTS_FOR)).status is Status.PASS
    old = only(OWN, told(KEY, NOW - COUNTS_FOR - timedelta(seconds=1)))
    assert (old.status, old.code) == (Status.NA, "not_here")
    assert "Your CI said something about it on 21 October 2026" in old.summary
    assert "more than 30 days ago, so it no longer counts" in old.summary
    assert old.evidence[0].answer.endswith("too old to count")


@pytest.mark.parametrize(
    "own",
    [
        replace(OWN, code="ok", status=Status.PASS),
        replace(OWN, code="could_not_look", status=Status.UNKNOWN),
        replace(OWN, check="sec.logs"),
        replace(OWN, code="another"),
        replace(OWN, check="dns.resolve"),
    ],
)
def test_what_the_bot_sees_itself_is_left_alone(own):
    """Nobody else is asked about it."""
    assert only(own, told(KEY)) is own
    assert only(OWN) is OWN


def test_what_is_said_of_the_code_stands_at_one_domain():
    """A product with two domains has one code; of its endpoints each has its own."""
    other = replace(OWN, target="shop.example")
    first, second = with_ci([OWN, other], [told(KEY)], NOW)
    assert (first.code, second) == ("secret_in_code", other)
    both = with_ci(
        [SLOW, replace(SLOW, target="Dashboard")], [told(SLOWER), told(replace(SLOWER, target="Dashboard"))], NOW
    )
    assert [one.code for one in both] == ["slower", "slower"]


def test_an_endpoint_is_told_about_itself_alone():
    """Another one's speed says nothing about it."""
    assert only(SLOW, told(SLOWER)).code == "slower"
    assert only(SLOW, told(replace(SLOWER, target="Dashboard"))) is SLOW


@pytest.mark.parametrize("check", LACKING)
def test_every_answer_that_gives_way_is_one_of_its_check(check):
    """And says that it does not apply."""
    outcomes = load()[check].outcomes
    assert {outcomes[code].status for code in LACKING[check]} == {Status.NA}
