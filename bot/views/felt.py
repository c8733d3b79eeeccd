"""What an incident is called and what customers feel of it: the words that its card, lists and reports share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from bot.blockkit.words import one_line
from bot.domain.incident import Incident, Status
from bot.domain.member import Outcome
from bot.domain.severity import Trouble
from bot.views.events_felt import counted, says
from bot.views.prose import count, listed

NAME = 60
"""Characters of a name on a card."""


class Felt(NamedTuple):
    """One kind of trouble in the words of those who feel it."""

    word: str
    """The state as a word, while nobody is on it."""
    now: str
    """What customers feel while it lasts."""
    was: str
    """The same when it is over."""
    again: str
    """What is true once it is over."""


_WELL = "Visitors are fine again"
_CALM = "It is in order again"
FELT: Mapping[Trouble, Felt] = {
    Trouble.LEAK: Felt(
        "EXPOSED", "Strangers can read what they must not", "Strangers could read what they must not",
        "Strangers cannot read it any more",
    ),
    Trouble.DNS: Felt(
        "DOWN", "Visitors cannot find it: its name leads nowhere", "Visitors could not find it: its name led nowhere",
        "Visitors find it again",
    ),
    Trouble.REACH: Felt(
        "DOWN", "Visitors get an error, or no answer at all", "Visitors got an error, or no answer at all", _WELL
    ),
    Trouble.TLS: Felt(
        "DOWN", "Browsers warn visitors away from it", "Browsers warned visitors away from it",
        "Browsers trust it again",
    ),
    Trouble.DATABASE: Felt(
        "DOWN", "The product answers, but cannot reach its data", "The product answered, but could not reach its data",
        "The product reaches its data again",
    ),
    Trouble.CHECKOUT: Felt("DOWN", "Customers cannot pay", "Customers could not pay", "Customers can pay again"),
    Trouble.SMOKE: Felt(
        "BROKEN", "Customers cannot get through one of its steps", "Customers could not get through one of its steps",
        "Customers get through again",
    ),
    Trouble.ERRORS: Felt(
        "BROKEN", "More customers than usual get errors", "More customers than usual got errors",
        "Errors are as rare as usual again",
    ),
    Trouble.LATENCY: Felt(
        "SLOW", "Visitors wait too long for it", "Visitors waited too long for it", "It is as quick as it should be"
    ),
    Trouble.DEPLOY: Felt(
        "FAILED", "Customers still have the old version: the new one did not go out",
        "A new version did not go out", "Customers have a version that works"
    ),
    Trouble.HEARTBEAT: Felt(
        "MISSED", "A job that should have run did not report", "A job that should have run did not report",
        "The job reports again",
    ),
    Trouble.MAIL: Felt(
        "BROKEN", "Mail to or from customers may not arrive", "Mail to or from customers may not have arrived",
        "Mail is in order again",
    ),
    Trouble.EDGE: Felt(
        "WARNING", "What shields the servers does not do its work", "What shields the servers did not do its work",
        _CALM,
    ),
    Trouble.REDIRECT: Felt(
        "WARNING", "Some addresses lead visitors astray", "Some addresses led visitors astray",
        "The addresses lead where they should",
    ),
    Trouble.EXPIRY: Felt(
        "WARNING", "Nothing is broken yet, but something runs out soon", "Something was about to run out",
        "It has been renewed",
    ),
    Trouble.TRUST: Felt(
        "WARNING", "Nothing is broken, but others have reason to trust it less",
        "Others had reason to trust it less", _CALM,
    ),
    Trouble.DRIFT: Felt(
        "WARNING", "DNS records changed, and nobody has said that it was on purpose",
        "DNS records had changed, and nobody had said that it was on purpose", "The DNS records are as agreed",
    ),
    Trouble.NOTE: Felt("NOTE", "Nothing is broken; this is good to know", "Something was good to know", _CALM),
}  # fmt: skip
"""By kind of trouble."""


def felt(incident: Incident) -> Felt:
    """What customers feel of it."""
    own = counted(incident)
    if own is not None:
        return Felt(*own)
    usual, others = FELT[incident.cause], says(incident)
    if not others:
        return usual
    say = "say" if " and " in others else "says"
    told = f"{usual.now}, {say} {others}", f"{usual.was}, said {others}", f"{others} {say} that it is over"
    return Felt(usual.word, *told)


def what_of(incident: Incident) -> str:
    """What it is about, as people call it."""
    if incident.service:
        return called(begun(incident.service))
    services = list(dict.fromkeys(one.service for one in incident.own if one.service))
    if len(services) > 1:
        return f"{count(len(services), 'service')} together"
    if services:
        return called(begun(services[0]))
    probes = probes_of(incident)
    return listed([called(one) for one in probes], 2) or "Your product"


def begun(service: str) -> str:
    """A service as a headline says it: `sign-up` is Sign-up; a host stays as it is."""
    return service if "." in service else service[:1].upper() + service[1:]


def called(name: str) -> str:
    """A name on one line, and not too long."""
    return one_line(name, NAME)


def probes_of(incident: Incident) -> tuple[str, ...]:
    """The monitors that keep it open, each once."""
    return tuple(dict.fromkeys(one.probe for one in incident.own))


def word(incident: Incident) -> str:
    """The state in a word or two: DOWN, BEING FIXED, ASLEEP, FIXED."""
    if incident.outcome is Outcome.MERGED:
        return f"PART OF INC-{incident.parent}"
    if incident.status in (Status.RESOLVED, Status.CLOSED):
        return "NO LONGER WATCHED" if incident.outcome is Outcome.REMOVED else "FIXED"
    if incident.flapping_until is not None:
        return "UNSTABLE"
    if incident.green_since is not None:
        return "LOOKS BETTER"
    if incident.status is Status.SNOOZED:
        return "ASLEEP"
    if incident.status is Status.ACKED:
        return "BEING FIXED"
    return felt(incident).word


def lasted(incident: Incident, until: datetime | None = None) -> str:
    """How long customers felt it: `19 minutes`, `3 hours`."""
    end = until or incident.resolved_at or incident.first_failure
    return length((end - incident.first_failure).total_seconds())


def length(seconds: float) -> str:
    """`less than a minute`, `19 minutes`, `3 hours`, `2 days`."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return count(minutes, "minute")
    hours = round(minutes / 60)
    return count(hours, "hour") if hours < 48 else count(round(hours / 24), "day")
