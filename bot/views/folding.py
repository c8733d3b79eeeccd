"""Many findings, few things to do: the same answer at several places is one thing, and so is a cause with its effects.

The data keep every finding; only what people read is folded. Everything here is pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.views.prose import listed
from checks.causes import Layer, cause_of, layer_of
from checks.model import Finding, Kind, Severity, Status

NAMED = 3
"""So many places are named in a sentence; of more, the first two and how many else."""
WALKS = frozenset({"dns.apex_www", "tls.hsts"})
"""Checks that open pages, although their family stands for something nearer."""
OFFLINE = "offline"
"""The code of the answer that is about the one who looks: the same for every check and every place."""
_PLACE = "\x00"
_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do"}
_SUBJECT = ("that ", "where ", "how often ")
_NAME = r"(?<![\w.-]){}(?![\w-]|\.\w)"
"""A place as a word of its own; `example.com` is not named by `www.example.com`."""
_IN_PROSE = r"(?<![\w.@/=\"-]){}(?![\w/\"-]|\.\w|:\d)"
"""The same outside of addresses and of values to copy."""
_IT = re.compile(r"(?<!\bin )(?<!\bof )(?<!\bto )(?<!\bat )\bit (is|was|has|does|[a-z]+[^s\W]s)\b")
_TAIL = re.compile(r" \([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Group:
    """One thing to do: the same answer of one check at one or more places, and what only follows from it."""

    findings: tuple[Finding, ...]
    effects: tuple[Group, ...] = ()

    @property
    def first(self) -> Finding:
        """The one that speaks for all."""
        return self.findings[0]

    @property
    def places(self) -> tuple[str, ...]:
        """Where it was seen, worst first."""
        return tuple(dict.fromkeys(one.target for one in self.findings))

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose it is, each once; empty where nobody is written down."""
        return tuple(dict.fromkeys(one.owner for one in self.findings if one.owner))

    @property
    def summary(self) -> str:
        """What happened, said once for all places."""
        return said(self.findings)

    @property
    def brief(self) -> str:
        """The same without its details, for a headline."""
        return _without_details(self.summary)

    @property
    def severity(self) -> Severity:
        """How much it matters: as much as the worst that follows from it."""
        return min((self.first.severity, *(one.severity for one in self.effects)), key=lambda one: one.rank)

    @property
    def stops(self) -> Group | None:
        """What of it stops a launch: itself, or the first that follows from it; None where nothing does."""
        found = (self, *self.effects)
        return next(
            (one for one in found if one.first.severity is Severity.BLOCKER and one.first.status is Status.FAIL), None
        )

    @property
    def impact(self) -> str:
        """What customers feel, at all places."""
        felt = {_marked(one.impact, one.target) for one in self.findings}
        many = len(self.places) > 1 and len(felt) == 1
        return _plural(felt.pop(), self.places) if many else self.first.impact

    @property
    def steps(self) -> tuple[str, ...]:
        """How to repair it. The steps name the first place as they stand, since people copy from them."""
        others = len(self.places) - 1
        rest = f"Then the same for {'the other one' if others == 1 else f'the other {others}'}."
        named = re.compile(_NAME.format(re.escape(self.first.target)))
        return tuple(f"{step} {rest}" if others and named.search(step) else step for step in self.first.fix)


def fold(findings: Sequence[Finding]) -> tuple[Group, ...]:
    """The findings, in their order, as groups; an effect stands under its cause where that is among them."""
    cause_at = {(one.check, one.target): one for one in findings if cause_of(one) is None}
    heads: dict[tuple[str, ...], list[Finding]] = {}
    effects: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        because = cause_of(one)
        cause = cause_at.get(because) if because else None
        if cause is None:
            heads.setdefault(_kind(one), []).append(one)
        else:
            effects.setdefault(_kind(cause), []).append(one)
    return tuple(Group(tuple(found), _alike(effects.get(key, ()))) for key, found in heads.items())


def _alike(findings: Iterable[Finding]) -> tuple[Group, ...]:
    kinds: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        kinds.setdefault(_kind(one), []).append(one)
    return tuple(Group(tuple(found)) for found in kinds.values())


def _kind(one: Finding) -> tuple[str, ...]:
    return one.check, one.code, one.status, one.severity, one.environment


