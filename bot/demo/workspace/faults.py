"""What can be made to go wrong, by method and channel, so many times."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

KINDS = {
    "rate_limited": "answer 429; `retry_after` seconds, or no such header where it is null",
    "status": "answer `status` (default 503) without doing anything",
    "status_after": "do it, then answer `status` (default 503)",
    "hang": "never answer, do nothing",
    "hang_after": "do it, never answer",
    "reset": "cut the connection (TCP reset) without doing anything",
    "reset_after": "do it, then cut the connection",
    "latency": "wait `seconds`, then do it and answer",
    "refuse": "answer ok:false with `error`, e.g. invalid_blocks",
    "garbage": "answer 200 with an HTML page instead of JSON",
    "duplicate": "send an envelope twice",
    "reorder": "send an envelope after the one that follows it",
    "drop_ack": "lose the acknowledgement of an envelope",
}
ENVELOPES = ("duplicate", "reorder", "drop_ack")
"""Faults of envelopes; there `method` is the envelope's type (`slash_commands`, `interactive`, `events_api`)."""


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong. `times` is how often; None: until it is cleared."""

    kind: str
    method: str = "*"
    channel: str = "*"
    """Channel id; `*`: any, also calls without a channel."""
    times: int | None = 1
    retry_after: int | None = None
    status: int = 503
    seconds: float = 0.0
    error: str = "fatal_error"
    skip: int = 0
    """So many matching calls pass before the first one is hit."""
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(KINDS)}")
        if not 100 <= self.status <= 599:
            raise ValueError("status is an HTTP status: 100 to 599")
        if self.seconds < 0 or self.skip < 0 or (self.times is not None and self.times < 1):
            raise ValueError("seconds and skip are at least 0, times at least 1 (or null: until cleared)")

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Fault:
        """From JSON; raises ValueError with a sentence."""
        known = {each.name for each in fields(cls)} - {"hits"}
        if strange := sorted(set(data) - known):
            raise ValueError(f"unknown: {', '.join(strange)}; known: {', '.join(sorted(known))}")
        for name, kinds in (
            ("kind", str),
            ("method", str),
            ("channel", str),
            ("error", str),
            ("status", int),
            ("skip", int),
        ):
            if name in data and not isinstance(data[name], kinds):
                raise ValueError(f"{name} must be of type {kinds.__name__}")
        for name in ("times", "retry_after"):
            if data.get(name) is not None and not isinstance(data[name], int):
                raise ValueError(f"{name} must be a whole number or null")
        if not isinstance(data.get("seconds", 0), int | float):
            raise ValueError("seconds must be a number")  # noqa: TRY004  (bad JSON is one kind of error)
        if "kind" not in data:
            raise ValueError("kind is missing")
        return cls(**data)

    def as_json(self) -> dict[str, Any]:
        """For `GET /_control/faults`."""
        return asdict(self)


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self.stop_pongs = False
        """Every new socket is half-open: it swallows all and answers no ping."""

    def add(self, fault: Fault) -> Fault:
        """Switch one on."""
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all off."""
        self.active.clear()
        self.stop_pongs = False

    def take(self, method: str, channel: str = "", kinds: tuple[str, ...] = ()) -> Fault | None:
        """The fault that hits this call, counted; None where all is well."""
        for fault in self.active:
            wanted = fault.kind in kinds if kinds else fault.kind not in ENVELOPES
            if not wanted or fault.method not in ("*", method) or fault.channel not in ("*", channel):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.hits += 1
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self.active.remove(fault)
            return fault
        return None
