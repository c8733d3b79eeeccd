"""All that a run knows at one moment: from `launch.yml`, from people, from public evidence, from what began it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.domain.incident import Incident
from bot.domain.runbook.known import Known
from bot.domain.runbook.plain import Panel
from bot.domain.runbook.run import Run, Verdict
from bot.domain.severity import Trouble
from bot.domain.trouble import trouble_of
from bot.services.catalogue import meant_by
from bot.services.config import Config
from bot.services.people import People
from bot.services.runbook_monitors import all_down
from bot.services.runbook_people import called, contacts_of, panels_of
from bot.services.runbook_places import RECOGNISED, UNKNOWN, Provider, fact_of, providers_of, written_down
from bot.store import incidents, looks, releases, settings, written
from checks.finding import fill
from checks.inventory import Inventory
from checks.masking import clip, mask
from checks.registry import load

RECENT = timedelta(minutes=30)
"""A version that went out this shortly before is a suspect."""
SEEN = 300
LAYERS: tuple[tuple[str, frozenset[Trouble]], ...] = (
    ("dns", frozenset({Trouble.DNS, Trouble.DRIFT})),
    ("reach", frozenset({Trouble.REACH})),
    ("tls", frozenset({Trouble.TLS, Trouble.EXPIRY})),
    ("edge", frozenset({Trouble.EDGE, Trouble.LEAK})),
    ("redirect", frozenset({Trouble.REDIRECT})),
    ("page", frozenset({Trouble.DATABASE, Trouble.CHECKOUT, Trouble.SMOKE, Trouble.ERRORS, Trouble.DEPLOY})),
    ("slow", frozenset({Trouble.LATENCY})),
    ("mail", frozenset({Trouble.MAIL})),
)
"""From the lowest up: what fails below makes everything above it fail."""
RECORDS: Mapping[str, tuple[str, ...]] = {
    "record_name": ("record_name",),
    "record_type": ("record_type",),
    "record_value": ("new_record", "old"),
    "old_value": ("new",),
    "expires": ("until", "expires"),
}
"""Under which names findings tell what a text may be filled with."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What began a run, as far as it is stored."""

    check: str = ""
    target: str = ""
    code: str = ""
    evidence: str = ""
    seen: Mapping[str, object] = field(default_factory=dict)


def known_of(
    connection: sqlite3.Connection, config: Config, run: Run, now: datetime, panels: Mapping[str, Panel]
) -> Known:
    """Everything, as it is stored now; nothing is asked of the network."""
    product = config.product
    incident = incidents.get(connection, run.incident) if run.incident else None
    told = {name: one.value for name, one in written.every(connection, product).items()}
    stored = settings.named(connection, product)
    seen = {name.removeprefix(RECOGNISED): value for name, value in stored.items() if name.startswith(RECOGNISED)}
    offers = providers_of(config, told, seen)
    cause = cause_of(connection, product, run, incident)
    fields = {
        **told,
        **written_down(config),
        **_offered(offers),
        **_product(config, run, cause, incident),
        **_evidence(run, cause, incident, People.of(config).time_zone),
        **_releases(connection, product, incident, People.of(config).time_zone, now),
    }
    people = People.of(config)
    duty = people.duty(connection, incident.service if incident else "", now)
    fields |= {"owner": called(duty.owner), "backup": called(duty.backup) if duty.backup else ""}
    facts = {fact_of(role): one.id for role, one in offers.items()}
    facts |= {
        "layer": _layer(cause, incident),
        "code": cause.code,
        "check": cause.check,
        "recent_deploy": _recent(connection, product, run, incident),
        "all_down": all_down(connection, product),
        "incident": "yes" if incident is not None and incident.live else "no",
        "expires_in": _expires_in(cause),
    }
    contacts = contacts_of(config, duty.owner, duty.backup, offers)
    where, dated = panels_of(panels, facts)
    return Known({name: value for name, value in fields.items() if value}, facts, contacts, now, where, dated)


def cause_of(connection: sqlite3.Connection, product: str, run: Run, incident: Incident | None) -> Cause:
    """What began it: the finding that it names, else the first thing of its incident that still fails."""
    if run.check:
        seen, code = _last(connection, product, run.check, run.target)
        code = run.code or code
        return Cause(run.check, run.target, code, _words(run.check, code, seen, run.target), seen)
    members = incident.own if incident is not None else ()
    if not members:
        return Cause(target=run.target, code=run.code)
    first = next((one for one in members if one.trouble is incident.cause), members[0]) if incident else members[0]
    check, target = meant_by(first.probe)
    stored = looks.get(connection, product, first.probe)
    code = run.code or (str(stored.data.get("code") or "") if stored is not None else "")
    if check is None:
        return Cause("up.http", run.target or first.probe, code, first.evidence)
    seen, last = _last(connection, product, check.id, target)
    return Cause(check.id, target, code or last, first.evidence, seen)


