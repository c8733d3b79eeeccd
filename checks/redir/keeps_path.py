"""A redirect keeps the rest of the address.

When the old or short address sends visitors on, the part behind the name must come along: the page they wanted, and
the tags after the question mark. Campaign tools count with those tags, and log-in services return with a code in
them. If they are dropped, your Instagram link loses its tracking tag, or a log-in ends on the home page.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from checks import firewall
from checks.inventory import Link
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import no_website
from checks.net.facts import Chain, ChainEnd
from checks.page import read
from checks.probe import Probe
from checks.redir.hops import DEEP
from checks.registry import check
from checks.urls import host_of, next_of, same_place, scheme_of
from checks.visit import unfinished, visit

TAGGED = {"campaign": (("utm_source", "launch-ready"),), "callback": (("code", "launch-ready"), ("state", "x1"))}
"""What we add to a link that has no tags of its own."""
MOST_LINKS = 5
MOST_SLASHES = 2
KEEP_BOTH = (
    (
        "Where {place} is redirected (your host, Cloudflare or the domain's registrar), switch on"
        " “keep path and query” (also called wildcard or path forwarding)."
    ),
    "In a rule of your own the target must end with the same page and the same tags as came in (path and query).",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Redirects of {name} keep the page and the tags behind the question mark"),
    "ok_catch_all": Outcome(
        Status.PASS,
        "Redirects of {name} keep page and tags; pages that do not exist answer like a real one (status 200)",
    ),
    "not_needed": Outcome(Status.NA, "{name} needs no redirects that keep the path: {reason}"),
    "query_lost": Outcome(
        Status.FAIL,
        "Whoever comes by {place} loses everything after the question mark on the way to {to_place}",
        impact="Campaign visits are no longer counted, and log-ins that come back with a code fail.",
        fix=KEEP_BOTH,
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "link_loses_tags": Outcome(
        Status.FAIL,
        "Your {kind} link {from_url} drops its tags ({lost}) before it arrives at {to_url}",
        impact="Visits from this link are no longer counted, or a log-in that returns through it fails.",
        fix=KEEP_BOTH,
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "path_lost": Outcome(
        Status.WARN,
        "Whoever asks for a page at {place} is sent to the home page {to_url}",
        impact="Old links and bookmarks no longer show what people came for; search engines forget those pages.",
        fix=KEEP_BOTH,
        severity=Severity.MEDIUM,
    ),
    "path_lost_second": Outcome(
        Status.WARN,
        "Every page of your other domain {name} leads to the home page {to_url}",
        impact="Deep links to the old domain no longer show what people came for.",
        fix=KEEP_BOTH,
        severity=Severity.LOW,
    ),
    "lost_pages_go_home": Outcome(
        Status.WARN,
        "Pages of {name} that do not exist send visitors to the home page instead of saying so",
        impact="Visitors wonder where they are, and search engines list pages that are gone.",
        fix=(
            "Let your host answer unknown pages with status 404 and a friendly page that links home.",
            "Run this check again.",
        ),
        severity=Severity.LOW,
    ),
    "slash_differs": Outcome(
        Status.WARN,
        "{with_slash} and {without_slash} are two different answers; only the slash at the end differs",
        impact="Links with and without the slash end differently; search engines see two pages, or visitors an error.",
        fix=(
            "Decide for one way to write it; at your host switch on “trailing slash” (redirect with 301).",
            "Run this check again.",
        ),
        severity=Severity.LOW,
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether redirects of {name} keep the path: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {name}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A written link with the tags that must arrive."""

    kind: str
    chain: Chain


@dataclass(frozen=True, slots=True)
class Slashes:
    """One page asked for with and without a slash at its end."""

    without: Chain
    with_: Chain
    searched: bool = True
    """False for a log-in: no search engine shows it, so two ways to write it do no harm."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What became of the rest of the address."""

    deep: tuple[Chain, ...] = ()
    """A page that does not exist, with a tag, asked of every way to write the domain."""
    tagged: tuple[Tagged, ...] = ()
    slashes: tuple[Slashes, ...] = ()
    second: bool = False
    not_needed: str = ""


@check(
    "redir.keeps_path",
    title="Redirects keep page and tags",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("RED-5", "RED-6"),
    measured=(
        "We ask every way to write the name for a page with a tag behind it, and your campaign and return links with"
        " tags added, and compare what arrives; a few pages also with and without a slash at the end."
    ),
    verify="curl -sSL -o /dev/null -D - {from_url}",
    links=(
        "https://www.rfc-editor.org/rfc/rfc3986#section-3.4",
        "https://support.google.com/analytics/answer/10917952",
    ),
)
async def keeps_path(target: Target, probe: Probe) -> Verdict:
    """The deep chains are those that the hops are counted on; links and slashes are asked beside them."""
    inventory = target.inventory
    reason = no_website(target)
    if reason:
        return judge(Facts(not_needed=reason))
    second = target.name != inventory.domain
    deep = [f"{scheme}://{host}{DEEP}" for host in (target.name, f"www.{target.name}") for scheme in ("https", "http")]
    links = () if second else inventory.links
    tagged = [link for link in links if link.kind in TAGGED or (link.kind == "mail" and "?" in link.url)][:MOST_LINKS]
    pages = [link for link in links if link.kind in ("page", "campaign", "login")]
    plain = [link for link in pages if _has_slash_twin(link.url)][:MOST_SLASHES]
    chains = await asyncio.gather(
        *(visit(probe, url) for url in deep),
        *(visit(probe, with_tags(link)) for link in tagged),
        *(visit(probe, _slashed(page.url, add=add)) for page in plain for add in (False, True)),
    )
    beyond = chains[len(deep) + len(tagged) :]
    facts = Facts(
        tuple(chains[: len(deep)]),
        tuple(Tagged(link.kind, chain) for link, chain in zip(tagged, chains[len(deep) :], strict=False)),
        tuple(
            Slashes(without, with_, page.kind != "login")
            for page, without, with_ in zip(plain, beyond[::2], beyond[1::2], strict=True)
        ),
        second,
    )
    return judge(facts, agent=firewall.agent(inventory))


