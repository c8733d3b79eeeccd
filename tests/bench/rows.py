"""One line of the table: what was measured, beside whom, what is to be reached, and whether it is."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """A result. `samples` are one value per repetition, in `unit`; where there is a peer they are ratios to it."""

    case: str
    what: str
    peer: str
    unit: str = "×"
    samples: tuple[float, ...] = ()
    target: float | None = None
    """At most this; None where the figure is shown for itself."""
    ours: str = ""
    theirs: str = ""
    note: str = ""
    skipped: str = ""
    """Why there is no figure, in a few words."""

    @property
    def median(self) -> float | None:
        """The figure that counts."""
        return statistics.median(self.samples) if self.samples else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is none, or nothing was measured."""
        return None if self.target is None or self.median is None else self.median <= self.target

    @property
    def verdict(self) -> str:
        """`met`, `not met`, `skipped`, or a dash for what has no target."""
        return "skipped" if self.skipped else {True: "met", False: "NOT MET", None: "-"}[self.met]

    def as_json(self) -> dict[str, object]:
        """Every field, and what follows from them."""
        samples = [round(each, 4) for each in self.samples]
        return {
            "case": self.case,
            "what": self.what,
            "peer": self.peer,
            "unit": self.unit,
            "median": None if self.median is None else round(self.median, 4),
            "min": min(samples, default=None),
            "max": max(samples, default=None),
            "samples": samples,
            "target": self.target,
            "met": self.met,
            "verdict": self.verdict,
            "ours": self.ours,
            "theirs": self.theirs,
            "note": self.note,
            "skipped": self.skipped,
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """How a case is to be run."""

    quick: bool
    folder: Path
    """Empty, and removed afterwards."""

    def rounds(self, usual: int, quick: int) -> int:
        """How often to repeat."""
        return quick if self.quick else usual


Case = Callable[[Bench], Awaitable[list[Row]]]


def spread(values: Sequence[float], unit: str, digits: int = 0) -> str:
    """`128 ms (121-140)`: median, least and most."""
    middle, least, most = (f"{f(values):.{digits}f}" for f in (statistics.median, min, max))
    return f"{middle} {unit} ({least}-{most})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """Ours over the peer's of the same round: what disturbed the machine then disturbed both."""
    return tuple(one / other for one, other in zip(ours, theirs, strict=True) if other)


def share(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
