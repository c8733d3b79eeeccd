"""Your shield lets your own customers and payments through.

A firewall that is too strict asks everybody to solve a puzzle. People manage; machines cannot. If it asks the company
that confirms your payments, or your own app when it calls the API, orders stay unpaid and screens stay empty.
We call those addresses plainly, as a machine would, and look whether a puzzle comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from checks import firewall, trouble
from checks.inventory import Inventory
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.net.facts import Exchange
from checks.probe import Probe
from checks.registry import check, main_domain
from checks.urls import host_of

MOST = 10
MACHINES = frozenset({"webhook", "api"})
SAMPLE = b'{"id":"evt_launch_ready_check","type":"launch_ready.check"}'
"""A message without a signature, such as no provider sends; a good receiver refuses it."""
SIGNS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "cf-mitigated": ("Cloudflare", ("challenge",)),
        "x-vercel-mitigated": ("Vercel", ("challenge",)),
        "x-amzn-waf-action": ("AWS", ("challenge", "captcha")),
    }
)
"""Headers with which edges say that they answered with a puzzle."""
SKIP = (
    (
        "Cloudflare: Security > Security rules > Create rule > Custom rules. Expression:"
        ' (http.host eq "{host}" and starts_with(http.request.uri.path, "{path}")), action Skip, tick everything.'
    ),
    "Only for these paths: the check of the signature in your code is what protects them.",
    "Run this check again, and let the payment company send a test event.",
)
NAMES = {
    "webhook": "the address for payment messages",
    "api": "the API",
    "login": "the log-in",
    "payment": "the checkout",
}

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Nothing stands in the way of machines and customers at {count} addresses"),
    "nothing_known": Outcome(
        Status.NA,
        "No log-in, checkout, API or webhook address of {name} is written down",
        fix=("Add to launch.yml under `links:` the line - url: https://{name}/payments, and below it kind: webhook",),
    ),
    "machine_challenged": Outcome(
        Status.FAIL,
        "Your shield ({who}) asks machines to solve a puzzle at {what}: {url}",
        impact="Payments are not confirmed and apps stay empty: programs cannot solve puzzles.",
        fix=SKIP,
        severity=Severity.HIGH,
        breaks=True,
        runbook="edge_blocks_customers",
    ),
    "machine_refused": Outcome(
        Status.WARN,
        "Your shield refuses a plain call of {what}: {url} (status {status})",
        impact="If it refuses the payment company as well, payments are not confirmed.",
        fix=SKIP,
        severity=Severity.MEDIUM,
    ),
    "people_challenged": Outcome(
        Status.WARN,
        "Visitors may have to solve a puzzle ({who}) before {what}: {url}",
        impact="Some customers give up at a puzzle, most of all on phones.",
        fix=(
            "At your shield show the puzzle only to visitors that look like robots (Cloudflare: managed challenge).",
            "Open {url} yourself on a phone without Wi-Fi: you should not see a puzzle.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "takes_anything": Outcome(
        Status.WARN,
        "{url} accepted a message that nobody signed (status {status})",
        impact="If the code does not check the signature, anybody can tell your shop that an order was paid.",
        fix=(
            "Ask your developer: does the code behind {url} check the provider's signature before anything else?",
            "It should answer 400 or 401 to a message without one.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
        runbook="webhooks_failing",
    ),
    "nobody_there": Outcome(
        Status.WARN,
        "Nobody takes messages at {url} (status {status})",
        impact="If a payment company sends its messages there, payments are not recorded.",
        fix=(
            "Compare the address with the one written down at the payment company, letter by letter.",
            "Correct it there or in launch.yml, then run this check again.",
        ),
        severity=Severity.MEDIUM,
        runbook="webhooks_failing",
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether {url} is reachable for machines: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}
ORDER = (
    "machine_challenged",
    "takes_anything",
    "nobody_there",
    "machine_refused",
    "people_challenged",
    "could_not_look",
)


@dataclass(frozen=True, slots=True)
class Place:
    """An address that must let somebody in."""

    url: str
    kind: str
    """`webhook`, `api`, `login` or `payment`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What each of them answered to a plain call."""

    answers: tuple[tuple[Place, Exchange], ...] = ()


@check(
    "edge.not_blocking",
    title="The shield lets customers through",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("EDGE-6", "EXP-5"),
    measured=(
        "We call log-in, checkout and API plainly, send one message without a signature to each webhook address, and"
        " look whether a puzzle or a refusal of your shield comes back."
    ),
    verify="curl -sS -o /dev/null -D - {url}",
    links=(
        "https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/",
        "https://developers.cloudflare.com/waf/custom-rules/skip/",
    ),
    applies=main_domain,
)
async def not_blocking(target: Target, probe: Probe) -> Verdict:
    """GETs are shared with the monitors; only webhooks get a message of their own."""
    places = places_of(target.inventory)
    answers = await asyncio.gather(*(_call(probe, place) for place in places))
    return judge(Facts(tuple(zip(places, answers, strict=True))))


async def _call(probe: Probe, place: Place) -> Exchange:
    if place.kind != "webhook":
        return await probe.get(place.url)
    return await probe.post(place.url, body=SAMPLE, headers=(("Content-Type", "application/json"),))


def places_of(inventory: Inventory) -> tuple[Place, ...]:
    """The addresses that are written down, machines first, each once."""
    found: dict[str, Place] = {}

    def note(url: str, kind: str) -> None:
        if host_of(url):
            found.setdefault(url, Place(url, kind))

    for link in inventory.links:
        if link.kind == "webhook":
            note(link.url, "webhook")
    for monitor in inventory.monitors:
        if monitor.endpoint == "webhook":
            note(monitor.url, "webhook")
    apis = {host.name for host in inventory.hosts if host.purpose is Purpose.API}
    for monitor in inventory.monitors:
        if host_of(monitor.url) in apis and monitor.endpoint != "webhook":
            note(monitor.url, "api")
    for name in sorted(apis - {host_of(place.url) for place in found.values()}):
        note(f"https://{name}/", "api")
    for monitor in inventory.monitors:
        if monitor.flow in ("login", "payment", "signup"):
            note(monitor.url, "payment" if monitor.flow == "payment" else "login")
    for link in inventory.links:
        if link.kind in ("login", "callback"):
            note(link.url, "login")
    return tuple(found.values())[:MOST]


def challenge(answer: Exchange) -> str:
    """Whose puzzle this answer is; empty where it is none."""
    for name, (who, words) in SIGNS.items():
        if answer.header(name).strip().lower() in words:
            return who
    return ""


def judge(facts: Facts) -> Verdict:
    """A puzzle for machines first; one address speaks for all that have the same trouble."""
    if not facts.answers:
        return Verdict("nothing_known", {"url": "", "host": ""})
    seen: dict[str, Json] = {
        "count": len(facts.answers),
        "url": facts.answers[0][0].url,
        "answers": {place.url: answer.status for place, answer in facts.answers},
    }
    bad = [verdict for place, answer in facts.answers if (verdict := _judge_one(place, answer)) is not None]
    if not bad:
        return Verdict("ok", seen)
    worst = min(bad, key=lambda verdict: ORDER.index(verdict.code))
    return Verdict(worst.code, seen | dict(worst.seen))


def _judge_one(place: Place, answer: Exchange) -> Verdict | None:
    """What stands in the way at one address; None where nothing does."""
    machine = place.kind in MACHINES
    who = challenge(answer)
    seen: dict[str, Json] = {
        "url": place.url,
        "host": host_of(place.url),
        "path": "/" + place.url.partition("://")[2].partition("/")[2].partition("?")[0],
        "what": NAMES.get(place.kind, "this address"),
        "status": answer.status,
        "who": who,
    }
    if who:
        return Verdict("machine_challenged" if machine else "people_challenged", seen)
    if answer.fault is not None or not answer.status:
        return Verdict("could_not_look", seen | {"reason": trouble.words(answer.fault)})
    if firewall.blocked(answer):
        return Verdict("machine_refused", seen) if machine else None
    if place.kind != "webhook":
        return None
    if 200 <= answer.status < 300:
        return Verdict("takes_anything", seen)
    return Verdict("nobody_there", seen) if answer.status in (404, 405, 410) else None
