"""How senders prove who they are: keyed digests of the raw body, signed times, tokens.

All comparisons take the same time wherever the first difference is. Several secrets, separated by commas, may be in
force at once; all of them are tried.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from bot.adapters.hooks.base import TOLERANCE, Inbound, Refused, Verified

NO_SECRET = Refused("This hook has no secret yet, so nothing is taken from it.")
WRONG = Refused("The signature does not fit: the secret is another one, or the body was changed on its way.")
WRONG_TOKEN = Refused("The token is not the one that was agreed.")
STALE = Refused("The signed time is more than five minutes away from now: an old request, or a clock that is wrong.")
NO_TIME = Refused("The signed time is missing, or is no number of seconds.")

MOST_SIGNATURES = 16
"""Signatures of one request that are looked at; senders give one for each secret in force."""


def secrets_of(text: str) -> list[bytes]:
    """The secrets in force, the newest first."""
    return [part.strip().encode("utf-8", "surrogateescape") for part in text.split(",") if part.strip()]


def raw(text: str) -> bytes:
    """What a header held, as bytes. Half characters stand for bytes that are no UTF-8, and are kept apart."""
    return text.encode("utf-8", "surrogatepass")


def unhex(text: str) -> bytes | None:
    """The bytes of a hexadecimal text; None where it is none."""
    try:
        return binascii.unhexlify(text.encode("ascii"))
    except (ValueError, UnicodeError):
        return None


def unbase64(text: str) -> bytes | None:
    """The bytes of a base64 text with its padding; None where it is none."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, UnicodeError):
        return None


def first_right(
    secret: str, given: Iterable[bytes], wanted: Callable[[bytes], bytes], *, wrong: Refused = WRONG
) -> Verified | Refused:
    """Whether one of the digests is what one of the secrets makes; every pair is compared."""
    keys = secrets_of(secret)
    if not keys:
        return NO_SECRET
    digests = list(given)[:MOST_SIGNATURES]
    right = -1
    for place, key in enumerate(keys):
        expected = wanted(key)
        for digest in digests:
            if hmac.compare_digest(digest, expected) and right < 0:
                right = place
    return Verified(right) if right >= 0 else wrong


def keyed(
    secret: str, given: bytes | None, signed: bytes, algorithm: str = "sha256", *, missing: str
) -> Verified | Refused:
    """An HMAC over `signed`. `missing` is said where no readable signature came."""
    if not secrets_of(secret):
        return NO_SECRET
    if not given:
        return Refused(missing)
    return first_right(secret, (given,), lambda key: hmac.new(key, signed, algorithm).digest())


def by_token(secret: str, given: Iterable[str], *, missing: str) -> Verified | Refused:
    """A secret that is sent along as it is. Its digests are compared: they are equally long."""
    if not secrets_of(secret):
        return NO_SECRET
    tokens = [hashlib.sha256(raw(token)).digest() for token in given if token]
    if not tokens:
        return Refused(missing)
    return first_right(secret, tokens, lambda key: hashlib.sha256(key).digest(), wrong=WRONG_TOKEN)


def bearer(request: Inbound) -> str:
    """The token of `Authorization: Bearer …`; empty without one (RFC 6750 section 2.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def signed_time(text: str, now: datetime) -> datetime | Refused:
    """The time that a sender signed, in seconds since 1970, where it is near enough to now."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        return NO_TIME
    try:
        moment = datetime.fromtimestamp(int(text), UTC)
    except (OverflowError, ValueError, OSError):
        return NO_TIME
    return moment if abs(now - moment) <= TOLERANCE else STALE


def digest(*parts: bytes) -> str:
    """An id for what was signed: equal parts, equal id."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return "sha256:" + whole.hexdigest()


def by_body(request: Inbound) -> str:
    """The id of a delivery whose sender gives none that is signed: a digest of the body."""
    return digest(request.body)
