"""Only the mail tools that you use may send in your name.

Every tool that you ever tried may still stand in the list of who may send for you (SPF). Each can write to your
customers as you, and each costs a look-up of the ten that receivers allow. And a tool that you do use, but that is not
in the list, lands in spam. So we compare the list with the tools that you named.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from checks import trouble
from checks.mail_domain import Sends, declared, sends
from checks.mail_vendors import Sender, fits, meant, needs_include, senders, takes_mail
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host
from checks.net.facts import DnsAnswer
from checks.probe import Probe
from checks.providers import Entry
from checks.registry import check
from checks.spf_walk import State, gather, walk

WIDE = 16
"""A prefix shorter than this lets more than 65 536 addresses send."""

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Exactly the mail tools that you named may send for {host}: {seen_words}"),
    "not_needed": Outcome(Status.NA, "{host} sends no mail, so nobody has to be on the list"),
    "no_list": Outcome(
        Status.NA,
        "{host} has no readable list of who may send mail, so there is nothing to compare",
        fix=("See first what mail.spf says about {host}.",),
    ),
    "not_written_down": Outcome(
        Status.NA,
        "Nobody has written down which mail tools may send for {host} (its list names {seen_words})",
        fix=("In launch.yml add, at {host} under `mail`: `senders: [{line}]`, corrected to what you really use.",),
    ),
    "missing": Outcome(
        Status.FAIL,
        "{vendor} sends for {host}, but is not on the list of who may",
        "Mail that goes out through {vendor} may land in spam or be refused.",
        (
            "At {dns_host} put `{include}` into the TXT record at {host} that begins with `v=spf1`, before its end.",
            "If you no longer use {vendor}: take it out of `senders` in launch.yml.",
            "Run this check again after ten minutes.",
        ),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "not_approved": Outcome(
        Status.WARN,
        "{vendor} may still send mail as {host}, but you did not name it as a tool of yours",
        "Whoever has an account there may be able to write to your customers in your name.",
        (
            "If you no longer use {vendor}: set the TXT record at {host} to `{new_record}`.",
            "If you do use it: add it to `senders` at {host} under `mail` in launch.yml.",
        ),
        Severity.MEDIUM,
    ),
    "wide": Outcome(
        Status.WARN,
        "The list for {host} lets a whole range of strangers send in your name: {term}",
        "Anybody with a server in that range can write to your customers as you.",
        ("In the TXT record at {host} replace {term} by the addresses of your own servers.",),
        Severity.MEDIUM,
    ),
    "not_known": Outcome(
        Status.UNKNOWN,
        "Could not tell whether {vendor} is on the list of who may send for {host}",
        "Nothing is proven either way: this bot does not know how {vendor} shows there.",
        (
            "Look at {vendor}'s page about your domain: does it ask for an `include:`? Is it in the TXT record?",
            "Then write the included name into `senders` in launch.yml, in place of {vendor}.",
        ),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not read the whole list of who may send mail for {host}: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, see what mail.spf says.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The list with everything that it leads to, and who is meant to be on it."""

    domain: str
    answers: Mapping[tuple[str, str], DnsAnswer]
    approved: tuple[str, ...] = ()
    """As the founder writes them."""
    sends: Sends = Sends.GUESS
    servers: tuple[str, ...] = ()


@check(
    "mail.spf_senders",
    title="Approved mail tools",
    kind=Kind.MAIL,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("MAIL-2",),
    measured=(
        "We find out whose each part of the list of senders is, and compare that with the tools named under `senders`"
        " in launch.yml. Tools that bring a return address of their own need not be on the list."
    ),
    verify="dig +short TXT {host}",
    links=("https://www.rfc-editor.org/rfc/rfc7208#section-5.2",),
)
async def spf_senders(target: Target, probe: Probe) -> Verdict:
    """The look-ups of mail.spf, which are shared."""
    answers, mx, ns = await asyncio.gather(
        gather(target.host, probe), probe.dns(target.host, "MX"), probe.dns(target.host, "NS")
    )
    mail = declared(target)
    approved = mail.senders if mail is not None else ()
    return judge(Facts(target.host, answers | {(target.host, "MX"): mx}, approved, sends(target), ns.records))


