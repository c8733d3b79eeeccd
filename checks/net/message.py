"""DNS messages: questions out, answers in, with every bound checked before a library sees the bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

from checks.net.facts import DnsStatus

MAX_RECORDS = 500
"""Records in one message; more is nothing a zone needs and is not read."""
MAX_WORK = 50_000
"""Labels of owner names, and the squared labels of names in the data: what reading them costs the library."""
MAX_POINTERS = 12
"""Compression pointers within one name: real servers need two or three (RFC 1035 section 4.1.4)."""
MAX_ALIASES = 8
EDNS_SIZE = 1232
"""UDP answers up to this size pass everywhere without being cut into pieces (DNS flag day 2020)."""
_HEADER = struct.Struct("!6H")
_ASKED = struct.Struct("!HH")
_OPT = struct.Struct("!BHHIH")
"""RFC 6891 section 6.1.2: the root, type, size, flags, no options."""
_INTERNET = 1
MAX_EXTENDED = 8
_NAMES_AT = {2: 0, 5: 0, 6: 0, 12: 0, 15: 2, 18: 2, 33: 6, 35: 0, 39: 0, 46: 18, 47: 0, 64: 2, 65: 2}
"""Types whose data holds a name that may be compressed, and after how many bytes it begins."""


_USUAL = ("A", "AAAA", "CAA", "CNAME", "DNSKEY", "DS", "MX", "NS", "RRSIG", "SOA", "TXT")


def prepare() -> None:
    """Import what reads the usual records: the library does so at the first of each."""
    for type in _USUAL:
        dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.from_text(type))  # type: ignore[no-untyped-call]


class Malformed(Exception):
    """What came is not an answer that a server may give; the text says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one message says about one question."""

    status: DnsStatus
    records: tuple[str, ...] = ()
    strings: tuple[tuple[int, ...], ...] = ()
    cnames: tuple[str, ...] = ()
    ttl: int = 0
    authoritative: bool = False
    detail: str = ""
    open_alias: str = ""
    """The last alias, where this message does not say what is behind it."""
    authenticated: bool = False
    extended: tuple[tuple[int, str], ...] = ()
    signed_until: datetime | None = None
    signed_since: datetime | None = None
    referral: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a question is asked."""

    recursive: bool = True
    signatures: bool = False
    """DO: signatures come along, and the resolver says whether it checked them (RFC 3225)."""
    checking: bool = True
    """False: CD, the answer comes even where the check of its signatures fails (RFC 4035 section 3.2.2)."""


PLAIN = Manner()


def subject(name: str, type: str) -> tuple[dns.name.Name, dns.rdatatype.RdataType]:
    """What is asked about, as the library has it.

    Raises:
        Malformed: Where the name or the type is nothing that DNS can carry.
    """
    try:
        plain = dns.name.from_text(name, idna_codec=None) if name.isascii() else dns.name.from_text(name)
        return plain, dns.rdatatype.from_text(type)
    except (dns.exception.DNSException, ValueError, UnicodeError) as error:
        raise Malformed(f"{name[:80]!r} is not a name that DNS can carry: {type_of(error)}") from None


def question(name: str, type: str, id: int, manner: Manner = PLAIN, *, edns: bool = True) -> bytes:
    """The bytes of a question.

    Raises:
        Malformed: Where the name or the type is nothing that DNS can carry.
    """
    return wire_of(*subject(name, type), id, manner, edns=edns)


def wire_of(
    name: dns.name.Name, type: dns.rdatatype.RdataType, id: int, manner: Manner = PLAIN, *, edns: bool = True
) -> bytes:
    """The same, put together by hand: of the library's ways this takes a tenth."""
    flags = (dns.flags.RD if manner.recursive else 0) | (0 if manner.checking else dns.flags.CD)
    wire = _HEADER.pack(id, flags, 1, 0, 0, int(edns)) + (name.to_wire() or b"") + _ASKED.pack(type, _INTERNET)
    if not edns:
        return wire
    return wire + _OPT.pack(0, dns.rdatatype.OPT, EDNS_SIZE, dns.flags.DO if manner.signatures else 0, 0)


def type_of(error: BaseException) -> str:
    """An error of the library as a few words."""
    return " ".join(str(error).split())[:120] or type(error).__name__


