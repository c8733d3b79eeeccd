"""Every address that visitors can meet has a valid certificate.

Your main site may be fine while a link on it leads to links.example.com, which nobody gave a certificate.
Who follows that link sees a red warning with your name on it.
We collect the addresses of your own that your pages, redirects, site map and written links name, and try each one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from checks import assets, trouble
from checks.inventory import Inventory
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.net.facts import Chain, Exchange, Peer, Reason
from checks.net.names import to_ascii
from checks.probe import Probe
from checks.registry import check, main_domain
from checks.urls import host_of, next_of
from checks.visit import unfinished, visit

MOST = 15
"""Found names that are tried in one run; the rest is named in the evidence."""
SITEMAP_CAP = 256 * 1024
LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*(https?://[^\s<\]]{1,500})", re.IGNORECASE)
CSP_HOST = re.compile(r"(?:https?://)?((?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.){1,10}[a-z][a-z0-9-]{1,62})(?=[\s:/;,]|$)")
NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){1,20}")

OUTCOMES = {
    "ok": Outcome(Status.PASS, "All {count} further addresses that your pages and links name have a valid certificate"),
    "nothing_further": Outcome(Status.PASS, "Your pages and links of {name} lead to no address beyond those looked at"),
    "bad_certificate": Outcome(
        Status.FAIL,
        "{bad}, which {where} leads to, has no valid certificate: {reason}",
        impact="Who follows that link sees a red browser warning with your name on it.",
        fix=(
            "At the platform that serves {bad} add it as a custom domain, so that it issues a certificate.",
            "If nobody needs {bad} any more: take the link out of {where} and delete its DNS record.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="certificate_expired",
    ),
    "not_there": Outcome(
        Status.WARN,
        "{where} leads to {bad}, where nobody answers: {reason}",
        impact="Who follows that link gets an error page.",
        fix=(
            "Correct or remove the link to {bad} in {where}.",
            "If {bad} should exist: add its DNS record at your DNS host and add it at the platform that serves it.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see where the pages of {name} lead: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {name}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A name of one's own that visitors can meet."""

    host: str
    where: str
    """What leads there, in words."""
    clicked: bool = True
    """People get there by a click; False where only a rule for browsers names it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The names that were found, and the handshake with each."""

    found: tuple[Found, ...]
    peers: Mapping[str, Peer] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    unread: str = ""
    """Why not one page could be read; empty where one could."""
    name: str = ""
    """The domain that was looked at."""


@check(
    "tls.every_route",
    title="Certificates everywhere",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("TLS-1",),
    measured=(
        "We read your start pages, their security header, your site map and the links in launch.yml, collect the names"
        " below your own domains that no other check looks at, and open one secure connection to each."
    ),
    verify="openssl s_client -connect {bad}:443 -servername {bad} -verify_return_error -brief </dev/null",
    links=("https://www.rfc-editor.org/rfc/rfc9525", "https://www.rfc-editor.org/rfc/rfc6125#section-6.4.3"),
    applies=main_domain,
)
async def every_route(target: Target, probe: Probe) -> Verdict:
    """Read the start pages and the site map side by side, then shake hands with every new name at once."""
    inventory = target.inventory
    starts = [target.name, *(h.name for h in inventory.hosts if h.purpose in (Purpose.MARKETING, Purpose.APP))]
    chains, sitemap = await asyncio.gather(
        asyncio.gather(*(visit(probe, f"https://{host}/") for host in dict.fromkeys(starts))),
        probe.get(f"https://{target.name}/sitemap.xml"),
    )
    found = names(inventory, tuple(chains), sitemap)
    tried = found[:MOST]
    peers = await asyncio.gather(*(probe.tls(one.host) for one in tried))
    read = [chain for chain in chains if not unfinished(chain)]
    return judge(
        Facts(
            tried,
            {one.host: peer for one, peer in zip(tried, peers, strict=True)},
            tuple(one.host for one in found[MOST:]),
            "" if read else unfinished(chains[0]),
            target.name,
        )
    )


