"""What must hold once a run is quiet, whatever happened on the way."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from bot.blockkit.simplify import simplify
from bot.domain import events as e
from bot.domain.detection import State
from bot.domain.folding import replay
from bot.domain.incident import Incident, Status
from bot.domain.member import Light
from bot.domain.severity import Sev
from bot.domain.timers import timers_of
from bot.render.blocks import message
from bot.speakers import compose
from bot.store import clicks, incidents, outbox, second_routes, silences
from bot.store.outbox import Delivery, Kind
from bot.store.outbox import State as Sent
from tests.soak.house import House

Json = dict[str, Any]
LONGEST_WAIT = timedelta(minutes=121)
"""Of a SEV1: the end of an acknowledgement that was made longer three times."""
HISTORY_CLOSED = "with Slack's history closed"
NOBODY_KNEW = "to somebody never written to before, whose conversation was not known"


@dataclass(slots=True)
class Verdict:
    """How a run ended."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    marked: int = 0
    why: Counter[str] = field(default_factory=Counter)
    """Of the marked ones: why they had to be."""
    sent: int = 0

    @property
    def good(self) -> bool:
        """Whether every rule held."""
        return not (self.lost or self.doubled or self.wrong)

    def as_json(self) -> Json:
        """For the runner."""
        return {
            "lost": self.lost,
            "doubled": self.doubled,
            "wrong": self.wrong,
            "marked": self.marked,
            "why": dict(self.why),
            "sent": self.sent,
        }


async def judge(house: House, messages: list[Json]) -> Verdict:
    """Every rule, over the store and what people see."""
    verdict = Verdict()
    now = house.clock.now()
    noted = house.folder / "closed"
    closed = frozenset(noted.read_text().split()) if noted.exists() else frozenset()

    def look(connection: sqlite3.Connection) -> None:
        found = sorted(incidents.recent(connection, "shop", limit=1000), key=lambda one: one.id)
        rows = {row.delivery_id: row for one in found for row in outbox.trail(connection, "shop", f"incident:{one.id}")}
        judge_messages(verdict, rows, messages, closed=closed, strangers=house.plan.strangers)
        _keys(verdict, found)
        for one in found:
            trail = [row for row in rows.values() if row.subject == f"incident:{one.id}"]
            log = list(incidents.events(connection, one.id))
            if replay(log) != one:
                verdict.wrong.append(f"{one.name}: its events make another row: {_apart(replay(log), one)}")
            _turns(verdict, one, log)
            _must_say(verdict, connection, one, log, trail)
            _card(verdict, house, connection, one, trail, messages)
        _patient(verdict, found, now)
        _failing(verdict, house, connection, found, now)
        left = [one for one in clicks.waiting(connection, "shop") if one.id not in house.refused]
        verdict.wrong += [f"the click {one.action} of {one.user} was never carried out" for one in left]

    await house.store.read(look)
    return verdict


def _apart(made: Incident, stored: Incident) -> str:
    """Where two rows differ."""
    both = ((one.name, getattr(made, one.name), getattr(stored, one.name)) for one in fields(Incident))
    return ", ".join(f"{name}: {left} and {right}" for name, left, right in both if left != right)


def _delivery_of(shown: Json) -> str:
    return str(shown["metadata"]["event_payload"]["d"])


def judge_messages(
    verdict: Verdict,
    rows: dict[str, Delivery],
    messages: list[Json],
    *,
    closed: frozenset[str] = frozenset(),
    strangers: bool = False,
) -> None:
    """No message without a row and an event; each row in Slack once, and marked where it could not be looked up.

    `closed`: deliveries for which Slack's history was closed; `strangers`: nobody's conversation was known.
    """
    verdict.sent = len(messages)
    seen = Counter(_delivery_of(each) for each in messages)
    places = {(each["channel"], each["ts"]) for each in messages}
    for id, count in seen.items():
        row = rows.get(id)
        if row is None:
            verdict.wrong.append(f"a message that nobody asked for: {id}")
        elif count > 1 and row.may_repeat and (why := _why(row, closed, strangers)):
            verdict.marked += count - 1
            verdict.why[why] += count - 1
        elif count > 1:
            verdict.doubled.append(f"{row.subject} {row.kind} {row.about}: {count} times")
    for row in rows.values():
        if row.kind is Kind.EDIT:
            continue
        if row.state is Sent.SENT and (row.slack_channel, row.slack_ts) not in places:
            verdict.lost.append(f"{row.subject} {row.kind} {row.about}: sent, and not there")
        if row.state not in (Sent.SENT, Sent.DEAD):
            verdict.lost.append(f"{row.subject} {row.kind} {row.about}: still {row.state} ({row.last_error})")


def _why(row: Delivery, closed: frozenset[str], strangers: bool) -> str:
    """Why a message had to be repeated; "" where it could have been looked up."""
    if row.delivery_id in closed:
        return HISTORY_CLOSED
    return NOBODY_KNEW if strangers and row.kind is Kind.DM else ""


def _keys(verdict: Verdict, found: list[Incident]) -> None:
    live = Counter(one.key for one in found if one.status is not Status.CLOSED)
    verdict.wrong += [f"{count} incidents of one key are live" for count in live.values() if count > 1]


def _turns(verdict: Verdict, one: Incident, log: list[e.Event]) -> None:
    """Only a probe brings back what is over."""
    for event in log:
        if isinstance(event, e.Reopened) and (event.actor or not event.cause.startswith("probe:")):
            verdict.wrong.append(f"{one.name} was opened again by {event.actor or event.cause}")


