"""What the product reports, and the minutes that are left of a month: lines of status, App Home and digest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.blockkit.words import one_line
from bot.document import Heading, Item, Listing, Note, Part, Tone
from bot.domain import burn
from bot.domain.burn import FLOWS, Left
from bot.domain.spike_words import counted
from bot.services.events_day import Told

if TYPE_CHECKING:
    from bot.services.standing import Figures, Watched

SHOWN = 4
"""Kinds on one screen; the rest is counted."""


def standing(told: Sequence[Told], monitors: Sequence[Watched] = ()) -> list[Part]:
    """What failed in the last day, and the monitor with the fewest minutes left; nothing where there is nothing."""
    parts: list[Part] = []
    if told:
        parts += [Heading("Reported in the last 24 hours"), listing(told)]
    return [*parts, *minutes(monitors)]


def listing(told: Sequence[Told]) -> Listing:
    """Each kind with what is normal; small numbers as they are."""
    return Listing(tuple(item(one) for one in told), limit=SHOWN)


def item(one: Told) -> Item:
    """`4 of 95 log-ins failed (normal: 0–1)`."""
    flow = next((flow for flow in FLOWS.values() if flow.failed[0] == one.kind), None)
    said = counted(one.kind, one.count)
    if flow is not None and one.tries:
        said = f"{one.count:,} of {one.tries:,} {flow.tries} failed"
    if one.usual is None:
        return Item((f"{said} (there is no normal yet)",))
    low, high = one.usual
    normal = f"{low:,}–{high:,}" if low != high else f"{low:,}"
    tone, label = (Tone.WARN, "More than usual") if one.unusual else (Tone.PLAIN, "")
    return Item((f"{said} (normal: {normal})",), tone=tone, label=label)


def minutes(monitors: Sequence[Watched]) -> list[Part]:
    """`Sign-up page: 31 of 43 minutes left this month`; of the one with the fewest left, where any are used."""
    used = [(left_of(one.figures), one.name) for one in monitors if one.figures is not None]
    spent = [(left, name) for left, name in used if left.used_s >= 60]
    if not spent:
        return []
    left, name = min(spent, key=lambda one: one[0].share)
    return [budget(name, left)]


def budget(name: str, left: Left) -> Note:
    """One monitor's minutes; where few are left, what that means for releases."""
    told = f"Error budget (99.9 %), worst first: {one_line(name, 60)}, {burn.left(left)}."
    return Note((told, " Wait with risky releases until next month.") if left.low else (told,))


def left_of(figures: Figures) -> Left:
    """What is left of the minutes that a month may be down."""
    month = figures.month
    spent = figures.budget
    return Left(spent.allowed_s, spent.used_s, month.maintenance.total_seconds(), month.unseen.total_seconds())
