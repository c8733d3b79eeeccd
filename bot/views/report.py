"""What an audit found: may I launch, what do customers feel, what do I do first; then the rest, worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Span,
    Tone,
    Words,
)
from bot.domain.runbook.book import Runbook
from bot.domain.runbook.search import lead
from bot.views import drift, sent
from bot.views.changes import changed, news
from bot.views.evidence import evidence, families
from bot.views.folding import Blind, Group, effect, fold, fold_blind, split_unknown
from bot.views.prose import FAMILIES, NOBODY, SEVERITY, TONES, count, label, listed, prose, seconds, sentence, whose
from bot.views.runbook_list import start_value
from checks.model import Finding, Severity, Status
from checks.report import Decision, Report

if TYPE_CHECKING:
    from bot.services.baseline import Drifted

SHOWN = 8
"""Entries of each list in the short form."""
SHOWN_IN_DETAIL = 25
PLACES = 12
"""So many places of one entry are named below it."""
ONE_PLACE = "Seen from one place only, the machine this runs on: visitors elsewhere may see something else."
NO_OWNERS = "Nobody is written down as the owner of any of these. A thing without an owner tends to stay broken."
NOT_TRIED = "Nobody signed up, logged in or paid during this check. Try that once by hand before you launch."
TONE = {Decision.GO: Tone.GOOD, Decision.NO_GO: Tone.BAD, Decision.NOT_PROVEN: Tone.UNKNOWN}
SUBJECTS = {"up": "pages", "dns": "names", "edge": "caching"}
"""What families are about, where their own names do not say it in a sentence."""
AGAIN = "Run this check again"
NO_BOOKS: Mapping[str, Runbook] = MappingProxyType({})
_ORDINARY = frozenset(
    ("Visitors", "Nobody", "People", "Browsers", "Anybody", "Receivers", "Returning", "Your", "Some", "The", "Mail")
)
"""First words of a summary that are no names."""


def report(
    report: Report,
    previous: Report | None = None,
    *,
    detail: bool = False,
    audit: int | None = None,
    only: Sequence[str] = (),
    people: Mapping[str, str] = NOBODY,
    drifted: Drifted | None = None,
    books: Mapping[str, Runbook] = NO_BOOKS,
) -> Document:
    """What was found: go or no-go in words, then what must be fixed, what can wait, what could not be seen.

    `detail` adds every step, the command to see it oneself, and the evidence. `audit` is its number, for the button
    that asks for the detail; `only` what it was limited to; `people` leads from names to Slack user ids; `drifted`
    holds what people have answered about DNS records; `books` are the runbooks in force.
    """
    seen = _Seen(report, previous, detail=detail, people=people)
    seen.drifted, seen.audit, seen.books = drifted, audit, books
    parts: list[Part] = [*seen.lead(), Paragraph((seen.counts(),))]
    if only:
        limited = f"Only {listed(tuple(only))} was looked at, so this is not the decision about the launch."
        parts.append(Paragraph((limited,)))
    parts += seen.lists()
    parts += changed(report, previous)
    if detail:
        parts += families(report)
        parts += sent.listing(report)
    elif drifted is not None and drifted.offer is not None:
        parts += drift.offer(drifted.offer)
    if not seen.owners and (seen.must or seen.wait):
        parts.append(Note((NO_OWNERS,)))
    if report.verdict is Decision.GO and not only and not any(one.check.startswith("flow.") for one in report.findings):
        parts.append(Note((NOT_TRIED,)))
    parts.append(Note((*_questions(report), " ", ONE_PLACE)))
    parts.append(Actions(_buttons(audit, only, detail=detail)))
    return Document(headline(report, only), tuple(parts), TONE[report.verdict], fallback=seen.fallback(only))


def headline(report: Report, only: Sequence[str] = ()) -> str:
    """The verdict in words that a founder understands; what was looked at in part gets no "go"."""
    match report.verdict:
        case Decision.NO_GO:
            stops = next((one.stops for one in fold(report.must_fix) if one.stops), None)
            return f"No-go: {lowered(stops.brief)}" if stops else "No-go: something stops the launch"
        case Decision.NOT_PROVEN:
            blind = [one for one in report.unknown if one.blocker_class]
            if not blind:
                return "Not proven: nothing could be looked at"
            return f"Not proven: {count(len(blind), 'thing')} that can stop a launch could not be looked at"
        case Decision.GO:
            left = len(fold(report.must_fix))
            if only:
                found = f"fix {count(left, 'thing')} before launch" if left else "nothing found that stops a launch"
                return f"Only {listed(tuple(only))}: {found}"
            return (
                f"Go, but fix {count(left, 'thing')} before launch" if left else "Go: nothing found that stops a launch"
            )


def lowered(text: str) -> str:
    """`Visitors of …` in the middle of a sentence; names stay as they are."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return text[0].lower() + text[1:] if first in _ORDINARY else text


