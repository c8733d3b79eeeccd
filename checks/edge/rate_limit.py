"""A robot cannot try passwords as fast as it likes.

Robots try stolen passwords at every log-in page they find, thousands an hour. One rule in your app or at your shield
(such as Cloudflare) ends that: some ten tries a minute from one address, then a pause. We look whether the log-in page
says that it has such a rule. Only if you allow it in launch.yml do we try it out, with wrong passwords of an account
that does not exist.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from checks import firewall, trouble
from checks.inventory import Inventory
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.net.facts import Exchange, Reason
from checks.probe import Probe
from checks.registry import check
from checks.urls import host_of

TRIES = 30
"""Wrong log-ins of one run at most; none of them is repeated, so a limit of up to 29 tries can be shown."""
SECONDS = 24.0
"""After which no further try is sent; other checks of the host want their turn too."""
NO_LOGIN = (404, 405, 415)
"""Nobody takes log-ins there."""
NOBODY = "launch-ready-check@launch-ready-check.invalid"
"""An address that nobody can own (RFC 2606), so no customer is locked out."""
ANNOUNCING = (
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-limit",
    "x-ratelimit-limit",
    "x-rate-limit-limit",
    "retry-after",
)
REFUSED = frozenset({403, 423, 429, 503})
"""What follows after too many tries; 503 is what nginx says unless told otherwise."""
TOO_MANY = re.compile(
    r"too many|rate.?limit|try again (?:later|in )|slow down|temporarily (?:locked|blocked)", re.IGNORECASE
)
"""Words of log-in forms that refuse further tries with an ordinary status."""
READ = 20_000
"""Characters of an answer in which those words are looked for."""
CHALLENGES = ("cf-mitigated", "x-vercel-mitigated", "x-amzn-waf-action")
RULE = (
    (
        "At your shield add one rule for log-in, sign-up, password reset and API: about 10 tries a minute per address"
        " (Cloudflare: Security > Security rules > Rate limiting rules)."
    ),
    "Or switch on the limit of your log-in library or service (Supabase, Auth0, Clerk and others have one).",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "{url} says that it limits how fast somebody may try ({header})"),
    "stopped": Outcome(Status.PASS, "{url} stopped us after {tries} wrong log-ins (status {status})"),
    "no_login_known": Outcome(
        Status.NA,
        "No log-in page of {host} is written down, so nobody looked whether tries are limited",
        fix=("Add to launch.yml under `links:` the line - url: https://{host}/login, and below it kind: login",),
    ),
    "not_tried": Outcome(
        Status.NA,
        "{url} does not say whether it limits wrong log-ins; trying it out needs your leave",
        fix=(
            "Add to launch.yml, under the host {host}: intrusive: true (at most 30 wrong log-ins of nobody's account).",
            "Or look yourself whether a rate limiting rule covers log-in, sign-up, reset and API.",
        ),
    ),
    "no_limit": Outcome(
        Status.WARN,
        "Robots can try one password after another at {url}: nothing stopped us after {tries} wrong log-ins in a row",
        impact="Customers who use the same password elsewhere can lose their account to a robot.",
        fix=RULE,
        severity=Severity.MEDIUM,
        runbook="traffic_spike_or_attack",
    ),
    "tried_in_part": Outcome(
        Status.UNKNOWN,
        "{url} let {tries} wrong log-ins through, then the time for this check was over",
        impact="Nothing is proven either way: the limit may be a little higher.",
        fix=("Run this check alone, then it has more time: launch check --only edge.rate_limit",),
    ),
    "takes_no_logins": Outcome(
        Status.UNKNOWN,
        "Could not try wrong log-ins at {url}: it does not take them (status {status})",
        impact="Nothing is proven either way.",
        fix=("Write the address to which the log-in form is sent in launch.yml under `links:`, with kind: login.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether {url} limits wrong log-ins: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the log-in page says, and what came back for wrong log-ins where trying is allowed."""

    page: Exchange | None
    allowed: bool = False
    tries: tuple[Exchange, ...] = ()


def _takes_logins(target: Target) -> bool:
    return target.purpose in (Purpose.AUTH, Purpose.APP) or bool(login_of(target.host, target.inventory))


def login_of(host: str, inventory: Inventory) -> str:
    """The log-in address of a host, as far as it is written down; empty where none is."""
    for link in inventory.links:
        if link.kind == "login" and host_of(link.url) == host:
            return link.url
    for monitor in inventory.monitors:
        if (monitor.flow == "login" or monitor.endpoint == "auth") and host_of(monitor.url) == host:
            return monitor.url
    return ""


