"""What there is to say about a day, a person's morning, a week of noise, and about coverage."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from bot.services import coverage
from bot.services.config import Config
from bot.services.digest import digest_of, yours
from bot.services.noise import noise_of
from bot.services.oncall import roster_of
from bot.services.people import People
from bot.speakers.said import Said
from bot.store.outbox import Delivery
from bot.views import digest as digest_view
from bot.views import noise as noise_view
from bot.views import oncall as oncall_view


def digest(connection: sqlite3.Connection, config: Config, id: int, row: Delivery, now: datetime) -> Said | None:
    """The summary of a day; `id` is the day's number."""
    told = digest_of(connection, config, date.fromordinal(id), row.said, now)
    resort = told.roster.last_resort
    return Said(digest_view.digest(told), 1, resort.slack if resort is not None else "")


def morning(connection: sqlite3.Connection, config: Config, row: Delivery, now: datetime) -> Said | None:
    """What waits for the person that the row goes to."""
    return Said(digest_view.morning(yours(connection, People.of(config), row.channel, now)), 1)


def noise(connection: sqlite3.Connection, config: Config, id: int) -> Said | None:
    """The week that ended on the Monday of that number."""
    return Said(noise_view.noise(noise_of(connection, config, date.fromordinal(id)), config.path.name), 1)


def covered(connection: sqlite3.Connection, config: Config, now: datetime) -> Said | None:
    """Coverage as it is now, whichever notice asks."""
    people = People.of(config)
    roster = roster_of(connection, people, now)
    resort = roster.last_resort.slack if roster.last_resort is not None else ""
    return Said(oncall_view.notice(roster), coverage.rev(connection, people.product), resort)
