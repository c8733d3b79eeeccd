"""What only follows from something else says so, stops being a blocker beside its cause, and comes after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.causes import FAULTS, Layer, cause_of, layer_of, linked
from checks.model import Finding, Kind, Severity, Status
from checks.registry import load
from checks.report import Report

BLOCKER, HIGH, MEDIUM, LOW = Severity
KINDS = {"up.http": Kind.MONITOR, "mail.spf": Kind.MAIL}
APP, WWW, APEX = "app.a.test", "www.a.test", "a.test"


def failed(check: str, code: str, target: str = APP, severity: Severity = BLOCKER, **seen: object) -> Finding:
    """A failure of that check; its words are those of the outcome table."""
    kind = load()[check].kind
    if kind is Kind.MONITOR:
        seen = {"host": target, "final_url": f"https://{target}/"} | seen
    return Finding(
        check, target, code, Status.FAIL, severity, f"Visitors of {target} meet {code}: oh dear", seen=seen, kind=kind
    )


def test_every_fault_names_outcomes_that_exist():
    """A renamed code would silently stop being tied to its cause."""
    for fault in FAULTS:
        for check, codes in fault:
            assert codes <= set(load()[check].outcomes), check


def test_the_certificate_comes_before_what_it_breaks():
    """The page behind it is not down for a reason of its own."""
    certificate = failed("tls.valid", "expired")
    first, second, date = linked([failed("up.http", "tls"), certificate, failed("tls.expiry", "expired")])
    assert cause_of(first) == ("tls.valid", APP)
    assert (first.severity, first.status) == (HIGH, Status.FAIL)
    assert first.summary == f"Visitors of {APP} meet tls, because visitors of {APP} meet expired: oh dear"
    assert second == certificate
    assert cause_of(date) == ("tls.valid", APP)
    assert date.summary.endswith("because of which browsers warn (see tls.valid)")


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        (failed("dns.resolve", "absent"), failed("up.http", "dns")),
        (failed("dns.resolve", "absent", WWW), failed("dns.apex_www", "www_missing", APEX)),
        (failed("dns.resolve", "absent", APEX), failed("dns.apex_www", "apex_missing", APEX)),
        (
            failed("dns.resolve", "no_such_domain", APEX, zone="a.test"),
            failed("dns.resolve", "no_such_domain", WWW, zone="a.test"),
        ),
        (failed("up.http", "refused", WWW), failed("dns.apex_www", "one_unreachable", APEX, broken=WWW)),
        (failed("up.http", "timeout", WWW), failed("up.http", "timeout", APEX, host=WWW)),
        (failed("tls.valid", "wrong_host", WWW), failed("dns.apex_www", "no_certificate", APEX, broken=WWW)),
        (failed("tls.valid", "wrong_host", WWW), failed("up.http", "tls", APEX, host=WWW)),
        (failed("redir.loop", "loop"), failed("up.http", "redirect_loop")),
        (failed("redir.loop", "bad_target"), failed("up.http", "wrong_status")),
        (
            failed("redir.https", "stays_on_http", APEX),
            failed("redir.canonical", "two_endings", APEX, ends=("http://a.test/", "https://a.test/")),
        ),
        (failed("redir.canonical", "duplicate", APEX), failed("dns.apex_www", "two_endings", APEX)),
        (
            failed("up.http", "http_5xx", WWW),
            failed("up.http", "http_5xx", APEX, final_url=f"https://{WWW}/"),
        ),
    ],
    ids=lambda one: f"{one.check} {one.code}",
)
def test_each_pair_is_one_fault(cause: Finding, consequence: Finding):
    """In either order where they differ in distance; the cause itself is never touched."""
    for findings in ([cause, consequence], [consequence, cause]):
        if cause.check == consequence.check and findings[0] is consequence:
            continue
        said = linked(findings)
        assert cause in said
        assert cause_of(said[findings.index(consequence)]) == (cause.check, cause.target)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (failed("tls.valid", "expired", WWW), failed("up.http", "tls", APP)),
        (failed("tls.valid", "expired", APP), failed("tls.valid", "expired", WWW)),
        (failed("tls.valid", "wrong_host", WWW), failed("dns.apex_www", "no_certificate", APEX, broken=APEX)),
        (failed("dns.resolve", "absent", APP), failed("dns.resolve", "absent", WWW)),
        (failed("dns.resolve", "absent", APP), failed("up.http", "http_5xx", APP)),
        (failed("redir.loop", "loop", APP), failed("up.http", "wrong_status", APP)),
        (failed("redir.loop", "loop", APP), failed("redir.loop", "loop", WWW)),
        (
            failed("redir.https", "stays_on_http", APEX),
            failed("redir.canonical", "two_endings", APEX, ends=("https://a.test/", "https://www.a.test/")),
        ),
        (failed("up.http", "http_5xx", WWW), failed("up.http", "http_5xx", APP)),
        (failed("mail.spf", "absent", APEX), failed("mail.dmarc", "absent", APEX)),
    ],
    ids=lambda one: f"{one.check} {one.code}",
)
def test_two_faults_stay_two(one: Finding, other: Finding):
    """Another host, another page, another layer: nothing is hidden behind somebody else's fault."""
    assert linked([one, other]) == [one, other]
    assert linked([other, one]) == [other, one]


