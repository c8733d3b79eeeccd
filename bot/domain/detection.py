"""How one probe stands: confirmed before it is called down, calm before it is called up, and slow beside both.

`see` is told one look at a time and never waits: when the next look is due it says so in `Look.next_try_at`. An
answer that could not be had (`UNKNOWN`) counts neither as good nor as bad.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.latency import Sample, grown, judged
from bot.domain.severity import Trouble

RELAPSE = timedelta(minutes=30)
"""A failure so soon after a recovery is the same one: the next recovery window is twice as long."""
LONGEST_RECOVERY = timedelta(minutes=15)
SHORTEST_RECOVERY = timedelta(seconds=60)
STEADY = timedelta(seconds=5)
"""After the first good look of something that was down, the next one comes this soon."""


class State(StrEnum):
    """How a probe stands."""

    UNKNOWN = "unknown"
    """Nothing could be seen yet, or any more."""
    UP = "up"
    SLOW = "slow"
    """It answers, slower than its target for a whole window."""
    SUSPECT = "suspect"
    """It failed once; it is being looked at again."""
    DOWN = "down"
    RECOVERING = "recovering"
    """It was down and is good again, not yet for long enough."""


class Sight(StrEnum):
    """What one look saw."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """One look."""

    at: datetime
    """When it began."""
    sight: Sight
    trouble: Trouble = Trouble.REACH
    """With BAD: which kind."""
    code: str = ""
    evidence: str = ""
    server_ms: float | None = None
    """Server time of a good answer, for monitors that have one."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a kind of probe is confirmed; times in seconds."""

    interval: float = 60.0
    tries: tuple[float, ...] = (0.0, 5.0, 15.0)
    """When the looks of a confirmation begin, from the start of the first; as many bad ones mean down."""
    timeouts: tuple[float, ...] = (10.0, 5.0, 5.0)
    """How long each of them may take."""
    same_evidence: bool = False
    """Only looks with the same code confirm one another."""
    goods: int = 2
    """Good looks in a row before it is called better."""
    calm: bool = True
    """False: it is up as soon as it is better, without a recovery window."""
    slow_after: float | None = None
    """Server time above which an answer is slow; None: never slow."""

    def recovery(self, relapses: int) -> timedelta:
        """How long it must be good before it is up: two intervals, a minute at least; twice as long per relapse."""
        if not self.calm:
            return timedelta(0)
        base = max(SHORTEST_RECOVERY, timedelta(seconds=2 * self.interval))
        return min(LONGEST_RECOVERY, base * (1 << min(relapses, 10)))


def policy_of(check_id: str, interval: float, *, slow_after: float | None = None) -> Policy:
    """How a check of that id is confirmed when it runs every `interval` seconds."""
    family = check_id.partition(".")[0]
    if check_id == "up.heartbeat":
        # Period and grace have been waited for already, and one ping proves that the job lives.
        return Policy(interval, (0.0,), (10.0,), goods=1, calm=False)
    if family == "up":
        return Policy(interval, slow_after=slow_after)
    if family == "flow":
        return Policy(interval, (0.0, 5.0), (120.0, 30.0))
    if family == "dns":
        return Policy(interval, (0.0, 15.0), (10.0, 10.0))
    if family == "perf":
        # Their window is the confirmation.
        return Policy(interval, (0.0,), (10.0,))
    return Policy(interval, (0.0, 60.0), (30.0, 30.0), same_evidence=True)


