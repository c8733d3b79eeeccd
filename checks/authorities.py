"""Which company issued a certificate, and by which names CAA records allow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from checks import providers
from checks.net.facts import Certificate


@dataclass(frozen=True, slots=True)
class Issuer:
    """The company behind a certificate."""

    name: str
    caa: tuple[str, ...]
    """Names by which CAA records allow it, lower case; empty where they are not known."""

    def allowed(self, names: Sequence[str]) -> bool:
        """Whether one of these names allows it."""
        return any(name in self.caa for name in names)


def issuer_of(certificate: Certificate) -> Issuer:
    """The company that issued it: by the addresses inside it, else by its words; else only its own words."""
    addresses = tuple(_host(url) for url in certificate.issuer_urls)
    words = certificate.issuer.lower()
    for entry in providers.load("authorities"):
        if any(providers.belongs(address, entry.texts("addresses")) for address in addresses if address):
            return Issuer(entry.name, entry.texts("caa"))
    for entry in providers.load("authorities"):
        if any(text in words for text in entry.texts("issuer")):
            return Issuer(entry.name, entry.texts("caa"))
    return Issuer(_organisation(certificate.issuer), _own(addresses))


def named(caa: str) -> str:
    """The company that a CAA record means; the name itself where it is not known."""
    entry = providers.by_name("authorities", "caa", caa)
    return entry.name if entry is not None else caa


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _own(addresses: Sequence[str]) -> tuple[str, ...]:
    """Of a company that is not known: every name above the addresses inside its certificate may be the one."""
    found: list[str] = []
    for address in addresses:
        labels = address.split(".")
        found += [".".join(labels[cut:]) for cut in range(max(0, len(labels) - 1))]
    return tuple(dict.fromkeys(found))


def _organisation(issuer: str) -> str:
    """The O= of a name in the form of RFC 4514, else its CN=, else all of it."""
    pairs = (part.partition("=") for part in issuer.replace("\\,", "\0").split(","))
    parts = {key.strip().upper(): value.strip() for key, _, value in pairs}
    return (parts.get("O") or parts.get("CN") or issuer).replace("\0", ",")[:100]
