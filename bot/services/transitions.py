"""One command, carried out: decided on what is stored, and written down with all that follows from it.

Everything here happens inside one transaction: load the row and its surroundings, decide, then write the events, the
row, what must be said and when to act again. What a decision asks of other incidents follows in the same transaction.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.asks import Command, Shared, Signal
from bot.domain.decision import Answer, Decision, Follow, Priority, Say, What
from bot.domain.events import Resolved
from bot.domain.grouping import downstream_of, shared_cause, upstream_for
from bot.domain.hours import NINE, next_at, next_working_day
from bot.domain.incident import Incident
from bot.domain.lifecycle import decide
from bot.domain.scene import Release, Scene
from bot.domain.severity import Sev, Trouble
from bot.domain.silence import covering
from bot.services.live import Live
from bot.services.people import People
from bot.store import incidents, outbox, releases, second_routes, silences, timers
from bot.store.outbox import Prio
from checks.model import Json

Anew = Callable[[sqlite3.Connection, Signal, datetime], bool]
"""Has this looked at anew, in the same transaction; False where it knows no way to."""
MOST_FOLLOWING = 1000
"""Commands that one command may bring about."""
HOLD = timedelta(minutes=3)
"""How long after a release ordinary monitors wait."""
PRIO = {
    Priority.SEV1_ROOT: Prio.URGENT,
    Priority.PAGE: Prio.PERSON,
    Priority.HUMAN_EDIT: Prio.HUMAN,
    Priority.SEV2_ROOT: Prio.NOTICE,
    Priority.ROOT: Prio.NOTICE,
    Priority.THREAD: Prio.THREAD,
    Priority.EDIT: Prio.PROGRESS,
}


def subject(id: int) -> str:
    """How the outbox calls an incident."""
    return f"incident:{id}"


@dataclass(frozen=True, slots=True)
class World:
    """What is the same for every command of a moment: the product, its people, where alerts go."""

    product: str
    people: People
    channel: str
    """Where cards are posted; empty where there is no channel, so that the owner gets them."""
    blind: bool = False
    anew: Anew | None = None
    """Who looks again at what an incident that is over leaves behind, instead of believing its last look."""


@dataclass(slots=True)
class Outcome:
    """What came of a command."""

    answer: Answer | None = None
    """To the person who asked."""
    incident: int = 0
    recheck: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    """Incidents whose probes are to be looked at now, freshly."""
    changed: list[int] = field(default_factory=list)


def carry_out(
    connection: sqlite3.Connection,
    world: World,
    command: Command,
    now: datetime,
    *,
    incident: int | None = None,
    live: Live | None = None,
) -> Outcome:
    """Decide and write; `incident` is the number it is for, None where its key leads there.

    Who carries out many commands in one transaction gives all of them the same `live`.
    """
    live = live or Live(connection, world.product)
    outcome = Outcome()
    waiting = deque([Follow(incident, command)])
    steps = 0
    while waiting:
        steps += 1
        if steps > MOST_FOLLOWING:
            raise RuntimeError(f"{type(command).__name__} brings about commands without end")
        follow = waiting.popleft()
        before = _row(live, follow)
        scene = scene_of(connection, world, before, follow.command, now, upstream=follow.upstream, live=live)
        decision = decide(before, follow.command, scene, now)
        _write(connection, world, decision, now, live)
        if steps == 1:
            outcome.answer = decision.answer
            outcome.incident = decision.incident.id if decision.incident else 0
        if decision.incident is not None and decision.events:
            outcome.changed.append(decision.incident.id)
        if decision.recheck and decision.incident is not None:
            outcome.recheck.append((decision.incident.id, decision.recheck))
        waiting.extend(one for one in decision.then if not _seen_anew(connection, world, decision, one, now))
        if before is None and decision.incident is not None and isinstance(follow.command, Signal):
            shared = shared_cause(live.all())
            if shared is not None:
                waiting.append(Follow(None, shared))
    return outcome


def _seen_anew(connection: sqlite3.Connection, world: World, decision: Decision, follow: Follow, now: datetime) -> bool:
    """Whether what is left of an incident that has just ended is looked at anew, and said by that look."""
    left = follow.command
    if world.anew is None or follow.incident is not None or not isinstance(left, Signal) or left.drill:
        return False
    return any(isinstance(one, Resolved) for one in decision.events) and world.anew(connection, left, now)


def _row(live: Live, follow: Follow) -> Incident | None:
    if follow.incident is not None:
        return live.get(follow.incident)
    if isinstance(follow.command, Signal | Shared):
        return live.by_key(follow.command.key)
    return None


def scene_of(
    connection: sqlite3.Connection,
    world: World,
    incident: Incident | None,
    command: Command | None,
    now: datetime,
    *,
    upstream: int = 0,
    live: Live | None = None,
) -> Scene:
    """The surroundings of a decision about an incident, or about the one that a signal would open."""
    service, trouble, environment = _about(incident, command)
    live = live or Live(connection, world.product)
    others = live.all()
    above: Incident | None = None
    below: tuple[Incident, ...] = ()
    if upstream:
        above = live.get(upstream)
    elif isinstance(command, Signal):
        above, below = upstream_for(command, others), downstream_of(command, others)
    zone = world.people.time_zone
    held = silences.active(connection, world.product, now)
    return Scene(
        duty=world.people.duty(connection, service, now),
        next_nine=next_at(now, NINE, zone),
        next_working_nine=next_working_day(now, zone, world.people.working_days),
        next_id=incidents.next_id(connection),
        silence=covering(held, service, trouble, now, environment),
        upstream=above,
        downstream=below,
        # That a version did not go out is not the fault of the one that is live.
        release=None if trouble is Trouble.DEPLOY else _release(connection, world.product, service, environment, now),
        live=len(others),
        blind=world.blind,
    )


def _about(incident: Incident | None, command: Command | None) -> tuple[str, Trouble, str]:
    if incident is not None:
        return incident.service, incident.trouble, incident.environment
    if isinstance(command, Signal):
        return command.service, command.trouble, command.environment
    if isinstance(command, Shared):
        return "", command.trouble, command.environment
    return "", Trouble.NOTE, "production"


def _release(
    connection: sqlite3.Connection, product: str, service: str, environment: str, now: datetime
) -> Release | None:
    last = releases.last(connection, product, now, service=service, environment=environment)
    if last is None:
        return None
    return Release(last.version, last.at, last.author, hold_until=last.at + HOLD)


def _write(connection: sqlite3.Connection, world: World, decision: Decision, now: datetime, live: Live) -> None:
    incident = decision.incident
    if incident is None or not decision.events:
        return
    live.put(incident, decision.events)
    timers.replace(connection, incident.id, decision.timers)
    for say in decision.say:
        _say(connection, world, incident, say, now)


def _say(connection: sqlite3.Connection, world: World, incident: Incident, say: Say, now: datetime) -> None:
    """A row for each thing that must be said; its words are made when it is sent."""
    product, about = world.product, subject(incident.id)
    said: dict[str, Json] = {"why": say.why.value, "mention": list(say.mention), "late_s": say.late_s}
    prio, due = PRIO[say.priority], say.not_before
    if prio is Prio.PERSON and incident.sev is Sev.ONE:
        prio = Prio.CALL
    channel = world.channel or world.people.last_resort(connection, incident.service, now)
    match say.what:
        case What.ROOT:
            outbox.post(connection, product, about, now, channel=channel, prio=prio, not_before=due, said=said)
        case What.EDIT:
            outbox.edit(connection, product, about, now, prio=prio, not_before=due)
        case What.THREAD:
            outbox.reply(
                connection,
                product,
                about,
                now,
                channel=channel,
                about=say.rev,
                broadcast=say.broadcast,
                said=said,
                prio=prio,
            )
        case What.LINE:
            outbox.line(connection, product, about, now, channel=channel, about=say.rev, said=said, prio=prio)
        case What.DM:
            outbox.tell(
                connection, product, about, now, user=say.to, about=say.rev, prio=prio, not_before=due, said=said
            )
        case What.ROUTE:
            for route in world.people.routes(say.to):
                second_routes.ask(
                    connection, product, about, now, about=say.rev, route=route, person=say.to, why=say.why.value
                )
