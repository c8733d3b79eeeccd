"""Record sets as they are compared: lower case where DNS does not care, sorted, without quotes and trailing dots."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from checks.caa_record import parse as parse_caa
from checks.dkim_record import is_key
from checks.dmarc_record import is_dmarc
from checks.net.facts import DnsAnswer
from checks.spf_record import is_spf

ADDRESSES = ("A", "AAAA")
MAX_VALUES = 100


def plain(type: str, value: str) -> str:
    """One value in the form in which it is compared."""
    text = value.strip()
    match type.upper():
        case "TXT":
            return text
        case "A" | "AAAA":
            try:
                return str(ip_address(text))
            except ValueError:
                return text.lower()
        case "CAA":
            found = parse_caa(text)
            return text if found is None else f'{128 if found.critical else 0} {found.tag} "{found.value.strip()}"'
        case "MX":
            preference, _, name = " ".join(text.lower().split()).partition(" ")
            return f"{preference.lstrip('0') or '0'} {name.rstrip('.') or '.'}" if name else preference.rstrip(".")
        case _:
            return " ".join(part.rstrip(".") or "." for part in text.lower().split())


def values(type: str, texts: Iterable[str]) -> tuple[str, ...]:
    """A whole set in the form in which it is compared; order and repetitions do not count."""
    return tuple(sorted({plain(type, text) for _, text in zip(range(MAX_VALUES), texts, strict=False)}))


def of(answer: DnsAnswer) -> tuple[str, ...]:
    """What stands there now: for a CNAME the alias itself, whichever type was asked."""
    if answer.type == "CNAME" and not answer.records and answer.cnames:
        return values("CNAME", answer.cnames[:1])
    return values(answer.type, answer.records)


def shown(type: str, found: tuple[str, ...]) -> str:
    """A set as a person reads it in one line."""
    return f"{type} {', '.join(found)}" if found else f"no {type} record"


def same(type: str, accepted: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Whether a set is what was accepted. Name servers hand out a part of many addresses at a time, in turn."""
    if accepted == found:
        return True
    return type in ADDRESSES and bool(found) and len(accepted) > 1 and set(found) < set(accepted)


def within(ranges: Iterable[str], addresses: Iterable[str]) -> tuple[str, ...]:
    """The addresses that lie in none of the ranges; what is no address lies nowhere."""
    networks = []
    for text in ranges:
        try:
            networks.append(ip_network(text, strict=False))
        except ValueError:
            continue
    outside = []
    for text in addresses:
        try:
            address = ip_address(text)
        except ValueError:
            outside.append(text)
            continue
        if not any(address.version == network.version and address in network for network in networks):
            outside.append(text)
    return tuple(outside)


def about_mail(name: str, type: str, found: Iterable[str]) -> bool:
    """Whether a set decides over mail: MX, SPF, DMARC, DKIM."""
    if type == "MX" or name.startswith(("_dmarc.", "_mta-sts.", "_smtp._tls.")) or "._domainkey." in name:
        return True
    return type == "TXT" and any(is_spf(text) or is_dmarc(text) or is_key(text) for text in found)
