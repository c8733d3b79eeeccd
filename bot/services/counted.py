"""Counted events as a product sends them: one JSON object, a list of them, or one per line (NDJSON).

Each is `{"kind": "login_failed"}`, and perhaps `count`, `service`, `at`, `origin`, `sample` and `id`. What cannot be
read is refused as a whole, with one sentence that names the place: half a list would be counted twice when it is sent
again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from bot.config.names import shown
from bot.config.nearest import did_you_mean
from bot.domain.heard import EVENT_KINDS, Counted
from bot.services.plain_json import STRICT, Moment, Unreadable, loaded, sentence, text_of
from checks.masking import mask

MOST = 1000
"""Events in one request."""
LARGEST_COUNT = 1_000_000
LATE = timedelta(hours=1)
"""What comes later than this is not counted: its hour has been judged already."""
SAMPLE = 200
"""Characters of a sample that are kept."""
MASKED = 2000
"""Characters of a sample that are looked at."""
ORIGIN = 16
"""Hexadecimal digits of an origin: enough to tell a million apart."""


def _kind(word: str) -> str:
    if word not in EVENT_KINDS:
        near = did_you_mean(word, EVENT_KINDS)
        raise ValueError(f'"{shown(word)}" is not counted{near or "; known are " + ", ".join(EVENT_KINDS)}')
    return word


class _Event(BaseModel):
    model_config = STRICT

    kind: Annotated[str, Field(max_length=100), AfterValidator(_kind)]
    count: Annotated[int, Field(ge=1, le=LARGEST_COUNT, strict=True)] = 1
    service: Annotated[str, Field(max_length=100)] = ""
    at: Moment | None = None
    origin: Annotated[str, Field(max_length=500)] = ""
    sample: str = ""
    id: Annotated[str, Field(max_length=200)] = ""


FIELDS = tuple(_Event.model_fields)


@dataclass(frozen=True, slots=True)
class Told:
    """One event, and the id under which its sender would send it again."""

    counted: Counted
    id: str = ""


def read(body: bytes, now: datetime, key: bytes) -> tuple[Told, ...]:
    """What a request tells. Raises `Unreadable`. `key` makes origins unreadable: equal ones stay equal."""
    entries = _entries(body)
    if not entries:
        raise Unreadable("There is no event in it.")
    if len(entries) > MOST:
        raise Unreadable(f"{len(entries):,} events came at once; send at most {MOST:,} in one request.")
    several = len(entries) > 1
    return tuple(_told(entry, f"Entry {number}: " if several else "", now, key) for number, entry in _from_1(entries))


def unreadable(origin: str, key: bytes) -> str:
    """An origin that nobody can read back: a keyed hash (HMAC-SHA-256, RFC 2104) of an address or account."""
    word = origin.strip().casefold()
    return hmac.new(key, b"origin\0" + word.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:ORIGIN]


def summed(events: Iterable[Counted]) -> tuple[Counted, ...]:
    """Those of the same minute that differ in nothing are one; the first sample is kept."""
    found: dict[tuple[object, ...], Counted] = {}
    for one in events:
        same = (one.kind, one.service, one.origin, one.source, one.at.replace(second=0, microsecond=0))
        known = found.get(same)
        found[same] = one if known is None else replace(known, count=known.count + one.count)
    return tuple(found.values())


def _from_1(entries: Sequence[Any]) -> Iterable[tuple[int, Any]]:
    return enumerate(entries, start=1)


def _entries(body: bytes) -> list[Any]:
    text = text_of(body)
    if not text:
        return []
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and text.startswith("{") and lines[0].rstrip().endswith("}"):
        return [_line(number, line) for number, line in _from_1(lines)]
    whole = loaded(text)
    return whole if isinstance(whole, list) else [whole]


def _line(number: int, line: str) -> Any:
    if number > MOST:
        raise Unreadable(f"More than {MOST:,} events came at once; send at most so many in one request.")
    return loaded(line, f"Line {number}")


def _told(entry: Any, where: str, now: datetime, key: bytes) -> Told:
    if not isinstance(entry, dict):
        raise Unreadable(f'{where}Write an object such as {{"kind": "login_failed"}}.')
    try:
        event = _Event.model_validate(entry)
    except ValidationError as error:
        raise Unreadable(where + sentence(error, FIELDS)) from None
    at = now if event.at is None else min(event.at, now)
    counted = Counted(
        event.kind,
        at,
        event.count,
        shown(event.service, 100),
        unreadable(event.origin, key) if event.origin.strip() else "",
        shown(mask(" ".join(event.sample[:MASKED].split())), SAMPLE),
    )
    return Told(counted, event.id.strip())
