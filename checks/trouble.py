"""Plain words for a look that failed, and who has to do with it."""

from __future__ import annotations

from checks.net.facts import DnsAnswer, DnsStatus, Fault, Reason
from checks.urls import host_of

WORDS = {
    Reason.DNS: "its name could not be looked up",
    Reason.REFUSED: "the server refused the connection: nothing listens there",
    Reason.UNREACHABLE: "there is no route to the server's address",
    Reason.TIMEOUT: "the server did not answer in time",
    Reason.RESET: "the server cut the connection in the middle",
    Reason.TLS: "the secure connection could not be set up",
    Reason.PROTOCOL: "the server's answer was not readable as a web answer",
    Reason.BLOCKED: "the address is private or internal, and this bot refuses to contact such addresses",
    Reason.BUDGET: "the time for this run was used up before this could be looked at",
    Reason.UNSUPPORTED: "this bot's own library cannot ask this",
    Reason.BUG: "this bot made a mistake of its own",
}

OURS = frozenset({Reason.BLOCKED, Reason.BUDGET, Reason.UNSUPPORTED, Reason.BUG})
"""Reasons that lie with the bot, not with the site: they prove nothing about it."""

UNHEARD = {
    DnsStatus.SERVFAIL: "the resolvers report a failure (SERVFAIL)",
    DnsStatus.REFUSED: "the resolvers refuse the question",
    DnsStatus.TIMEOUT: "no resolver answered in time",
    DnsStatus.MALFORMED: "the answer was garbled",
    DnsStatus.UNREACHABLE: "no resolver could be reached",
}


_REFUSED = "the certificate was refused: "


def words(fault: Fault | None) -> str:
    """What happened, as the end of a sentence that begins with "because"; the evidence holds the rest."""
    if fault is None:
        return "no answer came"
    detail = fault.detail
    if fault.reason is Reason.DNS and detail:
        return detail
    if fault.reason is Reason.TLS and detail.startswith(_REFUSED):
        return f"{_REFUSED.rstrip(': ')} ({detail.removeprefix(_REFUSED)})"
    if fault.reason in (Reason.BLOCKED, Reason.PROTOCOL) and detail:
        return f"{WORDS[fault.reason]} ({detail})"
    return WORDS[fault.reason]


def at(url: str, fault: Fault | None) -> str:
    """What happened and where, for a walk that may have led elsewhere."""
    said = words(fault)
    host = host_of(url)
    return said if host in said else f"{said}, at {host}"


def ours(fault: Fault | None) -> bool:
    """Whether the look failed for a reason of the bot's own."""
    return fault is not None and fault.reason in OURS


def unheard(answers: tuple[DnsAnswer, ...]) -> str:
    """Why a DNS question has no answer, in words; empty where one of the servers did answer."""
    if any(answer.status.known for answer in answers):
        return ""
    statuses = sorted({answer.status for answer in answers})
    return ", ".join(UNHEARD[status] for status in statuses) or "nobody could be asked"


def visitors_fail_too(answers: tuple[DnsAnswer, ...]) -> bool:
    """Whether visitors cannot find a name either: a resolver knows that, or several report that its zone fails.

    `answers` are those of each resolver for both families: only absence of both is absence. Resolvers that say nothing
    are ours, and the failure of a single one may be its own.
    """
    failing = {one.server for one in answers if one.status is DnsStatus.SERVFAIL}
    present = {one.server for one in answers if not one.status.absent}
    return len(failing) > 1 or any(one.server not in present for one in answers)
