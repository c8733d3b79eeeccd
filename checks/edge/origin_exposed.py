"""Nobody walks around your shield.

A shield such as Cloudflare only protects a server that answers nobody else. If the server still answers strangers who
know its own address, an attacker goes there directly and the shield is for nothing.
We knock at the address that you wrote down and compare what comes back with your public page.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks import edges, trouble
from checks.edge.fronted import WEB, look
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import zone_of
from checks.net.facts import DnsAnswer, DnsStatus, Exchange, Reason
from checks.page import likeness, read
from checks.probe import Probe
from checks.registry import check

MOST = 4
"""Addresses that are knocked at."""
ALIKE = 0.9
SIBLINGS = ("direct", "origin", "ftp", "cpanel", "mail")
"""Names that often show a server's own address."""
CLOSE = (
    (
        "In your host's firewall let only the addresses of your shield in, at ports 80 and 443 (Cloudflare's are at"
        " https://www.cloudflare.com/ips/). Or use a tunnel (Cloudflare Tunnel): then no port is open at all."
    ),
    "Names such as mail or ftp with the same address give it away (found: {shown_by}): move them to another server.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The server behind {host} answers nobody but your shield"),
    "other_content": Outcome(
        Status.PASS, "The server behind {host} shows strangers something else than your site when asked directly"
    ),
    "not_written_down": Outcome(
        Status.NA,
        "The address of the server behind {host} is not written down, so nobody knocked there",
        fix=("Add to launch.yml, under the host {host}: origin: [203.0.113.10] (your server's own address).",),
    ),
    "no_edge": Outcome(
        Status.NA, "No shield of your own stands in front of {host}, so there is nothing to walk around"
    ),
    "front_door": Outcome(
        Status.NA,
        "{address} is a front door of {edge} that many products share; it answers everybody on purpose",
        fix=("In launch.yml, at {host}, write the address of your own server under `origin`, not one of {edge}.",),
    ),
    "same_content": Outcome(
        Status.WARN,
        "The shield of {host} can be walked around: {address} shows the same page to anybody",
        impact="An attacker who finds this address reaches your server without any protection.",
        fix=CLOSE,
        severity=Severity.MEDIUM,
        runbook="origin_exposed",
    ),
    "answers_directly": Outcome(
        Status.WARN,
        "The server behind {host} answers strangers at {address}, with a certificate of its own",
        impact="An attacker who finds this address can reach your server without protection.",
        fix=CLOSE,
        severity=Severity.MEDIUM,
        runbook="origin_exposed",
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether the server behind {host} answers strangers: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}

NO_START = frozenset({401, 404})
"""What an API answers at its root. Not 403: so answers a door that is closed to strangers."""


@dataclass(frozen=True, slots=True)
class Knock:
    """What one address of the server says when it is asked directly."""

    address: str
    secure: Exchange
    plain: Exchange


@dataclass(frozen=True, slots=True)
class Facts:
    """The public page, and what the server says behind the edge's back."""

    public: Exchange
    knocks: tuple[Knock, ...] = ()
    siblings: tuple[DnsAnswer, ...] = ()
    fronted: bool = True
    """Whether an edge stands in front of a server of one's own."""


def _applies(target: Target) -> bool:
    return target.purpose in WEB


