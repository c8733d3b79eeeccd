"""Everybody is sent to the same place, wherever they ask.

After a change of DNS the old answer lives on in caches for a while: half of your visitors see the old server. That is
normal, and we say until when. It is not normal when your own name servers differ from each other for hours: then it is
pure chance which site a visitor gets, and whether a mail arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from checks import trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host, zone_of
from checks.net.facts import DnsAnswer, DnsStatus
from checks.probe import Probe
from checks.providers import by_address
from checks.record_sets import ADDRESSES, of, shown
from checks.registry import check

AT_LEAST = timedelta(hours=1)
MAX_HOSTS = 20

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Everybody gets the same answers for {name} ({asked} directories and name servers)"),
    "spreading": Outcome(
        Status.PASS,
        "Part of the internet still sees the old answer for {record}, until about {until}",
        fix=(
            "Do not switch off the old place before {until}.",
            "Old: {old}. New: {new}.",
        ),
    ),
    "just_changed": Outcome(
        Status.WARN,
        "Your name servers differ about {record}: {old} here, {new} there",
        "It is chance which of the two a visitor or a mail gets.",
        (
            "If the record was changed in the last hour: wait, and run this check again.",
            "If not: ask {dns_host} to bring its name servers in line (to sync the zone).",
        ),
        Severity.LOW,
    ),
    "servers_differ": Outcome(
        Status.FAIL,
        "Your name servers have differed about {record} since {since}: {old} here, {new} there",
        "It is chance which of the two a visitor or a mail gets.",
        (
            "Ask {dns_host} to bring its name servers in line (to sync the zone).",
            "If name servers of two companies are listed: enter every record at both, or leave one of them out.",
            "Run this check again.",
        ),
        Severity.MEDIUM,
        runbook="dns_broken",
    ),
    "versions_differ": Outcome(
        Status.WARN,
        "Your name servers have held different versions of {name} since {since}, although what was asked is the same",
        "The next change of a record may reach only some of your visitors.",
        ("Ask {dns_host} why its name servers do not pass changes on (serial numbers {serials}).",),
        Severity.LOW,
    ),
    "nothing_to_compare": Outcome(
        Status.NA, "Only one directory is asked in this network, so there is nothing to compare"
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not compare what the directories say about {name}: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, see what the other DNS checks say.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One name and type, asked of everybody."""

    name: str
    type: str
    public: tuple[DnsAnswer, ...]
    own: tuple[DnsAnswer, ...]
    """One answer per name server of the zone."""
    varies: bool = False
    """It stands behind an edge on purpose: answers may differ by place."""

    @property
    def record(self) -> str:
        """As people call it."""
        return f"{self.name} ({self.type})"


@dataclass(frozen=True, slots=True)
class Facts:
    """What everybody says about one domain."""

    name: str
    questions: tuple[Question, ...]
    soa: tuple[DnsAnswer, ...]
    """One per name server of the zone."""
    now: datetime
    since: datetime | None = None
    """Since when its name servers have been seen to differ."""
    alone: bool = False
    """One configured resolver stands for everybody."""
    servers: tuple[str, ...] = ()


@check(
    "dns.disagree",
    title="Same answer everywhere",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("DNS-5",),
    measured=(
        "We ask three large public directories and all of your own name servers the same questions, and compare the"
        " answers and the version of the domain that each name server holds."
    ),
    verify="dig +nssearch {name}",
    links=("https://www.rfc-editor.org/rfc/rfc1034#section-4.3.5", "https://www.rfc-editor.org/rfc/rfc2308#section-5"),
)
async def disagree(target: Target, probe: Probe) -> Verdict:
    """Addresses of all hosts and the domain's mail servers; other checks ask nearly all of it as well."""
    inventory = target.inventory
    hosts = [host for host in inventory.hosts if zone_of(host.name, inventory) == target.name]
    varies = {host.name for host in hosts if host.edge not in ("", "none")}
    names = tuple(dict.fromkeys((target.name, *(host.name for host in hosts))))[:MAX_HOSTS]
    wanted = [(name, type) for name in names for type in ADDRESSES] + [(target.name, "MX")]
    if len(inventory.network.resolvers) == 1:
        return judge(Facts(target.name, (), (), probe.now(), alone=True))
    questions, soa, servers = await asyncio.gather(
        asyncio.gather(*(_question(name, type, probe, name in varies) for name, type in wanted)),
        probe.dns_authoritative(target.name, "SOA"),
        probe.dns(target.name, "NS"),
    )
    since = min(
        (moment for name in names if (moment := inventory.disagreement_since.get(name)) is not None), default=None
    )
    return judge(Facts(target.name, tuple(questions), soa, probe.now(), since, servers=servers.records))


async def _question(name: str, type: str, probe: Probe, varies: bool) -> Question:
    public, own = await asyncio.gather(probe.dns_everywhere(name, type), probe.dns_authoritative(name, type))
    return Question(name, type, public, own, varies)


