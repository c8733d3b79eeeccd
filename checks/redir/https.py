"""People who type your name without https still end up on the secure version.

Browsers and old links often start on the unsafe version (http), where everybody on the way can read and change
what passes: passwords, orders, cookies. The server must send them on to https at the first step.
A server that does not answer on the unsafe version at all is safe too.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks import firewall, trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Chain, Exchange, Peer, Reason
from checks.probe import Probe
from checks.registry import check
from checks.urls import next_of, scheme_of

CLOSED = frozenset({Reason.REFUSED, Reason.TIMEOUT, Reason.UNREACHABLE, Reason.RESET})
BOT_RULES = frozenset({401, 403, 405, 406, 418, 429, 451})
"""Answers of rules against bots: they say nothing about what a person gets."""
SWITCH = (
    (
        'At your host (or at a service in front of it, such as Cloudflare) switch on "Always use HTTPS" '
        '(also called "Force HTTPS").'
    ),
    "If there is no such switch: redirect every http address to the same address with https, status 301.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Whoever types {host} without https is sent to the secure version at once"),
    "port_closed": Outcome(
        Status.PASS, "{host} does not answer without https at all; modern browsers then try https by themselves"
    ),
    "refuses_http": Outcome(Status.PASS, "{host} refuses every request without https (status {status})"),
    "stays_on_http": Outcome(
        Status.FAIL,
        "People who type {host} without https stay on the unsafe version",
        impact='In a café or hotel network somebody can read their passwords. Browsers write "Not secure" beside it.',
        fix=SWITCH,
        severity=Severity.BLOCKER,
        runbook="wrong_address_or_www",
    ),
    "http_detour": Outcome(
        Status.FAIL,
        "{host} sends people from one unsafe address to another one first: {next}",
        impact="The first answers can be read and changed on the way, and browsers cannot learn to stay secure (HSTS).",
        fix=(
            "Change the order of the redirects: first http to https on the same name, then to the final address.",
            (
                'At your host (or at a service in front of it, such as Cloudflare) switch on "Always use '
                'HTTPS": it does the first step.'
            ),
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "falls_back": Outcome(
        Status.FAIL,
        "{host} leads people from the secure version back to an unsafe one: {unsafe}",
        impact='Passwords and orders travel readable again, and browsers write "Not secure" beside the address.',
        fix=(
            "Find the redirect that leads to {unsafe} and write https in its target.",
            "If your app builds that address itself, set its public URL (often called SITE_URL) to one with https.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "turned_away": Outcome(
        Status.UNKNOWN,
        "{host} turned this bot away without https (status {status}), so nobody knows what a visitor gets",
        impact="Nothing is proven either way: such answers often come from rules against bots.",
        fix=("Open http://{host}/ in a private browser window: the address must change to https.",),
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see where {host} leads without https: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the unsafe version answered, and whether the secure one is there."""

    chain: Chain
    """Followed from `http://host/`."""
    peer: Peer
    secure: Exchange | None = None
    """The same address with https."""


@check(
    "redir.https",
    title="Leads to the secure version",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("RED-2",),
    measured="We ask for the address without https and follow each redirect by hand, looking at every step.",
    verify="curl -sSL -o /dev/null -D - http://{host}/",
    links=(
        "https://www.rfc-editor.org/rfc/rfc9110#section-15.4",
        "https://developer.mozilla.org/docs/Web/Security/Practical_implementation_guides/TLS",
    ),
)
async def https(target: Target, probe: Probe) -> Verdict:
    """Start on http; the secure side tells a closed port 80 from a server that is down."""
    chain, peer, secure = await asyncio.gather(
        probe.chain(f"http://{target.host}/"), probe.tls(target.host), probe.get(f"https://{target.host}/")
    )
    return judge(Facts(chain, peer, secure), agent=firewall.agent(target.inventory))


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """The first answer decides; later ones only matter where they fall back to http."""
    first = facts.chain.exchanges[0]
    seen: dict[str, Json] = {
        "status": first.status,
        "next": next_of(first),
        "hops": facts.chain.hops,
        "urls": facts.chain.urls,
    }
    if first.fault is not None or not first.status:
        return _silent(first, facts.peer, seen)
    blocked = firewall.blocked(first)
    if blocked:
        return Verdict("blocked_by_firewall", seen | {"reason": blocked, "agent": agent})
    if first.status == 426:
        return Verdict("refuses_http", seen)
    if first.redirects_to:
        return _sent_on(facts.chain, seen)
    if first.status == 403 and _by_cloudfront(first) and _let_in(facts.secure):
        return Verdict("refuses_http", seen)
    if first.status in BOT_RULES:
        return Verdict("turned_away", seen)
    if first.status >= 500:
        return Verdict("could_not_look", seen | {"reason": f"the server answered with error {first.status}"})
    return Verdict("stays_on_http", seen)


def _by_cloudfront(first: Exchange) -> bool:
    """CloudFront itself refused: so it answers every http request where it is told "HTTPS only"."""
    return first.header("server").lower() == "cloudfront"


def _let_in(secure: Exchange | None) -> bool:
    """Whether the same bot is let in with https: then a refusal is about http, and not about the bot."""
    if secure is None or secure.fault is not None or not secure.status:
        return False
    return secure.status < 500 and secure.status not in BOT_RULES and not firewall.blocked(secure)


def _silent(first: Exchange, peer: Peer, seen: dict[str, Json]) -> Verdict:
    closed = first.fault is not None and first.fault.reason in CLOSED
    if closed and (peer.verified or peer.chain):
        return Verdict("port_closed", seen)
    return Verdict("could_not_look", seen | {"reason": trouble.words(first.fault)})


def _sent_on(chain: Chain, seen: dict[str, Json]) -> Verdict:
    scheme = scheme_of(next_of(chain.exchanges[0]))
    if scheme == "http":
        return Verdict("http_detour", seen)
    if scheme != "https":
        return Verdict("could_not_look", seen | {"reason": "it redirects to something that is not a web address"})
    later = [url for url in (*chain.urls[1:], chain.next_url) if scheme_of(url) == "http"]
    if later:
        return Verdict("falls_back", seen | {"unsafe": later[0]})
    return Verdict("ok", seen)
