"""Receivers can read the list of who may send mail in your name, and they believe it.

Every domain that sends mail publishes a list of the servers that may do so (SPF). Receivers look at it for every
sign-up, password-reset and billing mail. Without it, or when it is too long or has a mistake, they ignore it, and
your mail lands in spam. The list may cost a receiver at most ten look-ups; every mail tool that you add eats some.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from checks import trouble
from checks.mail_domain import Sends, null_mx, sends
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import DnsAnswer
from checks.probe import Probe
from checks.registry import check
from checks.spf_bill import seen_of
from checks.spf_record import is_spf
from checks.spf_walk import Node, State, gather, spf_records, walk

MOST_LOOKUPS, NEARLY, MOST_VOIDS = 10, 9, 2
LONG, TOO_LONG = 450, 512
IGNORED = "Receivers ignore the whole list: sign-up, password-reset and billing mails may land in spam or be refused."
FORGED = "Anybody can send mail in your name, and your own mail looks no better than theirs."
OUTCOMES = {
    "ok": Outcome(Status.PASS, "Receivers can read who may send mail for {host} ({lookups} of 10 look-ups)"),
    "parked": Outcome(Status.PASS, "{host} says clearly that it sends no mail"),
    "no_mail": Outcome(
        Status.NA,
        "{host} shows no sign of sending or receiving mail",
        fix=(
            "If it never sends mail, add the TXT record `v=spf1 -all` at {host}, so that nobody can pretend it does.",
            "If it does send mail, list it under `mail` in launch.yml and check again.",
        ),
    ),
    "absent": Outcome(
        Status.FAIL,
        "{host} does not say who may send mail in its name (SPF)",
        FORGED,
        (
            "Open the DNS page of your domain and add one TXT record at {host}.",
            "Write into it `v=spf1`, then the include that each mail tool shows on its domain page, then `~all`.",
            "Check again after ten minutes.",
        ),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "absent_unused": Outcome(
        Status.WARN,
        "{host} sends no mail, and nothing says so",
        "Anybody can send mail in its name.",
        ("Add the TXT record `v=spf1 -all` at {host}.",),
        Severity.LOW,
    ),
    "misspelt": Outcome(
        Status.FAIL,
        "The list of who may send mail for {host} does not begin as it must, so no receiver sees it",
        IGNORED,
        ("Change the TXT record at {host} so that it begins with `v=spf1` and a space. Now it begins: {almost}",),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "several": Outcome(
        Status.FAIL,
        "{host} has {count} lists of who may send mail (SPF), and only one is allowed",
        IGNORED,
        (
            "Join them in one TXT record: `v=spf1`, then every `include:` part of all of them, then `~all` once.",
            "Delete the other records that begin with `v=spf1`.",
        ),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "syntax": Outcome(
        Status.FAIL,
        "The list of who may send mail for {host} has a mistake at “{term}”: {why}",
        IGNORED,
        ("In the TXT record at {host} that begins with `v=spf1`, correct or remove “{term}”.",),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "include_broken": Outcome(
        Status.FAIL,
        "The list of who may send mail for {host} points to {where}, and {why}",
        IGNORED,
        (
            "If you no longer use the tool behind {where}, remove “{term}” from the TXT record at {host}.",
            "If you do use it, copy the include again from that tool's domain page.",
        ),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "allows_all": Outcome(
        Status.FAIL,
        "The list of who may send mail for {host} allows the whole internet (“{term}” at {where})",
        "Anybody can send mail in your name and receivers will believe it.",
        ("Replace “{term}” by `~all` in the record at {where}; if that is not yours, remove the include of it.",),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "too_many_lookups": Outcome(
        Status.FAIL,
        "The list of who may send mail for {host} is too long for receivers to read ({lookups} of 10 look-ups)",
        IGNORED,
        (
            "What each part costs: {bill}.",
            "Remove the parts that belong to tools you no longer use, from the TXT record at {host}.",
            "If it is still over 10, let one tool send from a subdomain of its own, with its own list.",
        ),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "too_many_mx": Outcome(
        Status.FAIL,
        "“{term}” in the list of who may send mail for {host} stands for more than 10 mail servers",
        IGNORED,
        ("Replace “{term}” by the include or the addresses that your mail provider names.",),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "too_many_voids": Outcome(
        Status.FAIL,
        "{void_count} parts of the list of who may send mail for {host} lead nowhere; some receivers then ignore it",
        "Some receivers treat your mail as if you had no list: it may land in spam there.",
        ("Remove or correct these parts of the record: {voids}.",),
        Severity.MEDIUM,
    ),
    "too_long": Outcome(
        Status.WARN,
        "The list of who may send mail for {host} is {length} characters long; above 512 some receivers lose it",
        "With some receivers your mail may land in spam from time to time.",
        ("Remove parts that you no longer need: {bill}.",),
        Severity.MEDIUM,
    ),
    "near_limit": Outcome(
        Status.WARN,
        "The list of who may send mail for {host} is nearly full ({lookups} of 10 look-ups)",
        "The next mail tool that you add may make receivers ignore the whole list.",
        ("What each part costs: {bill}.", "Remove what you no longer use before you add another tool."),
        Severity.LOW,
    ),
    "no_end": Outcome(
        Status.WARN,
        "The list of who may send mail for {host} does not say what to do with everybody else ({ending})",
        "Forged mail in your name is treated as if you had no list.",
        ("End the TXT record at {host} with `~all`.",),
        Severity.MEDIUM,
    ),
    "ptr": Outcome(
        Status.WARN,
        "The list of who may send mail for {host} uses “{term}”, which many receivers skip",
        "Mail that counts on it may land in spam.",
        ("Replace “{term}” by the include or the addresses of the server that it stands for.",),
        Severity.LOW,
    ),
    "long": Outcome(
        Status.WARN,
        "The list of who may send mail for {host} is {length} characters long and close to the limit of 512",
        "The next tool that you add may make it too long for some receivers.",
        ("Remove parts that you no longer need: {bill}.",),
        Severity.LOW,
    ),
    "forbids_all": Outcome(
        Status.WARN,
        "{host} says that nobody may send mail in its name, yet it is used for mail",
        "Mail with this domain as its return address fails the check at every receiver.",
        (
            "If your mail tool uses a return address of its own (such as send.{host}), list that under `mail` instead.",
            "Otherwise put the tool's include before `-all` in the TXT record at {host}.",
        ),
        Severity.MEDIUM,
    ),
    "include_unknown": Outcome(
        Status.UNKNOWN,
        "Could not read all of the list of who may send mail for {host}: {where} gave no answer",
        "Nothing is proven either way.",
        ("Check again in a few minutes. If it stays so, ask the tool behind {where}.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not ask who may send mail for {host}: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, look at the name servers of your domain first.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What DNS said about everything the record leads to."""

    domain: str
    answers: Mapping[tuple[str, str], DnsAnswer]
    sends: Sends = Sends.GUESS


