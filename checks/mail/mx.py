"""Replies to your mail arrive somewhere.

Customers answer your receipts, write to support@, and confirm their address by mail. Which server takes those mails
stands in DNS (MX records). If it is missing or names a server that is gone, replies bounce, and some receivers refuse
your own mail as well, because nobody could answer it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from checks import providers, trouble
from checks.mail_domain import Sends, null_mx, sends, servers, silent
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host
from checks.net.facts import DnsAnswer, DnsStatus
from checks.probe import Probe
from checks.record_sets import ADDRESSES
from checks.registry import check

MAX_SERVERS = 10
BOUNCE = "Replies to mail from {host} come back to your customers as undeliverable."
COPY = (
    "Look up the MX records of {host} at your mail provider{provider}: usually under Domains or DNS.",
    "At {dns_host} enter exactly these and delete the others.",
    "Send a mail to an address at {host} from a private account and see that it arrives.",
)
KNOCK = "Whether the servers take mail was not tried: most clouds, and so this bot, may not use port 25."

OUTCOMES = {
    "ok": Outcome(
        Status.PASS,
        "Mail to {host} goes to {listed}; whether they take it was not tried from here (port 25)",
        fix=("To be sure, send a mail to an address at {host} from a private account and see that it arrives.",),
    ),
    "takes_none": Outcome(Status.PASS, "{host} says clearly that it takes no mail"),
    "no_mail": Outcome(
        Status.NA,
        "{host} shows no sign of sending or receiving mail",
        fix=(
            "If it is used for mail, list it under `mail` in launch.yml and check again.",
            "If it never is, add the MX record `0 .` at {host}, which says so.",
        ),
    ),
    "absent": Outcome(
        Status.FAIL,
        "Replies to mail from {host} bounce: it names no mail server",
        BOUNCE,
        COPY,
        Severity.HIGH,
        runbook="emails_not_arriving",
    ),
    "refuses_all": Outcome(
        Status.WARN,
        "{host} sends mail and says that it takes none (MX record `0 .`)",
        "Replies bounce, and some receivers refuse mail that nobody could answer (RFC 7505).",
        (
            "If customers should be able to answer: replace the MX record at {host} by those of your mail provider.",
            "If not: send from another address, one that takes mail.",
        ),
        Severity.MEDIUM,
    ),
    "null_with_others": Outcome(
        Status.FAIL,
        "{host} says that it takes no mail and names mail servers at the same time",
        "Some senders deliver, others give up at once: part of your replies bounce.",
        ("Delete the MX record `0 .` at {host} and keep those of your mail provider.",),
        Severity.HIGH,
        runbook="emails_not_arriving",
    ),
    "address": Outcome(
        Status.FAIL,
        "A mail server of {host} is written as an address ({bad}), where a name must stand",
        "Most senders cannot deliver: replies bounce.",
        COPY,
        Severity.HIGH,
        runbook="emails_not_arriving",
    ),
    "nowhere": Outcome(
        Status.FAIL,
        "Replies to mail from {host} bounce: no mail server that it names exists ({bad})",
        BOUNCE,
        COPY,
        Severity.HIGH,
        runbook="emails_not_arriving",
    ),
    "partly_nowhere": Outcome(
        Status.FAIL,
        "The mail server {bad} of {host} does not exist; only the others take mail",
        "Mail is late when the others are busy, and bounces when they sleep.",
        COPY,
        Severity.MEDIUM,
    ),
    "alias": Outcome(
        Status.WARN,
        "The mail server {bad} of {host} is only another name for {real}, which the rules of mail do not allow",
        "A few senders refuse to deliver.",
        ("At {dns_host} put {real} into the MX record of {host} in place of {bad}.",),
        Severity.LOW,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see who takes mail for {host}: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, look at the name servers of your domain first.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What DNS says about the mail servers of one domain."""

    domain: str
    mx: DnsAnswer
    txt: DnsAnswer
    addresses: Mapping[str, tuple[DnsAnswer, ...]] = field(default_factory=dict)
    """A and AAAA of each mail server."""
    sends: Sends = Sends.GUESS
    private: bool = False
    """Addresses of private networks are in order here."""
    servers: tuple[str, ...] = ()