def judge(facts: Facts) -> Verdict:
    """The zone's own servers first; caches that lag behind them are only late."""
    asked = {
        one.server for question in facts.questions for one in (*question.public, *question.own) if one.status.known
    }
    seen: dict[str, Json] = {"dns_host": dns_host(facts.servers), "asked": len(asked)}
    if facts.alone:
        return Verdict("nothing_to_compare", seen)
    if len(asked) < 2:
        silent = tuple(one for question in facts.questions for one in (*question.public, *question.own))
        return Verdict("could_not_look", seen | {"reason": trouble.unheard(silent) or "only one of them answered"})
    for question in facts.questions:
        found = _different(question.own, question)
        if found is not None:
            return _servers_differ(facts, question, found, seen)
    for question in facts.questions:
        late = _late(question)
        if late is not None:
            return Verdict("spreading", seen | late | _until(facts.now, question))
    return _versions(facts, seen)


def _servers_differ(facts: Facts, question: Question, found: tuple[str, str], seen: dict[str, Json]) -> Verdict:
    seen |= {"record": question.record, "old": found[0], "new": found[1]}
    if not _overdue(facts):
        return Verdict("just_changed", seen)
    return Verdict("servers_differ", seen | {"since": _moment(facts.since, facts.now)})


def _overdue(facts: Facts) -> bool:
    """Whether they had time enough: twice the refresh time of the zone, and an hour at least."""
    if facts.since is None:
        return False
    refresh = max((_number(answer, 3) for answer in facts.soa), default=0)
    return facts.now - facts.since >= max(AT_LEAST, 2 * timedelta(seconds=min(refresh, 86_400)))


def _versions(facts: Facts, seen: dict[str, Json]) -> Verdict:
    serials = sorted({_number(answer, 2) for answer in facts.soa if answer.status is DnsStatus.OK and answer.records})
    if len(serials) > 1 and _overdue(facts):
        since = _moment(facts.since, facts.now)
        return Verdict("versions_differ", seen | {"serials": ", ".join(map(str, serials[:4])), "since": since})
    return Verdict("ok", {**seen, "serials": tuple(serials[:4])})


def _number(answer: DnsAnswer, place: int) -> int:
    """A number of a SOA record: 2 is the serial, 3 the refresh time (RFC 1035 section 3.3.13)."""
    parts = answer.records[0].split() if answer.records else []
    return int(parts[place]) if len(parts) > place and parts[place].isascii() and parts[place].isdigit() else 0


def _different(answers: Sequence[DnsAnswer], question: Question) -> tuple[str, str] | None:
    """Two of the answers that cannot both be right, in words; None where all may be."""
    known = [one for one in answers if one.status.known]
    for one, other in ((one, other) for place, one in enumerate(known) for other in known[place + 1 :]):
        if not _alike(one, other, question):
            return shown(question.type, _value(one)), shown(question.type, _value(other))
    return None


def _value(answer: DnsAnswer) -> tuple[str, ...]:
    """What stands in this zone: of an alias only where it leads, since what is behind it belongs to others."""
    return (f"alias of {answer.cnames[0]}",) if answer.cnames else of(answer)


def _alike(one: DnsAnswer, other: DnsAnswer, question: Question) -> bool:
    mine, theirs = _value(one), _value(other)
    if mine == theirs:
        return True
    if not mine or not theirs or question.type not in ADDRESSES or one.cnames or other.cnames:
        return False
    # Addresses may rotate, or depend on the place: a few of many, or all of one company.
    return question.varies or bool(set(mine) & set(theirs)) or _one_company(mine, theirs)


def _one_company(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    owners = {
        edge.id if (edge := by_address("edges", text)) is not None else _network(text) for text in (*mine, *theirs)
    }
    return len(owners) == 1


def _network(text: str) -> str:
    """The neighbourhood of an address: a /16 of IPv4, a /32 of IPv6 mostly belong to one company."""
    try:
        return str(ip_network((text, 16 if ip_address(text).version == 4 else 32), strict=False))
    except ValueError:
        return text


def _late(question: Question) -> dict[str, Json] | None:
    """The record that some public directories still have as it was; the zone's own servers agree."""
    truth = next((one for one in question.own if one.status.known), None)
    if truth is None:
        found = _different(question.public, question)
        return {"record": question.record, "old": found[0], "new": found[1]} if found else None
    stale = next((one for one in question.public if one.status.known and not _alike(one, truth, question)), None)
    if stale is None:
        return None
    old, new = shown(question.type, _value(stale)), shown(question.type, _value(truth))
    return {"record": question.record, "old": old, "new": new}


def _until(now: datetime, question: Question) -> dict[str, Json]:
    truth = next((one for one in question.own if one.status.known), None)
    stale = [one for one in question.public if one.status.known and (truth is None or not _alike(one, truth, question))]
    end = now + timedelta(seconds=max((one.ttl for one in stale), default=0))
    return {"until": _moment(end, now), "stale": len(stale)}


def _moment(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "a while ago"
    return f"{moment:%H:%M} UTC" if moment.date() == now.date() else f"{moment:%Y-%m-%d %H:%M} UTC"
