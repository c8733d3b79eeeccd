"""Judging whether everybody gets the same answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.dns.disagree import OUTCOMES, Facts, Question, judge
from checks.model import Status
from checks.net.facts import DnsStatus
from tests.checks.samples import HOST, NOW, OWN, PUBLIC, answer, everywhere

D = "example.test"


def soa(*serials: int, refresh: int = 7200) -> tuple:
    """What each name server says about its version."""
    return tuple(
        answer(f"ns1.{D} root.{D} {serial} {refresh} 3600 1209600 60", name=D, type="SOA", server=server)
        for serial, server in zip(serials, OWN, strict=False)
    )


def asked(public: tuple, own: tuple, **more: object) -> Facts:
    """One question, asked of everybody."""
    question = Question(HOST, "A", public, own, **more)  # type: ignore[arg-type]
    return Facts(D, (question,), soa(7, 7), NOW, servers=("ns1.gandi.net",))


def split(*values: tuple[str, ...], servers: tuple[str, ...] = OWN, **more: object) -> tuple:
    """A different answer from each server."""
    return tuple(answer(*found, server=server, **more) for found, server in zip(values, servers, strict=False))  # type: ignore[arg-type]


OLD, NEW = ("192.0.2.10",), ("198.51.100.20",)
AGREED = asked(everywhere(*NEW), everywhere(*NEW, servers=OWN))
DIFFER = asked(everywhere(*NEW), split(OLD, NEW))
LONG_AGO = NOW - timedelta(hours=5)

CASES = {
    "ok": AGREED,
    "spreading": asked(
        (*everywhere(*NEW)[:2], answer(*OLD, server=PUBLIC[2], ttl=2400)), everywhere(*NEW, servers=OWN)
    ),
    "just_changed": DIFFER,
    "servers_differ": replace(DIFFER, since=LONG_AGO),
    "versions_differ": replace(AGREED, soa=soa(7, 8), since=LONG_AGO),
    "nothing_to_compare": Facts(D, (), (), NOW, alone=True),
    "could_not_look": asked(everywhere(status=DnsStatus.TIMEOUT), everywhere(status=DnsStatus.TIMEOUT, servers=OWN)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_late_caches_are_no_fault_and_have_an_end():
    """Computed from what is left of the old answer."""
    verdict = judge(CASES["spreading"])
    assert OUTCOMES[verdict.code].status is Status.PASS
    assert (verdict.seen["until"], verdict.seen["old"], verdict.seen["new"]) == (
        "12:40 UTC",
        "A 192.0.2.10",
        "A 198.51.100.20",
    )


def test_a_cache_that_remembers_that_nothing_was_there_is_late_too():
    """Negative answers live for a while as well (RFC 2308)."""
    gone = answer(server=PUBLIC[2], status=DnsStatus.NXDOMAIN, ttl=60)
    verdict = judge(asked((*everywhere(*NEW)[:2], gone), everywhere(*NEW, servers=OWN)))
    assert (verdict.code, verdict.seen["old"], verdict.seen["until"]) == ("spreading", "no A record", "12:01 UTC")


@pytest.mark.parametrize(
    ("ago", "refresh", "code"),
    [(59, 900, "just_changed"), (60, 900, "servers_differ"), (60, 3600, "just_changed"), (120, 3600, "servers_differ")],
)
def test_name_servers_get_twice_their_refresh_time_and_an_hour_at_least(ago, refresh, code):
    """A change takes its time from one to the other."""
    facts = replace(DIFFER, soa=soa(7, 8, refresh=refresh), since=NOW - timedelta(minutes=ago))
    assert judge(facts).code == code


def test_a_new_version_on_its_way_is_no_word_worth():
    """Serial numbers differ for minutes after each change."""
    assert judge(replace(AGREED, soa=soa(7, 8))).code == "ok"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("192.0.2.1", "192.0.2.2"), ("192.0.2.2", "192.0.2.3")),
        (("104.16.1.1",), ("172.64.9.9",)),
        (("203.0.113.5",), ("203.0.44.9",)),
    ],
    ids=["a few of many in turn", "all of one edge", "one company's network"],
)
def test_answers_that_depend_on_place_or_turn_are_no_difference(one, other):
    """Rotation, and DNS that answers by place."""
    assert judge(asked(everywhere(*one), split(one, other))).code == "ok"
    assert judge(asked(split(one, other, one, servers=PUBLIC), everywhere(*one, servers=OWN))).code == "ok"


def test_a_host_that_is_written_down_behind_an_edge_may_differ():
    """The owner says so."""
    assert judge(asked(everywhere(*NEW), split(OLD, NEW), varies=True)).code == "ok"


def test_only_where_an_alias_leads_is_compared():
    """What is behind it belongs to others and may depend on the place."""
    same = split(OLD, NEW, cnames=("shop.platform.test",))
    assert judge(asked(everywhere(*NEW, cnames=("shop.platform.test",)), same)).code == "ok"
    other = (same[0], answer(*NEW, server=OWN[1], cnames=("old.platform.test",)))
    assert judge(asked(everywhere(*NEW, cnames=("shop.platform.test",)), other)).code == "just_changed"


def test_one_that_is_silent_is_no_difference():
    """Not hearing is not hearing something else."""
    slow = answer(server=PUBLIC[2], status=DnsStatus.SERVFAIL)
    dead = answer(server=OWN[1], status=DnsStatus.TIMEOUT)
    assert judge(asked((*everywhere(*NEW)[:2], slow), (answer(*NEW, server=OWN[0]), dead))).code == "ok"


def test_without_the_zones_own_servers_the_public_ones_are_compared():
    """Then a difference can only be lateness."""
    silent = everywhere(status=DnsStatus.REFUSED, servers=OWN)
    assert judge(asked(split(OLD, NEW, servers=PUBLIC), silent)).code == "spreading"
    assert judge(asked(everywhere(*NEW), silent)).code == "ok"


@given(
    st.lists(st.tuples(st.sampled_from(list(DnsStatus)), st.sampled_from([OLD, NEW, ("x",), ()])), max_size=3),
    st.lists(st.tuples(st.sampled_from(list(DnsStatus)), st.sampled_from([OLD, NEW, ("::1",), ()])), max_size=2),
    st.text(max_size=80),
)
def test_any_answers_get_one_of_ours(public, own, record):
    """Nothing crashes; failures need name servers that were heard."""

    def made(pairs, servers):
        return tuple(
            answer(*found if status is DnsStatus.OK else (), status=status, server=server)
            for (status, found), server in zip(pairs, servers, strict=False)
        )

    facts = replace(asked(made(public, PUBLIC), made(own, OWN)), soa=(answer(record, type="SOA"),), since=LONG_AGO)
    verdict = judge(facts)
    if OUTCOMES[verdict.code].status in (Status.WARN, Status.FAIL):
        assert sum(status.known for status, _ in own) == 2