def with_tags(link: Link) -> str:
    """The link with its own tags, or with ours where it has none."""
    try:
        parts = urlsplit(link.url)
    except ValueError:
        return link.url
    return link.url if parts.query else urlunsplit(parts._replace(query=urlencode(TAGGED.get(link.kind, ()))))


def _has_slash_twin(url: str) -> bool:
    """Whether a page could be written with and without a slash: not the root, not a file."""
    try:
        path = urlsplit(url).path.rstrip("/")
    except ValueError:
        return False
    return bool(path) and "." not in path.rpartition("/")[2]


def _slashed(url: str, *, add: bool) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + ("/" if add else "")))


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """Lost tags first, then lost pages, then slashes."""
    if facts.not_needed:
        return Verdict("not_needed", {"reason": facts.not_needed, "from_url": ""})
    every = [*facts.deep, *(one.chain for one in facts.tagged)]
    seen: dict[str, Json] = {
        "from_url": every[0].start if every else "",
        "ends": {chain.start: chain.last.url for chain in every if chain.hops},
    }
    bad = _deep(facts, seen) or _tags(facts, seen) or _slash(facts, seen)
    if bad is not None:
        return bad
    for chain in every:
        blocked = firewall.blocked(chain.last)
        if blocked:
            reasons = {"reason": blocked, "host": host_of(chain.last.url), "agent": agent}
            return Verdict("blocked_by_firewall", seen | reasons)
    ended = [chain for chain in facts.deep if not unfinished(chain)]
    open_ = [one.chain for one in facts.tagged if unfinished(one.chain)]
    if not ended or open_:
        chain = (open_ or list(facts.deep))[0]
        return Verdict("could_not_look", seen | {"reason": f"{unfinished(chain)}, at {host_of(chain.start)}"})
    return Verdict("ok_catch_all" if any(chain.last.status == 200 for chain in ended) else "ok", seen)


def _deep(facts: Facts, seen: dict[str, Json]) -> Verdict | None:
    """What the ways to write the domain do with a page and its tag."""
    for chain in facts.deep:
        for source, target in _steps(chain):
            moved = (scheme_of(source), host_of(source)) != (scheme_of(target), host_of(target))
            words: dict[str, Json] = {
                "from_url": source,
                "to_url": target,
                "place": _place(source),
                "to_place": _place(target),
            }
            if _path(source) != _path(target) and _path(target) in ("", "/"):
                code = ("path_lost_second" if facts.second else "path_lost") if moved else "lost_pages_go_home"
                return Verdict(code, seen | words)
            if moved and _lost(source, target):
                return Verdict("query_lost", seen | words)
    return None


def _tags(facts: Facts, seen: dict[str, Json]) -> Verdict | None:
    """Whether written links arrive with their tags.

    The page to which a log-in service returns uses its code up and then sends visitors on without it. So for those
    only steps between addresses count, not what the page itself does.
    """
    for one in facts.tagged:
        if one.chain.end is not ChainEnd.FINAL:
            continue
        steps = _steps(one.chain)
        if one.kind == "callback":
            steps = [(source, target) for source, target in steps if same_path(source, target)]
        else:
            steps = [(one.chain.start, one.chain.last.url)] if steps else []
        for source, target in steps:
            lost = _lost(source, target)
            if lost:
                words: dict[str, Json] = {
                    "kind": one.kind,
                    "lost": lost,
                    "from_url": source,
                    "to_url": target,
                    "place": source,
                }
                return Verdict("link_loses_tags", seen | words)
    return None


def _slash(facts: Facts, seen: dict[str, Json]) -> Verdict | None:
    """Whether a page is one page with and without a slash at its end: it redirects, or names one address itself."""
    for pair in facts.slashes:
        ends = (pair.without, pair.with_)
        if any(chain.end is not ChainEnd.FINAL or not chain.last.status for chain in ends):
            continue
        answers = tuple(chain.last for chain in ends)
        if not any(answer.status == 200 for answer in answers):
            continue
        if len({same_place(answer.url) for answer in answers}) == 1:
            continue
        named = {read(answer.text).canonicals[:1] for answer in answers if answer.status == 200}
        both = all(answer.status == 200 for answer in answers)
        if both and ((len(named) == 1 and named != {()}) or not pair.searched):
            continue
        words: dict[str, Json] = {"with_slash": pair.with_.start, "without_slash": pair.without.start}
        return Verdict("slash_differs", seen | words | {"statuses": tuple(answer.status for answer in answers)})
    return None


def _steps(chain: Chain) -> list[tuple[str, str]]:
    """From where to where each redirect leads."""
    return [(exchange.url, next_of(exchange)) for exchange in chain.exchanges if next_of(exchange)]


def _place(url: str) -> str:
    """The address without page and tags: `https://example.com`."""
    return f"{scheme_of(url)}://{host_of(url)}"


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return url


def same_path(one: str, other: str) -> bool:
    """Whether only scheme or host differ, or a slash at the end."""
    return _path(one).rstrip("/") == _path(other).rstrip("/")


def _lost(source: str, target: str) -> tuple[str, ...]:
    """The names of tags that do not arrive with their value."""
    try:
        sent = parse_qsl(urlsplit(source).query, keep_blank_values=True, max_num_fields=100)
        arrived = parse_qsl(urlsplit(target).query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return ()
    return tuple(name for name, value in sent if (name, value) not in arrived)
