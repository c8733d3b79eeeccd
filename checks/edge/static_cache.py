"""Files that never change are kept close to your visitors.

Style sheets, scripts and pictures are the same for everybody. A service in front of your server, such as Cloudflare,
can keep them near the visitor, and the browser can keep them for the next visit. If neither does, every visitor
downloads everything from your server again: pages are slower, and a rush of visitors hits your server with its full
weight.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from checks import cache_headers, firewall
from checks.assets import Asset, assets
from checks.inventory import Inventory
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.net.facts import Chain, Exchange
from checks.probe import BODY_CAP, Probe
from checks.registry import check
from checks.urls import host_of
from checks.visit import unfinished, visit

FEW, MANY = 4, 10
"""Files that are asked for; many only where the owner has lifted the limit for that host."""
CAP = 64 * 1024
"""Bytes of a file that are read: only its headers matter."""
LONG = 30 * 86_400
"""Seconds: what may be kept this long counts as kept for good."""
ORDER = {"css": 0, "js": 1, "font": 2, "img": 3}
RULES = (
    (
        "At your host set this header for files with a fingerprint in their name, such as app.3f9c2a71.js:"
        " Cache-Control: public, max-age=31536000, immutable"
    ),
    "For files without one set Cache-Control: public, max-age=300, so that a new version arrives soon.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The files of {host} are kept close to visitors, by rules set on purpose"),
    "no_files": Outcome(Status.NA, "The start page of {host} loads no files of its own"),
    "all_bypass": Outcome(
        Status.FAIL,
        "Every visitor of {host} downloads everything from your server again: the service in front keeps no files",
        impact="Pages are slower than they need to be, and a rush of visitors hits your server with its full weight.",
        fix=(
            "Let that service (such as Cloudflare) keep css, js, pictures and fonts. What may stop it now: {why}.",
            *RULES,
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "no_rules": Outcome(
        Status.WARN,
        "{host} does not say how long its files may be kept ({files})",
        impact="Browsers guess: some download everything again, others keep an old version after a release.",
        fix=RULES,
        severity=Severity.MEDIUM,
    ),
    "stale_after_release": Outcome(
        Status.WARN,
        "After your next release visitors of {host} may see the old version for {days} days: {files}",
        impact="The file keeps its name when it changes, so browsers do not notice; pages can look broken.",
        fix=(
            "Let the build put a fingerprint into the file names, or shorten the time: Cache-Control: max-age=300.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "kept_too_short": Outcome(
        Status.WARN,
        "Files of {host} that never change are downloaded again too often ({files})",
        impact="Returning visitors wait a little longer than they need to.",
        fix=RULES,
        severity=Severity.LOW,
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see how the files of {host} are kept: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file, asked for once, and once more where an edge said that it did not have it."""

    asset: Asset
    first: Exchange
    second: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The start page and some of its files."""

    chain: Chain
    files: tuple[Fetched, ...] = ()
    host: str = ""


def _shows_pages(target: Target) -> bool:
    return target.purpose in (Purpose.MARKETING, Purpose.APP, Purpose.HELP)


@check(
    "edge.static_cache",
    title="Files kept close to visitors",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("EDGE-3", "EDGE-7"),
    measured=(
        "We read the start page, fetch a few of the files that it loads from your own hosts, twice where the"
        " service in front did not have them the first time, and read how long they may be kept."
    ),
    verify="curl -sS -o /dev/null -D - {url}",
    links=(
        "https://www.rfc-editor.org/rfc/rfc9111#section-5.2",
        "https://developers.cloudflare.com/cache/concepts/default-cache-behavior/",
    ),
    applies=_shows_pages,
)
async def static_cache(target: Target, probe: Probe) -> Verdict:
    """The page is shared with other checks; its files are asked for side by side."""
    chain = await visit(probe, f"https://{target.host}/")
    if host_of(chain.last.url) != target.host:
        return judge(Facts(chain, host=target.host))
    chosen = choose(assets(chain.last.text, chain.last.url), target.inventory)
    files = await asyncio.gather(*(_fetch(probe, asset) for asset in chosen))
    return judge(Facts(chain, tuple(files), target.host), agent=firewall.agent(target.inventory))


async def _fetch(probe: Probe, asset: Asset) -> Fetched:
    # Scripts and sheets are read as a whole by other checks: the same request serves all of them.
    cap = BODY_CAP if asset.kind in ("css", "js") else CAP
    first = await probe.get(asset.url, cap=cap)
    if cache_headers.edge_said(first)[0] not in ("miss", "bypass"):
        return Fetched(asset, first)
    # A first visitor finds nothing kept yet; only the second one tells.
    return Fetched(asset, first, await probe.fresh(1).get(asset.url, cap=cap))


def choose(found: Sequence[Asset], inventory: Inventory) -> tuple[Asset, ...]:
    """Some files of one's own hosts: each kind in turn, what a page needs first."""
    domains = (inventory.domain, *inventory.domains)
    own = [
        one
        for one in found
        if any(host_of(one.url) == name or host_of(one.url).endswith("." + name) for name in domains)
    ]
    by_kind = {kind: [one for one in own if one.kind == kind] for kind in ORDER}
    turns = [one for row in range(MANY) for kind in ORDER for one in by_kind[kind][row : row + 1]]
    chosen: list[Asset] = []
    for one in turns:
        host = host_of(one.url)
        most = MANY if host in inventory.network.unlimited else FEW
        if sum(host_of(other.url) == host for other in chosen) < most and len(chosen) < MANY:
            chosen.append(one)
    return tuple(chosen)


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """An edge that keeps nothing first, then missing rules, then rules that do harm."""
    seen: dict[str, Json] = {"url": facts.files[0].asset.url if facts.files else facts.chain.start}
    blocked = firewall.blocked(facts.chain.last)
    if blocked:
        return Verdict("blocked_by_firewall", seen | {"reason": blocked, "agent": agent})
    reason = unfinished(facts.chain)
    if reason:
        return Verdict("could_not_look", seen | {"reason": reason})
    if facts.chain.last.status >= 500:
        return Verdict(
            "could_not_look", seen | {"reason": f"its start page answers with error {facts.chain.last.status}"}
        )
    # A redirect or an error has rules of its own, which say nothing about the file.
    got = [one for one in facts.files if one.first.status == 200]
    seen["answers"] = {one.asset.url: _seen(one) for one in facts.files}
    if not got:
        if facts.files:
            reason = f"{facts.files[0].asset.url} could not be fetched"
            return Verdict("could_not_look", seen | {"reason": reason})
        return Verdict("no_files", seen)
    if all(_past_the_edge(one) for one in got):
        return Verdict("all_bypass", seen | {"why": _why(got), "url": got[0].asset.url})
    for code, is_bad in (("no_rules", _no_rules), ("stale_after_release", _stale), ("kept_too_short", _short)):
        bad = [one for one in got if is_bad(one)]
        if bad:
            names = tuple(one.asset.url.partition("?")[0].rpartition("/")[2][:60] for one in bad[:3])
            days = (cache_headers.control(bad[0].first).max_age or 0) // 86_400
            return Verdict(code, seen | {"files": names, "days": days, "url": bad[0].asset.url})
    return Verdict("ok", seen)


