"""Strangers meet a log-in before your administration.

Admin pages are built first and protected last. Anybody who guesses the address, and robots guess the usual ones all
day, can then see or change customers' data. We open the usual addresses and those you wrote down, without a log-in.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from checks import firewall, trouble
from checks.assets import elements, links
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.net.facts import Chain, ChainEnd, Exchange
from checks.nowhere import catches_all, leads_away, nowhere, same_answer
from checks.page import read
from checks.probe import Probe
from checks.registry import check
from checks.urls import host_of, same_place
from checks.visit import visit

USUAL = ("/admin", "/wp-admin/", "/dashboard")
MAX_WRITTEN = 6
LOGIN = re.compile(r"log[-_]?in|sign[-_]?in|/auth|/sso|oauth|/session|cloudflareaccess\.com", re.IGNORECASE)
TITLES = re.compile(
    r"\badmin(?:istration|istrator)?\b|\bdashboard\b|\bback ?office\b|phpmyadmin|\badminer\b|\bgrafana\b|\bpgadmin\b",
    re.IGNORECASE,
)
INSIDE = re.compile(
    r"\b(?:log ?out|sign ?out|delete user|all users|all customers|refund|site administration|manage users)\b"
)
TOOLS = re.compile(r"phpmyadmin|\badminer\b|\bpgadmin\b|django administration|wp-admin-bar|\bkibana\b", re.IGNORECASE)
LOCK = (
    "Put the path behind your log-in for staff now, or behind the access protection of your host or Cloudflare.",
    "Then look into the log: who has opened it while it was open?",
    "Run this check again.",
)
WRITE = "If there is an administration elsewhere, write it down in launch.yml: `admin_paths: [/your/path]` at {host}."

OUTCOMES = {
    "ok": Outcome(Status.PASS, "No administration of {host} is open to strangers ({looked} addresses were tried)"),
    "only_leads_on": Outcome(Status.PASS, "{host} has no administration of its own: it leads on to {to_host}"),
    "open_admin": Outcome(
        Status.FAIL,
        "Anyone can open your admin page without logging in: {shown}",
        impact="Strangers can see or change what only you should: customers, orders, prices.",
        fix=LOCK,
        severity=Severity.BLOCKER,
        runbook="admin_exposed",
    ),
    "answers_strangers": Outcome(
        Status.FAIL,
        "The address {shown}, written down as administration, answers strangers without asking for a log-in",
        impact="Whatever stands there can be read by anybody who knows the address.",
        fix=LOCK,
        severity=Severity.HIGH,
        runbook="admin_exposed",
    ),
    "shell_only": Outcome(
        Status.WARN,
        "{shown} hands its program to strangers; whether the data behind it is protected cannot be seen from here",
        impact="If the addresses that it loads data from do not ask for a log-in, strangers read everything.",
        fix=(
            "Open it in a private window with the browser's tools (F12, Network): each call for data must answer 401.",
            "Better put the whole path behind a log-in.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
        runbook="admin_exposed",
    ),
    "linked": Outcome(
        Status.WARN,
        "The public page of {host} links to your administration: {shown}",
        impact="It asks for a log-in, but everybody is shown where to try passwords.",
        fix=("Remove the link from the public page, and the address from the sitemap.", "Run this check again."),
        severity=Severity.LOW,
    ),
    "blocked_by_firewall": Outcome(
        Status.UNKNOWN,
        "Your own firewall turned this bot away from {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=firewall.ALLOW_STEPS,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether the administration of {host} is open: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.", WRITE),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a host answers to strangers at the doors of its administration."""

    host: str
    nowhere: Exchange
    doors: tuple[Chain, ...] = ()
    written: frozenset[str] = frozenset()
    """Addresses among them that the founder wrote down."""
    start: Chain | None = None
    """The start page of a host for the public."""