def names(inventory: Inventory, chains: tuple[Chain, ...], sitemap: Exchange) -> tuple[Found, ...]:
    """The names below one's own domains that no other check covers, in the order in which they were met."""
    covered = {host.name for host in inventory.hosts}
    for domain in (inventory.domain, *inventory.domains):
        covered |= {domain, f"www.{domain}"}
    found: dict[str, Found] = {}

    def note(urls: Iterable[str], where: str, *, clicked: bool = True) -> None:
        for url in urls:
            host = _plain(host_of(url))
            if host and host not in covered and host not in found and _own(host, inventory):
                found[host] = Found(host, where, clicked)

    note((monitor.url for monitor in inventory.monitors), "a monitor in launch.yml")
    note((link.url for link in inventory.links), "a link in launch.yml")
    note((link.target for link in inventory.links), "a link in launch.yml")
    for rule in inventory.redirects:
        note((rule.source, rule.target), "the redirect map in launch.yml")
    for chain in chains:
        for exchange in chain.exchanges:
            note((next_of(exchange),), f"the redirect of {exchange.url}")
        note(assets.links(chain.last.text, chain.last.url), f"the page {chain.last.url}")
        note((one.url for one in assets.assets(chain.last.text, chain.last.url)), f"the page {chain.last.url}")
    if sitemap.status == 200:
        note(LOC.findall(sitemap.text[:SITEMAP_CAP]), f"the site map {sitemap.url}")
    for chain in chains:
        policy = " ".join(chain.last.all_headers("content-security-policy"))[:8000].lower()
        hosts = (f"https://{name}/" for name in CSP_HOST.findall(policy))
        note(hosts, f"the security header of {chain.last.url}", clicked=False)
    return tuple(found.values())


def _own(host: str, inventory: Inventory) -> bool:
    return any(host.endswith("." + domain) for domain in (inventory.domain, *inventory.domains))


def _plain(host: str) -> str:
    """A name that can be asked for, as A-labels; empty for anything else."""
    try:
        name = host if host.isascii() else to_ascii(host)
    except ValueError:
        return ""
    return name if NAME.fullmatch(name) else ""


def judge(facts: Facts) -> Verdict:
    """The first bad certificate speaks; then a link that leads nowhere."""
    seen: dict[str, Json] = {
        "found": {one.host: one.where for one in facts.found},
        "count": len(facts.found),
        "bad": facts.found[0].host if facts.found else facts.name,
        "where": facts.found[0].where if facts.found else "",
        "not_looked_at": facts.left_out,
    }
    bad: list[tuple[Found, Peer]] = []
    gone: list[tuple[Found, Peer]] = []
    open_: list[tuple[Found, Peer]] = []
    for one in facts.found:
        peer = facts.peers.get(one.host)
        if peer is None or peer.verified:
            continue
        fault = peer.fault
        if fault is not None and fault.reason is Reason.TLS:
            bad.append((one, peer))
        elif fault is not None and fault.reason in (Reason.DNS, Reason.REFUSED):
            # A rule for browsers may name hosts that were never meant to be opened.
            gone.extend([(one, peer)] if one.clicked else [])
        elif one.clicked:
            open_.append((one, peer))
    seen["all_bad"] = tuple(one.host for one, _ in (*bad, *gone))
    for code, cases in (("bad_certificate", bad), ("not_there", gone)):
        if cases:
            one, peer = cases[0]
            return Verdict(code, seen | {"bad": one.host, "where": one.where, "reason": trouble.words(peer.fault)})
    if open_:
        one, peer = open_[0]
        reason = trouble.at(f"https://{one.host}/", peer.fault)
        return Verdict("could_not_look", seen | {"bad": one.host, "reason": reason})
    if facts.unread:
        return Verdict("could_not_look", seen | {"reason": facts.unread})
    return Verdict("ok" if facts.found else "nothing_further", seen)
