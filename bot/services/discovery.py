"""From a bare domain to an inventory: which of the usual hosts exist, what they are for, whether the domain mails.

Only DNS is asked. A zone with a wildcard answers for every name, so a guess that answers like a random name proves
nothing and is left out.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from itertools import chain as one_after_another
from urllib.parse import urlsplit

from bot.config.inventory import homepages, slug
from bot.config.names import host_of
from bot.config.registrable import registrable
from checks.inventory import Host, Inventory, MailDomain, Network
from checks.model import Purpose
from checks.net.facts import ChainEnd, DnsAnswer, DnsStatus
from checks.probe import Probe

USUAL = {
    Purpose.MARKETING: ("www", "blog", "shop", "store", "courses", "community"),
    Purpose.APP: ("app", "dashboard", "portal", "my", "members"),
    Purpose.API: ("api",),
    Purpose.ADMIN: ("admin",),
    Purpose.AUTH: ("auth", "login", "accounts", "account", "id", "sso"),
    Purpose.HELP: ("help", "docs", "support", "status"),
    Purpose.STAGING: ("staging", "stage", "dev", "test"),
    Purpose.PREVIEW: ("preview", "beta"),
    Purpose.OTHER: ("checkout", "pay", "billing"),
}
"""First labels of hosts that products usually have."""

PURPOSES = {label: purpose for purpose, labels in USUAL.items() for label in labels}
FLOWS = {"checkout": "payment", "pay": "payment", "billing": "payment", "shop": "payment", "store": "payment"}


@dataclass(frozen=True, slots=True)
class Presence:
    """What DNS says about one name."""

    name: str
    addresses: frozenset[str]
    aliases: tuple[str, ...]
    """CNAME chain, first target first."""

    @property
    def exists(self) -> bool:
        """Whether the name leads anywhere at all, be it a dead alias."""
        return bool(self.addresses or self.aliases)


async def discover(named: str, probe: Probe, network: Network | None = None) -> Inventory:
    """The inventory behind a domain, host or URL as a person names it, Unicode included.

    The named host is always part of it, so that a name that does not exist gets its finding. Raises `BadName`.
    """
    host = host_of(named)
    domain = registrable(host)
    guesses = [f"{label}.{domain}" for label in PURPOSES]
    names = list(dict.fromkeys([domain, host, *guesses]))
    made_up = [f"launch-{secrets.token_hex(6)}.{domain}" for _ in range(2)]
    *found, mail = await asyncio.gather(*(_presence(probe, name) for name in (*names, *made_up)), _mails(probe, domain))
    seen: dict[str, Presence] = {presence.name: presence for presence in found if isinstance(presence, Presence)}
    wildcard = [seen.pop(name) for name in made_up]
    kept = [name for name in names if name in (domain, host) or _real(seen[name], wildcard)]
    hosts = tuple(Host(name, purpose_of(name, domain), flow=_flow(name, domain)) for name in kept)
    return Inventory(
        product=slug(domain),
        domain=domain,
        hosts=hosts,
        mail=(mail,) if isinstance(mail, MailDomain) else (),
        monitors=homepages(hosts),
        network=network or Network(),
        configured=False,
    )


async def ends_at(inventory: Inventory, probe: Probe) -> str:
    """The URL at which visitors of the domain end today; "" where they end nowhere, or at somebody else's host."""
    path = await probe.chain(f"https://{inventory.domain}/", keep_cookies=True)
    parts = urlsplit(path.last.url)
    host = parts.hostname or ""
    own = host == inventory.domain or host.endswith("." + inventory.domain)
    if path.end is not ChainEnd.FINAL or not 200 <= path.last.status < 300 or not own:
        return ""
    return f"{parts.scheme}://{parts.netloc}/"


def purpose_of(name: str, domain: str) -> Purpose:
    """What a host is for, by the first label of its name that says so: `api.eu.example.com` is an API."""
    if name == domain:
        return Purpose.MARKETING
    labels = name.removesuffix(domain).strip(".").split(".")
    # staging.api.example.com is staging, and so is api.staging.example.com.
    apart = [PURPOSES[label] for label in labels if label in PURPOSES and PURPOSES[label].environment != "production"]
    return next(one_after_another(apart, (PURPOSES[label] for label in labels if label in PURPOSES)), Purpose.OTHER)


def _flow(name: str, domain: str) -> str:
    return FLOWS.get(name.removesuffix(domain).partition(".")[0], "") if name != domain else ""


async def _presence(probe: Probe, name: str) -> Presence:
    answers = await asyncio.gather(probe.dns(name, "A"), probe.dns(name, "AAAA"))
    addresses = frozenset(record for answer in answers if answer.status is DnsStatus.OK for record in answer.records)
    return Presence(name, addresses, next((answer.cnames for answer in answers if answer.cnames), ()))


def _real(guess: Presence, wildcard: list[Presence]) -> bool:
    """Whether a guessed name has records of its own, rather than the zone's answer for everything."""
    if not guess.exists:
        return False
    any_name = [presence for presence in wildcard if presence.exists]
    if not any_name:
        return True
    if guess.aliases and all(guess.aliases != presence.aliases for presence in any_name):
        return True
    if len({presence.addresses for presence in any_name}) > 1:
        return False  # the wildcard's addresses rotate: another address proves nothing
    return all(guess.addresses.isdisjoint(presence.addresses) for presence in any_name)


async def _mails(probe: Probe, domain: str) -> MailDomain:
    """The domain as a sender; silent only where its own records say that it never mails (RFC 7208, RFC 7505)."""
    mx, txt = await asyncio.gather(probe.dns(domain, "MX"), probe.dns(domain, "TXT"))
    policies = [record.strip().lower() for record in txt.records if record.strip().lower().startswith("v=spf1")]
    says_never = txt.status is DnsStatus.OK and [policy.split() for policy in policies] == [["v=spf1", "-all"]]
    return MailDomain(domain, sends=not (says_never and _takes_none(mx)))


def _takes_none(mx: DnsAnswer) -> bool:
    """No MX, or the null MX `0 .`."""
    targets = {record.split()[-1].rstrip(".") for record in mx.records if record.split()}
    return mx.status.absent or (mx.status is DnsStatus.OK and targets <= {""})
