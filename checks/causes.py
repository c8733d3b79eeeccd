"""One cause, many symptoms: what only follows from something else is said once, under its cause.

A site whose certificate ran out is "down" as well, and its www, and every page behind it. A founder must read first
what to repair. So failures that several checks see from nearer or farther are tied together, and findings of the same
weight come in the order in which a visitor's browser meets them. Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from checks.because import because
from checks.cause_graph import DOWN, FAULTS, LEADS
from checks.cause_reach import REACHES, SAME, hosts_of, only_schemes_differ
from checks.model import Finding, Status


class Layer(IntEnum):
    """Where a visitor is stopped, first things first; mail stands beside."""

    DNS = 0
    REACH = 1
    TLS = 2
    EDGE = 3
    REDIRECT = 4
    PAGE = 5
    FLOW = 6
    LATENCY = 7
    MAIL = 8


_FAMILIES = MappingProxyType(
    {
        "dns": Layer.DNS,
        "tls": Layer.TLS,
        "edge": Layer.EDGE,
        "redir": Layer.REDIRECT,
        "flow": Layer.FLOW,
        "perf": Layer.LATENCY,
        "mail": Layer.MAIL,
    }
)
_CODES: Mapping[tuple[str, str], Layer] = MappingProxyType(
    {
        ("up.http", "dns"): Layer.DNS,
        **{("up.http", code): Layer.REACH for code in DOWN},
        ("up.http", "tls"): Layer.TLS,
        ("up.http", "redirect_loop"): Layer.REDIRECT,
        ("up.http", "wrong_host"): Layer.REDIRECT,
        ("up.http", "slow"): Layer.LATENCY,
        ("dns.apex_www", "no_certificate"): Layer.TLS,
        ("dns.apex_www", "one_unreachable"): Layer.REACH,
        ("dns.apex_www", "two_endings"): Layer.REDIRECT,
    }
)
"""Checks that walk through several layers tell by their code in which one they were stopped."""


def layer_of(finding: Finding) -> Layer:
    """The layer that a finding speaks about; what has none of its own is about the page."""
    family = finding.check.partition(".")[0]
    return _CODES.get((finding.check, finding.code), _FAMILIES.get(family, Layer.PAGE))


def linked(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, each consequence with `seen.because` (the cause's check and target) and the words for it.

    A consequence is never a blocker beside its cause: below a blocker it is high at most. Where the cause itself
    matters less, the consequence keeps its weight, so that nothing stops being a no-go by being explained.
    """
    places = {place: finding for place, finding in enumerate(findings) if finding.status is Status.FAIL}
    above: dict[int, int] = {}
    for place, finding in places.items():
        nearer = [other for other in places if other != place and _explains(places[other], other, finding, place)]
        if nearer:
            above[place] = min(nearer, key=lambda other: (_distance(places[other], finding), other))
    for place in [place for place in places if place not in above]:
        led = [(lead, other) for other in places if (lead := _lead(places[other], places[place])) is not None]
        if led:
            above[place] = min(led)[1]
    ways = {place: _way(place, above) for place in above}
    return [
        because(finding, [findings[step] for step in ways[place]]) if ways.get(place) else finding
        for place, finding in enumerate(findings)
    ]


def cause_of(finding: Finding) -> tuple[str, str] | None:
    """Check and target of the cause of a consequence; None for a finding that stands for itself."""
    because = finding.seen.get("because")
    if not isinstance(because, Mapping):
        return None
    return str(because.get("check", "")), str(because.get("target", ""))


def in_order(findings: Sequence[Finding], rank: Callable[[Finding], tuple[int, ...]]) -> list[Finding]:
    """The findings by rank; a cause counts as much as the worst that follows from it, and comes before that.

    Of two with the same rank the one that a visitor meets first comes first.
    """
    consequences: dict[tuple[str, str], list[tuple[int, ...]]] = {}
    for finding in findings:
        because = cause_of(finding)
        if because is not None and finding.status.bad:
            consequences.setdefault(because, []).append(rank(finding))

    def key(placed: tuple[int, Finding]) -> tuple[tuple[int, ...], bool, Layer, int]:
        place, finding = placed
        mine = consequences.get((finding.check, finding.target), []) if finding.status.bad else []
        return min([rank(finding), *mine]), cause_of(finding) is not None, layer_of(finding), place

    return [finding for _, finding in sorted(enumerate(findings), key=key)]


@dataclass(frozen=True, slots=True)
class _Seats:
    """Where two failures stand in a fault that both may show; 0 is nearest."""

    near: int
    far: int


def _seats(near: Finding, far: Finding) -> _Seats | None:
    for fault in FAULTS:
        places = [
            next((seat for seat, (check, codes) in enumerate(fault) if _fits(finding, check, codes)), None)
            for finding in (near, far)
        ]
        if places[0] is not None and places[1] is not None and places[0] <= places[1]:
            return _Seats(places[0], places[1])
    return None


def _fits(finding: Finding, check: str, codes: frozenset[str]) -> bool:
    return finding.check == check and (not codes or finding.code in codes)


def _distance(near: Finding, far: Finding) -> int:
    seats = _seats(near, far)
    return seats.near if seats is not None else len(FAULTS)


def _explains(near: Finding, near_place: int, far: Finding, far_place: int) -> bool:
    """Whether `far` is only what `near` looks like from elsewhere."""
    seats = _seats(near, far)
    if seats is None:
        return False
    if near.check == "redir.https":
        return near.target in hosts_of(far) and only_schemes_differ(far)
    if seats.near < seats.far:
        return bool(hosts_of(near) & hosts_of(far))
    same = SAME.get(near.check)
    # Two that explain each other are one fault: the first of them is said.
    return same is not None and same(near, far) and (near_place < far_place or not same(far, near))


def _lead(near: Finding, far: Finding) -> int | None:
    """Number of the edge by which one brings about the other; None where none does."""
    for number, lead in enumerate(LEADS):
        fits = _fits(near, lead.check, lead.codes) and _fits(far, lead.to, lead.to_codes)
        if fits and REACHES[lead.reach](near, far):
            return number
    return None


def _way(place: int, above: Mapping[int, int]) -> tuple[int, ...]:
    """From the nearest cause to the last; a ring of causes ends where it closes, and its last one has none."""
    way = [place]
    while way[-1] in above and above[way[-1]] not in way:
        way.append(above[way[-1]])
    return tuple(way[1:])
