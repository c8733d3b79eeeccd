"""Domain names: whose they are and who serves their DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.model import Purpose
from checks.registrable import rules

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

    from checks.inventory import Inventory
    from checks.model import Target

DNS_HOSTS = {
    "ns.cloudflare.com": "Cloudflare",
    "domaincontrol.com": "GoDaddy",
    "registrar-servers.com": "Namecheap",
    "googledomains.com": "Squarespace (formerly Google Domains)",
    "squarespacedns.com": "Squarespace",
    "digitalocean.com": "DigitalOcean",
    "vercel-dns.com": "Vercel",
    "nsone.net": "NS1 (Netlify uses it too)",
    "gandi.net": "Gandi",
    "ovh.net": "OVHcloud",
    "ui-dns.com": "IONOS",
    "ui-dns.de": "IONOS",
    "porkbun.com": "Porkbun",
    "dnsimple.com": "DNSimple",
    "hetzner.com": "Hetzner",
    "first-ns.de": "Hetzner",
    "dnsmadeeasy.com": "DNS Made Easy",
    "wixdns.net": "Wix",
    "name.com": "Name.com",
    "hover.com": "Hover",
}
"""End of a name server's name: who runs it."""

WEBLESS = frozenset({Purpose.API, Purpose.AUTH, Purpose.ADMIN})


def dns_host(servers: tuple[str, ...]) -> str:
    """Who serves a domain's DNS, from the names of its name servers, in words that fit after "at"."""
    for server in servers:
        name = server.rstrip(".").lower()
        if ".awsdns-" in name:
            return "Amazon Route 53"
        if ".azure-dns." in name:
            return "Microsoft Azure"
        for ending, host in DNS_HOSTS.items():
            if name == ending or name.endswith("." + ending):
                return host
    return "the company that serves your DNS" + (f" (name servers: {', '.join(servers[:4])})" if servers else "")


def zone_of(host: str, inventory: Inventory) -> str:
    """The written-down domain that a host belongs to; the host itself where it belongs to none."""
    for domain in (inventory.domain, *inventory.domains):
        if host == domain or host.endswith("." + domain):
            return domain
    return host


def _suffixes(domain: str) -> PublicSuffixList:
    return rules(domain.rpartition(".")[2].lower(), only_icann=True)


def is_public_suffix(domain: str) -> bool:
    """Whether strangers register their domains directly below it, as below `com` and `co.uk`."""
    return "." not in domain or bool(_suffixes(domain).is_public(domain))


def platform_of(domain: str) -> str:
    """The platform whose subdomain this is (`vercel.app` for `shop.vercel.app`), or empty for a domain of one's own."""
    registrable = str(_suffixes(domain).privatesuffix(domain) or "")
    return registrable if registrable and registrable != domain else ""


def no_website(target: Target) -> str:
    """Why a domain needs neither www nor one canonical page; empty where it needs both."""
    inventory = target.inventory
    own = next((host for host in inventory.hosts if host.name == target.name), None)
    if own is not None and own.purpose in WEBLESS:
        return f"{target.name} is written down as {own.purpose.value}, not as a site that people type"
    return ""
