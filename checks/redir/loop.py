"""Nobody is sent round in circles.

Sometimes two rules disagree: one sends visitors to https, the other one back, for ever. Browsers give up after some
twenty steps and show "too many redirects". Then nobody can open the page, although the server is up and healthy.
We follow the redirects as a new visitor does, and once more as one who keeps cookies.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks import trouble
from checks.masking import cut
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Chain, ChainEnd
from checks.probe import MAX_HOPS, Probe
from checks.registry import check
from checks.urls import next_of, same_place, scheme_of
from checks.visit import CIRCLING

CIRCLE = 'Browsers show "too many redirects" instead of your page. Nobody gets in.'

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Redirects of {host} come to an end"),
    "ok_with_cookie": Outcome(
        Status.PASS, "Redirects of {host} come to an end for visitors who keep cookies, as browsers do"
    ),
    "loop": Outcome(
        Status.FAIL,
        "{host} sends visitors round in circles; nobody can open it",
        impact=CIRCLE,
        fix=(
            (
                "Look at the circle: {circle}. Two rules disagree, often one at a service such as Cloudflare "
                "and one in the app."
            ),
            "Switch off the rule that was changed last, or let only one of the two places redirect.",
            "Run this check again.",
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="redirect_loop",
    ),
    "flexible_loop": Outcome(
        Status.FAIL,
        "{host} sends visitors round in circles; nobody can open it: Cloudflare's SSL mode is probably Flexible",
        impact=CIRCLE,
        fix=(
            "In the Cloudflare dashboard open SSL/TLS > Overview and set the mode to Full (strict).",
            "The reason: in mode Flexible Cloudflare asks your host without https, and your host insists on https.",
            "Run this check again.",
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="redirect_loop",
    ),
    "too_many_hops": Outcome(
        Status.FAIL,
        "{host} sends visitors on more than {limit} times without an end; nobody can open it",
        impact=CIRCLE,
        fix=(
            "Look at the steps: {circle}. Find the rule that adds to the address each time.",
            "Switch off the redirect that was changed last.",
            "Run this check again.",
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="redirect_loop",
    ),
    "bad_target": Outcome(
        Status.FAIL,
        "{host} sends visitors to something that is not a web address; they get an error page",
        impact="Browsers cannot follow it and show an error instead of your page.",
        fix=(
            "Find the redirect of {last} and write a full address that begins with https:// as its target.",
            "Run this check again.",
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="redirect_loop",
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not follow the redirects of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The same starts, followed without and with cookies."""

    plain: tuple[Chain, ...]
    """From https and from http."""
    with_cookies: tuple[Chain, ...] = ()
    """The circling ones once more, in the same order."""


@check(
    "redir.loop",
    title="No redirect circle",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("RED-3", "RED-10"),
    measured="We follow the redirects for up to ten steps, and where they circle once more with cookies kept.",
    verify="curl -sSL --max-redirs 10 -o /dev/null -D - https://{host}/",
    links=("https://developers.cloudflare.com/ssl/troubleshooting/too-many-redirects/",),
)
async def loop(target: Target, probe: Probe) -> Verdict:
    """Follow from https and from http; what circles gets a second go with cookies."""
    starts = (f"https://{target.host}/", f"http://{target.host}/")
    plain = tuple(await asyncio.gather(*(probe.chain(url) for url in starts)))
    circling = [chain.start for chain in plain if chain.end in CIRCLING]
    again = await asyncio.gather(*(probe.chain(url, keep_cookies=True) for url in circling))
    return judge(Facts(plain, tuple(again)))


def judge(facts: Facts) -> Verdict:
    """A circle is one only if cookies do not end it; the kind of circle names the cause."""
    for chain in facts.with_cookies:
        if chain.end in CIRCLING:
            return _circle(chain)
    bad = next((chain for chain in facts.plain if chain.end is ChainEnd.BAD_LOCATION), None)
    if bad is not None:
        return Verdict("bad_target", _seen(bad) | {"last": bad.last.url})
    secure = facts.plain[0]
    if secure.end is ChainEnd.FAULT:
        fault = secure.last.fault
        return Verdict("could_not_look", _seen(secure) | {"reason": trouble.at(secure.last.url, fault)})
    cured = any(chain.end in CIRCLING for chain in facts.plain)
    return Verdict("ok_with_cookie" if cured else "ok", _seen(secure))


def _circle(chain: Chain) -> Verdict:
    seen = _seen(chain) | {"circle": _drawn(chain), "limit": MAX_HOPS}
    if chain.end is ChainEnd.TOO_MANY:
        return Verdict("too_many_hops", seen)
    last = chain.last
    target = next_of(last) or chain.next_url
    to_itself = scheme_of(target) == "https" and same_place(target) == same_place(last.url)
    if to_itself and last.header("server").strip().lower() == "cloudflare":
        return Verdict("flexible_loop", seen)
    return Verdict("loop", seen)


def _seen(chain: Chain) -> dict[str, Json]:
    return {
        "start": chain.start,
        "urls": chain.urls,
        "next": chain.next_url,
        "statuses": tuple(exchange.status for exchange in chain.exchanges),
        "end": chain.end.value,
        "server": cut(chain.last.header("server"), 80),
    }


def _drawn(chain: Chain) -> str:
    skipped = ["…"] if len(chain.urls) > 4 else []
    steps = [*chain.urls[:4], *skipped, *([chain.next_url] if chain.next_url else [])]
    return " -> ".join(cut(url, 80) for url in steps)
