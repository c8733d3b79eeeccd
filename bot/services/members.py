"""Who the people of `launch.yml` are in Slack: found by id or e-mail address, and noticed when they leave.

Slack is asked once a day, after a change of the file, and when it has refused to write to somebody. What it does not
answer changes nothing: nobody is called gone because a request was lost.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.slack import Messenger, Permanent, Profile, SlackError
from bot.clock import Clock
from bot.services.config import Config
from bot.services.oncall import UNASKED
from bot.services.people import FOUND, GONE, INSTALLER, People
from bot.store import outbox, settings, turns
from bot.store.codes import from_ms, to_ms
from bot.store.db import Store

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
ASKED = "members:asked_at"
"""In the store's settings: when Slack had answered all questions."""
OF = "members:of"
"""In the store's settings: about which people it was asked."""
SCOPE = "users:read.email"
NO_SUCH = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
"""Slack's words for: nobody."""


@dataclass(slots=True)
class Learnt:
    """What Slack has said; only this is written down."""

    reasons: dict[str, str] = field(default_factory=dict)
    """By Slack id: why somebody cannot be called; "" for those who can."""
    found: dict[str, str] = field(default_factory=dict)
    """By name: the Slack id that goes with the e-mail address; "" where there is none."""
    installer: str | None = None
    """None: not asked, or not answered."""
    no_scope: bool | None = None
    complete: bool = True
    """Whether every question was answered."""


class Members:
    """Asks Slack about people, and writes down what is new."""

    def __init__(self, store: Store, clock: Clock, config: Callable[[], Config], messenger: Messenger) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._messenger = messenger

    async def due(self) -> bool:
        """Whether a day has gone by, other people stand in launch.yml, or Slack refused to write to somebody."""
        people = People.of(self._config())

        def look(connection: sqlite3.Connection) -> tuple[dict[str, str], list[datetime]]:
            refused = [one for one in outbox.errors(connection, people.product) if one.kind is outbox.Kind.DM]
            return settings.named(connection, people.product), [one.created_at for one in refused]

        known, refused = await self._store.read(look)
        text = known.get(ASKED, "")
        if not text.isdigit() or known.get(OF) != _print(people):
            return True
        asked = from_ms(int(text))
        if any(one > asked for one in refused):
            return True
        return not timedelta(0) <= self._clock.now() - asked < EVERY

    async def refresh(self) -> bool:
        """Ask about everybody now; False where Slack did not answer everything, so that it is tried again soon."""
        people, now = People.of(self._config()), self._clock.now()

        def look(connection: sqlite3.Connection) -> tuple[dict[str, str], list[str]]:
            swaps = [one.person for one in turns.ahead(connection, people.product, now)]
            return settings.named(connection, people.product), swaps

        known, swaps = await self._store.read(look)
        learnt = Learnt()
        try:
            await self._addresses(people, learnt)
            ids = [one.slack for one in people.team.people.values()] + list(learnt.found.values())
            ids += [one for one in swaps if one[:1] in ("U", "W") and one.isalnum() and one.isupper()]
            for id in dict.fromkeys(filter(None, ids)):
                if id not in learnt.reasons:
                    learnt.reasons[id] = why_not(await self._person(id))
            learnt.installer = await self._owner(known.get(INSTALLER, ""))
        except SlackError as error:
            learnt.complete = False
            log.warning("Slack was asked about people and did not answer everything: %s", error)
        await self._store.write(lambda c: _keep(c, people, known, learnt, now))
        return learnt.complete

    async def _addresses(self, people: People, learnt: Learnt) -> None:
        for name, email in people.emails.items():
            try:
                profile = await self._messenger.by_email(email)
            except Permanent as error:
                if error.error == "missing_scope":
                    learnt.no_scope = True
                    log.warning("people cannot be found by e-mail: the app lacks %s", SCOPE)
                    return
                if error.error not in NO_SUCH:
                    raise
                learnt.found[name] = ""
            else:
                learnt.found[name] = profile.id
                learnt.reasons[profile.id] = why_not(profile)
        learnt.no_scope = False

    async def _owner(self, before: str) -> str:
        """The workspace's primary owner: the one known, while that is still so, else looked for in the list."""
        if before:
            profile = await self._person(before)
            if profile is not None and profile.primary_owner and not profile.gone:
                return before
        return await self._messenger.primary_owner()

    async def _person(self, id: str) -> Profile | None:
        try:
            return await self._messenger.person(id)
        except Permanent as error:
            if error.error in NO_SUCH:
                return None
            raise


def why_not(profile: Profile | None) -> str:
    """Why somebody cannot be called; "" for those who can."""
    if profile is None:
        return "not_in_slack"
    if profile.gone:
        return "left"
    return "bot" if profile.bot else "guest" if profile.guest or profile.stranger else ""


def _keep(
    connection: sqlite3.Connection, people: People, known: Mapping[str, str], learnt: Learnt, now: datetime
) -> None:
    wanted = {GONE + id: why for id, why in learnt.reasons.items()}
    wanted |= {FOUND + name: id for name, id in learnt.found.items()}
    if learnt.installer is not None:
        wanted[INSTALLER] = learnt.installer
    if learnt.no_scope is not None:
        wanted[UNASKED] = "yes" if learnt.no_scope else ""
    if learnt.complete:
        # Names that have gone from launch.yml, or got an id there, are not looked up any more.
        wanted |= {
            name: "" for name in known if name.startswith(FOUND) and name.removeprefix(FOUND) not in people.emails
        }
        wanted |= {ASKED: str(to_ms(now)), OF: _print(people)}
    for name, value in wanted.items():
        if not value:
            settings.remove(connection, people.product, name)
        elif known.get(name) != value:
            settings.put(connection, people.product, name, value, now)


def _print(people: People) -> str:
    """A short mark of who is asked about."""
    who = sorted((name, one.slack, people.emails.get(name, "")) for name, one in people.team.people.items())
    return hashlib.sha256(repr(who).encode()).hexdigest()[:16]
