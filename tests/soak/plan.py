"""What happens in one run: drawn from its seed alone, so that a run that fails can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.soak.ground import SHORT_NIGHT, START

MONITORS = ("Sign-up", "Log-in", "Checkout")
PEOPLE = ("UMIA", "UBEN")
POINTS = {
    "C1": "a monitor was looked at, the answer is not stored",
    "C2": "an incident is written down, its card is not claimed",
    "C3": "a message is claimed, not sent",
    "C4": "Slack has taken it, that is not stored",
    "C5": "the card is stored as sent, what follows it is not",
    "C6": "a click is stored, Slack does not know it yet",
    "C7": "a click is acknowledged, not carried out",
    "C8": "a timer falls due while the bot is down",
    "C9": "in the middle of a change of the file's format, or of its clean-up",
}
FAULTS = (
    "none",
    "rate_limited",
    "rate_limited_silent",
    "status",
    "status_after",
    "hang",
    "hang_after",
    "reset",
    "reset_after",
    "garbage",
    "latency",
    "invalid_blocks",
    "archived",
    "revoked",
    "double_clicks",
    "clicks_out_of_order",
    "half_open",
    "no_app_token",
    "jump_forward",
    "jump_back",
    "locked",
    "full_disk",
    "clock_change",
)
"""What goes wrong besides the kill.

With `half_open` a click goes into a dead connection: it comes late, by another one, and once more when Slack delivers
again what was not acknowledged. With `no_app_token` no click comes at all. `clock_change` is the night in which the
clocks of the people change, with quiet hours.
"""
CLOSED = "no_history"
"""Slack's history is closed to the bot while the outcome of messages is unknown: then a message must be repeated."""
CLOSED_EVERY = 250
"""In one of so many runs: somebody installs the app anew without the permission, or Slack fails in that way alone."""
CLOSED_FROM = 1_000_000
"""From this seed on it is closed in every run."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody clicks."""

    at: float
    user: str
    what: str
    """`ack`, `take_over`, `snooze`, `fixed`, `extend` or `pass`."""
    copies: int = 1
    number: str = ""


@dataclass(frozen=True, slots=True)
class Kill:
    """When the bot dies: at the `nth` time that it passes a point, or at a moment."""

    point: str
    nth: int
    at: float
    """C8: the moment; C9: the statement or the share of the clean-up."""
    down: float
    """Seconds until it is started again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run."""

    seed: int
    red: tuple[tuple[str, float, float], ...]
    """Monitor, from, to: when it fails, in seconds of the run."""
    acts: tuple[Act, ...]
    kills: tuple[Kill, ...]
    fault: str
    fault_from: float
    fault_until: float
    times: int
    skip: int
    end: float
    real_start: bool = False
    old_format: int = 0
    """The format that the file has at the beginning; 0: the present one."""
    strangers: bool = False
    """The bot has never written to anybody, so it does not know the channels of their direct messages."""
    homes: bool = False
    """It never wrote to them either, but they have opened its App Home."""

    @property
    def began(self) -> float:
        """By how many seconds the run begins later than on the ordinary afternoon; negative: earlier."""
        return (SHORT_NIGHT - START).total_seconds() if self.fault == "clock_change" else 0.0

    def fails(self, monitor: str, at: float) -> bool:
        """Whether a monitor would see a failure at that moment."""
        return any(name == monitor and begin <= at < end for name, begin, end in self.red)

    def __str__(self) -> str:
        kills = " ".join(f"{one.point}#{one.nth}" for one in self.kills)
        return f"seed {self.seed}: {kills or 'no kill'} with {self.fault}"


def draw(seed: int, *, real_every: int = 400) -> Plan:
    """The run of a seed: every point meets every fault within 207 seeds, with everything else at random."""
    dice = random.Random(seed)
    points = list(POINTS)
    point = points[seed % len(points)]
    closed = seed >= CLOSED_FROM or seed % CLOSED_EVERY == CLOSED_EVERY // 2
    fault = CLOSED if closed else FAULTS[(seed // len(points)) % len(FAULTS)]
    begin = dice.uniform(8, 20)
    length = dice.choice([30, 60, 150, 150, 400, 900])
    red = [(dice.choice(MONITORS), begin, begin + length)]
    if dice.random() < 0.5:
        red.append((dice.choice(MONITORS), begin + dice.uniform(0, 40), begin + length + dice.uniform(0, 60)))
    if dice.random() < 0.3:
        again = begin + length + dice.uniform(90, 300)
        red.append((red[0][0], again, again + dice.choice([30, 120])))
    over = max(end for _, _, end in red)
    end = over + dice.choice([30, 120])
    if dice.random() < 0.15:
        end = over - 5
    acts = _acts(dice, begin, end, point, fault)
    kills = [_kill(dice, point, begin, end)]
    while len(kills) < 3 and dice.random() < 0.25:
        kills.append(_kill(dice, dice.choice(points[:8]), begin, end))
    at = dice.choice([0.0, begin + 15, begin + dice.uniform(0, length)])
    strangers = dice.random() < 0.02
    return Plan(
        seed,
        tuple(red),
        acts,
        tuple(kills),
        fault,
        at,
        at + dice.choice([20, 60, 300]),
        dice.choice([1, 1, 2, 5]),
        dice.choice([0, 0, 1, 2]),
        end,
        real_start=seed % real_every == real_every - 1,
        old_format=dice.choice([0, 0, 1, 2]) if point == "C9" else 0,
        strangers=strangers,
        homes=not strangers and dice.random() < 0.1,
    )


def _acts(dice: random.Random, begin: float, end: float, point: str, fault: str) -> tuple[Act, ...]:
    wanted = dice.choice([0, 1, 2, 4])
    if point in ("C6", "C7") or "clicks" in fault or fault in ("half_open", "no_app_token"):
        wanted = max(wanted, 2)
    moments = sorted(dice.uniform(begin + 22, max(begin + 60, end)) for _ in range(wanted))
    if wanted and point in ("C6", "C7"):
        moments[0] = begin + 25
    names = ["ack", "ack", "take_over", "snooze", "fixed", "extend", "pass"]
    acts = [
        Act(at, dice.choice(PEOPLE), dice.choice(names), 2 if fault == "double_clicks" else 1, f"{at:.4f}")
        for at in moments
    ]
    if fault == "half_open":
        return tuple(
            sorted((replace(one, at=one.at + late) for one in acts for late in (16, 76)), key=lambda one: one.at)
        )
    if fault == "clicks_out_of_order" and len(acts) > 1:
        first, second, *rest = acts
        acts = [
            Act(first.at, second.user, second.what, 1, second.number),
            Act(first.at, first.user, first.what, 1, first.number),
            *rest,
        ]
    return tuple(acts)


def _kill(dice: random.Random, point: str, begin: float, end: float) -> Kill:
    down = dice.choice([0.5, 5, 40, 200, 1300])
    if point == "C8":
        return Kill(point, 1, begin + dice.uniform(5, max(30, end - begin)), dice.choice([40, 700, 1500, 4000]))
    if point == "C9":
        return Kill(point, dice.randint(1, 130), begin + 30, down)
    most = {"C1": 9, "C2": 1, "C3": 5, "C4": 5, "C5": 4}.get(point, 2)
    return Kill(point, dice.randint(1, most), 0.0, down)
