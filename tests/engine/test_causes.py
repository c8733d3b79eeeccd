"""What only follows from something else says so, stops being a blocker beside its cause, and comes after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from graphlib import TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.cause_graph import FAULTS, LEADS
from checks.causes import Layer, cause_of, layer_of, linked
from checks.model import Finding, Kind, Severity, Status
from checks.registry import load
from checks.report import Report

BLOCKER, HIGH, MEDIUM, LOW = Severity
APP, WWW, APEX = "app.a.test", "www.a.test", "a.test"


def failed(check: str, code: str, target: str = APP, severity: Severity = BLOCKER, **seen: object) -> Finding:
    """A failure of that check; its words are those of the outcome table."""
    kind = load()[check].kind
    if kind is Kind.MONITOR:
        seen = {"host": target, "final_url": f"https://{target}/"} | seen
    return Finding(
        check, target, code, Status.FAIL, severity, f"Visitors of {target} meet {code}: oh dear", seen=seen, kind=kind
    )


def failing(check: str) -> frozenset[str]:
    """Codes of its failures."""
    return frozenset(code for code, one in load()[check].outcomes.items() if one.status is Status.FAIL)


def test_every_fault_names_outcomes_that_exist():
    """A renamed code would silently stop being tied to its cause."""
    for fault in FAULTS:
        for check, codes in fault:
            assert codes <= set(load()[check].outcomes), check


def test_every_cause_and_consequence_is_a_real_answer():
    """Codes that failures have; what is no failure is neither a cause nor a consequence."""
    for lead in LEADS:
        for check, codes in ((lead.check, lead.codes), (lead.to, lead.to_codes)):
            assert codes <= failing(check), (check, codes)
    for fault in FAULTS:
        for check, codes in fault:
            assert failing(check) & (codes or failing(check)), check


def test_no_way_through_the_graph_comes_back():
    """Otherwise two findings could explain each other, and nobody would be told what to repair."""
    edges: dict[tuple[str, str], set[tuple[str, str]]] = {}

    def nodes(check: str, codes: frozenset[str]) -> set[tuple[str, str]]:
        return {(check, code) for code in codes or failing(check)}

    for fault in FAULTS:
        for seat, near in enumerate(fault):
            for far in fault[seat + 1 :]:
                for node in nodes(*near):
                    edges.setdefault(node, set()).update(nodes(*far))
    for lead in LEADS:
        for node in nodes(lead.check, lead.codes):
            edges.setdefault(node, set()).update(nodes(lead.to, lead.to_codes))
    list(TopologicalSorter(edges).static_order())


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


def changed(how: str, name: str, type: str) -> dict[str, object]:
    """What a check of expected records has seen."""
    return {"changes": [{"how": how, "record_name": name, "record_type": type}]}


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        (failed("dns.caa", "issuer_forbidden"), failed("tls.expiry", "renewal_failed")),
        (failed("dns.caa", "nobody_allowed"), failed("tls.valid", "expired")),
        (failed("dns.domain_expiry", "on_hold", APEX), failed("dns.resolve", "no_such_domain", APP, zone=APEX)),
        (failed("dns.domain_expiry", "expired", APEX), failed("web.placeholder", "parking_page", APEX)),
        (failed("dns.domain_expiry", "expired", APEX), failed("dns.expected", "servers_changed", APEX)),
        (failed("dns.dnssec", "bogus", APEX), failed("dns.resolve", "absent")),
        (failed("dns.ns_delegation", "lame", APEX), failed("dns.resolve", "not_spread")),
        (failed("dns.disagree", "servers_differ", APEX), failed("dns.resolve", "not_spread")),
        (failed("dns.expected", "servers_changed", APEX), failed("dns.dnssec", "bogus", APEX)),
        (failed("dns.expected", "servers_changed", APEX), failed("mail.mx", "absent", APEX)),
        (
            failed("dns.expected", "mail_changed", APEX, **changed("mail", APEX, "MX")),
            failed("mail.mx", "nowhere", APEX),
        ),
        (
            failed("dns.expected", "mail_changed", APEX, **changed("mail", APEX, "TXT")),
            failed("mail.spf", "absent", APEX),
        ),
        (
            failed("dns.expected", "mail_changed", APEX, **changed("mail", f"_dmarc.{APEX}", "TXT")),
            failed("mail.dmarc", "absent", f"news.{APEX}"),
        ),
        (
            failed("dns.expected", "gone", APEX, **changed("gone", f"pm._domainkey.{APEX}", "CNAME")),
            failed("mail.dkim", "missing", APEX),
        ),
        (failed("dns.expected", "gone", APEX, **changed("gone", APP, "A")), failed("dns.resolve", "absent", APP)),
        (failed("dns.dangling", "claimable", APEX, all=(APP,)), failed("web.placeholder", "not_published", APP)),
        (failed("dns.dangling", "domain_for_sale", APEX, all=(APP,)), failed("dns.resolve", "alias_to_nothing", APP)),
        (failed("dns.resolve", "no_such_domain", APEX, zone=APEX), failed("mail.mx", "absent", APEX)),
        (failed("dns.apex_www", "apex_is_alias", APEX), failed("mail.mx", "absent", APEX)),
        (failed("edge.ssl_mode", "origin_refused"), failed("up.http", "http_5xx")),
        (failed("web.placeholder", "not_published"), failed("up.http", "http_4xx")),
        (failed("web.placeholder", "locked_shop", APEX), failed("redir.keeps_path", "link_loses_tags", APEX)),
        (failed("web.placeholder", "parking_page", APEX), failed("seo.indexing", "hidden_page", APEX)),
        (failed("up.http", "http_5xx"), failed("seo.indexing", "robots_error")),
        (failed("up.http", "timeout"), failed("perf.error_rate", "too_many")),
        (failed("mail.spf", "too_many_lookups", APEX), failed("mail.bulk_rules", "unmet", APEX)),
    ],
    ids=lambda one: f"{one.check} {one.code}",
)
def test_one_fault_leads_to_another(cause: Finding, consequence: Finding):
    """In either order; the cause itself is never touched."""
    for findings in ([cause, consequence], [consequence, cause]):
        said = linked(findings)
        assert cause in said
        assert cause_of(said[findings.index(consequence)]) == (cause.check, cause.target)


def test_the_whole_way_is_told():
    """From what customers meet to what is to be repaired; the date is no consequence of the warning."""
    page, date, certificate, rule = linked(
        [
            failed("up.http", "tls"),
            failed("tls.expiry", "expired"),
            failed("tls.valid", "expired"),
            failed("dns.caa", "issuer_forbidden", severity=MEDIUM),
        ]
    )
    meets = f"visitors of {APP} meet"
    assert page.summary == (
        f"Visitors of {APP} meet tls, because {meets} expired: oh dear, because {meets} issuer_forbidden: oh dear"
    )
    assert date.summary == f"Visitors of {APP} meet expired, because {meets} issuer_forbidden: oh dear"
    assert [cause_of(one) for one in (page, date, certificate, rule)] == [*[("dns.caa", APP)] * 3, None]
    assert [one.severity for one in (page, date, certificate, rule)] == [HIGH, HIGH, BLOCKER, MEDIUM]
    report = Report("a", (), datetime(2026, 1, 1, tzinfo=UTC), 0, (page, date, certificate, rule))
    assert report.must_fix[0] == rule, "what must be repaired first does not stand among what can wait"
    assert report.can_wait == ()
    assert report.verdict == "no-go"


def test_a_long_way_stays_readable():
    """Details of what stands between are left out where it gets too long."""
    said = linked(
        [
            failed("up.http", "tls"),
            replace(failed("tls.valid", "expired"), summary="The seal is broken: " + "very " * 50 + "broken"),
            failed("dns.caa", "issuer_forbidden"),
        ]
    )
    assert said[0].summary == (
        f"Visitors of {APP} meet tls, because the seal is broken,"
        f" because visitors of {APP} meet issuer_forbidden: oh dear"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (failed("dns.caa", "issuer_forbidden", WWW), failed("tls.valid", "expired", APP)),
        (failed("dns.caa", "issuer_forbidden"), failed("tls.valid", "wrong_host")),
        (failed("dns.dnssec", "bogus", "b.test"), failed("dns.resolve", "absent", APP)),
        (failed("dns.dnssec", "bogus", "p.a.test"), failed("dns.resolve", "absent", APP)),
        (failed("dns.domain_expiry", "very_soon", APEX), failed("dns.resolve", "absent", APP)),
        (failed("dns.expected", "gone", APEX, **changed("gone", WWW, "A")), failed("dns.resolve", "absent", APP)),
        (failed("dns.expected", "gone", APEX, **changed("gone", APP, "TXT")), failed("dns.resolve", "absent", APP)),
        (
            failed("dns.expected", "mail_changed", APEX, **changed("mail", APEX, "MX")),
            failed("mail.spf", "absent", APEX),
        ),
        (failed("dns.expected", "gone", APEX, **changed("extra", APP, "A")), failed("dns.resolve", "absent", APP)),
        (failed("dns.expected", "gone", APEX, changes="odd"), failed("dns.resolve", "absent", APP)),
        (failed("dns.dangling", "claimable", APEX, all=(WWW,)), failed("web.placeholder", "not_published", APP)),
        (failed("mail.spf", "absent", APEX), failed("mail.bulk_rules", "unmet", "b.test")),
        (failed("up.http", "timeout", WWW), failed("perf.error_rate", "too_many", APP)),
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


def test_of_several_changed_records_none_is_called_the_reason():
    """A missing name is not explained by a mail record that changed on the same day."""
    records = [("gone", APP, "A"), ("mail", f"_dmarc.{APEX}", "TXT")]
    changes = [{"how": how, "record_name": name, "record_type": type} for how, name, type in records]
    both = failed("dns.expected", "mail_changed", APEX, changes=changes)
    _, missing = linked([both, failed("dns.resolve", "absent")])
    assert cause_of(missing) == ("dns.expected", APEX)
    assert missing.summary == f"Visitors of {APP} meet absent, because 2 DNS records of {APEX} changed"
    alone = failed("dns.expected", "mail_changed", APEX, changes=changes[:1])
    assert linked([alone, failed("dns.resolve", "absent")])[1].summary.endswith(
        f"because {alone.summary[0].lower()}{alone.summary[1:]}"
    )
