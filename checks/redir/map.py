"""Your old links still arrive.

Old pages, links in mails, campaign links and the addresses to which log-in services return must all lead somewhere.
Nobody tells you when one breaks: the visitor sees "not found" and leaves. So the list stands in launch.yml, and we
follow every line of it to the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from checks import firewall, trouble
from checks.link_map import LOGIN, Line, affordable, home_of, lines_of
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Chain, ChainEnd, Reason
from checks.probe import Probe
from checks.redir.permanent import TEMPORARY
from checks.registry import check, main_domain
from checks.urls import host_of, next_of, same_place
from checks.visit import CIRCLING, everywhere, visit

NAMES = {
    "redirect": "The old address",
    "login": "The log-in link",
    "callback": "The return address of a log-in service",
    "campaign": "The campaign link",
    "mail": "The link in your mail",
    "page": "The page",
}
GONE = "Who follows it gets an error page and leaves."

OUTCOMES = {
    "ok": Outcome(Status.PASS, "All {count} links and old addresses that are written down arrive where they should"),
    "not_written_down": Outcome(
        Status.NA,
        "No old addresses, campaign, mail or log-in links are written down for {name}",
        fix=(
            "Add old addresses to launch.yml under `redirects:`: - from: /old-page, and below it to: /new-page",
            (
                "Add links that stand elsewhere under `links:`, one line each: - url: https://{name}/login, next line:"
                " kind: login (or callback, campaign, mail, page)."
            ),
        ),
    ),
    "login_dead": Outcome(
        Status.FAIL,
        "{what} {link} leads nowhere: {reason}",
        impact="Customers who come this way cannot log in.",
        fix=(
            "Open {link} yourself. Put the page back, or redirect it to {wanted} with status 301.",
            "Look in mails, in the app and at log-in services (Google, Apple) for the same link and correct it there.",
            "Run this check again.",
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="login_broken",
    ),
    "dead": Outcome(
        Status.FAIL,
        "{what} {link} leads nowhere: {reason}",
        impact=GONE,
        fix=(
            "Open {end} yourself: is that page missing, or only the way to it?",
            "Put the page back, or add to the redirect list of your host: {link} to {wanted}, status 301.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "elsewhere": Outcome(
        Status.FAIL,
        "{what} {link} leads to {end} instead of {wanted}",
        impact="Visitors land on the wrong page and search again or leave.",
        fix=(
            "At your host correct the redirect of {link}: its target is {wanted}.",
            "If {end} is right: change `to` in launch.yml.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "to_home": Outcome(
        Status.WARN,
        "{what} {link} only leads to the home page",
        impact="Visitors do not find what they came for, and search engines treat it as a page that is gone.",
        fix=(
            "At your host redirect {link} to the page that replaces it: {wanted}.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "temporary": Outcome(
        Status.WARN,
        "{what} {link} arrives, but says that the move is only for now (status {status})",
        impact="Search engines keep the old address in their results and do not pass its trust on.",
        fix=(
            "At your host change the redirect of {link} from {status} to 301 or 308.",
            "If it is temporary on purpose: write `permanent: false` beside it in launch.yml.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "in_part": Outcome(
        Status.UNKNOWN,
        "The first {count} written links arrive; {left} more were not followed, to go easy on your host",
        impact="Nothing is proven about the rest.",
        fix=("Add to launch.yml, under network: unlimited: [{hosts}]", "Run this check again: it follows all of them."),
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not follow {link}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about that host.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The lines, and where each of them leads."""

    lines: tuple[Line, ...]
    chains: Mapping[str, Chain] = field(default_factory=dict)
    """By the line's source; a line that was not followed is missing."""
    home: str = ""
    """The home page of the product."""
    absent: frozenset[str] = frozenset()
    """Hosts at which lines end and whose names visitors cannot find either."""


@check(
    "redir.map",
    title="Old links still arrive",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.BLOCKER,
    requirements=("RED-5", "RED-9", "RED-10"),
    measured="We follow each old address and each link that is written down in launch.yml to where it ends.",
    verify="curl -sSL -o /dev/null -D - {link}",
    links=(
        "https://www.rfc-editor.org/rfc/rfc9110#section-15.4",
        "https://developers.google.com/search/docs/crawling-indexing/site-move-with-url-changes",
    ),
    applies=main_domain,
)
async def redirect_map(target: Target, probe: Probe) -> Verdict:
    """Follow the lines side by side."""
    lines = lines_of(target.inventory)
    followed = affordable(lines, target.inventory)
    chains = await asyncio.gather(*(visit(probe, line.source) for line in followed))
    facts = Facts(
        lines,
        {line.source: chain for line, chain in zip(followed, chains, strict=True)},
        home_of(target.inventory),
        await _absent(probe, chains),
    )
    return judge(facts, agent=firewall.agent(target.inventory))