@check(
    "edge.rate_limit",
    title="Limited log-in tries",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("EDGE-5",),
    measured=(
        "We read whether the log-in page announces a limit. Only where launch.yml allows it we send at most 30 wrong"
        " log-ins of an account that does not exist and stop at the first refusal."
    ),
    verify="curl -sS -o /dev/null -D - {url}",
    links=(
        "https://www.rfc-editor.org/rfc/rfc6585#section-4",
        "https://cheatsheetseries.owasp.org/cheatsheets/Credential_Stuffing_Prevention_Cheat_Sheet.html",
    ),
    applies=_takes_logins,
    again=False,
)
async def rate_limit(target: Target, probe: Probe) -> Verdict:
    """The page is shared with its monitor; nothing is tried without leave."""
    url = login_of(target.host, target.inventory)
    if not url:
        return judge(Facts(None))
    page = await probe.get(url)
    allowed = target.host in target.inventory.opt_in
    if not allowed or announced(page) or page.fault is not None or challenged(page):
        return judge(Facts(page, allowed))
    return judge(Facts(page, allowed, await _try(probe, url, page)))


async def _try(probe: Probe, url: str, page: Exchange, *, seconds: float = SECONDS) -> tuple[Exchange, ...]:
    """Wrong log-ins one after the other until one is refused, none is left, or the time is over."""
    tries: list[Exchange] = []
    as_json = "json" in page.header("content-type").lower()
    try:
        async with asyncio.timeout(seconds):
            for number in range(1, TRIES + 1):
                body, kind = _wrong(number, as_json=as_json)
                answer = await probe.post(url, body=body, headers=(("Content-Type", kind),))
                if answer.fault is not None and answer.fault.reason is Reason.BUDGET:
                    break
                tries.append(answer)
                if stopped(answer, tries[0]) or not answer.status or answer.status in NO_LOGIN or answer.status >= 500:
                    break
                if sent_on(answer, page):
                    break
    except TimeoutError:
        pass
    return tuple(tries)


def _wrong(number: int, *, as_json: bool) -> tuple[bytes, str]:
    """Body and type of one wrong log-in; each is another password, as a robot would send it."""
    fields = {"email": NOBODY, "username": NOBODY, "password": f"wrong-on-purpose-{number}"}
    if as_json:
        return json.dumps(fields).encode(), "application/json"
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def announced(answer: Exchange) -> str:
    """The header with which an answer tells of a limit; empty where none does."""
    return next((f"{name}: {answer.header(name)[:60]}" for name in ANNOUNCING if answer.header(name)), "")


def challenged(answer: Exchange) -> bool:
    """Whether an answer is a puzzle of the edge, put before the log-in."""
    return any(answer.header(name) for name in CHALLENGES)


def sent_on(answer: Exchange, page: Exchange) -> bool:
    """Whether a wrong log-in is sent on as the page itself is, so that nobody has looked at it."""
    led = 300 <= page.status < 400 and 300 <= answer.status < 400
    return led and page.redirects_to == answer.redirects_to


def stopped(answer: Exchange, first: Exchange) -> bool:
    """Whether a try was refused because there were too many: by its status, a puzzle, or words that are new."""
    if answer.status in REFUSED or challenged(answer) or firewall.blocked(answer):
        return True
    return bool(TOO_MANY.search(answer.text[:READ])) and not TOO_MANY.search(first.text[:READ])


def judge(facts: Facts) -> Verdict:
    """What is announced counts; what was tried counts more."""
    page = facts.page
    if page is None:
        return Verdict("no_login_known", {"url": ""})
    seen: dict[str, Json] = {
        "url": page.url,
        "tries": len(facts.tries),
        "status": page.status,
        "header": announced(page),
    }
    if facts.tries:
        return _tried(facts.tries, page, seen)
    if page.fault is not None or not page.status:
        return Verdict("could_not_look", seen | {"reason": trouble.words(page.fault)})
    if seen["header"]:
        return Verdict("ok", seen)
    if challenged(page):
        return Verdict("ok", seen | {"header": "a puzzle before the page"})
    if facts.allowed:
        return Verdict("could_not_look", seen | {"reason": "there was no time to try it"})
    return Verdict("not_tried", seen)


def _tried(tries: tuple[Exchange, ...], page: Exchange, seen: dict[str, Json]) -> Verdict:
    first, last = tries[0], tries[-1]
    seen |= {"status": last.status, "statuses": tuple(one.status for one in tries)}
    if last.fault is not None:
        return Verdict("could_not_look", seen | {"reason": trouble.words(last.fault)})
    if stopped(last, first) and (len(tries) > 1 or last.status == 429):
        return Verdict("stopped", seen)
    if last.status >= 500:
        return Verdict("could_not_look", seen | {"reason": f"it answers a wrong log-in with error {last.status}"})
    # Refused at once is no limit: it may be a token that we did not send.
    if stopped(last, first) or last.status in NO_LOGIN or sent_on(last, page):
        return Verdict("takes_no_logins", seen)
    if announced(last):
        return Verdict("ok", seen | {"header": announced(last)})
    return Verdict("no_limit" if len(tries) >= TRIES else "tried_in_part", seen)
