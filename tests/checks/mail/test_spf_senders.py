"""Judging who may send against who is meant to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.mail.spf_senders import OUTCOMES, Facts, judge, without
from checks.mail_domain import Sends
from checks.mail_vendors import MOST_SELECTORS, inferred, meant, needs_include, selectors
from checks.model import Status
from checks.net.facts import DnsStatus
from checks.providers import load
from tests.checks.mail.answers import Zone, answers

D = "example.com"
GOOGLE, LITE = "include:_spf.google.com", "include:_spf.mlsend.com"
LISTS: Zone = {
    "_spf.google.com TXT": ("v=spf1 include:_netblocks.google.com ~all",),
    "_netblocks.google.com TXT": ("v=spf1 ip4:35.190.0.0/15 ~all",),
    "_spf.mlsend.com TXT": ("v=spf1 ip4:192.0.2.0/24 ~all",),
    "sendgrid.net TXT": ("v=spf1 ip4:192.0.2.0/24 ~all",),
    "spf.mailer.test TXT": ("v=spf1 ip4:192.0.2.0/24 ~all",),
}


def facts(
    record: str | None, *approved: str, zone: Zone | None = None, sends: Sends = Sends.YES, mx: str = ""
) -> Facts:
    """This list, and these tools named by the founder."""
    txt = () if record is None else (record,)
    found = answers({f"{D} TXT": txt, f"{D} MX": (mx,) if mx else (), **LISTS, **(zone or {})})
    return Facts(D, found, approved, sends, ("ns1.ionos.com.ui-dns.com",))


CASES = {
    "ok": facts(f"v=spf1 {GOOGLE} {LITE} ~all", "Google Workspace", "MailerLite"),
    "not_needed": facts("v=spf1 -all", sends=Sends.NO),
    "no_list": facts(None, "Postmark"),
    "not_written_down": facts(f"v=spf1 {GOOGLE} ~all"),
    "missing": facts(f"v=spf1 {LITE} ~all", "Google Workspace", "MailerLite"),
    "not_approved": facts(f"v=spf1 {GOOGLE} {LITE} ~all", "Google Workspace"),
    "wide": facts(f"v=spf1 {GOOGLE} ip4:203.0.0.0/12 ~all", "Google Workspace"),
    "not_known": facts(f"v=spf1 {GOOGLE} ~all", "Google Workspace", "Carrier Pigeons"),
    "could_not_look": facts(f"v=spf1 {GOOGLE} ~all", "Google", zone={"_spf.google.com TXT": DnsStatus.TIMEOUT}),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_the_new_record_is_shown_whole():
    """To be copied, without the tool that has to go."""
    verdict = judge(CASES["not_approved"])
    assert (verdict.seen["vendor"], verdict.seen["new_record"]) == ("MailerLite", f"v=spf1 {GOOGLE} ~all")
    assert without("v=spf1 redirect=_spf.x.test", "redirect=_spf.x.test") == "v=spf1 ~all"


def test_the_line_for_launch_yml_names_what_was_seen():
    """So that a founder only has to correct it."""
    verdict = judge(facts(f"v=spf1 {GOOGLE} include:spf.mailer.test ~all"))
    assert verdict.seen["line"] == "Google Workspace, spf.mailer.test"


@pytest.mark.parametrize(
    "name", ["Amazon SES", "Postmark", "Resend", "SendGrid", "Mailgun", "Mailchimp", "HubSpot", "Stripe"]
)
def test_tools_with_a_return_address_of_their_own_need_not_be_on_the_list(name):
    """The domain itself is not in their envelope, so its list is not looked at."""
    assert judge(facts(f"v=spf1 {GOOGLE} ~all", "Google Workspace", name)).code == "ok"


@pytest.mark.parametrize("name", ["Google Workspace", "Microsoft 365", "Fastmail", "Zoho Mail", "Proton"])
def test_mailboxes_must_be_on_the_list(name):
    """People's own mail goes out under the domain itself."""
    verdict = judge(facts("v=spf1 ip4:192.0.2.1 ~all", name))
    assert verdict.code == "missing"
    assert str(verdict.seen["include"]).startswith("include:")


@pytest.mark.parametrize("name", ["google", "GMAIL", "G Suite", "google workspace", "_spf.google.com", "google.com"])
def test_people_may_write_tools_as_they_call_them(name):
    """Or as the list does."""
    assert judge(facts(f"v=spf1 {GOOGLE} ~all", name)).code == "ok"


def test_a_tool_that_nobody_knows_is_matched_by_the_name_in_the_list():
    """A word of its domain, or the domain."""
    record = "v=spf1 include:spf.mailer.test ~all"
    assert judge(facts(record, "Mailer")).code == "ok"
    assert judge(facts(record, "spf.mailer.test")).code == "ok"
    assert judge(facts(record, "mailer.test")).code == "ok"
    assert judge(facts(record, "Other")).code == "not_approved"