def test_only_failures_are_causes_and_consequences():
    """What is in order, in doubt or a warning explains nothing and needs no explanation."""
    certificate = failed("tls.valid", "expired")
    for status in (Status.PASS, Status.WARN, Status.UNKNOWN, Status.NA):
        milder = replace(certificate, status=status)
        assert linked([milder, failed("up.http", "tls")]) == [milder, failed("up.http", "tls")]
        unseen = replace(failed("up.http", "tls"), status=status)
        assert linked([certificate, unseen]) == [certificate, unseen]


def test_a_circle_of_two_hosts_is_said_once():
    """The first of both is the cause; whoever leads into the circle follows from it too."""
    urls = (f"https://{APEX}/", f"https://{WWW}/")
    circle = [
        failed("redir.loop", "loop", APEX, urls=urls, next=urls[0]),
        failed("redir.loop", "loop", WWW, urls=urls[::-1], next=urls[1]),
        failed("redir.loop", "loop", APP, urls=(f"https://{APP}/", *urls)),
        failed("up.http", "redirect_loop", WWW),
    ]
    said = linked(circle)
    assert [cause_of(one) for one in said] == [None, *[("redir.loop", APEX)] * 3]
    entered = linked([circle[2], failed("redir.loop", "loop", WWW, urls=(urls[1],))])
    assert [cause_of(one) for one in entered] == [("redir.loop", WWW), None]


def test_a_consequence_keeps_its_weight_where_the_cause_weighs_less():
    """Otherwise an explanation would turn a no-go into a go."""
    cause = failed("dns.resolve", "not_spread", severity=HIGH)
    _, page = linked([cause, failed("up.http", "dns")])
    assert page.severity is BLOCKER
    chain = failed("tls.valid", "incomplete_chain", severity=HIGH)
    _, page = linked([chain, failed("up.http", "tls")])
    assert page.severity is HIGH, "phones are kept out, desktops are not: as bad as the chain itself"


def test_the_report_begins_with_the_cause():
    """Also where the consequence weighs more; ties come in the order in which a visitor meets them."""
    cause = failed("dns.resolve", "not_spread", severity=HIGH)
    findings = linked(
        [
            failed("mail.spf", "absent", APEX, severity=HIGH),
            failed("up.http", "dns"),
            failed("redir.loop", "loop", WWW),
            failed("tls.valid", "expired", WWW),
            cause,
        ]
    )
    report = Report("a", (), datetime(2026, 1, 1, tzinfo=UTC), 0, tuple(findings))
    assert [one.check for one in report.ranked] == ["dns.resolve", "tls.valid", "redir.loop", "up.http", "mail.spf"]
    assert report.ranked[0].severity is HIGH
    assert report.verdict == "no-go"


def test_every_outcome_has_a_layer():
    """Families and codes are placed where a visitor meets them."""
    assert layer_of(failed("up.http", "timeout")) is Layer.REACH
    assert layer_of(failed("up.http", "http_5xx")) is Layer.PAGE
    assert layer_of(failed("up.http", "slow")) is Layer.LATENCY
    assert layer_of(failed("dns.apex_www", "no_certificate", APEX)) is Layer.TLS
    assert layer_of(failed("mail.spf", "absent", APEX)) is Layer.MAIL
    assert [layer.name for layer in Layer] == [
        *("DNS", "REACH", "TLS", "EDGE", "REDIRECT", "PAGE", "FLOW", "LATENCY", "MAIL")
    ]


FAILURES = [
    (check.id, code) for check in load().values() for code, one in check.outcomes.items() if one.status is Status.FAIL
]


@given(
    st.lists(
        st.builds(
            lambda which, target, severity, host, path: failed(
                *which, target, severity, host=host, urls=(f"https://{host}/",), final_url=f"https://{host}{path}"
            ),
            st.sampled_from(FAILURES),
            st.sampled_from([APP, WWW, APEX]),
            st.sampled_from(list(Severity)),
            st.sampled_from([APP, WWW, APEX]),
            st.sampled_from(["/", "/a"]),
        ),
        max_size=8,
        unique_by=lambda one: (one.check, one.target),
    )
)
def test_nothing_is_lost_and_every_cause_stands_for_itself(findings: list[Finding]):
    """As many findings as before, no blocker vanishes without one that stays, and no cause has a cause."""
    said = linked(findings)
    assert [(one.check, one.target, one.code, one.status) for one in said] == [
        (one.check, one.target, one.code, one.status) for one in findings
    ]
    by_name = {(one.check, one.target): one for one in said}
    for one in said:
        cause = cause_of(one)
        if cause is not None:
            assert cause_of(by_name[cause]) is None
            assert cause != (one.check, one.target)
    report = Report("a", (), datetime(2026, 1, 1, tzinfo=UTC), 0, tuple(said))
    assert sorted(map(id, report.ranked)) == sorted(map(id, said))
    partly = any(one.code == "incomplete_chain" for one in findings)
    if not partly:
        assert (BLOCKER in [one.severity for one in findings]) == (BLOCKER in [one.severity for one in said])
