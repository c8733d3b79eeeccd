"""What is heard of a deploy becomes its row, within one transaction: matched, folded, and what follows is asked for."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.blockkit.words import clean, safe_url
from bot.config.team import Deploy as Written
from bot.domain import deploys as rules
from bot.domain.deploys import OLD, Deploy, Stage, Walked
from bot.domain.heard import Marker, Progress, range_page
from bot.services.alerts import channel_of
from bot.services.config import Config
from bot.services.deploy_figures import speed
from bot.services.events_owners import named
from bot.services.people import People
from bot.services.smoke import Cause
from bot.store import deploys as rows
from bot.store import outbox
from bot.store.outbox import Prio
from checks.masking import mask

SUBJECT = "deploy"
VERSION, WHO, NOTE = 100, 100, 300
"""Characters that are kept."""
LAUNCH = "launch"
"""What `launch deploy` is called as a sender."""
SLOW = timedelta(minutes=2)
"""How much later a sender may tell of what another one told already."""
_COMMIT = re.compile("[0-9a-fA-F]{7,64}")
_SILENT = frozenset({Stage.RELEASED, Stage.CANCELLED, Stage.SUPERSEDED, Stage.UNDONE})
"""What has no message where it had none before."""


class Walks(Protocol):
    """Who walks flows."""

    def flows(self) -> tuple[str, ...]:
        """Ids of the flows that there are."""
        ...

    def ask(
        self,
        connection: sqlite3.Connection,
        now: datetime,
        cause: Cause,
        *,
        flows: Sequence[str] = (),
        deploy: int = 0,
        asked_by: str = "",
        channel: str = "",
    ) -> int:
        """Write a walk down, within the caller's transaction; answers its number."""
        ...

    def result(self, connection: sqlite3.Connection, run: int) -> Walked | None:
        """What a walk said; None while it is not over."""
        ...


@dataclass(frozen=True, slots=True)
class Intake:
    """Works for the configuration of a moment."""

    config: Config
    walks: Walks

    @property
    def written(self) -> Written:
        """What `launch.yml` says about deploys."""
        file = self.config.file
        return (file.deploy if file else None) or Written()

    def heard(self, connection: sqlite3.Connection, marker: Marker, now: datetime) -> int:
        """The number of the deploy that the report is about; 0 for a preview that is to be ignored."""
        marker = tidy(marker, now)
        # A sender's own name of a service is only good where launch.yml knows it; else it is about the whole product.
        marker = replace(marker, service=named(self.config, marker.service))
        if not marker.version or (marker.environment == "preview" and self.written.previews == "ignore"):
            return 0
        before = self._match(connection, marker)
        deploy = rules.fold(before, marker, now, product=self.config.product)
        if before is not None and before.source != marker.source and marker.key:
            name = f"{marker.source}:{marker.key}"
            deploy = deploy if name in deploy.also else replace(deploy, also=(*deploy.also, name))
        if deploy == before:
            return before.id
        if not deploy.id:
            deploy = replace(deploy, id=rows.put(connection, deploy, None))
        past = rows.live_before(connection, deploy)
        had = past[0].version if past and not rules.same_version(past[0].version, deploy.version) else ""
        good = rows.last_good(past, deploy.version)
        previous = good if past else deploy.previous
        changes = range_page(deploy.compare_url, past[0].commit if had else "")
        deploy = replace(deploy, previous=previous, instead_of=had or deploy.instead_of, compare_url=changes)
        if deploy.stage is Stage.LIVE and (before is None or before.stage is not Stage.LIVE):
            deploy = self._went_live(connection, deploy, past, now)
        self.keep(connection, deploy, now)
        return deploy.id

    def keep(
        self, connection: sqlite3.Connection, deploy: Deploy, now: datetime, *, due: datetime | None = None
    ) -> Deploy:
        """Write it down as a new revision, with what is to be done next, and have its message posted or edited."""
        fresh = now - (deploy.live_at or deploy.began_at) < OLD
        first = not deploy.told and fresh and deploy.environment != "preview" and deploy.stage not in _SILENT
        deploy = replace(deploy, rev=deploy.rev + 1, told=deploy.told or first)
        late = timedelta(seconds=self.written.late_after)
        rows.put(connection, deploy, due or rules.next_look(deploy, now, late))
        subject = f"{SUBJECT}:{deploy.id}"
        if first:
            people = People.of(self.config)
            channel = channel_of(connection, self.config) or people.last_resort(connection, deploy.service, now)
            outbox.post(connection, deploy.product, subject, now, channel=channel, prio=Prio.NOTICE)
        elif deploy.told:
            prio = Prio.HUMAN if deploy.judged or deploy.stage in rules.OVER else Prio.PROGRESS
            outbox.edit(connection, deploy.product, subject, now, prio=prio)
        return deploy

    def _match(self, connection: sqlite3.Connection, marker: Marker) -> Deploy | None:
        """The deploy that a report is about: by its sender's id, else by version, place and time."""
        product = self.config.product
        known = rows.by_key(connection, product, marker.source, marker.key) if marker.key else None
        if known is not None:
            return known
        # Previews are many: they must not crowd out what customers have.
        near = rows.recent(connection, product, environment=marker.environment)
        if marker.key:
            name = f"{marker.source}:{marker.key}"
            known = next((one for one in near if name in one.also), None)
        else:
            known = next((one for one in near if _again(one, marker) and not _replaced(connection, one, marker)), None)
        if known is not None:
            return known
        known = next((one for one in near if one.stage is not Stage.UNDONE and rules.belongs(one, marker)), None)
        return None if known is not None and _went_back(connection, known, marker) else known

    def _went_live(
        self, connection: sqlite3.Connection, deploy: Deploy, past: Sequence[Deploy], now: datetime
    ) -> Deploy:
        """Customers have it: what was live until now is over, and it is tried."""
        live_at = deploy.live_at or now
        if deploy.instead_of:
            had_before = (name for one in past for name in (one.version, one.instead_of))
            deploy = replace(deploy, back=any(rules.same_version(name, deploy.version) for name in had_before))
        if rows.live_after(connection, deploy) is not None:
            return rules.superseded(deploy, now)
        for number, one in enumerate(past):
            if one.stage not in rules.OVER and (number == 0 or not one.judged):
                self.keep(connection, rules.replaced(one, deploy, now), now)
        if not deploy.production:
            return deploy
        deploy = replace(deploy, before=speed(connection, deploy.product, live_at - rules.WINDOW, live_at))
        if now - live_at >= OLD:
            return replace(deploy, ended_at=now)
        if not self.walks.flows():
            return deploy
        run = self.walks.ask(connection, now, Cause.DEPLOY, deploy=deploy.id)
        return replace(deploy, stage=Stage.SMOKE, run=run, asked_at=now)


