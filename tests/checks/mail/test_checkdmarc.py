"""Our reading of mail records beside checkdmarc's, on records that are made up at random (with fixed seeds).

Where the two differ, the difference is undone: the record is rewritten as the reason says, and then both must agree.
So no reason can hide another difference, and each is counted.
"""

from __future__ import annotations

import copy
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from checks import dmarc_record
from checks.spf_walk import gather, walk
from tests.checks.mail import peer
from tests.checks.mail.oracle import SuiteZone, answer_of
from tests.checks.mail.test_pyspf import NAMES, zone

DOMAIN = NAMES[0]


@dataclass(frozen=True, slots=True)
class Reason:
    """A kind of difference, and what undoes it."""

    why: str
    """With the section of the standard."""
    undo: Callable[[str], str]
    """The same record without what the two read differently."""
    most: float
    """Share of the records that may differ for this reason."""


def undone(reasons: Mapping[str, Reason], agrees: Callable[[Callable[[str], str]], bool]) -> tuple[str, ...] | None:
    """The fewest reasons that make both agree; None where not even all of them do."""
    names = list(reasons)
    subsets = sorted(range(1 << len(names)), key=int.bit_count)
    for bits in subsets:
        chosen = tuple(name for position, name in enumerate(names) if bits >> position & 1)

        def undo(text: str, chosen: tuple[str, ...] = chosen) -> str:
            for name in chosen:
                text = reasons[name].undo(text)
            return text

        if agrees(undo):
            return chosen
    return None


def judge_counts(counts: Counter[str], reasons: Mapping[str, Reason], total: int) -> None:
    """Every reason was needed, and none more often than it says."""
    for name, reason in reasons.items():
        assert 0 < counts[name] <= reason.most * total, (name, counts)


# --- SPF (RFC 7208) ---

SPF_ZONES = 300
SPF_REASONS = {
    "exists": Reason(
        "4.6.4 and 5.7: `exists` asks for an address, which may be a void look-up; checkdmarc does not ask",
        lambda text: text.replace("exists:gone.test", "exists:sender.test"),
        0.12,
    ),
    "ptr": Reason(
        "5.5: `ptr` asks for the names of the sender's address; checkdmarc asks for the address of the domain",
        lambda text: re.sub(r"(?<= )ptr\b", "a", text),
        0.05,
    ),
    "names": Reason(
        "4.8 and 12: what is no full name is a mistake; checkdmarc asks for it and finds nothing",
        lambda text: re.sub(r"(?<= )a:(?:n1|1\.2\.3\.4)(?= |\Z)", "a:gone.test", text),
        0.05,
    ),
    "after all": Reason(
        "4.6: a mistake anywhere ends the evaluation; checkdmarc does not read what follows `all`",
        lambda text: re.sub(r"( [~?-]all) .*", r"\1", text),
        0.05,
    ),
}
"""Our side is rewritten: it then counts as checkdmarc does."""
BEHIND_ALL = ("foo", "a:%{r}.test", "ip4:1.2.3", "ip4:192.0.2.1", "mx", "moo=1")


def spf_zone(source: random.Random) -> SuiteZone:
    """As for pyspf, sometimes with something behind `all`; checkdmarc would ask the internet for plain explanations."""
    made = zone(source)
    for entries in made.names.values():
        for position, (kind, value) in enumerate(entries):
            if kind == "TXT":
                text = re.sub(r"\bexp=(n\d)", r"exp=%{o}.\1", value)
                behind = text.endswith("all") and source.random() < 0.1
                entries[position] = (kind, text + " " + source.choice(BEHIND_ALL) if behind else text)
    return made


async def spf_ours(records: SuiteZone) -> tuple[str, int, int]:
    """Our answer, with look-ups and void look-ups where receivers follow the record."""
    said = await answer_of(records, DOMAIN)
    if said != "ok":
        return said, 0, 0
    tree = walk(DOMAIN, await gather(DOMAIN, records))
    return said, tree.lookups, sum(len(node.voids) for _depth, node in tree.walk())


def rewritten(records: SuiteZone, undo: Callable[[str], str]) -> SuiteZone:
    """The zone with every TXT record rewritten."""
    changed = copy.copy(records)
    changed.names = {
        name: [(kind, undo(value) if kind == "TXT" else value) for kind, value in entries]
        for name, entries in records.names.items()
    }
    return changed


@pytest.mark.slow
async def test_spf_records_cost_as_many_look_ups_as_checkdmarc_counts():
    """Which records receivers give up on, look-ups, and void ones, on three hundred zones."""
    source = random.Random(7209)
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for number in range(SPF_ZONES):
        records = spf_zone(source)
        theirs = peer.spf_answer(records, DOMAIN)
        kinds[theirs[0]] += 1
        for bits in sorted(range(1 << len(SPF_REASONS)), key=int.bit_count):
            chosen = [name for position, name in enumerate(SPF_REASONS) if bits >> position & 1]
            ours = records
            for name in chosen:
                ours = rewritten(ours, SPF_REASONS[name].undo)
            if await spf_ours(ours) == theirs:
                counts.update(chosen)
                break
        else:
            pytest.fail(f"{number}: {theirs}, but {await spf_ours(records)} for {records.names}")
    judge_counts(counts, SPF_REASONS, SPF_ZONES)
    assert min(kinds[kind] for kind in ("ok", "permerror", "none")) > SPF_ZONES // 20, kinds


