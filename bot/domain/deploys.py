"""A deploy: one version on its way to customers, from its start to the verdict. Pure.

started → live → smoke → good | bad; or failed, cancelled, superseded, or stuck where its sender never says an end.

Reports come twice, late, and in any order: what the furthest of them says holds, and nothing takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.heard import Marker, Progress


class Stage(StrEnum):
    """How far it is."""

    RELEASED = "released"
    """Only its name and notes are known; nothing moves by that."""
    STARTED = "started"
    LIVE = "live"
    """Customers have it. Nothing was tried yet; or, with `ended_at`, nothing could be tried."""
    SMOKE = "smoke"
    """Flows are being walked."""
    GOOD = "good"
    BAD = "bad"
    """It is live and something is broken."""
    FAILED = "failed"
    """It never went live."""
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    """A newer one went live before this one was judged."""
    STUCK = "stuck"
    """Nobody said how it ended."""
    UNDONE = "undone"
    """Somebody had recorded it by mistake."""


WENT_LIVE = frozenset({Stage.LIVE, Stage.SMOKE, Stage.GOOD, Stage.BAD, Stage.SUPERSEDED})
"""Stages at which customers have had it (one that was superseded only with `live_at`)."""
JUDGED = frozenset({Stage.GOOD, Stage.BAD})
OVER = frozenset({Stage.FAILED, Stage.CANCELLED, Stage.SUPERSEDED, Stage.UNDONE})
MERGE = timedelta(minutes=30)
"""Reports of two senders about one version belong together within this."""
_RANK: Mapping[Progress, int] = MappingProxyType(
    {Progress.RELEASED: 0, Progress.STARTED: 1, Progress.CANCELLED: 2, Progress.FAILED: 3, Progress.LIVE: 4}
)
_STAGE: Mapping[Progress, Stage] = MappingProxyType(
    {
        Progress.RELEASED: Stage.RELEASED,
        Progress.STARTED: Stage.STARTED,
        Progress.CANCELLED: Stage.CANCELLED,
        Progress.FAILED: Stage.FAILED,
        Progress.LIVE: Stage.LIVE,
    }
)
_HEX = re.compile(r"[0-9a-f]{7,64}")
_NUMBER = re.compile(r"v(?=\d)")


@dataclass(frozen=True, slots=True)
class Speed:
    """How the product did for a stretch of time, over all its monitors."""

    minutes: int
    n: int
    """Looks that count, those that failed included."""
    p95_ms: float | None
    """None below 20 looks."""
    bad: int
    """Looks that failed."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What the smoke flows said about it; with `run` 0 what a look at the monitors said instead."""

    run: int
    good: int
    of: int
    broken: tuple[str, ...] = ()
    """Flows that failed, as people call them."""
    why: str = ""
    """The first failure in a sentence, masked."""
    older: tuple[str, ...] = ()
    """Of what is broken, what had failed already before this version went live."""


@dataclass(frozen=True, slots=True)
class Deploy:
    """One deploy as it stands. `rev` grows with each change."""

    id: int
    product: str
    source: str
    key: str
    version: str
    environment: str
    stage: Stage
    began_at: datetime
    service: str = ""
    author: str = ""
    note: str = ""
    commit: str = ""
    url: str = ""
    log_url: str = ""
    compare_url: str = ""
    previous: str = ""
    """The last good version of the same service and environment before it."""
    live_at: datetime | None = None
    ended_at: datetime | None = None
    """When the verdict fell, or it was over without one."""
    walked: Walked | None = None
    before: Speed | None = None
    after: Speed | None = None
    incident: int = 0
    rev: int = 0
    progress: Progress = Progress.RELEASED
    """The furthest that was reported."""
    also: tuple[str, ...] = ()
    """Other senders' reports of the same one, as `source:key`."""
    instead_of: str = ""
    """The version that was live until this one; where it never went live, the one that customers kept."""
    replaced_by: str = ""
    """The version that went live after its verdict."""
    back: bool = False
    """A version that customers have had before is live again: somebody rolled back."""
    seen: str = ""
    """What customers still get, minutes after its sender said that it is live."""
    run: int = 0
    """The walk that was asked for last."""
    asked_at: datetime | None = None
    """When that was."""
    tries: int = 0
    """Looks at the monitors that did not settle it."""
    told: bool = False
    """It has a message of its own."""

    @property
    def production(self) -> bool:
        """Whether customers are concerned."""
        return self.environment == "production"

    @property
    def walking(self) -> bool:
        """Whether a walk was asked for that has not been read yet."""
        return self.run > 0 and (self.walked is None or self.walked.run != self.run)

    @property
    def judged(self) -> bool:
        """Whether customers have it and nothing more is awaited."""
        return self.stage in JUDGED or (self.stage is Stage.LIVE and self.ended_at is not None)


