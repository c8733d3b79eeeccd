"""The card of an incident: what customers feel, who has it, how bad it is, what comes next; the same in every state.

A new message calls everybody whom it names, an edited one nobody. So on a new card people are called by their names of
launch.yml, unless they are to be called.
"""

from __future__ import annotations

from bot.blockkit.words import clip, one_line
from bot.document import (
    Actions,
    Code,
    Document,
    Facts,
    Lamp,
    Link,
    Note,
    Paragraph,
    Part,
    Span,
    Strong,
    Time,
    Tone,
    Words,
)
from bot.domain.incident import Incident, Status
from bot.domain.member import Light, Outcome
from bot.domain.severity import Sev
from bot.views.card_buttons import buttons, menu
from bot.views.felt import FELT, called, felt, lasted, probes_of, word
from bot.views.holding import REASON, coming, holder
from bot.views.prose import count, listed, prose
from bot.views.state import State, calling, moment, naming, small

__all__ = ["FELT", "State", "card", "headline", "sentence_of", "tone_of", "word"]

MOST_NAMED = 4
"""Members that are called by their names; the rest is counted."""
MOST_STEPS = 2
"""First steps of a repair that a card has room for."""
EVIDENCE, STEP = 300, 240
"""Characters of what was seen, of a step."""
QUIET = frozenset({"WARNING", "NOTE", "EXPOSED"})
"""What nobody knows the beginning of: it is said since when the bot knows."""
FALLBACK = 150
"""Characters of the sentence on a phone's banner."""


def card(state: State, *, mention: tuple[str, ...] = ()) -> Document:
    """The whole card; `mention` are the people (or `here`) that its first posting calls."""
    incident = state.incident
    impact = (Lamp(tone_of(incident)), *_impact(state), *_asking(mention))
    parts: list[Part] = [Paragraph(impact), Facts(_facts(state))]
    cause = _cause(state)
    if cause:
        parts.append(Note(cause))
    if _failing(incident) and not state.runbook:
        parts += [Paragraph(line) for line in _first(state.steps)]
    parts.append(Actions(buttons(incident, state.runbook), menu(incident)))
    parts.append(Note(coming(state)))
    if incident.live:
        parts += state.charts[:2] or ([Note((state.few,))] if state.few else [])
    return Document(headline(state), tuple(parts), tone_of(incident), fallback=sentence_of(state))


def headline(state: State) -> str:
    """`DOWN · Sign-up page`."""
    drill = "DRILL · " if state.incident.drill else ""
    return f"{drill}{word(state.incident)} · {state.what}"


def sentence_of(state: State) -> str:
    """One sentence for a phone's banner: severity, what customers feel, who has it; at most 150 characters."""
    incident = state.incident
    drill = "Drill, nothing is broken: " if incident.drill else ""
    end = f" ({incident.name})."
    what = one_line(state.what, 40)
    if incident.outcome is Outcome.MERGED:
        said = f"{what} has the same cause as INC-{incident.parent} and goes on there"
    elif incident.outcome is Outcome.REMOVED:
        said = f"{what} is no longer watched"
    elif not incident.live:
        said = f"{what}: {small(felt(incident).again)}, after {lasted(incident)}"
    elif incident.green_since is not None and incident.flapping_until is None:
        said = f"SEV{int(incident.sev)} {what}: it looks better, I am making sure"
    else:
        said = f"SEV{int(incident.sev)} {what}: {small(felt(incident).now)}; {_briefly(state)}"
    return drill + clip(said, FALLBACK - len(drill) - len(end)) + end


def _briefly(state: State) -> str:
    incident = state.incident
    if incident.acker:
        return f"{one_line(state.people.get(incident.acker, 'somebody'), 20)} is on it"
    return "asleep for now" if incident.status is Status.SNOOZED else "nobody is on it yet"


def tone_of(incident: Incident) -> Tone:
    """How it is meant: bad while nobody is on a grave one, good once it is over."""
    if not incident.live:
        unknown = incident.outcome in (Outcome.MERGED, Outcome.REMOVED)
        return Tone.PLAIN if unknown else Tone.GOOD
    if incident.status is Status.SNOOZED:
        return Tone.PLAIN
    calm = incident.status is Status.ACKED or incident.green_since is not None or incident.flapping_until is not None
    return Tone.BAD if incident.sev in (Sev.ONE, Sev.TWO) and not calm else Tone.WARN


def _failing(incident: Incident) -> bool:
    """Whether there is something to repair now."""
    return incident.live and (incident.green_since is None or incident.flapping_until is not None)


