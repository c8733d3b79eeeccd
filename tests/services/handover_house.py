"""A product with a history, for its handover: an audit, accepted records, answers, a drill, a version."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.drill import Drill, How
from bot.services.config import Config
from bot.services.handover import handover_of
from bot.store import audits, baseline, drift, drills, releases, written
from bot.store.baseline import Accepted, Offered
from bot.store.db import Store
from bot.store.drift import Said
from checks.inventory import Known
from checks.model import Finding, Severity, Status
from checks.report import Report

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
FILE = """\
product: {name: Acme Courses, id: acme, domain: acme.test, time_zone: Europe/Berlin}
hosts:
  - {name: acme.test, purpose: marketing, service: homepage, owner: ana}
  - {name: app.acme.test, purpose: app, service: sign-up, edge: cloudflare, private_paths: [/account]}
  - {name: staging.acme.test, purpose: staging}
people: {ana: {slack: U0ANA, role: owner}, ben: {slack: U0BEN, builder: true}}
services: {sign-up: {owner: ana, backup: ben}, homepage: {}}
redirects: [{from: /old, to: /new, reason: moved in May}, {from: /x, to: /y}]
mail: {domains: [{name: acme.test, senders: [Postmark], selectors: [pm]}, {name: news.acme.test}]}
deploy: {code: https://github.com/acme/courses, runs_on: Render, who: [ben], how: [Merge to main, Wait for green]}
inventories:
  places: {secrets: 1Password}
  secrets:
    - {name: Stripe key, env: STRIPE_KEY, kept_in: Render, owner: ana, created: 2024-01-01}
    - {name: Mail key, kept_in: Render, created: 2026-01-01, exposed: 2026-02-01}
    - {name: Session key, kept_in: Render, owner: ana, created: 2026-01-01, exposed: 2026-02-01, rotated: 2026-02-02}
  accounts: [{name: Cloudflare (DNS), owner: ana, url: "https://dash.cloudflare.com", for: [dns]}]
  access: [{person: carl, what: everything, until: 2026-01-01}, {person: ana, what: everything}]
network: {resolvers: ["127.0.0.1:9"]}
"""


def finding(check: str, target: str, status: Status, summary: str, severity: Severity = Severity.LOW) -> Finding:
    """What a check said at noon."""
    return Finding(check, target, "code", status, severity, summary, at=NOW - timedelta(hours=3))


FINDINGS = (
    finding("dns.resolve", "acme.test", Status.PASS, "acme.test resolves everywhere"),
    finding("redir.https", "acme.test", Status.PASS, "http leads to https"),
    replace(
        finding("edge.fronted", "acme.test", Status.PASS, "Vercel stands in front of acme.test"),
        seen={"edge": "Vercel"},
    ),
    finding("tls.valid", "acme.test", Status.PASS, "The certificate holds for 61 days"),
    finding("mail.dmarc", "acme.test", Status.FAIL, "Anybody can write in your name", Severity.BLOCKER),
    finding("hdr.basics", "acme.test", Status.WARN, "Two headers are missing", Severity.MEDIUM),
    finding("perf.p95", "homepage", Status.UNKNOWN, "Too few looks to say how fast it is"),
    finding("seo.indexing", "acme.test", Status.WARN, "Search engines may list the staging site", Severity.HIGH),
)


def config(folder: Path, text: str = FILE) -> Config:
    """The file, read."""
    path = folder / "launch.yml"
    path.write_text(text, encoding="utf-8")
    return Config.read(path)


def audited(connection: sqlite3.Connection, findings: Sequence[Finding] = FINDINGS, at: datetime = NOW) -> None:
    """An audit that looked at everything."""
    id = audits.start(connection, "acme", at, asked_by="U0ANA", channel="", only=(), total=len(findings))
    audits.finish(connection, id, Report("acme", ("acme.test",), at, 900, tuple(findings)), at)


def lived(connection: sqlite3.Connection) -> None:
    """Some weeks of a product's life."""
    audits.remember_product(connection, "acme", "acme.test", NOW - timedelta(days=30))
    audited(connection)
    at = NOW - timedelta(days=3)
    known = Known("acme.test", "A", ("203.0.113.7",), "U0ANA", at)
    offered = Offered(known.name, known.type, known.values)
    answer = drift.answer(connection, "acme", at, actor="U0ANA", said=Said.ACCEPT, audit=1, accepted=[offered])
    baseline.keep(connection, "acme", [Accepted(known, answer)])
    written.put(connection, "acme", "registrar", "Namecheap", NOW - timedelta(days=2), author="U0BEN")
    began = NOW - timedelta(days=9)
    over = Drill(
        1, "acme", "update_dns", "", "U0ANA", began, "step", ended_at=began + timedelta(minutes=8), how=How.FIXED
    )
    drills.put(connection, over)
    went = NOW - timedelta(days=1)
    releases.add(connection, "acme", went, version="v7", source="slack", author="ben", note="Invoices as PDF")


async def read(store: Store, config: Config, now: datetime = NOW):
    """The handover."""
    return await store.read(lambda c: handover_of(c, config, now))
