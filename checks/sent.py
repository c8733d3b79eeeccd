"""How much a run has sent to whom, as counted while it was sent: an owner finds the same number in the own logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checks.finding_json import mapping, number
from checks.model import Json

WORDS = {
    "http": ("request", "requests"),
    "tls": ("secure connection without a request", "secure connections without a request"),
    "tcp": ("connection without a request", "connections without a request"),
    "dns": ("DNS question", "DNS questions"),
}
"""Each kind in words, one and many; in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One kind of question and one receiver."""

    kind: str
    """`http`, `tls`, `tcp` or `dns`."""
    to: str
    """The host, or the name server with its port."""
    times: int


def of_stats(stats: Mapping[str, Mapping[str, int]]) -> tuple[Sent, ...]:
    """From the counts of a probe: by kind, those who got most first."""
    found = [Sent(kind, to, times) for kind, counts in stats.items() for to, times in counts.items() if times]
    order = list(WORDS)
    return tuple(
        sorted(found, key=lambda one: (order.index(one.kind) if one.kind in order else 9, one.kind, -one.times, one.to))
    )


def sent_to_json(sent: tuple[Sent, ...]) -> dict[str, Json]:
    """`{"http": {"example.com": 41}, "dns": {"127.0.0.1:53": 120}}`."""
    kinds = dict.fromkeys(one.kind for one in sent)
    return {kind: {one.to: one.times for one in sent if one.kind == kind} for kind in kinds}


def sent_from_json(data: Json) -> tuple[Sent, ...]:
    """As written by `sent_to_json`; nothing where it is missing. Raises `TypeError` for anything else."""
    counts = {kind: {to: number(times) for to, times in mapping(each).items()} for kind, each in mapping(data).items()}
    return of_stats(counts)
