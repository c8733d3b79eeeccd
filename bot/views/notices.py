"""What is told to others when it is over: five lines for customers, and a summary that blames nobody.

Both are drafts from the events alone: what the bot did not see is not claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.domain.member import Outcome
from bot.domain.severity import Sev
from bot.views.felt import FELT, length
from bot.views.figures import figures
from bot.views.prose import count
from bot.views.state import small

UNFELT = "Customers did not feel it, so there is nothing to tell them."
PRACTICE = "Nothing: this was a drill, on a practice page."


def at(moment: datetime, zone: str) -> str:
    """`14:03`, in that time zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def day(moment: datetime, zone: str) -> str:
    """`20 November 2026`, in that time zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"


def zone_name(zone: str) -> str:
    """`Berlin time`, `UTC`."""
    return "UTC" if zone in ("UTC", "Etc/UTC") else f"{zone.rpartition('/')[2].replace('_', ' ')} time"


def customer_notice(incident: Incident, events: Sequence[Event], what: str, zone: str) -> tuple[str, ...]:
    """Five lines to send to customers; one that says that none are needed, where nobody felt it."""
    if incident.outcome is Outcome.MERGED:
        return (f"It had the same cause as INC-{incident.parent}: the notice for customers stands there.",)
    if incident.sev > Sev.TWO or incident.drill:
        return (UNFELT,)
    if incident.outcome is Outcome.REMOVED:
        return ("It was taken out of launch.yml, so when it ended is not known. Tell customers what you know.",)
    found, words = figures(incident, events), FELT[incident.trouble]
    if found.ended is None:
        span = f"It began at {at(found.began, zone)} ({zone_name(zone)}) and is still going on."
        now = "We are working on it, and write again as soon as it is over."
    else:
        lasted = length((found.ended - found.began).total_seconds())
        span = (
            f"It began at {at(found.began, zone)} and ended at {at(found.ended, zone)} ({zone_name(zone)}): {lasted}."
        )
        now = f"{words.again}. We go on watching it closely."
    worked = f", and worked on it from {at(found.taken, zone)} on" if found.taken is not None else ""
    return (
        f"{what}, {day(found.began, zone)}: {small(words.was)}.",
        span,
        f"We noticed it by ourselves at {at(found.noticed, zone)}{worked}.",
        now,
        "We are sorry. If something still looks wrong to you, answer this message: a person reads it.",
    )


def blameless_summary(incident: Incident, events: Sequence[Event], what: str, zone: str) -> tuple[tuple[str, str], ...]:
    """Label and text of each part. People appear as numbers, never by name."""
    found, words = figures(incident, events), FELT[incident.trouble]
    begun = f"{day(found.began, zone)}, {at(found.began, zone)} {zone_name(zone)}"
    lasted = "It is still going on."
    if found.ended is not None:
        lasted = f"It lasted {length((found.ended - found.began).total_seconds())}."
    back = f" It came back {count(found.returns, 'time')}." if found.returns else ""
    noticed = length((found.noticed - found.began).total_seconds())
    suffered = PRACTICE if incident.drill else f"{what}: {small(words.was)}, from {begun} on. {lasted}{back}"
    return (
        ("What customers felt", suffered),
        ("How we noticed", f"A monitor saw it; {noticed} after the first failure it was certain."),
        ("What we did", _response(found.taken, found.noticed, found.calls, found.hands)),
        ("What ended it", _end(incident)),
        ("What we do not know yet", _unknown(incident)),
        ("To talk about", "What made it possible? What would have shown it sooner? Which one change helps most?"),
    )


def _response(taken: datetime | None, noticed: datetime, calls: int, hands: int) -> str:
    called = f"The bot called {'once' if calls == 1 else count(calls, 'time')}. " if calls else ""
    if taken is None:
        return f"{called}Nobody said that they were on it."
    after = length((taken - noticed).total_seconds())
    people = count(hands, "person", "people")
    return f"{called}Somebody was on it {after} after it was certain; {people} worked on it in all."


def _end(incident: Incident) -> str:
    if incident.live:
        return "Nothing yet."
    match incident.outcome:
        case Outcome.HUMAN:
            return "Somebody said that it was fixed, and a fresh look agreed. What they did is in the notes, if at all."
        case Outcome.MERGED:
            return f"It had the same cause as INC-{incident.parent}; the rest stands there."
        case Outcome.REMOVED:
            return "It was taken out of launch.yml, so how it ended is not known."
        case _:
            return "It was good again, and nobody told the bot of a repair."


def _unknown(incident: Incident) -> str:
    if not incident.deploy:
        return "The cause. The bot saw no release shortly before."
    return f"The cause. Release {incident.deploy[:60]} went out shortly before: a lead, not a proof."
