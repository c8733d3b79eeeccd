"""GitLab: deployments, pipelines that deploy, releases. Proven by a signing token, or by the older secret token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.adapters.hooks import standards
from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said, Source, Verified
from bot.adapters.hooks.proofs import NO_SECRET, by_token, digest, secrets_of
from bot.adapters.hooks.reading import (
    at,
    commit,
    environment,
    environment_by_name,
    ident,
    link,
    of_json,
    speaks_of_deploys,
    text,
    version,
    when,
    words,
)
from bot.domain.heard import Marker, Progress

TOKEN = "x-gitlab-token"  # noqa: S105  a header's name
_STATES = {
    "running": Progress.STARTED,
    "success": Progress.LIVE,
    "failed": Progress.FAILED,
    "canceled": Progress.CANCELLED,
}
_TIERS = {"production": "production", "staging": "staging", "testing": "staging", "development": "preview"}


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """A signing token (`whsec_…`) is only good for signatures, every other secret only as `X-Gitlab-Token`."""
    everything = secret.split(",")
    signing = ",".join(one for one in everything if one.strip().startswith(standards.PREFIX))
    plain = ",".join(one for one in everything if not one.strip().startswith(standards.PREFIX))
    if not secrets_of(secret):
        return NO_SECRET
    if secrets_of(signing) and ("webhook-signature" in request.headers or not secrets_of(plain)):
        return standards.verify(request, signing)
    return by_token(plain, (request.headers.get(TOKEN, "").strip(),), missing="There is no X-Gitlab-Token.")


def delivery(request: Inbound) -> str:
    """The signed `webhook-id`; without a signature a digest of the body."""
    return standards.delivery(request) if "webhook-signature" in request.headers else digest(request.body)


@of_json
def parse(body: Mapping[str, Any], request: Inbound) -> Said | Refused:
    """Markers of deployments, deploying pipelines and releases."""
    kind = text(body, "object_kind") or text(body, "event_name")
    if not kind:
        return Refused("This is no event as GitLab sends it.", status=400)
    read = _KINDS.get(kind)
    if read is None:
        return Said(ignored=f"Nothing is done with the event {kind}.")
    return read(body, request.received_at)


def _deployment(body: Mapping[str, Any], now: datetime) -> Said:
    state, key = text(body, "status"), ident(body, "deployment_id")
    progress = _STATES.get(state)
    if progress is None or not key:
        return Said(ignored=f"A deployment that is {state or 'in no state'} changes nothing for customers.")
    page = link(body, "commit_url")
    sha = commit({"": page.rpartition("/")[2]}, "") or commit(body, "short_sha")
    name = text(body, "environment")
    tier = text(body, "environment_tier")
    marker = Marker(
        "gitlab",
        progress,
        version(text(body, "ref"), sha, otherwise=key),
        when(now, at(body, "status_changed_at")),
        f"{ident(body, 'project', 'id')}:{key}",
        _TIERS.get(tier, "preview") if tier else environment(name),
        text(body, "project", "name"),
        text(body, "user", "username"),
        words(body, "commit_title"),
        sha,
        url=link(body, "environment_external_url"),
        log_url=link(body, "deployable_url"),
        compare_url=page,
    )
    return Said((marker,))


def _pipeline(body: Mapping[str, Any], now: datetime) -> Said:
    pipeline = at(body, "object_attributes")
    name, state, key = text(pipeline, "name"), text(pipeline, "status"), ident(pipeline, "id")
    if not speaks_of_deploys(name):
        return Said(ignored="This pipeline is no deploy by its name; deployment events say more.")
    progress = _STATES.get(state)
    if progress is None or not key:
        return Said(ignored=f"A pipeline that is {state or 'in no state'} changes nothing for customers.")
    sha, branch = commit(pipeline, "sha"), text(pipeline, "ref")
    where = environment_by_name(name)
    if where == "production" and branch != text(body, "project", "default_branch") and pipeline.get("tag") is not True:
        where = "preview"
    marker = Marker(
        "gitlab",
        progress,
        version(branch if pipeline.get("tag") is True else "", sha, otherwise=key),
        when(now, at(pipeline, "finished_at"), at(pipeline, "created_at")),
        f"{ident(body, 'project', 'id')}:pipeline-{key}",
        where,
        text(body, "project", "name"),
        text(body, "user", "username"),
        words(body, "commit", "title") or words(body, "commit", "message"),
        sha,
        log_url=link(pipeline, "url"),
        compare_url=link(body, "commit", "url"),
    )
    return Said((marker,))


def _release(body: Mapping[str, Any], now: datetime) -> Said:
    tag, key = text(body, "tag"), ident(body, "id")
    if text(body, "action") != "create" or not tag:
        return Said(ignored="Only new releases are told.")
    marker = Marker(
        "gitlab",
        Progress.RELEASED,
        tag,
        when(now, at(body, "released_at"), at(body, "created_at")),
        f"{ident(body, 'project', 'id')}:release-{key or tag}",
        service=text(body, "project", "name"),
        author=words(body, "commit", "author", "name"),
        note=words(body, "description") or words(body, "name"),
        commit=commit(body, "commit", "id"),
        url=link(body, "url"),
        compare_url=link(body, "commit", "url"),
    )
    return Said((marker,))


def _push(_body: Mapping[str, Any], _now: datetime) -> Said:
    return Said(ignored="A push is no deploy yet; its deployment says when customers have it.")


_KINDS: Mapping[str, Callable[[Mapping[str, Any], datetime], Said]] = {
    "deployment": _deployment,
    "pipeline": _pipeline,
    "release": _release,
    "push": _push,
    "tag_push": _push,
}

SOURCE = Source(
    name="gitlab",
    title="GitLab",
    proof=(
        "with a signing token (`whsec_…`) Standard Webhooks: HMAC-SHA256 of id, time and body (`webhook-signature`);"
        " with a secret token only that (`X-Gitlab-Token`)"
    ),
    signs_body=False,
    signs_time=False,
    missing="With a secret token the body and the time; with a signing token nothing is missing, so prefer that.",
    delivered="`webhook-id` where it is signed, else digest of the body",
    events=(
        Becomes("deployment: running", "a deploy has started"),
        Becomes("deployment: success", "the deploy is live"),
        Becomes("deployment: failed", "the deploy failed"),
        Becomes("deployment: canceled", "the deploy was cancelled"),
        Becomes('pipeline with "deploy" in its name', "the same; production only from the default branch or a tag"),
        Becomes("release: create", "a release with its notes; that moves nothing by itself"),
        Becomes("push, tag_push", "nothing: a push is no deploy yet"),
        Becomes("everything else", "nothing"),
    ),
    setup=(
        "Open the project → Settings → Webhooks → Add new webhook.",
        "URL: {url}",
        "Signing token, where your GitLab offers one: generate it, and set it as {variable} where the bot runs.",
        "Where it offers none: Secret token: {secret}",
        "Trigger: Deployment events, Releases events.",
    ),
    pages=(
        "https://docs.gitlab.com/user/project/integrations/webhooks/",
        "https://docs.gitlab.com/user/project/integrations/webhook_events/",
    ),
    verify=verify,
    parse=parse,
    delivery=delivery,
)
