"""Your DNS records are what you decided they should be.

One wrong click in a DNS console, an expired trial of some tool, or somebody with an old password, and mail goes
elsewhere or the site leads to a stranger. Nobody sees it happen. So you say once what is right, in launch.yml or by
accepting what stands there today, and every change after that is shown to you: the old value and the new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from checks import trouble
from checks.drift import (
    Answers,
    Difference,
    How,
    Question,
    Wanted,
    compare,
    further,
    proposal,
    wanted,
    watched,
)
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host
from checks.net.facts import DnsAnswer
from checks.probe import Probe
from checks.registry import check

ASK = (
    "Ask in your team who changed {record} and why.",
    "If it was wanted: write the new value down under `expect` in launch.yml, or accept it where the bot asks you.",
    "If nobody did it: at {dns_host} put the old value back ({old}), and change the password of that account.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The DNS records of {name} are as you decided ({count} compared)"),
    "nothing_expected": Outcome(
        Status.NA,
        "Nobody has said yet how the DNS records of {name} should be, so a change would go unnoticed",
        fix=(
            "Under its host in launch.yml write `expect:` and below it what must stay, one record a line.",
            "For instance: `- type: {line_type}` and, in the line below, `equals: [{line_values}]`.",
        ),
    ),
    "servers_changed": Outcome(
        Status.FAIL,
        "The name servers of {name} changed: another company may now decide where your site and mail go",
        "Whoever runs them can read your mail and show another site under your name. Was: {old}. Is: {new}.",
        ASK,
        Severity.HIGH,
        runbook="dns_changed_unexpectedly",
    ),
    "mail_changed": Outcome(
        Status.FAIL,
        "A record for the mail of {name} changed: {record}",
        "Mail may be going elsewhere, or yours may land in spam. Was: {old}. Is: {new}.",
        ASK,
        Severity.HIGH,
        runbook="dns_changed_unexpectedly",
    ),
    "gone": Outcome(
        Status.FAIL,
        "{record} is gone, and you expect it",
        "Whatever rests on it no longer works. Was: {old}.",
        ASK,
        Severity.HIGH,
        runbook="dns_changed_unexpectedly",
    ),
    "changed": Outcome(
        Status.WARN,
        "{record} is not what you expect",
        "Visitors may be led somewhere else. Was: {old}. Is: {new}.",
        ASK,
        Severity.MEDIUM,
        runbook="dns_changed_unexpectedly",
    ),
    "extra": Outcome(
        Status.WARN,
        "Beside what you expect, something new stands at {record}",
        "It may be a proof for some new tool, or a trace of somebody who should not be there. Was: {old}. Is: {new}.",
        ASK,
        Severity.LOW,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not compare all DNS records of {name} with what you decided ({record}: {reason})",
        "Nothing is proven either way about that one; the others are as you decided.",
        ("Check again in a few minutes; if it stays so, see what the other DNS checks say.",),
    ),
}
CODES = {
    How.SERVERS: "servers_changed",
    How.MAIL: "mail_changed",
    How.GONE: "gone",
    How.CHANGED: "changed",
    How.EXTRA: "extra",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is expected of one domain and its hosts, and what stands there."""

    name: str
    wants: tuple[Wanted, ...]
    answers: Answers
    now: datetime
    own: Mapping[Question, tuple[DnsAnswer, ...]] = field(default_factory=dict)
    """Answers of the zone's own servers, asked about what differs."""
    servers: tuple[str, ...] = ()


@check(
    "dns.expected",
    title="DNS as you decided",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("DNS-3", "DNS-8"),
    measured=(
        "We compare the records with what launch.yml says under `expect`, and with what a person has accepted; order,"
        " case and TTL do not count. What differs is asked again of your own name servers."
    ),
    verify="dig +short {record_name} {record_type}",
    links=("https://www.rfc-editor.org/rfc/rfc1034#section-3.6",),
)
async def expected(target: Target, probe: Probe) -> Verdict:
    """Everything at once; then the zone's own servers about what differs, since caches may be late."""
    wants = wanted(target.inventory, target.name)
    questions = [*(one.question for one in wants), *further(wants)]
    if not wants:
        questions = list(watched(target.inventory, target.name))
    questions = list(dict.fromkeys([*questions, (target.name, "NS")]))
    found = await asyncio.gather(*(probe.dns(*question) for question in questions))
    answers = dict(zip(questions, found, strict=True))
    lost = [one for one in wants if isinstance(compare(one, answers), Difference)]
    again = list(dict.fromkeys([*(one.question for one in lost), *further(lost)]))
    own = await asyncio.gather(*(probe.dns_authoritative(*question) for question in again))
    servers = answers[target.name, "NS"].records
    return judge(Facts(target.name, wants, answers, probe.now(), dict(zip(again, own, strict=True)), servers))


def judge(facts: Facts) -> Verdict:
    """The gravest difference speaks; all of them are in `changes`, each with its old and its new value."""
    seen: dict[str, Json] = {
        "dns_host": dns_host(facts.servers),
        "count": len(facts.wants),
        "record_name": facts.name,
        "record_type": "NS",
    }
    if not facts.wants:
        return Verdict("nothing_expected", seen | _offer(facts))
    results = [(want, compare(want, facts.answers)) for want in facts.wants]
    late = [(want, one) for want, one in results if isinstance(one, Difference) and _only_late(facts, want)]
    differences = [one for want, one in results if isinstance(one, Difference) and (want, one) not in late]
    seen["spreading"] = tuple(f"{one.name} ({one.type})" for _, one in late[:20])
    if differences:
        worst = min(differences, key=lambda one: tuple(How).index(one.how))
        return Verdict(CODES[worst.how], seen | _told(worst) | {"changes": [_told(one) for one in differences[:50]]})
    silent = next((one for _, one in results if isinstance(one, DnsAnswer)), None)
    if silent is not None:
        reason = silent.detail or trouble.unheard((silent,))
        return Verdict("could_not_look", seen | {"record": f"{silent.name} ({silent.type})", "reason": reason})
    return Verdict("ok", seen)


def _only_late(facts: Facts, want: Wanted) -> bool:
    """Whether the zone's own servers all have what is expected, so that only a cache is behind."""
    groups = {question: facts.own.get(question, ()) for question in (want.question, *further([want]))}
    asked = groups[want.question] or next(iter(groups.values()))
    if not asked:
        return False
    looks: list[Answers] = [
        {question: group[place] for question, group in groups.items() if place < len(group)}
        for place in range(len(asked))
    ]
    return all(compare(want, look) is None for look in looks)


def _told(one: Difference) -> dict[str, Json]:
    return {
        "record": f"{one.name} ({one.type})",
        "record_name": one.name,
        "record_type": one.type,
        "how": one.how.value,
        "old": one.old[:400],
        "new": one.new[:400],
        "expected_by": one.by,
        "accepted": f"{one.at:%Y-%m-%d}" if one.at is not None else "",
    }


def _offer(facts: Facts) -> dict[str, Json]:
    """What stands there now, for a person to accept; never adopted by itself."""
    known = proposal(facts.answers, "", facts.now)
    example = next((one for one in known if one.type == "MX" and one.values), None)
    example = example or next((one for one in known if one.values), None)
    line = (example.type, ", ".join(example.values)[:120]) if example is not None else ("A", "203.0.113.10")
    return {
        "line_type": line[0],
        "line_values": line[1],
        "offer": [{"name": one.name, "type": one.type, "values": one.values} for one in known[:60]],
    }
