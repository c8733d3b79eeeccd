"""One fault, one card: what explains what, which services stopped together, and whether it is the bot that is blind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.asks import Shared, Signal
from bot.domain.incident import Incident
from bot.domain.member import Light, Member
from bot.domain.scene import Release
from bot.domain.severity import Sev, Trouble
from bot.domain.trouble import STOPPED_TOGETHER, first_of, upstream_of

TOGETHER = timedelta(seconds=60)
SERVICES = 3
"""So many services that stop within a minute have one cause."""
GROUP_WAIT = timedelta(seconds=20)
"""From the first failure to the card of a SEV1 or SEV2: what else fails meanwhile belongs on the same card."""
LONG_GROUP_WAIT = timedelta(minutes=5)
HOLD_CONFIRM = timedelta(seconds=30)
"""How much longer a SEV1 is watched while a release is settling."""
NOT_HELD = frozenset({Trouble.SMOKE, Trouble.CHECKOUT, Trouble.DEPLOY, Trouble.LEAK})
"""What a release that is settling does not excuse."""
SUSPECT = timedelta(minutes=30)
"""A release so shortly before is named as the likely cause."""
ROLLING = timedelta(minutes=2)
"""And one so shortly after: while it rolls out some customers have it before its host calls it live."""


def explains(upstream: Incident, signal: Signal) -> bool:
    """Whether that incident is why this fails, so that it is only "also affected".

    The same service, nearer to the visitor, and not milder: what is less bad explains nothing that is worse.
    """
    return (
        upstream.trouble in upstream_of(signal.trouble)
        and upstream.live
        and _one_world(upstream, signal)
        and upstream.sev <= signal.sev
        and signal.service in _services(upstream)
    )


def shares(parent: Incident, signal: Signal) -> bool:
    """Whether a service belongs to the several that stopped together."""
    return (
        parent.live
        and not parent.service
        and parent.trouble in STOPPED_TOGETHER
        and _one_world(parent, signal)
        and signal.trouble in STOPPED_TOGETHER
        and abs(signal.first_failure - parent.first_failure) <= TOGETHER
    )


def upstream_for(signal: Signal, live: Iterable[Incident]) -> Incident | None:
    """The live incident to which this belongs although its key is another one; of several the nearest to the visitor.

    An incident that has the probe as a member already comes first, so that its recovery is heard there as well.
    """
    key = signal.key
    others = [one for one in live if one.live and one.key != key]
    holding = [one for one in others if _holds(one, signal)]
    if holding:
        return min(holding, key=lambda one: one.id)
    found = [one for one in others if shares(one, signal) or explains(one, signal)]
    if not found:
        return None
    first = first_of(frozenset(one.trouble for one in found))
    return min((one for one in found if one.trouble is first), key=lambda one: one.id)


def _holds(incident: Incident, signal: Signal) -> bool:
    """Whether the probe is its business still; a consequence that was up meanwhile may have a cause of its own now."""
    member = incident.member(signal.probe, signal.trouble)
    return member is not None and not (member.absorbed and member.light is Light.UP)


def downstream_of(signal: Signal, live: Iterable[Incident]) -> tuple[Incident, ...]:
    """The live incidents that a new one of this kind would explain."""
    key = signal.key
    return tuple(
        one
        for one in live
        if one.service == signal.service
        and one.key != key
        and one.live
        and _one_world(one, signal)
        and signal.trouble in upstream_of(one.trouble)
        and signal.sev <= one.sev
    )


def absorbed_by(upstream: Incident, signal: Signal) -> Signal:
    """The signal as it is said to the incident that it belongs to."""
    return replace(signal, absorbed=not shares(upstream, signal) and signal.trouble is not upstream.trouble)


def _one_world(incident: Incident, signal: Signal) -> bool:
    """Environments, products and drills never mix."""
    return (incident.product, incident.environment, incident.drill) == (
        signal.product,
        signal.environment,
        signal.drill,
    )


def _services(incident: Incident) -> frozenset[str]:
    """The services that it keeps down now."""
    return frozenset(one.service for one in incident.own if one.light is not Light.UP)


def shared_cause(live: Sequence[Incident]) -> Shared | None:
    """The one cause of three or more services that stopped within a minute, where they did.

    To be asked after each incident that opened, with all live ones of its product.
    """
    for drill in (False, True):
        for world in sorted({(one.product, one.environment) for one in live}):
            found = _together(
                [
                    one
                    for one in live
                    if one.live
                    and one.drill == drill
                    and one.service
                    and not one.silence
                    and one.trouble in STOPPED_TOGETHER
                    and (one.product, one.environment) == world
                ]
            )
            if found:
                return _shared(found, drill=drill)
    return None


def _together(stopped: list[Incident]) -> list[Incident]:
    ordered = sorted(stopped, key=lambda one: (one.first_failure, one.id))
    for place, first in enumerate(ordered):
        near = [one for one in ordered[place:] if one.first_failure - first.first_failure <= TOGETHER]
        if len({one.service for one in near}) >= SERVICES:
            return near
    return []


def _shared(found: list[Incident], *, drill: bool) -> Shared:
    members: dict[tuple[str, Trouble], Member] = {}
    for incident in found:
        for one in incident.members:
            if one.light is not Light.UP:
                members[one.probe, one.trouble] = one
    return Shared(
        found[0].product,
        found[0].environment,
        first_of(frozenset(one.trouble for one in found)),
        tuple(one.id for one in found),
        tuple(members.values()),
        min(one.first_failure for one in found),
        drill=drill,
    )


def announce_at(
    trouble: Trouble, sev: Sev, first_failure: datetime, now: datetime, release: Release | None
) -> datetime | None:
    """When the card of a new incident is due; None for what only stands in the digest."""
    if sev is Sev.FOUR:
        return None
    due = max(now, first_failure + (LONG_GROUP_WAIT if sev is Sev.THREE else GROUP_WAIT))
    hold = None if release is None or trouble in NOT_HELD else release.hold_until
    if hold is None or hold <= now:
        return due
    return max(due, min(hold, now + HOLD_CONFIRM) if sev is Sev.ONE else hold)


def suspect(release: Release | None, first_failure: datetime) -> Release | None:
    """The release that is likely to be the cause: it went out in the half hour before, or was going out just then."""
    if release is None or not -ROLLING <= first_failure - release.at <= SUSPECT:
        return None
    return release


@dataclass(frozen=True, slots=True)
class Canary:
    """A place outside that has nothing to do with the product, and whether it could be reached."""

    name: str
    reached: bool | None
    """None: not tried."""


def blind(canaries: Sequence[Canary]) -> bool:
    """Whether the bot itself cannot see out: two thirds of its canaries, and two at least, cannot be reached."""
    tried = [one for one in canaries if one.reached is not None]
    lost = sum(one.reached is False for one in tried)
    return lost >= 2 and 3 * lost >= 2 * len(tried)