@dataclass(frozen=True, slots=True)
class Look:
    """How one probe stands, and what the next answer will be measured by."""

    state: State = State.UNKNOWN
    since: datetime | None = None
    """Since when it is up, or down; a suspicion that proves wrong does not count."""
    fails: int = 0
    """Bad looks in a row that confirm one another."""
    oks: int = 0
    """Good looks in a row."""
    trouble: Trouble | None = None
    """While suspect or down: which kind."""
    code: str = ""
    evidence: str = ""
    first_failure: datetime | None = None
    """Start of the first bad look of the present failure."""
    counted_from: datetime | None = None
    """Start of the first bad look that counts for the confirmation under way."""
    last_at: datetime | None = None
    next_try_at: datetime | None = None
    """When the next look is due."""
    timeout: float = 10.0
    """How long that look may take, seconds."""
    blind_since: datetime | None = None
    """Since when nothing could be seen; None: the last look saw something."""
    green_at: datetime | None = None
    """While recovering: the first good look."""
    green_until: datetime | None = None
    """While recovering: when the window ends."""
    better: bool = False
    """While recovering: enough good looks in a row to say so."""
    up_at: datetime | None = None
    """When it last came up after being down."""
    relapses: int = 0
    other: Trouble | None = None
    """While down: another kind of trouble that begins to show."""
    others: int = 0
    slow_since: datetime | None = None
    recent: tuple[Sample, ...] = ()
    """Server times of the latest good answers."""

    @property
    def shown(self) -> State:
        """The state to show to people: what cannot be seen is unknown, what is up may be slow."""
        if self.blind_since is not None:
            return State.UNKNOWN
        return State.SLOW if self.state is State.UP and self.slow_since is not None else self.state


class Turn(StrEnum):
    """What changed."""

    DOWN = "down"
    """It is down, confirmed; also when it fails in another way than before."""
    BETTER = "better"
    UP = "up"
    SLOW = "slow"
    FAST = "fast"
    """No longer slow."""


@dataclass(frozen=True, slots=True)
class Change:
    """A turn that somebody should know of."""

    turn: Turn
    at: datetime
    trouble: Trouble
    before: Trouble | None = None
    """With DOWN: the other kind of trouble that it was, where it was down already."""


def see(look: Look, seen: Seen, policy: Policy) -> tuple[Look, Change | None]:
    """The look after one more answer, and the turn that it took, if it took one."""
    now = replace(look, last_at=seen.at)
    match seen.sight:
        case Sight.UNKNOWN:
            hurry = look.state in (State.SUSPECT, State.RECOVERING)
            wait = min(policy.interval, 15.0) if hurry else policy.interval
            return replace(
                now, blind_since=look.blind_since or seen.at, next_try_at=seen.at + timedelta(seconds=wait)
            ), None
        case Sight.BAD:
            return _bad(replace(now, blind_since=None, oks=0), seen, policy)
        case Sight.GOOD:
            return _good(replace(now, blind_since=None), seen, policy)


def _next(look: Look, seen: Seen, policy: Policy) -> Look:
    """Due again after the usual interval."""
    return replace(look, next_try_at=seen.at + timedelta(seconds=policy.interval), timeout=policy.timeouts[0])


def _bad(look: Look, seen: Seen, policy: Policy) -> tuple[Look, Change | None]:
    if look.state is State.DOWN:
        return _still_down(look, seen, policy)
    if look.state is State.RECOVERING:
        return _relapsed(look, seen, policy)
    told = replace(look, trouble=seen.trouble, code=seen.code, evidence=seen.evidence)
    if look.state is not State.SUSPECT:
        told = replace(told, state=State.SUSPECT, fails=1, first_failure=seen.at, counted_from=seen.at)
    elif policy.same_evidence and seen.code != look.code:
        told = replace(told, fails=1, counted_from=seen.at)
    else:
        told = replace(told, fails=look.fails + 1)
    if told.fails >= len(policy.tries):
        return _down(told, seen, policy)
    offset = timedelta(seconds=policy.tries[told.fails])
    # Never later than from now on, even where the clock was put back meanwhile.
    due = min((told.counted_from or seen.at) + offset, seen.at + offset)
    return replace(told, next_try_at=due, timeout=policy.timeouts[told.fails]), None


