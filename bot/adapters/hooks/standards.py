"""Standard Webhooks: the proof that several senders share.

`webhook-id`, `webhook-timestamp` and `webhook-signature` (several, each `v1,<base64>`), an HMAC-SHA256 over
`id.timestamp.body`; the secret is `whsec_` and base64.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hmac

from bot.adapters.hooks.base import Inbound, Refused, Verified
from bot.adapters.hooks.proofs import NO_SECRET, digest, first_right, raw, secrets_of, signed_time, unbase64

PREFIX = "whsec_"
UNREADABLE = Refused("The secret of this hook is no whsec_ with base64 behind it, so nothing can be proven.")
LONGEST_ID = 100
LONGEST_SIGNATURES = 4096


def key_of(secret: bytes) -> bytes | None:
    """The key in a secret, with or without its prefix; None where it is no base64."""
    found = unbase64(secret.decode("utf-8", "replace").removeprefix(PREFIX))
    return found or None


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """Whether one of the signatures is right, and its time is near enough to now."""
    secrets = secrets_of(secret)
    if not secrets:
        return NO_SECRET
    if any(key_of(one) is None for one in secrets):
        return UNREADABLE
    name = request.headers.get("webhook-id", "").strip()
    stamp = request.headers.get("webhook-timestamp", "").strip()
    given = [
        read
        for one in request.headers.get("webhook-signature", "")[:LONGEST_SIGNATURES].split()
        if one.startswith("v1,") and (read := unbase64(one.removeprefix("v1,")))
    ]
    if not name or not given:
        return Refused("There is no webhook-id, or no readable webhook-signature.")
    signed_at = signed_time(stamp, request.received_at)
    if isinstance(signed_at, Refused):
        return signed_at
    signed = b"%s.%s.%s" % (raw(name), raw(stamp), request.body)
    proof = first_right(secret, given, lambda one: hmac.new(key_of(one) or b"", signed, "sha256").digest())
    return Verified(proof.secret, signed_at) if isinstance(proof, Verified) else proof


def delivery(request: Inbound) -> str:
    """The signed `webhook-id`: the same each time that a message is sent again."""
    name = request.headers.get("webhook-id", "").strip()
    return name if 0 < len(name) <= LONGEST_ID and name.isascii() and name.isprintable() else digest(raw(name))
