"""Alertmanager of Prometheus (and what speaks its format, such as Grafana): alerts that fire and are over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said, Source, Verified
from bot.adapters.hooks.proofs import bearer, by_body, by_token
from bot.adapters.hooks.reading import (
    environment,
    ident,
    kind_of,
    link,
    moment,
    objects,
    of_json,
    severity_of,
    text,
    words,
)
from bot.domain.heard import Outside

MOST = 500
"""Alerts of one request."""
LONG_AGO = timedelta(days=7)
"""An alert that fires for longer is told as of now: what is repeated is not old news."""
_KINDS = frozenset({"reach", "latency", "errors", "jobs", "note"})


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """The secret as a bearer token, else in the address."""
    given = (bearer(request), request.token)
    return by_token(secret, given, missing="Send the secret: http_config.authorization.credentials, or the address.")


@of_json
def parse(body: Mapping[str, Any], request: Inbound) -> Said | Refused:
    """Trouble, one for each alert."""
    if not isinstance(body.get("alerts"), list):
        return Refused("This is no message as Alertmanager sends it: it has no list of alerts.", status=400)
    heard = tuple(
        _outside(alert, request.received_at)
        for alert in objects(body, "alerts", most=MOST)
        if alert.get("status") in ("firing", "resolved")
    )
    return Said(heard) if heard else Said(ignored="There is no alert in it.")


def _outside(alert: Mapping[str, Any], now: datetime) -> Outside:
    labels, notes = alert.get("labels"), alert.get("annotations")
    name = text(labels, "alertname")
    firing = alert.get("status") == "firing"
    title = words(notes, "summary") or words(notes, "title") or words(labels, "alertname") or "An alert without a name"
    evidence = words(notes, "description") or words(notes, "message") or words(alert, "valueString")
    kind = text(labels, "class").lower()
    return Outside(
        "alertmanager",
        ident(alert, "fingerprint") or _fingerprint(labels),
        firing,
        title,
        _at(alert.get("startsAt" if firing else "endsAt"), now),
        text(labels, "service") or text(labels, "job"),
        kind if kind in _KINDS else kind_of(name, title),
        severity_of(text(labels, "severity")),
        environment(text(labels, "environment") or text(labels, "env")),
        evidence if evidence != title else words(labels, "instance"),
        link(notes, "runbook_url") or link(alert, "generatorURL"),
    )


def _at(found: Any, now: datetime) -> datetime:
    read = moment(found)
    return read if read is not None and now - LONG_AGO <= read <= now else now


def _fingerprint(labels: Any) -> str:
    """Older ones give none: the labels are what tells alerts apart."""
    plain = {str(name): str(value)[:500] for name, value in labels.items()} if isinstance(labels, dict) else {}
    written = json.dumps(plain, sort_keys=True).encode("utf-8", "replace")
    return "labels:" + hashlib.sha256(written).hexdigest()[:32]


SOURCE = Source(
    name="alertmanager",
    title="Alertmanager (Prometheus, Grafana)",
    proof="the secret as bearer token, or at the end of the address; Alertmanager signs nothing",
    signs_body=False,
    signs_time=False,
    missing="The body and the time: whoever knows the secret can say anything.",
    delivered="digest of the body (Alertmanager gives no id)",
    events=(
        Becomes("an alert that is firing", "trouble under its fingerprint, however often it is repeated"),
        Becomes("an alert that is resolved", "that trouble is over"),
        Becomes("label `service`, else `job`", "the service"),
        Becomes("label `class`: reach, latency, errors, jobs, note", "the kind; else by the words of its name"),
        Becomes(
            "label `severity`: critical, page; error; warning; info",
            "as bad as its kind and its service make it; at most high; medium; low",
        ),
        Becomes("label `environment`, else `env`", "the environment; production without one"),
        Becomes("annotations `summary`, `description`, `runbook_url`", "title, evidence, link"),
    ),
    setup=(
        "In alertmanager.yml add a receiver with webhook_configs: url: {url}",
        "and under it http_config: authorization: credentials: {secret}",
        "Keep send_resolved: true (the default), then route your alerts to the receiver.",
        "Where no header can be set: {url}/{secret}",
    ),
    pages=("https://prometheus.io/docs/alerting/latest/configuration/#webhook_config",),
    verify=verify,
    parse=parse,
    delivery=by_body,
)
