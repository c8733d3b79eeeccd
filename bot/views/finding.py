"""One finding as an entry of a list: what customers feel, the first step, whose it is; the evidence on demand."""

from __future__ import annotations

from bot.document import Action, Code, Item, Link, Strong, Words
from bot.views.prose import SEVERITY, TONES, count, label, listed, owner, prose, sentence
from checks.model import Finding, Status


def item(finding: Finding, *, detail: bool, owners: bool) -> Item:
    """Three lines for a founder; `detail` adds every step, the command to see it oneself and what was asked."""
    lines: list[Words] = []
    if finding.impact:
        lines.append(prose(sentence(finding.impact)))
    steps = finding.fix if detail else finding.fix[:1]
    if len(steps) == 1:
        lines.append(label("First step" if len(finding.fix) > 1 else "What to do", prose(steps[0])))
    else:
        lines += [(Strong(f"{number}."), " ", *prose(step)) for number, step in enumerate(steps, start=1)]
    where: Words = (Code(finding.check), f" · {finding.target}")
    if finding.environment != "production":
        where = (*where, f" ({finding.environment})")
    lines.append((*where, " · ", *owner(finding.owner)) if finding.status.bad and owners else where)
    if detail:
        lines += _evidence(finding)
    known = finding.status is Status.UNKNOWN
    return Item(
        title=prose(finding.summary),
        lines=tuple(lines),
        tone=TONES[finding.status],
        label="Unknown" if known else SEVERITY[finding.severity],
        actions=(
            Action("audit.explain", "Why This Matters", finding.check, command=f"/launch explain {finding.check}"),
        ),
    )


def _evidence(finding: Finding) -> list[Words]:
    lines: list[Words] = []
    if finding.verify:
        lines.append(label("See it yourself", (Code(finding.verify),)))
    for one in finding.evidence[:3]:
        took = f" ({one.took_ms} ms)" if one.took_ms else ""
        lines.append((f"Asked {one.of} for {one.what}: ", Code(one.answer[:300] or "no answer"), took))
    if len(finding.evidence) > 3:
        lines.append((f"… and {count(len(finding.evidence) - 3, 'more question')}",))
    if finding.links:
        lines.append(("Standard: ", *_spaced([Link(url, "") for url in finding.links[:3]])))
    if finding.requirements:
        lines.append((f"Serves {listed(finding.requirements, 6)}",))
    return lines


def _spaced(links: list[Link]) -> Words:
    spans: list[Link | str] = []
    for index, link in enumerate(links):
        spans += [", ", link] if index else [link]
    return tuple(spans)
