"""A validating resolver for tests: zones with real keys and signatures, really checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import dns.dnssec
import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

from bot.clock import SystemClock
from tests.servers.dns import DnsServer

MISSING, EXPIRED, BOGUS = 9, 7, 6
"""Codes of RFC 8914."""


def _new_key() -> tuple[ec.EllipticCurvePrivateKey, DNSKEY]:
    private = ec.generate_private_key(ec.SECP256R1())
    return private, dns.dnssec.make_dnskey(private.public_key(), dns.dnssec.Algorithm.ECDSAP256SHA256, flags=257)


@dataclass
class Signing:
    """How one zone is signed."""

    apex: str
    until: datetime
    spoiled: set[tuple[str, str]] = field(default_factory=set)
    """(name, type) of records whose signature is not theirs."""

    def __post_init__(self) -> None:
        self.private, self.public = _new_key()

    @property
    def name(self) -> dns.name.Name:
        return dns.name.from_text(self.apex)

    @property
    def ds(self) -> str:
        """What the zone above says about the key."""
        return dns.dnssec.make_ds(self.name, self.public, "SHA256").to_text()

    def signature(self, rrset: dns.rrset.RRset) -> RRSIG:
        """The signature over a record set."""
        made = dns.dnssec.sign(
            rrset,
            self.private,
            self.name,
            self.public,
            inception=self.until - timedelta(days=30),
            expiration=self.until,
        )
        owner = rrset.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(rrset.rdtype)
        if owner not in self.spoiled:
            return made
        changed = made.replace(signature=bytes(len(made.signature)))
        assert isinstance(changed, RRSIG)
        return changed


class ValidatingServer(DnsServer):
    """As `DnsServer`, and it checks the signatures of the zones that were signed with `sign`.

    A zone with a DS record is signed for all the world, one without is not. What does not hold is SERVFAIL with an
    extended error, unless the question says that it wants no check (CD).
    """

    signings: dict[str, Signing]

    def sign(self, apex: str, *, until: datetime | None = None) -> Signing:
        """Sign a zone and put its key and its DS record there."""
        self.signings = {**getattr(self, "signings", {})}
        signing = self.signings[apex] = Signing(apex, until or SystemClock().now() + timedelta(days=20))
        self.zone.set(apex, "DNSKEY", signing.public.to_text())
        self.zone.set(apex, "DS", signing.ds)
        return signing

    def finish(self, query: dns.message.Message, response: dns.message.Message, name: str) -> None:
        """Add the signatures, and say whether they hold."""
        signing = self._of(name)
        if signing is None:
            return
        pairs = [(rrset, self._signed(signing, rrset)) for rrset in (*response.answer, *response.authority)]
        error = self._error(signing, pairs)
        checking = not query.flags & dns.flags.CD
        if error is not None and checking:
            response.answer.clear()
            response.authority.clear()
            response.set_rcode(dns.rcode.SERVFAIL)
            response.use_edns(0, options=[dns.edns.EDEOption(*error)])
            return
        if query.ednsflags & dns.flags.DO:
            response.answer += [signature for rrset, signature in pairs if rrset in response.answer]
            if error is None and checking and signing.apex in self.zone.records and self._ds(signing):
                response.flags |= dns.flags.AD

    def _of(self, name: str) -> Signing | None:
        zones = [apex for apex in getattr(self, "signings", {}) if name == apex or name.endswith("." + apex)]
        return self.signings[max(zones, key=len)] if zones else None

    def _ds(self, signing: Signing) -> list[str]:
        return [str(value) for value in self.zone.records[signing.apex].get("DS", [])]

    @staticmethod
    def _signed(signing: Signing, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        signatures = dns.rrset.RRset(rrset.name, dns.rdataclass.IN, dns.rdatatype.RRSIG, covers=rrset.rdtype)
        signatures.add(signing.signature(rrset), rrset.ttl)
        return signatures

    def _error(self, signing: Signing, pairs: list[tuple[dns.rrset.RRset, dns.rrset.RRset]]) -> tuple[int, str] | None:
        trusted = self._ds(signing)
        if not trusted:
            return None
        if signing.ds not in trusted:
            return MISSING, "no DNSKEY matches DS"
        keys = {signing.name: self.zone.rrset(signing.apex, "DNSKEY", [signing.public.to_text()])}
        for rrset, signatures in pairs:
            try:
                dns.dnssec.validate(rrset, signatures, keys)
            except dns.dnssec.ValidationFailure:
                if signing.until < SystemClock().now():
                    return EXPIRED, "signature expired"
                return BOGUS, "signature is wrong"
        return None
