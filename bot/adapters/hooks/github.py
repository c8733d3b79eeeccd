"""GitHub: deployments and their states, runs of deploy workflows, releases.

The body is signed, its headers are not: what kind of event it is must be seen in the body too, and a delivery is known
by its body, not by the id in its header.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said, Source, Verified
from bot.adapters.hooks.proofs import by_body, keyed, unhex
from bot.adapters.hooks.reading import (
    at,
    commit,
    commit_page,
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

SIGNATURE = "x-hub-signature-256"
FORM = b"payload="
PAGES = "github-pages"
"""GitHub's own environment for what its Pages show: customers see it, whatever its name is."""

_STATES = {
    "queued": Progress.STARTED,
    "pending": Progress.STARTED,
    "in_progress": Progress.STARTED,
    "success": Progress.LIVE,
    "failure": Progress.FAILED,
    "error": Progress.FAILED,
}
_CONCLUSIONS = {
    "success": Progress.LIVE,
    "failure": Progress.FAILED,
    "timed_out": Progress.FAILED,
    "startup_failure": Progress.FAILED,
    "cancelled": Progress.CANCELLED,
}


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """HMAC-SHA256 of the raw body, hexadecimal, behind `sha256=`."""
    name, _, given = request.headers.get(SIGNATURE, "").strip().partition("=")
    wanted = unhex(given) if name == "sha256" else None
    return keyed(secret, wanted, request.body, missing="There is no X-Hub-Signature-256: give the hook a secret.")


def parse(request: Inbound) -> Said | Refused:
    """Markers; the reason for every other event. GitHub also sends its JSON as a form, where a hook is set up so."""
    if request.body.startswith(FORM):
        form, _, _ = request.body.removeprefix(FORM).partition(b"&")
        request = replace(request, body=unquote_to_bytes(form.replace(b"+", b" ")))
    return _parse(request)


@of_json
def _parse(body: Mapping[str, Any], request: Inbound) -> Said | Refused:
    event = text({"": request.headers.get("x-github-event")}, "", longest=50)
    if event not in _EVENTS:
        return Said(ignored=f"Nothing is done with the event {event or 'without a name'}.")
    if event == "ping":
        return Said(ignored="GitHub asks whether anybody is here.")
    wanted, read = _EVENTS[event]
    if any(not isinstance(body.get(name), dict) for name in wanted):
        return Refused(f"This is no {event} as GitHub sends it.", status=400)
    return read(body, request.received_at)


def _service(body: Mapping[str, Any]) -> str:
    return text(body, "repository", "name")


def _marker(
    body: Mapping[str, Any],
    progress: Progress,
    *,
    sha: str,
    name: str,
    key: str,
    at_: datetime,
    more: Mapping[str, str],
) -> Said:
    repository = link(body, "repository", "html_url")
    return Said(
        (
            Marker(
                "github",
                progress,
                version(name, sha, otherwise=key),
                at_,
                key,
                commit=sha,
                service=_service(body),
                compare_url=commit_page(repository, sha),
                **more,
            ),
        )
    )


def _where(deployment: Mapping[str, Any]) -> str:
    name = text(deployment, "environment")
    if deployment.get("transient_environment") is True:
        return "preview"
    if deployment.get("production_environment") is True or name.lower() == PAGES:
        return "production"
    return environment(name)


def _deployment(body: Mapping[str, Any], now: datetime) -> Said:
    deployment = body["deployment"]
    if body.get("action", "created") != "created":
        return Said(ignored="Only new deployments are told.")
    more = {
        "environment": _where(deployment),
        "author": text(deployment, "creator", "login"),
        "note": words(deployment, "description"),
    }
    return _of(body, Progress.STARTED, when(now, at(deployment, "created_at")), more)


def _of(body: Mapping[str, Any], progress: Progress, at_: datetime, more: Mapping[str, str]) -> Said:
    deployment = body["deployment"]
    sha, key = commit(deployment, "sha"), ident(deployment, "id")
    if not key:
        return Said(ignored="The deployment has no id.")
    return _marker(body, progress, sha=sha, name=text(deployment, "ref"), key=key, at_=at_, more=more)


def _deployment_status(body: Mapping[str, Any], now: datetime) -> Said:
    status, deployment = body["deployment_status"], body["deployment"]
    state = text(status, "state")
    progress = _STATES.get(state)
    if progress is None:
        return Said(ignored=f"A deployment that is {state or 'in no state'} changes nothing for customers.")
    more = {
        "environment": _where(deployment),
        "author": text(deployment, "creator", "login"),
        "note": words(status, "description") or words(deployment, "description"),
        "url": link(status, "environment_url"),
        "log_url": link(status, "log_url") or link(status, "target_url"),
    }
    return _of(body, progress, when(now, at(status, "updated_at"), at(status, "created_at")), more)


