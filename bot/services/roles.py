"""Who may do what: any full member of the workspace may work on an incident; some things are for owners alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from bot.adapters.slack import Permanent, Profile, SlackError

if TYPE_CHECKING:
    from bot.services.config import Config

log = logging.getLogger(__name__)

KEEP = timedelta(minutes=10)
"""How long what Slack says about a person is believed without asking again."""
MEANWHILE = timedelta(days=1)
"""How long it will do for a click while Slack is asked anew: whoever takes an incident does not wait for that."""
MOST = 5_000
"""People that are remembered."""
NOT_THERE = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


class No(StrEnum):
    """Why somebody may not."""

    GUEST = "guest"
    STRANGER = "stranger"
    """From another workspace."""
    BOT = "bot"
    GONE = "gone"
    """Their account is switched off."""
    NOT_OWNER = "not_owner"


Ask = Callable[[str], Awaitable[Profile]]


@dataclass(slots=True)
class Roles:
    """What is known about people. Without `ask`, or where Slack does not answer, nobody is held up for being a guest.

    An outage of Slack's directory must not keep anybody from working on an outage of the product.
    """

    ask: Ask | None = None
    team: str = ""
    """The id of the bot's own workspace."""
    find: Ask | None = None
    """Who has an e-mail address."""
    _known: dict[str, tuple[datetime, Profile]] = field(default_factory=dict)
    _asking: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def refusal(self, user: str, now: datetime, *, team: str = "", config: Config | None = None) -> No | None:
        """Why this person may not; None: they may. With a configuration: whether they are an owner of the product."""
        if team and self.team and team != self.team:
            return No.STRANGER
        try:
            profile = await self.profile(user, now, fresh=config is not None)
        except Permanent as error:
            if error.error in NOT_THERE:
                return No.STRANGER
            profile = None
        except SlackError:
            profile = None
        if profile is not None and (refused := self._about(profile)) is not None:
            return refused
        return None if config is None or owns(user, profile, config) else No.NOT_OWNER

    async def profile(self, user: str, now: datetime, *, fresh: bool = False) -> Profile | None:
        """What Slack knows of a person; None where nobody can be asked. Raises `SlackError`.

        What is older than ten minutes will do for a day while it is asked anew, unless it must be `fresh`.
        """
        if self.ask is None:
            return None
        known = self._known.get(user)
        if known is not None and now - known[0] < KEEP:
            return known[1]
        if known is not None and not fresh and now - known[0] < MEANWHILE:
            if user not in self._asking:
                self._asking[user] = asyncio.create_task(self._again(self.ask, user, now), name="who-is-it")
            return known[1]
        return await self._asked(self.ask, user, now)

    async def meet(self, users: Iterable[str], now: datetime) -> None:
        """Ask about people before they click, once a day at least; whom Slack does not tell of is asked about then."""
        for user in users:
            known = self._known.get(user)
            if self.ask is None or (known is not None and now - known[0] < MEANWHILE / 2):
                continue
            with suppress(SlackError):
                await self._asked(self.ask, user, now)

    async def _again(self, ask: Ask, user: str, now: datetime) -> None:
        try:
            await self._asked(ask, user, now)
        except SlackError:
            # Gone, or Slack does not say: the next click hears it.
            self._known.pop(user, None)
        finally:
            self._asking.pop(user, None)

    async def _asked(self, ask: Ask, user: str, now: datetime) -> Profile:
        known = self._known.get(user)
        try:
            profile = await ask(user)
        except Permanent:
            raise
        except SlackError as error:
            log.warning("Slack could not say who %s is: %s", user, error)
            if known is not None:
                return known[1]
            raise
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[user] = (now, profile)
        return profile

    async def by_email(self, address: str) -> Profile | None:
        """Who has that address; None where nobody can be asked. Raises `SlackError`."""
        return None if self.find is None else await self.find(address)

    def zone(self, user: str) -> str:
        """The time zone that Slack gave for a person when it was last asked; empty where it was not, or is none."""
        known = self._known.get(user)
        return known[1].zone if known is not None and known[1].zone in available_timezones() else ""

    def _about(self, profile: Profile) -> No | None:
        if profile.bot:
            return No.BOT
        if profile.stranger or (profile.team and self.team and profile.team != self.team):
            return No.STRANGER
        if profile.gone:
            return No.GONE
        return No.GUEST if profile.guest else None


def owns(user: str, profile: Profile | None, config: Config) -> bool:
    """Whether someone is an owner of the product; where launch.yml names none, the workspace's own owners are."""
    people = config.file.people if config.file else {}
    owners = {one.slack for one in people.values() if one.role == "owner" and one.slack}
    if owners:
        return user in owners
    return profile is None or profile.admin
