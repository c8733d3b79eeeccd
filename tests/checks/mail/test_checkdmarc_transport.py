"""Our reading of MTA-STS (RFC 8461) and of reports about TLS (RFC 8460) beside checkdmarc's: they agree."""

from __future__ import annotations

import random
from collections import Counter

from checks.sts_policy import Policy, parse, report_mistake, report_records, sts_mistake, sts_records
from tests.checks.mail import peer

STS_RECORDS = 300
STS_HEADS = ("v=STSv1;", "v=STSv1; ", "v=STSv1 ; ", "v=STSv1", "v=stsv1; ", "V=STSv1; ")
STS_FIELDS = (
    "id=1", "id=20260101T000000", "id=" + "a" * 32, "id=" + "a" * 33, "id=a-b", "id=", "ID=1", "id =1", "id= 1", "iD=2",
    "moo=1", "moo=a b", "m_o.o-1=x", "_moo=1", "moo", "moo=a=b", "id=1 2", "id=é", "",
)  # fmt: skip
REPORT_HEADS = ("v=TLSRPTv1;", "v=TLSRPTv1; ", "v=TLSRPTv1 ; ", "v=TLSRPTv1", "v=tlsrptv1; ")
REPORT_FIELDS = (
    "rua=mailto:a@n0.test", "rua=mailto:a@n0.test,https://n0.test/x", "rua=mailto:a@n0.test , mailto:b@n0.test",
    "rua=https://n0.test/reports?v=1", "rua=https://n0.test", "rua=http://n0.test/", "rua=a@n0.test", "rua=mailto:",
    "rua=", "rua=mailto:a@n0.test,", "RUA=mailto:a@n0.test", "rua =mailto:a@n0.test", "rua= mailto:a@n0.test",
    "moo=1", "moo=a b", "moo", "rua=MAILTO:a@n0.test", "rua=mailto:a@n0.test!10m", "rua=ftp://n0.test/", "",
    "rua=https://", "rua=mailto:a b@n0.test", "rua=https://n0.test/a b",
)  # fmt: skip
POLICY_LINES = (
    "version: STSv1", "version:STSv1", "version: STSv2", "mode: enforce", "mode: testing", "mode: none",
    "mode: Enforce", "mode:", "max_age: 604800", "max_age: 31557600", "max_age: 31557601", "max_age: -1",
    "max_age: 1e5", "max_age: 0",
    "mx: mail.n0.test", "mx: *.n0.test", "mx: *", "mx: mail.*.test", "mx: -n0.test", "mx: a b", "mx: n0.test.", "mx:",
    "moo: 1", "moo: a:b", "_moo: 1", "moo", " mode: none", "mode : testing", "", "moo: é", "moo: \x07", "moo:",
)  # fmt: skip
GOOD_LINES = ("version: STSv1", "mode: enforce", "max_age: 86400", "mx: mail.n0.test")


def record_text(source: random.Random, heads: tuple[str, ...], fields: tuple[str, ...]) -> str:
    """A record of a few fields, more often a proper one than chance would make it."""
    head = source.choice(heads if source.random() < 0.3 else heads[:2])
    count = source.choice((1, 1, 1, 2, 2, 3))
    chosen = [source.choice(fields if source.random() < 0.6 else fields[:2]) for _ in range(count)]
    return head + source.choice(("; ", ";", " ;")).join(chosen) + source.choice(("", ";", "; "))


def policy_text(source: random.Random) -> str:
    """A policy file: the four lines that it needs, some of them changed, missing or doubled."""
    lines = [line for line in GOOD_LINES if source.random() < 0.93]
    lines += [source.choice(POLICY_LINES) for _ in range(source.choice((0, 0, 1, 1, 2)))]
    source.shuffle(lines)
    return source.choice(("\n", "\r\n")).join(lines) + source.choice(("", "\n"))


def test_announcements_of_policies_are_read_as_checkdmarc_does():
    """Three hundred MTA-STS records."""
    source = random.Random(8461)
    odd = []
    kinds: Counter[bool] = Counter()
    for _ in range(STS_RECORDS):
        text = record_text(source, STS_HEADS, STS_FIELDS)
        ours = bool(sts_records([text])) and not sts_mistake(text)
        theirs = peer.sts_record_fine(text)
        kinds[theirs] += 1
        if ours is not theirs:
            odd.append((text, ours, theirs))
    assert not odd
    assert min(kinds.values()) > STS_RECORDS // 5, kinds


def test_policy_files_are_read_as_checkdmarc_does():
    """Three hundred files: mode, age and servers."""
    source = random.Random(8462)
    odd = []
    read = 0
    for _ in range(STS_RECORDS):
        text = policy_text(source)
        found = parse(text)
        ours = (found.mode, found.max_age, found.servers) if isinstance(found, Policy) else None
        theirs = peer.sts_policy(text)
        read += theirs is not None
        if ours != theirs:
            odd.append((text, ours, theirs))
    assert not odd
    assert STS_RECORDS // 4 < read < STS_RECORDS * 0.9


def test_records_about_tls_reports_are_read_as_checkdmarc_does():
    """Three hundred of them."""
    source = random.Random(8460)
    odd = []
    kinds: Counter[bool] = Counter()
    for _ in range(STS_RECORDS):
        text = record_text(source, REPORT_HEADS, REPORT_FIELDS)
        ours = bool(report_records([text])) and not report_mistake(text)
        theirs = peer.report_record_fine(text)
        kinds[theirs] += 1
        if ours is not theirs:
            odd.append((text, ours, theirs))
    assert not odd
    assert min(kinds.values()) > STS_RECORDS // 5, kinds