def _last(connection: sqlite3.Connection, product: str, check: str, target: str) -> tuple[dict[str, object], str]:
    """What the last audit saw there, and its code."""
    row = connection.execute(
        "SELECT seen, code FROM result WHERE product = ? AND check_id = ? AND (? = '' OR target = ?)"
        " ORDER BY at DESC, audit DESC LIMIT 1",
        (product, check, target, target),
    ).fetchone()
    if row is None:
        return {}, ""
    found = json.loads(row["seen"])
    return (found if isinstance(found, dict) else {}), str(row["code"])


def _words(check: str, code: str, seen: Mapping[str, object], target: str) -> str:
    known = load().get(check)
    outcome = known.outcomes.get(code) if known is not None else None
    if outcome is None:
        return ""
    values = {"host": target, "name": target, **seen}
    return _line(fill(outcome.summary, values))  # type: ignore[arg-type]


def _line(text: str) -> str:
    return clip(mask(" ".join(text.split())), SEEN)


def _offered(offers: Mapping[str, Provider]) -> dict[str, str]:
    """Names of providers and where to log in."""
    named = {fact_of(role): one.name for role, one in offers.items()}
    return named | {f"{role}_link": one.link for role, one in offers.items()}


def _product(config: Config, run: Run, cause: Cause, incident: Incident | None) -> dict[str, str]:
    inventory, file = config.inventory, config.file
    if inventory is None:
        return {}
    name = file.product.name if file is not None and file.product is not None else ""
    host, url = place_of(inventory, cause.target or run.target)
    path = urlsplit(url).path
    return {
        "product": name or inventory.domain,
        "domain": _domain(inventory, host),
        "host": host,
        "url": url,
        "path": path if path != "/" else "",
        "service": incident.service if incident is not None else _service(inventory, host),
    }


def place_of(inventory: Inventory, target: str) -> tuple[str, str]:
    """The host that a target is about, and its address; without one, the product's own."""
    monitor = next((one for one in inventory.monitors if one.name == target), None)
    if monitor is not None:
        return (urlsplit(monitor.url).hostname or inventory.domain).lower(), monitor.url
    point = next((one for one in inventory.points if one.name == target), None)
    host = point.host if point is not None else target
    hosts = {one.name for one in inventory.hosts} | {one.name for one in inventory.mail} | {*inventory.domains}
    if host and (point is not None or host in hosts or host == inventory.domain):
        return host, f"https://{host}/"
    return (urlsplit(inventory.canonical).hostname or inventory.domain), (
        inventory.canonical or f"https://{inventory.domain}/"
    )


def _domain(inventory: Inventory, host: str) -> str:
    """The brand domain that a host belongs to."""
    every = (inventory.domain, *inventory.domains)
    return next((one for one in every if host == one or host.endswith(f".{one}")), inventory.domain)


def _service(inventory: Inventory, host: str) -> str:
    return next((one.service for one in inventory.hosts if one.name == host and one.service), "")


def _evidence(run: Run, cause: Cause, incident: Incident | None, zone: str) -> dict[str, str]:
    """What was seen: by the run's own last look, else by what began it."""
    check = load().get(cause.check)
    bad = run.sight if run.sight is not None and run.sight.verdict is not Verdict.GOOD else None
    fields = {
        "check": check.title if check is not None else "",
        "seen": _line((bad.seen if bad else "") or cause.evidence),
        "expected": _line(bad.expected if bad else ""),
    }
    for name, sources in RECORDS.items():
        value = next((cause.seen[one] for one in sources if cause.seen.get(one)), "")
        fields[name] = _text(value)
    if incident is not None:
        fields |= {"incident": incident.name, "since": stamp(incident.first_failure, zone)}
    return fields


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value[:10])
    return clip(str(value), SEEN) if isinstance(value, str | int | float) else ""


def stamp(at: datetime, zone: str) -> str:
    """A moment in a text that is filled."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M on %A}"


def _releases(
    connection: sqlite3.Connection, product: str, incident: Incident | None, zone: str, now: datetime
) -> dict[str, str]:
    """The version that is live, and the one before it."""
    service = incident.service if incident is not None else ""
    last = releases.last(connection, product, now, service=service)
    if last is None:
        return {}
    return {
        "version": _line(last.version),
        "last_good": _line(releases.last_good(connection, last)),
        "deployed_at": stamp(last.at, zone),
    }


def _recent(connection: sqlite3.Connection, product: str, run: Run, incident: Incident | None) -> str:
    """Whether a version went out shortly before it broke."""
    began = incident.first_failure if incident is not None else run.began_at
    service = incident.service if incident is not None else ""
    last = releases.last(connection, product, max(began, run.began_at), service=service)
    return "yes" if last is not None and last.at >= began - RECENT else "no"


def _layer(cause: Cause, incident: Incident | None) -> str:
    found = {one.trouble for one in incident.own} if incident is not None else set()
    if not found and cause.check and cause.code:
        found = {trouble_of(cause.check, cause.code)}
    return next((name for name, troubles in LAYERS if troubles & found), "none")


def _expires_in(cause: Cause) -> str:
    """How soon what runs out does."""
    if cause.code in ("expired", "intermediate_expired"):
        return "past"
    days = cause.seen.get("days")
    if not isinstance(days, int | float):
        return UNKNOWN
    return "past" if days < 0 else "day" if days < 1 else "week" if days <= 7 else "later"
