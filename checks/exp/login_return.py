"""Your log-in sends people back to you, and to nobody else.

Who logs in is sent back with a proof in the address: this person may come in. Your log-in must only send that to
addresses which you registered. If it takes any address, a link in a mail is enough: the customer logs in at the real
page, and the proof goes to a stranger. We ask your log-in to send people to an address that nobody can own.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from checks import firewall, trouble
from checks.inventory import Inventory
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Exchange
from checks.probe import Probe
from checks.registry import check, main_domain
from checks.urls import host_of

STRANGER = "launch-ready-check.invalid"
"""A host that nobody can own (RFC 2606)."""
PARAMETER = "redirect_uri"
"""Of RFC 6749; without it nothing is known about where a log-in leads."""
MOST = 3
_REFUSAL = re.compile(r"redirect.{0,3}ur[il]|callback.{0,3}url|return.{0,3}url", re.IGNORECASE)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The log-in at {host} refuses to send people to a stranger's address (status {status})"),
    "not_written_down": Outcome(
        Status.NA,
        "No address that begins a log-in for another app (with redirect_uri) is written down for {name}",
        fix=(
            "If you run such a log-in: copy the address from the browser as the log-in opens.",
            "Add it to launch.yml under `links:` (- url: the whole address), and below it the line kind: login",
        ),
    ),
    "not_tried": Outcome(
        Status.NA,
        "Whether the log-in at {host} sends people to strangers was not tried, since that needs your leave",
        fix=("Add to launch.yml, under the host {host}: intrusive: true (two requests, nobody is logged in).",),
    ),
    "stranger_allowed": Outcome(
        Status.FAIL,
        "The log-in at {host} would send your customers' log-ins to any address, a stranger's as well",
        impact="With one link in a mail a stranger could take over the account of a customer who logs in.",
        fix=(
            "At your log-in service allow whole return addresses only, without a star (redirect or callback URLs).",
            "If your developer built the log-in: it must compare {parameter} with a fixed list, letter by letter.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="customer_sees_others_data",
    ),
    "asks_first": Outcome(
        Status.UNKNOWN,
        "The log-in at {host} does not say whether it would send people to a stranger's address before they log in",
        impact="Nothing is proven either way.",
        fix=(
            "At your log-in service look at the allowed redirect (or callback) URLs: whole addresses, without a star.",
        ),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see where the log-in at {host} sends people: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}
ORDER = ("stranger_allowed", "could_not_look", "asks_first", "not_tried", "ok")


@dataclass(frozen=True, slots=True)
class Tried:
    """One log-in as it is written down, and asked to send people to a stranger."""

    url: str
    right: Exchange | None = None
    """None where nothing was tried."""
    wrong: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Every log-in that is written down."""

    tried: tuple[Tried, ...] = ()


@check(
    "exp.login_return",
    title="Log-ins lead back to you only",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("EXP-5",),
    measured=(
        "Only where launch.yml allows it we open a log-in as it is written down, and once more with a return address"
        " that nobody can own, and compare the answers. Nobody is logged in, and no redirect is followed."
    ),
    verify="curl -sS -o /dev/null -D - {asked}",
    links=(
        "https://www.rfc-editor.org/rfc/rfc9700#section-2.1",
        "https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.3",
    ),
    applies=main_domain,
)
async def login_return(target: Target, probe: Probe) -> Verdict:
    """Two GETs for each log-in of a host whose owner allows it."""
    urls = logins(target.inventory)
    return judge(Facts(tuple(await asyncio.gather(*(_try(probe, url, target.inventory) for url in urls)))))


async def _try(probe: Probe, url: str, inventory: Inventory) -> Tried:
    if host_of(url) not in inventory.opt_in:
        return Tried(url)
    right, wrong = await asyncio.gather(probe.get(url), probe.get(astray(url)))
    return Tried(url, right, wrong)


def logins(inventory: Inventory) -> tuple[str, ...]:
    """The addresses that begin a log-in and name where it ends."""
    found = [link.url for link in inventory.links if PARAMETER in dict(_pairs(link.url))]
    return tuple(dict.fromkeys(found))[:MOST]


def astray(url: str) -> str:
    """The same log-in with a return address that nobody can own."""
    pairs = [(name, f"https://{STRANGER}/callback" if name == PARAMETER else value) for name, value in _pairs(url)]
    return urlunsplit(urlsplit(url)._replace(query=urlencode(pairs)))


def _pairs(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return []


def judge(facts: Facts) -> Verdict:
    """The worst log-in speaks for all."""
    if not facts.tried:
        return Verdict("not_written_down", {"asked": ""})
    found = [_judge_one(one) for one in facts.tried]
    return min(found, key=lambda verdict: ORDER.index(verdict.code))


def _judge_one(one: Tried) -> Verdict:
    seen: dict[str, Json] = {"host": host_of(one.url), "asked": astray(one.url), "parameter": PARAMETER}
    right, wrong = one.right, one.wrong
    if right is None or wrong is None:
        return Verdict("not_tried", seen)
    for answer in (right, wrong):
        if answer.fault is not None or not answer.status:
            return Verdict("could_not_look", seen | {"reason": trouble.words(answer.fault)})
    seen["status"] = wrong.status
    blocked = firewall.blocked(wrong) or firewall.blocked(right)
    if blocked:
        return Verdict("could_not_look", seen | {"reason": blocked})
    to = _leads_to(wrong)
    if host_of(to) == STRANGER:
        return Verdict("stranger_allowed", seen)
    if right.status >= 400:
        reason = f"the address as it is written down is refused as well (status {right.status})"
        return Verdict("could_not_look", seen | {"reason": reason})
    if wrong.status >= 500:
        return Verdict("could_not_look", seen | {"reason": f"it answers with error {wrong.status}"})
    return Verdict("ok" if wrong.status >= 400 or _says_no(right, wrong, to) else "asks_first", seen)


def _leads_to(answer: Exchange) -> str:
    place = answer.header("location") if 300 <= answer.status < 400 else ""
    try:
        return urljoin(answer.url, place) if place else ""
    except ValueError:
        return ""


def _says_no(right: Exchange, wrong: Exchange, to: str) -> bool:
    """Whether an answer without an error status refuses: it leads to an error page, or speaks of the address."""
    if to:
        same = to.partition("?")[0] == _leads_to(right).partition("?")[0]
        return not same and STRANGER not in to
    return STRANGER not in wrong.text and bool(_REFUSAL.search(wrong.text)) and not _REFUSAL.search(right.text)
