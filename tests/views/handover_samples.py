"""What is said about a handover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.document import Document
from bot.domain.handover import Confirmation, Handover, Part
from bot.services.handover import PARTS
from bot.services.handover_known import Sources, unmeasured
from bot.views import handover as view
from checks.inventory import Known
from checks.report import Report
from tests.services.handover_house import FINDINGS, NOW, config


def _sources() -> Sources:
    with TemporaryDirectory() as folder:
        known = unmeasured(config(Path(folder)), NOW)
    record = Known("acme.test", "A", ("203.0.113.7",), "U0ANA", NOW - timedelta(days=3))
    return replace(known, report=Report("acme", ("acme.test",), NOW, 900, FINDINGS), looked_at=NOW, accepted=(record,))


def _made(known: Sources, *right: str) -> Handover:
    parts = tuple(part(known) for part in PARTS)
    day = NOW - timedelta(days=2)
    confirmed = {one.id: Confirmation(one.digest, "U0ANA", day) for one in parts if one.id in right}
    confirmed |= {"mail": Confirmation("another", "U0BEN", day)} if right else {}
    report = known.report
    return Handover(
        "Acme <Courses>", "acme.test", NOW, report.verdict.value if report else "", known.looked_at, parts, confirmed,
        known.people,
    )  # fmt: skip


def _part(found: Handover, id: str) -> Part:
    return next(one for one in found.parts if one.id == id)


FRESH = _made(unmeasured(_sources().config, NOW))
FULL = _made(_sources(), "where", "dns", "redirects")
HANDOVERS: dict[str, Callable[[], Document]] = {
    "handover_fresh": lambda: view.summary(FRESH),
    "handover_parts": lambda: view.summary(FULL),
    "handover_files": lambda: view.summary(FULL, ("data/exports/handover.md", "data/exports/handover.html")),
    "handover_confirmed": lambda: view.one_part(FULL, _part(FULL, "dns"), "Written down: you found this right."),
    "handover_changed": lambda: view.one_part(FULL, _part(FULL, "mail")),
    "handover_open": lambda: view.one_part(FULL, _part(FULL, "secrets")),
    "handover_where": lambda: view.one_part(FULL, _part(FULL, "where")),
    "handover_risks": lambda: view.one_part(FULL, _part(FULL, "risks")),
    "handover_order": lambda: view.one_part(FULL, _part(FULL, "order")),
    "handover_watching": lambda: view.one_part(FULL, _part(FULL, "watching")),
    "handover_no_such": lambda: view.no_such(FULL, "mial", "mail"),
    "handover_not_as_read": lambda: view.changed(_part(FULL, "where")),
    "handover_kept": lambda: view.kept(_part(FULL, "risks")),
    "handover_never": lambda: view.not_confirmed(_part(FULL, "edge")),
    "handover_no_disk": lambda: view.not_written("No space left on device"),
}
"""By the name of its golden file."""
