"""Reads DMARC records and finds the one that holds for a domain (RFC 9989); pure.

Receivers ignore what they do not know, so this does as well: unknown tags, broken values, retired `pct`, `rf` and `ri`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from checks.net.facts import DnsAnswer
from checks.spf_record import is_name

MAX_QUERIES = 8
"""Of one tree walk."""
MAX_TAGS = 100

_VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1(?=[ \t;]|\Z)")
_TAG = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9_]{0,40})[ \t]*=(.*)", re.DOTALL)
_ADDRESS = re.compile(r"[^@\s]{1,254}@([^@\s!]{1,253})(?:![0-9]{1,12}[kmgtKMGT]?)?")
RETIRED = ("pct", "rf", "ri")
"""Tags that RFC 9989 no longer has."""
KNOWN = ("p", "sp", "np", "t", "psd", "rua", "ruf", "adkim", "aspf", "fo", *RETIRED)


class Policy(StrEnum):
    """What receivers are asked to do with mail that fails, the mildest first."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"

    @property
    def strength(self) -> int:
        """0 for none, 2 for reject."""
        return tuple(Policy).index(self)

    def weaker(self) -> Policy:
        """One step down."""
        return tuple(Policy)[max(0, self.strength - 1)]


@dataclass(frozen=True, slots=True)
class Record:
    """One parsed DMARC record."""

    text: str
    tags: Mapping[str, str]
    """By lower-case name; of a tag that stands twice the first counts."""
    loose: bool = False
    """No semicolon follows the version: some receivers read on, others do not."""
    repeated: str = ""
    """The first tag that stands twice: many receivers then skip the record (RFC 6376 section 3.2)."""

    def _policy(self, tag: str) -> Policy | None:
        value = self.tags.get(tag, "").lower()
        return Policy(value) if value in tuple(Policy) else None

    @property
    def p(self) -> Policy:
        """The policy; a missing or unreadable one counts as none (section 4.7)."""
        return self._policy("p") or Policy.NONE

    @property
    def p_unreadable(self) -> str:
        """The word of a `p` that is no policy, or ""."""
        return self.tags["p"] if self.tags.get("p") and self._policy("p") is None else ""

    @property
    def sp(self) -> Policy:
        """The policy for subdomains."""
        return self._policy("sp") or self.p

    @property
    def np(self) -> Policy:
        """The policy for subdomains that do not exist."""
        return self._policy("np") or self.sp

    @property
    def testing(self) -> bool:
        """`t=y`: receivers apply one step less."""
        return self.tags.get("t", "n").lower() == "y"

    @property
    def psd(self) -> str:
        """`y`, `n` or `u`: whether this is a public suffix, an organisation's own domain, or unsaid."""
        value = self.tags.get("psd", "u").lower()
        return value if value in ("y", "n") else "u"

    @property
    def rua(self) -> tuple[str, ...]:
        """Usable addresses for daily reports."""
        return _mailboxes(self.tags.get("rua", ""))

    @property
    def retired(self) -> tuple[str, ...]:
        """Tags that no receiver of today reads, as written."""
        return tuple(f"{name}={self.tags[name]}" for name in RETIRED if name in self.tags)

    def applied(self, policy: Policy) -> Policy:
        """What receivers really do for a policy of this record."""
        return policy.weaker() if self.testing else policy


@dataclass(frozen=True, slots=True)
class Found:
    """The record that holds for a domain."""

    record: Record
    at: str
    """The domain whose `_dmarc` holds it."""
    policy: Policy
    """As published for this domain: `p`, `sp` or `np`."""


def is_dmarc(text: str) -> bool:
    """Whether a TXT record begins with the version, case as written in the standard."""
    return _VERSION.match(text) is not None


def parse(text: str) -> Record:
    """The tags of a record that `is_dmarc`."""
    head = _VERSION.match(text)
    rest = text[head.end() :] if head else text
    loose = bool(rest.strip(" \t")) and not rest.lstrip(" \t").startswith(";")
    tags: dict[str, str] = {}
    repeated = ""
    for part in rest.split(";")[: MAX_TAGS + 1]:
        found = _TAG.fullmatch(part)
        if found is not None:
            name = found[1].lower()
            repeated = repeated or (name if name in tags and name in KNOWN else "")
            tags.setdefault(name, found[2].strip(" \t"))
    return Record(text, tags, loose, repeated)


def dmarc_records(answer: DnsAnswer) -> tuple[Record, ...]:
    """The DMARC records of an answer; others are not looked at (section 4.10)."""
    return tuple(parse(text) for text in answer.records if is_dmarc(text))


def path(domain: str) -> tuple[str, ...]:
    """The domains of the tree walk, the domain itself first: at most eight, the last one a single label."""
    labels = domain.split(".")
    starts = [0, *range(max(1, len(labels) - (MAX_QUERIES - 1)), len(labels))]
    return tuple(".".join(labels[start:]) for start in starts)


def discover(domain: str, answers: Mapping[str, DnsAnswer], *, exists: bool = True) -> Found | None:
    """The record that holds for `domain`, from the answers at `_dmarc.<d>` by domain; None where none does.

    More than one record at a name counts as none there. Answers that are missing or not known are passed over: the
    caller decides whether that matters.
    """
    records: list[tuple[str, Record]] = []
    for name in path(domain):
        answer = answers.get(name)
        found = dmarc_records(answer) if answer is not None else ()
        if len(found) != 1:
            continue
        if name == domain:
            return Found(found[0], name, found[0].p)
        records.append((name, found[0]))
        if found[0].psd != "u":
            break
    if not records:
        return None
    at, record = _organisational(domain, records)
    return Found(record, at, record.sp if exists else record.np)


def _organisational(domain: str, records: list[tuple[str, Record]]) -> tuple[str, Record]:
    """Section 4.10.2: `psd=n` is it; below `psd=y` one label lower; else the one with the fewest labels."""
    at, record = records[-1]
    if record.psd == "y":
        below = ".".join(domain.split(".")[-(len(at.split(".")) + 1) :])
        return next((pair for pair in records if pair[0] == below), (at, record))
    return at, record


def _mailboxes(value: str) -> tuple[str, ...]:
    """The `mailto:` addresses of a list of report URIs that can be written to."""
    found = []
    for uri in value.split(",")[:20]:
        scheme, _, rest = uri.strip(" \t").partition(":")
        address = unquote(rest)
        mailbox = _ADDRESS.fullmatch(address)
        if scheme.lower() == "mailto" and mailbox is not None and "." in mailbox[1] and is_name(mailbox[1]):
            # A size limit behind the address is a thing of the past (section 4.7).
            found.append(address[: mailbox.end(1)])
    return tuple(found)
