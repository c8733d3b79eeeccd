"""Keys of well-known providers, told by their form: those that must stay secret, and those that are public by design.

Only forms that nothing else has are looked for; guessing by randomness finds "keys" in every library. No provider is
ever asked whether a key works. Texts come from strangers: first the fixed words of each form are searched, then only
the surroundings of what was found are read closely, each place once.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from checks import providers
from checks.masking import conceal
from checks.providers import Entry
from checks.secret_proofs import PROOFS

MOST = 100
"""Keys found in one text at most."""
BEFORE, AFTER = 80, 400
"""Characters around a fixed word that may belong to the key."""
MADE_UP = re.compile(r"example|placeholder|changeme|your[_-]|x{6}|0{8}|1234567|abcdefgh|\*{4}|\.{3}", re.IGNORECASE)
"""Keys of manuals."""
JWT = re.compile(r"(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{8,400}\.(eyJ[A-Za-z0-9_-]{8,2000})\.[A-Za-z0-9_-]{20,700}")
JWT_AFTER = 3200


@dataclass(frozen=True, slots=True)
class Key:
    """A key that stands in a text."""

    name: str
    """What it is, as a founder knows it: `Stripe secret key`."""
    secret: bool
    """False: made for public pages."""
    text: str
    """The key itself; never shown: use `shown`."""
    step: str
    """For a secret one what to do first; for a public one the question to answer."""
    url: str = ""
    """Where that is done."""
    id: str = ""
    """Of its form, as in `providers/keys.yml`."""
    test: bool = False
    """It opens a test system only."""
    at: int = 0
    """Where it begins in the text."""

    @property
    def shown(self) -> str:
        """First six and last two characters."""
        return conceal(self.text)


SERVICE_ROLE = Key(
    "Supabase service_role key",
    secret=True,
    text="",
    id="supabase-service-role",
    step="Roll the key in Supabase under Project Settings - API Keys",
    url="https://supabase.com/dashboard/",
)
ANON = Key(
    "Supabase anon key",
    secret=False,
    text="",
    id="supabase-anon",
    step="Is row level security switched on for every table?",
    url="https://supabase.com/dashboard/",
)


def find(text: str) -> tuple[Key, ...]:
    """The keys in a text, each once, secret ones first; those of manuals (`EXAMPLE`, `xxxx`) are left out."""
    found: dict[str, Key] = {}
    for key in everywhere(text, providers.load("keys")):
        found.setdefault(key.text, key)
    return tuple(sorted(found.values(), key=lambda key: not key.secret))


def secrets(text: str) -> tuple[Key, ...]:
    """Only the keys that nobody else may know."""
    return tuple(key for key in find(text) if key.secret)


def everywhere(text: str, entries: Iterable[Entry], *, signed: bool = True) -> Iterator[Key]:
    """Each place where a key of these forms stands, and with `signed` the tokens that say their role."""
    for entry in entries:
        yield from _formed(text, entry)
    if signed:
        yield from _signed(text)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _formed(text: str, entry: Entry) -> Iterator[Key]:
    pattern, secret = _compiled(entry.text("pattern")), entry.text("kind") != "public"
    unless, proof = entry.text("unless"), PROOFS.get(entry.text("proof"))
    step, count = entry.text("rotate" if secret else "ask"), 0
    for start, end in _surroundings(text, entry.texts("contains"), AFTER):
        for match in pattern.finditer(text, start, end):
            name = "secret" if "secret" in pattern.groupindex else 0
            found = match[name]
            if secret and (not _believable(found) or (unless and _compiled(unless).search(found))):
                continue
            if proof is not None and not proof(text, match.start(name), found):
                continue
            yield Key(
                entry.name, secret, found, step, entry.text("url"), entry.id, entry.flag("test"), match.start(name)
            )
            count += 1
            if count >= MOST:
                return


def _surroundings(text: str, words: tuple[str, ...], after: int) -> Iterator[tuple[int, int]]:
    """The parts of a text around some words; parts that touch become one, so that nothing is read twice."""
    for word in words:
        start = end = -1
        at = text.find(word)
        while at >= 0:
            if start >= 0 and at - BEFORE > end:
                yield start, end
                start = -1
            start = max(0, at - BEFORE) if start < 0 else start
            end = min(len(text), at + after)
            at = text.find(word, at + 1)
        if start >= 0:
            yield start, end


def _believable(text: str) -> bool:
    """Whether it may be a real key: no example of a manual, no row of one letter."""
    return MADE_UP.search(text) is None and len(set(text[-16:])) >= 5


def _signed(text: str) -> Iterator[Key]:
    """Supabase's older keys: signed tokens (RFC 7519) that say their role."""
    for start, end in _surroundings(text, ("eyJ",), JWT_AFTER):
        for match in JWT.finditer(text, start, end):
            kind = {"service_role": SERVICE_ROLE, "anon": ANON}.get(_role(match[1]))
            if kind is not None:
                yield replace(kind, text=match[0], at=match.start())


def _role(payload: str) -> str:
    """The role that a token's payload states; empty where there is none to read."""
    try:
        said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return ""
    role = said.get("role") if isinstance(said, dict) else None
    return role if isinstance(role, str) else ""