@check(
    "exp.admin",
    title="Administration behind a log-in",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.BLOCKER,
    requirements=("EXP-1", "EXP-2"),
    measured=(
        "We open a path that cannot exist, the usual addresses of administrations and those written down, without a"
        " log-in and without trying any password. Only a page that shows an administration counts as open."
    ),
    verify="curl -sSL -o /dev/null -D - {shown}",
    links=("https://owasp.org/Top10/A01_2021-Broken_Access_Control/",),
    applies=lambda target: target.purpose is not Purpose.API or bool(_written(target)),
)
async def admin(target: Target, probe: Probe) -> Verdict:
    """The path that cannot exist first: an app that answers everything with its shell proves nothing."""
    host, written = target.host, _written(target)
    first = await nowhere(host, probe)
    paths = list(dict.fromkeys((*written, *(() if target.purpose is Purpose.ADMIN else USUAL))))
    if first.status == 0 or firewall.blocked(first) or (leads_away(first, host) and not written):
        return judge(Facts(host, first), agent=firewall.agent(target.inventory))
    doors = await asyncio.gather(*(visit(probe, f"https://{host}{path}") for path in paths))
    start = None if target.purpose is Purpose.ADMIN else await visit(probe, f"https://{host}/")
    own = frozenset(f"https://{host}{path}" for path in written)
    return judge(Facts(host, first, tuple(doors), own, start), agent=firewall.agent(target.inventory))


def _written(target: Target) -> tuple[str, ...]:
    """The paths of this host that are written down as administration; a host for it is one as a whole."""
    host = next((each for each in target.inventory.hosts if each.name == target.host), None)
    paths = host.admin_paths[:MAX_WRITTEN] if host is not None else ()
    return paths or (("/",) if target.purpose is Purpose.ADMIN else ())


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """An open administration first; a door that could not be seen leaves it open."""
    seen: dict[str, Json] = {"shown": f"https://{facts.host}/admin", "looked": len(facts.doors), "agent": agent}
    if facts.nowhere.status == 0:
        return Verdict("could_not_look", seen | {"reason": trouble.words(facts.nowhere.fault)})
    blocked = firewall.blocked(facts.nowhere)
    if blocked:
        return Verdict("blocked_by_firewall", seen | {"reason": blocked})
    codes = {door.start: _door(door, facts) for door in facts.doors}
    for code in ("open_admin", "answers_strangers", "shell_only"):
        at = next((url for url, found in codes.items() if found == code), "")
        if at:
            return Verdict(code, seen | {"shown": at})
    # A door that leads to another host is not open here, whether or not that host answers.
    unseen = next(
        (door for door in facts.doors if door.end is ChainEnd.FAULT and host_of(door.last.url) == facts.host), None
    )
    if unseen is not None:
        return Verdict("could_not_look", seen | {"shown": unseen.start, "reason": trouble.words(unseen.last.fault)})
    linked = _linked(facts)
    if linked:
        return Verdict("linked", seen | {"shown": linked})
    away = leads_away(facts.nowhere, facts.host)
    return Verdict("only_leads_on", seen | {"to_host": away}) if away and not facts.doors else Verdict("ok", seen)


def _door(door: Chain, facts: Facts) -> str:
    """What a stranger meets: empty where a log-in, an error or nothing."""
    answer = door.last
    written = door.start in facts.written
    if door.end is not ChainEnd.FINAL or answer.status != 200 or any(LOGIN.search(url) for url in door.urls[1:]):
        return ""
    if host_of(answer.url) != facts.host or asks_for_login(answer):
        return ""
    page = read(answer.text)
    said = " ".join(page.words)
    shows = TOOLS.search(f"{page.title} {said[:2000]}") or (TITLES.search(page.title) and INSIDE.search(said))
    if catches_all(facts.nowhere) and same_answer(answer, facts.nowhere):
        return "shell_only" if written else ""
    if shows:
        return "open_admin"
    if not written:
        return ""
    return "shell_only" if len(page.words) < 20 and "<script" in answer.text.lower() else "answers_strangers"


def asks_for_login(answer: Exchange) -> bool:
    """Whether the page has a field for a password."""
    return any(e.name == "input" and e.said.get("type", "").lower() == "password" for e in elements(answer.text))


def _linked(facts: Facts) -> str:
    """A link of the start page to a written administration that exists."""
    if facts.start is None or facts.start.end is not ChainEnd.FINAL:
        return ""
    there = {same_place(door.start) for door in facts.doors if door.start in facts.written and door.last.status != 404}
    return next((url for url in links(facts.start.last.text, facts.start.last.url) if same_place(url) in there), "")