def test_a_list_of_ones_own_is_read_through():
    """Founders keep parts of it under a name of their own, and services keep it flat for them."""
    zone: Zone = {
        f"_spf.{D} TXT": (f"v=spf1 {LITE} ip4:192.0.2.7 ~all",),
        "flat.service.test TXT": (f"v=spf1 {LITE} ~all",),
    }
    own = f"v=spf1 {GOOGLE} include:_spf.{D} ~all"
    assert judge(facts(own, "Google", "MailerLite", zone=zone)).code == "ok"
    assert judge(facts(own, "Google", zone=zone)).seen["vendor"] == "MailerLite"
    flat = f"v=spf1 {GOOGLE} include:flat.service.test ~all"
    assert judge(facts(flat, "Google", "MailerLite", zone=zone)).code == "ok"


def test_a_redirect_is_a_sender_like_an_include():
    """The whole list lies elsewhere."""
    assert judge(facts("v=spf1 redirect=_spf.google.com", "Google")).code == "ok"


def test_who_takes_the_mail_is_no_stranger():
    """Forwarders ask to be on the list as well."""
    zone: Zone = {"_spf.mx.cloudflare.net TXT": ("v=spf1 ip4:192.0.2.0/24 ~all",)}
    record = f"v=spf1 {GOOGLE} include:_spf.mx.cloudflare.net ~all"
    assert judge(facts(record, "Google", zone=zone, mx="10 route1.mx.cloudflare.net")).code == "ok"
    assert judge(facts(record, "Google", zone=zone)).code == "not_approved"


@pytest.mark.parametrize("order", [(GOOGLE, "include:_spf.smalltool.test"), ("include:_spf.smalltool.test", GOOGLE)])
def test_a_tool_that_sends_through_a_greater_one_is_the_tool_that_was_meant(order):
    """Its list holds nothing but that of the greater one, and the name that was approved is its own."""
    zone: Zone = {"_spf.smalltool.test TXT": (f"v=spf1 {GOOGLE} ~all",)}
    assert judge(facts("v=spf1 include:_spf.smalltool.test ~all", "Smalltool", zone=zone)).code == "ok"
    verdict = judge(facts(f"v=spf1 {' '.join(order)} ~all", "Google", "Smalltool", zone=zone))
    assert verdict.code == "ok"
    assert verdict.seen["seen_words"] == "Google Workspace"
    assert judge(facts("v=spf1 include:_spf.smalltool.test ~all", "Postmark", zone=zone)).code == "not_approved"


@pytest.mark.parametrize(
    ("network", "wide"),
    [("ip4:192.0.0.0/15", True), ("ip4:192.0.0.0/16", False), ("ip4:0.0.0.0/0", True), ("ip4:192.0.2.1", False)],
)
def test_ranges_of_strangers_are_told_from_ones_own(network, wide):
    """A /16 is the most; what stands in a vendor's own list is the vendor's."""
    assert (judge(facts(f"v=spf1 {GOOGLE} {network} ~all", "Google")).code == "wide") is wide


def test_silence_of_one_part_hides_nobody_who_is_too_many():
    """But whether somebody is missing cannot be told then."""
    zone: Zone = {"_spf.google.com TXT": DnsStatus.SERVFAIL}
    assert judge(facts(f"v=spf1 {GOOGLE} {LITE} ~all", "Google", zone=zone)).code == "not_approved"
    assert judge(facts(f"v=spf1 {GOOGLE} ~all", "Google", "Fastmail", zone=zone)).code == "could_not_look"


def test_vendors_show_in_includes_and_mail_servers():
    """And tell which selectors are worth a look."""
    zone = answers(
        {f"{D} TXT": (f"v=spf1 {GOOGLE} include:sendgrid.net ~all",), f"{D} MX": ("10 in1-smtp.messagingengine.com",)}
    )
    vendors = inferred(zone[D, "TXT"], zone[D, "MX"])
    assert {one.id for one in vendors} == {"google-workspace", "sendgrid", "fastmail"}
    found = selectors(vendors)
    assert {"google", "fm1", "s1"} <= set(found)
    assert len(found) <= MOST_SELECTORS


@pytest.mark.parametrize("entry", load("mail"), ids=lambda entry: entry.id)
def test_every_vendor_is_found_by_each_of_its_names_and_includes(entry):
    """Nobody is named who could not be matched."""
    for name in (entry.name, entry.id, *entry.texts("aliases")):
        assert meant(name) is not None, name
    for include in entry.texts("spf"):
        given = facts(
            f"v=spf1 include:{include} ~all", entry.name, zone={f"{include} TXT": ("v=spf1 ip4:192.0.2.1 ~all",)}
        )
        assert judge(given).code == "ok"
    if needs_include(entry):
        assert judge(facts("v=spf1 ip4:192.0.2.1 ~all", entry.name)).code == "missing"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3))
def test_any_list_and_names_get_an_answer(record, approved):
    """Hostile ones crash nothing."""
    assert OUTCOMES[judge(facts(f"v=spf1 {record}", *approved)).code].status in Status
