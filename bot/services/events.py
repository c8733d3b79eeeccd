"""Counted events and trouble that others see: spikes, burnt error budgets, and what an outside monitor says."""

from __future__ import annotations

import hashlib
import logging
import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.asks import Reading, Signal
from bot.domain.burn import Level
from bot.domain.heard import EVENT_KINDS, Counted, Outside
from bot.domain.member import Member
from bot.domain.severity import Sev, Trouble, sev_of
from bot.domain.spike_words import KINDS as WORDS
from bot.domain.spike_words import SILENT, meant, severity_of, trouble_of
from bot.domain.spikes import QUIET, Silence
from bot.services import events_budgets, events_bursts, events_outside
from bot.services.config import Config
from bot.services.events_budgets import Burning
from bot.services.events_bursts import ENVIRONMENT, Found
from bot.services.events_outside import line
from bot.services.events_owners import named, owned, usual
from bot.services.incidents import Incidents, Recheck
from bot.store import event_counts, incidents
from bot.store.db import Store
from bot.store.event_counts import minute_of, moment_of

log = logging.getLogger(__name__)

LATE = timedelta(hours=1)
"""What comes later than this is not counted: its hour is judged already."""
AHEAD = timedelta(minutes=5)
"""How far the sender's clock may be ahead."""
MOST = 1_000_000
"""So many at once are taken at their word; more is a mistake of the sender."""
SAMPLE = 200
"""Characters."""
_HASH = re.compile(r"[0-9A-Za-z_-]{1,64}")
SLOWLY = timedelta(minutes=1)
"""How often budgets and silent receivers are looked at."""


class Events:
    """The one door to counted events."""

    def __init__(self, store: Store, clock: Clock, config: Callable[[], Config], incidents: Incidents) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._slowly_at: datetime | None = None

    def count(self, connection: sqlite3.Connection, counted: Counted, now: datetime) -> str:
        """Add to the minute's sum, within the caller's transaction; why it was not counted, "" where it was."""
        if counted.kind not in EVENT_KINDS:
            return f"No event is called {line(counted.kind, 40) or 'nothing'}."
        if counted.count < 1:
            return "A count is a whole number from 1 on."
        if counted.at - now > AHEAD:
            return "Its time lies in the future: is the clock of the sender right?"
        if now - counted.at > LATE:
            return "It is more than an hour old, and that hour has been judged already."
        config = self._config()
        event_counts.add(
            connection,
            config.product,
            (counted.kind, named(config, counted.service)),
            minute_of(min(counted.at, now)),
            min(counted.count, MOST),
            origin=_unreadable(counted.origin),
            sample=line(counted.sample, SAMPLE),
        )
        return ""

    def signal_of(self, outside: Outside, now: datetime) -> Signal:
        """What somebody else's alarm means to incidents; a service that nobody knows is told as nobody's."""
        return events_outside.signal_of(self._config(), outside, now)

    async def tick(self) -> int:
        """Look for spikes and burnt budgets, and tell the incidents; says how many are told now."""
        now, config = self._clock.now(), self._config()
        slowly = self._slowly_at is None or not timedelta(0) <= now - self._slowly_at < SLOWLY
        signals = await self._store.read(lambda c: told(c, config, now, slowly=slowly))
        await self._incidents.signal(signals)
        if slowly:
            self._slowly_at = now
        return sum(one.reading is Reading.DOWN for one in signals)

    def again_or(self, others: Recheck) -> Recheck:
        """Looks again at counts for "It's Fixed", and leaves what can be looked at from outside to `others`."""

        async def again(incident: int, names: tuple[str, ...]) -> None:
            own = tuple(name for name in names if is_own(name))
            if not own:
                await others(incident, names)
                return
            now, config = self._clock.now(), self._config()
            going_on = await self._store.read(lambda c: still(c, config, own, now))
            rest = tuple(name for name in names if name not in own)
            if going_on or not rest:
                # What only somebody else sees is taken from the person; if it is said again, it comes back.
                await self._incidents.rechecked(incident, good=not going_on, evidence=going_on)
            else:
                await others(incident, rest)

        return again


def _unreadable(origin: str) -> str:
    """Where it came from, as letters that tell nothing; what does not look like a hash is made one."""
    if not origin or _HASH.fullmatch(origin):
        return origin
    return hashlib.sha256(origin[:1000].encode("utf-8", "replace")).hexdigest()[:32]


def is_own(probe: str) -> bool:
    """Whether a member of an incident stands for something that is counted, or that somebody else sees."""
    counted = probe == SILENT or meant(probe) is not None
    return counted or probe.startswith((events_outside.PREFIX, events_budgets.PROBE))


