"""Reading and judging Strict-Transport-Security."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.hsts import Malformed, Policy, parse
from checks.model import Severity, Status
from checks.net.facts import Exchange, Reason
from checks.tls.hsts import OUTCOMES, judge, length
from tests.checks.samples import HOST, exchange, silent

URL = f"https://{HOST}/"


def said(*headers: str, **more: str) -> Exchange:
    """An answer with these headers."""
    answer = exchange(URL, **more)
    own = tuple(("strict-transport-security", header) for header in headers)
    return Exchange(url=URL, status=answer.status, headers=(*own, *answer.headers))


def judged(answer: Exchange, stage: str = "launch"):
    """The verdict at that stage of the product."""
    return judge(answer, stage=stage)


CASES = {
    "ok": (said("max-age=31536000; includeSubDomains"),),
    "short_for_now": (said("max-age=300"),),
    "absent": (said(),),
    "too_short": (said("max-age=86400"), "live"),
    "switched_off": (said("max-age=0"),),
    "malformed": (said("max-age=a year"),),
    "blocked_by_firewall": (exchange(URL, 403, cf_mitigated="challenge"),),
    "could_not_look": (silent(URL, Reason.TLS),),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judged(*CASES[code]).code == code


@pytest.mark.parametrize(
    ("header", "policy"),
    [
        ("max-age=31536000", Policy(31536000)),
        ('max-age="31536000"', Policy(31536000)),
        ("MAX-AGE=1; IncludeSubDomains", Policy(1, include_subdomains=True)),
        (" ; max-age=15768000 ;; preload; ", Policy(15768000, preload=True)),
        ('max-age=5; future="a;b"; other=x', Policy(5)),
        ("includeSubDomains; max-age=0", Policy(0, include_subdomains=True)),
        ("max-age = 10", Policy(10)),
    ],
)
def test_sound_headers_are_read(header, policy):
    """Order, case, quotes, spaces and unknown words do not matter (RFC 6797 section 6.1)."""
    assert parse(header) == policy


@pytest.mark.parametrize(
    "header",
    [
        "",
        "includeSubDomains",
        "max-age",
        "max-age=",
        "max-age=-1",
        "max-age=1.5",
        "max-age=31536000; max-age=1",
        "max-age=31536000, includeSubDomains",
        "max-age=1; includeSubDomains=yes",
        "max-age=1; =x",
        "max-age=" + "9" * 30,
        "max-age=1; " + "x" * 2000,
        "max-age=\u0661",
    ],
)
def test_broken_headers_are_what_browsers_ignore(header):
    """No half of a broken header counts."""
    assert isinstance(parse(header), Malformed)


@given(st.text(max_size=2000))
def test_no_header_stops_the_reader(header):
    """Headers come from strangers."""
    assert isinstance(parse(header), Policy | Malformed)


@given(st.integers(min_value=0, max_value=10**12), st.booleans(), st.booleans(), st.randoms())
def test_a_header_written_in_any_order_is_read_back(seconds, subdomains, preload, random):
    """What was written is what is read."""
    directives = [f"max-age={seconds}"] + ["includeSubDomains"] * subdomains + ["preload"] * preload
    random.shuffle(directives)
    assert parse("; ".join(directives)) == Policy(seconds, subdomains, preload)


def test_only_the_first_header_counts():
    """A second one is ignored by browsers (RFC 6797 section 8.1)."""
    assert judged(said("max-age=0", "max-age=31536000")).code == "switched_off"
    assert judged(said("max-age=31536000", "max-age=0")).code == "ok"


@pytest.mark.parametrize(("seconds", "code"), [(15_552_000, "ok"), (15_551_999, "too_short")])
def test_half_a_year_is_enough(seconds, code):
    """180 days, as the common tools ask."""
    assert judged(said(f"max-age={seconds}"), "live").code == code


def test_a_short_time_is_fine_in_the_launch_month():
    """It should start short and grow."""
    assert OUTCOMES[judged(said("max-age=300")).code].status is Status.PASS


def test_no_answer_ever_recommends_to_bind_subdomains():
    """Such words (includeSubDomains, preload) lock out hosts that are not ready, for months."""
    text = " ".join(" ".join((row.summary, row.impact, *row.fix)) for row in OUTCOMES.values()).lower()
    assert "includesubdomains" not in text
    assert "preload" not in text


def test_it_is_never_worse_than_low():
    """A missing header stops nobody from launching."""
    assert {row.severity for row in OUTCOMES.values()} == {Severity.LOW}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "no time"), (1, "1 second"), (300, "5 minutes"), (86_400, "1 day"), (31_536_000, "365 days")],
)
def test_a_length_of_time_is_said_in_its_largest_unit(seconds, said):
    """Nobody counts in seconds."""
    assert length(seconds) == said
