"""Nobody is shown another customer's page.

A cache keeps an answer and hands it to the next person who asks. For a customer's own pages that is the worst that can
happen: a stranger sees somebody's account. We ask for the pages you marked as private twice, as a stranger
without a log-in, and look whether an answer comes out of a cache or may be put into one.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from checks import cache_headers, cookies, firewall, trouble
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.net.facts import Exchange
from checks.probe import Probe
from checks.registry import check

MOST = 4
"""Paths that are asked for."""
BEFORE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}\Z")
AFTER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}")
"""What stands before and after the @ of an e-mail address."""
MOST_ADDRESSES = 2000
PUBLIC_BOXES = frozenset(
    re.findall(
        r"\S+",
        """
        abuse accounting accounts admin billing contact demo email example feedback first-name firstname
        hallo hello help hey hi hilfe hola info invoice invoices jobs kontakt legal mail marketing me name
        news newsletter no-reply noreply office orders postmaster press privacy sales security service shop
        someone status support team user username webmaster you your youremail yourname
        """,
    )
)
"""Names before the @ that belong to a company or to an empty form, not to a customer."""
SCANNED = 200_000
"""Characters of a page that are searched for addresses."""
PURGE = (
    "First empty the cache in front of your server (Cloudflare: Caching > Configuration > Purge Everything).",
    "Then add a rule there (Cloudflare: Cache Rules, Bypass cache) for {paths} and all else behind the log-in.",
    "In the code send with every such page: Cache-Control: private, no-store",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "No cache keeps the private pages of {host}: their answers forbid it"),
    "turned_away": Outcome(
        Status.PASS,
        "Strangers are turned away from the private pages of {host}, and no cache keeps the answer",
    ),
    "same_for_all": Outcome(
        Status.PASS, "{path} of {host} is the same empty page for everybody; a cache may keep that one"
    ),
    "not_written_down": Outcome(
        Status.NA,
        "No private pages of {host} are written down, so nobody looked whether a cache keeps them",
        fix=("Add to launch.yml, under the host {host}: private_paths: [/dashboard, /settings]",),
    ),
    "customer_shown": Outcome(
        Status.FAIL,
        "A stranger is shown a customer's page: {path} of {host} comes out of a cache with somebody's e-mail address",
        impact="Everybody who opens this address sees another customer's data. This is happening now.",
        fix=PURGE,
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="customer_sees_others_data",
    ),
    "kept": Outcome(
        Status.FAIL,
        "A cache keeps the private page {path} of {host} ({evidence})",
        impact="A stranger could be shown another customer's account page.",
        fix=PURGE,
        severity=Severity.BLOCKER,
        runbook="customer_sees_others_data",
    ),
    "refusal_kept": Outcome(
        Status.WARN,
        "A cache keeps the answer “please log in” of {path} on {host} ({evidence})",
        impact="Customers who are logged in may be asked to log in again, and the next change may keep a real page.",
        fix=PURGE,
        severity=Severity.HIGH,
        runbook="customer_sees_others_data",
    ),
    "cookie_may_be_kept": Outcome(
        Status.WARN,
        "{path} of {host} hands out a cookie and lets caches keep the answer",
        impact="A cache may hand one customer's log-in to the next visitor.",
        fix=PURGE,
        severity=Severity.HIGH,
        runbook="customer_sees_others_data",
    ),
    "not_forbidden": Outcome(
        Status.WARN,
        "{path} of {host} does not forbid caches to keep it",
        impact="Nothing has happened yet; one new rule at Cloudflare or the like is enough to show it to strangers.",
        fix=(
            "In the code send with every page behind the log-in: Cache-Control: private, no-store",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether a cache keeps the private pages of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}
ORDER = (
    "customer_shown",
    "kept",
    "refusal_kept",
    "cookie_may_be_kept",
    "not_forbidden",
    "blocked_by_firewall",
    "could_not_look",
    "same_for_all",
    "ok",
    "turned_away",
)


@dataclass(frozen=True, slots=True)
class Twice:
    """Two looks at one private page, as two strangers."""

    path: str
    first: Exchange
    second: Exchange


@dataclass(frozen=True, slots=True)
class Facts:
    """The private pages, and the public start page to compare with."""

    paths: tuple[Twice, ...] = ()
    public: Exchange | None = None


def _applies(target: Target) -> bool:
    if target.purpose in (Purpose.APP, Purpose.ADMIN):
        return True
    return any(host.name == target.host and host.private_paths for host in target.inventory.hosts)


@check(
    "edge.private_not_cached",
    title="Private pages stay private",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("EDGE-4",),
    measured=(
        "We ask for each private page twice without a log-in and look at age, cache headers and cookies of the answers."
        " What a logged-in customer gets cannot be seen without an account."
    ),
    verify="curl -sS -o /dev/null -D - {url}; curl -sS -o /dev/null -D - {url}",
    links=(
        "https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.7",
        "https://developers.cloudflare.com/cache/concepts/cache-control/",
    ),
    applies=_applies,
)
async def private_not_cached(target: Target, probe: Probe) -> Verdict:
    """The second look begins when the first has ended: only then could a cache have kept it."""
    host = next((host for host in target.inventory.hosts if host.name == target.host), None)
    paths = (host.private_paths if host else ())[:MOST]
    if not paths:
        return judge(Facts())
    public, pages = await asyncio.gather(
        probe.get(f"https://{target.host}/"),
        asyncio.gather(*(_twice(probe, target.host, path) for path in paths)),
    )
    return judge(Facts(tuple(pages), public), agent=firewall.agent(target.inventory))


async def _twice(probe: Probe, host: str, path: str) -> Twice:
    url = f"https://{host}/{path.removeprefix('/')}"
    first = await probe.get(url)
    return Twice(path, first, await probe.fresh(1).get(url))


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """The worst page speaks."""
    if not facts.paths:
        return Verdict("not_written_down", {"url": ""})
    results = [_judge_one(pair, facts) for pair in facts.paths]
    worst = min(results, key=lambda verdict: ORDER.index(verdict.code))
    seen: dict[str, Json] = {
        "paths": tuple(pair.path for pair in facts.paths),
        "answers": {pair.path: _seen(pair.second) for pair in facts.paths},
        "agent": agent,
    }
    return Verdict(worst.code, seen | dict(worst.seen))


def _judge_one(pair: Twice, facts: Facts) -> Verdict:
    seen: dict[str, Json] = {"path": pair.path, "url": pair.first.url}
    both = (pair.first, pair.second)
    kept = next((one for one in both if one.status and cache_headers.kept(one)), None)
    if kept is not None:
        seen["evidence"] = cache_headers.kept(kept)
        if not 200 <= kept.status < 300:
            return Verdict("refusal_kept", seen)
        if personal(kept, facts.public):
            return Verdict("customer_shown", seen)
        return Verdict("same_for_all" if _shell(pair, facts.public) else "kept", seen)
    for one in both:
        blocked = firewall.blocked(one)
        if blocked:
            return Verdict("blocked_by_firewall", seen | {"reason": blocked})
        if one.fault is not None or not one.status:
            return Verdict("could_not_look", seen | {"reason": trouble.words(one.fault)})
        if one.status >= 500 or one.status == 429:
            return Verdict("could_not_look", seen | {"reason": f"{pair.path} answers with error {one.status}"})
    return Verdict(_may_be_kept(pair, facts), seen)


def _may_be_kept(pair: Twice, facts: Facts) -> str:
    """What the answers allow a cache to do, where none has done it yet."""
    for one in (pair.first, pair.second):
        control = cache_headers.control(one)
        public = control.invites_sharing or (not control.forbids_sharing and bool(control.shared_age))
        if public and any(not cookie.removed for cookie in cookies.of(one)):
            return "cookie_may_be_kept"
    control = cache_headers.control(pair.second)
    if control.forbids_sharing:
        return "ok" if pair.second.status < 300 else "turned_away"
    if not 200 <= pair.second.status < 300:
        # Without a lifetime of their own such answers are kept by no cache (RFC 9111 section 3).
        return "not_forbidden" if control.shared_age else "turned_away"
    return "same_for_all" if _shell(pair, facts.public) else "not_forbidden"


def personal(answer: Exchange, public: Exchange | None) -> bool:
    """Whether a page holds the e-mail address of a person: none of the company's own boxes, and not on public pages."""
    known = addresses(public.text) if public is not None else set()
    found = addresses(answer.text) - known
    return any(one.partition("@")[0].partition("+")[0] not in PUBLIC_BOXES for one in found)


def addresses(text: str) -> set[str]:
    """The e-mail addresses in some text, lower case; only a bounded part is searched."""
    found: set[str] = set()
    text, at = text[:SCANNED], 0
    for _ in range(MOST_ADDRESSES):
        at = text.find("@", at) + 1
        if at == 0:
            break
        before, after = BEFORE.search(text[max(0, at - 65) : at - 1]), AFTER.match(text, at)
        if before is not None and after is not None:
            found.add(f"{before[0]}@{after[0]}".lower())
    return found


def _shell(pair: Twice, public: Exchange | None) -> bool:
    """Whether the page is the same for everybody: byte for byte the start page that the app shows under any path."""
    same = bool(pair.first.body) and pair.first.body == pair.second.body
    return same and public is not None and public.status == 200 and public.body == pair.second.body


def _seen(answer: Exchange) -> str:
    parts = [str(answer.status), answer.header("cache-control")[:80], cache_headers.edge_said(answer)[1]]
    age = cache_headers.age(answer)
    return ", ".join(part for part in (*parts, f"age: {age}" if age else "") if part)
