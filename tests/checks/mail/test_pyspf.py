"""Our reading of SPF records beside pyspf, on zones that are made up at random (with a fixed seed)."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.checks.mail.oracle import SuiteZone, answer_of, archive, theirs

ZONES = 600
NAMES = tuple(f"n{number}.test" for number in range(6))
MADE_UP = (
    "a", "mx", "ptr", "a:{n}", "mx:{n}", "include:{n}", "include:{n}", "a:{n}/24", "mx:{n}//64", "ip4:192.0.2.{k}",
    "ip4:192.0.2.0/2{k}", "ip6:2001:db8::{k}", "ip6:2001:db8::/3{k}", "a:gone.test", "exists:gone.test",
    "?include:{n}", "-include:{n}", "foo{k}=bar", "exp={n}",
)  # fmt: skip
"""Terms that match no mail from the address that is tried, so that every part of a record is reached."""
WRONG = (
    "ip4:1.2.3", "ip4:1.2.3.4/33", "ip6:::1/129", "include", "include:", "a:", "a:/24", "mx:/33", "a/33", "a//129",
    "ip4:", "all:x", "exists", "ptr:", "a:n1", "include:%{x}.test", "foo", "a:%{r}.test", "a:%", "ipv4:1.2.3.4",
    "a:1.2.3.4", "-", "+", "include:n1.test/24", "redirect=", "exp=",
)  # fmt: skip
"""Mistakes. Names with empty labels are left out: section 4.8 lets receivers choose what to make of them."""
ENDS = ("-all", "~all", "?all", "", "redirect={n}", "redirect={n}", "~all redirect={n}")


def made(source: random.Random, *, mistakes: bool) -> str:
    """One record."""
    words = []
    for _ in range(source.randrange(0, 7)):
        pool = WRONG if mistakes and source.random() < 0.12 else MADE_UP
        words.append(source.choice(pool))
    words.append(source.choice(ENDS))
    return _filled("v=spf1 " + " ".join(word for word in words if word), source)


def _filled(text: str, source: random.Random) -> str:
    while "{n}" in text:
        text = text.replace("{n}", source.choice(NAMES), 1)
    while "{k}" in text:
        text = text.replace("{k}", str(source.randrange(1, 9)), 1)
    return text.strip()


def zone(source: random.Random) -> SuiteZone:
    """Names that point at each other."""
    mistakes = source.random() < 0.5
    data: dict[str, list[dict[str, object]]] = {}
    for name in NAMES:
        count = source.choices((0, 1, 2), (1, 12, 1))[0]
        entries: list[dict[str, object]] = [{"TXT": made(source, mistakes=mistakes)} for _ in range(count)]
        if source.random() < 0.8:
            entries.append({"A": "192.0.2.77"})
        # Servers with an address: pyspf also counts addresses that are missing behind `mx`, the standard counts terms.
        entries += [{"MX": [10, "sender.test"]} for _ in range(source.choice((0, 1)))]
        data[name] = entries or [{"TXT": "something else"}]
    # The sender has a name of its own; otherwise `ptr` would be a look-up without an answer for this sender alone.
    data["99.113.0.203.in-addr.arpa"] = [{"PTR": "sender.test"}]
    data["sender.test"] = [{"A": "198.51.100.1"}]
    return SuiteZone(data)


def twice(records: SuiteZone) -> bool:
    """Whether an unknown modifier stands twice: by section 6 of RFC 7208 nobody minds, but pyspf does."""
    texts = [str(value).split() for found in records.names.values() for kind, value in found if kind == "TXT"]
    return any(len(words) > len({*words}) and any(word.startswith("foo") for word in words) for words in texts)


@pytest.mark.slow
async def test_we_agree_with_pyspf_about_which_records_receivers_ignore():
    """On six hundred zones, whose every part a mail that matches nothing must reach."""
    archive()
    source = random.Random(7208)
    counts: Counter[tuple[str, str]] = Counter()
    odd = []
    for number in range(ZONES):
        records = zone(source)
        other = theirs(records, NAMES[0])
        ours = await answer_of(records, NAMES[0])
        other = other if other in ("permerror", "temperror", "none") else "ok"
        counts[other, ours] += 1
        if other == "permerror" != ours and twice(records):
            counts["stricter than section 6", ours] += 1
        elif other != ours:
            odd.append((number, other, ours, records.names))
    assert not odd, (counts, odd[:3])
    assert counts["permerror", "permerror"] > ZONES // 5
    assert counts["ok", "ok"] > ZONES // 10
