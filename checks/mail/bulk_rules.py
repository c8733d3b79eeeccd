"""The big inboxes take your mail also when there is much of it.

Gmail, Yahoo and Outlook demand a few things from everybody who writes to their users, and more from five thousand mails
a day on. Whoever misses one lands in spam or is refused, on the very day when a launch mail goes to everybody. Some of
the rules can be seen in DNS; the rest only you can answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from checks.mail.dkim import OUTCOMES as DKIM
from checks.mail.dkim import dkim
from checks.mail.dmarc import OUTCOMES as DMARC
from checks.mail.dmarc import dmarc
from checks.mail.spf import OUTCOMES as SPF
from checks.mail.spf import spf
from checks.mail_domain import Sends, declared, sends
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import DnsAnswer
from checks.probe import Probe
from checks.registry import check
from checks.spf_record import parse
from checks.spf_walk import spf_records

BULK = 5000
"""Mails a day to one of the big inboxes, from which on all rules hold."""
MOST_ADDRESSES = 8
RULES = {
    "spf": "a list of who may send (SPF)",
    "dkim": "a seal on each mail (DKIM)",
    "dmarc": "a rule against forged mail (DMARC)",
    "aligned": "a From address that fits list or seal",
    "ptr": "a name for each sending address (PTR)",
    "unsubscribe": "unsubscribing with one click in newsletters",
    "spam": "fewer than 3 spam complaints in 1000 mails",
}
"""In the order in which they are told."""
EVERYBODY = ("spf", "dkim", "ptr")
BY_HAND = (
    "Newsletters: switch on one-click unsubscribing at your mail tool; log-in and receipt mails need none.",
    "Sign up at Google's Postmaster Tools and keep the spam rate below 0.3 %, better below 0.1 %.",
)

OUTCOMES = {
    "ok": Outcome(
        Status.PASS,
        "Of the 7 rules for more than 5000 mails a day {host} meets the {met} that can be seen from here",
        fix=BY_HAND,
    ),
    "small": Outcome(
        Status.PASS,
        "{host} sends fewer than 5000 mails a day and meets what the big inboxes demand of everybody",
        fix=("Before you send more: {open_words}.",),
    ),
    "no_volume": Outcome(
        Status.NA,
        "Nobody has written down how many mails {host} sends a day, so it is open which rules hold",
        fix=("In launch.yml add, at {host} under `mail`: `per_day: 2000`, with your own number.",),
    ),
    "not_needed": Outcome(Status.NA, "{host} sends no mail, so the rules for senders do not matter"),
    "unmet": Outcome(
        Status.FAIL,
        "From 5000 mails a day the big inboxes demand more; {host} meets {met} of 7 now, and misses: {unmet_words}",
        "Gmail, Yahoo and Outlook put such mail into spam or refuse it, on the day when you write to everybody.",
        ("Put right first: {unmet_words}; mail.spf, mail.dkim and mail.dmarc say how.", *BY_HAND),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "small_unmet": Outcome(
        Status.WARN,
        "The big inboxes demand of every sender what {host} misses: {unmet_words}",
        "Your sign-up and reset mails may land in spam or be refused.",
        ("Put right first: {unmet_words}; mail.spf and mail.dkim say how.",),
        Severity.MEDIUM,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether {host} meets the rules of the big inboxes: {open_words}",
        "Nothing is proven either way about these; none of the others is missed.",
        ("See what mail.spf, mail.dkim and mail.dmarc say about {host}, then check again.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the other checks found, and what the founder has said."""

    per_day: int | None
    statuses: Mapping[str, Status]
    """Of mail.spf, mail.dkim and mail.dmarc, by `spf`, `dkim`, `dmarc`."""
    aligned: bool | None = None
    pointers: tuple[DnsAnswer, ...] = ()
    """PTR of each single address in the domain's own list."""
    sends: Sends = Sends.GUESS
    rules: Mapping[str, str] = field(default_factory=lambda: RULES)