# --- DMARC (RFC 9989) ---

DMARC_RECORDS = 400
WORDS = {
    "p": ("none", "quarantine", "reject", "Reject", "block", ""),
    "sp": ("none", "quarantine", "REJECT", "off"),
    "np": ("none", "quarantine", "reject", "no"),
    "t": ("y", "n", "Y", "x"),
    "psd": ("y", "n", "u", "maybe"),
    "adkim": ("r", "s", "x"),
    "aspf": ("r", "s"),
    "fo": ("0", "1", "d:s", "z"),
    "pct": ("100", "50", "half"),
    "ri": ("86400",),
    "rua": (
        "mailto:a@n0.test", "mailto:a@n0.test,mailto:b@sub.n0.test", "mailto:a@n0.test!10m", "a@n0.test",
        "mailto:a", "https://n0.test/reports", "mailto:a@n0.test, mailto:b@n0.test", "MAILTO:a@n0.test", "mailto:",
    ),
    "moo": ("1", "a b"),
}  # fmt: skip


def dmarc_text(source: random.Random) -> str:
    """One record that begins as it must."""
    names = source.sample(list(WORDS), source.randrange(0, 7))
    if source.random() < 0.1 and names:
        names.append(source.choice(names))
    tags = []
    for name in names:
        # Most values are proper ones, or hardly a record would be.
        value = source.choice(WORDS[name] if source.random() < 0.3 else WORDS[name][:2])
        equals = source.choice(("=", "=", "=", " = ", "= "))
        tags.append((name.upper() if source.random() < 0.1 else name) + equals + value)
    if source.random() < 0.08:
        tags.insert(source.randrange(0, len(tags) + 1), source.choice(("", "junk", "x_1=2", "=none")))
    head = source.choice(("v=DMARC1", "v=DMARC1", "v = DMARC1", "V=DMARC1"))
    return source.choice(("; ", ";", " ; ")).join((head, *tags)) + source.choice(("", ";", "; "))


def _tags(text: str, keep: Callable[[str, str], str | None]) -> str:
    """The record with each tag's value rewritten; None drops the tag."""
    head, *rest = text.split(";")
    parts = []
    for part in rest:
        name, equals, value = part.partition("=")
        changed = keep(name.strip().lower(), value.strip()) if equals else keep("", part.strip())
        if changed is not None:
            parts.append(f" {name.strip()}={changed}" if equals else part)
    return ";".join((head, *parts))


LEGAL = {
    "p": "none quarantine reject", "sp": "none quarantine reject", "np": "none quarantine reject",
    "t": "y n", "psd": "y n u", "fo": "0 1 d s d:s",
}  # fmt: skip


def _legal_only(name: str, value: str) -> str | None:
    return value if name not in LEGAL or value.lower() in LEGAL[name].split() else None


def _proper_only(name: str, value: str) -> str | None:
    return value if name and re.fullmatch(r"[a-z]+", name) and value else None


def _reports_only(name: str, value: str) -> str | None:
    if name != "rua":
        return value
    good = [uri for uri in value.split(",") if re.fullmatch(r"\s*(?i:mailto):[^@,]+@[^@,]+|https://.*", uri)]
    return ",".join(good) or None


DMARC_REASONS = {
    "values": Reason(
        "4.8: a value that is none is dropped for the default; checkdmarc gives up the record",
        lambda text: _tags(text, _legal_only),
        0.2,
    ),
    "parts": Reason(
        "4.8: what is no tag at all is ignored; checkdmarc gives up the record",
        lambda text: _tags(text, _proper_only),
        0.15,
    ),
    "addresses": Reason(
        "4.7: an address that cannot be written to is passed over; checkdmarc gives up the record",
        lambda text: _tags(text, _reports_only),
        0.12,
    ),
}
"""Their side is rewritten: it then holds only what they read at all."""


def dmarc_ours(text: str) -> dict[str, Any] | None:
    """Our reading, in the same words."""
    if not dmarc_record.is_dmarc(text):
        return None
    found = dmarc_record.parse(text)
    if found.repeated:
        return None
    said = {"p": found.p.value, "sp": found.sp.value, "np": found.np.value, "psd": found.psd}
    return said | {"t": "y" if found.testing else "n", "rua": found.rua}


def test_dmarc_records_mean_what_checkdmarc_reads():
    """Policies, test mode and report addresses of four hundred records."""
    source = random.Random(9989)
    counts: Counter[str] = Counter()
    read = 0
    for number in range(DMARC_RECORDS):
        text = dmarc_text(source)
        ours = dmarc_ours(text)
        read += ours is not None
        chosen = undone(DMARC_REASONS, lambda undo, text=text, ours=ours: peer.dmarc_answer(undo(text), DOMAIN) == ours)
        assert chosen is not None, (number, text, ours, peer.dmarc_answer(text, DOMAIN))
        counts.update(chosen)
    judge_counts(counts, DMARC_REASONS, DMARC_RECORDS)
    assert DMARC_RECORDS * 0.7 < read < DMARC_RECORDS