@check(
    "mail.mx",
    title="Replies arrive (MX)",
    kind=Kind.MAIL,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("MAIL-1",),
    measured=f"We read which servers take mail for the domain and whether each of them exists in DNS. {KNOCK}",
    verify="dig +short MX {host}",
    links=("https://www.rfc-editor.org/rfc/rfc5321#section-5", "https://www.rfc-editor.org/rfc/rfc7505"),
)
async def mx(target: Target, probe: Probe) -> Verdict:
    """The mail servers, then their addresses, all at once."""
    found, txt, ns = await asyncio.gather(
        probe.dns(target.host, "MX"), probe.dns(target.host, "TXT"), probe.dns(target.host, "NS")
    )
    names = [name for name in servers(found)[:MAX_SERVERS] if not literal(name)]
    pairs = await asyncio.gather(*(asyncio.gather(*(probe.dns(name, type) for type in ADDRESSES)) for name in names))
    addresses = {name: tuple(pair) for name, pair in zip(names, pairs, strict=True)}
    private = bool(target.inventory.network.allow_private)
    return judge(Facts(target.host, found, txt, addresses, sends(target), private, ns.records))


def literal(name: str) -> bool:
    """Whether an address stands where a name must."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def judge(facts: Facts) -> Verdict:
    """Nobody to take mail, then servers that cannot, then what only a few senders mind."""
    names = servers(facts.mx)
    seen: dict[str, Json] = {
        "dns_host": dns_host(facts.servers),
        "mx": facts.mx.records[:MAX_SERVERS],
        "listed": ", ".join(names[:4]),
        "provider": _provider(names),
        "port_25": "not tried",
    }
    if not facts.mx.status.known:
        return Verdict("could_not_look", seen | {"reason": trouble.unheard((facts.mx,))})
    if not facts.mx.records:
        return _without(facts, seen)
    if null_mx(facts.mx):
        return Verdict("refuses_all" if facts.sends is Sends.YES else "takes_none", seen)
    if any(text.split()[1:] == ["."] for text in facts.mx.records):
        return Verdict("null_with_others", seen)
    wrong = next((name for name in names if literal(name)), None)
    if wrong is not None:
        return Verdict("address", seen | {"bad": wrong})
    return _servers(facts, names, seen)


def _without(facts: Facts, seen: dict[str, Json]) -> Verdict:
    if not facts.txt.status.known and facts.sends is Sends.GUESS:
        return Verdict("could_not_look", seen | {"reason": trouble.unheard((facts.txt,))})
    return Verdict("no_mail" if silent(facts.sends, facts.mx, facts.txt) else "absent", seen)


def _servers(facts: Facts, names: tuple[str, ...], seen: dict[str, Json]) -> Verdict:
    asked = {name: facts.addresses[name] for name in names if name in facts.addresses}
    lost = [name for name, pair in asked.items() if _lost(pair, private=facts.private)]
    dark = [one for pair in asked.values() for one in pair if not one.status.known]
    if lost:
        if len(lost) == len(asked):
            return Verdict("nowhere", seen | {"bad": ", ".join(lost[:4])})
        if not dark or any(_found(pair) for pair in asked.values()):
            return Verdict("partly_nowhere", seen | {"bad": lost[0]})
    if dark and not any(_found(pair) for pair in asked.values()):
        return Verdict("could_not_look", seen | {"reason": f"{dark[0].name}: {trouble.unheard((dark[0],))}"})
    alias = next(((name, one.cnames[-1]) for name, pair in asked.items() for one in pair if one.cnames), None)
    if alias is not None:
        return Verdict("alias", seen | {"bad": alias[0], "real": alias[1]})
    return Verdict("ok", seen)


def _found(pair: tuple[DnsAnswer, ...]) -> bool:
    return any(one.status is DnsStatus.OK for one in pair)


def _lost(pair: tuple[DnsAnswer, ...], *, private: bool) -> bool:
    """It has no address, or only ones that nobody outside can reach."""
    if all(one.status.absent for one in pair):
        return True
    addresses = [text for one in pair for text in one.records]
    known = all(one.status.known for one in pair)
    return known and bool(addresses) and not private and not any(_public(text) for text in addresses)


def _public(text: str) -> bool:
    try:
        return ip_address(text).is_global
    except ValueError:
        return False


def _provider(names: tuple[str, ...]) -> str:
    entry = next((found for name in names if (found := providers.by_name("mail", "mx", name)) is not None), None)
    return f" ({entry.name})" if entry is not None else ""