def _must_say(
    verdict: Verdict, connection: sqlite3.Connection, one: Incident, log: list[e.Event], trail: list[Delivery]
) -> None:
    """Who must be told is told: by a message, or, where Slack refuses it for good, in another way."""
    told: dict[int, set[str]] = defaultdict(set)
    roots = [row for row in trail if row.kind is Kind.ROOT and not row.about]
    for row in trail:
        if row.about and not 1 <= row.about <= len(log):
            verdict.wrong.append(f"{one.name}: a message about event {row.about}, which does not exist")
        if row.state is Sent.SENT or (row.state is Sent.DEAD and not one.live):
            mention = row.said.get("mention")
            told[row.about] |= {row.channel, *(mention if isinstance(mention, list) else ())}
    if len(roots) > 1:
        verdict.doubled.append(f"{one.name} has {len(roots)} cards")
    if one.announced_at is not None and not roots:
        verdict.lost.append(f"{one.name} has no card")
    ways = second_routes.trail(connection, "shop", f"incident:{one.id}")
    for row in trail:
        # A call that Slack refused until the outage was over is not made any more; `/launch status` counts it.
        missed = row.about > 0 and not one.live
        if row.state is Sent.DEAD and row.kind in (Kind.ROOT, Kind.DM) and not missed:
            other = [each for each in trail if each.kind is Kind.DM and each.state is Sent.SENT]
            if not other and not ways:
                verdict.lost.append(f"{one.name} {row.kind}: dead ({row.last_error}), and nobody was told otherwise")
    for rev, event in enumerate(log, start=1):
        if isinstance(event, e.Escalated | e.Repeated):
            missing = set(event.told) - told[rev] - {"here"}
            verdict.lost += [f"{one.name}: {each} was not told at event {rev}" for each in missing]


def _card(
    verdict: Verdict,
    house: House,
    connection: sqlite3.Connection,
    one: Incident,
    trail: list[Delivery],
    messages: list[Json],
) -> None:
    """The card shows what is stored."""
    shown = outbox.shown(connection, "shop", f"incident:{one.id}")
    card = next((m for m in messages if shown and (m["channel"], m["ts"]) == (shown.channel, shown.ts)), None)
    if shown is None or card is None:
        return
    # An edit to what the card shows already is not made: then the posting itself stands there.
    last = [row for row in trail if row.state is Sent.SENT and not row.about and row.rev == one.rev]
    if not last:
        verdict.wrong.append(f"{one.name}: the card shows revision {shown.rev} of {one.rev}")
        return
    seen = _bare(card)
    if not any(seen == wanted for row in last for wanted in _rungs(house, connection, one, row)):
        verdict.wrong.append(f"{one.name}: the card shows something else than is stored: {seen!s:.2000}")


def _rungs(house: House, connection: sqlite3.Connection, one: Incident, row: Delivery) -> Iterator[Any]:
    """The card as it should be, and plainer and plainer."""
    said = house.speakers["incident"].say(connection, one.id, row)
    assert said is not None
    whole = compose(row, said, message)
    for rung in range(5):
        if (each := simplify(whole, rung)) is not None:
            yield _bare(each)


def _bare(card: Json) -> Any:
    """What people see of it, without ids, and without what each moment changes: what comes next, and the charts."""
    blocks = card.get("blocks") or []
    charts = next((at for at, each in enumerate(blocks) if "In the last " in str(each.get("text"))), len(blocks))
    kept = [
        {key: value for key, value in each.items() if key != "block_id"}
        for each in blocks[:charts]
        if each.get("type") != "context"
    ]
    return [_plain(each) for each in kept], card["text"]


def _plain(what: Any) -> Any:
    if isinstance(what, dict):
        return {key: _plain(value) for key, value in what.items() if key not in ("emoji", "verbatim")}
    return [_plain(each) for each in what] if isinstance(what, list) else what


def _patient(verdict: Verdict, found: list[Incident], now: datetime) -> None:
    """Nobody waits longer than the plan says, whatever the clock did meanwhile."""
    for one in found:
        if one.status is Status.CLOSED:
            continue
        late = max(one.opened_at, one.first_failure, *(member.last_at for member in one.members))
        if late > now:
            verdict.wrong.append(f"{one.name} has a past that is still to come: {late}")
        if one.sev is not Sev.ONE or not one.live:
            continue
        for timer in timers_of(one):
            if timer.due_at > now + LONGEST_WAIT:
                verdict.wrong.append(f"{one.name} waits until {timer.due_at} for {timer.kind}; it is {now}")


def _failing(
    verdict: Verdict, house: House, connection: sqlite3.Connection, found: list[Incident], now: datetime
) -> None:
    """What fails has a live incident, a silence, or cannot be seen."""
    red = {member.probe for one in found if one.live for member in one.members if member.light is not Light.UP}
    at = house.ground.get("now")
    for standing in house.watch.standings():
        failing = house.plan.fails(standing.name, at) and house.plan.fails(standing.name, at - 45)
        if failing and standing.state is not State.DOWN:
            verdict.wrong.append(f"{standing.name} has failed for long and counts as {standing.state}")
        if standing.state is State.DOWN and standing.name not in red and not silences.active(connection, "shop", now):
            verdict.wrong.append(f"{standing.name} fails and has no live incident")


__all__ = ["Verdict", "judge", "judge_messages"]
