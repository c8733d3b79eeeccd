"""Whom somebody means: by mention, by a name from launch.yml, or by an e-mail address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bot.adapters.slack import SlackError
from bot.domain.rota import Person
from bot.domain.scene import Contact
from bot.services.people import People
from bot.services.roles import No

if TYPE_CHECKING:
    from bot.services.container import Services

_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,200}\.[^@\s.]{2,24}")


def looks_like_one(word: str) -> bool:
    """Whether a word is a mention, a handle or an address, as opposed to a part of a sentence."""
    return word.startswith("@") or bool(_ID.fullmatch(word)) or bool(_EMAIL.fullmatch(word))


async def find(services: Services, word: str, now: datetime) -> Contact | None:
    """The person of that mention, name or address; None for nobody. Without a Slack id they cannot be called."""
    people = People.of(services.config)
    team = await services.store.read(lambda c: people.now(c, now))
    wanted = word.removeprefix("@").strip()
    if not wanted:
        return None
    if _ID.fullmatch(wanted):
        name = next((one.key for one in team.people.values() if one.slack == wanted), "")
        return None if not name and await _stranger(services, wanted, now) else Contact(name, wanted)
    for one in team.people.values():
        if one.key.casefold() == wanted.casefold():
            return Contact(one.key, one.slack)
    if _EMAIL.fullmatch(wanted):
        return await _by_address(services, wanted, team.people)
    return None


async def _stranger(services: Services, user: str, now: datetime) -> bool:
    """Whether Slack says that there is nobody of that id to call."""
    return await services.roles.refusal(user, now) in (No.STRANGER, No.BOT, No.GONE)


async def _by_address(services: Services, address: str, known: Mapping[str, Person]) -> Contact | None:
    file = services.config.file
    for name, one in (file.people if file else {}).items():
        if one.email and str(one.email).casefold() == address.casefold() and (found := known.get(name)) and found.slack:
            return Contact(name, found.slack)
    try:
        profile = await services.roles.by_email(address)
    except SlackError:
        return None
    return Contact(profile.name, profile.id) if profile is not None and profile.id else None


def zone_of(services: Services, user: str) -> str:
    """Where a person's day begins: as launch.yml says, else as Slack does, else the product's."""
    people = People.of(services.config)
    named = next((one.zone for one in people.team.people.values() if one.slack == user and one.zone), "")
    return named or services.roles.zone(user) or people.time_zone
