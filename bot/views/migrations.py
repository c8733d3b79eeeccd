"""What a gate says about database migrations: first what customers would feel, then each place with what to do."""

from __future__ import annotations

from bot.document import Document, Item, Listing, Note, Paragraph, Part, Tone, Words
from bot.views.prose import TONES, count, prose, sentence
from checks.model import Finding, Status
from checks.report import Decision, Report

SAYS = {
    Decision.GO: "Customers will not feel these database changes",
    Decision.NO_GO: "Customers would feel these database changes",
    Decision.NOT_PROVEN: "Not all database changes could be read",
}
TONE = {Decision.GO: Tone.GOOD, Decision.NO_GO: Tone.BAD, Decision.NOT_PROVEN: Tone.UNKNOWN}
LABELS = {Status.FAIL: "Stops", Status.WARN: "Look", Status.UNKNOWN: "Not read", Status.PASS: "Fine"}


def document(report: Report) -> Document:
    """The whole answer."""
    bad = [one for one in report.findings if one.status.bad or one.status is Status.UNKNOWN]
    bad.sort(key=lambda one: (one.status is not Status.FAIL, one.severity.rank, one.target))
    parts: list[Part] = [] if bad else [Paragraph((sentence(one.summary),)) for one in report.findings]
    if bad:
        parts.append(Listing(tuple(_item(one) for one in bad), limit=50))
        parts.append(Note((f"{count(len(bad), 'place')} in all. Nothing was run; the database was not touched.",)))
    verdict = report.verdict
    return Document(SAYS[verdict], tuple(parts), TONE[verdict], fallback=f"{SAYS[verdict]}.")


def _item(one: Finding) -> Item:
    lines: list[Words] = [prose(one.impact), *(prose(step) for step in one.fix)]
    return Item(prose(one.summary), tuple(lines), TONES[one.status], LABELS[one.status])
