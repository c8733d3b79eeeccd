"""The grammar of DMARC records and the tree walk, by the examples of RFC 9989."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.dmarc_record import MAX_QUERIES, Policy, discover, is_dmarc, parse, path
from checks.net.facts import DnsAnswer, DnsStatus

NONE, QUARANTINE, REJECT = Policy


def walk(records: dict[str, str | tuple[str, ...]]) -> dict[str, DnsAnswer]:
    """Answers at `_dmarc.<d>`."""
    return {
        name: DnsAnswer(f"_dmarc.{name}", "TXT", "x", DnsStatus.OK, (text,) if isinstance(text, str) else text)
        for name, text in records.items()
    }


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=DMARC1; p=none", True),
        ("v=DMARC1", True),
        ("v = DMARC1 ; p=none", True),
        ("v=DMARC1;p=none;", True),
        ("v=dmarc1; p=none", False),
        ("v=DMARC10; p=none", False),
        (" v=DMARC1; p=none", False),
        ("p=none; v=DMARC1", False),
        ("", False),
    ],
)
def test_a_record_begins_with_its_version(text: str, is_one: bool):
    """First, and in capital letters."""
    assert is_dmarc(text) is is_one


@pytest.mark.parametrize(
    ("text", "p", "sp", "np"),
    [
        ("v=DMARC1; p=reject", REJECT, REJECT, REJECT),
        ("v=DMARC1; p=reject; sp=none", REJECT, NONE, NONE),
        ("v=DMARC1; p=none; np=reject", NONE, NONE, REJECT),
        ("v=DMARC1; P=Quarantine", QUARANTINE, QUARANTINE, QUARANTINE),
        ("v=DMARC1; p=monitor", NONE, NONE, NONE),
        ("v=DMARC1; p=reject; sp=nonsense", REJECT, REJECT, REJECT),
        ("v=DMARC1; rua=mailto:a@b.test", NONE, NONE, NONE),
        ("v=DMARC1; p=reject; p=none", REJECT, REJECT, REJECT),
        ("v=DMARC1;;; =x; p = reject ;;", REJECT, REJECT, REJECT),
    ],
)
def test_policies_fall_back_in_order(text: str, p: Policy, sp: Policy, np: Policy):
    """From `np` to `sp` to `p` to none."""
    record = parse(text)
    assert (record.p, record.sp, record.np) == (p, sp, np)


def test_a_walk_drops_labels_and_asks_at_most_eight_times():
    """Section 4.10: one label at a time, from eight labels on with one jump to seven."""
    assert path("mail.example.com") == ("mail.example.com", "example.com", "com")
    assert path("a.b.c.d.e.f.g.h.i.j.mail.example.com") == (
        "a.b.c.d.e.f.g.h.i.j.mail.example.com",
        "g.h.i.j.mail.example.com",
        "h.i.j.mail.example.com",
        "i.j.mail.example.com",
        "j.mail.example.com",
        "mail.example.com",
        "example.com",
        "com",
    )


@given(st.lists(st.sampled_from(["a", "b", "cc"]), min_size=1, max_size=40))
def test_no_walk_is_longer_than_its_bound(labels: list[str]):
    """Whatever the name."""
    names = path(".".join(labels))
    assert 1 <= len(names) <= MAX_QUERIES
    assert len(set(names)) == len(names)


def test_the_record_at_the_domain_itself_wins():
    """Its `p` holds."""
    found = discover("a.example.com", walk({"a.example.com": "v=DMARC1; p=none", "example.com": "v=DMARC1; p=reject"}))
    assert found is not None
    assert (found.at, found.policy) == ("a.example.com", NONE)


def test_the_organisation_is_the_one_with_the_fewest_labels():
    """And its `sp` holds for what is below."""
    records = {"b.example.com": "v=DMARC1; p=none", "example.com": "v=DMARC1; p=reject; sp=quarantine; np=reject"}
    found = discover("a.b.example.com", walk(records))
    assert found is not None
    assert (found.at, found.policy) == ("example.com", QUARANTINE)
    gone = discover("a.b.example.com", walk(records), exists=False)
    assert gone is not None
    assert gone.policy is REJECT


def test_psd_n_stops_the_walk():
    """This domain is an organisation of its own."""
    records = {"b.example.com": "v=DMARC1; p=none; psd=n", "example.com": "v=DMARC1; p=reject"}
    found = discover("a.b.example.com", walk(records))
    assert found is not None
    assert found.at == "b.example.com"


def test_psd_y_means_the_organisation_is_one_label_below():
    """A public suffix with a record does not own what is below it; its record holds only where none is there."""
    bank = "v=DMARC1; p=reject; sp=quarantine; np=reject; psd=y"
    found = discover("a.giant.bank.test", walk({"giant.bank.test": "v=DMARC1; p=none", "bank.test": bank}))
    assert found is not None
    assert (found.at, found.policy) == ("giant.bank.test", NONE)
    found = discover("a.mega.bank.test", walk({"bank.test": bank}))
    assert found is not None
    assert (found.at, found.policy) == ("bank.test", QUARANTINE)


def test_two_records_at_a_name_are_none_and_other_texts_do_not_count():
    """Section 4.10: discard all where more than one remains."""
    two = ("v=DMARC1; p=none", "v=DMARC1; p=reject")
    assert discover("example.com", walk({"example.com": two})) is None
    one = ("v=DMARC1; p=reject", "some verification text")
    found = discover("example.com", walk({"example.com": one}))
    assert found is not None
    assert found.policy is REJECT


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str):
    """No record crashes the parser; what cannot be read has the mildest meaning."""
    record = parse("v=DMARC1;" + text)
    assert record.p in Policy
    assert record.np in Policy
    assert len(record.tags) <= 101
    assert all("@" in address for address in record.rua)
