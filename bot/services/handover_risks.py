"""The parts of a handover about what is open: known risks, what can wait, what changed, the order of the work."""

from __future__ import annotations

from bot.domain.handover import Line, Origin, Part, State
from bot.services.handover_known import Sources, measured, question, seen
from bot.store.drift import Said
from checks.model import Finding, Severity, Status

BLOCKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Hours 6 to 18", "Addresses, redirects, edge, certificates", ("dns", "redir", "edge", "tls", "hdr", "seo")),
    ("Hours 18 to 28", "Secrets, variables, deploys", ("sec", "exp", "rel")),
    ("Hours 28 to 36", "Copies of pages, and speed", ("perf", "web")),
    ("Hours 36 to 42", "Watching, mail, alerts", ("up", "obs", "mail")),
    ("Hours 42 to 48", "Walks through the product, and this handover", ("flow",)),
)
"""The two days before a launch, and which families of checks belong to which hours; the first six are the audit."""
NOT_NOW = (
    ("Servers in several regions", "One region and a good edge serve thousands of customers."),
    ("Kubernetes", "A host that runs your container or your code does the same, and does not wake you."),
    ("Microservices", "One program that one person understands is repaired faster than ten."),
    ("An observability platform of your own", "Uptime, an error tracker and this bot say what you can act on."),
    ("Strict firewall rules", "They turn customers away before they stop anybody. Begin with the edge's own defaults."),
)
"""What a first launch is often talked into."""
MOST = 40
"""Lines of a part that grows."""


def risks(known: Sources) -> Part:
    """What is known to be wrong or unknown at this moment, worst first."""
    if known.report is None:
        lines = seen(known)
    else:
        serious = [one for one in known.report.can_wait if one.severity is Severity.HIGH]
        lines = tuple(map(measured, (*known.report.must_fix, *serious, *known.report.unknown)[:MOST]))
    live = tuple(
        Line(
            one.name, (f"Not over yet: {one.service or 'several services'}.",), Origin.COUNTED, State.BAD, one.opened_at
        )
        for one in known.live
    )
    quiet = tuple(
        Line(
            f"Silenced: {one.service or 'every service'}",
            (f"Until {one.ends:%Y-%m-%d %H:%M} UTC: {one.reason}",),
            Origin.SAID,
            State.UNKNOWN,
            one.begins,
            one.author,
        )
        for one in known.quiet.now
    )
    return Part(
        "risks",
        "Known Risks",
        "What is wrong or could not be seen, worst first. Whoever takes over takes these over too.",
        (*live, *lines, *quiet),
        confirms=False,
    )


def later(known: Sources) -> Part:
    """What can wait until after the first ten customers, and what should."""
    waits = (
        [one for one in known.report.can_wait if one.severity is not Severity.HIGH] if known.report is not None else []
    )
    advice = tuple(Line(f"Not now: {what}", (why,), Origin.COUNTED) for what, why in NOT_NOW)
    return Part(
        "later",
        "After the First Ten Customers",
        "What can wait, in the order in which it pays off; and what you do not need yet.",
        (*map(measured, waits[:MOST]), *advice),
        confirms=False,
    )


def changes(known: Sources) -> Part:
    """What changed, by whom, and why."""
    said = {
        Said.ACCEPT: "records taken as right",
        Said.MINE: "a change that was meant",
        Said.WRONG: "a change that nobody wanted",
        Said.UNDO: "an answer that was taken back",
    }
    records = tuple(
        Line(
            f"DNS: {said[one.said]}",
            tuple(
                line for line in (f"Before: {one.old}" if one.old else "", f"Now: {one.new}" if one.new else "") if line
            )
            or ("1 record." if len(one.accepted) == 1 else f"{len(one.accepted)} records.",),
            Origin.SAID,
            at=one.at,
            by=one.actor,
        )
        for one in known.answers
    )
    deploys = tuple(
        Line(
            f"Version {one.version}",
            (one.note or "Nobody wrote what changes.",),
            Origin.COUNTED,
            at=one.live_at or one.began_at,
            by=one.author,
            link=one.compare_url,
        )
        for one in known.deploys
    )
    lines = sorted((*records, *deploys), key=lambda line: line.at or known.now, reverse=True)
    return Part(
        "changes",
        "What Changed, and Why",
        "The last changes of records and versions, newest first.",
        tuple(lines)
        or (Line("Nothing yet", ("Versions and accepted records appear here by themselves.",), Origin.COUNTED),),
        confirms=False,
    )


def order(known: Sources) -> Part:
    """The two days before a launch, in their order: what is done, what is open."""
    audit = (
        Line("Hours 0 to 6: the audit", ("Everything was looked at.",), Origin.COUNTED, State.GOOD, known.looked_at)
        if known.looked_at is not None
        else question("Hours 0 to 6: has everything been looked at?", "/launch check")
    )
    blocks = (_block(known, when, what, families) for when, what, families in BLOCKS)
    return Part(
        "order",
        "Two Days, in Their Order",
        "Each block rests on the one before. Work from the top, and look again after each block: /launch check",
        (audit, *(blocks if known.report is not None else ())),
        confirms=False,
    )


def _block(known: Sources, when: str, what: str, families: tuple[str, ...]) -> Line:
    found = known.of(*families)
    bad = [one for one in found if one.status.bad]
    unseen = [one for one in found if one.status is Status.UNKNOWN]
    label = f"{when}: {what}"
    if not found:
        return Line(label, ("Nothing of it applies to this product so far.",), Origin.COUNTED)
    if not bad and not unseen:
        return Line(label, (f"In order: {len(found)} looked at.",), Origin.MEASURED, State.GOOD, known.looked_at)
    said = [f"{_things(len(bad))} to repair"] if bad else []
    said += [f"{_things(len(unseen))} that could not be seen"] if unseen else []
    first = _first(known, (*bad, *unseen))
    return Line(
        label,
        (f"{', '.join(said)}.", f"First: {first.summary}"),
        Origin.MEASURED,
        State.BAD if bad else State.UNKNOWN,
        known.looked_at,
    )


def _first(known: Sources, some: tuple[Finding, ...]) -> Finding:
    """The one that does most harm, in the report's own ranking."""
    ranked = known.report.ranked if known.report is not None else ()
    return next((one for one in ranked if one in some), some[0])


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count} things"
