"""Railway: states of deployments. It signs nothing, so the secret is the last part of the address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said, Source, Verified
from bot.adapters.hooks.proofs import by_body, by_token
from bot.adapters.hooks.reading import (
    at,
    commit,
    environment,
    ident,
    of_json,
    text,
    version,
    when,
    words,
)
from bot.domain.heard import Heard, Marker, Outside, Progress

_STATES = {
    **dict.fromkeys(("queued", "initializing", "building", "deploying", "waiting"), Progress.STARTED),
    **dict.fromkeys(("deployed", "redeployed", "success", "succeeded", "active"), Progress.LIVE),
    "failed": Progress.FAILED,
    "skipped": Progress.CANCELLED,
}
_CRASHES = {"crashed": "crashed", "oom_killed": "ran out of memory"}
_BACK = frozenset({"restarted", "resumed"})


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """The secret in the address."""
    return by_token(secret, (request.token,), missing="The secret is missing at the end of the address.")


@of_json
def parse(body: Mapping[str, Any], request: Inbound) -> Said | Refused:
    """A marker; a crash is trouble until the service runs again."""
    kind = text(body, "type", longest=50)
    family, _, state = kind.partition(".")
    if family.lower() != "deployment":
        return Said(ignored=f"Nothing is done with the event {kind or 'without a type'}.")
    key = ident(body, "resource", "deployment", "id") or ident(body, "details", "id")
    if not key:
        return Refused("This is no deployment as Railway sends it.", status=400)
    at_ = when(request.received_at, at(body, "timestamp"))
    state = state.lower()
    if state in _CRASHES:
        return Said((_crash(body, at_, _CRASHES[state]),))
    if state in _BACK:
        return Said((_crash(body, at_, ""),))
    progress = _STATES.get(state)
    if progress is None:
        return Said(ignored=f"A deployment that is {state or 'in no state'} changes nothing for customers.")
    marker = _marker(body, progress, key, at_)
    heard: tuple[Heard, ...] = (marker,)
    return Said((*heard, _crash(body, at_, "")) if progress is Progress.LIVE else heard)


def _where(body: Any) -> str:
    short_lived = at(body, "resource", "environment", "isEphemeral") is True
    return environment(text(body, "resource", "environment", "name"), short_lived=short_lived)


def _marker(body: Any, progress: Progress, key: str, at_: datetime) -> Marker:
    sha = commit(body, "details", "commitHash")
    return Marker(
        "railway",
        progress,
        version("", sha, otherwise=key[:8]),
        at_,
        key,
        _where(body),
        text(body, "resource", "service", "name"),
        words(body, "details", "commitAuthor"),
        words(body, "details", "commitMessage"),
        sha,
        log_url=_page(body, key),
    )


def _page(body: Any, key: str) -> str:
    project, service = text(body, "resource", "project", "id"), text(body, "resource", "service", "id")
    ids = (project, service, key)
    plain = all(one and one.replace("-", "").isalnum() and one.isascii() for one in ids)
    return f"https://railway.com/project/{project}/service/{service}?id={key}" if plain else ""


def _crash(body: Any, at_: datetime, how: str) -> Outside:
    """Trouble of the service, whichever deployment it runs: what starts it again ends it."""
    service = text(body, "resource", "service", "name")
    key = f"crash:{ident(body, 'resource', 'environment', 'id')}:{ident(body, 'resource', 'service', 'id')}"
    title = f"Railway says that {service or 'the service'} {how or 'runs again'}"
    return Outside("railway", key[:200], bool(how), title, at_, service, "reach", environment=_where(body))


SOURCE = Source(
    name="railway",
    title="Railway",
    proof="the secret at the end of the address; Railway signs nothing",
    signs_body=False,
    signs_time=False,
    missing="The body and the time: whoever knows the address can say anything. Treat the address as a password.",
    delivered="digest of the body (Railway gives no id)",
    events=(
        Becomes("Deployment.queued, initializing, building, deploying, waiting", "a deploy has started"),
        Becomes("Deployment.deployed, redeployed", "the deploy is live, and a crash of the service is over"),
        Becomes("Deployment.failed", "the deploy failed"),
        Becomes("Deployment.skipped", "the deploy was cancelled"),
        Becomes("Deployment.crashed, oom_killed", "trouble: the service does not run"),
        Becomes("Deployment.restarted, resumed", "that trouble is over"),
        Becomes("an environment that is ephemeral", "all of this for a preview"),
        Becomes("everything else (removed, slept, alerts of volumes and monitors)", "nothing"),
    ),
    setup=(
        "Open the project → Settings → Webhooks → New Webhook.",
        "URL: {url}/{secret}",
        "Events: the deployment's states. Save Webhook.",
        "The button Test Webhook sends from your browser, which may refuse; the first deploy is the better test.",
    ),
    pages=("https://docs.railway.com/observability/webhooks",),
    verify=verify,
    parse=parse,
    delivery=by_body,
)