def check_bounds(wire: bytes) -> None:
    """Walk over the message once, without keeping anything of it.

    The library follows chains of compression pointers as long as they go backwards, and spends the square of its labels
    on a name: a message of 64 KiB can hold millions of steps. So owner names, and the names in the data of common
    types, are counted here first.

    Raises:
        Malformed: Where a bound is exceeded or the bytes end too early.
    """
    if len(wire) < _HEADER.size:
        raise Malformed("the answer is too short")
    _id, _flags, questions, *counts = _HEADER.unpack_from(wire)
    if questions > 1 or sum(counts) > MAX_RECORDS:
        raise Malformed(f"the answer claims {questions} questions and {sum(counts)} records")
    at, work = _HEADER.size, 0
    try:
        for _ in range(questions):
            at = _skip_name(wire, at)[0] + 4
        for _ in range(sum(counts)):
            at, labels = _skip_name(wire, at)
            (kind, _class, _ttl, length) = struct.unpack_from("!HHIH", wire, at)
            at += 10
            work += labels
            if kind in _NAMES_AT and length:
                after, labels = _skip_name(wire, at + _NAMES_AT[kind])
                work += labels**2
                if kind == 6:
                    work += _skip_name(wire, after)[1] ** 2
            at += length
            if work > MAX_WORK:
                raise Malformed("the names in the answer are far too long")
    except (IndexError, struct.error):
        raise Malformed("the answer ends in the middle of a record") from None
    if at > len(wire):
        raise Malformed("the answer ends in the middle of a record")


def _skip_name(wire: bytes, at: int) -> tuple[int, int]:
    """The offset behind the name at `at`, and its number of labels; pointers are followed within their bound."""
    behind = -1
    pointers = labels = 0
    while True:
        length = wire[at]
        if length == 0:
            return (at + 1 if behind < 0 else behind), labels
        if length < 64:
            at += length + 1
            labels += 1
            if labels > 127:
                raise Malformed("a name in the answer is too long")
        elif length >= 192:
            if behind < 0:
                behind = at + 2
            pointers += 1
            target = (length & 63) << 8 | wire[at + 1]
            if pointers > MAX_POINTERS or target >= at:
                raise Malformed("a name in the answer leads in circles")
            at = target
        else:
            raise Malformed("a name in the answer is not readable")


def parse(wire: bytes) -> dns.message.Message:
    """The message behind the bytes.

    Raises:
        Malformed: For anything that is no DNS message within the bounds.
    """
    check_bounds(wire)
    try:
        return dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, IndexError, KeyError, struct.error) as error:
        raise Malformed(f"the answer is not readable: {type_of(error)}") from None