def _again(deploy: Deploy, marker: Marker) -> bool:
    """Whether a report without an id of its sender's is about a deploy that the same sender named before."""
    place = (deploy.source, deploy.environment, deploy.service)
    if deploy.key or deploy.stage is Stage.UNDONE or place != (marker.source, marker.environment, marker.service):
        return False
    last = max(at for at in (deploy.began_at, deploy.live_at, deploy.ended_at) if at is not None)
    near = deploy.began_at - rules.MERGE <= marker.at <= last + rules.MERGE
    return near and rules.same_version(deploy.version, marker.version)


def _replaced(connection: sqlite3.Connection, deploy: Deploy, marker: Marker) -> bool:
    """Whether another version went live in between: then the same one again is a deploy of its own."""
    later = None if deploy.live_at is None else rows.live_after(connection, deploy)
    return later is not None and later.live_at is not None and later.live_at < marker.at


def _went_back(connection: sqlite3.Connection, deploy: Deploy, marker: Marker) -> bool:
    """Whether another sender's report says that customers get it once more, after another one was live.

    Who has told of neither may be slow, and speak of the first time still: a person is not, nor is who speaks later.
    A version that fails so late was live already.
    """
    if marker.progress not in (Progress.STARTED, Progress.LIVE) or not _replaced(connection, deploy, marker):
        return False
    later = rows.live_after(connection, deploy)
    since = None if later is None else later.live_at
    return recorded_by_hand(marker) or (since is not None and marker.at - since > SLOW)


def recorded_by_hand(report: Deploy | Marker) -> bool:
    """Whether a person told it: in Slack, or by `launch deploy`, which in CI has a key."""
    return report.source == "slack" or (report.source == LAUNCH and not report.key)


def tidy(marker: Marker, now: datetime) -> Marker:
    """The report as it may be stored: bounded, masked, on one line, and not from the future."""
    commit = marker.commit.lower() if _COMMIT.fullmatch(marker.commit) else ""
    return replace(
        marker,
        at=min(marker.at, now),
        version=_line(marker.version, VERSION),
        key=marker.key[:200],
        service=_line(marker.service, VERSION),
        author=_line(marker.author, WHO),
        note=_line(mask(marker.note), NOTE),
        before=_line(marker.before, VERSION),
        commit=commit,
        url=safe_url(marker.url),
        log_url=safe_url(marker.log_url),
        compare_url=safe_url(marker.compare_url),
    )


def _line(text: str, most: int) -> str:
    return " ".join(clean(text[: 4 * most]).split())[:most]