def told(connection: sqlite3.Connection, config: Config, now: datetime, *, slowly: bool = True) -> list[Signal]:
    """All that counted events say now; without `slowly` only bursts."""
    live = _live(connection, config.product)
    tellings = [_of_burst(config, one, live) for one in events_bursts.found(connection, config, now)]
    if slowly:
        for service, silence in events_bursts.receivers(connection, config, now).items():
            tellings.append(_of_silence(service, silence))
        tellings += [_of_burn(config, one) for one in events_budgets.burning(connection, config.product, now)]
    kinds = {one.about for one in tellings}
    known = {(one.service, one.probe, one.trouble) for one in live}
    signals = [one.signal(config.product, now, known) for one in tellings]
    said = {(one.service, one.probe, one.trouble) for one in signals}
    for service, probe, trouble in sorted(known - said):
        if meant(probe) is None and not slowly:
            continue
        # The other shape of the same burst: it fails in another way now.
        gone = (service, _about(probe)) in kinds
        signals.append(_well(config.product, (service, probe, trouble), now, gone=gone))
    return signals


@dataclass(frozen=True, slots=True)
class _Telling:
    """Something that is to be said of one service."""

    service: str
    probe: str
    trouble: Trouble
    sev: Sev
    began: datetime
    last: datetime
    """When it was last seen to fail."""
    now: bool
    until: datetime
    """When it is believed to be over."""
    evidence: str

    @property
    def about(self) -> tuple[str, str]:
        return self.service, _about(self.probe)

    def signal(self, product: str, now: datetime, known: set[tuple[str, str, Trouble]]) -> Signal:
        fails = self.now or (self.service, self.probe, self.trouble) not in known
        return Signal(
            product, ENVIRONMENT, self.service, self.probe, self.trouble, self.sev,
            Reading.DOWN if fails else Reading.BETTER,
            first_failure=self.began, seen_at=min(now, self.last), evidence=self.evidence,
            until=None if fails else self.until,
        )  # fmt: skip


def _of_burst(config: Config, one: Found, live: Iterable[Member]) -> _Telling:
    burst, whose = one.burst, owned(config, one.service)
    before = next((m.trouble for m in live if (m.service, m.probe) == (one.service, one.probe)), None)
    # What it was called first it stays: one who gets through in between opens no second incident.
    trouble = before or trouble_of(one.kind, burst.shape, stopped=one.stopped)
    sev = severity_of(
        trouble, burst.shape, WORDS[one.kind].flow, critical=whose.critical or not whose.known, ceiling=whose.ceiling
    )
    return _Telling(
        one.service, one.probe, trouble, sev, moment_of(burst.began), moment_of(burst.newest + 1), burst.now,
        moment_of(burst.last + QUIET + 1), one.said,
    )  # fmt: skip


def _of_silence(service: str, one: Silence) -> _Telling:
    last = moment_of(one.last)
    return _Telling(
        service, SILENT, Trouble.ERRORS, Sev.THREE, last + timedelta(minutes=2 * one.longest),
        last + timedelta(minutes=2 * one.longest), True, last, events_bursts.said_of(one),
    )  # fmt: skip


def _of_burn(config: Config, one: Burning) -> _Telling:
    service = usual(config, one.flow.failed[0], WORDS[one.flow.failed[0]].flow)
    whose = owned(config, service)
    sev = sev_of(Trouble.ERRORS, critical=whose.critical or not whose.known, ceiling=whose.ceiling)
    if one.burn.pace.level is Level.TICKET:
        sev = max(sev, Sev.THREE)
    return _Telling(
        service, one.probe, Trouble.ERRORS, sev, one.at, one.at, one.now, one.at + events_budgets.KEEP, one.said
    )


def _about(probe: str) -> str:
    """What a probe stands for, whatever its shape."""
    found = meant(probe)
    return found[0] if found is not None else probe


def _live(connection: sqlite3.Connection, product: str) -> list[Member]:
    """Members of live incidents that stand for counted events."""
    return [
        member
        for incident in incidents.live(connection, product)
        if incident.environment == ENVIRONMENT and not incident.drill
        for member in incident.members
        if is_own(member.probe) and not member.probe.startswith(events_outside.PREFIX)
    ]


def _well(product: str, member: tuple[str, str, Trouble], now: datetime, *, gone: bool) -> Signal:
    service, probe, trouble = member
    reading = Reading.GONE if gone else Reading.UP
    return Signal(product, ENVIRONMENT, service, probe, trouble, Sev.FOUR, reading, first_failure=now, seen_at=now)


def still(connection: sqlite3.Connection, config: Config, probes: Iterable[str], now: datetime) -> str:
    """What still fails, of the last two minutes; "" where nothing does."""
    minute = minute_of(now)
    lately = event_counts.sums(connection, config.product, minute - 1, minute + 1)
    for probe in probes:
        found = meant(probe)
        if found is None:
            continue
        count = sum(one.count for one in lately if one.kind == found[0])
        if count > 1:
            words = WORDS[found[0]]
            return f"{count:,} {words.many} in the last two minutes"
    return ""
