"""Judging the rules of the big inboxes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.inventory import Inventory, MailDomain
from checks.mail.bulk_rules import OUTCOMES, RULES, Facts, bulk_rules, judge, reverse
from checks.mail_domain import Sends
from checks.model import Kind, Severity, Status, Target
from checks.net.facts import DnsStatus
from tests.checks.mail.answers import answers
from tests.checks.samples import answer
from tests.engine.probes import TableProbe

D = "example.com"
GOOD = dict.fromkeys(("spf", "dkim", "dmarc"), Status.PASS)
BIG = Facts(20_000, GOOD, aligned=True, sends=Sends.YES)

CASES = {
    "ok": BIG,
    "small": replace(BIG, per_day=300),
    "no_volume": replace(BIG, per_day=None),
    "not_needed": replace(BIG, sends=Sends.NO),
    "unmet": replace(BIG, statuses={**GOOD, "dmarc": Status.FAIL}),
    "small_unmet": replace(BIG, per_day=300, statuses=dict.fromkeys(GOOD, Status.FAIL)),
    "could_not_look": replace(BIG, statuses={**GOOD, "dkim": Status.UNKNOWN}),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(("per_day", "code"), [(4999, "small"), (5000, "unmet"), (5001, "unmet")])
def test_all_rules_hold_from_five_thousand_on(per_day, code):
    """Below, the rule against forged mail is mail.dmarc's own matter."""
    assert judge(replace(CASES["unmet"], per_day=per_day)).code == code


def test_the_checklist_says_of_each_rule_whether_it_is_met():
    """Seven rules; complaints and unsubscribing are never claimed to be seen."""
    verdict = judge(BIG)
    assert verdict.seen["met"] == 5
    assert list(verdict.seen["rules"]) == list(RULES.values())
    assert list(verdict.seen["rules"].values())[-2:] == ["not seen from here"] * 2


@pytest.mark.parametrize("which", ["spf", "dkim"])
def test_list_or_seal_is_enough_for_few_mails(which):
    """For many, both are demanded."""
    one = {**GOOD, which: Status.FAIL}
    assert judge(replace(BIG, per_day=10, statuses=one)).code == "small"
    assert judge(replace(BIG, statuses=one)).code == "unmet"


def test_a_sender_address_that_fits_nothing_is_a_miss_only_where_that_was_shown():
    """Unproven is open, not missed."""
    assert judge(replace(BIG, aligned=None)).code == "ok"
    assert judge(replace(BIG, aligned=False)).code == "unmet"


def test_a_sending_address_without_a_name_is_a_miss_at_any_volume():
    """Silence about it is not."""
    bare = (answer(name="7.2.0.192.in-addr.arpa", type="PTR", status=DnsStatus.NXDOMAIN),)
    assert judge(replace(BIG, pointers=bare)).code == "unmet"
    small = judge(replace(BIG, per_day=10, pointers=bare))
    assert (small.code, small.seen["unmet_words"]) == ("small_unmet", RULES["ptr"])
    assert judge(replace(BIG, pointers=(replace(bare[0], status=DnsStatus.TIMEOUT),))).code == "ok"


def test_many_mails_without_a_rule_are_of_weight():
    """Few are not."""
    assert OUTCOMES["unmet"].severity is Severity.HIGH
    assert OUTCOMES["small"].status is OUTCOMES["ok"].status is Status.PASS


def test_only_single_addresses_of_ones_own_list_are_looked_up():
    """Ranges and vendors' addresses are not."""
    txt = answers(
        {f"{D} TXT": ("v=spf1 ip4:192.0.2.7 ip4:192.0.2.8/32 ip4:192.0.2.0/24 ip6:2001:db8::1 include:a.test ~all",)}
    )
    assert reverse(txt[D, "TXT"]) == ("7.2.0.192.in-addr.arpa", "8.2.0.192.in-addr.arpa")


async def test_the_other_checks_are_asked_for_their_answers():
    """Over the same look-ups; and nothing is asked where the volume is not known."""
    table = {
        (D, "TXT"): ("v=spf1 ip4:192.0.2.7 ~all",),
        (D, "MX"): ("10 mx.example.com",),
        (f"_dmarc.{D}", "TXT"): ("v=DMARC1; p=none; rua=mailto:a@example.com",),
        ("7.2.0.192.in-addr.arpa", "PTR"): ("mail.example.com",),
    }
    probe = TableProbe(table)

    def target(**more: object) -> Target:
        mail = MailDomain(D, **more)  # type: ignore[arg-type]
        return Target(Kind.MAIL, D, D, Inventory(product="p", domain=D, mail=(mail,)))

    assert (await bulk_rules(target(), probe)).code == "no_volume"
    assert probe.asked == []
    verdict = await bulk_rules(target(per_day=100, selectors=("pm",)), probe)
    assert (verdict.code, verdict.seen["met"]) == ("small", 3)
    assert (await bulk_rules(target(per_day=9000, selectors=("pm",)), probe)).code == "unmet"


STATUS = st.sampled_from([*Status, None])


@given(st.none() | st.integers(-5, 10**9), STATUS, STATUS, STATUS, st.sampled_from([True, False, None]))
def test_any_state_of_things_gets_an_answer(per_day, spf, dkim, dmarc, aligned):
    """And nothing unseen is called a miss."""
    statuses = {name: one for name, one in (("spf", spf), ("dkim", dkim), ("dmarc", dmarc)) if one is not None}
    verdict = judge(Facts(per_day, statuses, aligned, sends=Sends.YES))
    if OUTCOMES[verdict.code].status.bad:
        assert {Status.FAIL, Status.NA} & set(statuses.values()) or aligned is False
