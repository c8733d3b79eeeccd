"""Netlify: HTTP post notifications of deploys, proven by a signed token over the body's digest."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said, Source, Verified
from bot.adapters.hooks.proofs import NO_SECRET, WRONG, by_body, keyed, secrets_of, unhex
from bot.adapters.hooks.reading import (
    at,
    commit,
    ident,
    link,
    load,
    of_json,
    text,
    version,
    when,
    words,
)
from bot.domain.heard import Marker, Progress

SIGNATURE = "x-webhook-signature"
MISSING = "There is no readable X-Webhook-Signature: set a JWS secret token for the notification."
LONGEST = 4096
"""Characters of a token; Netlify's have about 200."""

_STATES = {
    **dict.fromkeys(
        ("new", "enqueued", "building", "uploading", "uploaded", "preparing", "prepared", "processing", "processed"),
        Progress.STARTED,
    ),
    "ready": Progress.LIVE,
    "error": Progress.FAILED,
    "rejected": Progress.CANCELLED,
}
_CONTEXTS = {"production": "production", "deploy-preview": "preview", "branch-deploy": "preview"}


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """A JWS (RFC 7515) by HS256 of Netlify, whose payload holds the SHA-256 of the body."""
    if not secrets_of(secret):
        return NO_SECRET
    token = request.headers.get(SIGNATURE, "").strip()
    parts = token.split(".") if len(token) <= LONGEST else []
    head, claims = (_object(part) for part in parts[:2]) if len(parts) == 3 else (None, None)
    if head is None or claims is None:
        return Refused(MISSING)
    # The algorithm is ours to say: a token that names another one, or none, is not looked at.
    if head.get("alg") != "HS256":
        return Refused("X-Webhook-Signature is not signed by HS256.")
    proof = keyed(secret, _bytes(parts[2]), f"{parts[0]}.{parts[1]}".encode(), missing=MISSING)
    if isinstance(proof, Refused):
        return proof
    claimed = unhex(claims["sha256"]) if isinstance(claims.get("sha256"), str) else None
    whole = hmac.compare_digest(claimed or b"", hashlib.sha256(request.body).digest())
    return proof if whole and claims.get("iss") == "netlify" else WRONG


def _bytes(part: str) -> bytes | None:
    """base64url without padding (RFC 7515 section 2)."""
    try:
        return base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnicodeError):
        return None


def _object(part: str) -> Any:
    found = _bytes(part)
    return None if found is None else load(found)


@of_json
def parse(body: Mapping[str, Any], request: Inbound) -> Said | Refused:
    """One marker of the deploy that the body is."""
    state, key = text(body, "state"), ident(body, "id")
    if not key or not state:
        return Refused("This is no deploy as Netlify sends it.", status=400)
    progress = _STATES.get(state)
    if progress is None:
        return Said(ignored=f"A deploy that is {state} changes nothing for customers.")
    where = _CONTEXTS.get(text(body, "context"), "preview")
    if progress is Progress.LIVE and where == "production" and body.get("published_at", "") is None:
        return Said(ignored="It is built, but not published: the site is locked to another deploy.")
    why = words(body, "error_message")
    if progress is Progress.FAILED and why.lower().startswith(("cancel", "skipped")):
        progress = Progress.CANCELLED
    sha = commit(body, "commit_ref")
    page = link(body, "admin_url")
    times = ("published_at", "updated_at") if progress is Progress.LIVE else ("updated_at", "created_at")
    marker = Marker(
        "netlify",
        progress,
        version("", sha, otherwise=key),
        when(request.received_at, *(at(body, name) for name in times)),
        key,
        where,
        text(body, "name"),
        words(body, "committer"),
        why or words(body, "title"),
        sha,
        url=link(body, "deploy_ssl_url") or link(body, "ssl_url"),
        log_url=f"{page}/deploys/{key}" if page else "",
        compare_url=link(body, "commit_url"),
    )
    return Said((marker,))


SOURCE = Source(
    name="netlify",
    title="Netlify",
    proof="a JWS by HS256 with the secret, from Netlify, over the SHA-256 of the whole body (`X-Webhook-Signature`)",
    signs_body=True,
    signs_time=False,
    missing="The time: Netlify signs none, so an old request is only known by its delivery.",
    delivered="digest of the body (Netlify gives no id)",
    events=(
        Becomes("Deploy started (state new to processed)", "a deploy has started"),
        Becomes("Deploy succeeded, restored (state ready)", "the deploy is live, once it is published"),
        Becomes("Deploy failed (state error)", "the deploy failed; cancelled where Netlify says so"),
        Becomes("Deploy request rejected (state rejected)", "the deploy was cancelled"),
        Becomes("context deploy-preview, branch-deploy", "all of this for a preview"),
        Becomes("everything else", "nothing"),
    ),
    setup=(
        "Open the project → Project configuration → Notifications → Deploy notifications.",
        "Add notification → HTTP post request, four times: for Deploy started, succeeded, failed and restored.",
        "URL to notify: {url}",
        "JWS secret token: {secret}",
    ),
    pages=("https://docs.netlify.com/site-deploys/notifications/",),
    verify=verify,
    parse=parse,
    delivery=by_body,
)
