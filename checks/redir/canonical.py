"""Your product has one address, and every other one leads there.

If the same page answers under several addresses, search engines see several sites and split your trust between them.
Visitors lose their log-in when they change from one to the other, and your numbers count them twice.
Pick one address; the others redirect to it, and the page itself names it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import urljoin

from checks import firewall, trouble
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.names import no_website
from checks.net.facts import Chain, ChainEnd, Reason
from checks.page import Page, likeness, linked, read
from checks.probe import Probe
from checks.registry import check
from checks.urls import host_of, same_place, scheme_of
from checks.visit import visit

SAME_TEXT = 0.9
"""Pages that share more than this are one page under two addresses."""
SPLIT = "Search engines see your site twice and split its trust; visitors lose their log-in between the two."
PICK = (
    "Decide which address is the one: with www or without, always with https.",
    "At your host set it as the primary domain, so that all others redirect to it with status 301.",
    "Run this check again.",
)
TAG = (
    'In the head of the page write: <link rel="canonical" href="{end}">',
    "Often this comes from one setting: the public URL of the site (SITE_URL, siteUrl or metadataBase).",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "All ways to write {name} end at {end}"),
    "not_needed": Outcome(Status.NA, "{name} needs no single page address: {reason}"),
    "two_endings": Outcome(
        Status.FAIL,
        "{name} has {count} addresses instead of one: {ends}",
        impact=SPLIT,
        fix=PICK,
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "duplicate": Outcome(
        Status.FAIL,
        "The same page answers at two addresses: {one} and {other}",
        impact=SPLIT,
        fix=PICK,
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "other_than_agreed": Outcome(
        Status.FAIL,
        "{name} ends at {end}, but you wrote down {agreed} as the one address",
        impact="Links, log-ins and search results that rely on the written address take a detour or break.",
        fix=(
            "If {agreed} is right: set it as the primary domain at your host and redirect {end} to it.",
            "If {end} is right: change `canonical` in launch.yml.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "brand_goes_elsewhere": Outcome(
        Status.FAIL,
        "Your second domain {name} ends at {end} instead of {agreed}",
        impact="Visitors of the second domain see something else than your site, and its trust in search is lost.",
        fix=(
            "Where {name} is hosted, redirect everything to {agreed} with status 301.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "tag_elsewhere": Outcome(
        Status.FAIL,
        "The page at {end} tells search engines that its real address is {tag}",
        impact="Search engines may drop your site from their results and show the other address instead.",
        fix=TAG,
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "tag_not_secure": Outcome(
        Status.WARN,
        "The page at {end} names an address without https as its real one: {tag}",
        impact="Search engines may show the unsafe address.",
        fix=TAG,
        severity=Severity.MEDIUM,
    ),
    "tag_relative": Outcome(
        Status.WARN,
        "The page at {end} names its real address incompletely: {tag}",
        impact="Search engines may misread it; it should be a full address that begins with https.",
        fix=TAG,
        severity=Severity.LOW,
    ),
    "tag_twice": Outcome(
        Status.WARN,
        "The page at {end} names several real addresses ({tag}); search engines then ignore them all",
        impact="Search engines choose an address by themselves.",
        fix=TAG,
        severity=Severity.LOW,
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see where all ways to write {name} end: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {name}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the ways to write a domain end."""

    chains: tuple[Chain, ...]
    """From http and https, with and without www."""
    agreed: str = ""
    """The address written down, or for a second domain where the first one ends."""
    second: bool = False
    """A second brand domain, whose visitors belong at the agreed address."""
    others: tuple[Chain, ...] = ()
    """Further marketing hosts: they must not show the same page."""
    not_needed: str = ""