def _down(look: Look, seen: Seen, policy: Policy) -> tuple[Look, Change]:
    first = look.first_failure or seen.at
    again = look.up_at is not None and first - look.up_at <= RELAPSE
    down = replace(look, state=State.DOWN, since=first, relapses=look.relapses + 1 if again else 0, fails=0)
    return _next(down, seen, policy), Change(Turn.DOWN, seen.at, seen.trouble)


def _relapsed(look: Look, seen: Seen, policy: Policy) -> tuple[Look, Change]:
    """One bad look ends a recovery: better late than wrong."""
    before = look.trouble if look.trouble is not seen.trouble else None
    down = replace(_green(look, None), state=State.DOWN, trouble=seen.trouble, code=seen.code, evidence=seen.evidence)
    return _next(down, seen, policy), Change(Turn.DOWN, seen.at, seen.trouble, before)


def _still_down(look: Look, seen: Seen, policy: Policy) -> tuple[Look, Change | None]:
    """It still fails; in another way only after as many looks as a failure needs."""
    if seen.trouble is look.trouble:
        told = replace(look, code=seen.code, evidence=seen.evidence, other=None, others=0)
        return _next(told, seen, policy), None
    others = look.others + 1 if seen.trouble is look.other else 1
    if others < len(policy.tries):
        return _next(replace(look, other=seen.trouble, others=others), seen, policy), None
    moved = replace(look, trouble=seen.trouble, code=seen.code, evidence=seen.evidence, other=None, others=0)
    return _next(moved, seen, policy), Change(Turn.DOWN, seen.at, seen.trouble, look.trouble)


def _green(look: Look, at: datetime | None, until: datetime | None = None) -> Look:
    return replace(look, green_at=at, green_until=until, better=False, other=None, others=0)


def _good(look: Look, seen: Seen, policy: Policy) -> tuple[Look, Change | None]:
    look = replace(look, fails=0, oks=look.oks + 1)
    if look.state is State.DOWN or (look.green_at is not None and look.green_at > seen.at):
        # Also where the clock was put back: the window begins anew.
        look = replace(_green(look, seen.at, seen.at + policy.recovery(look.relapses)), state=State.RECOVERING, oks=1)
    if look.state is State.RECOVERING:
        return _recovering(look, seen, policy)
    up = replace(
        look, state=State.UP, since=look.since or seen.at, trouble=None, code="", evidence="",
        first_failure=None, counted_from=None,
    )  # fmt: skip
    return _timed(_next(up, seen, policy), seen, policy)


def _recovering(look: Look, seen: Seen, policy: Policy) -> tuple[Look, Change | None]:
    trouble = look.trouble or seen.trouble
    until = look.green_until or seen.at
    if look.oks >= policy.goods and seen.at >= until:
        up = replace(
            _green(look, None), state=State.UP, since=look.green_at, up_at=seen.at, trouble=None, code="",
            evidence="", first_failure=None, counted_from=None,
        )  # fmt: skip
        return _next(up, seen, policy), Change(Turn.UP, seen.at, trouble)
    soon = seen.at + (STEADY if look.oks < policy.goods else timedelta(seconds=policy.interval))
    waiting = replace(look, next_try_at=min(soon, max(until, seen.at + STEADY)), timeout=policy.timeouts[0])
    if look.oks < policy.goods or look.better:
        return waiting, None
    return replace(waiting, better=True), Change(Turn.BETTER, seen.at, trouble)


def _timed(look: Look, seen: Seen, policy: Policy) -> tuple[Look, Change | None]:
    """How fast it was, where it is looked at for that."""
    if policy.slow_after is None or seen.server_ms is None:
        return look, None
    recent = grown(look.recent, Sample(seen.at, seen.server_ms))
    was = look.slow_since is not None
    slow = judged(recent, policy.slow_after * 1000, slow=was)
    look = replace(look, recent=recent, slow_since=(look.slow_since or seen.at) if slow else None)
    if slow == was:
        return look, None
    return look, Change(Turn.SLOW if slow else Turn.FAST, seen.at, Trouble.LATENCY)
