"""Which providers a product uses, as public evidence shows it: who serves its names, sold the domain, runs it, mails.

Name servers name who edits DNS, the registry names the registrar, aliases, addresses and headers name the host and
what stands in front, mail servers and the lists of senders name who mails. What no witness shows is left out: a wrong
menu path costs more time than a general one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from checks import edges, providers
from checks.mail_domain import servers
from checks.net.facts import DnsAnswer, Exchange, Rdap
from checks.probe import Probe
from checks.providers import Entry, ProviderKind
from checks.registrable import registrable
from checks.spf_record import parse
from checks.spf_walk import spf_records

RETURNS = ("send", "bounce", "bounces", "em", "mg", "mail", "pm-bounces")
"""Subdomains that services for mail have their customers make."""
SELECTORS = ("s1", "k1", "k2", "resend", "kl", "mandrill", "mailjet", "brevo1", "litesrv", "acdkim1", "firebase1")
"""DKIM selectors that show a service: by what they are aliases of, or by being its own alone."""
_APPLICATIONS = ("applications", "newsletters", "shops", "support")
"""Groups of mail services in the order of how likely they send what customers wait for; mailboxes come last."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was asked, and the answers."""

    ns: DnsAnswer
    rdap: Rdap | None
    addresses: tuple[DnsAnswer, ...]
    """A and AAAA of the host that the product is found under."""
    page: Exchange | None
    """The first answer of that host."""
    mx: DnsAnswer
    txt: DnsAnswer
    """Texts of the domain that mails, its list of senders among them."""
    returns: tuple[DnsAnswer, ...] = ()
    """Texts, with the aliases on the way, of keys and subdomains that services for mail have their customers make."""


async def gather(domain: str, host: str, mail: str, probe: Probe) -> Evidence:
    """Ask about a domain, the host that the product is found under, and the domain that mails."""
    zone = registrable(domain)
    asked = asyncio.gather(*(probe.dns(name, "TXT") for name in _asked_of_mail(mail)))
    page, ns, rdap, mx, txt = await asyncio.gather(
        probe.get(f"https://{host}/", cap=65_536),
        probe.dns(zone, "NS"),
        probe.rdap(zone),
        probe.dns(mail, "MX"),
        probe.dns(mail, "TXT"),
    )
    addresses = await asyncio.gather(probe.dns(host, "A"), probe.dns(host, "AAAA"))
    return Evidence(ns, rdap, tuple(addresses), page, mx, txt, tuple(await asked))


def _asked_of_mail(mail: str) -> list[str]:
    return [f"{name}._domainkey.{mail}" for name in SELECTORS] + [f"{label}.{mail}" for label in RETURNS]


def recognise(evidence: Evidence) -> dict[str, str]:
    """Ids of `checks.providers` by role; a role of which nothing is sure is left out.

    `dns_provider`, `registrar`, `host_provider`, `edge_provider` (also `none`: surely nothing in front) and
    `mail_provider`.
    """
    found = {
        "dns_provider": _one(by_server(name) for name in servers_of(evidence.ns)),
        "registrar": _registrar(evidence.rdap),
        "host_provider": _host(evidence),
        "edge_provider": _edge(evidence),
        "mail_provider": _mail(evidence),
    }
    return {role: id for role, id in found.items() if id}


def servers_of(ns: DnsAnswer) -> tuple[str, ...]:
    """Names of the name servers."""
    return tuple(name.rstrip(".").lower() for name in ns.records)


def by_server(name: str) -> str:
    """Who runs a name server; "" where nobody knows."""
    entry = providers.by_name("registrars", "ns", name)
    return entry.id if entry is not None else ""


def _one(ids: Iterable[str]) -> str:
    """The one that all of them are; two companies at once prove nothing."""
    found = set(ids)
    return found.pop() if len(found) == 1 else ""


def _registrar(rdap: Rdap | None) -> str:
    if rdap is None or not rdap.registered or not rdap.registrar:
        return ""
    said = _plain(rdap.registrar)
    return next(
        (
            entry.id
            for entry in providers.load("registrars")
            if any(_plain(name) == said for name in (*entry.texts("rdap"), entry.name))
        ),
        "",
    )


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _aliases(evidence: Evidence) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.rstrip(".").lower() for one in evidence.addresses for name in one.cnames))