@check(
    "redir.canonical",
    title="One address",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("RED-1", "RED-7", "RED-8"),
    measured=(
        "We open the name in its four usual ways, compare where they end, read the address that the page itself names,"
        " and compare the texts of pages that answer under different names."
    ),
    verify="curl -sSL -o /dev/null -D - http://{name}/ http://www.{name}/ https://{name}/ https://www.{name}/",
    links=(
        "https://www.rfc-editor.org/rfc/rfc6596",
        "https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls",
    ),
)
async def canonical(target: Target, probe: Probe) -> Verdict:
    """Follow the four variants; a second domain is compared with where the first one ends."""
    reason = no_website(target)
    if reason:
        return judge(Facts((), not_needed=reason))
    name, inventory = target.name, target.inventory
    second = name != inventory.domain
    starts = [f"{scheme}://{host}/" for host in (name, f"www.{name}") for scheme in ("https", "http")]
    own = {name, f"www.{name}"}
    # An app, an API or a help centre differs on purpose; only pages that advertise can be one page twice.
    beside = [host.name for host in inventory.hosts if host.purpose is Purpose.MARKETING and host.name not in own]
    chains, others = await asyncio.gather(
        asyncio.gather(*(visit(probe, url) for url in starts)),
        asyncio.gather(*(visit(probe, f"https://{host}/") for host in ([] if second else beside[:5]))),
    )
    agreed = inventory.canonical
    if second and not agreed:
        main = await visit(probe, f"https://{inventory.domain}/")
        agreed = main.last.url if main.end is ChainEnd.FINAL else ""
    facts = Facts(tuple(chains), agreed, second, tuple(others))
    return judge(facts, agent=firewall.agent(inventory))


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """Different ends first, then the wrong end, then what the page says about itself."""
    if facts.not_needed:
        return Verdict("not_needed", {"reason": facts.not_needed})
    ended = [chain for chain in facts.chains if chain.end is ChainEnd.FINAL]
    ends = {chain.start: same_place(chain.last.url) for chain in ended}
    places = sorted(set(ends.values()))
    seen: dict[str, Json] = {"ends_by_start": dict(ends), "ends": tuple(places), "count": len(places)}
    pages = {chain.last.url: chain for chain in ended}
    twin = _twins([*pages.values(), *facts.others])
    if twin is not None and len(places) > 1:
        return Verdict("duplicate", seen | twin)
    if len(places) > 1:
        return Verdict("two_endings", seen)
    if not places:
        return Verdict("could_not_look", seen | {"reason": _why(facts.chains)})
    seen |= {"end": places[0], "agreed": facts.agreed}
    if facts.second and not facts.agreed:
        return Verdict("could_not_look", seen | {"reason": "the main domain, where it should end, could not be opened"})
    if facts.agreed and not _agree(places[0], facts.agreed):
        return Verdict("brand_goes_elsewhere" if facts.second else "other_than_agreed", seen)
    if twin is not None:
        return Verdict("duplicate", seen | twin)
    final = next(iter(pages.values()))
    answer = final.last
    blocked = firewall.blocked(answer)
    if blocked:
        return Verdict("blocked_by_firewall", seen | {"reason": blocked, "agent": agent, "host": host_of(answer.url)})
    unseen = [chain for chain in facts.chains if chain.end is not ChainEnd.FINAL and not _not_there(chain)]
    if unseen:
        return Verdict("could_not_look", seen | {"reason": _why(tuple(unseen))})
    if not 200 <= answer.status < 300:
        return Verdict("could_not_look", seen | {"reason": f"the page where they end answers {answer.status}"})
    return _tagged(read(answer.text), answer.url, linked(answer.all_headers("link")), seen)


def _tagged(page: Page, url: str, headers: tuple[str, ...], seen: dict[str, Json]) -> Verdict:
    """What `<link rel="canonical">`, or a header in its place, says; none at all is fine."""
    tags = tuple(dict.fromkeys(tag for tag in (*page.canonicals, *headers) if tag))
    seen |= {"tag": tags[0] if tags else "", "title": page.title}
    if not tags:
        return Verdict("ok", seen)
    try:
        places = {same_place(urljoin(urljoin(url, page.base), tag)) for tag in tags}
    except ValueError:
        return Verdict("tag_relative", seen)
    if len(places) > 1:
        return Verdict("tag_twice", seen | {"tag": ", ".join(tags[:3])})
    place = places.pop()
    if host_of(place) != host_of(url):
        return Verdict("tag_elsewhere", seen)
    if scheme_of(tags[0]) not in ("http", "https"):
        return Verdict("tag_relative", seen)
    return Verdict("tag_not_secure" if scheme_of(place) == "http" else "ok", seen)


def _agree(end: str, agreed: str) -> bool:
    """Whether they ended at the agreed address; where that is a bare host, any page of it will do (`/en`, `/home`)."""
    place = same_place(agreed)
    if place.endswith("/") and place.count("/") == 3:
        return end.startswith(place)
    return end.rstrip("/") == place.rstrip("/")


def _twins(chains: list[Chain]) -> dict[str, Json] | None:
    """Two hosts that answer 200 with nearly the same text."""
    answers = {
        same_place(chain.last.url): chain.last
        for chain in chains
        if chain.end is ChainEnd.FINAL and chain.last.status == 200
    }
    pages = {place: read(answer.text) for place, answer in answers.items()}
    for one, other in combinations(sorted(pages), 2):
        if host_of(one) == host_of(other):
            continue
        alike = likeness(pages[one], pages[other])
        if alike > SAME_TEXT:
            return {"one": one, "other": other, "likeness": round(alike, 3)}
    return None


def _not_there(chain: Chain) -> bool:
    """Whether a variant has no address or a closed port 80: other checks speak about those."""
    fault = chain.exchanges[0].fault
    if fault is None:
        return False
    closed = fault.reason in (Reason.REFUSED, Reason.TIMEOUT, Reason.UNREACHABLE) and scheme_of(chain.start) == "http"
    return closed or fault.reason is Reason.DNS


def _why(chains: tuple[Chain, ...]) -> str:
    chain = chains[0]
    if chain.end is ChainEnd.FAULT:
        return trouble.at(chain.last.url, chain.last.fault)
    return f"the redirects of {chain.start} do not come to an end"
