"""Reads CAA records: which companies may issue certificates for a name (RFC 8659); pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.net.facts import DnsAnswer

KNOWN = frozenset({"issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail", "issuevmc"})
"""Tags that have a meaning; others do not matter unless they are marked critical."""
MAX_RECORDS = 100

_RECORD = re.compile(r'(\d{1,3})[ \t]+([A-Za-z0-9]{1,255})[ \t]+(?:"((?:[^"\\]|\\.)*)"|(\S*))[ \t]*', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9]{3})|(.))", re.DOTALL)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True, slots=True)
class Property:
    """One CAA record."""

    critical: bool
    tag: str
    """Lower case."""
    value: str

    @property
    def issuer(self) -> str:
        """The issuer that `issue` or `issuewild` allows, lower case; empty where it allows nobody."""
        name = self.value.partition(";")[0].strip(" \t").lower().rstrip(".")
        return name if _DOMAIN.fullmatch(name) else ""


@dataclass(frozen=True, slots=True)
class Rules:
    """The CAA records that hold for a name."""

    at: str
    """The name at which they stand."""
    properties: tuple[Property, ...]

    def issuers(self, *, wildcard: bool = False) -> tuple[str, ...] | None:
        """Who may issue, lower case, in order of name; None where nobody is restricted (sections 4.2, 4.3)."""
        wild = [one for one in self.properties if one.tag == "issuewild"] if wildcard else []
        used = wild or [one for one in self.properties if one.tag == "issue"]
        return tuple(sorted({one.issuer for one in used} - {""})) if used else None

    @property
    def strange(self) -> tuple[str, ...]:
        """Tags that are critical and unknown: no company may then issue anything (section 4.1)."""
        return tuple(sorted({one.tag for one in self.properties if one.critical and one.tag not in KNOWN}))


def parse(text: str) -> Property | None:
    """One record in presentation form (`0 issue "letsencrypt.org"`); None where it is none."""
    found = _RECORD.fullmatch(text)
    if found is None or int(found[1]) > 255:
        return None
    value = _ESCAPE.sub(_plain, found[3]) if found[3] is not None else found[4]
    return Property(bool(int(found[1]) & 128), found[2].lower(), value)


def _plain(found: re.Match[str]) -> str:
    return chr(int(found[1])) if found[1] and int(found[1]) < 256 else (found[2] or "")


def climb(host: str, top: str) -> tuple[str, ...]:
    """The names at which rules for `host` may stand, nearest first, up to `top` (section 3)."""
    labels = host.split(".")
    stop = max(1, len(labels) - len(top.split(".")) + 1) if host == top or host.endswith("." + top) else 1
    return tuple(".".join(labels[cut:]) for cut in range(stop))


def holding(names: Sequence[str], answers: Mapping[str, DnsAnswer]) -> Rules | DnsAnswer | None:
    """The rules that hold: the first along the way that has any. The answer that is missing where DNS did not say."""
    for name in names:
        answer = answers.get(name)
        if answer is None or not answer.status.known:
            return answer
        found = tuple(one for text in answer.records[:MAX_RECORDS] if (one := parse(text)) is not None)
        if found:
            return Rules(name, found)
    return None