def split_unknown(unknown: Sequence[Finding], all_findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What could not be seen by itself, and what cannot be seen before something else is repaired."""
    broken = [one for one in all_findings if one.status is Status.FAIL and one.breaks]
    waiting = [one for one in unknown if any(_hides(other, one) for other in broken)]
    return [one for one in unknown if one not in waiting], waiting


@dataclass(frozen=True, slots=True)
class Blind:
    """What could not be seen: one answer, or several checks of one place that were stopped by the same thing."""

    groups: tuple[Group, ...]

    @property
    def checks(self) -> tuple[str, ...]:
        """Ids of the checks."""
        return tuple(dict.fromkeys(group.first.check for group in self.groups))

    @property
    def summary(self) -> str:
        """What stopped them, said once."""
        first = self.groups[0].first
        if first.code == OFFLINE:
            return first.summary
        if len(self.groups) == 1:
            return self.groups[0].summary
        return f"{len(self.groups)} checks of {first.target} could not be made: {_stop(first)}"

    @property
    def impact(self) -> str:
        """What it means, where it means the same for all of them."""
        meant = {group.impact for group in self.groups}
        return meant.pop() if len(meant) == 1 else "Nothing is proven either way."


def fold_blind(unknown: Sequence[Finding]) -> tuple[Blind, ...]:
    """The same answer at several places is one thing, and so are several checks that stopped at the same thing."""
    stopped: dict[tuple[str, ...], list[Group]] = {}
    for number, group in enumerate(fold(unknown)):
        stopped.setdefault(_stopped_at(group) or (str(number),), []).append(group)
    return tuple(Blind(tuple(groups)) for groups in stopped.values())


def _stopped_at(group: Group) -> tuple[str, ...]:
    """What stopped it, where that may have stopped others too; () where it stands for itself."""
    one = group.first
    if one.code == OFFLINE:
        return ("", one.summary)
    reason = _stop(one) if len(group.places) == 1 else ""
    return (one.target, reason) if reason else ()


def _stop(one: Finding) -> str:
    reason = one.seen.get("reason")
    return reason if isinstance(reason, str) and reason in one.summary else ""


def _hides(broken: Finding, unknown: Finding) -> bool:
    """Whether nobody gets far enough to see the one because of the other: a dead page hides no DNS record."""
    far = layer_of(unknown)
    walks = far > Layer.TLS or unknown.check in WALKS
    return bool(_hosts(broken) & _hosts(unknown)) and (walks or layer_of(broken) <= far)


def _hosts(one: Finding) -> set[str]:
    host = one.seen.get("host")
    met = {host} if isinstance(host, str) else set()
    if one.kind in (Kind.MONITOR, Kind.FLOW):
        return met
    # A check of a whole domain may be stopped at any host of it.
    return {one.target, f"www.{one.target}", *met} if one.kind is Kind.DOMAIN else {one.target}


def said(findings: Sequence[Finding]) -> str:
    """One sentence for all of them: `Home page, Pricing and 5 more are down: …`."""
    first = findings[0]
    summaries = [_marked(one.summary, one.target) for one in findings]
    places = tuple(dict.fromkeys(one.target for one in findings))
    if len(places) == 1:
        return first.summary
    for cut in (str, _without_tail, _without_details, _without_reason):
        heads = {cut(summary) for summary in summaries}
        if len(heads) == 1 and _can_be_many(head := heads.pop()):
            return _plural(head, places)
    return f"{first.summary}, and the same with {_named(places[1:])}"


def effect(group: Group) -> str:
    """What a consequence looks like, without the reason that its cause gives already."""
    return _without_reason(group.brief)


def _marked(text: str, place: str) -> str:
    """The text with its first naming of the place marked."""
    return re.sub(_IN_PROSE.format(re.escape(place)), _PLACE, text, count=1)


def _without_tail(text: str) -> str:
    return _TAIL.sub("", text)


def _without_details(text: str) -> str:
    return _without_tail(text.partition(": ")[0])


def _without_reason(text: str) -> str:
    return _without_details(text.partition(", because")[0])


def _plural(text: str, places: tuple[str, ...]) -> str:
    """The text about one place as one about several: names, verbs and pronouns."""
    before, mark, after = text.partition(_PLACE)
    verb = re.match(r" (\w+)", after)
    if verb and (not before or before.endswith(_SUBJECT)):
        after = f" {_verb(verb[1])}{after[verb.end() :]}"
    said = f"{before}{_named(places) if mark else ''}{after}"
    said = re.sub(r"\b(use|open) it\b", r"\1 them", said)
    if not mark:
        return said
    said = _IT.sub(lambda found: f"they {_verb(found[1])}", said)
    return re.sub(r"\bits\b(?! own\b)", "their", said)


def _can_be_many(head: str) -> bool:
    """Whether the sentence names the place, and goes on with a verb where the place is its subject."""
    before, mark, after = head.partition(_PLACE)
    if not mark or _PLACE in after:
        return False
    verb = re.match(r" (\w+)", after)
    return bool(before) or (
        verb is not None and (verb[1] in _VERBS or verb[1] == "cannot" or _verb(verb[1]) != verb[1])
    )


def _verb(word: str) -> str:
    if word in _VERBS:
        return _VERBS[word]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _named(places: tuple[str, ...]) -> str:
    return listed(places, NAMED if len(places) <= NAMED else NAMED - 1)