def answers_question(message: dns.message.Message, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> bool:
    """Whether this is a response to that question and no other."""
    if not message.flags & dns.flags.QR or len(message.question) > 1:
        return False
    if not message.question:
        # Some servers leave the question out of a refusal; the id and the source address still match.
        return message.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
    asked = message.question[0]
    return asked.name == name and asked.rdtype == rdtype and asked.rdclass == dns.rdataclass.IN


def read(message: dns.message.Message, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Said:
    """What the message says about the question: records behind aliases, or in which way there are none."""
    since, until = _signed(message, rdtype)
    return replace(
        _content(message, name, rdtype),
        authenticated=bool(message.flags & dns.flags.AD),
        extended=_extended(message),
        signed_until=until,
        signed_since=since,
    )


def _extended(message: dns.message.Message) -> tuple[tuple[int, str], ...]:
    """The reasons that the server adds (RFC 8914), printable."""
    errors = message.extended_errors()[:MAX_EXTENDED]
    return tuple(
        (int(error.code), "".join(one if one.isprintable() else "?" for one in (error.text or "").strip()[:200]))
        for error in errors
    )


def _signed(
    message: dns.message.Message, rdtype: dns.rdatatype.RdataType
) -> tuple[datetime, datetime] | tuple[None, None]:
    """From when until when the signature holds that ends first of those over the records (RFC 4034 section 3.1.5)."""
    spans = [
        (signature.expiration, signature.inception)
        for rrset in message.answer
        if rrset.rdtype == dns.rdatatype.RRSIG and rrset.covers in (rdtype, dns.rdatatype.CNAME)
        for signature in rrset
    ]
    if not spans:
        return None, None
    until, since = min(spans)
    return datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC)


def _content(message: dns.message.Message, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Said:
    authoritative = bool(message.flags & dns.flags.AA)
    rcode = message.rcode()
    if rcode == dns.rcode.REFUSED:
        return Said(DnsStatus.REFUSED, detail="the server refused to answer")
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Said(DnsStatus.SERVFAIL, detail=_failure(message))
    owners = {(rrset.name, rrset.rdtype): rrset for rrset in message.answer if rrset.rdclass == dns.rdataclass.IN}
    cnames: list[str] = []
    seen = {name}
    ttl = -1
    while (found := owners.get((name, rdtype))) is None and (alias := owners.get((name, dns.rdatatype.CNAME))):
        name = alias[0].target
        cnames.append(text_of(name))
        ttl = alias.ttl if ttl < 0 else min(ttl, alias.ttl)
        if name in seen or len(cnames) > MAX_ALIASES:
            what = "lead in a circle" if name in seen else f"are more than {MAX_ALIASES} in a row"
            return Said(DnsStatus.MALFORMED, cnames=tuple(cnames), detail=f"the aliases {what}")
        seen.add(name)
    if found is not None:
        if rcode == dns.rcode.NXDOMAIN:
            return Said(DnsStatus.MALFORMED, detail="the server says the name does not exist, and gives records of it")
        records, strings = _records(found)
        ttl = found.ttl if ttl < 0 else min(ttl, found.ttl)
        return Said(DnsStatus.OK, records, strings, tuple(cnames), ttl, authoritative)
    return _absent(message, name, tuple(cnames), ttl, owners)


def _absent(
    message: dns.message.Message,
    name: dns.name.Name,
    cnames: tuple[str, ...],
    ttl: int,
    owners: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rrset.RRset],
) -> Said:
    """The ways in which an answer holds no record of the type (RFC 2308 section 2)."""
    authoritative = bool(message.flags & dns.flags.AA)
    beside = {dns.rdatatype.CNAME, dns.rdatatype.DNAME, dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3}
    if any(owner[1] not in beside for owner in owners):
        return Said(DnsStatus.MALFORMED, cnames=cnames, detail="the answer holds other records than those asked for")
    negative = next(
        (rrset for rrset in message.authority if rrset.rdtype == dns.rdatatype.SOA and name.is_subdomain(rrset.name)),
        None,
    )
    if negative is not None:
        negative_ttl = min(negative.ttl, negative[0].minimum)
        ttl = negative_ttl if ttl < 0 else min(ttl, negative_ttl)
    ttl = max(ttl, 0)
    if message.rcode() == dns.rcode.NXDOMAIN:
        return Said(DnsStatus.NXDOMAIN, cnames=cnames, ttl=ttl, authoritative=authoritative)
    pointing = [rrset for rrset in message.authority if rrset.rdtype == dns.rdatatype.NS]
    if negative is None and not cnames and not authoritative and pointing:
        servers = sorted(text_of(one.target) for rrset in pointing if rrset.name == name for one in rrset)
        why = "the server only points at other servers: it does not serve this zone"
        return Said(DnsStatus.REFUSED, detail=why, referral=tuple(servers))
    open_alias = cnames[-1] if cnames and negative is None else ""
    return Said(DnsStatus.NODATA, (), (), cnames, ttl, authoritative, open_alias=open_alias)


def _failure(message: dns.message.Message) -> str:
    """The failure with the reasons that the server adds (RFC 8914)."""
    words = [f"the server reports {dns.rcode.to_text(message.rcode())}"]
    words += [f"{code}: {text}"[:100] for code, text in _extended(message)[:3]]
    return "; ".join(words)[:300]


def text_of(name: dns.name.Name) -> str:
    """A name as people write it: lower case, no trailing dot; the root is `.`."""
    return name.to_text(omit_final_dot=True).lower() or "."


def _records(rrset: dns.rrset.RRset) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Presentation forms in a fixed order, and for TXT the lengths of the strings in the same order."""
    if rrset.rdtype in (dns.rdatatype.TXT, dns.rdatatype.SPF):
        pairs = sorted(
            (b"".join(rdata.strings).decode("utf-8", "replace"), tuple(len(part) for part in rdata.strings))
            for rdata in rrset
        )
        return tuple(text for text, _ in pairs), tuple(lengths for _, lengths in pairs)
    if rrset.rdtype == dns.rdatatype.MX:
        ordered = sorted((rdata.preference, text_of(rdata.exchange)) for rdata in rrset)
        return tuple(f"{preference} {host}" for preference, host in ordered), ()
    return tuple(sorted(_plain(rdata) for rdata in rrset)), ()


def _plain(rdata: dns.rdata.Rdata) -> str:
    match rdata.rdtype:
        case dns.rdatatype.NS | dns.rdatatype.CNAME | dns.rdatatype.PTR | dns.rdatatype.DNAME:
            return text_of(rdata.target)  # type: ignore[attr-defined]
        case dns.rdatatype.SOA:
            mname, rname, *numbers = rdata.to_text().split()
            return " ".join([mname.rstrip(".").lower() or ".", rname.rstrip(".").lower() or ".", *numbers])
        case dns.rdatatype.SRV:
            *numbers, target = rdata.to_text().split()
            return " ".join([*numbers, target.rstrip(".").lower() or "."])
        case _:
            return rdata.to_text()[:4096]