def _impact(state: State) -> Words:
    incident = state.incident
    drill: Words = (Strong("A drill, nothing is really broken."), " ") if incident.drill else ()
    if not incident.live:
        return (*drill, *_over(state))
    words = felt(incident)
    seen = next((one.evidence for one in incident.own if one.light is Light.RED and one.evidence), "")
    evidence: Words = ("\n", Strong("Seen:"), " ", one_line(seen, EVIDENCE)) if seen else ()
    if incident.flapping_until is not None:
        turns = count(len(incident.changes), "change")
        return (*drill, Strong("It goes up and down"), f": {turns} within an hour. While it is down: ",
                small(words.now), ".", *evidence)  # fmt: skip
    if incident.green_since is not None:
        since = moment(state, incident.green_since)
        return (*drill, Strong("It looks better"), " since ", since, ", and I am making sure. Before that: ",
                small(words.was), ".")  # fmt: skip
    since = moment(state, incident.first_failure)
    ago = Time(incident.first_failure, "ago")
    begun = " Noticed at " if words.word in QUIET else " Since "
    return (*drill, Strong(f"{words.now}."), begun, since, " (", ago, ").", *evidence, *_refused(state))


def _asking(mention: tuple[str, ...]) -> Words:
    """Who is called, in the first paragraph, so that the simplest form of the card still calls them."""
    return ("\n", *calling(mention), "– can you look?") if mention else ()


def _refused(state: State) -> Words:
    """That a fresh look did not agree, right after somebody said that it is fixed."""
    if state.refused is None:
        return ()
    still = "and it still fails" if state.refused.why == "red" else "but could not see how it is"
    return ("\n", Strong("Not fixed yet:"), " I looked again at ", moment(state, state.refused.at), f", {still}.")


def _over(state: State) -> Words:
    incident = state.incident
    if incident.outcome is Outcome.MERGED:
        return (Strong(f"It has the same cause as INC-{incident.parent}."),
                " Everything goes on there; nobody needs to do anything here.")  # fmt: skip
    if incident.outcome is Outcome.REMOVED:
        return (Strong("Nobody looks at it any more"), ": it is no longer in launch.yml. How it is now, I do not know.")
    since = moment(state, incident.resolved_at) if incident.resolved_at else "now"
    by: Words = (" It ended by itself, or somebody repaired it without telling me.",)
    if incident.outcome is Outcome.HUMAN and incident.resolved_by:
        by = (" ", naming(state, incident.resolved_by), " said that it is fixed, and a fresh look agreed.")
    return (Strong(felt(incident).again), " since ", since, f", after {lasted(incident)}.", *by)


def _facts(state: State) -> tuple[tuple[str, Words], ...]:
    incident = state.incident
    facts: list[tuple[str, Words]] = [("Severity", (f"{int(incident.sev)} – {incident.sev.meaning}",))]
    facts.append(("Who has it" if incident.live else "Whose it is", holder(state)))
    probes = probes_of(incident)
    names = [called(one) for one in probes]
    if names and [one.lower() for one in names] != [state.what.lower()]:
        facts.append(("What fails" if _failing(incident) else "What failed", (listed(names, MOST_NAMED),)))
    if told := next((one.url for one in incident.own if one.url), ""):
        facts.append(("The alarm", (Link(told, "open it"),)))
    also = [called(one.probe) for one in incident.also]
    if also:
        facts.append(("Also affected", (listed(tuple(dict.fromkeys(also)), MOST_NAMED),)))
    if incident.muted_until is not None and incident.live:
        why = f": {one_line(incident.mute_reason, REASON)}" if incident.mute_reason else ""
        facts.append(("Silence", ("I repeat nothing until ", moment(state, incident.muted_until), why)))
    if incident.reopened:
        facts.append(("Came back", (count(incident.reopened, "time"),)))
    return tuple(facts)


def _cause(state: State) -> Words:
    incident = state.incident
    if not incident.deploy or incident.deploy_at is None or not incident.live:
        return ()
    by: Words = (" by ", naming(state, incident.deploy_by)) if incident.deploy_by else ()
    minutes = max(0, round((incident.first_failure - incident.deploy_at).total_seconds() / 60))
    before = f"{count(minutes, 'minute')} earlier" if minutes else "at the same time"
    return ("Likely because of release ", Code(one_line(incident.deploy, 40)), *by, f", {before}")


def _first(steps: tuple[str, ...]) -> list[Words]:
    """`Try first: …`, and the step after it."""
    if not steps:
        return []
    shown = [prose(clip(" ".join(one.split()), STEP)) for one in steps[:MOST_STEPS]]
    lines: list[Span] = [Strong("Try first:"), " ", *shown[0]]
    for one in shown[1:]:
        lines += ["\n", Strong("Then:"), " ", *one]
    return [tuple(lines)]
