"""How much a check has sent to whom: a line for everybody, and the whole list for whoever reads the server's log."""

from __future__ import annotations

from bot.document import Code, Heading, Item, Listing, Part, Words
from bot.views.prose import count
from checks.report import Report
from checks.sent import WORDS

SERVERS = "dns"
NAMED = 2
"""Hosts that are named in the line."""
LISTED = 25


def _by_host(report: Report) -> dict[str, dict[str, int]]:
    """Kinds and counts by receiver, those who got most first."""
    found: dict[str, dict[str, int]] = {}
    for one in report.sent:
        kinds = found.setdefault(one.to, {})
        kinds[one.kind] = kinds.get(one.kind, 0) + one.times
    return dict(sorted(found.items(), key=lambda pair: -sum(pair[1].values())))


def told(report: Report) -> Words:
    """`312 questions: 41 to app.example.com, 38 to 2 more hosts, 120 to name servers`; nothing where none was sent."""
    total = sum(one.times for one in report.sent)
    if not total:
        return ()
    of_hosts = {to: sum(kinds.values()) - kinds.get(SERVERS, 0) for to, kinds in _by_host(report).items()}
    hosts = sorted(((times, to) for to, times in of_hosts.items() if times), key=lambda pair: -pair[0])
    named, others = (hosts, []) if len(hosts) <= NAMED + 1 else (hosts[:NAMED], hosts[NAMED:])
    parts: list[Words] = [(f"{times} to ", Code(to)) for times, to in named]
    if others:
        parts.append((f"{sum(times for times, _ in others)} to {count(len(others), 'more host')}",))
    asked = sum(one.times for one in report.sent if one.kind == SERVERS)
    if asked:
        parts.append((f"{asked} to name servers",))
    line: Words = (f"{count(total, 'question')}: ",)
    for index, part in enumerate(parts):
        line = (*line, *((", ",) if index else ()), *part)
    return line


def listing(report: Report) -> list[Part]:
    """Every receiver, and how much of which kind it got: to be found again in its log."""
    items = tuple(Item((Code(to), ": ", _kinds(kinds))) for to, kinds in _by_host(report).items())
    return [Heading("What this check sent, and to whom"), Listing(items, limit=LISTED)] if items else []


def _kinds(kinds: dict[str, int]) -> str:
    known = [kind for kind in WORDS if kind in kinds]
    return ", ".join(count(kinds[kind], *WORDS[kind]) for kind in known)
