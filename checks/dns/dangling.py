"""No name of yours points at a place that a stranger could take.

Somebody once tried a help desk or a landing page and pointed old.example.com at it. The account there is long gone,
the DNS record is not. Whoever opens an account with the same name gets your visitors, under your name, with your
cookies. Deleting the record is all it takes. We only look; we never try to claim anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from checks import providers, trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host, zone_of
from checks.net.facts import DnsAnswer, DnsStatus, Exchange, Rdap, Reason
from checks.probe import Probe
from checks.registrable import registrable
from checks.registry import check

MAX_HOSTS = 30
PAGE_CAP = 64 * 1024

DELETE = (
    "If {host_name} is not used any more: delete its {type} record at {dns_host}.",
    "If it is still used: set it up again at {place} first, and check that the record has the target shown there.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "No stranger can take a place that a name of {name} points at ({count} looked at)"),
    "domain_for_sale": Outcome(
        Status.FAIL,
        "{host_name} points at {target}, whose domain {registrable} belongs to nobody: a stranger can buy it",
        "Whoever buys it gets visitors or mail of yours, under your name.",
        (
            "Delete the {type} record of {host_name} at {dns_host}, or correct its target.",
            "Run this check again.",
        ),
        Severity.BLOCKER,
        runbook="dns_broken",
    ),
    "claimable": Outcome(
        Status.FAIL,
        "{host_name} still points at a deleted {place} app: a stranger could claim it and show pages under your name",
        "Visitors would trust those pages, and log-in cookies of your site could be stolen there.",
        DELETE,
        Severity.BLOCKER,
        runbook="dns_broken",
    ),
    "left_over": Outcome(
        Status.WARN,
        "{host_name} points at something at {place} that is not there any more",
        "Visitors of {host_name} see an error page. {place} asks newcomers for proof, so it cannot simply be claimed.",
        DELETE,
        Severity.LOW,
    ),
    "not_known": Outcome(
        Status.UNKNOWN,
        "{host_name} points at {target}, which does not exist; could a stranger take it? {reason}",
        "Nothing is proven either way.",
        ("If {host_name} is not used any more: delete its {type} record at {dns_host}.", "Else correct its target."),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see where the names of {name} point: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, see what dns.resolve says.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Pointer:
    """One record that leads to a name of others, and what is there."""

    name: str
    type: str
    """`CNAME`, `NS` or `MX`."""
    target: str
    found: DnsAnswer
    """The look-up of the target, whatever type."""
    domain: DnsAnswer | None = None
    """NS of the target's registrable domain, asked where the target does not exist."""
    rdap: Rdap | None = None
    """What the registry says of that, asked where even that does not exist."""
    page: Exchange | None = None
    """What the host shows, asked where the target belongs to a platform with such a page."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Every such record of one domain."""

    name: str
    pointers: tuple[Pointer, ...]
    silent: tuple[DnsAnswer, ...] = ()
    """Questions about the names themselves that got no answer."""
    servers: tuple[str, ...] = ()


@check(
    "dns.dangling",
    title="Nothing left for strangers",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.BLOCKER,
    requirements=("DNS-2", "DNS-7"),
    measured=(
        "We follow every alias, name server and mail server of your hosts to its end, and look whether that still"
        " exists: in DNS, in the registry, and on the page that the platform shows for names that nobody holds."
    ),
    verify="dig +short {host_name} {type}",
    links=(
        "https://developer.mozilla.org/en-US/docs/Web/Security/Subdomain_takeovers",
        "https://www.rfc-editor.org/rfc/rfc8020",
    ),
)
async def dangling(target: Target, probe: Probe) -> Verdict:
    """The same address look-ups as elsewhere tell the aliases; more is asked only of what looks lost."""
    inventory = target.inventory
    hosts = [host.name for host in inventory.hosts if zone_of(host.name, inventory) == target.name]
    names = tuple(dict.fromkeys((target.name, f"www.{target.name}", *hosts)))[:MAX_HOSTS]
    aliases, mx, ns = await asyncio.gather(
        asyncio.gather(*(probe.dns(name, "A") for name in names)),
        probe.dns(target.name, "MX"),
        probe.dns(target.name, "NS"),
    )
    pointing = [(answer.name, "CNAME", answer.cnames[-1], answer) for answer in aliases if answer.cnames]
    others = [(target.name, "MX", text.split()[-1]) for text in mx.records if text.split()[-1:] not in ([], ["."])]
    others += [(target.name, "NS", text) for text in ns.records]
    own = {target.name, *inventory.domains, inventory.domain}
    pointers = await asyncio.gather(
        *(_pointer(name, type, to, found, probe) for name, type, to, found in pointing),
        *(_other(name, type, to, probe) for name, type, to in others[:20] if registrable(to) not in own),
    )
    silent = tuple(answer for answer in (*aliases, mx) if not answer.status.known and not answer.cnames)
    return judge(Facts(target.name, tuple(pointers), silent, ns.records))


