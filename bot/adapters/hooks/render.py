"""Render: deploys, services that stop answering, and runs of cron jobs, by Standard Webhooks.

Its messages are thin: neither commit nor deploy id. So the start of a deploy cannot be paired with its end and is
passed over, and a version is called by its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.adapters.hooks import standards
from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said, Source
from bot.adapters.hooks.reading import (
    at,
    environment_by_name,
    ident,
    moment_name,
    of_json,
    text,
    when,
)
from bot.domain.heard import Counted, Marker, Outside, Progress

_ENDS = {"succeeded": Progress.LIVE, "failed": Progress.FAILED, "canceled": Progress.CANCELLED}
_RUNS = {"succeeded": "job_ok", "failed": "job_failed"}
_ANSWERS = {"server_failed": True, "server_available": False}


@of_json
def parse(body: Mapping[str, Any], request: Inbound) -> Said | Refused:
    """What one message tells."""
    kind, status = text(body, "type", longest=50), text(body, "data", "status")
    key, service = ident(body, "data", "id"), text(body, "data", "serviceName")
    owner = ident(body, "data", "serviceId")
    if not key or not owner:
        return Refused("This is no message as Render sends it.", status=400)
    at_ = when(request.received_at, at(body, "timestamp"))
    where = environment_by_name(service)
    if kind == "deploy_ended":
        progress = _ENDS.get(status)
        if progress is None:
            return Said(ignored=f"A deploy that ended as {status or 'nothing'} changes nothing for customers.")
        page = f"https://dashboard.render.com/web/{owner}/events" if owner.startswith("srv-") else ""
        return Said((Marker("render", progress, moment_name(at_), at_, key, where, service, log_url=page),))
    if kind in _ANSWERS:
        firing = _ANSWERS[kind]
        title = f"Render says that {service or owner} {'failed' if firing else 'answers again'}"
        return Said((Outside("render", f"server:{owner}", firing, title, at_, service, "reach", environment=where),))
    if kind in ("cron_job_run_ended", "job_run_ended") and status in _RUNS:
        if where != "production":
            return Said(ignored="Jobs outside production are not counted.")
        sample = f"{service or owner}: {status}" if status == "failed" else ""
        return Said((Counted(_RUNS[status], at_, 1, service, sample=sample, source="render"),))
    return Said(ignored=f"Nothing is done with the event {kind or 'without a type'}.")


SOURCE = Source(
    name="render",
    title="Render",
    proof="Standard Webhooks: HMAC-SHA256 of id, time and body with the secret (`webhook-signature`)",
    signs_body=True,
    signs_time=True,
    missing="",
    delivered="`webhook-id`, which is signed",
    events=(
        Becomes("deploy_ended: succeeded", "a deploy is live, named by its time: Render says no version"),
        Becomes("deploy_ended: failed", "a deploy failed"),
        Becomes("deploy_ended: canceled", "a deploy was cancelled"),
        Becomes("server_failed", "trouble: the service does not answer"),
        Becomes("server_available", "that trouble is over"),
        Becomes("cron_job_run_ended, job_run_ended", "counted: job_ok or job_failed"),
        Becomes("deploy_started, and everything else", "nothing: Render does not say which deploy it is"),
    ),
    setup=(
        "Open your workspace → Integrations → Webhooks → Create Webhook (Professional and higher).",
        "URL: {url}",
        "Events: Deploy Ended, Server Failed, Server Available, Cron Job Run Ended.",
        "Copy the signing secret (it begins with whsec_). Set it as {variable} where the bot runs, and start it again.",
    ),
    pages=("https://render.com/docs/webhooks",),
    verify=standards.verify,
    parse=parse,
    delivery=standards.delivery,
)