class _Seen:
    """One report, folded, with how it is to be shown."""

    def __init__(self, report: Report, previous: Report | None, *, detail: bool, people: Mapping[str, str]) -> None:
        self.must, self.wait = fold(report.must_fix), fold(report.can_wait)
        own, waiting = split_unknown(report.unknown, report.findings)
        self.blind = tuple(Blind((one,)) for one in fold(report.unknown)) if detail else fold_blind(own)
        self.waiting = [] if detail else waiting
        self.owners = any(one.owner for one in report.findings)
        self._report = report
        self._detail = detail
        self._people = people
        self._new = news(report, previous)
        unseen = self.blind[:1] if report.verdict is Decision.NOT_PROVEN else ()
        self.drifted: Drifted | None = None
        self.audit: int | None = None
        self.books = NO_BOOKS
        self._first = next(iter((*self.must, *(one.groups[0] for one in unseen))), None)

    def lead(self) -> list[Part]:
        """What customers feel and what to do first; nothing where nothing is urgent."""
        first = self._first
        if first is None:
            return []
        impact = self._felt(first)
        lines: list[Words] = [label("What customers feel", prose(sentence(impact)))] if impact else []
        lines += [label("Do first", prose(first.steps[0]))] if first.steps else []
        return [Paragraph(_lines(lines))] if lines else []

    def counts(self) -> str:
        """How much there is to do, then how much was looked at."""
        report = self._report
        must = count(len(self.must), "thing must", "things must") if self.must else "Nothing must"
        wait = f", {len(self.wait)} can wait" if self.wait else ""
        return f"{must} be fixed before launch{wait}. {_looked(report)}"

    def fallback(self, only: Sequence[str]) -> str:
        """The report in one sentence."""
        counts = f"{len(self.must)} to fix before launch, {len(self.wait)} can wait"
        return f"{headline(self._report, only)} ({counts}, {len(self._report.unknown)} could not be looked at)."

    def lists(self) -> list[Part]:
        """Must fix, can wait, could not look."""
        parts: list[Part] = []
        most = SHOWN_IN_DETAIL if self._detail else SHOWN
        for title, groups in (
            ("Must fix before launch", self.must),
            ("Can wait until after launch", self.wait),
        ):
            if groups:
                parts += [
                    Heading(title),
                    Listing(tuple(item for one in groups for item in self._items(one)), limit=most),
                ]
        if self.blind:
            items = tuple(self._unseen(one) if len(one.groups) > 1 else self._item(one.groups[0]) for one in self.blind)
            parts += [Heading("Could not look"), Listing(items, limit=most)]
        if self.waiting:
            parts.append(Note((_waits(self.waiting),)))
        return parts

    def _items(self, group: Group) -> list[Item]:
        """One entry; of DNS records that changed, one for each of them."""
        item = self._item(group)
        if self.drifted is None:
            return [item]
        return drift.expanded(item, group, self.drifted, self.audit, whole=self._detail)

    def _item(self, group: Group) -> Item:
        one, known = group.first, group.first.status is not Status.UNKNOWN
        word = SEVERITY[group.severity] if known else "Unknown"
        new = any(self._is_new(one) for one in group.findings)
        small = known and group.severity is Severity.LOW and not self._detail
        title = prose(group.summary)
        return Item(
            title=(*title, " (", Code(one.check), ")") if small else title,
            lines=() if small else tuple(self._about(group)),
            tone=TONES[one.status],
            label=f"{word}, new" if new else word,
            actions=_fix(one, self.books) if small else _help(one, self.books),
        )

    def _unseen(self, blind: Blind) -> Item:
        """Several checks that stopped at the same thing: that is what is to be cleared up."""
        new = any(self._is_new(one) for group in blind.groups for one in group.findings)
        spans: list[Span] = []
        for index, check in enumerate(blind.checks):
            spans += [" · " if index else "", Code(check)]
        felt = prose(sentence(blind.impact))
        return Item(prose(blind.summary), (felt, tuple(spans)), Tone.UNKNOWN, "Unknown, new" if new else "Unknown")

    def _is_new(self, one: Finding) -> bool:
        return (one.check, one.target) in self._new

    def _about(self, group: Group) -> list[Words]:
        """The lines below an entry; what stands at the top of the report is not said again."""
        lines: list[Words] = []
        led = group is self._first and not self._detail
        if group.effects:
            lines.append(also_seen(group))
        if group.impact and not led:
            lines.append(prose(sentence(self._felt(group))))
        lines += self._steps(group.steps, led=led)
        lines.append(self._where(group))
        return lines + evidence(group) if self._detail else lines

    def _felt(self, group: Group) -> str:
        """What customers feel; the values of a changed record stand in two lines of their own."""
        own_lines = self.drifted is not None and group.first.check == drift.CHECK
        return drift.felt(group.impact) if own_lines else group.impact

    def _steps(self, steps: Sequence[str], *, led: bool) -> list[Words]:
        if self._detail and len(steps) > 1:
            return [(f"{number}. ", *prose(step)) for number, step in enumerate(steps, start=1)]
        if led:
            return [label("Then", prose(steps[1]))] if len(steps) > 1 and not steps[1].startswith(AGAIN) else []
        word = "First step" if len(steps) > 1 else "What to do"
        return [label(word, prose(steps[0]))] if steps else []

    def _where(self, group: Group) -> Words:
        one = group.first
        named = all(place in group.summary for place in group.places)
        where: Words = (Code(one.check),) if named else (Code(one.check), f" · {listed(group.places, PLACES)}")
        if one.environment != "production":
            where = (*where, f" ({one.environment})")
        if one.status.bad and self.owners:
            where = (*where, " · ", *whose(group.owners, self._people))
        return where