@check(
    "edge.origin_exposed",
    title="No way around the shield",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("EDGE-1",),
    measured=(
        "We ask the server's own addresses, as written in launch.yml, for the public page, and compare the two answers."
    ),
    verify="curl -sS -o /dev/null -D - --connect-to {host}:443:{address}:443 https://{host}/",
    links=(
        "https://developers.cloudflare.com/fundamentals/security/protect-your-origin-server/",
        "https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/",
    ),
    applies=_applies,
)
async def origin_exposed(target: Target, probe: Probe) -> Verdict:
    """Knock at each written address with and without TLS, beside the names that often give it away."""
    host = next((host for host in target.inventory.hosts if host.name == target.host), None)
    origin = (host.origin if host else ())[:MOST]
    url, zone = f"https://{target.host}/", zone_of(target.host, target.inventory)
    if not origin:
        witness = (await look(target, probe)).witness
        wanted = edges.named(host.edge) if host else None
        edge = witness.edge if witness else wanted
        return judge(Facts(Exchange(url), fronted=edge is not None and not edge.flag("platform")))
    public, knocks, siblings = await asyncio.gather(
        probe.get(url),
        asyncio.gather(*(_knock(probe, target.host, address) for address in origin)),
        asyncio.gather(*(probe.dns(f"{label}.{zone}", "A") for label in SIBLINGS)),
    )
    return judge(Facts(public, tuple(knocks), tuple(siblings)))


async def _knock(probe: Probe, host: str, address: str) -> Knock:
    if edges.of_address(address) is not None:
        # Whatever an edge answers there says nothing about the server behind it.
        return Knock(address, Exchange(f"https://{host}/"), Exchange(f"http://{host}/"))
    secure, plain = await asyncio.gather(
        probe.get(f"https://{host}/", address=address), probe.get(f"http://{host}/", address=address)
    )
    return Knock(address, secure, plain)


def judge(facts: Facts) -> Verdict:
    """The first address that shows the site speaks."""
    seen: dict[str, Json] = {"address": facts.knocks[0].address if facts.knocks else "", "shown_by": "none"}
    if not facts.fronted:
        return Verdict("no_edge", seen)
    if not facts.knocks:
        return Verdict("not_written_down", seen)
    results = [_judge_one(knock, facts) for knock in facts.knocks]
    for code in ("same_content", "answers_directly", "could_not_look", "front_door", "other_content", "ok"):
        found = next((verdict for verdict in results if verdict.code == code), None)
        if found is not None:
            return Verdict(code, seen | dict(found.seen))
    raise AssertionError("every knock has one of the codes above")


def _judge_one(knock: Knock, facts: Facts) -> Verdict:
    shown = tuple(one.name for one in facts.siblings if one.status is DnsStatus.OK and knock.address in one.records)
    seen: dict[str, Json] = {
        "address": knock.address,
        "shown_by": ", ".join(shown) or "none",
        "secure_status": knock.secure.status,
        "plain_status": knock.plain.status,
    }
    edge = edges.of_address(knock.address)
    if edge is not None:
        return Verdict("front_door", seen | {"edge": edge.name})
    for fault in (knock.secure.fault, knock.plain.fault):
        if trouble.ours(fault):
            return Verdict("could_not_look", seen | {"reason": trouble.words(fault)})
    if facts.public.fault is not None or not facts.public.status:
        return Verdict("could_not_look", seen | {"reason": trouble.words(facts.public.fault)})
    if _same(knock.secure, facts.public) or _same(knock.plain, facts.public):
        return Verdict("same_content", seen)
    refused = knock.secure.fault
    if refused is not None and refused.reason is Reason.TLS and refused.verify_code:
        return Verdict("answers_directly", seen)
    answered = any(200 <= one.status < 400 for one in (knock.secure, knock.plain))
    return Verdict("other_content" if answered else "ok", seen)


def _same(direct: Exchange, public: Exchange) -> bool:
    """Whether both are one page: the same redirect, the same bytes, or the same title and nearly the same text.

    An API has no start page: the words with which it says so, byte for byte, are its own as well.
    """
    if direct.status != public.status:
        return False
    if direct.status in NO_START:
        return bool(direct.body.strip()) and direct.body == public.body
    if not 200 <= direct.status < 400:
        return False
    if direct.redirects_to or public.redirects_to:
        return direct.url.startswith("https") and direct.redirects_to == public.redirects_to
    if direct.body == public.body:
        return bool(direct.body.strip())
    one, other = read(direct.text), read(public.text)
    return one.title == other.title and likeness(one, other) > ALIKE
