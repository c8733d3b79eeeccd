"""Signs a message as its real sender would, so that a receiver of webhooks can be tried with one it must take.

Stripe: docs.stripe.com/webhooks/signature · GitHub: docs.github.com, "Validating webhook deliveries" ·
Standard Webhooks: github.com/standard-webhooks, spec 1.0 (Svix, Clerk, Resend, OpenAI and others).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from checks.flow.model import Sign


class BadKey(Exception):
    """The key cannot be one of this sender; the text does not repeat it."""


def signed(sign: Sign, key: str, body: bytes, now: datetime, run: str) -> dict[str, str]:
    """The headers that prove who sent it."""
    at = str(int(now.timestamp()))
    if sign.like == "stripe":
        return {"Stripe-Signature": f"t={at},v1={_hex(key.encode(), at.encode() + b'.' + body)}"}
    if sign.like == "github":
        return {"X-Hub-Signature-256": f"sha256={_hex(key.encode(), body)}", "X-GitHub-Event": "ping"}
    if sign.like == "standard":
        name = f"msg_{run}"
        digest = hmac.new(_standard(key), f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(digest).decode("ascii")
        return {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": signature}
    return {sign.header or "X-Signature": _hex(key.encode(), body)}


def _hex(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _standard(key: str) -> bytes:
    try:
        return base64.b64decode(key.strip().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("the key for Standard Webhooks is not base64; it begins with whsec_") from None
