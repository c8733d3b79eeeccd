"""What stands now, as parts of `status` and the App Home: incidents, monitors, silences, who is on call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blockkit.words import one_line
from bot.document import Code, Heading, Item, Listing, Note, Part, Time, Tone, Words
from bot.domain.detection import State as Stands
from bot.domain.severity import Sev
from bot.domain.silence import Silence
from bot.views import job, muting, oncall
from bot.views.card import tone_of
from bot.views.card_buttons import take
from bot.views.charts import percent
from bot.views.felt import felt, word
from bot.views.holding import coming, holder
from bot.views.prose import count, seconds, span_of
from bot.views.state import State

if TYPE_CHECKING:
    from bot.services.standing import Figures, Live, Stand, Watched

SHOWN = 8
"""Monitors on one screen; the rest is counted."""
WORDS: Mapping[Stands, tuple[str, Tone]] = {
    Stands.DOWN: ("Down", Tone.BAD),
    Stands.SUSPECT: ("Failed once", Tone.WARN),
    Stands.SLOW: ("Slow", Tone.WARN),
    Stands.RECOVERING: ("Looks better", Tone.WARN),
    Stands.UNKNOWN: ("Not seen yet", Tone.UNKNOWN),
    Stands.UP: ("Up", Tone.GOOD),
}


def headline(stand: Stand) -> str:
    """`DOWN · Sign-up`, and how many more; empty where nothing grave is going on."""
    grave = [one for one in stand.live if one.incident.sev <= Sev.TWO and not one.incident.drill]
    if not grave:
        return ""
    first = grave[0].incident
    state = word(first) if first.green_since is not None else felt(first).word
    more = f", and {len(grave) - 1} more" if len(grave) > 1 else ""
    what = _state(grave[0], None).what
    return f"{state} · {what[:1].upper()}{what[1:]}{more}"


def parts(stand: Stand, now: datetime) -> list[Part]:
    """Incidents first, then silences, then monitors and who is on call."""
    return [*live(stand, now), *silences(stand), *monitors(stand), *people(stand)]


def live(stand: Stand, now: datetime) -> list[Part]:
    """Each with what customers feel, who has it, and what comes next."""
    if not stand.live:
        return []
    return [Listing(tuple(_live(one, now) for one in stand.live), limit=5)]


def _live(one: Live, now: datetime) -> Item:
    incident, state = one.incident, _state(one, now)
    drill = "Drill, nothing is broken. " if incident.drill else ""
    since: Words = (f"{drill}{felt(incident).now}, since ", Time(incident.first_failure, "both"), ".")
    who: Words = ("Who has it: ", *holder(state), ".")
    buttons = () if incident.acker or incident.green_since is not None else (take(incident),)
    return Item((state.what,), (since, who, coming(state)), tone_of(incident), word(incident), buttons)


def _state(one: Live, now: datetime | None) -> State:
    return State(one.incident, one.duty, one.next, now)


def silences(stand: Stand) -> list[Part]:
    """What is muted, and until when: never hidden."""
    quiet = stand.quiet
    if not (quiet.now or quiet.later):
        return []
    items = [_muted(one, quiet.maintenance) for one in quiet.now]
    items += [_muted(one, quiet.maintenance, later=True) for one in quiet.later]
    return [Heading("Muted"), Listing(tuple(items), limit=5)]


def _muted(silence: Silence, maintenance: frozenset[str], *, later: bool = False) -> Item:
    begins: Words = ("From ", Time(silence.begins, "both"), ": ") if later else ()
    return Item((*begins, *muting.line(silence, maintenance=silence.id in maintenance)), tone=Tone.WARN)


def monitors(stand: Stand) -> list[Part]:
    """Each with its state, this month and how quick it is; the worst first."""
    if not stand.monitors:
        return []
    bad = sum(one.state in (Stands.DOWN, Stands.SLOW) for one in stand.monitors)
    need = f"{bad} of {len(stand.monitors)} {'needs' if bad == 1 else 'need'} help"
    name = f"Monitors: {need}" if bad else f"Monitors: {_all(stand)}"
    shown = Listing(tuple(_monitor(one) for one in stand.monitors), limit=SHOWN)
    notes = [Note(("One in detail: ", Code(f"/launch status {quoted(stand.monitors[0].name)}")))]
    silent = next((one for one in stand.monitors if one.job is not None and one.job.beat.last_at is None), None)
    if silent is not None:
        typed = Code(f"/launch status {quoted(silent.name)}")
        notes.append(Note((f"{one_line(silent.name, 60)} has not reported yet. The address that it calls: ", typed)))
    return [Heading(name), shown, *notes]


def _all(stand: Stand) -> str:
    up = sum(one.state is Stands.UP for one in stand.monitors)
    return f"{up} of {count(len(stand.monitors), 'is', 'are')} up" if up else f"{len(stand.monitors)}, none seen yet"


def quoted(name: str) -> str:
    """As it is typed."""
    return f'"{name}"' if " " in name else name


def _monitor(one: Watched) -> Item:
    label, tone = word_of(one)
    since: Words = (" since ", Time(one.since, "both")) if one.since is not None and one.state is not Stands.UP else ()
    if one.job is not None:
        # A job is listened to; how many of the bot's looks found it in time says nothing to anybody.
        return Item((f"{one_line(one.name, 60)}: ", *job.line(one.job)), tone=tone, label=label)
    figures = f"; {measured(one.figures)}" if one.figures is not None and measured(one.figures) else ""
    return Item((one_line(one.name, 60), *since, figures), tone=tone, label=label)


def last_good(stand: Stand) -> list[Part]:
    """When each service was last seen in order, or since when it is not; nothing before the first look."""
    found: dict[str, list[Watched]] = {}
    for one in stand.monitors:
        if _seen_at(one) is not None:
            found.setdefault(one.service or one.name, []).append(one)
    told: list[Words] = [_good(name, all_of_it) for name, all_of_it in found.items()]
    spans = tuple(span for index, one in enumerate(told[:SHOWN]) for span in (("; " if index else ""), *one))
    more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return [Note(("Last seen in order: ", *spans, more, "."))] if told else []


def _seen_at(one: Watched) -> datetime | None:
    """When it was looked at last; of a job, when it reported last."""
    return one.last_at if one.job is None else one.job.beat.last_at


def _good(name: str, monitors: Sequence[Watched]) -> Words:
    bad = [one.since for one in monitors if one.state in (Stands.DOWN, Stands.SUSPECT) and one.since is not None]
    if bad:
        return (f"{one_line(name, 40)} not since ", Time(min(bad), "time"))
    if any(one.state in (Stands.UNKNOWN, Stands.DOWN, Stands.SUSPECT) for one in monitors):
        return (f"{one_line(name, 40)} not known",)
    looks = [at for at in map(_seen_at, monitors) if at is not None]
    return (f"{one_line(name, 40)} ", Time(min(looks), "time"))


def word_of(one: Watched) -> tuple[str, Tone]:
    """How it stands, as a word; a job that never reported is neither up nor down yet."""
    silent = one.job is not None and one.job.beat.last_at is None and one.state in (Stands.UP, Stands.UNKNOWN)
    return ("Waiting", Tone.UNKNOWN) if silent else WORDS[one.state]


ENOUGH = 20
"""Answers below which nothing is said about how quick it is."""
FEW = 100
"""Looks below which no percentage is made of them."""
LEAST = timedelta(minutes=1)
"""Less than this is not worth a word."""


def measured(figures: Figures) -> str:
    """`this month 12 of 3,000 looks failed (99.60 % up); 95 of 100 answers of the last day within 0.3 s`."""
    month, day = figures.month, figures.day
    looks = month.sums.good + month.sums.bad
    said = []
    if month.share is not None:
        failed = f"{month.sums.bad:,}" if month.sums.bad else "none"
        share = f" ({percent(month.share)} up)" if looks >= FEW else ""
        one = f"looked at once this month, and it {'failed' if month.sums.bad else 'was good'}"
        said.append(f"this month {failed} of {looks:,} looks failed{share}" if looks > 1 else one)
    said += [f"{span_of(one)} {why}" for one, why in ((month.maintenance, "of maintenance left out"),) if one >= LEAST]
    if day.p95_ms is not None and day.sums.latency.n >= ENOUGH:
        said.append(f"95 of 100 answers of the last day within {seconds(day.p95_ms)}")
    return "; ".join(said)


def people(stand: Stand) -> list[Part]:
    """Who is called now, and who next."""
    return [Note(oncall.line(stand.roster))] if stand.roster is not None else []


def about(one: Watched) -> list[Part]:
    """One monitor in words, above its charts."""
    label, tone = word_of(one)
    since: Words = (" since ", Time(one.since, "both")) if one.since is not None else ()
    looked: Words = (". Looked at ", Time(one.last_at, "ago")) if one.last_at is not None else ()
    seen = f". Seen: {one_line(one.evidence, 300)}" if one.evidence and one.state is not Stands.UP else ""
    if one.job is not None:
        return [Listing((Item((*job.line(one.job), "."), tone=tone, label=label),))]
    found: list[Part] = [Listing((Item((label, *since, *looked, seen, ".")),))]
    if one.figures is not None and (said := measured(one.figures)):
        found.append(Note((f"{said[0].upper()}{said[1:]}. {budget_of(one.figures)}",)))
    return found


def budget_of(figures: Figures) -> str:
    """How much trouble 99.9 % allows this month, and how much of it is used; what nobody saw is said."""
    spent, used = figures.budget, figures.month.down
    down = span_of(used) if used >= LEAST else "less than a minute" if used else "none"
    over = ", which is more than that" if spent.left_s < 0 else ""
    unseen = figures.month.unseen
    blind = f" For {span_of(unseen)} nobody could see; that counts neither way." if unseen >= LEAST else ""
    return f"99.9 % up allows {spent.allowed_s / 60:.1f} minutes of trouble this month; used: {down}{over}.{blind}"
