"""Search engines find your product, and do not find your test site.

A single forgotten line can hide a whole site from search: developers set it while building, and nobody sees it on the
page. The other way round, a test site without it turns up in search, with test prices and test customers.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from checks import firewall, trouble
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.net.facts import Chain, ChainEnd, Exchange
from checks.probe import Probe
from checks.registry import check
from checks.robots import Robots, read
from checks.search_signs import ROBOTS, blocked, hidden_from, locations
from checks.site_files import own
from checks.urls import host_of, same_place
from checks.visit import visit

HIDDEN_PURPOSES = (Purpose.ADMIN, Purpose.STAGING, Purpose.PREVIEW)
TRIED = 4
"""Addresses of the sitemap that are opened."""
NAMES = {"googlebot": "Google", "bingbot": "Bing"}
"""What people call those who send the robots."""
LOGIN = re.compile(r"log[-_]?in|sign[-_]?in|/auth|/sso|oauth|/session|cloudflareaccess\.com|/password", re.IGNORECASE)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Search engines may list {host}"),
    "ok_hidden": Outcome(Status.PASS, "{host} stays out of search: {reason}"),
    "only_leads_on": Outcome(Status.PASS, "{host} only sends visitors and search engines on to {to_host}"),
    "hidden_page": Outcome(
        Status.FAIL,
        "Search engines are told not to list {url}, by {sign}",
        impact="Nobody finds you through a search. Pages that are listed already will disappear.",
        fix=(
            "Remove the word noindex from {sign}.",
            "It often comes from a setting such as “discourage search engines” or a setting of the environment.",
            "Publish, run this check again, then ask Google Search Console to look at the page anew.",
        ),
        severity=Severity.BLOCKER,
        runbook="staging_indexed_or_live_hidden",
    ),
    "shut_out": Outcome(
        Status.FAIL,
        "Search engines may not read {host}: robots.txt shuts them out",
        impact="Nobody finds you through a search, or sees a listing without a text.",
        fix=(
            "In the file robots.txt of {host} remove the line Disallow: / (it means “nobody, nothing”).",
            "Publish, then run this check again.",
        ),
        severity=Severity.BLOCKER,
        runbook="staging_indexed_or_live_hidden",
    ),
    "robots_error": Outcome(
        Status.FAIL,
        "robots.txt of {host} answers with an error ({status}), which search engines take for “stay out”",
        impact="Search engines stop reading your site until the file answers again.",
        fix=(
            "Let https://{host}/robots.txt answer 200 with the rules, or 404, which means that everything is allowed.",
            "Run this check again.",
        ),
        severity=Severity.BLOCKER,
        runbook="staging_indexed_or_live_hidden",
    ),
    "some_shut_out": Outcome(
        Status.WARN,
        "Some search engines may not list {host}: {robots}",
        impact="People who use that search engine do not find you.",
        fix=(
            "If that is not on purpose, remove the rule for it in robots.txt or in the page.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "sitemap_wrong": Outcome(
        Status.WARN,
        "The list of pages that you give search engines (sitemap) has wrong addresses: {wrong}",
        impact="Search engines follow dead ends and trust the list less; new pages are found later.",
        fix=(
            "Write the sitemap anew from the pages as they are now, each with its final https address.",
            "Often one setting is behind it: the public URL of the site.",
            "Run this check again.",
        ),
        severity=Severity.LOW,
    ),
    "in_the_open": Outcome(
        Status.FAIL,
        "{host} is not for the public, but anybody and every search engine can open and list it",
        impact="Customers may find the test site in a search and sign up or order there.",
        fix=(
            "Put a log-in or a password in front of {host}; most hosts have a switch for it (deployment protection).",
            "Or let it answer with the header X-Robots-Tag: noindex.",
            "If it is listed already, ask Google Search Console to remove it. Then run this check again.",
        ),
        severity=Severity.MEDIUM,
        runbook="staging_indexed_or_live_hidden",
    ),
    "only_disallowed": Outcome(
        Status.WARN,
        "{host} is kept from search only by robots.txt, which does not take pages out of search",
        impact="If anybody links to it, it is listed all the same, and strangers can open it.",
        fix=(
            "Put a log-in or a password in front of {host}: that helps for certain.",
            "Or answer with X-Robots-Tag: noindex and remove the Disallow: a noindex that is never read has no effect.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "blocked_by_firewall": Outcome(
        Status.UNKNOWN,
        "Your own firewall turned this bot away from {host}: {reason}",
        impact="Nothing is proven either way. It may turn search engines away too.",
        fix=firewall.ALLOW_STEPS,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see what {host} tells search engines: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a host says to search engines."""

    page: Chain
    robots: Chain
    hide: bool = False
    """The host is not for the public."""
    tried: tuple[Exchange, ...] = ()
    """Answers of addresses in the sitemap."""
    strange: tuple[str, ...] = ()
    """Addresses in the sitemap that are on no host of the product."""