def judge(facts: Facts) -> Verdict:
    """Who is missing, who is too many, and what cannot be told."""
    root = facts.answers.get((facts.domain, "TXT"))
    seen: dict[str, Json] = {"dns_host": dns_host(facts.servers)}
    if facts.sends is Sends.NO:
        return Verdict("not_needed", seen)
    if root is None or not root.status.known:
        reason = trouble.unheard((root,)) if root is not None else "it was not asked"
        return Verdict("could_not_look", seen | {"reason": reason})
    tree = walk(facts.domain, facts.answers)
    if tree.record is None:
        return Verdict("no_list", seen)
    found = senders(tree, facts.domain)
    words = ", ".join(dict.fromkeys(one.name for one in found)) or "no tool of others"
    seen |= {"record": tree.record.text[:1000], "seen_words": words[:150], "senders": [one.name for one in found[:30]]}
    if not facts.approved:
        names = dict.fromkeys(one.vendors[0].name if one.vendors else one.domain for one in found)
        line = ", ".join(names) or "Postmark"
        return Verdict("not_written_down", seen | {"line": line[:200]})
    dark = next((node for _, node in tree.walk() if node.state in (State.UNKNOWN, State.CUT)), None)
    return _compared(facts, found, tree.record.text, dark.domain if dark is not None else "", seen)


def _compared(facts: Facts, found: Sequence[Sender], record: str, dark: str, seen: dict[str, Json]) -> Verdict:
    mx = facts.answers.get((facts.domain, "MX"))
    takers = takes_mail(mx) if mx is not None else ()
    lost = [name for name in facts.approved if not any(fits(name, sender) for sender in found)]
    needed = [(name, entry) for name in lost if (entry := meant(name)) is not None and needs_include(entry)]
    extra = [sender for sender in found if not any(fits(name, sender) for name in facts.approved)]
    # Who takes the domain's mail mostly asks to be on the list as well, and is no stranger.
    extra = [one for one in extra if not _taker(one, takers)]
    if needed and not dark:
        name, entry = needed[0]
        return Verdict("missing", seen | {"vendor": name, "include": f"include:{entry.texts('spf')[0]}"})
    if extra:
        more: dict[str, Json] = {"vendor": extra[0].name, "all": [one.name for one in extra[:20]]}
        return Verdict("not_approved", seen | more | {"new_record": without(record, extra[0].term)})
    wide = _wide(record)
    if wide:
        return Verdict("wide", seen | {"term": wide})
    if dark:
        return Verdict("could_not_look", seen | {"reason": f"{dark} gave no answer"})
    unknown = next((name for name in lost if meant(name) is None), None)
    if unknown is not None:
        return Verdict("not_known", seen | {"vendor": unknown})
    return Verdict("ok", seen | {"by_own_return_address": [name for name in lost if meant(name) is not None]})


def _taker(sender: Sender, takers: Sequence[Entry]) -> bool:
    return any(one.id == other.id for one in sender.vendors for other in takers)


def without(record: str, term: str) -> str:
    """The record without one of its terms; a redirect leaves an ending behind."""
    words = [word for word in record.split(" ") if word and word != term]
    if len(words) == 1:
        words.append("~all")
    return " ".join(words)[:450]


def _wide(record: str) -> str:
    """An `ip4:` of the domain's own list that holds more than a whole /16; vendors' own lists are their business."""
    for word in record.split(" ")[:400]:
        name, _, rest = word.lstrip("+").partition(":")
        if name.lower() != "ip4" or "/" not in rest:
            continue
        try:
            network = ip_network(rest, strict=False)
        except ValueError:
            continue
        if network.prefixlen < WIDE:
            return word[:60]
    return ""