def _workflow_run(body: Mapping[str, Any], now: datetime) -> Said:
    run = body["workflow_run"]
    name, path = text(run, "name"), text(run, "path")
    if not speaks_of_deploys(name, text(body, "workflow", "name"), path.rpartition("/")[2]):
        return Said(ignored="This workflow is no deploy: neither its name nor its file says so.")
    if run.get("status") == "completed" or body.get("action") == "completed":
        conclusion = text(run, "conclusion")
        progress = _CONCLUSIONS.get(conclusion)
        if progress is None:
            return Said(ignored=f"A run that ended as {conclusion or 'nothing'} deployed nothing.")
    else:
        progress = Progress.STARTED
    key, sha = ident(run, "id"), commit(run, "head_sha")
    if not key:
        return Said(ignored="The run has no id.")
    more = {
        "environment": _where_run(body, name, path),
        "author": text(run, "actor", "login") or text(body, "sender", "login"),
        "note": words(run, "head_commit", "message"),
        "log_url": link(run, "html_url"),
    }
    return _marker(body, progress, sha=sha, name="", key=f"run-{key}", at_=when(now, at(run, "updated_at")), more=more)


def _where_run(body: Mapping[str, Any], name: str, path: str) -> str:
    """Its name, else its branch: what is not the default branch, or comes from a pull request, is a preview."""
    named = environment_by_name(f"{name} {path.rpartition('/')[2]}")
    if named != "production":
        return named
    branch, default = text(body, "workflow_run", "head_branch"), text(body, "repository", "default_branch")
    asked = text(body, "workflow_run", "event")
    return "production" if branch == default and asked != "pull_request" else "preview"


def _release(body: Mapping[str, Any], now: datetime) -> Said:
    release = body["release"]
    if body.get("action") not in ("published", "released") or release.get("draft") is True:
        return Said(ignored="Only releases that are published are told.")
    tag, key = text(release, "tag_name"), ident(release, "id")
    if not tag:
        return Said(ignored="The release has no tag.")
    more = {
        "environment": "preview" if release.get("prerelease") is True else "production",
        "author": text(release, "author", "login"),
        "note": words(release, "body") or words(release, "name"),
        "url": link(release, "html_url"),
    }
    sha = commit(release, "target_commitish")
    at_ = when(now, at(release, "published_at"), at(release, "created_at"))
    return _marker(body, Progress.RELEASED, sha=sha, name=tag, key=f"release-{key or tag}", at_=at_, more=more)


def _push(_body: Mapping[str, Any], _now: datetime) -> Said:
    return Said(ignored="A push is no deploy yet; its deployment says when customers have it.")


_Reader = Callable[[Mapping[str, Any], datetime], Said]
_EVENTS: Mapping[str, tuple[tuple[str, ...], _Reader]] = {
    "deployment": (("deployment", "repository"), _deployment),
    "deployment_status": (("deployment_status", "deployment", "repository"), _deployment_status),
    "workflow_run": (("workflow_run", "repository"), _workflow_run),
    "release": (("release", "repository"), _release),
    "push": (("repository",), _push),
    "ping": ((), _push),
}

SOURCE = Source(
    name="github",
    title="GitHub",
    proof="HMAC-SHA256 of the whole body with the secret (`X-Hub-Signature-256`)",
    signs_body=True,
    signs_time=False,
    missing="The time: GitHub signs none, so an old request is only known by its delivery.",
    delivered="digest of the body (`X-GitHub-Delivery` is not signed)",
    events=(
        Becomes("deployment", "a deploy has started"),
        Becomes("deployment_status: queued, pending, in_progress", "the deploy has started"),
        Becomes("deployment_status: success", "the deploy is live"),
        Becomes("deployment_status: failure, error", "the deploy failed"),
        Becomes("deployment_status: inactive", "nothing: a newer one took its place"),
        Becomes(
            'workflow_run with "deploy" in its name or file name',
            "a deploy: started, live, failed or cancelled; production only from the default branch",
        ),
        Becomes("workflow_run, any other", "nothing"),
        Becomes("release: published, released", "a release with its notes; that moves nothing by itself"),
        Becomes("push", "nothing: a push is no deploy yet"),
        Becomes("ping, and everything else", "nothing"),
    ),
    setup=(
        "Open the repository → Settings → Webhooks → Add webhook.",
        "Payload URL: {url}",
        "Content type: application/json",
        "Secret: {secret}",
        'Choose "Let me select individual events": Deployments, Deployment statuses, Releases.',
        "Only where no deployments are made by your workflow (no `environment:` in it): tick Workflow runs too.",
    ),
    pages=(
        "https://docs.github.com/en/webhooks/webhook-events-and-payloads",
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    ),
    verify=verify,
    parse=parse,
    delivery=by_body,
)
