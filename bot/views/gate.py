"""The one message of a build that gates of CI stopped: what customers have, what was found, whose it is, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.blockkit.words import one_line
from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Facts,
    Heading,
    Item,
    Link,
    Listing,
    Note,
    Paragraph,
    Part,
    Span,
    Time,
    Tone,
    Words,
)
from bot.domain.gates import Build, Ended, Gate
from bot.views.deploy import NAME, person
from bot.views.prose import SEVERITY, TONES, count, listed, prose, sentence, span_of
from checks.model import Finding

SHOWN = 5
"""Findings in the message; the log has all of them."""
STEPS = 3
GATE = {
    "secrets": "keys in the code",
    "env": "variables",
    "migrations": "database changes",
    "smoke": "flows",
    "perf": "speed",
}
"""What each gate looks at, in a founder's words."""


@dataclass(frozen=True, slots=True)
class State:
    """A build, and what else its message needs."""

    build: Build
    findings: Mapping[tuple[str, str], Sequence[Finding]] = field(default_factory=dict)
    """What is not in order, by gate and environment, the worst first."""
    live: str = ""
    """The version that customers have."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Slack user ids by name."""
    topics: frozenset[str] = frozenset()
    """Runbooks that there are."""

    @property
    def worst(self) -> list[Finding]:
        """Of all gates that hold it up, gate by gate."""
        return [one for gate in self.build.stopped for one in self.findings.get((gate.name, gate.environment), ())]


def document(state: State) -> Document:
    """The message as it stands now."""
    build, worst = state.build, state.worst
    parts: list[Part] = [Paragraph(felt(state))]
    if worst and build.ended_at is None:
        parts.append(Listing(tuple(item(one) for one in worst[:SHOWN])))
        if rest := _rest(state):
            parts.append(Note((rest,)))
        if worst[0].fix:
            parts += [Heading("What to do first"), Listing(tuple(Item(prose(one)) for one in worst[0].fix[:STEPS]))]
    parts.append(Facts(facts(state)))
    parts.append(Note((coming(build),)))
    if buttons := actions(state):
        parts.append(Actions(buttons))
    told = "".join(one if isinstance(one, str) else getattr(one, "text", "") for one in felt(state))
    return Document(headline(state), tuple(parts), _tone(state), fallback=told)


def headline(state: State) -> str:
    """`Build stopped · a1b2c3d`, `Pull request 12 · Stopped`, `Passes again · b2c3d4e`."""
    build = state.build
    word = _word(build)
    if build.change:
        return f"Pull request {build.change} · {word}"
    if not build.main:
        return f"Branch {one_line(build.branch, 40)} · {word}"
    name = next((one_line(one, NAME) for one in (build.version, build.branch, _about(build)) if one), "")
    place = "" if build.production else f"{build.environment.capitalize()} · "
    if build.production and build.ended_at is None and build.with_customers(state.live) and not build.newer:
        word = "Live, and not in order"
    elif build.by_hand and build.ended_at is None and not build.newer:
        word = "Not in order"
    elif build.production and not place:
        word = {"Stopped": "Build stopped", "Not proven": "Build stopped, not proven"}.get(word, word)
    return f"{place}{word}{f' · {name}' if name else ''}"


def _about(build: Build) -> str:
    """What was looked at by hand: nothing else names it."""
    return listed([_called(one) for one in build.stopped or build.gates]) if build.by_hand else ""


def _word(build: Build) -> str:
    if build.newer:
        return "Still stopped"
    if build.ended_at is not None:
        return "Passes again"
    return "Stopped" if any(one.ended is Ended.STOPPED for one in build.stopped) else "Not proven"


def _tone(state: State) -> Tone:
    build = state.build
    if build.newer or not build.production:
        return Tone.PLAIN
    if build.ended_at is not None:
        return Tone.GOOD
    return Tone.BAD if any(one.ended is Ended.STOPPED for one in build.stopped) else Tone.UNKNOWN


