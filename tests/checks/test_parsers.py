"""Every reader of strangers' records and files: 64 KiB of anything end in a moment, and random text crashes none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks import caa_record, dkim_record, dmarc_record, dnssec_keys, drift, mail_vendors, record_sets, sts_policy
from checks.authorities import issuer_of, named
from checks.dns.dangling import place_of
from checks.dns.domain_expiry import registrar
from checks.inventory import Record
from checks.mail.mx import literal
from checks.registrable import registrable
from tests.checks.samples import certificate
from tests.growth import slow_pieces

READERS: dict[str, Callable[[str], object]] = {
    "caa": caa_record.parse,
    "caa issuer": lambda text: caa_record.Property(critical=False, tag="issue", value=text).issuer,
    "dkim": dkim_record.parse,
    "dkim or not": dkim_record.is_key,
    "dmarc": dmarc_record.parse,
    "ds": dnssec_keys.ds,
    "dnskey": dnssec_keys.key,
    "mta-sts file": sts_policy.parse,
    "mta-sts line": lambda text: sts_policy.parse("version: STSv1\nmode: enforce\nmax_age: 1\nmx: " + text),
    "mta-sts record": lambda text: sts_policy.sts_mistake("v=STSv1;" + text),
    "tls reports": lambda text: sts_policy.report_mistake("v=TLSRPTv1; rua=" + text),
    "one value": lambda text: [record_sets.plain(type, text) for type in ("A", "MX", "TXT", "CAA", "NS")],
    "many values": lambda text: record_sets.values("MX", text.split()),
    "ranges": lambda text: record_sets.within([text], [text, "192.0.2.1"]),
    "about mail": lambda text: record_sets.about_mail(text, "TXT", [text]),
    "expected alias": lambda text: drift.aliased(Record("CNAME", "a.test", cname_to=text)),
    "issuer": lambda text: issuer_of(certificate("a.test", issuer=text, issuer_urls=(text,))),
    "issuer by name": named,
    "platform": lambda text: place_of((text,)),
    "registrar": registrar,
    "vendor": mail_vendors.meant,
    "vendor by include": mail_vendors.vendors_of,
    "address or not": literal,
}
HEADS = {
    "caa": '0 issue "',
    "ds": "1 13 2 ",
    "dnskey": "257 3 13 ",
    "dkim": "v=DKIM1; p=",
    "dmarc": "v=DMARC1; p=",
}
PIECES = [
    "a",
    " ",
    "a.",
    ".",
    ";",
    "a=b;",
    "\\",
    '"',
    '\\"',
    "=",
    "\n",
    "mx: a\n",
    ",",
    "0 issue a ",
    ":",
    "-",
    "\t",
    "A" * 63 + ".",
]


@pytest.mark.parametrize("reader", READERS)
def test_64_kib_of_anything_end_in_a_moment(reader):
    """The same piece again and again, with and without a proper beginning and an odd end: time grows with length."""
    for begin, end in {("", ""), (HEADS.get(reader, ""), ""), ("", "\0"), (HEADS.get(reader, ""), "!")}:
        assert not slow_pieces(READERS[reader], PIECES, begin=begin, end=end), (begin, end)


@pytest.mark.parametrize("reader", READERS)
def test_random_text_crashes_no_reader(reader):
    """Any text gets an answer."""

    @settings(max_examples=150, deadline=None)
    @given(st.text(max_size=200))
    def try_it(text: str) -> None:
        READERS[reader](text)
        READERS[reader](HEADS.get(reader, "") + text)

    try_it()


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,6}", fullmatch=True))
def test_every_name_that_dns_can_carry_has_a_domain(name):
    """One that it ends in."""
    domain = registrable(name)
    assert name == domain or name.endswith("." + domain)
