"""If you must move the site, visitors find the new place within the hour.

Every DNS record says for how long others may remember it. Set to a day, a move during launch week leaves half of your
visitors at the old, dead server until tomorrow. An hour or less is right around a launch; less than half a minute only
makes every visit slower. Name servers and mail servers hardly ever move, so those may be remembered longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from checks import trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host, zone_of
from checks.net.facts import DnsAnswer, DnsStatus
from checks.probe import Probe
from checks.registry import check

SHORTEST, LONGEST, FAR_TOO_LONG = 30, 3600, 86_400
"""Seconds for what may move in a hurry: A, AAAA, CNAME."""
SERVERS, MAIL = 172_800, 86_400
"""Seconds for NS and MX records; two days is what registries and large DNS companies use for name servers."""
MAX_HOSTS = 20

OUTCOMES = {
    "ok": Outcome(Status.PASS, "A move of {name} would reach everybody within {longest}"),
    "after_launch": Outcome(
        Status.PASS,
        "The records of {name} are remembered for {longest}",
        fix=("Once nothing is about to move, an hour (3600) is a good value: it is faster for visitors.",),
    ),
    "long": Outcome(
        Status.WARN,
        "If {record} must move during launch, some visitors stay at the old place for {longest}",
        "After a move or a repair, part of your visitors still see the dead server.",
        (
            "At {dns_host} set the TTL of {record} to 300 (five minutes) now.",
            "Wait {longest} before you move anything, so that everybody has forgotten the old value.",
            "Raise it to 3600 once the launch is over.",
        ),
        Severity.LOW,
    ),
    "very_long": Outcome(
        Status.FAIL,
        "If {record} must move during launch, visitors need {longest} to notice",
        "After a move or a repair, visitors see the dead server for days.",
        (
            "At {dns_host} set the TTL of {record} to 300 (five minutes) now.",
            "Wait {longest} before you move anything, so that everybody has forgotten the old value.",
            "Raise it to 3600 once the launch is over.",
        ),
        Severity.MEDIUM,
    ),
    "short": Outcome(
        Status.WARN,
        "{record} is forgotten after {shortest}, so nearly every visit waits for a new look-up",
        "The first page comes a moment later, and a short fault at your DNS company is felt at once.",
        ("At {dns_host} set the TTL of {record} to 300 (five minutes).",),
        Severity.LOW,
    ),
    "servers_long": Outcome(
        Status.WARN,
        "A change of {record} would take {longest} to reach everybody",
        "Should you have to change the company behind it, part of the world stays with the old one for days.",
        ("At {dns_host} set the TTL of {record} to 86400 (a day) or less.",),
        Severity.LOW,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see for how long the records of {name} are remembered: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, see what the other DNS checks say.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The records of one domain as its own name servers give them."""

    moving: tuple[DnsAnswer, ...]
    """A, AAAA and CNAME of its hosts."""
    servers: tuple[DnsAnswer, ...] = ()
    mail: tuple[DnsAnswer, ...] = ()
    stage: str = "launch"


@check(
    "dns.ttl",
    title="Ready to move (TTL)",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.LOW,
    worst=Severity.MEDIUM,
    requirements=("DNS-5",),
    measured="We ask your own name servers for how long each record may be remembered, not the caches of others.",
    verify="dig +trace {asked_name} {asked_type}",
    links=("https://www.rfc-editor.org/rfc/rfc1035#section-3.2.1", "https://www.rfc-editor.org/rfc/rfc2308"),
)
async def ttl(target: Target, probe: Probe) -> Verdict:
    """Everything at once, and then the aliases themselves, where there are any."""
    names = hosts_of(target)
    hosts, servers, mail = await asyncio.gather(
        asyncio.gather(*(_host(name, probe) for name in names)),
        probe.dns_authoritative(target.name, "NS"),
        probe.dns_authoritative(target.name, "MX"),
    )
    moving = tuple(answer for group in hosts for answer in group)
    return judge(Facts(moving, servers, mail, target.inventory.stage))


async def _host(name: str, probe: Probe) -> tuple[DnsAnswer, ...]:
    a, aaaa = await asyncio.gather(probe.dns_authoritative(name, "A"), probe.dns_authoritative(name, "AAAA"))
    alias = await probe.dns_authoritative(name, "CNAME") if any(one.cnames for one in (*a, *aaaa)) else ()
    return (*a, *aaaa, *alias)


def hosts_of(target: Target) -> tuple[str, ...]:
    """The domain and the hosts of the inventory below it."""
    below = [host.name for host in target.inventory.hosts if zone_of(host.name, target.inventory) == target.name]
    return tuple(dict.fromkeys((target.name, *below)))[:MAX_HOSTS]


def judge(facts: Facts) -> Verdict:
    """Only answers of the zone's own servers count; the longest speaks, then the shortest."""
    moving = own(facts.moving)
    servers = facts.servers if facts.servers and facts.servers[0].status is DnsStatus.OK else ()
    seen: dict[str, Json] = {"dns_host": dns_host(servers[0].records if servers else ())}
    if not moving:
        silent = [answer for answer in facts.moving if not answer.status.known]
        cached = any(answer.status is DnsStatus.OK for answer in facts.moving)
        reason = "only caches could be asked, which count down" if cached else "none of its names has an address"
        reason = trouble.unheard(tuple(silent)) if silent and not cached else reason
        return Verdict("could_not_look", seen | _asked(*silent[:1], *facts.moving[:1]) | {"reason": reason})
    seen["records"] = {f"{one.name} {one.type}": one.ttl for one in moving[:60]}
    longest = max(moving, key=lambda one: one.ttl)
    shortest = min(moving, key=lambda one: one.ttl)
    seen |= {"longest": span(longest.ttl), "shortest": span(shortest.ttl), "seconds": longest.ttl}
    if longest.ttl > (LONGEST if facts.stage == "launch" else FAR_TOO_LONG):
        code = "very_long" if longest.ttl > FAR_TOO_LONG and facts.stage == "launch" else "long"
        return Verdict(code, seen | _asked(longest))
    if shortest.ttl < SHORTEST:
        return Verdict("short", seen | _asked(shortest))
    slow = [
        one for group, most in ((facts.servers, SERVERS), (facts.mail, MAIL)) for one in own(group) if one.ttl > most
    ]
    if slow:
        return Verdict("servers_long", seen | _asked(slow[0]) | {"longest": span(slow[0].ttl)})
    return Verdict("ok" if facts.stage == "launch" else "after_launch", seen | _asked(longest))


def own(answers: Sequence[DnsAnswer]) -> tuple[DnsAnswer, ...]:
    """Records that stand at the name itself, from a server that is responsible for it.

    What an alias leads to belongs to others, and its remaining time comes from a cache.
    """
    return tuple(one for one in answers if one.status is DnsStatus.OK and one.authoritative and not one.cnames)


def _asked(*answers: DnsAnswer) -> dict[str, Json]:
    name, type = (answers[0].name, answers[0].type) if answers else ("", "A")
    return {"record": f"{name} ({type})", "asked_name": name, "asked_type": type}


def span(seconds: int) -> str:
    """A length of time as a person says it."""
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
