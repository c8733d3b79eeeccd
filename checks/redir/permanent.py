"""Search engines are told that the move is for good.

A redirect says either "moved for good" (301 or 308) or "only for now" (302, 303 or 307). If your old or short address
says "only for now", search engines keep showing it and do not pass its trust on to the real one.
A page that sends visitors on by itself, with no redirect of the server at all, is worse: many programs stay there.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks import firewall
from checks.assets import sends_on
from checks.inventory import Inventory
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.names import no_website
from checks.net.facts import Chain, ChainEnd, Exchange
from checks.probe import Probe
from checks.registry import check
from checks.urls import host_of, next_of, same_place, scheme_of
from checks.visit import unfinished, visit

TEMPORARY = frozenset({302, 303, 307})
KEEPS = "Search engines keep the old address in their results and do not pass its trust on to the new one."
CHANGE = (
    "Where {from_url} is redirected (your host, Cloudflare or the code), change the rule from {status} to 301 or 308.",
    "Frameworks often send 307 unless told otherwise: look for a switch called permanent.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "All redirects of {name} say that the move is for good"),
    "no_redirects": Outcome(Status.PASS, "{name} needs no redirect: nothing says that a move is only for now"),
    "not_needed": Outcome(Status.NA, "{name} needs no lasting redirects: {reason}"),
    "temporary": Outcome(
        Status.WARN,
        "{from_url} tells search engines that its move to {to_url} is only for now (status {status})",
        impact=KEEPS,
        fix=CHANGE,
        severity=Severity.MEDIUM,
    ),
    "old_domain_temporary": Outcome(
        Status.FAIL,
        "Your other domain {name} tells search engines that its move to {to_url} is only for now (status {status})",
        impact=KEEPS,
        fix=CHANGE,
        severity=Severity.MEDIUM,
    ),
    "page_sends_on": Outcome(
        Status.FAIL,
        "{from_url} shows a page that sends visitors on to {to_url}, in place of a redirect",
        impact="Search engines, link previews and payment services stay on an empty page.",
        fix=(
            "Replace the page at {from_url} by a redirect of the server with status 301 to {to_url}.",
            "At the domain's registrar this is often called forwarding: choose permanent (301), without frame or mask.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see how {name} redirects: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {name}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect on the way from one address to another."""

    source: str
    target: str
    status: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the ways to write a domain lead."""

    chains: tuple[Chain, ...]
    second: bool = False
    """A second brand or old domain: its visitors must be sent on for good."""
    on_purpose: frozenset[str] = frozenset()
    """Places whose redirect is written down as temporary."""
    apps: frozenset[str] = frozenset()
    """Hosts to which visitors are sent on by who they are: log-in and app."""
    not_needed: str = ""


@check(
    "redir.permanent",
    title="Lasting redirects",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("RED-4",),
    measured="We open the name with and without https and www, and read with which status each step sends us on.",
    verify="curl -sSL -o /dev/null -D - http://{name}/ http://www.{name}/ https://{name}/ https://www.{name}/",
    links=(
        "https://www.rfc-editor.org/rfc/rfc9110#section-15.4",
        "https://developers.google.com/search/docs/crawling-indexing/301-redirects",
    ),
)
async def permanent(target: Target, probe: Probe) -> Verdict:
    """The same four chains that the other checks of redirects follow."""
    inventory = target.inventory
    reason = no_website(target)
    if reason:
        return judge(Facts((), not_needed=reason))
    starts = [f"{scheme}://{host}/" for host in (target.name, f"www.{target.name}") for scheme in ("https", "http")]
    chains = await asyncio.gather(*(visit(probe, url) for url in starts))
    apps = {host.name for host in inventory.hosts if host.purpose in (Purpose.APP, Purpose.AUTH, Purpose.ADMIN)}
    facts = Facts(tuple(chains), target.name != inventory.domain, _on_purpose(inventory), frozenset(apps))
    return judge(facts, agent=firewall.agent(inventory))


def _on_purpose(inventory: Inventory) -> frozenset[str]:
    return frozenset(same_place(rule.source) for rule in inventory.redirects if not rule.permanent)


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """A page in place of a redirect first, then a temporary status between two addresses."""
    if facts.not_needed:
        return Verdict("not_needed", {"reason": facts.not_needed})
    hops = [hop for chain in facts.chains for hop in _moves(chain)]
    seen: dict[str, Json] = {
        "steps": tuple(f"{hop.source} {hop.status} {hop.target}" for hop in dict.fromkeys(hops)),
    }
    for chain in facts.chains:
        target = _sent_on(chain)
        if target and (facts.second or host_of(target) not in facts.apps):
            return Verdict("page_sends_on", seen | {"from_url": chain.last.url, "to_url": target})
    for hop in hops:
        if hop.status in TEMPORARY and not _may_be_temporary(hop, facts):
            words: dict[str, Json] = {"from_url": hop.source, "to_url": hop.target, "status": hop.status}
            return Verdict("old_domain_temporary" if facts.second else "temporary", seen | words)
    answers = [exchange for chain in facts.chains for exchange in chain.exchanges]
    for exchange in answers:
        blocked = firewall.blocked(exchange)
        if blocked:
            return Verdict("blocked_by_firewall", {"reason": blocked, "host": host_of(exchange.url), "agent": agent})
    if not any(exchange.status for exchange in answers):
        return Verdict("could_not_look", seen | {"reason": unfinished(facts.chains[0])})
    return Verdict("ok" if hops else "no_redirects", seen)


def _moves(chain: Chain) -> list[Hop]:
    """The redirects from one address to another one: scheme or host change.

    A step on the same host, such as `/` to `/login` or `/en`, depends on the visitor and is temporary by right.
    """
    found = []
    for exchange in chain.exchanges:
        target = next_of(exchange)
        if target and (scheme_of(target), host_of(target)) != (scheme_of(exchange.url), host_of(exchange.url)):
            found.append(Hop(exchange.url, target, exchange.status))
    return found


def _may_be_temporary(hop: Hop, facts: Facts) -> bool:
    """Whether it is written down so, or sends a visitor of one's own site to the log-in."""
    if same_place(hop.source) in facts.on_purpose:
        return True
    return not facts.second and host_of(hop.target) in facts.apps and host_of(hop.source) != host_of(hop.target)


def _sent_on(chain: Chain) -> str:
    """Where the page at the end sends visitors by itself, to another host or from http to https; else empty."""
    if chain.end is not ChainEnd.FINAL or not _is_page(chain.last):
        return ""
    target = sends_on(chain.last.text, chain.last.url)
    moved = (scheme_of(target), host_of(target)) != (scheme_of(chain.last.url), host_of(chain.last.url))
    return target if target and moved else ""


def _is_page(exchange: Exchange) -> bool:
    return exchange.status == 200 and "html" in exchange.header("content-type").lower()
