"""What is not as it was the last time; what is new is marked where it stands, not told twice."""

from __future__ import annotations

from bot.document import Heading, Item, Listing, Note, Part, Time, Tone
from bot.views.folding import fold, said
from bot.views.prose import count, prose
from checks.model import Finding
from checks.report import Change, Report

SHOWN = 6


def news(report: Report, previous: Report | None) -> frozenset[tuple[str, str]]:
    """Check and target of everything that is bad or unknown now and was not before."""
    changes = report.changed_since(previous)
    return frozenset((change.after.check, change.after.target) for change in (*changes.new, *changes.hidden))


def changed(report: Report, previous: Report | None) -> list[Part]:
    """Fixed, worse and better, each said once for all places; nothing without a last time."""
    if previous is None:
        return []
    changes = report.changed_since(previous)
    groups = (
        ("Fixed", Tone.GOOD, changes.fixed),
        ("Worse", Tone.BAD, changes.worse),
        ("Better", Tone.GOOD, changes.better),
    )
    items = tuple(
        Item(prose(said(alike)), tone=tone, label=word) for word, tone, found in groups for alike in _alike(found)
    )
    note = Note(("Last time: ", Time(previous.started_at, "both"), ".", *_small(report, previous)))
    return [Heading("What changed"), Listing(items, limit=SHOWN), note] if items else [note]


def _alike(changes: tuple[Change, ...]) -> list[list[Finding]]:
    """Findings of one check with the same answer; effects of a cause are left to it."""
    return [list(group.findings) for group in fold([change.after for change in changes])]


def _small(report: Report, previous: Report) -> tuple[str, ...]:
    changes = report.changed_since(previous)
    rules = " The rules have changed since, so compare with care."
    if not changes:
        return (" Nothing has changed since.",) if changes.same_rubric else (rules,)
    new = len(fold([change.after for change in changes.new]))
    told = f" {count(new, 'thing')} {'is' if new == 1 else 'are'} new since then." if new else ""
    return (told, "" if changes.same_rubric else rules)
