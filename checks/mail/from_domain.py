"""Your mail comes from your own domain, not from a private mailbox.

Mail from a mailbox that anybody can open says little about who wrote it, and its provider tells receivers to distrust
such mail when a program sends it. So each domain that you send from should be one of yours. We also look whether your
home page asks customers to write to a private mailbox: when that person leaves, the mail is gone with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from checks import firewall, trouble
from checks.inventory import Inventory
from checks.mail_domain import Sends, sends
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Chain
from checks.probe import Probe
from checks.registrable import registrable
from checks.registry import check
from checks.urls import host_of
from checks.visit import visit

_KNOWN = """
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com aol.com
icloud.com me.com mac.com proton.me protonmail.com pm.me gmx.com gmx.de gmx.net web.de t-online.de freenet.de
mail.com fastmail.com hey.com tutanota.com tuta.com zohomail.com yandex.com yandex.ru mail.ru qq.com 163.com
126.com orange.fr wanadoo.fr free.fr laposte.net libero.it btinternet.com comcast.net
"""
PRIVATE = frozenset(_KNOWN.split())
"""Domains at which anybody can have a mailbox."""
FAMILIES = ("yahoo.", "hotmail.", "outlook.", "live.", "gmx.")
"""Beginnings of the same in other countries: `yahoo.co.uk`."""
MOST = 200
"""Addresses read of one page at most."""
_MAILTO = re.compile(r"""href\s{0,9}=\s{0,9}["']?mailto:([^"'?\s>]{3,254})""", re.IGNORECASE)

OUTCOMES = {
    "ok": Outcome(
        Status.PASS, "Mail comes from {host}, a domain of your own, and your home page names no private mailbox"
    ),
    "no_mail": Outcome(Status.NA, "{host} sends no mail, so nobody sees an address of it"),
    "private_domain": Outcome(
        Status.FAIL,
        "Customers get mail from a mailbox at {host}, where anybody can have one",
        impact="It looks like a private letter or a fake, and much of it lands in spam.",
        fix=(
            "At your mail tool add your own domain ({domain}) as the sender, and set the records that it shows.",
            "In launch.yml, under `mail`, replace {host} by {domain}.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "foreign_domain": Outcome(
        Status.WARN,
        "Mail comes from {host}, which is none of the domains of your product",
        impact="Customers do not recognise the sender, and may take your mail for a fake.",
        fix=(
            "At your mail tool send from an address at {domain} instead.",
            "If {host} is yours as well: add it to launch.yml under `product`, `brand_domains`.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
    ),
    "private_contact": Outcome(
        Status.WARN,
        "Your page {page} asks customers to write to a private mailbox at {where}",
        impact="Their letters lie in one person's mailbox: nobody else sees them, and they are gone with that person.",
        fix=(
            "Make an address such as help@{domain} at your mail provider; it may lead to the same mailbox.",
            "Put it on the page {page} in place of the private one.",
            "Run this check again.",
        ),
        severity=Severity.LOW,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "{host} is a domain of your own; could not read whether {page} names a private mailbox: {reason}",
        impact="Nothing is proven about the addresses on the page.",
        fix=("See first what the check up.http says about that page.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Where mail comes from, what is one's own, and the home page."""

    domain: str
    """The part after @ in mail to customers."""
    own: frozenset[str]
    """Registrable domains of the product."""
    sends: Sends = Sends.GUESS
    home: Chain | None = None
    """None where it was not asked for."""


@check(
    "mail.from_domain",
    title="Mail from your own address",
    kind=Kind.MAIL,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("MAIL-6",),
    measured=(
        "We compare each mail domain of launch.yml with your own domains and with those at which anybody can have a"
        " mailbox, and read the mail addresses that your home page links to. What your mail really says, only a test"
        " mail shows."
    ),
    verify="curl -sSL {page}",
    links=("https://support.google.com/a/answer/81126", "https://www.rfc-editor.org/rfc/rfc5322#section-3.6.2"),
)
async def from_domain(target: Target, probe: Probe) -> Verdict:
    """The home page is shared with the other checks; it is left alone where it cannot matter."""
    inventory = target.inventory
    facts = Facts(target.host, own_domains(inventory), sends(target))
    if facts.sends is Sends.NO or private(facts.domain) or registrable(facts.domain) not in facts.own:
        return judge(facts, page=home_of(inventory))
    home = await visit(probe, home_of(inventory))
    return judge(Facts(facts.domain, facts.own, facts.sends, home), page=home_of(inventory))


def home_of(inventory: Inventory) -> str:
    """The home page."""
    return inventory.canonical or f"https://{inventory.domain}/"


def own_domains(inventory: Inventory) -> frozenset[str]:
    """The registrable domains that the product is known by."""
    names = (inventory.domain, *inventory.domains, *(host.name for host in inventory.hosts))
    return frozenset(registrable(name) for name in names)


def private(domain: str) -> bool:
    """Whether anybody can have a mailbox there."""
    name = domain.lower().rstrip(".")
    return name in PRIVATE or (name.startswith(FAMILIES) and registrable(name) == name)


def contacts(html: str) -> tuple[str, ...]:
    """The domains of the addresses that a page links to, in order, each once."""
    found = (unquote(match[1]) for _, match in zip(range(MOST), _MAILTO.finditer(html), strict=False))
    return tuple(dict.fromkeys(address.rpartition("@")[2].lower() for address in found if "@" in address))


def judge(facts: Facts, *, page: str) -> Verdict:
    """The sender first; then what the home page asks customers to write to."""
    seen: dict[str, Json] = {"page": page, "own": tuple(sorted(facts.own))}
    if facts.sends is Sends.NO:
        return Verdict("no_mail", seen)
    if private(facts.domain):
        return Verdict("private_domain", seen)
    if registrable(facts.domain) not in facts.own:
        return Verdict("foreign_domain", seen)
    last = facts.home.last if facts.home is not None else None
    if last is None:
        return Verdict("could_not_look", seen | {"reason": "it was not asked for"})
    if last.fault is not None or not 200 <= last.status < 300:
        said = f"it answers with status {last.status}" if last.status else trouble.words(last.fault)
        return Verdict("could_not_look", seen | {"reason": firewall.blocked(last) or said})
    if registrable(host_of(last.url)) not in facts.own:
        return Verdict("could_not_look", seen | {"reason": f"it leads to {host_of(last.url)}"})
    written = contacts(last.text)
    where = next((domain for domain in written if private(domain)), "")
    return Verdict("private_contact", seen | {"where": where}) if where else Verdict("ok", seen | {"contacts": written})
