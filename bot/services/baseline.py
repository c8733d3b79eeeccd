"""DNS records as decided: what an audit needs to know of it, what it leaves behind, and what there is to show of it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.store import baseline, disagreement, drift
from bot.store.baseline import Accepted, Offered
from bot.store.drift import Answer, Change, Said, Seen
from checks.drift import Answers, Question, Wanted, proposal, wanted, watched
from checks.inventory import Inventory, Known, Record
from checks.masking import mask_json
from checks.model import Finding, Json, Status
from checks.probe import Probe
from checks.record_sets import ADDRESSES, of, values
from checks.report import Report

log = logging.getLogger(__name__)

CHECK = "dns.expected"
MOST = 90
"""Records of one offer: as many as a person can look through, and as one table holds."""
MOST_TEXT, CELL, MOST_ABSENT = 8_000, 200, 2_000
"""Characters of the whole table, of one value in it, and of the names of what does not exist."""
PATIENCE = 20.0
"""Seconds for the questions of an offer; the audit has asked nearly all of them before."""
ADDRESS_TYPES = ("CNAME", *ADDRESSES)
"""One decision: where a name leads."""


@dataclass(frozen=True, slots=True)
class Told:
    """A change with the answer that counts; None where nobody has answered, or took it back."""

    change: Change
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What an audit offered, and what became of it."""

    audit: int
    records: tuple[Offered, ...]
    """Those that nobody has accepted yet; all of them once the answer is there."""
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Drifted:
    """What an audit's report shows besides its findings."""

    changes: Mapping[tuple[str, str, str, str], Told]
    """By name, type, old and new, in the words of the finding."""
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """An accepted record about which launch.yml says something else; the file counts."""

    accepted: Known
    written: Record


@dataclass(frozen=True, slots=True)
class Decided:
    """Everything about DNS as decided on one screen."""

    accepted: tuple[Accepted, ...]
    written: int
    """How many records launch.yml names."""
    changes: tuple[Told, ...]
    offer: Offer | None
    conflicts: tuple[Conflict, ...]


def informed(connection: sqlite3.Connection, inventory: Inventory) -> Inventory:
    """The inventory with what people have accepted, and since when name servers differ."""
    return replace(
        inventory,
        baseline=baseline.known(connection, inventory.product),
        disagreement_since=disagreement.since(connection, inventory.product),
    )


def domains(inventory: Inventory) -> tuple[str, ...]:
    """All that are looked at."""
    return (inventory.domain, *inventory.domains)


def wants(inventory: Inventory) -> tuple[Wanted, ...]:
    """Everything that is expected of all domains."""
    return tuple(dict.fromkeys(one for domain in domains(inventory) for one in wanted(inventory, domain)))


def _covered(inventory: Inventory) -> frozenset[tuple[str, str]]:
    """Names and types about which somebody has decided. Where a name leads is one decision."""
    found: set[tuple[str, str]] = set()
    for want in wants(inventory):
        name, type = want.question
        found.add((name, type))
        record = want.record
        if type == "CNAME" or record.proxied_by or record.any_in:
            found |= {(name, one) for one in ADDRESS_TYPES}
        elif type in ADDRESSES:
            found.add((name, "CNAME"))
    return frozenset(found)


def undecided(inventory: Inventory, answers: Answers, now: datetime) -> tuple[Offered, ...]:
    """What stands there and nobody has decided about, as it may be accepted."""
    covered = _covered(inventory)
    found = [Offered(one.name, one.type, one.values) for one in proposal(answers, "", now)]
    return _readable([one for one in found if one.key not in covered][:MOST])


def _readable(records: Sequence[Offered]) -> tuple[Offered, ...]:
    """As many as a person can be shown whole; the rest has its turn at the next offer."""
    room = {True: MOST_TEXT, False: MOST_ABSENT}
    kept = []
    for one in records:
        there = bool(one.values)
        room[there] -= len(one.name) + min(CELL, len(", ".join(one.values))) + (20 if there else 2)
        if room[there] >= 0:
            kept.append(one)
    return tuple(kept)


async def offer_of(inventory: Inventory, probe: Probe, findings: Sequence[Finding]) -> tuple[Offered, ...]:
    """What may be offered after a look; nothing where DNS is not clean, since nobody should accept a fault."""
    if not _clean(findings):
        return ()
    questions = tuple(dict.fromkeys(one for domain in domains(inventory) for one in watched(inventory, domain)))
    try:
        async with asyncio.timeout(PATIENCE):
            answers = await asked(probe, questions)
            return undecided(inventory, await _steady(probe, answers), probe.now())
    except TimeoutError:
        log.warning("nothing is offered: DNS took too long")
        return ()


async def asked(probe: Probe, questions: Sequence[Question]) -> Answers:
    """The answers to all questions."""
    found = await asyncio.gather(*(probe.dns(*question) for question in questions))
    return dict(zip(questions, found, strict=True))


