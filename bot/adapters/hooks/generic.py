"""The bot's own JSON from any sender: signed with a time by two headers, or with the secret as bearer token."""

from __future__ import annotations

from bot.adapters.hooks import plain
from bot.adapters.hooks.base import Inbound, Refused, Said, Source, Verified
from bot.adapters.hooks.proofs import NO_SECRET, bearer, by_token, digest, keyed, raw, secrets_of, signed_time, unhex

SIGNATURE = "launch-signature"
TIMESTAMP = "launch-timestamp"
PREFIX = "sha256="


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """HMAC-SHA256 over `timestamp.body`, hexadecimal, behind `sha256=`; without a signature the bearer token."""
    if not secrets_of(secret):
        return NO_SECRET
    if SIGNATURE not in request.headers:
        missing = "Send Launch-Signature and Launch-Timestamp, or Authorization: Bearer and the secret."
        return by_token(secret, (bearer(request),), missing=missing)
    name, _, given = request.headers[SIGNATURE].strip().rpartition("=")
    stamp = request.headers.get(TIMESTAMP, "").strip()
    signed_at = signed_time(stamp, request.received_at)
    if isinstance(signed_at, Refused):
        return signed_at
    missing = "Launch-Signature is not readable: write sha256= and 64 hexadecimal digits."
    wanted = unhex(given) if name == "sha256" else None
    proof = keyed(secret, wanted, raw(stamp) + b"." + request.body, missing=missing)
    return Verified(proof.secret, signed_at) if isinstance(proof, Verified) else proof


def delivery(request: Inbound) -> str:
    """`id` in the body. Without one what was signed; with a bearer token each request is a delivery of its own."""
    given = plain.id_of(request.body)
    if given:
        return f"id:{given}"[:100]
    if SIGNATURE in request.headers:
        return digest(raw(request.headers.get(TIMESTAMP, "").strip()), request.body)
    return digest(request.received_at.isoformat().encode(), request.body)


def parse(request: Inbound) -> Said | Refused:
    """The bot's own JSON."""
    return plain.parse(request, "generic")


SOURCE = Source(
    name="generic",
    title="Your own sender",
    proof=(
        "HMAC-SHA256 of time and body with the secret (`Launch-Signature`, `Launch-Timestamp`);"
        " or only the secret as bearer token"
    ),
    signs_body=True,
    signs_time=True,
    missing="With a bearer token the body and the time: whoever knows it can say anything.",
    delivered="`id` in the body; else digest of what was signed; with a bearer token each request is a delivery",
    events=plain.EVENTS,
    setup=(
        "Make a secret: openssl rand -hex 32",
        "Set it as {variable} where the bot runs, and start it again.",
        "Send the JSON below to {url}",
    ),
    pages=(),
    verify=verify,
    parse=parse,
    delivery=delivery,
)