async def _absent(probe: Probe, chains: Iterable[Chain]) -> frozenset[str]:
    """The hosts without a name at which chains end, as far as it is not only we who cannot find them."""
    hosts = sorted({host_of(chain.last.url) for chain in chains if _unnamed(chain)})
    if not hosts or not await probe.online():
        return frozenset()
    said = await asyncio.gather(*(everywhere(probe, host) for host in hosts))
    return frozenset(host for host, answers in zip(hosts, said, strict=True) if trouble.visitors_fail_too(answers))


def _unnamed(chain: Chain) -> bool:
    return chain.last.fault is not None and chain.last.fault.reason is Reason.DNS


@dataclass(frozen=True, slots=True)
class _Found:
    """What is wrong with one line; rank 0 is worst."""

    rank: int
    code: str
    seen: Mapping[str, Json]


ORDER = ("login_dead", "dead", "elsewhere", "to_home", "temporary", "blocked_by_firewall", "could_not_look")


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """The worst line speaks, and all bad ones are named."""
    if not facts.lines:
        return Verdict("not_written_down", {"link": facts.home})
    results = [
        (line, _follow(line, facts.chains[line.source], agent, facts.absent))
        for line in facts.lines
        if line.source in facts.chains
    ]
    bad = sorted((found for _, found in results if found is not None), key=lambda found: found.rank)
    seen: dict[str, Json] = {
        "link": facts.lines[0].source,
        "count": len(results),
        "left": len(facts.lines) - len(results),
        "map": {line.source: facts.chains[line.source].last.url for line, _ in results},
        "wrong": tuple(str(found.seen.get("link", "")) for found in bad),
        "hosts": tuple(dict.fromkeys(host_of(line.source) for line in facts.lines if line.source not in facts.chains)),
    }
    if bad:
        return Verdict(bad[0].code, seen | dict(bad[0].seen))
    return Verdict("in_part" if seen["left"] else "ok", seen)


def _follow(line: Line, chain: Chain, agent: str, absent: frozenset[str] = frozenset()) -> _Found | None:
    """What is wrong with where a line leads; None where it arrives."""
    last, end = chain.last, same_place(chain.last.url)
    seen: dict[str, Json] = {
        "link": line.source,
        "what": NAMES.get(line.kind, "The link"),
        "end": last.url,
        "wanted": line.wanted or "the page that replaces it",
        "status": last.status,
        "agent": agent,
        "host": host_of(last.url),
        "broken": host_of(last.url),
    }

    def found(code: str, reason: str = "") -> _Found:
        return _Found(ORDER.index(code), code, seen | {"reason": reason})

    dead = "login_dead" if line.kind in LOGIN else "dead"
    if chain.end in (*CIRCLING, ChainEnd.BAD_LOCATION):
        return found(dead, "it is sent round in circles" if chain.end in CIRCLING else "it is sent to no web address")
    blocked = firewall.blocked(last)
    if blocked:
        return found("blocked_by_firewall", blocked)
    if _unnamed(chain) and host_of(last.url) in absent:
        return found(dead, f"the name {host_of(last.url)} cannot be found")
    if chain.end is ChainEnd.FAULT or not last.status:
        return found("could_not_look", trouble.words(last.fault))
    if not _lands(line, last.status):
        return found(dead, f"{last.url} answers with error {last.status}")
    if line.wanted and end != same_place(line.wanted) and not _slash_only(end, same_place(line.wanted)):
        return found("to_home" if _is_home(end, line) else "elsewhere")
    if (
        not line.wanted
        and line.kind != "callback"
        and _is_home(end, line)
        and not _is_home(same_place(line.source), line)
    ):
        return found("to_home")
    temporary = next((one.status for one in chain.exchanges if next_of(one) and one.status in TEMPORARY), 0)
    if line.permanent and temporary:
        seen["status"] = temporary
        return found("temporary")
    return None


def _lands(line: Line, status: int) -> bool:
    """Whether somebody is there: a return address may refuse a visit without its code, a page may ask for a log-in."""
    if status in (404, 410) or status >= 500:
        return False
    return status < 400 or line.kind == "callback" or status in (401, 403)


def _is_home(place: str, line: Line) -> bool:
    """Whether a place is the home page, with or without www."""
    home = same_place(line.home)
    return place.removesuffix("/") == home.removesuffix("/") or (
        urlsplit(place).path == "/" and host_of(place).removeprefix("www.") == host_of(home).removeprefix("www.")
    )


def _slash_only(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")
