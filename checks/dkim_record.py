"""Reads DKIM key records (RFC 6376 section 3.6.1, RFC 8301, RFC 8463); pure, and every text gets an answer."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_TAGS = 60
MAX_KEY = 16_384
"""Characters of a key that are decoded; an RSA key of 4096 bits has about 740."""
WEAK, SHORT = 1024, 2048
"""Bits: below the first receivers must not accept an RSA key (RFC 8301 section 3.2), below the second it is short."""

_TAG = re.compile(r"[ \t\r\n]*([A-Za-z][A-Za-z0-9_]{0,40})[ \t\r\n]*=(.*)", re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]+")
_RSA_OID = bytes.fromhex("2a864886f70d010101")


@dataclass(frozen=True, slots=True)
class Key:
    """One parsed key record."""

    text: str
    tags: Mapping[str, str]
    """By name as written; of a tag that stands twice the first counts."""
    kind: str = "rsa"
    """`rsa`, `ed25519` or another word of `k=`, lower case."""
    bits: int = 0
    """Length of the key; 0 where it is revoked or cannot be read."""
    revoked: bool = False
    """`p=` is there and empty: whatever was sealed with this key no longer counts."""
    wrong: str = ""
    """Why no receiver can use it, in words; empty where one can."""

    @property
    def testing(self) -> bool:
        """`t=y`: receivers treat the mail as if it had no seal."""
        return "y" in self._words("t")

    @property
    def hashes(self) -> tuple[str, ...]:
        """The hashes that it allows; empty means any."""
        return self._words("h")

    @property
    def sha1_only(self) -> bool:
        """It allows nothing but SHA-1, which receivers must not accept (RFC 8301 section 3.1)."""
        return bool(self.hashes) and "sha256" not in self.hashes

    @property
    def usable(self) -> bool:
        """Whether a receiver may verify mail with it."""
        return not self.wrong and not self.revoked and not self.sha1_only and not self.weak

    @property
    def weak(self) -> bool:
        """An RSA key so short that it can be broken."""
        return self.kind == "rsa" and 0 < self.bits < WEAK

    @property
    def short(self) -> bool:
        """An RSA key that still counts, but should be longer."""
        return self.kind == "rsa" and WEAK <= self.bits < SHORT

    def _words(self, tag: str) -> tuple[str, ...]:
        return tuple(word.strip().lower() for word in self.tags.get(tag, "").split(":") if word.strip())


def is_key(text: str) -> bool:
    """Whether a TXT record is meant as a DKIM key: it has the tag `p`, or begins with the version."""
    tags = _tags(text)
    return "p" in tags or tags.get("v", "").upper().startswith("DKIM")


def parse(text: str) -> Key:
    """The key behind a TXT record, its strings joined."""
    tags = _tags(text)
    kind = tags.get("k", "rsa").strip().lower() or "rsa"
    version = tags.get("v", "DKIM1")
    if version != "DKIM1":
        return Key(text, tags, kind, wrong=f"its version is “{version[:20]}” where DKIM1 must stand")
    if "v" in tags and next(iter(tags)) != "v":
        return Key(text, tags, kind, wrong="v=DKIM1 must stand first")
    if "p" not in tags:
        return Key(text, tags, kind, wrong="the key itself (p=) is missing")
    services = [word.strip().lower() for word in tags.get("s", "*").split(":")]
    if "*" not in services and "email" not in services:
        return Key(text, tags, kind, wrong="it is marked for other uses than mail (s=)")
    value = _BLANK.sub("", tags["p"][:MAX_KEY])
    if not value:
        return Key(text, tags, kind, revoked=True)
    if kind not in ("rsa", "ed25519"):
        return Key(text, tags, kind, wrong=f"its kind “{kind[:20]}” is none that receivers know")
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return Key(text, tags, kind, wrong="the key (p=) was cut or mistyped: it is no base64")
    bits = rsa_bits(raw) if kind == "rsa" else 256 * (len(raw) == 32)
    return Key(text, tags, kind, bits, wrong="" if bits else f"the key (p=) is not a whole {_KINDS[kind]} key")


_KINDS = {"rsa": "RSA", "ed25519": "Ed25519"}


def _tags(text: str) -> dict[str, str]:
    tags: dict[str, str] = {}
    for part in text.split(";", MAX_TAGS)[:MAX_TAGS]:
        found = _TAG.fullmatch(part)
        if found is not None:
            tags.setdefault(found[1], found[2].strip(" \t\r\n"))
    return tags


def rsa_bits(der: bytes) -> int:
    """Length of the modulus of an RSA key in DER, as SubjectPublicKeyInfo or RSAPublicKey; 0 for anything else."""
    try:
        body, rest = _read(der, 0x30)
        if rest:
            return 0
        if body[:1] == b"\x30":
            algorithm, after = _read(body, 0x30)
            oid, _ = _read(algorithm, 0x06)
            bit_string, rest = _read(after, 0x03)
            if oid != _RSA_OID or rest or bit_string[:1] != b"\0":
                return 0
            body, rest = _read(bit_string[1:], 0x30)
            if rest:
                return 0
        modulus, after = _read(body, 0x02)
        exponent, rest = _read(after, 0x02)
    except ValueError:
        return 0
    number = int.from_bytes(modulus, "big")
    negative = bool(modulus) and modulus[0] >= 0x80
    return number.bit_length() if exponent and not rest and not negative else 0


def _read(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the value with which `data` begins, and what is behind it (X.690 section 8.1).

    Raises:
        ValueError: Where another value stands there, or it is cut short.
    """
    if len(data) < 2 or data[0] != tag:
        raise ValueError
    size, start = data[1], 2
    if size >= 0x80:
        count = size & 0x7F
        if not 1 <= count <= 3:
            raise ValueError
        size, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if len(data) < start + size:
        raise ValueError
    return data[start : start + size], data[start + size :]
