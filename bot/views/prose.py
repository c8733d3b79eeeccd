"""Small turns of phrase that several answers share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.document import Code, Person, Span, Strong, Time, Tone, Words
from checks.model import Severity, Status

NOBODY: Mapping[str, str] = MappingProxyType({})
"""Nobody of launch.yml is known to Slack."""
_TICKED = re.compile(r"`([^`\n]{1,300})`")

SEVERITY = {
    Severity.BLOCKER: "Blocker",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
}
STATUS = {
    Status.PASS: "In order",
    Status.WARN: "Warning",
    Status.FAIL: "Broken",
    Status.UNKNOWN: "Could not look",
    Status.NA: "Does not apply",
}
FAMILIES = {
    "dns": "Names (dns)",
    "up": "Reachable (up)",
    "tls": "Certificates (tls)",
    "redir": "Redirects (redir)",
    "mail": "Mail (mail)",
    "edge": "Shield and cache (edge)",
    "web": "Pages (web)",
    "hdr": "Security headers (hdr)",
    "seo": "Search engines (seo)",
    "exp": "What is exposed (exp)",
    "sec": "Secrets (sec)",
    "flow": "Sign-up and payment (flow)",
    "perf": "Speed (perf)",
    "rel": "Releases (rel)",
    "obs": "Watching (obs)",
}
TONES = {
    Status.PASS: Tone.GOOD,
    Status.WARN: Tone.WARN,
    Status.FAIL: Tone.BAD,
    Status.UNKNOWN: Tone.UNKNOWN,
    Status.NA: Tone.PLAIN,
}


def prose(text: str) -> Words:
    """Text whose `ticked` parts are names and values to copy."""
    spans: list[Span] = []
    for index, piece in enumerate(_TICKED.split(text)):
        if piece:
            spans.append(Code(piece) if index % 2 else piece)
    return tuple(spans)


def count(number: int, one: str, many: str = "") -> str:
    """`1 host`, `4 hosts`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(names: list[str] | tuple[str, ...], most: int = 4) -> str:
    """`a, b and c`, or `a, b, c, d and 3 more`."""
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def sentence(text: str) -> str:
    """With a full stop, and a capital at the start."""
    plain = text.strip()
    if not plain:
        return ""
    begun = plain if "." in plain.split()[0] else plain[0].upper() + plain[1:]
    return begun if begun[-1] in ".!?…" else f"{begun}."


def seconds(milliseconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min`; nothing takes no time at all, so `0.1 s` is the least."""
    value = max(0.1, milliseconds / 1000) if milliseconds else 0.0
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min"


def span_of(length: timedelta) -> str:
    """`40 seconds`, `7 minutes`, `3 hours`, `2 days`."""
    total = max(0, int(length.total_seconds()))
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if total >= size:
            return count(total // size, name)
    return count(total, "second")


def when(at: datetime) -> Words:
    """How long ago; where nobody knows the present moment, the date."""
    return (Time(at, "ago"),)


def whose(owners: Sequence[str], people: Mapping[str, str] = NOBODY) -> Words:
    """Whose it is, mentioned where `people` knows the Slack id; that nobody is written down is said as well."""
    if not owners:
        return ("Owner: nobody is written down",)
    spans: list[Span] = ["Owner: " if len(owners) == 1 else "Owners: "]
    for index, name in enumerate(owners):
        spans += [" and " if index == len(owners) - 1 else ", "] if index else []
        spans.append(Person(people.get(name, name)))
    return tuple(spans)


def label(word: str, words: Words) -> Words:
    """`First step: …` with the label in bold."""
    return (Strong(f"{word}:"), " ", *words)
