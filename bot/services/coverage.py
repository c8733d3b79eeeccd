"""Whether every call of the next seven days finds somebody: said loudly once, and again only when it gets worse."""

from __future__ import annotations

import json
import logging
import sqlite3
from datetime import datetime

from bot.services.config import Config
from bot.services.members import ASKED
from bot.services.oncall import Roster, roster_of
from bot.services.people import INSTALLER, People
from bot.store import outbox, settings
from bot.store.outbox import Prio

log = logging.getLogger(__name__)

SAID = "coverage:said"
"""In the store's settings: marks of the troubles that the last notice told of."""
NUMBER = "coverage:number"
"""Which notice is the last."""
REV = "coverage:rev"
"""How often it has changed."""


def marks(roster: Roster) -> set[str]:
    """What is wrong, without the moments: tomorrow the same trouble is the same."""
    found = {f"gap|{one.service}|{one.why}|{','.join(one.names)}" for one in roster.gaps}
    found |= {f"lost|{one.name}|{one.why}" for one in roster.lost}
    return {"nobody"} if roster.nobody else found


def ask(connection: sqlite3.Connection, config: Config, channel: str, now: datetime) -> list[str]:
    """Look at coverage now: a new trouble is a new notice, one that is over an edit of the last one."""
    if config.file is None:
        return []
    people = People.of(config)
    roster = roster_of(connection, people, now)
    found, product = marks(roster), people.product
    known = settings.named(connection, product)
    if people.emails and ASKED not in known:
        # Slack has not yet been asked who has these addresses: nobody knows whether anybody is missing.
        return []
    said = set(json.loads(known.get(SAID) or "[]"))
    if found == said:
        return []
    settings.put(connection, product, SAID, json.dumps(sorted(found)), now)
    settings.put(connection, product, REV, str(rev(connection, product) + 1), now)
    number = int(known.get(NUMBER) or 0)
    if not found - said:
        outbox.edit(connection, product, f"coverage:{number}", now, prio=Prio.PROGRESS)
        return []
    number += 1
    settings.put(connection, product, NUMBER, str(number), now)
    subject = f"coverage:{number}"
    if channel:
        outbox.post(connection, product, subject, now, channel=channel, prio=Prio.NOTICE)
    resort = known.get(INSTALLER, "") if roster.nobody else roster.last_resort.slack if roster.last_resort else ""
    if resort and (roster.nobody or not channel):
        # About the first event of this notice: the channel's own message is the one that is edited.
        outbox.tell(connection, product, subject, now, user=resort, about=1 if channel else 0)
    if not channel and not resort:
        log.warning("nobody is on call, and there is nobody and no channel to say it to")
        return []
    return [subject]


def rev(connection: sqlite3.Connection, product: str) -> int:
    """How often what there is to say about coverage has changed."""
    return int(settings.get(connection, product, REV) or 0)
