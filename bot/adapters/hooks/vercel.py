"""Vercel: deployments of a team, as its account webhooks tell them.

A production deployment that succeeded is built; customers have it when it is promoted, which Vercel does by itself
unless somebody pinned an older one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said, Source, Verified
from bot.adapters.hooks.proofs import digest, keyed, unhex
from bot.adapters.hooks.reading import (
    at,
    commit,
    commit_page,
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

SIGNATURE = "x-vercel-signature"
BACK = "deployment.rollback"
_TYPES = {
    "deployment.created": Progress.STARTED,
    "deployment.succeeded": Progress.LIVE,
    "deployment.promoted": Progress.LIVE,
    BACK: Progress.LIVE,
    "deployment.error": Progress.FAILED,
    "deployment.canceled": Progress.CANCELLED,
}
_HOSTS = (("github", "https://github.com"), ("gitlab", "https://gitlab.com"), ("bitbucket", "https://bitbucket.org"))


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """HMAC-SHA1 of the raw body, hexadecimal."""
    given = unhex(request.headers.get(SIGNATURE, "").strip())
    return keyed(secret, given, request.body, "sha1", missing="There is no readable x-vercel-signature.")


def delivery(request: Inbound) -> str:
    """The id in the signed body, else a digest of it."""
    return ident(load(request.body), "id") or digest(request.body)


@of_json
def parse(body: Mapping[str, Any], request: Inbound) -> Said | Refused:
    """Markers of deployments; nothing for other events."""
    kind = text(body, "type", longest=50)
    progress = _TYPES.get(kind)
    if progress is None:
        return Said(ignored=f"Nothing is done with the event {kind or 'without a type'}.")
    payload = body.get("payload")
    at_ = when(request.received_at, at(body, "createdAt"))
    if kind == BACK:
        return _back(payload, ident(body, "id"), at_)
    key = ident(payload, "deployment", "id")
    if not key:
        return Refused(f"This is no {kind} as Vercel sends it.", status=400)
    where = _where(kind, text(payload, "target"), text(payload, "deployment", "customEnvironmentId"))
    if where != "production":
        key = f"{key}:{where}"
    elif kind == "deployment.succeeded":
        progress = Progress.STARTED
    return Said((_marker(payload, progress, key, where, at_),))


def _back(payload: Any, event: str, at_: datetime) -> Said | Refused:
    """An older deployment is live for a second time, which is a deploy of its own. Vercel names nothing but ids."""
    key = ident(payload, "toDeploymentId")
    if not key:
        return Refused(f"This is no {BACK} as Vercel sends it.", status=400)
    note = "Back to an earlier deployment"
    name = text(payload, "project", "name")
    return Said((Marker("vercel", Progress.LIVE, key, at_, f"{key}:{event}", service=name, note=note),))


def _where(kind: str, target: str, custom: str) -> str:
    if kind == "deployment.promoted" or target == "production":
        return "production"
    return "staging" if target == "staging" or custom else "preview"


def _marker(payload: Any, progress: Progress, key: str, where: str, at_: datetime) -> Marker:
    meta = at(payload, "deployment", "meta")
    host, sha, repository = _commit(meta if isinstance(meta, dict) else {})
    address = text(payload, "deployment", "url", longest=300)
    shown = {"": f"https://{address}" if address and "://" not in address else address}
    return Marker(
        "vercel",
        progress,
        version("", sha, otherwise=key.partition(":")[0]),
        at_,
        key,
        where,
        text(payload, "project", "name") or text(payload, "deployment", "name"),
        text(meta, f"{host}CommitAuthorLogin") or words(meta, f"{host}CommitAuthorName"),
        words(meta, f"{host}CommitMessage"),
        sha,
        url=link(shown, ""),
        log_url=link(payload, "links", "deployment"),
        compare_url=commit_page(repository, sha) if host != "bitbucket" else "",
    )


def _commit(meta: Mapping[str, Any]) -> tuple[str, str, str]:
    """The kind of host, the commit, and the address of the repository, from `githubCommitSha` and the like."""
    for host, address in _HOSTS:
        sha = commit(meta, f"{host}CommitSha")
        if sha:
            owner, name = text(meta, f"{host}CommitOrg"), text(meta, f"{host}CommitRepo")
            return host, sha, link({"": f"{address}/{owner}/{name}"}, "") if owner and name else ""
    return "github", "", ""


SOURCE = Source(
    name="vercel",
    title="Vercel",
    proof="HMAC-SHA1 of the whole body with the secret (`x-vercel-signature`)",
    signs_body=True,
    signs_time=False,
    missing="The time: Vercel signs none, so an old request is only known by its delivery.",
    delivered="`id` in the body",
    events=(
        Becomes("deployment.created", "a deploy has started"),
        Becomes("deployment.succeeded, target production", "nothing new: it is built; customers have it when promoted"),
        Becomes("deployment.succeeded, any other target", "the deploy is live, as a preview or in staging"),
        Becomes("deployment.promoted", "the deploy is live in production"),
        Becomes("deployment.rollback", "a deploy of its own: an older deployment is live again, named by its id"),
        Becomes("deployment.error", "the deploy failed"),
        Becomes("deployment.canceled", "the deploy was cancelled"),
        Becomes("deployment.ready, and everything else", "nothing: ready is not yet live"),
    ),
    setup=(
        "Open your team → Settings → Webhooks (Pro and Enterprise).",
        "Events: Deployment Created, Succeeded, Promoted, Rollback, Error, Canceled. Projects: those of your product.",
        "Endpoint URL: {url}",
        "Vercel shows the secret once. Set it as {variable} where the bot runs, and start it again.",
    ),
    pages=(
        "https://vercel.com/docs/webhooks",
        "https://vercel.com/docs/webhooks/webhooks-api",
        "https://github.com/vercel-labs/demo-webhooks",
    ),
    verify=verify,
    parse=parse,
    delivery=delivery,
)
