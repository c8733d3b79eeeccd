"""Which runbook leads out of an incident: by what its first failing member was seen to have."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType

from bot.domain import spike_words
from bot.domain.incident import Incident
from bot.domain.member import Light
from bot.domain.runbook.book import Runbook
from bot.domain.runbook.search import lead
from bot.domain.severity import Trouble
from bot.services.catalogue import meant_by
from bot.services.config import Config
from bot.services.runbook_monitors import any_up
from bot.services.smoke_news import topics
from bot.store import drills, incidents, looks
from checks.registry import load

PAGE = "up.http"
"""The check that looks at what a monitor watches."""
NOTHING: Mapping[str, str] = MappingProxyType({})
WHOLE = "site_down"
"""The runbook for a page that does not answer, whichever it is."""
FLOWS: Mapping[str, str] = MappingProxyType(
    {"login": "login_broken", "signup": "signup_broken", "payment": "checkout_broken"}
)
"""The runbook for one thing that customers do, where the rest of the site is up."""


def topic_of(
    connection: sqlite3.Connection,
    product: str,
    books: Mapping[str, Runbook],
    incident: Incident,
    *,
    leads: Mapping[str, str] = NOTHING,
    flows: Mapping[str, str] = NOTHING,
) -> str:
    """The topic; "" where no runbook fits, or nothing of it is its own.

    `leads`: what monitors name themselves; `flows`: what customers do at the page that a monitor looks at, and the
    topic that leads out of a walk.
    """
    own = sorted(incident.own, key=lambda one: one.light is not Light.RED)
    drill = drills.of_incident(connection, incident.id) if incident.drill else None
    if drill is not None:
        return drill.topic
    if not own:
        return ""
    first = own[0]
    for topic in (leads.get(first.probe, ""), flows.get(first.probe, "")):
        if topic in books:
            return topic
    counted = spike_words.topic_of(first.probe)
    if counted in books:
        return counted
    check, _ = meant_by(first.probe)
    code = code_of(connection, product, first.probe, first.trouble)
    if check is not None:
        return lead(books, check.id, code, first.trouble)
    answer = load()[PAGE].outcomes.get(code)
    named = answer.runbook if answer is not None else ""
    flow = FLOWS.get(flows.get(first.probe, ""), "")
    if named == WHOLE and flow in books and any_up(connection, product):
        return flow
    return named if named in books else lead(books, "", "", first.trouble)


def code_of(connection: sqlite3.Connection, product: str, probe: str, trouble: Trouble) -> str:
    """The answer that its check gave last; what is slow is known by its trouble."""
    if trouble is Trouble.LATENCY:
        return "slow"
    look = looks.get(connection, product, probe)
    return str(look.data.get("code") or "") if look is not None else ""


def flows_of(config: Config) -> dict[str, str]:
    """What customers do at the page that each monitor looks at, and the topic that leads out of each walk."""
    if config.inventory is None:
        return {}
    return {one.name: one.flow for one in config.inventory.monitors if one.flow} | topics(config.inventory.flows)


def live(
    connection: sqlite3.Connection,
    product: str,
    books: Mapping[str, Runbook],
    *,
    leads: Mapping[str, str] = NOTHING,
    flows: Mapping[str, str] = NOTHING,
) -> list[tuple[Incident, str]]:
    """Incidents that somebody can do something about, worst first, each with the topic that leads out."""
    found = [
        (one, topic_of(connection, product, books, one, leads=leads, flows=flows))
        for one in incidents.live(connection, product)
    ]
    return [(one, topic) for one, topic in found if topic]