@check(
    "mail.bulk_rules",
    title="Rules of the big inboxes",
    kind=Kind.MAIL,
    outcomes=OUTCOMES,
    severity=Severity.LOW,
    worst=Severity.HIGH,
    requirements=("MAIL-1",),
    measured=(
        "We take what mail.spf, mail.dkim and mail.dmarc found, your own word about alignment and volume, and look up"
        " the names of the addresses in your list. Complaints and unsubscribing cannot be seen from outside."
    ),
    verify="dig +short TXT {host} && dig +short TXT _dmarc.{host}",
    links=(
        "https://support.google.com/a/answer/81126",
        "https://senders.yahooinc.com/best-practices/",
        "https://www.rfc-editor.org/rfc/rfc8058",
    ),
)
async def bulk_rules(target: Target, probe: Probe) -> Verdict:
    """The same look-ups as the three checks, which are shared; nothing where the volume is not known."""
    mail = declared(target)
    if mail is None or mail.per_day is None or not mail.sends:
        return judge(Facts(mail.per_day if mail is not None else None, {}, sends=sends(target)))
    verdicts = await asyncio.gather(spf(target, probe), dkim(target, probe), dmarc(target, probe))
    tables = {"spf": SPF, "dkim": DKIM, "dmarc": DMARC}
    statuses = {
        name: table[verdict.code].status for (name, table), verdict in zip(tables.items(), verdicts, strict=True)
    }
    txt = await probe.dns(target.host, "TXT")
    pointers = await asyncio.gather(*(probe.dns(name, "PTR") for name in reverse(txt)))
    return judge(Facts(mail.per_day, statuses, mail.aligned, tuple(pointers), sends(target)))


def reverse(txt: DnsAnswer) -> tuple[str, ...]:
    """Where the names of the single addresses in a domain's own list stand (RFC 1035 section 3.5)."""
    names = []
    for text in spf_records(txt)[:1]:
        for term in parse(text).terms:
            address = term.text.partition(":")[2].removesuffix("/32")
            if term.name == "ip4" and "/" not in address:
                names.append(IPv4Address(address).reverse_pointer)
    return tuple(dict.fromkeys(names))[:MOST_ADDRESSES]


def judge(facts: Facts) -> Verdict:
    """Which rules hold at this volume, and which of them are met, missed or not to be seen."""
    if facts.sends is Sends.NO:
        return Verdict("not_needed")
    if facts.per_day is None:
        return Verdict("no_volume")
    states = _states(facts)
    seen: dict[str, Json] = {
        "per_day": facts.per_day,
        "met": sum(state is True for state in states.values()),
        "rules": {facts.rules[name]: _WORDS[state] for name, state in states.items()},
        "unmet_words": _list(facts, states, state=False),
        "open_words": _list(facts, states, state=None) or "nothing is open",
    }
    if facts.per_day < BULK:
        return _small(facts, states, seen)
    if False in states.values():
        return Verdict("unmet", seen)
    # What only the founder knows is told in words; what DNS should have told and did not is unknown.
    if None in (states["spf"], states["dkim"], states["dmarc"]):
        return Verdict("could_not_look", seen)
    return Verdict("ok", seen)


_WORDS = {True: "met", False: "missed", None: "not seen from here"}


def _small(facts: Facts, states: Mapping[str, bool | None], seen: dict[str, Json]) -> Verdict:
    """Of everybody: list or seal, and a name for each address."""
    proof = states["spf"], states["dkim"]
    if True not in proof and None in proof:
        return Verdict("could_not_look", seen | {"open_words": _list(facts, states, state=None, only=EVERYBODY)})
    if True not in proof or states["ptr"] is False:
        lost = {name: state for name, state in states.items() if name in EVERYBODY}
        if True in proof:
            lost = {"ptr": states["ptr"]}
        return Verdict("small_unmet", seen | {"unmet_words": _list(facts, lost, state=False)})
    return Verdict("small", seen | {"open_words": _later(facts, states)})


def _later(facts: Facts, states: Mapping[str, bool | None]) -> str:
    return ", ".join(facts.rules[name] for name, state in states.items() if state is not True)


def _states(facts: Facts) -> dict[str, bool | None]:
    states: dict[str, bool | None] = {name: _met(facts.statuses.get(name)) for name in ("spf", "dkim", "dmarc")}
    states["aligned"] = facts.aligned
    known = [one for one in facts.pointers if one.status.known]
    if any(not one.records for one in known):
        states["ptr"] = False
    else:
        # Mail tools name their own addresses; what is left are those of the domain's own list.
        states["ptr"] = True if len(known) == len(facts.pointers) else None
    states["unsubscribe"] = states["spam"] = None
    return {name: states[name] for name in RULES}


def _met(status: Status | None) -> bool | None:
    """A warning is still a record that receivers can use; what could not be seen is neither."""
    match status:
        case Status.PASS | Status.WARN:
            return True
        case Status.FAIL | Status.NA:
            return False
    return None


def _list(
    facts: Facts, states: Mapping[str, bool | None], *, state: bool | None, only: tuple[str, ...] = tuple(RULES)
) -> str:
    return ", ".join(facts.rules[name] for name, found in states.items() if found is state and name in only)
