"""What a handover is made of, read in one look at the store; nothing is asked of the network."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.deploys import Deploy
from bot.domain.handover import Line, Origin, State
from bot.domain.incident import Incident
from bot.domain.release import LastTry
from bot.domain.runbook.known import FIELDS
from bot.domain.runbook.run import Run
from bot.services.config import Config
from bot.services.people import People
from bot.services.runbook_places import RECOGNISED, Provider, providers_of, written_down
from bot.services.silencing import Quiet, quiet_of
from bot.services.standing import Figures, figures_of, last_deploys
from bot.store import audits, baseline, drift, drills, incidents, release_runs, runs, settings, written
from bot.store.drift import Answer
from bot.store.written import Written
from checks.inventory import Known as Accepted
from checks.model import Finding, Status
from checks.registry import load
from checks.report import Report

MOST_MEASURED = 25
"""Monitors whose figures are read."""
RECENT = timedelta(days=30)
_STATES = {Status.PASS: State.GOOD, Status.WARN: State.BAD, Status.FAIL: State.BAD, Status.UNKNOWN: State.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that parts are made of."""

    config: Config
    now: datetime
    zone: str = "UTC"
    people: Mapping[str, str] = field(default_factory=dict)
    """Names of launch.yml by Slack id."""
    report: Report | None = None
    """Of the last audit that looked at everything."""
    looked_at: datetime | None = None
    told: Mapping[str, Written] = field(default_factory=dict)
    """Answers that people gave to runbooks, by field."""
    offers: Mapping[str, Provider] = field(default_factory=dict)
    """Providers by what they are used for."""
    accepted: tuple[Accepted, ...] = ()
    """DNS records as people accepted them."""
    answers: tuple[Answer, ...] = ()
    """What people said about changed records, newest first."""
    figures: Mapping[str, Figures] = field(default_factory=dict)
    """By monitor."""
    alerts: str = ""
    """The channel for alerts, where it was chosen in Slack."""
    deploys: tuple[Deploy, ...] = ()
    """The last of production, newest first."""
    tried: LastTry | None = None
    """When going back was last tried."""
    drilled: Mapping[str, datetime] = field(default_factory=dict)
    """When each runbook was last drilled."""
    runs: Sequence[Run] = ()
    """Ways through runbooks, newest first."""
    live: tuple[Incident, ...] = ()
    quiet: Quiet = field(default_factory=lambda: Quiet((), ()))

    def of(self, *families: str) -> tuple[Finding, ...]:
        """Findings of these families that say something, in the order of the report."""
        found = self.report.findings if self.report is not None else ()
        return tuple(one for one in found if one.status is not Status.NA and one.check.partition(".")[0] in families)


def sources(connection: sqlite3.Connection, config: Config, now: datetime) -> Sources:
    """As it is stored now."""
    product = config.product
    people = People.of(config)
    last = audits.latest(connection, product, whole=True)
    stored = settings.named(connection, product)
    told = written.every(connection, product)
    seen = {name.removeprefix(RECOGNISED): value for name, value in stored.items() if name.startswith(RECOGNISED)}
    return Sources(
        config,
        now,
        people.time_zone,
        {one.slack: name for name, one in people.now(connection, now).people.items() if one.slack},
        audits.report(connection, last.id) if last is not None else None,
        (last.ended_at or last.asked_at) if last is not None else None,
        told,
        providers_of(config, {name: one.value for name, one in told.items()}, seen),
        baseline.known(connection, product),
        tuple(drift.answers(connection, product, limit=10)),
        _figures(connection, config, people.time_zone, now),
        stored.get(settings.ALERTS, ""),
        last_deploys(connection, product),
        release_runs.last_try(connection, product),
        drills.last(connection, product),
        runs.recent(connection, product),
        tuple(incidents.live(connection, product)),
        quiet_of(connection, product, now),
    )


def unmeasured(config: Config, now: datetime) -> Sources:
    """What `launch.yml` alone says, where no bot has stored anything yet."""
    named = {id: name for name, id in config.people.items()}
    return Sources(config, now, People.of(config).time_zone, named, offers=providers_of(config, {}, {}))


def _figures(connection: sqlite3.Connection, config: Config, zone: str, now: datetime) -> dict[str, Figures]:
    monitors = config.inventory.monitors[:MOST_MEASURED] if config.inventory is not None else ()
    found = {
        one.name: figures_of(connection, config.product, one.name, now, zone=zone, interval=one.interval)
        for one in monitors
    }
    return {name: one for name, one in found.items() if one is not None}


def measured(finding: Finding) -> Line:
    """What a check saw: its sentence, and when."""
    check = load().get(finding.check)
    title = check.title if check is not None else finding.check
    return Line(
        f"{title}: {finding.target}",
        (finding.summary,),
        Origin.MEASURED,
        _STATES.get(finding.status, State.PLAIN),
        finding.at,
    )


def wrote(label: str, value: str | None, ask: str, todo: str, *, link: str | None = "") -> Line:
    """A line of `launch.yml`; where it is not there, the question for it and the line to add."""
    said = tuple(line for line in (value or "").strip().splitlines() if line.strip())
    if not said and not link:
        return question(ask, todo)
    return Line(label, said, Origin.FILE, link=link or "")


def question(ask: str, todo: str) -> Line:
    """What nobody has said yet, and how it is said."""
    return Line(ask, origin=Origin.NOBODY, todo=todo)


def answered(known: Sources, name: str, todo: str) -> Line:
    """A field that runbooks are filled with: from the file, from a person, or the question for it."""
    field = FIELDS[name]
    value = written_down(known.config).get(name, "")
    told = known.told.get(name)
    if value or told is None:
        link = value if field.link else ""
        return wrote(field.label, "" if link else value, field.question, todo, link=link)
    link = told.value if field.link else ""
    said = () if link else tuple(told.value.splitlines())
    return Line(field.label, said, Origin.SAID, at=told.at, by=told.author, link=link)


def seen(known: Sources, *families: str) -> tuple[Line, ...]:
    """What the checks of these families saw; where nothing was looked at yet, a line that says so."""
    if known.report is None:
        return (Line("Not looked at yet", ("Type /launch check: it takes a minute.",), Origin.COUNTED, State.UNKNOWN),)
    return tuple(map(measured, known.of(*families)))