async def _steady(probe: Probe, answers: Answers) -> Answers:
    """The answers without addresses that change from one directory to the next: nobody can say how those should be."""
    addresses = [one for one, answer in answers.items() if one[1] in ADDRESSES and answer.records and not answer.cnames]
    everywhere = await asyncio.gather(*(probe.dns_everywhere(*question) for question in addresses))
    turning = {
        question
        for question, heard in zip(addresses, everywhere, strict=True)
        if len({of(one) for one in heard if one.status.known}) > 1
    }
    return {question: answer for question, answer in answers.items() if question not in turning}


def _clean(findings: Sequence[Finding]) -> bool:
    compared = [one for one in findings if one.check == CHECK]
    failed = any(one.status is Status.FAIL and one.check.startswith("dns.") for one in findings)
    return bool(compared) and not failed and all(one.status in (Status.PASS, Status.NA) for one in compared)


def keep(connection: sqlite3.Connection, audit: int, report: Report, offered: Sequence[Offered], now: datetime) -> None:
    """Write down what an audit saw: changes, what it offers, name servers that differ. Part of storing its report."""
    product = report.product
    decided = [one for one in report.findings if one.check == CHECK and one.status is not Status.UNKNOWN]
    drift.note(connection, product, audit, [seen for one in decided for seen in changes_in(one)], now)
    drift.close(connection, product, audit, [one.target for one in decided], now)
    for one in report.findings:
        if one.check == "dns.disagree":
            _disagreement(connection, product, one, report.started_at)
    baseline.offer(connection, product, audit, offered)


def changes_in(finding: Finding) -> list[Seen]:
    """The differences that a finding tells of."""
    told = finding.seen.get("changes")
    rows = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list | tuple) else []
    return [
        Seen(finding.target, *(_text(row, key) for key in ("record_name", "record_type", "old", "new", "expected_by")))
        for row in rows
    ]


def _text(row: Mapping[str, Json], key: str) -> str:
    return str(row.get(key) or "")


def as_told(text: str) -> str:
    """A value as a finding tells it: cut and masked."""
    return str(mask_json(text[:400]))


def _disagreement(connection: sqlite3.Connection, product: str, finding: Finding, at: datetime) -> None:
    record, serials = finding.seen.get("record"), finding.seen.get("serials")
    if finding.code in ("just_changed", "servers_differ") and isinstance(record, str):
        disagreement.seen(connection, product, finding.target, record.rpartition(" (")[0] or finding.target, at)
    elif finding.code == "versions_differ" or (isinstance(serials, list | tuple) and len(serials) > 1):
        disagreement.seen(connection, product, finding.target, finding.target, at)
    elif finding.code in ("ok", "spreading"):
        disagreement.over(connection, product, finding.target)


def told(connection: sqlite3.Connection, product: str, audit: int) -> Drifted:
    """What the report of an audit shows of it now."""
    found = drift.seen_by(connection, product, audit)
    changes = {one.seen.key: Told(one, counts(drift.about_change(connection, product, one.number))) for one in found}
    return Drifted(changes, offer(connection, product, audit))


def offer(connection: sqlite3.Connection, product: str, audit: int) -> Offer | None:
    """What an audit offered and what became of it; None where there is nothing to say about it."""
    records = baseline.offered(connection, product, audit)
    if not records:
        return None
    answer = counts(drift.about_offer(connection, product, audit))
    if answer is not None:
        return Offer(audit, answer.accepted, answer)
    taken = {one.key for one in baseline.accepted(connection, product)}
    rest = tuple(one for one in records if one.key not in taken)
    return Offer(audit, rest, None) if rest else None


def counts(answer: Answer | None) -> Answer | None:
    """The answer, unless it says that the one before counts no longer."""
    return None if answer is None or answer.said is Said.UNDO else answer


def decided(connection: sqlite3.Connection, inventory: Inventory) -> Decided:
    """Everything on one screen."""
    product = inventory.product
    accepted = baseline.accepted(connection, product)
    newest = baseline.newest_offer(connection, product)
    found = None if newest is None else offer(connection, product, newest)
    changes = [
        Told(one, counts(drift.about_change(connection, product, one.number)))
        for one in drift.open_changes(connection, product)
    ]
    return Decided(
        accepted=tuple(accepted),
        written=sum(len(host.expect) for host in inventory.hosts),
        changes=tuple(changes),
        offer=found if found is not None and found.answer is None else None,
        conflicts=tuple(conflicts(inventory, [one.known for one in accepted])),
    )


def conflicts(inventory: Inventory, accepted: Iterable[Known]) -> list[Conflict]:
    """Where launch.yml and an accepted record say different things."""
    written = {(record.name or host.name, record.type): record for host in inventory.hosts for record in host.expect}
    found = []
    for one in accepted:
        record = written.get((one.name, one.type))
        if record is not None and not (record.equals and values(one.type, record.equals) == one.values):
            found.append(Conflict(one, record))
    return found