@check(
    "seo.indexing",
    title="Found by search engines",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("EXP-1", "RED-7"),
    measured=(
        "We read robots.txt, the header X-Robots-Tag and the robots tag of the start page for everybody, Google and"
        " Bing, and open the first addresses of the sitemap. For test and admin hosts we look for the opposite."
    ),
    verify="curl -sSL -D - {url} https://{host}/robots.txt | grep -iE 'robots|noindex|allow'",
    links=(
        "https://www.rfc-editor.org/rfc/rfc9309",
        "https://developers.google.com/search/docs/crawling-indexing/block-indexing",
    ),
    applies=lambda target: target.purpose is Purpose.MARKETING or target.purpose in HIDDEN_PURPOSES,
)
async def indexing(target: Target, probe: Probe) -> Verdict:
    """Page and robots.txt; on a host for the public also the sitemap and some of its addresses."""
    host = target.host
    page, robots = await asyncio.gather(visit(probe, f"https://{host}/"), visit(probe, f"https://{host}/robots.txt"))
    facts = Facts(page, robots, target.purpose in HIDDEN_PURPOSES)
    if not facts.hide and host_of(page.last.url) == host and page.last.status == 200:
        told = rules_of(facts).sitemaps
        sitemap = told[0] if told and own(host_of(told[0]), target.inventory) else f"https://{host}/sitemap.xml"
        answer = (await visit(probe, sitemap)).last
        listed = locations(answer.text) if answer.status == 200 else ()
        ours = [url for url in listed if own(host_of(url), target.inventory)]
        tried = await asyncio.gather(*(probe.get(url) for url in ours[:TRIED]))
        strange = tuple(url for url in listed if url not in ours)
        facts = Facts(page, robots, tried=tuple(tried), strange=strange[:5])
    return judge(facts, agent=firewall.agent(target.inventory))


def rules_of(facts: Facts) -> Robots:
    """The rules that are in force: a file that is not there allows everything."""
    answer = facts.robots.last
    there = facts.robots.end is ChainEnd.FINAL and answer.status == 200
    return read(answer.text) if there else Robots()


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """A page that must not be found, or one that must."""
    answer = facts.page.last
    host, end = host_of(facts.page.start), host_of(answer.url)
    seen: dict[str, Json] = {"url": facts.page.start, "status": answer.status, "agent": agent}
    reason = firewall.blocked(answer)
    if reason and not facts.hide:
        return Verdict("blocked_by_firewall", seen | {"reason": reason, "host": end})
    if facts.page.end is not ChainEnd.FINAL:
        fault = answer.fault
        return Verdict(
            "could_not_look", seen | {"reason": trouble.words(fault) if fault else "its redirects do not end"}
        )
    if facts.hide:
        return _must_hide(facts, seen, end != host)
    if end != host:
        return Verdict("only_leads_on", seen | {"to_host": end})
    return _must_show(facts, seen)


def _must_show(facts: Facts, seen: dict[str, Json]) -> Verdict:
    answer, robots = facts.page.last, facts.robots.last
    hidden = dict(hidden_from(answer))
    if blocked(frozenset(hidden)):
        return Verdict("hidden_page", seen | {"sign": next(iter(hidden.values()))})
    if answer.status != 200:
        return Verdict("could_not_look", seen | {"reason": f"its start page answers with status {answer.status}"})
    if robots.status >= 500 or robots.status == 429:
        return Verdict("robots_error", seen | {"status": robots.status})
    if robots.fault is not None:
        return Verdict("could_not_look", seen | {"reason": f"robots.txt: {trouble.words(robots.fault)}"})
    path = urlsplit(answer.url).path or "/"
    rules = rules_of(facts)
    out = {robot for robot in ROBOTS if not rules.allows(robot, path)}
    # Rules for everybody say nothing about a robot that has rules of its own.
    if {"googlebot", "bingbot"} <= out | set(hidden):
        return Verdict("shut_out", seen)
    some = sorted({*out, *hidden} - {"*"} | ({"all others"} if "*" in out else set()))
    if some:
        return Verdict("some_shut_out", seen | {"robots": tuple(NAMES.get(robot, robot) for robot in some)})
    return _sitemap(facts, seen)


def _sitemap(facts: Facts, seen: dict[str, Json]) -> Verdict:
    """Addresses that do not answer 200 by themselves; what gave no answer at all is left to others."""
    wrong = [f"{url} (another site)" for url in facts.strange]
    for answer in facts.tried:
        if answer.redirects_to:
            wrong.append(f"{answer.url} (leads on)")
        elif answer.status and answer.status != 200 and not firewall.blocked(answer):
            wrong.append(f"{answer.url} (answers {answer.status})")
        elif answer.status == 200 and blocked(frozenset(dict(hidden_from(answer)))):
            wrong.append(f"{answer.url} (says noindex)")
    tried = tuple(same_place(answer.url) for answer in facts.tried)
    if wrong:
        return Verdict("sitemap_wrong", seen | {"wrong": tuple(wrong[:3]), "tried": tried})
    return Verdict("ok", seen | {"tried": tried})


def _must_hide(facts: Facts, seen: dict[str, Json], elsewhere: bool) -> Verdict:
    answer = facts.page.last
    if any(LOGIN.search(url) for url in facts.page.urls[1:]) or answer.status in (401, 403, 407):
        return Verdict("ok_hidden", seen | {"reason": "strangers meet a log-in"})
    if elsewhere:
        return Verdict("only_leads_on", seen | {"to_host": host_of(answer.url)})
    if answer.status >= 500:
        return Verdict("could_not_look", seen | {"reason": f"its start page answers with status {answer.status}"})
    if answer.status != 200:
        return Verdict("ok_hidden", seen | {"reason": f"its start page answers with status {answer.status}"})
    rules = rules_of(facts)
    shut = not rules.allows("googlebot", urlsplit(answer.url).path or "/")
    hidden = blocked(frozenset(dict(hidden_from(answer))))
    if hidden:
        note = ", but robots.txt keeps search engines from reading that; remove its Disallow" if shut else ""
        return Verdict("ok_hidden", seen | {"reason": "it says noindex" + note})
    return Verdict("only_disallowed" if shut else "in_the_open", seen)
