"""The engineer's part of a report: what was asked of whom, the command to see it oneself, the standard behind it."""

from __future__ import annotations

from bot.document import Code, Link, Part, Table, Words
from bot.views.folding import Group
from bot.views.prose import FAMILIES, count, label, listed
from checks.model import Asked, Status
from checks.report import Report, must_fix

QUESTIONS = 3
ANSWER = 300
"""Characters of an answer."""


def evidence(group: Group) -> list[Words]:
    """Of the first finding of a group; the same question with the same answer is shown once."""
    one = group.first
    lines: list[Words] = []
    if one.verify:
        lines.append(label("See it yourself", (Code(one.verify),)))
    asked = _once(one.evidence)
    for question, times in asked[:QUESTIONS]:
        took = f" ({question.took_ms} ms)" if question.took_ms else ""
        often = f", {times} times" if times > 1 else ""
        answer = Code(question.answer[:ANSWER] or "no answer")
        lines.append((f"Asked {question.of} for {question.what}{often}: ", answer, took))
    if len(asked) > QUESTIONS:
        lines.append((f"… and {count(len(asked) - QUESTIONS, 'more question')}",))
    if one.links:
        links = [Link(url, "") for url in one.links[:3]]
        lines.append(
            ("Standard: ", *(span for index, link in enumerate(links) for span in ((", ", link) if index else (link,))))
        )
    if one.requirements:
        lines.append((f"Serves {listed(one.requirements, 6)}",))
    return lines


def _once(questions: tuple[Asked, ...]) -> list[tuple[Asked, int]]:
    """Each question with how often it had this answer; the time is that of the first."""
    times: dict[tuple[str, str, str], list[Asked]] = {}
    for one in questions:
        times.setdefault((one.what, one.of, one.answer), []).append(one)
    return [(same[0], len(same)) for same in times.values()]


def families(report: Report) -> list[Part]:
    """How each family came out, those with most to fix first."""
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
            rows.append((FAMILIES.get(family, family), fix, len(bad) - fix, blind, well))
    if len(rows) < 2:
        return []
    rows.sort(key=lambda row: (-row[1], -row[2], -row[3]))
    header = ("Checks", "Fix first", "Can wait", "Unknown", "In order")
    return [Table(header, tuple((name, *map(str, numbers)) for name, *numbers in rows))]
