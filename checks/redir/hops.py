"""Visitors reach the page in one step.

Each redirect is one more trip to the server and back. On a phone that is a pause everybody feels, and each step is a
place where tracking tags and log-in links get lost. We type your name in all the usual ways and count the steps.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import pairwise

from checks import trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Chain, ChainEnd, Reason
from checks.probe import Probe
from checks.registry import check
from checks.urls import host_of, next_of, same_place, scheme_of
from checks.visit import visit

DEEP = "/launch-ready-check?x=1"
"""A harmless path that need not exist: only the steps on the way are counted, not where a lost page leads."""
ONE_RULE = (
    (
        "At your host (or at a service in front of it, such as Cloudflare) replace the rules by one "
        "that leads straight to the final address."
    ),
    "Let it handle https and www in the same step, and keep the path and everything after the question mark.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Every way of typing {name} reaches the page with at most {redirects}"),
    "ok_with_upgrade": Outcome(
        Status.PASS,
        "Every way of typing {name} reaches the page; without https it takes {redirects}, in the safe order",
    ),
    "extra_hop": Outcome(
        Status.WARN,
        "Visitors who start at {worst} are sent on {most} times before they arrive",
        impact="Every extra step is a pause on a phone and a place for tracking tags to get lost.",
        fix=ONE_RULE,
        severity=Severity.MEDIUM,
        runbook="wrong_address_or_www",
    ),
    "too_many_hops": Outcome(
        Status.FAIL,
        "Visitors who start at {worst} are sent on {most} times before they arrive",
        impact="Every extra step is a pause on a phone; log-in links and tracking tags get lost on the way.",
        fix=ONE_RULE,
        severity=Severity.HIGH,
        runbook="wrong_address_or_www",
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not count the steps to {name}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {name}.",),
    ),
}


@check(
    "redir.hops",
    title="Few redirects",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("RED-3", "RED-8"),
    measured="We open the name with and without https and www, at the root and deeper, and count the steps.",
    verify="curl -sSL -o /dev/null -D - {start}",
    links=("https://hstspreload.org/#submission-requirements", "https://www.rfc-editor.org/rfc/rfc9110#section-15.4"),
)
async def hops(target: Target, probe: Probe) -> Verdict:
    """Follow all eight variants."""
    urls = [
        f"{scheme}://{host}{path}"
        for host in (target.name, f"www.{target.name}")
        for scheme in ("https", "http")
        for path in ("/", DEEP)
    ]
    return judge(tuple(await asyncio.gather(*(visit(probe, url) for url in urls))))


@dataclass(frozen=True, slots=True)
class Counted:
    """One variant and its number of steps."""

    start: str
    hops: int
    upgrade: bool
    """Exactly http to https on the same host, then to the end."""

    @property
    def level(self) -> int:
        """0 fine, 1 one step too many, 2 far too many."""
        if self.hops <= 1 or (self.hops == 2 and self.upgrade):
            return 0
        return 1 if self.hops == 2 else 2


def judge(chains: tuple[Chain, ...]) -> Verdict:
    """The worst variant decides; variants that have no address or no server are left to the checks for those."""
    counted = [_count(chain) for chain in chains if chain.end in (ChainEnd.FINAL, ChainEnd.TOO_MANY)]
    open_ = [chain for chain in chains if chain.end not in (ChainEnd.FINAL, ChainEnd.TOO_MANY) and not _absent(chain)]
    seen: dict[str, Json] = {
        "hops": {one.start: one.hops for one in counted},
        "chains": {chain.start: chain.urls for chain in chains if chain.hops},
        "not_measured": tuple(chain.start for chain in chains if chain.end not in (ChainEnd.FINAL, ChainEnd.TOO_MANY)),
        "start": chains[0].start,
        "most": 0,
        "one_hop_or_fewer": all(one.hops <= 1 for one in counted),
    }
    worst = max(counted, key=lambda one: (one.level, one.hops), default=None)
    if worst is not None:
        seen |= {
            "most": worst.hops,
            "redirects": f"{worst.hops} redirect{'' if worst.hops == 1 else 's'}",
            "worst": worst.start,
            "start": worst.start,
        }
        if worst.level:
            return Verdict("extra_hop" if worst.level == 1 else "too_many_hops", seen)
    if open_ or worst is None:
        return Verdict("could_not_look", seen | {"reason": _why((open_ or list(chains))[0])})
    return Verdict("ok_with_upgrade" if worst.hops == 2 else "ok", seen)


def _count(chain: Chain) -> Counted:
    first = chain.exchanges[0]
    target = next_of(first)
    same_host = host_of(target) == host_of(chain.start)
    same_path = same_place(target).partition("://")[2] == same_place(chain.start).partition("://")[2]
    upgrade = (scheme_of(chain.start), scheme_of(target)) == ("http", "https") and same_host and same_path
    # Two steps are the safe order only if the second one leads on to another host or path over https.
    return Counted(chain.start, _steps(chain), upgrade and scheme_of(chain.last.url) == "https")


def _steps(chain: Chain) -> int:
    """Redirects on the way. That a site sends visitors of a page that it does not have elsewhere is its answer."""
    if not chain.start.endswith(DEEP):
        return chain.hops
    for place, (here, there) in enumerate(pairwise(chain.urls)):
        own = scheme_of(here) == scheme_of(there) == "https" and host_of(here) == host_of(there)
        if own and _is_deep(here) and not _is_deep(there):
            return place
    return chain.hops


def _is_deep(url: str) -> bool:
    path = same_place(url).partition("://")[2].partition("/")[2]
    return path.rstrip("/") == DEEP.strip("/").partition("?")[0]


def _absent(chain: Chain) -> bool:
    """Whether this variant is simply not there: no address, or a closed port 80."""
    fault = chain.exchanges[0].fault
    if fault is None:
        return False
    closed = fault.reason in (Reason.REFUSED, Reason.TIMEOUT, Reason.UNREACHABLE) and scheme_of(chain.start) == "http"
    return closed or fault.reason is Reason.DNS


def _why(chain: Chain) -> str:
    if chain.end is ChainEnd.FAULT:
        return trouble.at(chain.last.url, chain.last.fault)
    if chain.end is ChainEnd.LOOP:
        return f"{chain.start} leads round in circles"
    return f"{chain.start} redirects to something that is not a web address"
