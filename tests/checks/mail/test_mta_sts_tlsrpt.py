"""Judging the rule for encrypted delivery."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.inventory import Inventory
from checks.mail.mta_sts_tlsrpt import OUTCOMES, Facts, judge, mta_sts_tlsrpt
from checks.model import Kind, Status, Target
from checks.net.facts import DnsStatus, Exchange, Reason
from checks.sts_policy import Policy, parse, report_mistake, sts_mistake
from tests.checks.mail.answers import answers
from tests.checks.samples import exchange, silent
from tests.engine.probes import TableProbe
from tests.growth import slow_pieces

D = "example.com"
URL = f"https://mta-sts.{D}/.well-known/mta-sts.txt"
MX = ("10 mx1.example.com", "20 mx2.mail.test")
STS, RPT = ("v=STSv1; id=20261101;",), ("v=TLSRPTv1; rua=mailto:tls@example.com",)
Records = tuple[str, ...] | DnsStatus


def text(mode: str = "enforce", *names: str, end: str = "\n") -> str:
    """A policy file."""
    servers = names or ("mx1.example.com", "*.mail.test")
    return end.join(["version: STSv1", f"mode: {mode}", *(f"mx: {name}" for name in servers), "max_age: 604800", ""])


def file(body: str, status: int = 200, kind: str = "text/plain", **more: object) -> Exchange:
    """The answer of the policy's server."""
    return exchange(URL, status, body=body.encode(), content_type=kind, **more)  # type: ignore[arg-type]


def facts(policy: Exchange | None, sts: Records = STS, reports: Records = RPT, mx: Records = MX) -> Facts:
    """Records and the file."""
    found = answers({f"_mta-sts.{D} TXT": sts, f"_smtp._tls.{D} TXT": reports, f"{D} MX": mx})
    return Facts(D, found[f"_mta-sts.{D}", "TXT"], found[f"_smtp._tls.{D}", "TXT"], found[D, "MX"], policy)


CASES = {
    "ok": facts(file(text())),
    "testing": facts(file(text("testing"))),
    "off": facts(file("version: STSv1\nmode: none\nmax_age: 86400\n")),
    "absent": facts(None, ()),
    "no_mail": facts(None, (), mx=("0 .",)),
    "uncovered": facts(file(text("enforce", "mx1.example.com"))),
    "uncovered_testing": facts(file(text("testing", "mx1.example.com"))),
    "policy_missing": facts(file("", to="https://www.example.com/mta-sts.txt")),
    "policy_broken": facts(file("version: STSv1\nmode: enforced\nmx: a.test\nmax_age: 1\n")),
    "record_broken": facts(file(text()), ("v=STSv1;",)),
    "reports_broken": facts(file(text()), reports=("v=TLSRPTv1; rua=tls@example.com",)),
    "could_not_look": facts(None, DnsStatus.SERVFAIL),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=utf-8", "Text/Plain;charset=US-ASCII", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_charsets_and_line_ends_do_not_matter(kind, end):
    """Both are in use."""
    assert judge(facts(file(text(end=end), kind=kind))).code == "ok"


@pytest.mark.parametrize(
    ("policy", "word"),
    [
        (file("", 404), "404"),
        (file(text(), kind="text/html"), "text/html"),
        (file(text(), truncated=True), "64 KiB"),
        (silent(URL, Reason.TLS), "secure"),
        (silent(URL, Reason.DNS), "looked up"),
    ],
)
def test_what_a_sender_would_not_take_is_said_in_words(policy, word):
    """Redirects, other types, size, certificates."""
    verdict = judge(facts(policy))
    assert verdict.code == "policy_missing"
    assert word in str(verdict.seen["reason"])


def test_a_file_that_we_may_not_fetch_is_unknown():
    """Our own guard, or our own time."""
    assert judge(facts(silent(URL, Reason.BLOCKED))).code == "could_not_look"
    assert judge(facts(silent(URL, Reason.BUDGET))).code == "could_not_look"


@pytest.mark.parametrize(
    ("sts", "reports", "code"),
    [
        ((*STS, "v=STSv1; id=2"), RPT, "record_broken"),
        ((*STS, "google-site-verification=x"), RPT, "ok"),
        (("v=STSv2; id=1",), RPT, "absent"),
        (STS, (*RPT, "v=TLSRPTv1; rua=https://x.test/"), "reports_broken"),
        (STS, (), "ok"),
        (STS, DnsStatus.TIMEOUT, "ok"),
        ((), ("v=TLSRPTv1;",), "reports_broken"),
    ],
)
def test_records_of_other_kinds_do_not_count_and_several_of_one_do(sts, reports, code):
    """Senders follow none of several (RFC 8461 section 3.1)."""
    assert judge(facts(file(text()), sts, reports)).code == code


@pytest.mark.parametrize(
    ("pattern", "name", "covered"),
    [
        ("mx.mail.test", "MX.Mail.test", True),
        ("*.mail.test", "mx.mail.test", True),
        ("*.mail.test", "a.mx.mail.test", False),
        ("*.mail.test", "mail.test", False),
        ("mail.test", "mx.mail.test", False),
    ],
)
def test_a_star_stands_for_one_label(pattern, name, covered):
    """Not more, not less (RFC 8461 section 4.1)."""
    assert (Policy("enforce", (pattern,), 1).uncovered((name,)) == ()) is covered


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "version"),
        ("<html>", "no “name: value”"),
        (text().replace("STSv1", "STSv2"), "version"),
        (text().replace("mode: enforce\n", ""), "mode is missing"),
        (text().replace("604800", "soon"), "number of seconds"),
        (text().replace("604800", "99999999"), "31557600"),
        (text().replace("max_age: 604800\n", ""), "max_age is missing"),
        (text("enforce", "http://mx.test"), "no name of a mail server"),
        ("version: STSv1\nmode: enforce\nmax_age: 60\n", "no mail server"),
    ],
)
def test_every_mistake_in_a_file_is_said_in_words(body, why):
    """Senders ignore such a file as a whole."""
    found = parse(body)
    assert isinstance(found, str)
    assert why in found