def _seen(one: Fetched) -> str:
    said = [cache_headers.edge_said(answer)[0] for answer in (one.first, one.second) if answer is not None]
    return ", ".join(
        filter(None, (str(one.first.status), one.first.header("cache-control")[:80], " then ".join(filter(None, said))))
    )


def _past_the_edge(one: Fetched) -> bool:
    """Whether an edge is there and did not have the file, the second time neither."""
    return one.second is not None and cache_headers.edge_said(one.second)[0] in ("miss", "bypass")


def _why(files: Sequence[Fetched]) -> str:
    """What keeps the edge from keeping them, as far as it shows."""
    if any(one.first.all_headers("set-cookie") for one in files):
        return "the files come with a cookie, and such answers are not kept"
    forbidden = any(
        control.forbids_sharing or control.has("no-cache")
        for control in (cache_headers.control(one.first) for one in files)
    )
    return "the header Cache-Control forbids it" if forbidden else "a rule that bypasses its cache"


def _no_rules(one: Fetched) -> bool:
    return not cache_headers.control(one.first).said and not one.first.header("expires")


def _stale(one: Fetched) -> bool:
    """A name that stays the same, kept for long: only scripts and styles break a page."""
    control = cache_headers.control(one.first)
    revalidated = control.has("no-cache") or control.has("no-store")
    return (
        one.asset.kind in ("css", "js")
        and not one.asset.fingerprinted
        and not revalidated
        and (control.max_age or 0) >= LONG
    )


def _short(one: Fetched) -> bool:
    control = cache_headers.control(one.first)
    return one.asset.fingerprinted and control.said and (control.max_age or 0) < LONG
