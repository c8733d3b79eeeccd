"""Judging who takes mail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.mail.mx import OUTCOMES, Facts, judge, literal
from checks.mail_domain import Sends
from checks.model import Status
from checks.net.facts import DnsAnswer, DnsStatus
from tests.checks.mail.answers import Zone, answers

D = "example.com"
TWO = ("10 mx1.mail.test", "20 mx2.mail.test")
GOOD = {
    "mx1.mail.test A": ("9.9.9.1",),
    "mx1.mail.test AAAA": (),
    "mx2.mail.test A": ("9.9.9.2",),
    "mx2.mail.test AAAA": (),
}
LOST = {"mx2.mail.test A": DnsStatus.NXDOMAIN, "mx2.mail.test AAAA": DnsStatus.NXDOMAIN}
SPF = "v=spf1 include:_spf.google.com ~all"


def facts(mx: tuple[str, ...] | DnsStatus, zone: Zone | None = None, sends: Sends = Sends.YES, **more: object) -> Facts:
    """These mail servers, in this zone."""
    found = answers({f"{D} MX": mx, f"{D} TXT": (SPF,), **GOOD, **(zone or {})})
    names = ("mx1.mail.test", "mx2.mail.test")
    pairs = {name: tuple(found[name, type] for type in ("A", "AAAA")) for name in names}
    listed = {text.split()[-1] for text in (() if isinstance(mx, DnsStatus) else mx)}
    asked = {name: pair for name, pair in pairs.items() if name in listed}
    fields: dict[str, object] = {"servers": ("ns1.ovh.net",), **more}
    return Facts(D, found[D, "MX"], found[D, "TXT"], asked, sends, **fields)  # type: ignore[arg-type]


def aliased() -> Facts:
    """The second server is only another name."""
    given = facts(TWO)
    pair = tuple(replace(one, cnames=("real.mail.test",)) for one in given.addresses["mx2.mail.test"])
    return replace(given, addresses={**given.addresses, "mx2.mail.test": pair})


CASES = {
    "ok": facts(TWO),
    "takes_none": facts(("0 .",), sends=Sends.NO),
    "no_mail": facts((), {f"{D} TXT": ()}, Sends.GUESS),
    "absent": facts(()),
    "refuses_all": facts(("0 .",)),
    "null_with_others": facts(("0 .", *TWO)),
    "address": facts(("10 192.0.2.1",)),
    "nowhere": facts(TWO[1:], LOST),
    "partly_nowhere": facts(TWO, LOST),
    "alias": aliased(),
    "could_not_look": facts(DnsStatus.SERVFAIL),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_port_25_is_not_tried_and_that_is_said():
    """A pass says what it does not prove."""
    verdict = judge(CASES["ok"])
    assert verdict.seen["port_25"] == "not tried"
    assert "port 25" in OUTCOMES["ok"].summary


def test_a_parked_domain_without_mail_servers_is_in_order():
    """It sends nothing, and says so."""
    assert judge(facts((), {f"{D} TXT": ("v=spf1 -all",)}, Sends.GUESS)).code == "no_mail"
    assert judge(facts((), sends=Sends.NO)).code == "no_mail"
    assert judge(facts(("0 .",), {f"{D} TXT": ("v=spf1 -all",)}, Sends.GUESS)).code == "takes_none"


def test_a_domain_that_lets_others_send_should_take_replies():
    """Nothing is written down, but its SPF record names senders."""
    assert judge(facts((), sends=Sends.GUESS)).code == "absent"


@pytest.mark.parametrize("status", [DnsStatus.TIMEOUT, DnsStatus.SERVFAIL, DnsStatus.REFUSED])
def test_silence_about_one_server_is_no_fault_while_another_is_there(status):
    """And without any it is unknown, never missing."""
    dark = {"mx2.mail.test A": status, "mx2.mail.test AAAA": status}
    assert judge(facts(TWO, dark)).code == "ok"
    assert judge(facts(TWO[1:], dark)).code == "could_not_look"
    half = {"mx2.mail.test A": DnsStatus.NODATA, "mx2.mail.test AAAA": status}
    assert judge(facts(TWO[1:], half)).code == "could_not_look"


@pytest.mark.parametrize(
    ("addresses", "private", "code"),
    [
        (("127.0.0.1",), False, "nowhere"),
        (("10.0.0.5",), False, "nowhere"),
        (("127.0.0.1",), True, "ok"),
        (("10.0.0.5", "9.9.9.9"), False, "ok"),
    ],
)
def test_a_server_that_nobody_outside_can_reach_takes_no_mail(addresses, private, code):
    """Unless the network of launch.yml is such a one."""
    assert judge(facts(TWO[1:], {"mx2.mail.test A": addresses}, private=private)).code == code


def test_ipv6_alone_is_enough():
    """One family is an address."""
    zone = {"mx2.mail.test A": (), "mx2.mail.test AAAA": ("2606:4700::1",)}
    assert judge(facts(TWO[1:], zone)).code == "ok"


@pytest.mark.parametrize(
    ("name", "is_one"), [("192.0.2.1", True), ("[192.0.2.1]", True), ("::1", True), ("a.test", False), ("1.2", False)]
)
def test_addresses_are_told_from_names(name, is_one):
    """In every spelling that people try."""
    assert literal(name) is is_one


@given(
    st.lists(st.text(max_size=30) | st.from_regex(r"[0-9]{1,5} [a-z0-9.]{0,20}"), max_size=5),
    st.sampled_from(list(Sends)),
)
def test_any_records_get_an_answer(records, sends):
    """Hostile ones crash nothing."""
    mx = DnsAnswer(D, "MX", "x", DnsStatus.OK if records else DnsStatus.NODATA, tuple(records))
    verdict = judge(replace(facts(TWO, sends=sends), mx=mx))
    assert OUTCOMES[verdict.code].status in Status
