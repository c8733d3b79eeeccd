"""What a run amounts to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model import Finding, Severity, Status
from checks.report import Changes, Decision, Report
from checks.sent import of_stats
from tests.engine.probes import NOW

BLOCKER, HIGH, MEDIUM, LOW = Severity
PASS, WARN, FAIL, UNKNOWN, NA = Status


def finding(status: Status = PASS, severity: Severity = LOW, **changes: object) -> Finding:
    base = Finding("dns.resolve", "example.com", status.name.lower(), status, severity, f"{status} {severity}")
    return replace(base, **changes)  # type: ignore[arg-type]


def report(*findings: Finding) -> Report:
    return Report("shop", ("example.com",), NOW, 1200, findings)


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ([finding()], "go"),
        ([finding(FAIL, HIGH)], "go"),
        ([finding(WARN, BLOCKER)], "go"),
        ([finding(FAIL, BLOCKER)], "no-go"),
        ([finding(), finding(UNKNOWN, LOW, blocker_class=True)], "not-proven"),
        ([finding(), finding(UNKNOWN, LOW)], "go"),
        ([finding(NA, blocker_class=True), finding()], "go"),
        ([finding(FAIL, BLOCKER), finding(UNKNOWN, blocker_class=True)], "no-go"),
        ([], "not-proven"),
        ([finding(UNKNOWN), finding(NA)], "not-proven"),
    ],
)
def test_the_verdict(findings: list[Finding], verdict: str):
    """No-go when a blocker fails, not proven when a blocker-class check is unknown or nothing was seen, else go."""
    assert report(*findings).verdict == verdict


@pytest.mark.parametrize(
    ("findings", "fail_on", "code"),
    [
        ([finding()], None, 0),
        ([finding(FAIL, BLOCKER)], None, 1),
        ([finding(), finding(UNKNOWN, blocker_class=True)], None, 3),
        ([finding(FAIL, HIGH)], None, 0),
        ([finding(FAIL, HIGH)], HIGH, 1),
        ([finding(WARN, MEDIUM)], MEDIUM, 1),
        ([finding(WARN, MEDIUM)], HIGH, 0),
        ([finding(FAIL, BLOCKER)], LOW, 1),
        ([finding(UNKNOWN, HIGH), finding()], LOW, 0),
        ([finding(), finding(UNKNOWN, blocker_class=True)], BLOCKER, 3),
        ([finding(WARN, LOW), finding(UNKNOWN, blocker_class=True)], LOW, 1),
    ],
)
def test_the_exit_code(findings: list[Finding], fail_on: Severity | None, code: int):
    """0 go, 1 no-go, 3 not proven; `fail_on` never turns a 1 or a 3 into a 0."""
    assert report(*findings).exit_code(fail_on) == code


def test_counts_are_of_bad_findings_by_severity():
    """A passing blocker-class check is not a blocker, and what does not apply is not counted."""
    counted = report(
        finding(FAIL, BLOCKER), finding(WARN, HIGH), finding(PASS, BLOCKER), finding(UNKNOWN, HIGH), finding(NA, HIGH)
    ).counts
    assert counted == {"blocker": 1, "high": 1, "medium": 0, "low": 0, "unknown": 1, "pass": 1}


def test_the_ranking_puts_harm_to_the_business_first():
    """Bad before unknown before good; severity, then failing before warning, then what breaks, then production."""
    wanted = [
        finding(FAIL, BLOCKER, breaks=True),
        finding(FAIL, BLOCKER),
        finding(FAIL, HIGH, environment="production"),
        finding(FAIL, HIGH, environment="staging"),
        finding(WARN, HIGH),
        finding(FAIL, LOW),
        finding(UNKNOWN, BLOCKER),
        finding(PASS, BLOCKER),
        finding(NA, BLOCKER),
    ]
    assert list(report(*reversed(wanted)).ranked) == wanted


def test_equal_findings_keep_the_order_of_the_plan():
    """Causes before what they cause."""
    first, second = finding(FAIL, HIGH, check="dns.resolve"), finding(FAIL, HIGH, check="tls.valid")
    assert report(first, second).ranked == (first, second)


def test_the_split_is_complete_and_without_overlap():
    """Each bad finding is in exactly one half."""
    findings = [finding(status, severity) for status in Status for severity in Severity]
    found = report(*findings)
    assert sorted(map(id, found.must_fix + found.can_wait)) == sorted(id(one) for one in findings if one.status.bad)
    assert {(one.status, one.severity) for one in found.must_fix} == {(FAIL, BLOCKER), (WARN, BLOCKER), (FAIL, HIGH)}


def test_changes_since_the_last_report():
    """New, fixed, worse, better and hidden, each by check and target; what only one looked at is no change."""

    def one(target: str, status: Status, severity: Severity = HIGH) -> Finding:
        return finding(status, severity, target=target)

    before = report(
        one("new", PASS),
        one("fixed", FAIL),
        one("worse", WARN),
        one("better", FAIL),
        one("hidden", FAIL),
        one("same", FAIL),
        one("left out", FAIL),
        one("seen", UNKNOWN),
    )
    after = report(
        one("new", FAIL),
        one("fixed", NA),
        one("worse", FAIL),
        one("better", FAIL, LOW),
        one("hidden", UNKNOWN),
        one("same", FAIL),
        one("added", FAIL),
        one("seen", FAIL),
    )
    changes = after.changed_since(before)
    names = {
        kind: [pair.after.target for pair in getattr(changes, kind)]
        for kind in ("new", "fixed", "worse", "better", "hidden")
    }
    assert names == {
        "new": ["new", "seen"],
        "fixed": ["fixed"],
        "worse": ["worse"],
        "better": ["better"],
        "hidden": ["hidden"],
    }
    assert changes
    assert not after.changed_since(after)
    assert after.changed_since(None) == Changes()
    assert not after.changed_since(replace(before, rubric="0")).same_rubric


FINDINGS = st.builds(
    Finding,
    check=st.sampled_from(["dns.resolve", "mail.spf"]),
    target=st.text(min_size=1, max_size=10),
    code=st.sampled_from(["ok", "broken"]),
    status=st.sampled_from(Status),
    severity=st.sampled_from(Severity),
    summary=st.text(max_size=20),
    fix=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    seen=st.dictionaries(
        st.text(max_size=4), st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)), max_size=3
    ),
    blocker_class=st.booleans(),
    breaks=st.booleans(),
    at=st.one_of(st.none(), st.just(NOW)),
)


SENT = st.dictionaries(
    st.sampled_from(["http", "dns", "tls"]), st.dictionaries(st.text(max_size=5), st.integers(1, 99))
)


@given(st.lists(FINDINGS, max_size=8), SENT)
def test_a_report_survives_json(findings: list[Finding], sent: dict[str, dict[str, int]]):
    """Through text and back: everything but the order, which is the ranking."""
    first = Report("shop", ("a", "b"), NOW + timedelta(microseconds=5), 17, tuple(findings), sent=of_stats(sent))
    second = Report.from_json(json.loads(json.dumps(first.to_json())))
    assert second == replace(first, findings=first.ranked)
    assert second.to_json() == first.to_json()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"schema": 2},
        {"schema": 1},
        report().to_json() | {"findings": 3},
        report().to_json() | {"findings": [1]},
        report().to_json() | {"took_ms": "long"},
        report().to_json() | {"started_at": "yesterday"},
        report().to_json() | {"sent": {"http": 3}},
        report().to_json() | {"sent": {"http": {"a.test": "many"}}},
    ],
)
def test_anything_else_is_refused_with_one_error(data: dict):
    """A stored report that cannot be read is told apart from a bug."""
    with pytest.raises(ValueError, match=r".+"):
        Report.from_json(data)


def test_a_report_of_an_older_version_has_nothing_sent():
    """The key came later."""
    old = report().to_json()
    del old["sent"]
    assert Report.from_json(old).sent == ()


def test_decisions_have_the_words_of_the_contract():
    """Other programs rely on them."""
    assert [str(one) for one in Decision] == ["go", "no-go", "not-proven"]
