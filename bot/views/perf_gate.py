"""What `launch perf` measured, for a terminal and for CI: what customers feel first, then each figure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.document import Code, Document, Item, Listing, Note, Paragraph, Part, Table, Tone, Words
from bot.views.prose import SEVERITY, TONES, count, prose, sentence
from checks.load_model import Load
from checks.model import Finding, Status
from checks.report import Decision, Report

SHOWN = 40
"""Endpoints and pages in one answer."""
STEPS = 3
"""Steps of a repair that are shown; the JSON has all."""
LABELS = {Status.PASS: "OK", Status.WARN: "Warning", Status.UNKNOWN: "Unknown", Status.NA: "Not measured"}
ORDER = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.NA, Status.PASS)
TONE = {Decision.GO: Tone.GOOD, Decision.NO_GO: Tone.BAD, Decision.NOT_PROVEN: Tone.UNKNOWN}


def result(report: Report, loads: Sequence[Load] = (), *, saved: str = "") -> Document:
    """All of it, the worst first. `saved` is the file in which this run was kept."""
    findings = sorted(report.findings, key=lambda one: (ORDER.index(one.status), one.severity.rank))
    parts: list[Part] = []
    if len(findings) > 1 or any(one.status is not Status.PASS for one in findings):
        parts.append(Listing(tuple(_item(one) for one in findings), limit=SHOWN))
    for load in loads:
        parts += steps_of(load)
    if saved:
        kept: Words = ("This run is kept in ", Code(saved), ". Compare a later version with it: ")
        parts.append(Note((*kept, Code(f"launch perf --against {saved}"), ".")))
    parts.append(Note(("Measured from this machine: for customers elsewhere the way is longer or shorter.",)))
    return Document(headline(findings), tuple(parts), TONE[report.verdict])


def headline(findings: Sequence[Finding]) -> str:
    """The worst that was found; where all is well, how much that is."""
    if not findings:
        return "Nothing was measured"
    worst = findings[0]
    if worst.status is Status.PASS:
        return worst.summary if len(findings) == 1 else f"All {len(findings)} are as quick as they should be"
    if worst.status is Status.FAIL or len(findings) == 1:
        return worst.summary
    if worst.status is Status.UNKNOWN:
        return f"{count(sum(one.status is Status.UNKNOWN for one in findings), 'answer')} could not be had"
    return worst.summary


def _item(finding: Finding) -> Item:
    bad = finding.status is not Status.PASS
    lines: list[Words] = [prose(sentence(finding.impact))] if bad and finding.impact else []
    if bad:
        lines += [(f"{number}. ", *prose(step)) for number, step in enumerate(finding.fix[:STEPS], 1)]
    figures = figures_of(finding)
    if figures:
        lines.append((figures,))
    label = SEVERITY[finding.severity] if finding.status is Status.FAIL else LABELS[finding.status]
    return Item((finding.summary,), tuple(lines), TONES[finding.status], label)


def figures_of(finding: Finding) -> str:
    """The numbers behind a sentence that do not stand in it."""
    seen = finding.seen
    said = []
    if finding.check == "perf.p95" and "median_ms" in seen:
        said.append(f"half of all answers within {seen['median_ms']} ms")
        said.append(f"slowest {seen['slowest_ms']} ms")
    if finding.check == "perf.gate" and "pairs" in seen and finding.status is not Status.PASS:
        said.append(f"19 of 20 answers within {seen['candidate_ms']} ms, before {seen['baseline_ms']} ms")
    if finding.check == "perf.gate" and "from_percent" in seen:
        said.append(f"95 % sure: between {seen['from_percent']} and {seen['to_percent']} % slower")
    if finding.check == "perf.page" and "total_kb" in seen and finding.code not in ("could_not_look", "no_page"):
        said.append(f"{seen['total_kb']} kB in {seen['requests']} requests, {seen['scripts_kb']} kB of it scripts")
        said.append("what scripts load later only a browser sees")
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def steps_of(load: Load) -> list[Part]:
    """A light load, step by step."""
    if not load.steps:
        return []
    rows = tuple(
        (
            f"{step.rate:g} a second",
            str(step.sent),
            str(step.bad),
            f"{step.p50:.0f}",
            f"{step.p95:.0f}",
            f"{step.slowest:.0f}",
        )
        for step in load.steps
    )
    table = Table(("Visitors", "Sent", "Failed", "Half, ms", "19 of 20, ms", "Slowest, ms"), rows, load.url)
    statuses = ", ".join(f"{times} × {status or 'no answer'}" for status, times in load.statuses)
    said = (
        f"Timed from the moment when each request was due. {count(load.connections, 'connection')} opened, the others"
        f" kept. {load.hits} of {load.sent} answers came from a cache. Answers: {statuses}."
    )
    return [table, Paragraph((said,))]


def stopped(done: int, of: int) -> str:
    """After Ctrl-C."""
    rest = "Below is what was finished before." if done else "Nothing was changed anywhere."
    return f"Stopped: {done} of {of} were measured. {rest}"
