"""Heroku: releases of an app, and builds that failed before there was one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said, Source, Verified
from bot.adapters.hooks.proofs import digest, keyed, unbase64
from bot.adapters.hooks.reading import (
    at,
    commit,
    environment_by_name,
    ident,
    load,
    of_json,
    text,
    version,
    when,
    words,
)
from bot.domain.heard import Marker, Progress

SIGNATURE = "heroku-webhook-hmac-sha256"
_STATES = {
    "pending": Progress.STARTED,
    "succeeded": Progress.LIVE,
    "failed": Progress.FAILED,
    "expired": Progress.FAILED,
}


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """HMAC-SHA256 of the raw body, base64."""
    given = unbase64(request.headers.get(SIGNATURE, "").strip())
    return keyed(secret, given, request.body, missing="There is no readable Heroku-Webhook-Hmac-SHA256.")


def delivery(request: Inbound) -> str:
    """The event's id in the signed body, the same for every attempt; else a digest of it."""
    body = load(request.body)
    return ident(body, "webhook_metadata", "event", "id") or ident(body, "id") or digest(request.body)


@of_json
def parse(body: Mapping[str, Any], request: Inbound) -> Said | Refused:
    """Markers of releases and of failed builds."""
    resource, key = text(body, "resource"), ident(body, "data", "id")
    if not resource or not key:
        return Refused("This is no event as Heroku sends it.", status=400)
    status = text(body, "data", "status")
    at_ = when(request.received_at, at(body, "data", "updated_at"), at(body, "created_at"))
    if resource == "release" and text(body, "action") != "destroy" and status in _STATES:
        number = text(body, "data", "version")
        sha = commit(body, "data", "slug", "commit")
        name = f"v{number}" if number.isdigit() else version("", sha, otherwise=key[:8])
        return Said((_marker(body, _STATES[status], key, (name, sha), at_),))
    if resource == "build" and status == "failed":
        sha = commit(body, "data", "source_blob", "version")
        name = version("", sha, otherwise=key[:8])
        return Said((_marker(body, Progress.FAILED, f"build-{key}", (name, sha), at_),))
    return Said(ignored=f"Nothing is done with {resource} {status}".rstrip() + ".")


def _marker(body: Any, progress: Progress, key: str, what: tuple[str, str], at_: datetime) -> Marker:
    name, sha = what
    app = text(body, "data", "app", "name")
    plain = app.replace("-", "").isalnum() and app.isascii()
    note = words(body, "data", "description") or ("The build failed." if key.startswith("build-") else "")
    return Marker(
        "heroku",
        progress,
        name,
        at_,
        key,
        environment_by_name(app),
        app,
        text(body, "data", "user", "email").partition("@")[0],
        note,
        sha,
        log_url=f"https://dashboard.heroku.com/apps/{app}/activity" if plain else "",
    )


SOURCE = Source(
    name="heroku",
    title="Heroku",
    proof="HMAC-SHA256 of the whole body with the secret (`Heroku-Webhook-Hmac-SHA256`)",
    signs_body=True,
    signs_time=False,
    missing="The time: Heroku signs none, so an old request is only known by its delivery.",
    delivered="`webhook_metadata.event.id` in the body",
    events=(
        Becomes("api:release: pending", "a deploy has started (its release phase runs)"),
        Becomes("api:release: succeeded", "the deploy is live; changed config vars are a release too"),
        Becomes("api:release: failed, expired", "the deploy failed"),
        Becomes("api:build: failed", "a deploy failed before there was a release"),
        Becomes("an app called …-pr-12, or with staging in its name", "all of this for a preview, or for staging"),
        Becomes("everything else (dynos, add-ons, domains)", "nothing"),
    ),
    setup=(
        "In a terminal: heroku webhooks:add -a your-app -i api:release,api:build -l sync -u {url} -s {secret}",
        "Or open the app in the dashboard → More → View webhooks → Create Webhook, with the same values.",
    ),
    pages=(
        "https://devcenter.heroku.com/articles/app-webhooks",
        "https://devcenter.heroku.com/articles/webhook-events",
    ),
    verify=verify,
    parse=parse,
    delivery=delivery,
)