@check(
    "mail.spf",
    title="Who may send mail (SPF)",
    kind=Kind.MAIL,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("MAIL-1",),
    measured=(
        "We read the TXT records of the domain, follow every include and redirect as a receiver does, and count the"
        " look-ups of the worst case."
    ),
    verify="dig +short TXT {host}",
    links=("https://www.rfc-editor.org/rfc/rfc7208",),
)
async def spf(target: Target, probe: Probe) -> Verdict:
    """Ask for the record, for all that it includes, and for the mail servers."""
    answers, mx = await asyncio.gather(gather(target.host, probe), probe.dns(target.host, "MX"))
    return judge(Facts(target.host, answers | {(target.host, "MX"): mx}, sends(target)))


def judge(facts: Facts) -> Verdict:
    """The worst thing first: what makes receivers ignore the record, then what makes it weak, then what is near."""
    root = facts.answers.get((facts.domain, "TXT"))
    if root is None or not root.status.known:
        return Verdict("could_not_look", {"reason": _why_not(root)})
    mx = facts.answers.get((facts.domain, "MX"))
    tree = walk(facts.domain, facts.answers)
    if tree.record is None:
        return _without_record(facts, root, mx)
    seen = seen_of(tree)
    return (
        _ignored(tree, seen) or _unseen(tree, seen) or _weak(tree, seen) or Verdict(_plain_code(facts, tree, mx), seen)
    )


def _why_not(answer: DnsAnswer | None) -> str:
    return trouble.unheard((answer,)) if answer is not None else "it was not asked"