def test_of_a_line_that_stands_twice_the_first_counts():
    """And unknown lines do not matter."""
    found = parse("version: STSv1\nmode: testing\nmode: enforce\nextra: 1\nmx: a.test\nmax_age: 60")
    assert found == Policy("testing", ("a.test",), 60)


@pytest.mark.parametrize(
    ("record", "wrong"),
    [
        ("v=STSv1; id=1", False),
        ("v=STSv1;id=abcDEF123;", False),
        ("v=STSv1; id=a-b", True),
        ("v=STSv1; id=" + "1" * 33, True),
    ],
)
def test_the_id_is_letters_and_digits(record, wrong):
    """At most 32 of them."""
    assert bool(sts_mistake(record)) is wrong


@pytest.mark.parametrize(
    ("record", "wrong"),
    [
        ("v=TLSRPTv1; rua=mailto:a@b.test", False),
        ("v=TLSRPTv1;rua=https://b.test/x,mailto:a@b.test", False),
        ("v=TLSRPTv1; rua=http://b.test/", True),
        ("v=TLSRPTv1; rua=https://[", True),
        ("v=TLSRPTv1;", True),
    ],
)
def test_reports_go_to_a_mailbox_or_a_secure_address(record, wrong):
    """Nothing else (RFC 8460 section 3)."""
    assert bool(report_mistake(record)) is wrong


async def test_the_file_is_asked_for_only_where_it_is_announced():
    """Most domains have none."""
    probe = TableProbe({(D, "MX"): MX})
    target = Target(Kind.MAIL, D, D, Inventory(product="p", domain=D))
    assert (await mta_sts_tlsrpt(target, probe)).code == "absent"
    probe = TableProbe({(D, "MX"): MX, (f"_mta-sts.{D}", "TXT"): STS})
    assert (await mta_sts_tlsrpt(target, probe)).code == "policy_missing"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.lists(st.text(max_size=60), max_size=3), st.integers(0, 700))
def test_any_file_and_record_get_an_answer(body, records, status):
    """Hostile bytes crash nothing."""
    given_facts = facts(exchange(URL, status, body=body), tuple(f"v=STSv1;{one}" for one in records) or STS)
    assert OUTCOMES[judge(given_facts).code].status in Status


@pytest.mark.parametrize(
    ("begin", "piece", "end"),
    [("a: ", " ", "x"), ("mx: ", "a", ""), ("mx: ", "a.", ""), ("", "\n", ""), ("", "mx: a.test\n", "")],
)
def test_a_huge_file_takes_no_time(begin, piece, end):
    """64 KiB of anything are read in a time that grows with their number."""
    head = "version: STSv1\nmode: enforce\nmax_age: 1\n"
    assert not slow_pieces(parse, [piece], begin=head + begin, end=end)