def _addresses(evidence: Evidence) -> tuple[str, ...]:
    return tuple(address for one in evidence.addresses for address in one.records)


def _host(evidence: Evidence) -> str:
    """By alias, by headers of a platform, by address; what only stands in front runs nothing."""
    for name in reversed(_aliases(evidence)):
        if entry := _named("hosts", "cname", name):
            return entry.id
    front = edges.in_front(_addresses(evidence), _aliases(evidence), evidence.page)
    if front is not None and front.edge.flag("platform"):
        return front.edge.id
    sent = edges.of_headers(evidence.page) if evidence.page is not None and evidence.page.fault is None else None
    if sent is not None and sent.flag("platform"):
        return sent.id
    for address in _addresses(evidence):
        entry = providers.by_address("hosts", address)
        if entry is not None:
            return entry.id
    return ""


def _named(kind: ProviderKind, key: str, name: str) -> Entry | None:
    return providers.by_name(kind, key, name)


def _edge(evidence: Evidence) -> str:
    """What stands in front, a platform with an edge of its own among them; `none` only where the page was seen."""
    answer = evidence.page if evidence.page is not None and evidence.page.fault is None else None
    front = edges.in_front(_addresses(evidence), _aliases(evidence), answer)
    if answer is not None:
        # A stranger in front of a platform is what its customer has to open, so it counts before the platform.
        absorbing = [one for one in providers.load("edges") if not one.flag("platform")]
        for edge in absorbing:
            if edges.sends_headers_of(answer, edge) and any(
                (seen := edges.of_address(address)) is not None and seen.id == edge.id
                for address in _addresses(evidence)
            ):
                return edge.id
    if front is not None:
        return front.edge.id
    known = all(one.status.known for one in evidence.addresses)
    return edges.NONE if known and answer is not None and _addresses(evidence) else ""


def _mail(evidence: Evidence) -> str:
    """Who sends what customers wait for: services for applications before newsletters before mailboxes."""
    seen: dict[str, Entry] = {}
    for entry in (*_by_returns(evidence.returns), *_by_list(evidence.txt), *_by_servers(evidence.mx)):
        seen.setdefault(entry.id, entry)
    ranked = sorted(seen.values(), key=lambda entry: (*_APPLICATIONS, entry.group).index(entry.group))
    return ranked[0].id if ranked else ""


def _by_returns(answers: tuple[DnsAnswer, ...]) -> list[Entry]:
    """By what keys and subdomains are aliases of, by keys under a name of one's own, and by lists of senders there."""
    found: list[Entry] = []
    for answer in answers:
        label, _, rest = answer.name.partition(".")
        by_alias = [_named("mail", key, name) for name in answer.cnames for key in ("dkim", "bounces")]
        found += [entry for entry in by_alias if entry is not None]
        if rest.startswith("_domainkey.") and not answer.cnames and any("p=" in text for text in answer.records):
            owners = [entry for entry in providers.load("mail") if label in entry.texts("selectors")]
            found += owners if len(owners) == 1 else []
        elif not rest.startswith("_domainkey."):
            found += _through(label, _by_list(answer))
    return found


def _through(label: str, entries: list[Entry]) -> list[Entry]:
    """Some send through a greater one, under a name of their own: `send.` with Amazon's list is Resend."""
    resend = providers.find("mail", "resend")
    return [resend if resend is not None and label == "send" and one.id == "amazon-ses" else one for one in entries]


def _by_list(txt: DnsAnswer) -> list[Entry]:
    found: list[Entry] = []
    for text in spf_records(txt)[:1]:
        for term in parse(text).terms:
            if term.name in ("include", "redirect"):
                entry = _named("mail", "spf", term.domain)
                if entry is not None:
                    found.append(entry)
    return found


def _by_servers(mx: DnsAnswer) -> list[Entry]:
    return [entry for name in servers(mx) if (entry := _named("mail", "mx", name)) is not None]
