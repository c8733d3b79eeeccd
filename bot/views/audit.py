"""An audit as an answer: how far it is, and what came out, ranked by what it does to the business."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.document import (
    Action,
    Actions,
    Document,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Person,
    Progress,
    Table,
    Time,
    Tone,
    Words,
)
from bot.views.finding import item as finding_item
from bot.views.prose import FAMILIES, count, listed, prose, seconds, sentence
from checks.model import Severity, Status
from checks.report import Change, Changes, Decision, Report, must_fix

if TYPE_CHECKING:
    from bot.store.audits import Audit

SHOWN = 8
"""Entries of each list in the short form."""
SHOWN_IN_DETAIL = 25
CHANGES_SHOWN = 6
ONE_PLACE = "Seen from one place only, the machine this runs on: visitors elsewhere may see something else."
NO_OWNERS = "Nobody is written down as the owner of any of these. A thing without an owner tends to stay broken."
TONE = {Decision.GO: Tone.GOOD, Decision.NO_GO: Tone.BAD, Decision.NOT_PROVEN: Tone.UNKNOWN}


def message(audit: Audit, found: Report | None, before: Report | None = None) -> Document:
    """A stored audit as its one message: while it runs, when it was cut off, and when it is done."""
    match audit.stage.value:
        case "interrupted":
            return interrupted(done=audit.done, total=audit.total, only=audit.only)
        case "failed":
            return failed(audit.problem, only=audit.only)
        case "done" if found is not None:
            return report(found, before, audit=audit.id, only=audit.only)
        case _:
            return progress(
                done=audit.done,
                total=audit.total,
                now=audit.looking_at,
                asked_by=audit.asked_by,
                since=audit.asked_at,
                only=audit.only,
            )


def progress(
    *,
    done: int,
    total: int,
    now: str = "",
    asked_by: str = "",
    since: datetime | None = None,
    only: Sequence[str] = (),
) -> Document:
    """An audit that runs: edited in place until the report takes its place."""
    scope = listed(tuple(only)) if only else "everything in launch.yml"
    who: Words = (" for ", Person(asked_by)) if asked_by else ()
    began: Words = (", since ", Time(since)) if since else ()
    return Document(
        headline="Checking now",
        parts=(
            Paragraph((f"Looking at {scope}", *who, *began, ".")),
            Progress(done, total, f"Now: {now}" if now else ""),
            Note(("The result appears here, in this message. Nothing is changed at your side by looking.",)),
        ),
        fallback=f"The check is running: {done} of {total} questions are answered.",
    )


def interrupted(*, done: int, total: int, only: Sequence[str] = ()) -> Document:
    """An audit that a restart of the bot cut off."""
    return Document(
        headline="The check was cut off",
        parts=(
            Paragraph((f"The bot was stopped after {done} of {total} questions. Nothing was decided by it.",)),
            Actions((_again(only),)),
        ),
        tone=Tone.UNKNOWN,
        fallback="The check was cut off because the bot was stopped; start it again.",
    )


def failed(problem: str, *, only: Sequence[str] = ()) -> Document:
    """An audit that ended by a mistake of the bot itself."""
    return Document(
        headline="The check could not be finished",
        parts=(
            Paragraph((sentence(problem or "The bot itself made a mistake"),)),
            Paragraph(("That is the bot's fault and says nothing about your product.",)),
            Actions((_again(only),)),
        ),
        tone=Tone.UNKNOWN,
        fallback="The check could not be finished because of a mistake of the bot; it says nothing about your product.",
    )


def report(
    report: Report,
    previous: Report | None = None,
    *,
    detail: bool = False,
    audit: int | None = None,
    only: Sequence[str] = (),
) -> Document:
    """What was found: go or no-go in words, then what must be fixed, what can wait, what could not be seen.

    `detail` adds every step, the command to see it oneself, and the evidence. `audit` is its number, for the button
    that asks for the detail; `only` what it was limited to.
    """
    most = SHOWN_IN_DETAIL if detail else SHOWN
    parts: list[Part] = [Paragraph((_counts(report),))]
    owners = any(one.owner for one in report.findings)
    if only:
        limited = f"Only {listed(tuple(only))} was looked at, so this is not the decision about the launch."
        parts.append(Paragraph((limited,)))
    parts += _changes(report.changed_since(previous), previous)
    for title, findings in (
        ("Must fix before launch", report.must_fix),
        ("Can wait until after launch", report.can_wait),
        ("Could not look", report.unknown),
    ):
        if findings:
            items = tuple(finding_item(one, detail=detail, owners=owners) for one in findings)
            parts += [Heading(title), Listing(items, limit=most)]
    if not any((report.must_fix, report.can_wait, report.unknown)):
        parts.append(Paragraph(("Everything that was looked at is in order.",)))
    parts += _families(report)
    if not owners and (report.must_fix or report.can_wait):
        parts.append(Note((NO_OWNERS,)))
    parts.append(Note((_questions(report), " ", ONE_PLACE)))
    parts.append(Actions(_buttons(audit, only, detail=detail)))
    return Document(headline(report, only), tuple(parts), TONE[report.verdict], fallback=_fallback(report, only))


def headline(report: Report, only: Sequence[str] = ()) -> str:
    """The verdict in words that a founder understands; what was looked at in part gets no "go"."""
    match report.verdict:
        case Decision.NO_GO:
            stops = [one for one in report.must_fix if one.severity is Severity.BLOCKER and one.status is Status.FAIL]
            return f"No-go: {_lowered(stops[0].summary)}" if stops else "No-go: something stops the launch"
        case Decision.NOT_PROVEN:
            blind = [one for one in report.unknown if one.blocker_class]
            if not blind:
                return "Not proven: nothing could be looked at"
            return f"Not proven: {count(len(blind), 'thing')} that can stop a launch could not be looked at"
        case Decision.GO:
            left = len(report.must_fix)
            if only:
                found = f"fix {count(left, 'thing')} before launch" if left else "nothing found that stops a launch"
                return f"Only {listed(tuple(only))}: {found}"
            return (
                f"Go, but fix {count(left, 'thing')} before launch" if left else "Go: nothing found that stops a launch"
            )


def _lowered(text: str) -> str:
    """`Visitors of …` in the middle of a sentence; names stay as they are."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    common = {"Visitors", "Nobody", "People", "Browsers", "Anybody", "Receivers", "Whoever", "Customers", "Your", "The"}
    return text[0].lower() + text[1:] if first in common or first == "Mail" else text


