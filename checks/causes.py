"""One cause, many symptoms: what only follows from something else is said once, under its cause.

A site whose certificate ran out is "down" as well, and its www, and every page behind it. A founder must read first
what to repair. So failures that several checks see from nearer or farther are tied together, and findings of the same
weight come in the order in which a visitor's browser meets them. Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from types import MappingProxyType

from checks.cause_graph import DOWN, FAULTS, LEADS, PARTLY, Reach
from checks.masking import clip
from checks.model import Finding, Json, Kind, Severity, Status
from checks.urls import host_of

LONGEST = 300
"""Characters of a summary, as everywhere."""


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
        _because(finding, [findings[step] for step in ways[place]]) if ways.get(place) else finding
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
        return near.target in _hosts(far) and _only_schemes_differ(far)
    if seats.near < seats.far:
        return bool(_hosts(near) & _hosts(far))
    same = _SAME.get(near.check)
    # Two that explain each other are one fault: the first of them is said.
    return same is not None and same(near, far) and (near_place < far_place or not same(far, near))


def _lead(near: Finding, far: Finding) -> int | None:
    """Number of the edge by which one brings about the other; None where none does."""
    for number, lead in enumerate(LEADS):
        fits = _fits(near, lead.check, lead.codes) and _fits(far, lead.to, lead.to_codes)
        if fits and _REACHES[lead.reach](near, far):
            return number
    return None


def _way(place: int, above: Mapping[int, int]) -> tuple[int, ...]:
    """From the nearest cause to the last; a ring of causes ends where it closes, and its last one has none."""
    way = [place]
    while way[-1] in above and above[way[-1]] not in way:
        way.append(above[way[-1]])
    return tuple(way[1:])


def _hosts(finding: Finding) -> frozenset[str]:
    """The hosts at which this was seen."""
    if finding.kind is Kind.MONITOR:
        return frozenset({_text(finding, "host")})
    if finding.kind is not Kind.DOMAIN:
        return frozenset({finding.target})
    if finding.check == "dns.dangling":
        return frozenset(_texts(finding, "all")) or frozenset({_text(finding, "host_name")})
    www = f"www.{finding.target}"
    if _text(finding, "broken"):
        return frozenset({_text(finding, "broken")})
    alone = {"www_missing": www, "apex_missing": finding.target}
    return frozenset({alone[finding.code]} if finding.code in alone else {finding.target, www})


def _text(finding: Finding, key: str) -> str:
    value = finding.seen.get(key)
    return value if isinstance(value, str) else ""


def _texts(finding: Finding, key: str) -> tuple[str, ...]:
    value = finding.seen.get(key)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()


def _only_schemes_differ(finding: Finding) -> bool:
    """Whether all ends are one place, with and without https."""
    return len({end.partition("://")[2] for end in _texts(finding, "ends")}) == 1


def _one_zone(near: Finding, far: Finding) -> bool:
    """Two hosts of a domain that does not exist."""
    return near.code == far.code == "no_such_domain" and _text(near, "zone") == _text(far, "zone")


def _one_page(near: Finding, far: Finding) -> bool:
    """Two monitors that end at the same dead host, or at the same broken page."""
    key = "host" if near.code in DOWN else "final_url"
    return near.code == far.code and _text(near, key) != "" and _text(near, key) == _text(far, key)


def _one_circle(near: Finding, far: Finding) -> bool:
    """A host that leads into the circle of another one."""
    return near.target in {host_of(step) for step in (*_texts(far, "urls"), _text(far, "next"))}


_SAME: Mapping[str, Callable[[Finding, Finding], bool]] = MappingProxyType(
    {"dns.resolve": _one_zone, "up.http": _one_page, "redir.loop": _one_circle}
)
"""When two findings of the same check are one fault."""


def _below(near: Finding, far: Finding) -> bool:
    domain = _text(near, "zone") or near.target
    return any(host == domain or host.endswith("." + domain) for host in _hosts(far))


def _one_record(near: Finding, far: Finding) -> bool:
    """Whether what failed rests on one of the records that are not as they were."""
    changes = near.seen.get("changes")
    records = [one for one in changes if isinstance(one, Mapping)] if isinstance(changes, list | tuple) else []
    return any(
        one.get("how") in ("servers", "mail", "gone")
        and _rests(far, str(one.get("record_name", "")), str(one.get("record_type", "")))
        for one in records
    )


def _rests(far: Finding, name: str, type: str) -> bool:
    match far.check:
        case "dns.resolve":
            return type in ("A", "AAAA", "CNAME") and name in _hosts(far)
        case "mail.mx" | "mail.mta_sts_tlsrpt":
            return type == "MX" and name == far.target
        case "mail.spf" | "mail.spf_senders":
            return type == "TXT" and name == far.target
        case "mail.dkim":
            return name.endswith(f"._domainkey.{far.target}")
        case "mail.dmarc":
            zone = name.removeprefix("_dmarc.")
            return zone != name and f".{far.target}".endswith(f".{zone}")
    return False


_REACHES: Mapping[Reach, Callable[[Finding, Finding], bool]] = MappingProxyType(
    {
        Reach.HOST: lambda near, far: bool(_hosts(near) & _hosts(far)),
        Reach.BELOW: _below,
        Reach.MAIL: lambda near, far: near.target == far.target,
        Reach.RECORD: _one_record,
        Reach.PAGE: lambda near, far: near.target == far.target,
    }
)


def _because(finding: Finding, way: Sequence[Finding]) -> Finding:
    """The consequence with the way to its cause in words, and with the weight that is left to it beside that."""
    root = way[-1]
    because: dict[str, Json] = {"check": root.check, "target": root.target}
    severity = finding.severity
    for cause in way:
        if (cause.check, cause.code) in PARTLY:
            severity = severity.capped(cause.severity)
    if any(cause.severity is Severity.BLOCKER for cause in way):
        severity = severity.capped(Severity.HIGH)
    return replace(
        finding,
        severity=severity,
        summary=clip(_words(finding, way), LONGEST),
        seen={**finding.seen, "because": because},
    )


def _words(finding: Finding, way: Sequence[Finding]) -> str:
    """What it looks like, and why: `app.example.com is down, because …, because …`."""
    nearest, root = way[0], way[-1]
    if finding.check == "tls.expiry" and nearest.check == "tls.valid":
        # The date is the reason for the warning, and not the other way round.
        if nearest is root:
            return f"{finding.summary}, because of which browsers warn (see {nearest.check})"
        way = way[1:]
    if finding.summary == root.summary:
        return f"{finding.summary} (because of the same fault as {root.target})"
    looks, _, _ = finding.summary.partition(": ")
    between = [cause.summary for cause in way[:-1] if cause.summary != root.summary]
    said = _joined(looks, *between, reason(root))
    return said if len(said) <= LONGEST else _joined(looks, *(one.partition(": ")[0] for one in between), reason(root))


def reason(cause: Finding) -> str:
    """What is said of a cause beside its consequence; of several changed records none speaks for the others."""
    changes = cause.seen.get("changes")
    if cause.code != "servers_changed" and isinstance(changes, list | tuple) and len(changes) > 1:
        return f"{len(changes)} DNS records of {cause.target} changed"
    return cause.summary


def _joined(looks: str, *reasons: str) -> str:
    return ", because ".join((looks, *map(_inner, reasons)))


def _inner(summary: str) -> str:
    """A summary in the middle of a sentence; names and abbreviations keep their letters."""
    first = summary.split(" ", 1)[0]
    return summary[0].lower() + summary[1:] if first.isalpha() and first.istitle() else summary
