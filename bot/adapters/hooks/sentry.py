"""Sentry: issue alerts, metric alerts, issues and errors, from an internal integration.

The body is signed, its headers are not: which kind of message it is, is seen in the body alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said, Source, Verified
from bot.adapters.hooks.proofs import by_body, keyed, unhex
from bot.adapters.hooks.reading import (
    at,
    environment,
    ident,
    kind_of,
    link,
    of_json,
    severity_of,
    text,
    when,
    words,
)
from bot.domain.heard import Counted, Outside

SIGNATURE = "sentry-hook-signature"
_PROJECT = re.compile(r"/projects/[^/]{1,100}/([A-Za-z0-9_-]{1,100})/", re.ASCII)
_OVER = frozenset({"resolved", "archived", "ignored"})
_WORSE = frozenset({"escalating", "regressed"})


def verify(request: Inbound, secret: str) -> Verified | Refused:
    """HMAC-SHA256 of the raw body, hexadecimal, with the integration's client secret."""
    given = unhex(request.headers.get(SIGNATURE, "").strip())
    return keyed(secret, given, request.body, missing="There is no readable Sentry-Hook-Signature.")


@of_json
def parse(body: Mapping[str, Any], request: Inbound) -> Said | Refused:
    """Trouble from alerts, counts from issues and errors."""
    action, data = text(body, "action"), body.get("data")
    if not isinstance(data, dict):
        return Refused("This is no message as Sentry sends it.", status=400)
    now = request.received_at
    if isinstance(data.get("metric_alert"), dict):
        return _metric(action, data, now)
    if isinstance(data.get("event"), dict):
        return _alert(data, now)
    if isinstance(data.get("issue"), dict):
        return _issue(action, data["issue"], now)
    if isinstance(data.get("error"), dict):
        return _error(data["error"], now)
    return Said(ignored="Nothing is done with this kind of message.")


def _metric(action: str, data: Mapping[str, Any], now: datetime) -> Said:
    alert = data["metric_alert"]
    key = ident(alert, "id") or ident(alert, "identifier")
    if action not in ("critical", "warning", "resolved") or not key:
        return Said(ignored=f"Nothing is done with a metric alert that is {action or 'in no state'}.")
    projects = alert.get("projects")
    rule = at(alert, "alert_rule")
    name = words(rule, "name") or words(data, "description_title")
    outside = Outside(
        "sentry",
        f"metric:{key}",
        action != "resolved",
        name or "A metric alert",
        when(now, at(alert, "date_closed")) if action == "resolved" else when(now, at(alert, "date_started")),
        text({"": projects[0]}, "") if isinstance(projects, list) and projects else "",
        kind_of(text(rule, "aggregate"), name),
        severity_of(action),
        environment(text(rule, "environment")),
        words(data, "description_text"),
        link(data, "web_url"),
    )
    return Said((outside,))


def _alert(data: Mapping[str, Any], now: datetime) -> Said:
    event = data["event"]
    key = ident(event, "issue_id") or ident(event, "event_id")
    if not key:
        return Said(ignored="The alert names no issue.")
    rule = words(data, "triggered_rule")
    culprit = words(event, "culprit")
    project = _PROJECT.search(text(event, "url", longest=500))
    outside = Outside(
        "sentry",
        f"issue:{key}",
        True,
        words(event, "title") or words(event, "message") or rule or "An error",
        when(now, at(event, "datetime"), at(event, "timestamp")),
        project[1] if project else "",
        "errors",
        severity_of(text(event, "level")) if text(event, "level") in ("warning", "info", "debug") else "",
        _environment(event),
        " · ".join(part for part in (f"Rule: {rule}" if rule else "", culprit) if part),
        link(event, "web_url"),
    )
    return Said((outside,))


def _issue(action: str, issue: Mapping[str, Any], now: datetime) -> Said:
    key, service = ident(issue, "id"), text(issue, "project", "slug")
    title = words(issue, "title") or "An error"
    if not key:
        return Said(ignored="The issue has no id.")
    if action == "created":
        at_ = when(now, at(issue, "lastSeen"), at(issue, "firstSeen"))
        return Said((Counted("error", at_, 1, service, sample=title, source="sentry"),))
    worse = action == "unresolved" and text(issue, "substatus") in _WORSE
    if not worse and action not in _OVER:
        return Said(ignored=f"Nothing is done with an issue that is {action or 'in no state'}.")
    address = link(issue, "web_url") or link(issue, "permalink")
    return Said((Outside("sentry", f"issue:{key}", worse, title, now, service, "errors", url=address),))


def _error(error: Mapping[str, Any], now: datetime) -> Said:
    if _environment(error) != "production":
        return Said(ignored="Errors outside production are not counted.")
    project = _PROJECT.search(text(error, "url", longest=500))
    at_ = when(now, at(error, "datetime"), at(error, "timestamp"))
    return Said(
        (Counted("error", at_, 1, project[1] if project else "", sample=words(error, "title"), source="sentry"),)
    )


def _environment(event: Mapping[str, Any]) -> str:
    named = text(event, "environment")
    tags = event.get("tags")
    for tag in tags[:100] if isinstance(tags, list) and not named else []:
        if isinstance(tag, list) and len(tag) == 2 and tag[0] == "environment" and isinstance(tag[1], str):
            named = tag[1][:100]
    return environment(named)


SOURCE = Source(
    name="sentry",
    title="Sentry",
    proof="HMAC-SHA256 of the whole body with the integration's client secret (`Sentry-Hook-Signature`)",
    signs_body=True,
    signs_time=False,
    missing="The time: `Sentry-Hook-Timestamp` is not signed, so an old request is only known by its delivery.",
    delivered="digest of the body (`Request-ID` is not signed)",
    events=(
        Becomes("issue alert (event_alert)", "trouble under its issue, until that is resolved"),
        Becomes("metric_alert: critical, warning", "trouble; a warning is at most medium"),
        Becomes("metric_alert: resolved", "that trouble is over"),
        Becomes("issue: created", "counted: error"),
        Becomes("issue: resolved, archived", "the trouble of that issue is over"),
        Becomes("issue: unresolved (escalating, regressed)", "trouble under its issue"),
        Becomes("error", "counted: error, in production"),
        Becomes("comment, installation, and everything else", "nothing"),
    ),
    setup=(
        "Open Settings → Custom Integrations → Create New Integration → Internal Integration.",
        "Webhook URL: {url}. Switch Alert Rule Action on. Permissions: Issue & Event: Read. Webhooks: issue.",
        "Copy the Client Secret. Set it as {variable} where the bot runs, and start it again.",
        "In each alert that should reach you, add the action: Send a notification via your integration.",
    ),
    pages=(
        "https://docs.sentry.io/integrations/integration-platform/webhooks/",
        "https://docs.sentry.io/integrations/integration-platform/webhooks/issue-alerts/",
        "https://docs.sentry.io/integrations/integration-platform/webhooks/metric-alerts/",
        "https://docs.sentry.io/integrations/integration-platform/webhooks/issues/",
    ),
    verify=verify,
    parse=parse,
    delivery=by_body,
)
