"""DNS messages from strangers: bounded before they are read."""

from __future__ import annotations

import struct

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.net import message as messages
from checks.net.facts import DnsStatus
from checks.net.message import Malformed
from tests.growth import seconds

NAME = dns.name.from_text("a.test")
QUESTION = b"\x01a\x04test\x00\x00\x01\x00\x01"

AT_ONCE = 0.05
"""Seconds of a quiet machine's processor; to follow each of these names would take minutes."""


def _answer(records: bytes, count: int) -> bytes:
    return struct.pack("!6H", 7, 0x8180, 1, count, 0, 0) + QUESTION + records


def test_a_proper_answer_is_read() -> None:
    """One A record behind a compressed name."""
    wire = _answer(b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01", 1)
    said = messages.read(messages.parse(wire), NAME, dns.rdatatype.A)
    assert (said.status, said.records, said.ttl) == (DnsStatus.OK, ("127.0.0.1",), 60)


@given(st.binary(max_size=2000))
def test_random_bytes_are_malformed_or_read(data: bytes) -> None:
    """Nothing but Malformed comes out of the parser."""
    try:
        message = messages.parse(data)
    except Malformed:
        return
    messages.answers_question(message, NAME, dns.rdatatype.A)
    messages.read(message, NAME, dns.rdatatype.A)


@settings(max_examples=300)
@given(st.binary(max_size=400), st.integers(0, 6), st.integers(0, 6), st.sampled_from([0x8180, 0x8583, 0x8182]))
def test_random_records_behind_a_proper_question(data: bytes, answers: int, others: int, flags: int) -> None:
    """Nearly proper messages go deeper into the reader, and end the same way."""
    wire = struct.pack("!6H", 7, flags, 1, answers, others, 0) + QUESTION + data
    try:
        message = messages.parse(wire)
    except Malformed:
        return
    if messages.answers_question(message, NAME, dns.rdatatype.A):
        for rdtype in (dns.rdatatype.A, dns.rdatatype.TXT, dns.rdatatype.MX):
            messages.read(message, NAME, rdtype)


def test_a_long_chain_of_pointers_costs_nothing() -> None:
    """A full message of pointers to pointers is refused at once instead of being followed for minutes."""
    filler = b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c" + struct.pack("!H", 8001)
    start = 12 + len(QUESTION) + len(filler)
    hops = [0xC000 | start] + [0xC000 | (start + 1 + 2 * (number - 1)) for number in range(1, 4000)]
    chain = b"\x00" + b"".join(struct.pack("!H", hop) for hop in hops)
    last = struct.pack("!H", 0xC000 | (start + 1 + 2 * 3999))
    record = last + b"\x00\x02\x00\x01\x00\x00\x00\x3c\x00\x02" + last
    wire = _answer(filler + chain + record * 400, 401)

    def refuse() -> None:
        with pytest.raises(Malformed, match="circles"):
            messages.parse(wire)

    assert seconds(refuse, AT_ONCE) <= AT_ONCE


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        (b"", "too short"),
        (_answer(b"", 5), "middle of a record"),
        (struct.pack("!6H", 7, 0x8180, 1, 60000, 0, 0) + QUESTION, "60000 records"),
        (struct.pack("!6H", 7, 0x8180, 9, 0, 0, 0) + QUESTION * 9, "9 questions"),
        (_answer(b"\xc0\x1a" + bytes(10), 1), "circles"),
        (_answer(b"\x80\x00" + bytes(20), 1), "not readable"),
    ],
)
def test_broken_messages_say_what_is_wrong(wire: bytes, why: str) -> None:
    """Each bound has its sentence."""
    with pytest.raises(Malformed, match=why):
        messages.parse(wire)


@pytest.mark.parametrize("name", ["a..b", "a" * 64 + ".test", "x." * 200, "\udcff.test"])
def test_a_name_that_dns_cannot_carry_is_malformed(name: str) -> None:
    """A name out of somebody's record may be anything."""
    with pytest.raises(Malformed):
        messages.question(name, "A", 1)


def test_a_question_leaves_without_recursion_where_asked() -> None:
    """Name servers of a zone are asked with RD=0."""
    assert dns.message.from_wire(messages.question("a.test", "A", 5)).flags & dns.flags.RD
    plain = dns.message.from_wire(messages.question("a.test", "A", 5, messages.Manner(recursive=False), edns=False))
    assert not plain.flags & dns.flags.RD
    assert plain.edns == -1
    assert plain.id == 5


def test_a_question_says_how_it_wants_its_signatures() -> None:
    """DO asks for them, CD for an answer even where they do not hold; both only where they are wanted."""
    secure = dns.message.from_wire(messages.question("a.test", "A", 5, messages.Manner(signatures=True)))
    assert secure.ednsflags & dns.flags.DO
    assert not secure.flags & dns.flags.CD
    loose = dns.message.from_wire(messages.question("a.test", "A", 5, messages.Manner(signatures=True, checking=False)))
    assert loose.flags & dns.flags.CD
    plain = dns.message.from_wire(messages.question("a.test", "A", 5))
    assert not plain.ednsflags & dns.flags.DO


@pytest.mark.parametrize(("kind", "before"), [(46, 18), (47, 0), (64, 2), (65, 2)])
def test_names_in_the_data_of_newer_types_are_bounded_too(kind: int, before: int) -> None:
    """Signatures, denials and service records hold names; the longest ones, hundreds of times, are refused at once."""
    long = b"\x01a" * 120 + b"\x00"
    data = bytes(before) + long
    record = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data

    def refuse() -> None:
        with pytest.raises(Malformed, match="far too long"):
            messages.parse(_answer(record * 200, 200))

    assert seconds(refuse, AT_ONCE) <= AT_ONCE
    circle = bytes(before) + b"\xc0\xff"
    record = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(circle)) + circle
    with pytest.raises(Malformed, match="circles"):
        messages.parse(_answer(record, 1))


@pytest.mark.parametrize("edns", [True, False])
@pytest.mark.parametrize(
    "manner", [messages.Manner(*(bool(number & bit) for bit in (1, 2, 4))) for number in range(8)], ids=str
)
@pytest.mark.parametrize("name", ["a.test", ".", "_dmarc.A-B.example.com.", "xn--bcher-kva.example", "bücher.example"])
def test_a_question_is_what_the_library_would_send(name: str, manner: messages.Manner, edns: bool) -> None:
    """Put together by hand, byte for byte the same."""
    query = dns.message.make_query(
        name, "TXT", use_edns=0 if edns else False, payload=1232, id=7, want_dnssec=manner.signatures and edns
    )
    if not manner.recursive:
        query.flags &= ~dns.flags.RD
    if not manner.checking:
        query.flags |= dns.flags.CD
    assert messages.question(name, "TXT", 7, manner, edns=edns) == query.to_wire()
