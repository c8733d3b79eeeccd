"""DNS answers for the mail checks, written as a zone."""

from __future__ import annotations

from collections.abc import Mapping

from checks.net.facts import DnsAnswer, DnsStatus

Zone = Mapping[str, tuple[str, ...] | DnsStatus]
"""`name type` → records, or how the question ended."""


def answers(zone: Zone) -> dict[tuple[str, str], DnsAnswer]:
    """The answers to exactly these questions."""
    found = {}
    for question, value in zone.items():
        name, _, type = question.rpartition(" ")
        if isinstance(value, DnsStatus):
            found[name, type] = DnsAnswer(name, type, "127.0.0.1:53", value)
        elif not value:
            found[name, type] = DnsAnswer(name, type, "127.0.0.1:53", DnsStatus.NODATA)
        else:
            strings = tuple(pieces(text) for text in value) if type == "TXT" else ()
            found[name, type] = DnsAnswer(name, type, "127.0.0.1:53", DnsStatus.OK, value, strings)
    return found


def pieces(text: str) -> tuple[int, ...]:
    """Lengths of the character-strings that a text is stored in."""
    return tuple(min(255, len(text) - start) for start in range(0, len(text), 255))
