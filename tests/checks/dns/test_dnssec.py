"""Judging the security signature of a domain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import dns.dnssec
import dns.name
import dns.rdata
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.dns.dnssec import OUTCOMES, Facts, judge
from checks.dnssec_keys import ds, fits, key, unmatched
from checks.model import Severity
from checks.net.facts import DnsStatus
from tests.checks.samples import NOW, answer

D = "example.test"
ZONE = dns.name.from_text(D)


def made(kind: str = "ec", number: int = 0) -> dns.rdata.Rdata:
    """A key as a zone has it, made by another library; with a number always the same one."""
    if kind == "ec":
        curve = ec.SECP256R1()
        secret = ec.derive_private_key(number, curve) if number else ec.generate_private_key(curve)
    else:
        secret = ed25519.Ed25519PrivateKey.generate()
    algorithm = dns.dnssec.Algorithm.ECDSAP256SHA256 if kind == "ec" else dns.dnssec.Algorithm.ED25519
    return dns.dnssec.make_dnskey(secret.public_key(), algorithm, flags=257)


OWN, OTHER = made(number=7), made(number=11)
DS = dns.dnssec.make_ds(ZONE, OWN, "SHA256").to_text()
SOA = f"ns1.{D} root.{D} 7 7200 3600 1209600 60"

SIGNED = Facts(
    D,
    replace(
        answer(SOA, name=D, type="SOA"),
        authenticated=True,
        signed_since=NOW - timedelta(days=7),
        signed_until=NOW + timedelta(days=14),
    ),
    answer(DS, name=D, type="DS"),
    NOW,
    keys=answer(OWN.to_text(), name=D, type="DNSKEY"),
    servers=("ns1.dnsimple.com",),
)
FAILING = replace(answer(name=D, type="SOA", status=DnsStatus.SERVFAIL), extended=((9, "no matching DNSKEY"),))
BOGUS = replace(SIGNED, checked=FAILING, unchecked=answer(SOA, name=D, type="SOA"))

CASES = {
    "ok": SIGNED,
    "unsigned": Facts(D, answer(SOA, name=D, type="SOA"), answer(name=D, type="DS"), NOW),
    "bogus": BOGUS,
    "keys_differ": replace(SIGNED, keys=answer(OTHER.to_text(), name=D, type="DNSKEY")),
    "signature_ends": replace(SIGNED, checked=replace(SIGNED.checked, signed_until=NOW + timedelta(days=2))),
    "not_checked": replace(SIGNED, checked=replace(SIGNED.checked, authenticated=False)),
    "could_not_look": replace(BOGUS, unchecked=FAILING),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_a_broken_signature_stops_a_launch_and_says_why():
    """The resolver's own reason is told in words."""
    verdict = judge(BOGUS)
    assert OUTCOMES[verdict.code].severity is Severity.BLOCKER
    assert verdict.seen["reason"] == "the key that should be there is missing"
    assert judge(replace(BOGUS, checked=replace(FAILING, extended=()))).seen["reason"] == "the check of it fails"


@pytest.mark.parametrize("status", [DnsStatus.TIMEOUT, DnsStatus.REFUSED, DnsStatus.MALFORMED])
def test_silence_is_neither_signed_nor_broken(status):
    """Unsigned, broken and could-not-look are three different answers."""
    silent = answer(name=D, type="SOA", status=status)
    for facts in (replace(SIGNED, checked=silent), replace(SIGNED, ds=silent), replace(SIGNED, keys=silent)):
        assert judge(facts).code == "could_not_look"


def test_signatures_that_are_made_for_two_days_are_no_warning():
    """Companies that sign at every answer never have more than a day or two left."""
    checked = replace(SIGNED.checked, signed_since=NOW - timedelta(days=1), signed_until=NOW + timedelta(days=1))
    assert judge(replace(SIGNED, checked=checked)).code == "ok"


def test_one_fingerprint_that_fits_is_enough():
    """While keys are being changed an old one may still be listed."""
    old = dns.dnssec.make_ds(ZONE, OTHER, "SHA256").to_text()
    assert judge(replace(SIGNED, ds=answer(DS, old, name=D, type="DS"))).code == "ok"


def test_a_fingerprint_that_we_cannot_compute_is_not_called_wrong():
    """A digest of a new kind may fit."""
    strange = "12345 13 99 00ff"
    assert judge(replace(SIGNED, ds=answer(strange, name=D, type="DS"))).code == "ok"
    assert judge(replace(SIGNED, ds=answer(strange, DS, name=D, type="DS"))).code == "ok"


@pytest.mark.parametrize("kind", ["ec", "ed25519"])
@pytest.mark.parametrize("digest", ["SHA1", "SHA256", "SHA384"])
@pytest.mark.parametrize("name", [D, "Sub.Example.TEST", "xn--bcher-kva.test"])
def test_fingerprints_agree_with_another_library(kind, digest, name):
    """Tags and digests as dnspython computes them."""
    record = made(kind)
    theirs = dns.dnssec.make_ds(dns.name.from_text(name), record, digest, policy=dns.dnssec.allow_all_policy)
    ours, held = ds(theirs.to_text()), key(record.to_text())
    assert ours is not None
    assert held is not None
    assert held.tag == dns.dnssec.key_id(record)
    assert fits(name, ours, held)
    assert not fits("other.test", ours, held)


def test_a_revoked_key_and_one_that_signs_no_zone_do_not_count():
    """Flags 385 are revoked, 0 are for something else."""
    for flags in ("385", "0"):
        text = OWN.to_text().replace("257", flags, 1)
        found = key(text)
        assert found is not None
        assert not found.signs


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=120) | st.from_regex(r"[0-9]{1,6} [0-9]{1,4} [0-9]{1,4} [0-9a-fA-F=+/ ]{0,80}")))
def test_any_records_get_an_answer(texts):
    """Random fingerprints and keys crash nothing."""
    unmatched(D, texts, texts)
    verdict = judge(replace(SIGNED, ds=answer(*texts, name=D, type="DS"), keys=answer(*texts, name=D, type="DNSKEY")))
    assert verdict.code in OUTCOMES