def fold(deploy: Deploy | None, marker: Marker, now: datetime, previous: str = "", product: str = "") -> Deploy:
    """The deploy as it stands after one more report; the same one where the report says nothing new.

    `previous` is the last good version before it. What the furthest report says holds: one that was live stays live,
    whatever is said of it later; a failed one that goes live after all is live.
    """
    at = min(marker.at, now)
    if deploy is None:
        blank = Deploy(0, product, marker.source, marker.key, marker.version, marker.environment, Stage.RELEASED, at)
        return fold(blank, marker, now, previous)
    further = _RANK[marker.progress] > _RANK[deploy.progress]
    progress = marker.progress if further else deploy.progress
    had = "" if same_version(marker.before, deploy.version) else short(marker.before)
    told = replace(
        deploy,
        began_at=min(deploy.began_at, at),
        progress=progress,
        service=deploy.service or marker.service,
        author=deploy.author or marker.author,
        note=deploy.note or marker.note,
        commit=max(deploy.commit, marker.commit, key=len),
        url=deploy.url or marker.url,
        log_url=deploy.log_url or marker.log_url,
        compare_url=deploy.compare_url or marker.compare_url,
        previous=previous or deploy.previous or had,
        instead_of=deploy.instead_of or had,
    )
    if marker.progress is Progress.LIVE:
        told = replace(told, live_at=at if told.live_at is None else min(told.live_at, at))
    if (further or deploy.stage is Stage.RELEASED) and deploy.stage is not Stage.UNDONE:
        told = _moved(told, at)
    return told


def _moved(deploy: Deploy, at: datetime) -> Deploy:
    """It is where its furthest report says."""
    stage = _STAGE[deploy.progress]
    return replace(deploy, stage=stage, ended_at=at if stage in OVER else None)


def overdue(deploy: Deploy, now: datetime, *, newer: bool) -> Deploy:
    """Nobody has said for long how it ended; where a newer one is live, that is how."""
    if deploy.stage is not Stage.STARTED:
        return deploy
    return superseded(deploy, now) if newer else replace(deploy, stage=Stage.STUCK)


def superseded(deploy: Deploy, now: datetime) -> Deploy:
    """A newer one is live. What was judged keeps its verdict."""
    if deploy.judged or deploy.stage in OVER:
        return deploy
    return replace(deploy, stage=Stage.SUPERSEDED, ended_at=now)


def replaced(deploy: Deploy, by: Deploy, now: datetime) -> Deploy:
    """Another one is live now; where its verdict has fallen, that is only written beside it.

    A walk that still goes on for it sees the other one, and says nothing about it any more.
    """
    return replace(deploy, replaced_by=by.version, run=0) if deploy.judged else superseded(deploy, now)


def live_now(deploy: Deploy) -> bool:
    """Whether it is what customers have, as far as its own row tells."""
    return deploy.production and deploy.stage in WENT_LIVE - OVER and not deploy.replaced_by


def judged(deploy: Deploy, walked: Walked, now: datetime) -> Deploy:
    """The verdict: good where everything was, bad where something broke; else nobody knows, and it stays live."""
    if deploy.live_at is None or deploy.stage in OVER:
        return deploy
    whole = walked.of > 0 and walked.good == walked.of
    stage = Stage.BAD if walked.broken else Stage.GOOD if whole else Stage.LIVE
    return replace(deploy, stage=stage, walked=walked, ended_at=now)


