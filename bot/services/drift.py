"""What people answer about DNS records: this is normal, this was me, this is wrong, and back again.

Before anything is accepted DNS is asked once more: what stands in a message may be hours old. Whatever is answered is
a dated row, written in one transaction with the edit of the message that shows it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.clock import Clock
from bot.services import fresh
from bot.services.baseline import Decided, Offer, counts, decided, informed, offer, wants
from bot.services.config import Config
from bot.services.refusals import Answered, Nothing, Settled, Unseen
from bot.store import audits, baseline, drift, journal, outbox
from bot.store.baseline import Accepted, Offered
from bot.store.db import Store
from bot.store.drift import Answer, Change, Said
from checks.drift import Wanted
from checks.inventory import Inventory, Known
from checks.names import dns_host, zone_of
from checks.record_sets import ADDRESSES

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer that was written down, with what a person needs next."""

    answer: Answer
    change: Change
    written: bool
    """launch.yml speaks about this record, so it stays a finding until the file or the record changes."""
    now: tuple[Offered, ...]
    """What stands there now."""
    dns_host: str


class Drift:
    """Answers about DNS records. `wake` is called when something new is in the outbox."""

    def __init__(self, store: Store, clock: Clock, config: Config, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._wake = wake

    async def overview(self) -> Decided:
        """What is accepted, what differs, what is offered. Raises `Nothing` without a launch.yml."""
        inventory = self._inventory()
        return await self._store.read(lambda c: decided(c, inventory))

    async def offer(self, audit: int) -> Offer:
        """What an audit offered. Raises `Nothing`."""
        found = await self._store.read(lambda c: offer(c, self._config.product, audit))
        if found is None:
            raise Nothing
        return found

    async def accept(self, user: str, audit: int | None = None) -> Answer:
        """Accept what an audit offered, the last one by itself; what stands in DNS must still be that.

        Raises `Nothing`, `Answered`, `Stale`, `Unseen`.
        """
        inventory = self._inventory()
        product = inventory.product

        def open_part(connection: sqlite3.Connection) -> tuple[int, tuple[Offered, ...]]:
            number = baseline.newest_offer(connection, product) if audit is None else audit
            records = () if number is None else baseline.offered(connection, product, number)
            if number is None or not records:
                raise Nothing
            before = counts(drift.about_offer(connection, product, number))
            if before is not None:
                raise Answered(before)
            taken = {one.key: one.answer for one in baseline.accepted(connection, product)}
            rest = tuple(one for one in records if one.key not in taken)
            if not rest:
                found = drift.get(connection, product, max(taken[one.key] for one in records))
                raise Nothing if found is None else Answered(found)
            return number, rest

        number, rest = await self._store.read(open_part)
        now = self._clock.now()
        fresh.unchanged(rest, await fresh.ask(inventory.network, fresh.questions(rest), now), now)

        def write(connection: sqlite3.Connection) -> Answer:
            _, still = open_part(connection)
            accepted = tuple(one for one in rest if one in still)
            now = self._clock.now()
            answer = drift.answer(
                connection, product, now, actor=user, said=Said.ACCEPT, audit=number, accepted=accepted
            )
            baseline.keep(connection, product, [_accepted(one, user, now, answer) for one in accepted])
            newest = baseline.newest_offer(connection, product)
            return self._noted(connection, product, answer, (number, newest or number), count=len(accepted))

        return await self._write(write)

    async def say(self, user: str, number: int, said: Said, *, audit: int | None = None) -> Outcome:
        """Answer a change with `MINE` or `WRONG`; `audit` is the one whose message was clicked.

        Raises `Nothing`, `Answered`, `Stale`, `Back`, `Settled`, `Unseen`.
        """
        plain = self._inventory()
        product = plain.product

        def stands(connection: sqlite3.Connection) -> tuple[Change, Wanted, int, Inventory]:
            change = drift.current(connection, product, number)
            if change is None:
                raise Nothing
            before = counts(drift.about_change(connection, product, change.number))
            if before is not None:
                raise Answered(before)
            inventory = informed(connection, plain)
            rows = [one for one in baseline.accepted(connection, product) if one.known.name == change.seen.name]
            question = (change.seen.name, change.seen.type)
            want = next((one for one in wants(inventory) if one.question == question), None)
            if want is None:
                raise Settled(change.seen.name, rows)
            row = next((one.answer for one in rows if one.key == question), 0)
            return change, want, row, inventory

        change, want, row, inventory = await self._store.read(stands)
        zone = zone_of(want.record.name, inventory)
        answers = await fresh.ask(inventory.network, (*fresh.about(want), (zone, "NS")), self._clock.now())
        difference = fresh.difference(change, want, answers, said)
        written, present = want.at is None, fresh.present(want, answers)
        if said is Said.MINE and not present:
            raise Unseen(change.seen.name, change.seen.type, "not all of it could be asked")

        def write(connection: sqlite3.Connection) -> Answer:
            same, again, still, _ = stands(connection)
            if (same.number, still, again.record) != (change.number, row, want.record):
                raise Settled(change.seen.name, baseline.accepted(connection, product))
            now = self._clock.now()
            accepted = present if said is Said.MINE and not written else ()
            replaced = _replaced(baseline.accepted(connection, product), accepted)
            old = "\n".join(want.record.equals) or change.seen.old
            answer = drift.answer(
                connection,
                product,
                now,
                actor=user,
                said=said,
                change=change.number,
                old=old,
                new=difference.new if difference is not None else change.seen.new,
                accepted=accepted,
                replaced=replaced,
            )
            baseline.forget(connection, product, [one.key for one in replaced])
            baseline.keep(connection, product, [_accepted(one, user, now, answer) for one in accepted])
            shown_in = (change.last_audit, *([] if audit is None else [audit]))
            return self._noted(connection, product, answer, shown_in, name=change.seen.name)

        return Outcome(await self._write(write), change, written, present, dns_host(answers[zone, "NS"].records))

    async def undo(self, user: str, number: int, *, audit: int | None = None) -> tuple[Answer, Answer]:
        """Take an answer back, whoever gave it; answers the one taken back and the row that says so.

        What it put into force goes, what it replaced comes back. Raises `Nothing`, `Answered`, `Settled`.
        """
        product = self._inventory().product

        def write(connection: sqlite3.Connection) -> tuple[Answer, Answer]:
            given = drift.get(connection, product, number)
            if given is None or given.said is Said.UNDO:
                raise Nothing
            before = drift.undone(connection, product, number)
            if before is not None:
                raise Answered(before)
            rows = baseline.accepted(connection, product)
            force = [one.key for one in rows if one.answer == number]
            if given.accepted and (not force or (given.replaced and len(force) < len(given.accepted))):
                raise Settled(given.accepted[0].name, [one for one in rows if one.key == given.accepted[0].key])
            now = self._clock.now()
            answer = drift.answer(
                connection,
                product,
                now,
                actor=user,
                said=Said.UNDO,
                audit=given.audit,
                change=given.change,
                undoes=number,
                old=given.new,
                new=given.old,
            )
            baseline.forget(connection, product, force)
            left = {one.key for one in rows} - set(force)
            baseline.keep(connection, product, [one for one in given.replaced if one.key not in left])
            change = None if given.change is None else drift.change(connection, product, given.change)
            numbers = [given.audit, audit, None if change is None else change.last_audit]
            shown_in = [one for one in numbers if one is not None]
            return given, self._noted(connection, product, answer, shown_in)

        return await self._write(write)

    def _inventory(self) -> Inventory:
        if self._config.inventory is None:
            raise Nothing
        return self._config.inventory

    async def _write(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        found = await self._store.write(work)
        self._wake()
        return found

    def _noted(
        self,
        connection: sqlite3.Connection,
        product: str,
        number: int,
        shown_in: Sequence[int],
        **data: str | int,
    ) -> Answer:
        """The answer with its line in the journal; the messages that show it are brought up to date."""
        answer = drift.get(connection, product, number)
        if answer is None:
            raise LookupError(number)
        journal.note(
            connection,
            product,
            answer.at,
            actor=answer.actor,
            did=f"dns.{answer.said.value}",
            subject=f"audit:{shown_in[0]}" if shown_in else "",
            data={"answer": number, **data},
        )
        for audit in dict.fromkeys(shown_in):
            if audits.touch(connection, product, audit):
                outbox.edit(connection, product, f"audit:{audit}", answer.at)
        return answer


def _replaced(rows: Sequence[Accepted], new: Sequence[Offered]) -> tuple[Accepted, ...]:
    """What gives way to newly accepted records: an alias stands in place of addresses, and they in place of it."""
    keys = {one.key for one in new}
    for one in new:
        if one.type == "CNAME":
            keys |= {(one.name, type) for type in ADDRESSES}
        elif one.type in ADDRESSES:
            keys.add((one.name, "CNAME"))
    return tuple(row for row in rows if row.key in keys)


def _accepted(one: Offered, user: str, now: datetime, answer: int) -> Accepted:
    return Accepted(Known(one.name, one.type, one.values, user, now), answer)