def also_seen(group: Group) -> Words:
    """What only follows from this, each with the check that saw it."""
    spans: list[Span] = ["Also seen: "]
    for index, one in enumerate(group.effects):
        spans += ["; " if index else "", lowered(effect(one)), " (", Code(one.first.check), ")"]
    return (*spans, ".")


def _lines(lines: Sequence[Words]) -> Words:
    """Several lines as one paragraph."""
    return tuple(span for index, line in enumerate(lines) for span in (("\n", *line) if index else line))


def _looked(report: Report) -> str:
    """How many checks were made, and how they came out; what does not apply is not counted."""
    well, blind = len(report.passed), len(report.unknown)
    made = well + blind + sum(one.status.bad for one in report.findings)
    if not made:
        return "There was nothing to look at."
    if well == made:
        subjects = listed(list(dict.fromkeys(_subject(one) for one in report.passed)), 20)
        return f"All {made} checks are in order: {subjects}." if made > 1 else f"The one check is in order: {subjects}."
    fine = f"Of {count(made, 'check')} {well or 'none'} {'is' if well < 2 else 'are'} in order"
    return f"{fine}, {blind} could not be made." if blind else f"{fine}."


def _subject(finding: Finding) -> str:
    """What a check is about: `certificates` for `tls.…`."""
    family = finding.check.partition(".")[0]
    return SUBJECTS.get(family) or FAMILIES.get(family, family).partition(" (")[0].lower()


def _waits(waiting: Sequence[Finding]) -> str:
    """One line about everything that cannot be seen before something else is repaired."""
    places = listed(list(dict.fromkeys(one.target for one in waiting)), 4)
    return f"Not looked at yet: {count(len(waiting), 'check')} of {places}, until the above is repaired."


def _questions(report: Report) -> Words:
    names = listed(report.targets, 3) if report.targets else "nothing"
    took = seconds(report.took_ms)
    told = sent.told(report)
    if told:
        return (f"Looked at {names} in {took}. ", *told, ".")
    asked = sum(len(one.evidence) for one in report.findings)
    words = f", {count(asked, 'question')} asked," if asked else ""
    return (f"Looked at {names}{words} in {took}.",)


def again(only: Sequence[str]) -> Action:
    """The same check once more."""
    value = " ".join(only)
    command = f"/launch check {value}".rstrip()
    return Action("audit.rerun", "Check Again", value, primary=True, command=command)


def _help(one: Finding, books: Mapping[str, Runbook]) -> tuple[Action, ...]:
    """The way out, where there is a runbook, and why it matters."""
    why = Action("audit.explain", "Why This Matters", one.check, command=f"/launch explain {one.check}")
    return (*_fix(one, books), why)


def _fix(one: Finding, books: Mapping[str, Runbook]) -> tuple[Action, ...]:
    """The runbook that the check names, else one that is written for this answer of it."""
    topic = one.runbook or lead(books, one.check, one.code)
    if not topic or not one.status.bad:
        return ()
    value = start_value(topic, 0, one.check, one.target)
    return (Action("runbook.start", "Show Me the Fix", value, command=f"/launch runbook {topic}"),)


def _buttons(audit: int | None, only: Sequence[str], *, detail: bool) -> tuple[Action, ...]:
    if audit is None or detail:
        return (again(only),)
    return (again(only), Action("audit.detail", "Show the Evidence", str(audit)))
