"""The six digits of an authenticator app, made from its key (RFC 6238 over RFC 4226)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

ALGORITHMS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Key:
    """What an authenticator app keeps. It is a secret: `repr` does not show it."""

    raw: bytes
    digits: int = 6
    period: int = 30
    algorithm: str = "SHA1"

    def __repr__(self) -> str:
        return f"Key({self.algorithm}, {self.digits} digits)"

    def at(self, moment: datetime) -> str:
        """The digits at a moment (UTC)."""
        counter = int(moment.timestamp()) // self.period
        digest = hmac.new(self.raw, counter.to_bytes(8, "big"), ALGORITHMS[self.algorithm]).digest()
        place = digest[-1] & 0x0F
        number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
        return str(number % 10**self.digits).rjust(self.digits, "0")


def key_of(text: str) -> Key:
    """The key behind what a service shows: letters in groups (base32), or a whole `otpauth://totp/…` address.

    Raises:
        ValueError: In one sentence that does not repeat it.
    """
    if not text.strip().lower().startswith("otpauth:"):
        return Key(_raw(text))
    said = parse_qs(urlsplit(text.strip()).query)
    try:
        digits, period = int(said.get("digits", ["6"])[0]), int(said.get("period", ["30"])[0])
    except ValueError:
        raise ValueError("its digits or its period is no number") from None
    algorithm = said.get("algorithm", ["SHA1"])[0].upper().replace("-", "")
    if algorithm not in ALGORITHMS or digits not in (6, 7, 8) or not 1 <= period <= 600:
        raise ValueError("it asks for digits, a period or an algorithm that authenticator apps do not have")
    return Key(_raw(said.get("secret", [""])[0]), digits, period, algorithm)


def _raw(text: str) -> bytes:
    letters = "".join(text.split()).replace("-", "").rstrip("=").upper()
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raw = b""
    if not raw:
        raise ValueError("it is no key of an authenticator app: letters A to Z and digits 2 to 7 are")
    return raw
