"""Who sends and takes mail for a domain, as its records show, and who a founder means by a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks import providers
from checks.mail_domain import servers
from checks.net.facts import DnsAnswer
from checks.providers import Entry, belongs
from checks.registrable import registrable
from checks.spf_record import is_name, parse
from checks.spf_walk import Node, spf_records

MOST_SELECTORS = 12
USUAL = ("default", "google", "selector1", "k1", "s1", "mail", "dkim", "resend")
"""Selectors that are worth a guess where nothing else is known."""


@dataclass(frozen=True, slots=True)
class Sender:
    """One part of a domain's list of who may send."""

    term: str
    """As written in the list: `include:_spf.google.com`."""
    domain: str
    """The name it leads to."""
    vendors: tuple[Entry, ...] = ()
    """Whose it is; one name may be used by several."""
    through: str = ""
    """The list of somebody else that names it, where the domain's own list only names that."""

    @property
    def name(self) -> str:
        """What people call it."""
        return " or ".join(vendor.name for vendor in self.vendors[:3]) or self.domain


def vendors_of(name: str) -> tuple[Entry, ...]:
    """The vendors whose customers include this name."""
    return tuple(entry for entry in providers.load("mail") if belongs(name, entry.texts("spf")))


def senders(tree: Node, domain: str) -> tuple[Sender, ...]:
    """Every sender that a domain's list names, through includes of its own and those of flattening services."""
    found: list[Sender] = []
    own = registrable(domain)
    for child in tree.children:
        vendors = vendors_of(child.domain)
        if vendors:
            found.append(Sender(child.via, child.domain, vendors))
            continue
        below = senders(child, domain)
        mine = registrable(child.domain) == own and is_name(child.domain)
        if mine or any(one.vendors for one in below):
            # A list of one's own, or one that somebody keeps flat for us: what counts is what is in it.
            found += [
                one if mine else replace(one, through=child.domain) if one.vendors else Sender(child.via, child.domain)
                for one in below
            ]
        else:
            found.append(Sender(child.via, child.domain))
    return tuple({(one.domain, one.through): one for one in found}.values())


def takes_mail(mx: DnsAnswer) -> tuple[Entry, ...]:
    """The vendors whose servers take the domain's mail."""
    return tuple(
        entry
        for entry in providers.load("mail")
        if any(belongs(name, entry.texts("mx")) for name in servers(mx) if is_name(name))
    )


def inferred(txt: DnsAnswer, mx: DnsAnswer) -> tuple[Entry, ...]:
    """The vendors that the domain's own records show: includes at its first level, and its mail servers."""
    found = list(takes_mail(mx))
    for text in spf_records(txt)[:1]:
        for term in parse(text).terms:
            if term.name in ("include", "redirect"):
                found += vendors_of(term.domain)
    return tuple({entry.id: entry for entry in found}.values())


def selectors(vendors: Sequence[Entry]) -> tuple[str, ...]:
    """The selectors that these vendors use for everybody, then the usual ones."""
    known = [text for entry in vendors for text in entry.texts("selectors") if "*" not in text]
    return tuple(dict.fromkeys((*known, *USUAL)))[:MOST_SELECTORS]


def meant(name: str) -> Entry | None:
    """The vendor that a founder means."""
    return providers.named("mail", name)


def fits(name: str, sender: Sender) -> bool:
    """Whether a founder's word means this part of the list: the vendor, the name itself, or a word of that name."""
    entry = meant(name)
    if entry is not None and any(entry.id == vendor.id for vendor in sender.vendors):
        return True
    wanted = name.strip().lower().rstrip(".")
    if "." in wanted:
        return any(belongs(place, (wanted,)) for place in (sender.domain, sender.through) if place)
    letters = "".join(character for character in wanted if character.isalnum())
    # Many tools send through a greater one and name its list in theirs: the tool is the one that was meant.
    places = (sender.through, "" if sender.vendors else sender.domain)
    return bool(letters) and any(letters in registrable(place).partition(".")[0] for place in places if place)


def needs_include(entry: Entry) -> bool:
    """Whether its mail fails SPF unless the domain's own list names it.

    Others bring a return address or a seal of their own, so the domain itself need not name them.
    """
    return entry.group == "mailboxes" and not entry.flag("subdomain") and bool(entry.texts("spf"))