def felt(state: State) -> Words:
    """What customers have and feel."""
    build = state.build
    mine: Span = Code(one_line(build.version, NAME)) if build.version else "it"
    if build.newer:
        return ("It is still not in order. A newer message tells how it goes on.",)
    if not build.main:
        what = "pull request" if build.change else "branch"
        if build.ended_at is not None:
            return (f"Customers notice nothing. Nothing holds this {what} up any more.",)
        return (f"Customers notice nothing: this is a {what}. {_why(build)}",)
    if not build.production:
        end = "Nothing holds it up any more." if build.ended_at is not None else _why(build)
        return (f"Customers notice nothing: this is {build.environment}. {end}",)
    if build.ended_at is not None:
        took = span_of(build.ended_at - build.began_at)
        if build.by_hand:
            return (f"It is mended after {took}.",)
        return ("What stopped the build is mended after ", f"{took}. ", "Customers get ", mine, " once it is deployed.")
    if build.with_customers(state.live):
        who = "a look by hand" if build.by_hand else "your CI"
        return ("Customers have ", mine, f" already, and {who} says: {_what(build)}.")
    if build.by_hand:
        return ("Somebody looked by hand, at a terminal. Whether customers have it, nobody said.",)
    kept: Words = (" They still have ", Code(one_line(state.live, NAME)), ".") if state.live else ()
    return ("Customers do not have ", mine, ": the build was stopped.", *kept, f" {_why(build)}")


def _what(build: Build) -> str:
    if any(one.ended is Ended.STOPPED for one in build.stopped):
        return "something is wrong with it"
    return "something could not be looked at"


def _why(build: Build) -> str:
    """Which gates hold it up: what is wrong, else what could not be looked at."""
    wrong = [_called(one) for one in build.stopped if one.ended is Ended.STOPPED]
    blind = [_called(one) for one in build.stopped if one.ended is Ended.UNPROVEN]
    if wrong:
        return sentence(f"Not in order: {listed(wrong)}")
    return sentence(f"Could not be looked at: {listed(blind)}")


def _called(gate: Gate) -> str:
    where = "" if gate.environment == "production" else f" of {gate.environment}"
    return f"{GATE.get(gate.name, gate.name)}{where}"


def item(one: Finding) -> Item:
    """One of them: what it is, and what customers would feel."""
    lines = (prose(sentence(one.impact)),) if one.impact else ()
    word = SEVERITY[one.severity] if one.status.bad else "Could not look"
    return Item(prose(sentence(one.summary)), lines, TONES[one.status], word)


def _rest(state: State) -> str:
    """How much is not shown."""
    more = sum(one.more for one in state.build.stopped) + max(0, len(state.worst) - SHOWN)
    return f"And {count(more, 'more finding')}: see the log." if more else ""


def facts(state: State) -> tuple[tuple[str, Words], ...]:
    """Who, which branch, since when, what passed, where the log is."""
    build = state.build
    pairs: list[tuple[str, Words]] = []
    if build.author:
        # A proposal is nobody's emergency: its author is named, and not called.
        who = person(build.author, state.people) if build.production else one_line(build.author, NAME)
        pairs.append(("By", (who,)))
    if build.branch:
        pairs.append(("Branch", (Code(one_line(build.branch, NAME)),)))
    if build.repository:
        pairs.append(("Code", (one_line(build.repository, NAME),)))
    word = "Found" if build.by_hand else "Stopped"
    pairs.append((word, (Time(build.began_at, "both"),)))
    if build.stopped:
        pairs.append((f"{word} by", (listed([f"launch {one.name}" for one in build.stopped]),)))
    if build.passed:
        pairs.append(("Passed", (listed([_called(one) for one in build.passed]),)))
    log = next((one.log_url for one in build.stopped if one.log_url), build.log_url)
    if log:
        pairs.append(("Log", (Link(log, "open it"),)))
    return tuple(pairs)


def coming(build: Build) -> str:
    """What I do next."""
    number = f"Build {build.id} · Next: "
    if build.newer or build.ended_at is not None:
        return f"{number}nothing more."
    return f"{number}I say here when it passes again."


def actions(state: State) -> tuple[Action, ...]:
    """The way out, where there is a runbook for the worst."""
    worst = state.worst
    if not worst or state.build.ended_at is not None or not state.build.production:
        return ()
    topic = worst[0].runbook
    if topic not in state.topics:
        return ()
    value = f"{topic}:0:{worst[0].check}:{worst[0].target}"[:300]
    return (Action("runbook.start", "Show Me the Fix", value, primary=True, command=f"/launch runbook {topic}"),)


def entry(build: Build) -> Item:
    """One of them in a list, in two lines."""
    plain = one_line(build.branch or build.builder or "a build", NAME)
    name: Span = Code(one_line(build.version, NAME)) if build.version else plain
    by: Words = (" by ", one_line(build.author, NAME)) if build.author else ()
    branch = f"pull request {build.change}" if build.change else one_line(build.branch, 40) if build.branch else ""
    of = f" of {branch}" if branch else ""
    tone = Tone.BAD if build.production else Tone.PLAIN
    word = "Found" if build.by_hand else "Stopped"
    return Item((name, of), ((_why(build), f" {word} ", Time(build.began_at, "both"), *by),), tone, word)
