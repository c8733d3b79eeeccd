"""Senders as their documentation describes them: what they would put into a request, written apart from the bot."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.adapters.hooks.base import Inbound

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "a secret that nobody guesses: 7f3a"
KEY = bytes(range(32))
SIGNING = "whsec_" + base64.b64encode(KEY).decode()
BODY = b'{"id": "x"}'


def secret_of(source: str) -> str:
    """The secret as it would stand in the environment."""
    return SIGNING if source in ("render", "standard") else SECRET


def request(source: str, body: bytes, *, secret: str = "", now: datetime = NOW, **headers: str) -> Inbound:
    """A request as this sender makes it."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    found, token = _PROOFS[source](body, (secret or secret_of(source)).encode(), now)
    return Inbound({"content-type": "application/json", **extra, **found}, body, now, token)


def _mac(secret: bytes, body: bytes, algorithm: str = "sha256") -> hmac.HMAC:
    return hmac.new(secret, body, algorithm)


def _github(body: bytes, secret: bytes, _now: datetime) -> tuple[dict[str, str], str]:
    return {"x-hub-signature-256": "sha256=" + _mac(secret, body).hexdigest(), "x-github-delivery": "72d3162e"}, ""


def _vercel(body: bytes, secret: bytes, _now: datetime) -> tuple[dict[str, str], str]:
    return {"x-vercel-signature": _mac(secret, body, "sha1").hexdigest()}, ""


def jws(body: bytes, secret: bytes, *, head: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """Netlify's token: {"alg": "HS256"} and {"iss": "netlify", "sha256": …}."""
    said = {"iss": "netlify", "sha256": hashlib.sha256(body).hexdigest(), **claims}
    signed = ".".join(_b64url(json.dumps(part).encode()) for part in (head or {"typ": "JWT", "alg": "HS256"}, said))
    return f"{signed}.{_b64url(_mac(secret, signed.encode()).digest())}"


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _netlify(body: bytes, secret: bytes, _now: datetime) -> tuple[dict[str, str], str]:
    return {"x-webhook-signature": jws(body, secret)}, ""


def standard(
    body: bytes, secret: bytes, now: datetime, name: str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
) -> dict[str, str]:
    """The three headers of Standard Webhooks."""
    stamp = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix(b"whsec_"))
    signature = base64.b64encode(_mac(key, f"{name}.{stamp}.".encode() + body).digest()).decode()
    return {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}


def _standard(body: bytes, secret: bytes, now: datetime) -> tuple[dict[str, str], str]:
    return standard(body, secret, now, "msg_" + hashlib.sha256(body).hexdigest()[:27]), ""


def _railway(_body: bytes, secret: bytes, _now: datetime) -> tuple[dict[str, str], str]:
    return {}, secret.decode()


def _heroku(body: bytes, secret: bytes, _now: datetime) -> tuple[dict[str, str], str]:
    return {"heroku-webhook-hmac-sha256": base64.b64encode(_mac(secret, body).digest()).decode()}, ""


def _gitlab(_body: bytes, secret: bytes, _now: datetime) -> tuple[dict[str, str], str]:
    return {"x-gitlab-token": secret.decode(), "x-gitlab-event-uuid": "13792a34"}, ""


def _alertmanager(_body: bytes, secret: bytes, _now: datetime) -> tuple[dict[str, str], str]:
    return {"authorization": "Bearer " + secret.decode()}, ""


def _sentry(body: bytes, secret: bytes, now: datetime) -> tuple[dict[str, str], str]:
    stamp = str(int(now.timestamp()))
    return {"sentry-hook-signature": _mac(secret, body).hexdigest(), "sentry-hook-timestamp": stamp}, ""


def _generic(body: bytes, secret: bytes, now: datetime) -> tuple[dict[str, str], str]:
    stamp = str(int(now.timestamp()))
    signature = _mac(secret, f"{stamp}.".encode() + body).hexdigest()
    return {"launch-signature": f"sha256={signature}", "launch-timestamp": stamp}, ""


_PROOFS = {
    "github": _github,
    "vercel": _vercel,
    "netlify": _netlify,
    "render": _standard,
    "railway": _railway,
    "heroku": _heroku,
    "gitlab": _gitlab,
    "alertmanager": _alertmanager,
    "sentry": _sentry,
    "standard": _standard,
    "generic": _generic,
}
SOURCES = tuple(_PROOFS)


def published(source: str = "*") -> list[Path]:
    """The example messages of the senders' documentation, each with its page and what becomes of it."""
    return sorted(DATA.glob(f"{source}/*.json"))