def _fallback(report: Report, only: Sequence[str]) -> str:
    counts = f"{len(report.must_fix)} to fix before launch, {len(report.can_wait)} can wait"
    return f"{headline(report, only)} ({counts}, {len(report.unknown)} could not be looked at)."


def _counts(report: Report) -> str:
    wait, blind, well = len(report.can_wait), len(report.unknown), len(report.passed)
    must = count(len(report.must_fix), "thing must", "things must") if report.must_fix else "Nothing must"
    said = [f"{must} be fixed before launch"]
    said += [f"{wait} can wait"] if wait else []
    said += [f"{well} {'is' if well == 1 else 'are'} in order"] if well else []
    said += [f"{blind} could not be looked at"] if blind else []
    return f"{', '.join(said)}."


def _questions(report: Report) -> str:
    asked = sum(len(one.evidence) for one in report.findings)
    looks = count(len(report.findings), "check")
    names = listed(report.targets, 3) if report.targets else "nothing"
    told = f", {count(asked, 'question')} asked" if asked else ""
    return f"{looks} of {names}{told}, in {seconds(report.took_ms)}."


def _changes(changes: Changes, previous: Report | None) -> list[Part]:
    """What is not as it was the last time; nothing where there was no last time."""
    if previous is None:
        return []
    since: Words = ("Last time: ", Time(previous.started_at, "both"), ".")
    if not changes:
        same = " Nothing has changed since." if changes.same_rubric else " The rules have changed since."
        return [Note((*since, same))]
    groups = (
        ("Fixed", Tone.GOOD, changes.fixed),
        ("New", Tone.BAD, changes.new),
        ("Worse", Tone.BAD, changes.worse),
        ("Better", Tone.GOOD, changes.better),
        ("No longer seen", Tone.UNKNOWN, changes.hidden),
    )
    items = tuple(
        Item(prose(_said(change, word)), tone=tone, label=word) for word, tone, found in groups for change in found
    )
    told = () if changes.same_rubric else (" The rules have changed since, so compare with care.",)
    return [Heading("What changed"), Listing(items, limit=CHANGES_SHOWN), Note((*since, *told))]


def _said(change: Change, word: str) -> str:
    """What to say about a change: the present state, except that something fixed is named by what was wrong."""
    if word == "No longer seen":
        return f"{change.after.check} of {change.after.target}: {change.after.summary}"
    return change.after.summary


def _families(report: Report) -> list[Part]:
    """How each family came out, in the order of causes."""
    names = [one.check.partition(".")[0] for one in report.findings]
    order = [*FAMILIES, *sorted(set(names) - set(FAMILIES))]
    rows = []
    for family in (name for name in order if name in names):
        own = [one for one in report.findings if one.check.partition(".")[0] == family]
        bad = [one for one in own if one.status.bad]
        fix = sum(must_fix(one) for one in bad)
        blind = sum(one.status is Status.UNKNOWN for one in own)
        well = sum(one.status is Status.PASS for one in own)
        if bad or blind or well:
            rows.append((FAMILIES.get(family, family), str(fix), str(len(bad) - fix), str(blind), str(well)))
    if len(rows) < 2:
        return []
    return [Table(("Looked at", "Fix first", "Can wait", "Unknown", "In order"), tuple(rows))]


def _again(only: Sequence[str]) -> Action:
    value = " ".join(only)
    command = f"/launch check {value}".rstrip()
    return Action("audit.rerun", "Check Again", value, primary=True, command=command)


def _buttons(audit: int | None, only: Sequence[str], *, detail: bool) -> tuple[Action, ...]:
    again = _again(only)
    if audit is None or detail:
        return (again,)
    return (again, Action("audit.detail", "Show the Evidence", str(audit)))