def same_version(one: str, other: str) -> bool:
    """Whether two names mean one version: `v43` and `43`, or a commit and its first seven letters or more."""
    first, second = _NUMBER.sub("", one.strip().lower(), 1), _NUMBER.sub("", other.strip().lower(), 1)
    if not first or not second:
        return False
    if _commit(first) and _commit(second):
        return first.startswith(second) or second.startswith(first)
    return first == second


def short(version: str) -> str:
    """A whole commit by its first seven letters, as people write it; everything else as it is."""
    return version[:7] if len(version) >= 40 and _HEX.fullmatch(version.lower()) else version


def alike(one: str, other: str) -> bool:
    """Whether two names are of one kind, so that their difference says something: both commits, or neither."""
    return _commit(one.strip().lower()) == _commit(other.strip().lower())


def _commit(name: str) -> bool:
    """A row of seven figures and letters or more; a date or a build number has no letters."""
    return _HEX.fullmatch(name) is not None and not (name.isdigit() and len(name) < 40)


def belongs(deploy: Deploy, marker: Marker) -> bool:
    """Whether another sender's report is about this deploy: one version, one place, at about one time."""
    if deploy.environment != marker.environment or (deploy.service and marker.service not in ("", deploy.service)):
        return False
    if deploy.source == marker.source or any(one.startswith(f"{marker.source}:") for one in deploy.also):
        return False
    moments = [deploy.began_at, deploy.live_at, deploy.ended_at]
    if not any(at is not None and abs(marker.at - at) <= MERGE for at in moments):
        return False
    named = [one for one in (deploy.version, deploy.commit) if one]
    return any(same_version(one, other) for one in named for other in (marker.version, marker.commit) if other)


ASK = timedelta(seconds=5)
"""How often a walk is asked for that nobody has reported."""
LOOKS = (timedelta(seconds=5), timedelta(seconds=25), timedelta(seconds=30))
"""Pauses before each look at the monitors, where there are no flows: a release may be rough for a minute."""
LINK = timedelta(seconds=15)
"""How often the incident of a bad one is looked for."""
LINKED = timedelta(minutes=2)
"""So long after the verdict its incident may still be found to have the same cause as another one."""
WINDOW = timedelta(minutes=10)
"""The stretch before and after it that is compared."""
OLD = timedelta(hours=24)
"""What is heard so long afterwards is written down, and neither told nor tried."""


def next_look(deploy: Deploy, now: datetime, late_after: timedelta) -> datetime | None:
    """When there is something to do about it next; None where nothing is awaited. It follows from the row alone."""
    if deploy.environment == "preview" or now - (deploy.live_at or deploy.began_at) >= OLD:
        return None
    match deploy.stage:
        case Stage.STARTED:
            return deploy.began_at + late_after
        case Stage.FAILED:
            return now if deploy.production and not deploy.incident else None
        case Stage.SMOKE:
            return now + ASK
        case Stage.LIVE | Stage.GOOD | Stage.BAD if deploy.walking:
            return now + ASK
        case Stage.LIVE if deploy.production and deploy.ended_at is None:
            return now + LOOKS[min(deploy.tries, len(LOOKS) - 1)]
    if deploy.live_at is None or not deploy.judged or deploy.after is not None or not deploy.production:
        return None
    compared = deploy.live_at + WINDOW
    settling = deploy.ended_at is not None and now - deploy.ended_at < LINKED
    unlinked = deploy.stage is Stage.BAD and (settling or not deploy.incident)
    return min(compared, now + LINK) if unlinked else compared


def tried(deploy: Deploy) -> str:
    """`4 of 4 flows work`, `2 of 3 pages work`; "" where nothing was tried."""
    walked = deploy.walked
    if walked is None:
        return "under way" if deploy.stage is Stage.SMOKE else ""
    what = "flows" if walked.run else "pages"
    if not walked.of:
        return "nothing to try" if deploy.judged else ""
    unseen = walked.of - walked.good - len(walked.broken)
    told = f"{walked.good} of {walked.of} {what} work"
    return f"{told}, {unseen} could not be tried" if unseen > 0 else told