def _without_record(facts: Facts, root: DnsAnswer, mx: DnsAnswer | None) -> Verdict:
    found = spf_records(root)
    if len(found) > 1:
        return Verdict("several", {"count": len(found), "records": [text[:300] for text in found[:5]]})
    almost = next((text for text in root.records if _almost(text)), "")
    if almost:
        return Verdict("misspelt", {"almost": almost[:60]})
    seen: dict[str, Json] = {"txt_records": len(root.records)}
    match facts.sends:
        case Sends.YES:
            return Verdict("absent", seen)
        case Sends.NO:
            return Verdict("absent_unused", seen)
    if mx is None or not mx.status.known:
        return Verdict("could_not_look", seen | {"reason": _why_not(mx)})
    return Verdict("absent" if mx.records and not null_mx(mx) else "no_mail", seen | {"mx": list(mx.records[:5])})


def _almost(text: str) -> bool:
    """A record that was meant to be SPF."""
    start = text.lstrip("\"' \t").lower().replace(" ", "")
    return not is_spf(text) and start.startswith(("v=spf", "v:spf", "spf1", "spf2.0", "v=sfp"))


def _ignored(tree: Node, seen: dict[str, Json]) -> Verdict | None:
    """What makes receivers ignore the record or believe everybody."""
    for _, node in tree.walk():
        mistake = next(iter(node.record.mistakes), None) if node.record is not None else None
        if mistake is not None:
            if node is tree:
                return Verdict("syntax", seen | {"term": mistake.term, "why": mistake.why})
            why = f"its record has a mistake at “{mistake.term}”: {mistake.why}"
            return Verdict("include_broken", seen | {"where": node.domain, "term": node.via, "why": why})
        if node.state in _BROKEN:
            why = _BROKEN[node.state]
            return Verdict("include_broken", seen | {"where": node.domain, "term": node.via, "why": why})
    for _, node in tree.walk():
        final = node.final
        if final is not None and final.qualifier == "+" and not node.via.startswith(("-", "~", "?")):
            return Verdict("allows_all", seen | {"where": node.domain, "term": final.text})
    if tree.lookups > MOST_LOOKUPS:
        return Verdict("too_many_lookups", seen)
    crowded = next((term for _, node in tree.walk() for term in node.crowded), "")
    return Verdict("too_many_mx", seen | {"term": crowded}) if crowded else None


_BROKEN = {
    State.ABSENT: "no list stands there",
    State.SEVERAL: "more than one list stands there",
    State.LOOP: "that leads back to where it began",
}


def _unseen(tree: Node, seen: dict[str, Json]) -> Verdict | None:
    """What DNS did not say; receivers then put the mail off (section 5), and a term may lead nowhere."""
    for _, node in tree.walk():
        if node.state in (State.UNKNOWN, State.CUT):
            return Verdict("include_unknown", seen | {"where": node.domain})
        if node.unseen:
            return Verdict("include_unknown", seen | {"where": f"“{node.unseen[0]}”"})
    return None


def _weak(tree: Node, seen: dict[str, Json]) -> Verdict | None:
    length, voids = (int(str(seen[key])) for key in ("length", "void_count"))
    if voids > MOST_VOIDS:
        return Verdict("too_many_voids", seen)
    final = tree.final
    if final is None or final.qualifier == "?":
        ending = f"it ends with {final.text}" if final else "it has no all at its end"
        return Verdict("no_end", seen | {"ending": ending})
    if length > TOO_LONG:
        return Verdict("too_long", seen)
    if tree.lookups >= NEARLY:
        return Verdict("near_limit", seen)
    reached = tree.record.reached if tree.record else ()
    pointer = next((term.text for term in reached if term.name == "ptr"), "")
    if pointer:
        return Verdict("ptr", seen | {"term": pointer})
    return Verdict("long", seen) if length > LONG else None


def _plain_code(facts: Facts, tree: Node, mx: DnsAnswer | None) -> str:
    """A record that allows nobody is right for a parked domain, and odd for one that sends."""
    record = tree.record
    if record is None or [term.name for term in record.reached] != ["all"] or tree.lookups:
        return "ok"
    if facts.sends is Sends.GUESS:
        return "forbids_all" if mx is not None and mx.records and not null_mx(mx) else "parked"
    return "forbids_all" if facts.sends is Sends.YES else "parked"
