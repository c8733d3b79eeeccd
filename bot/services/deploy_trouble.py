"""Deploys and incidents: one that did not go out opens one, a good one ends it, a bad one knows its own."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.domain.asks import Reading, Signal
from bot.domain.deploys import Deploy, Stage
from bot.domain.grouping import ROLLING
from bot.domain.member import Light
from bot.domain.severity import Trouble, sev_of
from bot.services.config import Config
from bot.services.smoke_news import PREFIX
from bot.services.transitions import Outcome, World, carry_out
from bot.services.watching import spots_of
from bot.store import incidents

PROBE = "Deploys"
_SLACK = re.compile("[UW][A-Z0-9]{2,20}")


def failed(connection: sqlite3.Connection, world: World, config: Config, deploy: Deploy, now: datetime) -> Outcome:
    """It did not go out: customers still have the one before, and somebody should know why."""
    return carry_out(connection, world, _signal(config, deploy, Reading.DOWN, now), now)


def over(connection: sqlite3.Connection, world: World, config: Config, deploy: Deploy, now: datetime) -> list[Outcome]:
    """A later one went out and nothing in it is known to be broken: that deploys fail is over."""
    signal = _signal(config, deploy, Reading.UP, now)
    known = incidents.by_key(connection, world.product, signal.key)
    return [carry_out(connection, world, signal, now)] if known is not None and known.live else []


def its_incident(connection: sqlite3.Connection, deploy: Deploy) -> int:
    """The number of the first incident that broke out after it went live and names it; 0 where there is none.

    One that goes on in another, since it has the same cause, is that other one: its own card may never have been shown.
    """
    if deploy.live_at is None:
        return 0
    began = deploy.live_at - ROLLING
    named = [
        one.parent or one.id
        for one in incidents.recent(connection, deploy.product, limit=50)
        if one.deploy == deploy.version and one.first_failure >= began and not one.drill
    ]
    return min(named, default=0)


def broken_before(connection: sqlite3.Connection, deploy: Deploy, broken: Sequence[str]) -> tuple[str, ...]:
    """Of what is broken now, what an incident that is still going on had already before it went live."""
    live_at = deploy.live_at
    if live_at is None:
        return ()
    failing = set()
    for incident in incidents.live(connection, deploy.product):
        # What fails so shortly before may be the rolling out of this one, unless another one is known as its cause.
        another = incident.deploy not in ("", deploy.version)
        before = live_at if another else live_at - ROLLING
        red = (one for one in incident.members if one.light is Light.RED and one.first_at < before)
        failing |= {one.probe for one in red if not incident.drill}
    return tuple(one for one in broken if one in failing or f"{PREFIX}{one}" in failing)


def _signal(config: Config, deploy: Deploy, reading: Reading, now: datetime) -> Signal:
    critical, ceiling = True, None
    written = config.file.services.get(deploy.service) if config.file else None
    if deploy.service:
        spots = [one.critical for one in spots_of(config) if one.service == deploy.service]
        critical = any(spots) if written is None or written.critical is None else written.critical
        ceiling = written.severity if written is not None else None
    return Signal(
        product=deploy.product,
        environment=deploy.environment,
        service=deploy.service,
        probe=PROBE,
        trouble=Trouble.DEPLOY,
        sev=sev_of(Trouble.DEPLOY, critical=critical, ceiling=ceiling, environment=deploy.environment),
        reading=reading,
        first_failure=deploy.ended_at or now,
        seen_at=now if reading is Reading.UP else deploy.ended_at or now,
        evidence=evidence_of(deploy),
    )


def evidence_of(deploy: Deploy) -> str:
    """What happened, in a few words."""
    if deploy.stage is not Stage.FAILED:
        return ""
    # Who is no more than a Slack id here is named by the deploy's own message.
    by = f" by {deploy.author}" if deploy.author and _SLACK.fullmatch(deploy.author) is None else ""
    still = f"; customers still have {deploy.instead_of or 'what they had'}"
    note = f" ({deploy.note})" if deploy.note else ""
    return f"{deploy.version}{by}{note} did not go out{still}"[:300]