async def _other(name: str, type: str, to: str, probe: Probe) -> Pointer:
    return await _pointer(name, type, to, await probe.dns(to, "A"), probe)


async def _pointer(name: str, type: str, to: str, found: DnsAnswer, probe: Probe) -> Pointer:
    pointer = Pointer(name, type, to, found)
    if found.status is DnsStatus.NXDOMAIN:
        domain = await probe.dns(registrable(to), "NS")
        rdap = await probe.rdap(registrable(to)) if domain.status is DnsStatus.NXDOMAIN else None
        return Pointer(name, type, to, found, domain, rdap)
    place = place_of((to, *found.cnames))
    if type == "CNAME" and place is not None and place.texts("gone") and found.status is DnsStatus.OK:
        page = await probe.get(f"https://{name}/")
        if page.fault is not None:
            # A platform has no certificate for a name that nobody holds.
            page = await probe.get(f"http://{name}/")
        return Pointer(name, type, to, found, page=page)
    return pointer


def place_of(names: Sequence[str]) -> providers.Entry | None:
    """The platform whose name one of these is."""
    return next((entry for name in names if (entry := providers.by_name("hosts", "cname", name)) is not None), None)


def judge(facts: Facts) -> Verdict:
    """The worst of all pointers; silence only where nothing worse was seen."""
    seen: dict[str, Json] = {
        "dns_host": dns_host(facts.servers),
        "count": len({one.target for one in facts.pointers}),
        "host_name": facts.name,
        "type": "CNAME",
    }
    verdicts = [verdict for one in facts.pointers if (verdict := _judged(one)) is not None]
    for code in ("domain_for_sale", "claimable", "left_over", "not_known"):
        found = [verdict for verdict in verdicts if verdict.code == code]
        if found:
            all_names = tuple(dict.fromkeys(str(verdict.seen["host_name"]) for verdict in found))
            return Verdict(code, {**seen, **found[0].seen, "all": all_names[:20]})
    silent = (*facts.silent, *(one.found for one in facts.pointers if not one.found.status.known))
    if silent:
        return Verdict("could_not_look", seen | {"reason": f"{silent[0].name}: {trouble.unheard(silent)}"})
    return Verdict("ok", seen)


def _judged(pointer: Pointer) -> Verdict | None:
    place = place_of((pointer.target, *pointer.found.cnames))
    seen: dict[str, Json] = {
        "host_name": pointer.name,
        "type": pointer.type,
        "target": pointer.target,
        "place": place.name if place is not None else registrable(pointer.target),
        "registrable": registrable(pointer.target),
    }
    if pointer.found.status is DnsStatus.NXDOMAIN:
        return _nowhere(pointer, place, seen)
    if pointer.page is not None and place is not None and _shows(pointer.page, place):
        return _taken(place, seen)
    return None


def _taken(place: providers.Entry, seen: dict[str, Json]) -> Verdict | None:
    """Who may take a name at a platform: anybody, whoever can prove that it is theirs, or nobody."""
    codes = {"yes": "claimable", "proof": "left_over"}
    code = codes.get(place.text("claim"))
    return Verdict(code, seen) if code is not None else None


def _nowhere(pointer: Pointer, place: providers.Entry | None, seen: dict[str, Json]) -> Verdict | None:
    """The target does not exist. That alone is dns.resolve's word; here it matters who could take it."""
    if place is not None:
        # A platform that shows a page for lost names would do so; where even the name is gone, it can be made anew.
        return _taken(place, seen)
    domain, rdap = pointer.domain, pointer.rdap
    if domain is None or domain.status is not DnsStatus.NXDOMAIN:
        return None
    if rdap is None or not rdap.known:
        blocked = rdap is not None and rdap.fault is not None and rdap.fault.reason is Reason.BLOCKED
        reason = "Registries are not asked in this network" if blocked else "Its registry did not answer"
        return Verdict("not_known", seen | {"reason": reason})
    return None if rdap.registered else Verdict("domain_for_sale", seen)


def _shows(page: Exchange, place: providers.Entry) -> bool:
    """Whether it is the platform's page for a name that nobody holds: its words, and its status."""
    status = place.text("gone_status")
    if page.fault is not None or (status and str(page.status) != status):
        return False
    text = page.text[:PAGE_CAP]
    headers = "\n".join(f"{name}: {value}" for name, value in page.headers)
    return any(words in text or words.lower() in headers.lower() for words in place.texts("gone"))
