"""From the outbox to Slack: what is written down is said, once, however often the bot or Slack stumbles.

One delivery, in its stages:
1. claim    the row is `sending`, with a lease
2. render   from what is stored now, not from when it was asked for: a late message tells the present truth
3. send     with the delivery id in the message's metadata
4. mark     the row is `sent`, with the message's place; were there news meanwhile, an edit is asked for
Where Slack says wait, the channel waits. Where nothing arrived, it is tried again. Where nobody knows, Slack's own
history is searched before anything is repeated; where that cannot be read, it waits as long as nobody is harmed, and
is then sent again, marked. Where Slack refuses the layout, the message becomes plainer.
Where it refuses for good, the row is `dead`, the person who waits gets a direct message, and a repair revives it.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from bot.adapters.slack import (
    BadBlocks,
    Messenger,
    NotSent,
    Permanent,
    RateLimited,
    Sent,
    SlackError,
    Unknown,
)
from bot.blockkit.simplify import simplify
from bot.clock import Clock
from bot.pacing import Pace
from bot.services.health import Health
from bot.speakers import Render, Said, Speaker, compose
from bot.store import outbox, places, sending
from bot.store.db import Store, StoreError
from bot.store.outbox import Delivery, Kind, Prio, State

log = logging.getLogger(__name__)

AT_ONCE = 8
LOOK_AGAIN = timedelta(seconds=3)
LOOKS = 2
SEARCH_BEFORE = timedelta(hours=2)
"""Slack's clock dates a message, ours its claim: even where ours was an hour ahead, the message is found again."""
LONGEST_BACKOFF = 60.0
NOBODY_KNOWS = timedelta(seconds=20)
"""How long a message in doubt waits for a history that cannot be read, where perhaps nobody has heard of it."""
CARD_FIRST = timedelta(seconds=10)
"""By how much a call waits longer than the card: once that has arrived, the call is not pressing any more."""
OTHERS_KNOW = timedelta(minutes=5)
"""How long it waits where something that was asked for together with it has arrived."""
CALLED_AGAIN = timedelta(minutes=30)
"""How long a call waits then: the next call to the same person shows where it would have to be."""


class Refused(Protocol):
    """Told of a row that Slack has refused for good, in the transaction that buries it."""

    def __call__(
        self, connection: sqlite3.Connection, row: Delivery, now: datetime, /, *, error: str, everywhere: bool
    ) -> None: ...


