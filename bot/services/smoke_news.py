"""What walks of smoke flows tell the incidents: who is concerned, what is broken, and what leads out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from bot.domain.asks import Signal
from bot.domain.detection import Look
from bot.domain.detection import State as Stands
from bot.domain.severity import Trouble
from bot.domain.telling import Watched, signals_of
from bot.services.config import Config
from bot.services.watching import farewells, known_troubles
from bot.store.walks import Last
from checks.flow.model import Flow, FlowSeen, State
from checks.model import Purpose, Severity

PREFIX = "Smoke: "
"""How what a flow says begins, among what an incident is about."""
CHECK = "flow.smoke"
LEADS: Mapping[str, str] = MappingProxyType(
    {"login": "login_broken", "signup": "signup_broken", "payment": "checkout_broken"}
)
"""The runbook that leads out of each walk that customers depend on."""
WEBHOOKS, PAYMENTS = "webhooks_failing", "payments_not_recorded"


def probe_of(flow: Flow | FlowSeen) -> str:
    """`Smoke: Sign-up`."""
    return f"{PREFIX}{flow.title}"


def flow_of(probe: str, flows: Iterable[Flow]) -> Flow | None:
    """The flow that this is said of."""
    return next((one for one in flows if probe_of(one) == probe), None)


def watched_of(flow: Flow, config: Config) -> Watched:
    """To whom its trouble belongs: its service, else that of its host, else the host itself."""
    host = (urlsplit(flow.base).hostname or "").lower()
    known = next((one for one in (config.inventory.hosts if config.inventory else ()) if one.name == host), None)
    service = flow.service or (known.service if known is not None else "") or host
    severities = config.rules.severities
    purpose = known.purpose if known is not None else Purpose.OTHER
    ceiling: Severity | None = severities.get(CHECK) or severities.get(service)
    return Watched(config.product, probe_of(flow), service, purpose.environment, flow.critical, ceiling)


def news_of(
    connection: sqlite3.Connection,
    config: Config,
    flows: Iterable[Flow],
    seen: Sequence[FlowSeen],
    *,
    before: Mapping[str, Last],
    now: datetime,
    only_bad: bool = False,
) -> list[Signal]:
    """What these walks say now; nothing of a flow of which nothing could be seen. `before` them it stood like that.

    `only_bad`: somebody said that it is fixed, and hears by another way that it is.
    """
    known = known_troubles(connection, config.product)
    by_id = {one.id: one for one in flows}
    told: list[Signal] = []
    for one in seen:
        flow = by_id.get(one.id)
        if flow is None or not (one.state is State.FAILED or (one.state is State.OK and not only_bad)):
            continue
        members = known.get(probe_of(flow), ())
        told += signals_of(watched_of(flow, config), _look(flow, one, before.get(one.id), now), members)
    return told


def _look(flow: Flow, seen: FlowSeen, before: Last | None, now: datetime) -> Look:
    at = seen.at or now
    if seen.state is State.OK:
        return Look(Stands.UP, since=at, last_at=at)
    first = before.since if before is not None and before.seen.state is State.FAILED else at
    return Look(
        Stands.DOWN,
        since=first,
        trouble=Trouble.CHECKOUT if flow.carries == "payment" and not reports(flow) else Trouble.SMOKE,
        code=seen.code,
        evidence=seen.sentence,
        first_failure=min(first, at),
        last_at=at,
    )


def reports(flow: Flow) -> bool:
    """Whether it only reports to receivers, as a payment provider does: no customer is stopped where that fails."""
    return all(one.webhook or one.expect.refused for one in flow.steps)


def gone(connection: sqlite3.Connection, config: Config, flows: Iterable[Flow], now: datetime) -> list[Signal]:
    """What is said for flows that stand no longer in launch.yml."""
    there = {probe_of(one) for one in flows}
    names = [
        name for name in known_troubles(connection, config.product) if name.startswith(PREFIX) and name not in there
    ]
    return farewells(connection, config.product, names, now)


def topics(flows: Iterable[Flow], seen: Mapping[str, FlowSeen] = MappingProxyType({})) -> dict[str, str]:
    """Which runbook leads out of each flow, by what is said of it among incidents."""
    found = ((probe_of(one), topic_of(one, seen.get(one.id))) for one in flows)
    return {name: topic for name, topic in found if topic}


def topic_of(flow: Flow, seen: FlowSeen | None = None) -> str:
    """The runbook for a flow: by the step at fault, else by what customers do on it; "" where none is its own."""
    fault = seen.at_fault if seen is not None else None
    hooks = {one.name for one in flow.steps if one.webhook or one.expect.refused}
    if reports(flow) or (fault is not None and fault.name in hooks):
        forged = seen is not None and seen.code == "forged_accepted"
        return PAYMENTS if flow.carries == "payment" and not forged else WEBHOOKS
    return LEADS.get(flow.carries, "")


SOON, LONGEST = timedelta(minutes=5), timedelta(hours=6)
"""How soon, and how seldom at most, a flow is walked again without being asked for while an incident is about it."""


def again_after(last: Last, every: float | None, *, live: bool) -> timedelta | None:
    """How long after its last walk a flow is walked again by itself; None: only when somebody asks.

    With `live` an incident is about it: it is walked at first soon, then ever more seldom, so that the incident ends
    by itself once the flow works.
    """
    usual = timedelta(seconds=every) if every is not None else None
    if not live:
        return usual
    pause = max(SOON, min(LONGEST, (last.at - last.since) / 2))
    return pause if usual is None else min(pause, usual)
