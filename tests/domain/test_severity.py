"""The table of severities, the kinds of trouble, and what explains what."""

from __future__ import annotations

import pytest

from bot.domain.severity import TABLE, Sev, Trouble, sev_of
from bot.domain.trouble import first_of, trouble_of, upstream_of
from checks.model import Severity
from checks.registry import load


@pytest.mark.parametrize(
    ("trouble", "critical", "other"),
    [
        (Trouble.LEAK, 1, 1), (Trouble.REACH, 1, 2), (Trouble.DNS, 1, 2), (Trouble.TLS, 1, 2),
        (Trouble.DATABASE, 1, 2), (Trouble.CHECKOUT, 1, 2), (Trouble.SMOKE, 2, 3), (Trouble.DEPLOY, 2, 3),
        (Trouble.HEARTBEAT, 2, 3), (Trouble.MAIL, 2, 3), (Trouble.ERRORS, 2, 3), (Trouble.LATENCY, 2, 3),
        (Trouble.REDIRECT, 3, 3), (Trouble.EDGE, 3, 3), (Trouble.EXPIRY, 3, 3), (Trouble.TRUST, 3, 3),
        (Trouble.DRIFT, 3, 3), (Trouble.NOTE, 4, 4),
    ],
)  # fmt: skip
def test_each_trouble_has_its_row(trouble, critical, other):
    """For a critical service, and for any other."""
    assert sev_of(trouble, critical=True) == critical
    assert sev_of(trouble, critical=False) == other


def test_the_table_holds_every_trouble():
    """And each severity says what it means."""
    assert set(TABLE) == set(Trouble)
    assert len({one.meaning for one in Sev}) == 4
    assert Sev.ONE.meaning == "Customers cannot use it, or their data is at risk"


def test_the_founders_word_is_a_ceiling_and_staging_wakes_nobody():
    """Except for a leak, which is as bad wherever it lies."""
    assert sev_of(Trouble.REACH, critical=True, ceiling=Severity.MEDIUM) is Sev.THREE
    assert sev_of(Trouble.TRUST, critical=True, ceiling=Severity.HIGH) is Sev.THREE
    assert sev_of(Trouble.REACH, critical=True, environment="staging") is Sev.THREE
    assert sev_of(Trouble.LEAK, critical=False, ceiling=Severity.LOW, environment="preview") is Sev.ONE


@pytest.mark.parametrize(
    ("check", "code", "trouble"),
    [
        ("up.http", "http_5xx", Trouble.REACH), ("up.http", "timeout", Trouble.REACH),
        ("up.http", "dns", Trouble.DNS), ("up.http", "tls", Trouble.TLS), ("up.http", "slow", Trouble.LATENCY),
        ("dns.domain_expiry", "on_hold", Trouble.DNS), ("dns.domain_expiry", "soon", Trouble.EXPIRY),
        ("tls.expiry", "last_days", Trouble.EXPIRY), ("tls.expiry", "expired", Trouble.TLS),
        ("tls.valid", "wrong_host", Trouble.TLS), ("dns.expected", "changed", Trouble.DRIFT),
        ("exp.bundle_secrets", "secret_in_page", Trouble.LEAK), ("mail.mx", "nowhere", Trouble.MAIL),
        ("mail.dmarc", "absent", Trouble.TRUST), ("mail.spf", "several", Trouble.MAIL),
        ("redir.hops", "extra_hop", Trouble.REDIRECT), ("redir.loop", "loop", Trouble.REACH),
        ("edge.fronted", "bare", Trouble.EDGE), ("flow.smoke", "payment", Trouble.CHECKOUT),
        ("up.heartbeat", "late", Trouble.HEARTBEAT), ("perf.p95", "above", Trouble.LATENCY),
        ("other.thing", "odd", Trouble.NOTE),
    ],
)  # fmt: skip
def test_answers_of_checks_are_troubles(check, code, trouble):
    """By code, by check, by family."""
    assert trouble_of(check, code) is trouble


def test_every_bad_answer_of_every_check_is_known_trouble():
    """No check of the catalogue falls through to a note, and what the table names exists."""
    from bot.domain import trouble as module

    checks = load()
    for check in checks.values():
        for code, outcome in check.outcomes.items():
            if outcome.status.bad and (check.id, code) not in module._CODES:
                assert trouble_of(check.id, code) is not Trouble.NOTE, (check.id, code)
    planned = {"up.tcp", "up.database", "up.heartbeat", "flow.smoke", "perf.error_rate"}
    for check_id, code in module._CODES:
        assert check_id in planned or code in checks[check_id].outcomes, (check_id, code)
    assert {one for one in module._CHECKS if one not in checks} <= planned


def test_what_stops_everybody_is_never_mild():
    """An answer that breaks the page is of a kind that can be a SEV1 or SEV2 on a critical service."""
    for check in load().values():
        for code, outcome in check.outcomes.items():
            if outcome.breaks and outcome.status.bad:
                assert sev_of(trouble_of(check.id, code), critical=True) <= Sev.TWO, (check.id, code)


def test_causes_come_before_their_consequences():
    """DNS before reach before TLS before edge, redirect, page and flow, and speed at the end; mail beside."""
    assert upstream_of(Trouble.DNS) == ()
    assert upstream_of(Trouble.TLS) == (Trouble.DNS, Trouble.REACH)
    assert Trouble.REDIRECT not in upstream_of(Trouble.EDGE)
    assert Trouble.SMOKE in upstream_of(Trouble.LATENCY)
    assert upstream_of(Trouble.MAIL) == (Trouble.DNS,)
    assert upstream_of(Trouble.LEAK) == upstream_of(Trouble.HEARTBEAT) == ()
    for one in Trouble:
        assert one not in upstream_of(one)
        assert not any(one in upstream_of(above) for above in upstream_of(one))
    assert first_of(frozenset({Trouble.LATENCY, Trouble.TLS, Trouble.MAIL})) is Trouble.TLS
