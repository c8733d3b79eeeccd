"""What the bot can see of a release before it goes out: the last audit, incidents, flows, who is called, silences."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from bot.domain.release import Seen, Sight
from bot.domain.severity import Sev
from bot.services.config import Config
from bot.services.people import People
from bot.store import audits, incidents, silences, walks
from checks.flow.model import State
from checks.model import Finding, Status
from checks.report import Decision, Report

OLD = timedelta(days=7)
"""An audit, or a walk of the flows, that is older says nothing about this version."""
ENDS = ("tls.expiry", "dns.domain_expiry")
"""Checks of what runs out."""
MOST = 3


def sights(connection: sqlite3.Connection, config: Config, now: datetime) -> tuple[Seen, ...]:
    """All of it as it stands now, worst told first within each."""
    last = audits.latest(connection, config.product, whole=True)
    report = audits.report(connection, last.id) if last is not None else None
    at = (last.ended_at or last.asked_at) if last is not None else now
    return (
        _incidents(connection, config.product),
        _audit(report, at, now),
        _flows(connection, config, now),
        _ends(report, at, now),
        _called(connection, config, now),
        _muted(connection, config.product, now),
    )


def _incidents(connection: sqlite3.Connection, product: str) -> Seen:
    live = [one for one in incidents.live(connection, product) if not one.drill]
    grave = [one for one in live if one.sev <= Sev.TWO]
    if grave:
        named = ", ".join(one.name for one in grave[:MOST])
        return Seen("incidents", "Incidents", Sight.BAD, f"{named} still open", "/launch incidents")
    said = f"{len(live)} that can wait" if live else "none is open"
    return Seen("incidents", "Incidents", Sight.GOOD, said)


def _audit(report: Report | None, at: datetime, now: datetime) -> Seen:
    title, todo = "Last audit", "/launch check"
    if report is None:
        return Seen("audit", title, Sight.UNKNOWN, "nobody has looked at the whole product yet", todo)
    if now - at > OLD:
        return Seen("audit", title, Sight.UNKNOWN, f"{(now - at).days} days old", todo)
    match report.verdict:
        case Decision.GO:
            return Seen("audit", title, Sight.GOOD, "go")
        case Decision.NO_GO:
            return Seen("audit", title, Sight.BAD, f"no-go, {len(report.must_fix)} to fix first", todo)
        case _:
            return Seen("audit", title, Sight.UNKNOWN, "not proven, something could not be looked at", todo)


def _flows(connection: sqlite3.Connection, config: Config, now: datetime) -> Seen:
    title, todo = "What customers do", "/launch smoke"
    flows = {one.id: one.name or one.id for one in config.file.flows} if config.file is not None else {}
    if not flows:
        return Seen("flows", title, Sight.OUT, "no flows stand in launch.yml, so nobody walks them")
    latest = walks.latest(connection, config.product, flows)
    broken = [flows[one] for one, last in latest.items() if last.seen.state is State.FAILED]
    if broken:
        return Seen("flows", title, Sight.BAD, f"{', '.join(broken[:MOST])} failed in the last walk", todo)
    fresh = [one for one, last in latest.items() if last.seen.state is State.OK and now - last.at <= OLD]
    if len(fresh) < len(flows):
        walked = f"{len(fresh)} of {len(flows)} flows walked" if fresh else "no flow was walked"
        return Seen("flows", title, Sight.UNKNOWN, f"{walked} in the last week", todo)
    return Seen("flows", title, Sight.GOOD, f"all {len(flows)} flows work" if len(flows) > 1 else "the flow works")


def _ends(report: Report | None, at: datetime, now: datetime) -> Seen:
    title, todo = "Domain and certificates", "/launch check tls.expiry"
    found: list[Finding] = [one for one in report.findings if one.check in ENDS] if report is not None else []
    known = [one for one in found if one.status not in (Status.UNKNOWN, Status.NA)]
    bad = [one for one in known if one.status.bad]
    if bad:
        return Seen("ends", title, Sight.BAD, bad[0].summary, todo)
    if not known or now - at > OLD:
        return Seen("ends", title, Sight.UNKNOWN, "nobody has looked lately when they run out", todo)
    return Seen("ends", title, Sight.GOOD, "none runs out soon")


def _called(connection: sqlite3.Connection, config: Config, now: datetime) -> Seen:
    title = "On call"
    duty = People.of(config).duty(connection, "", now) if config.file is not None else None
    if duty is None or not duty.owner.slack:
        return Seen("oncall", title, Sight.BAD, "nobody would be called", "/launch oncall")
    quiet = duty.owner.quiet_until
    if quiet is not None:
        return Seen("oncall", title, Sight.UNKNOWN, f"{duty.owner.name} sleeps now", "/launch oncall")
    return Seen("oncall", title, Sight.GOOD, duty.owner.name or "yes")


def _muted(connection: sqlite3.Connection, product: str, now: datetime) -> Seen:
    held = silences.active(connection, product, now)
    if not held:
        return Seen("mutes", "Silences", Sight.GOOD, "none, every alarm would be heard")
    what = ", ".join(dict.fromkeys(one.service or "everything" for one in held))
    return Seen("mutes", "Silences", Sight.BAD, f"alarms of {what} are muted", "/launch mute")
