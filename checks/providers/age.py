"""How old the knowledge about providers is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from checks.providers import Entry, ProviderKind, load

STALE_MONTHS = 12
"""Older knowledge is likely to miss an address range or a new name."""


@dataclass(frozen=True, slots=True)
class Age:
    """How old the entries of a file are, or those of one group in it."""

    name: str
    """The kind or the group."""
    entries: int
    oldest: date
    """First day of the month as of which the oldest of them was written down."""
    newest: date
    months: int
    """Whole months since `oldest`."""

    @property
    def stale(self) -> bool:
        """Whether somebody should look it up anew."""
        return self.months >= STALE_MONTHS


def of_kind(kind: ProviderKind, today: date) -> Age:
    """The age of a whole file."""
    return _age(kind, load(kind), today)


def of_groups(kind: ProviderKind, today: date) -> tuple[Age, ...]:
    """The age of each group of entries that are kept up to date together, in the order of the file."""
    groups: dict[str, list[Entry]] = {}
    for entry in load(kind):
        groups.setdefault(entry.group, []).append(entry)
    return tuple(_age(name, tuple(entries), today) for name, entries in groups.items() if name)


def of_entry(entry: Entry, today: date) -> Age:
    """The age of one entry."""
    return _age(entry.id, (entry,), today)


def _age(name: str, entries: tuple[Entry, ...], today: date) -> Age:
    dates = [entry.as_of for entry in entries]
    oldest, newest = min(dates), max(dates)
    months = (today.year - oldest.year) * 12 + today.month - oldest.month
    return Age(name, len(entries), oldest, newest, max(0, months))
