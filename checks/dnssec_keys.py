"""Whether the fingerprint that the registry holds fits a key of the zone (RFC 4034 sections 5 and 6); pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_RECORDS = 50
_DIGESTS = {1: "sha1", 2: "sha256", 4: "sha384"}
"""Digest types of a DS record that can be computed here; others are not judged."""
_NUMBERS = re.compile(r"(\d{1,5})[ \t]+(\d{1,3})[ \t]+(\d{1,3})[ \t]+(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ds:
    """A fingerprint at the registry."""

    tag: int
    algorithm: int
    digest_type: int
    digest: str
    """Hexadecimal, lower case."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the zone."""

    rdata: bytes

    @property
    def algorithm(self) -> int:
        """Its number in the registry of algorithms."""
        return self.rdata[3]

    @property
    def signs(self) -> bool:
        """It is a key of a zone and not revoked (RFC 4034 section 2.1.1, RFC 5011 section 3)."""
        flags = int.from_bytes(self.rdata[:2], "big")
        return bool(flags & 0x0100) and not flags & 0x0080

    @property
    def tag(self) -> int:
        """Its short number (RFC 4034 appendix B)."""
        if self.algorithm == 1:
            return int.from_bytes(self.rdata[-3:-1], "big")
        total = sum(byte << 8 if place % 2 == 0 else byte for place, byte in enumerate(self.rdata))
        return (total + (total >> 16 & 0xFFFF)) & 0xFFFF


def ds(text: str) -> Ds | None:
    """A DS record in presentation form; None where it is none."""
    found = _NUMBERS.fullmatch(text.strip())
    if found is None:
        return None
    digest = re.sub(r"\s", "", found[4]).lower()
    if not re.fullmatch(r"[0-9a-f]{1,512}", digest):
        return None
    return Ds(int(found[1]), int(found[2]), int(found[3]), digest)


def key(text: str) -> Key | None:
    """A DNSKEY record in presentation form; None where it is none."""
    found = _NUMBERS.fullmatch(text.strip())
    if found is None:
        return None
    flags, protocol, algorithm = int(found[1]), int(found[2]), int(found[3])
    try:
        raw = base64.b64decode(re.sub(r"\s", "", found[4][:8192]), validate=True)
    except (binascii.Error, ValueError):
        return None
    if flags > 0xFFFF or protocol != 3 or algorithm > 255 or len(raw) < 3:
        return None
    return Key(flags.to_bytes(2, "big") + bytes((3, algorithm)) + raw)


def fits(name: str, fingerprint: Ds, zone_key: Key) -> bool:
    """Whether the fingerprint is that of the key at `name`."""
    if fingerprint.algorithm != zone_key.algorithm or fingerprint.tag != zone_key.tag or not zone_key.signs:
        return False
    digest = hashlib.new(_DIGESTS[fingerprint.digest_type], _wire(name) + zone_key.rdata, usedforsecurity=False)
    return digest.hexdigest() == fingerprint.digest


def unmatched(name: str, fingerprints: Sequence[str], keys: Sequence[str]) -> tuple[str, ...] | None:
    """The fingerprints that fit no key, as `tag/algorithm`; None where at least one fits or none can be judged."""
    known = [one for text in fingerprints[:MAX_RECORDS] if (one := ds(text)) is not None]
    judged = [one for one in known if one.digest_type in _DIGESTS]
    held = [other for text in keys[:MAX_RECORDS] if (other := key(text)) is not None]
    if len(judged) < len(fingerprints) or any(fits(name, one, other) for one in judged for other in held):
        return None
    return tuple(f"{one.tag}/{one.algorithm}" for one in judged) or None


def _wire(name: str) -> bytes:
    """The name in canonical form (RFC 4034 section 6.2)."""
    labels = [label for label in name.rstrip(".").lower().encode("ascii", "replace").split(b".") if label]
    return b"".join(bytes((min(len(label), 63),)) + label[:63] for label in labels) + b"\0"