class Postman:
    """Takes rows of the outbox to Slack. `wake` and `tick` may be called at any time."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        clock: Clock,
        health: Health,
        *,
        speakers: Mapping[str, Speaker],
        render: Render,
        refused: Refused | None = None,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock
        self._health = health
        self._speakers = speakers
        self._render = render
        self._refused = refused
        self._dice = dice
        self._pace = Pace(clock)
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.Task[None] | None = None
        self._scanning = self._again = self._stopped = False

    def speak_with(self, speakers: Mapping[str, Speaker]) -> None:
        """From now on these have the word."""
        self._speakers = speakers

    def wake(self) -> None:
        """Look at the queue now; returns at once."""
        if not self._stopped:
            self._spawn(self.tick())

    async def recover(self) -> int:
        """At start: what was on its way when the bot stopped is searched for before it is repeated. Says how many."""
        now = self._clock.now()

        def store(connection: sqlite3.Connection) -> int:
            sending.not_later(connection, now)
            return sending.lease_ended(connection, now, all_of_them=True)

        return await self._store.write(store)

    async def revive(self, channel: str = "") -> int:
        """After a repair: rows that Slack refused go back into the queue, of one channel or all. Returns how many."""
        count = await self._store.write(lambda c: sending.revive(c, self._clock.now(), channel=channel))
        self.wake()
        return count

    async def prove(self) -> None:
        """Ask Slack whether the bot is welcome; once it is again, what was refused goes back into the queue."""
        try:
            await self._messenger.works()
        except Permanent as error:
            self._health.slack_problem = str(error)
            return
        except SlackError as error:
            log.info("Slack cannot be asked: %s", error)
            return
        await self._welcome()

    async def _welcome(self) -> None:
        self._health.slack_ok_at = self._clock.now()
        if self._health.slack_problem:
            self._health.slack_problem = ""
            await self.revive()

    async def tick(self) -> None:
        """Start what is due and may go now; one row at a time for each channel."""
        if self._scanning:
            self._again = True
            return
        self._scanning = True
        try:
            self._again = True
            while self._again and not self._stopped:
                self._again = False
                await self._scan()
        except StoreError as error:
            self._health.store_problem = str(error)
            log.error("the outbox cannot be read: %s", error)  # noqa: TRY400  the sentence says it all
        finally:
            self._scanning = False

    async def settle(self) -> None:
        """Until nothing is being sent; what waits for its time goes on waiting."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self, seconds: float = 5.0) -> None:
        """Send what is due, begin nothing more, and let what is being sent arrive; the rest is in the store."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.tick()
                await self.settle()
        self._stopped = True
        tasks = [*self._tasks, *([self._alarm] if self._alarm is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _scan(self) -> None:
        now = self._clock.now()
        rows = await self._store.read(lambda c: sending.due(c, now))
        for row in rows:
            place = row.subject if row.kind is Kind.EDIT else row.channel
            if place in self._busy or len(self._busy) >= AT_ONCE:
                continue
            wait = self._pace.wait(row)
            if wait > 0:
                self._alarm_in(wait)
                continue
            self._busy.add(place)
            self._spawn(self._deliver(row, place))

    async def _deliver(self, row: Delivery, place: str) -> None:
        try:
            if row.state is State.SENDING:
                await self._store.write(lambda c: sending.lease_ended(c, self._clock.now()))
            elif row.state is State.RECONCILE:
                await self._reconcile(row)
            else:
                await self._send(row)
        except StoreError as error:
            # What Slack took meanwhile is found in its history once the lease has ended.
            self._health.store_problem = str(error)
            log.error("delivery of %s: %s", row.subject, error)  # noqa: TRY400  the sentence says it all
        except Exception as error:
            log.exception("delivery of %s", row.subject)
            self._health.failing_jobs["delivery"] = type(error).__name__
            with suppress(StoreError):
                await self._park(row, self._backoff(row), f"a mistake of the bot itself: {type(error).__name__}")
        else:
            self._health.failing_jobs.pop("delivery", None)
            self._busy.discard(place)
            self.wake()
        finally:
            self._busy.discard(place)

    async def _send(self, row: Delivery) -> None:
        claimed = await self._store.write(lambda c: sending.claim(c, row.number, self._clock.now()))
        if claimed is None:
            return
        row = claimed
        said, shown = await self._store.read(lambda c: (self._say(c, row), outbox.shown(c, row.product, row.subject)))
        if said is None:
            await self._store.write(lambda c: sending.bury(c, row.number, "there is nothing to say about it any more"))
            return
        if row.kind is Kind.EDIT and shown is not None and shown.rev >= said.rev:
            await self._mark(row, Sent(shown.channel, shown.ts), said.rev)
            return
        message = compose(row, said, self._render)
        try:
            sent, rung = await self._call(row, message, shown)
        except SlackError as error:
            await self._failed(row, error, said)
        else:
            if rung != row.rung:
                log.warning("%s went out plainer (rung %s): Slack refused its layout", row.subject, rung)
            self._health.last_sent = self._clock.now()
            await self._mark(row, sent, said.rev)
            await self._welcome()
            await self._others(row, message, sent)

    async def _others(self, row: Delivery, message: dict[str, Any], sent: Sent) -> None:
        """A card that a person got while Slack refused it in the channel must not stay behind the one that is there.

        What is missed here is made up for by the next edit.
        """
        if row.about or row.kind not in (Kind.ROOT, Kind.EDIT):
            return
        # Each keeps the mark under which it can be looked up.
        message = {name: value for name, value in message.items() if name != "metadata"}
        for one in await self._store.read(lambda c: outbox.cards(c, row.product, row.subject)):
            if (one.channel, one.ts) != (sent.channel, sent.ts):
                with suppress(SlackError):
                    await self._messenger.update(one.channel, one.ts, message)

    def _say(self, connection: sqlite3.Connection, row: Delivery) -> Said | None:
        kind, _, id = row.subject.partition(":")
        speaker = self._speakers.get(kind)
        return speaker.say(connection, int(id), row) if speaker is not None else None

    async def _call(self, row: Delivery, message: dict[str, Any], shown: outbox.Shown | None) -> tuple[Sent, int]:
        """Send it, plainer and plainer while Slack refuses the layout."""
        rung, simpler = row.rung, simplify(message, row.rung)
        while True:
            if simpler is None:
                raise Permanent("invalid_blocks")
            try:
                self._pace.spend(row)
                if row.kind is Kind.EDIT and shown is not None:
                    return await self._messenger.update(shown.channel, shown.ts, simpler), rung
                if row.kind is Kind.THREAD and shown is not None:
                    return await self._messenger.post(
                        shown.channel, simpler, thread_ts=shown.ts, broadcast=row.broadcast
                    ), rung
                return await self._messenger.post(row.channel, simpler, thread_ts=row.thread), rung
            except BadBlocks as error:
                log.warning("Slack refuses the layout of %s: %s", row.subject, error)
                tried = simpler
                while simpler is not None and simpler == tried:
                    rung += 1
                    simpler = simplify(message, rung)
                await self._store.write(partial(sending.climb, number=row.number, rung=rung, error=str(error)))

    async def _failed(self, row: Delivery, error: SlackError, said: Said) -> None:
        now = self._clock.now()
        if isinstance(error, RateLimited):
            self._pace.gate(row, error.retry_after)
            await self._park(row, error.retry_after, str(error), count=False)
        elif isinstance(error, Permanent):
            await self._bury(row, error, said)
        elif isinstance(error, Unknown) and row.kind is not Kind.EDIT:
            await self._store.write(lambda c: sending.doubt(c, row.number, now + LOOK_AGAIN, str(error)))
        else:
            # An edit may be made twice, and what never left the house may be sent again.
            await self._park(row, self._backoff(row), str(error))

    async def _bury(self, row: Delivery, error: Permanent, said: Said) -> None:
        if error.everywhere:
            self._health.slack_problem = str(error)
        log.error("Slack refuses %s in %s: %s", row.subject, row.channel, error)

        def store(connection: sqlite3.Connection) -> None:
            sending.bury(connection, row.number, str(error))
            if row.kind is Kind.ROOT and said.person and not error.everywhere:
                outbox.post_to_person(connection, row.product, row.subject, self._clock.now(), user=said.person)
            if self._refused is not None:
                self._refused(connection, row, self._clock.now(), error=error.error, everywhere=error.everywhere)

        await self._store.write(store)

    async def _mark(self, row: Delivery, sent: Sent, rev: int) -> None:
        kind, _, id = row.subject.partition(":")

        def store(connection: sqlite3.Connection) -> None:
            now = self._clock.now()
            sending.mark_sent(connection, row.number, now, channel=sent.channel, ts=sent.ts, rev=rev)
            if row.kind is Kind.DM or row.channel.startswith("#"):
                places.learn(connection, row.product, row.channel, sent.channel, now)
            speaker = self._speakers.get(kind)
            if speaker is None:
                return
            if row.about:
                return
            if row.kind in (Kind.ROOT, Kind.DM):
                speaker.sent(connection, int(id), sent.channel, sent.ts)
            present = speaker.say(connection, int(id), row)
            if present is not None and present.rev > rev:
                outbox.edit(connection, row.product, row.subject, now)

        await self._store.write(store)

    async def _reconcile(self, row: Delivery) -> None:
        """Is it there? Found: adopt it. Not found twice: send it again. History closed to us: again, and say so."""
        since = (row.claimed_at or row.created_at) - SEARCH_BEFORE
        now = self._clock.now()
        try:
            channel, thread = await self._place(row)
            found = await self._messenger.find(channel, row.delivery_id, since, thread_ts=thread)
        except RateLimited as error:
            wait, reason = now + timedelta(seconds=error.retry_after), str(error)
            await self._store.write(lambda c: sending.doubt(c, row.number, wait, reason))
        except (NotSent, Unknown) as error:
            wait, reason = now + timedelta(seconds=self._backoff(row)), str(error)
            await self._store.write(lambda c: sending.doubt(c, row.number, wait, reason))
        except SlackError as error:
            reason = str(error)
            await self._store.write(lambda c: self._unreadable(c, row, now, reason))
        else:
            if found is not None:
                # Which revision it shows is not known, so an edit follows.
                await self._mark(row, found, rev=0)
            elif row.looks + 1 < LOOKS:
                again = now + LOOK_AGAIN
                await self._store.write(lambda c: sending.doubt(c, row.number, again, row.last_error, looked=True))
            else:
                await self._store.write(lambda c: sending.resend(c, row.number, now, may_repeat=False))

    async def _place(self, row: Delivery) -> tuple[str, str]:
        channel, thread = await self._store.read(lambda c: sending.place(c, row))
        if not channel and row.channel.startswith("#"):
            channel = await self._messenger.channel_named(row.channel[1:])
            await self._store.write(lambda c: places.learn(c, row.product, row.channel, channel, self._clock.now()))
        if not channel:
            raise Permanent("channel_not_found")
        return channel, thread

    def _unreadable(self, connection: sqlite3.Connection, row: Delivery, now: datetime, reason: str) -> None:
        """Wait for the history as long as that harms nobody, the longer the oftener it was sent; then send it again."""
        wait = NOBODY_KNOWS + (CARD_FIRST if row.kind is Kind.DM else timedelta())
        if row.prio >= Prio.NOTICE or sending.told_otherwise(connection, row):
            wait = CALLED_AGAIN if row.kind is Kind.DM else OTHERS_KNOW
        left = (row.claimed_at or row.created_at) + wait * (2 ** min(row.attempts, 8) - 1) - now
        if left > timedelta():
            sending.doubt(connection, row.number, now + min(left, LOOK_AGAIN * 5), reason)
        elif sending.nobody_waits(connection, row):
            sending.bury(connection, row.number, f"nobody knows whether it arrived, and it is over ({reason})")
        else:
            log.warning("%s may come twice: the history cannot be read (%s)", row.subject, reason)
            sending.resend(connection, row.number, now, may_repeat=True)

    async def _park(self, row: Delivery, seconds: float, error: str, *, count: bool = True) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        await self._store.write(lambda c: sending.park(c, row.number, until, error, count=count))

    def _backoff(self, row: Delivery) -> float:
        longest: float = min(LONGEST_BACKOFF, 2.0 ** min(row.attempts, 6))
        return longest * (0.5 + self._dice() / 2)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work, name="delivery")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _alarm_in(self, seconds: float) -> None:
        """Look again when the pace allows; the tick of the clockwork would come up to a second late."""
        if self._alarm is None or self._alarm.done():
            self._alarm = asyncio.create_task(self._ring(seconds), name="delivery-alarm")

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(min(seconds, 1.0))
        self.wake()
