"""Receivers know what to do with forged mail in your name, and somebody reads what they report.

A short record (DMARC) tells every receiver what to do with mail that only pretends to come from you, and where to
send daily reports. Without it anybody can write to your customers in your name, and the big inboxes trust your real
mail less. Watching (`p=none` with a report address) is enough at launch; stricter steps come once reports are clean.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from checks import trouble
from checks.dmarc_record import Found, Policy, discover, dmarc_records, is_dmarc, path
from checks.mail_domain import Sends, declared, null_mx, sends
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import is_public_suffix
from checks.net.facts import DnsAnswer, DnsStatus
from checks.probe import Probe
from checks.registry import check
from checks.spf_record import parse as parse_spf
from checks.spf_walk import spf_records

FORGED = "Anybody can write to your customers in your name, and Gmail and others may bin your own mail."
PUBLISH = (
    "Open the DNS page of your domain and add a TXT record with the name `_dmarc.{host}`.",
    "Write into it: `v=DMARC1; p=none; rua=mailto:dmarc@{host}`, with an address that you read or a report service's.",
    "When two weeks of reports show only your own senders, change `p=none` to `p=quarantine`.",
)
OUTCOMES = {
    "monitoring": Outcome(
        Status.PASS,
        "Receivers report forged mail in the name of {host} to you; they do not stop it yet (p={applied})",
        fix=("When two weeks of reports show only your own senders, change `p=none` to `p=quarantine`.",),
    ),
    "enforced": Outcome(Status.PASS, "Receivers stop forged mail in the name of {host} (p={policy})"),
    "retired_tags": Outcome(
        Status.PASS,
        "The rule against forged mail for {host} works; “{tags}” in it is no longer read",
        fix=("Remove “{tags}” from the TXT record at _dmarc.{at} when you edit it next.",),
    ),
    "parked": Outcome(Status.PASS, "{host} sends no mail, and receivers refuse mail that pretends it does"),
    "no_mail": Outcome(
        Status.NA,
        "{host} shows no sign of sending or receiving mail",
        fix=(
            "If it never sends mail, add a TXT record at _dmarc.{host}: `v=DMARC1; p=reject`.",
            "If it does send mail, list it under `mail` in launch.yml and check again.",
        ),
    ),
    "absent": Outcome(
        Status.FAIL,
        "Nobody is told what to do with forged mail in the name of {host} (DMARC)",
        FORGED,
        PUBLISH,
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "absent_unused": Outcome(
        Status.WARN,
        "{host} sends no mail, but receivers are not told to refuse mail that pretends it does",
        "Anybody can write in its name.",
        ("Add a TXT record at _dmarc.{host}: `v=DMARC1; p=reject`.",),
        Severity.LOW,
    ),
    "misplaced": Outcome(
        Status.FAIL,
        "The rule against forged mail stands at {host}, where no receiver looks for it",
        FORGED,
        ("Move the TXT record that begins with `v=DMARC1` from {host} to _dmarc.{host}.",),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "misspelt": Outcome(
        Status.FAIL,
        "The rule against forged mail for {host} does not begin as it must, so no receiver reads it",
        FORGED,
        ("Change the TXT record at _dmarc.{host} so that it begins with `v=DMARC1;`. Now it begins: {almost}",),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "several": Outcome(
        Status.FAIL,
        "There are {count} rules against forged mail for {host}; receivers then follow none of them",
        FORGED,
        ("Keep the TXT record at _dmarc.{host} that you want and delete the others that begin with `v=DMARC1`.",),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "bad_policy": Outcome(
        Status.WARN,
        "The rule against forged mail for {host} asks for “{word}”, which no receiver knows",
        "Forged mail in your name is let through, though you meant to stop it.",
        ("In the TXT record at _dmarc.{at} set `p=` to none, quarantine or reject.",),
        Severity.MEDIUM,
    ),
    "loose": Outcome(
        Status.WARN,
        "In the rule against forged mail for {host} a semicolon is missing after `v=DMARC1`; some receivers skip it",
        "With those receivers it is as if you had no rule.",
        ("In the TXT record at _dmarc.{at} write `v=DMARC1;` and then the rest.",),
        Severity.MEDIUM,
    ),
    "repeated": Outcome(
        Status.WARN,
        "In the rule against forged mail for {host} “{tag}=” stands twice; many receivers then skip the whole rule",
        "With those receivers it is as if you had no rule.",
        ("In the TXT record at _dmarc.{at} keep the “{tag}=” that you want and delete the other.",),
        Severity.MEDIUM,
    ),
    "nobody_watches": Outcome(
        Status.WARN,
        "Receivers let forged mail in the name of {host} through and nobody is told (no report address)",
        "You would not notice when somebody writes to your customers in your name.",
        ("Add `rua=mailto:dmarc@{host}` to the TXT record at _dmarc.{at}, with an address that you read.",),
        Severity.MEDIUM,
    ),
    "unproven": Outcome(
        Status.WARN,
        "The rule for {host} stops forged mail (p={applied}), but nobody has shown that your own mail passes it",
        "It may bin your own sign-up and password-reset mails.",
        (
            "Send yourself a password-reset mail from the live product and look for “dmarc=pass” in its source.",
            "Then write `aligned: true` at this domain under `mail` in launch.yml.",
            "If it does not pass, set `p=none` in the TXT record at _dmarc.{at} until it does.",
        ),
        Severity.MEDIUM,
    ),
    "weak_subdomains": Outcome(
        Status.WARN,
        "The rule for {host} is p={policy}, but its subdomains have only sp={subdomains}",
        "Forgers write in the name of a subdomain instead, such as billing.{host}.",
        ("Remove `sp={subdomains}` from the TXT record at _dmarc.{at}, once your subdomains' own mail passes.",),
        Severity.LOW,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not ask for the rule against forged mail of {host}: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, look at the name servers of your domain first.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What DNS said along the tree walk, and about the domain itself."""

    domain: str
    walk: Mapping[str, DnsAnswer]
    """TXT at `_dmarc.<d>` by domain."""
    txt: DnsAnswer | None = None
    mx: DnsAnswer | None = None
    sends: Sends = Sends.GUESS
    aligned: bool | None = None
    configured: bool = False


@check(
    "mail.dmarc",
    title="Rule against forged mail (DMARC)",
    kind=Kind.MAIL,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("MAIL-4", "MAIL-5"),
    measured=(
        "We read the TXT record at _dmarc below the domain; where none stands there, at each domain above it, as"
        " receivers do (at most eight questions)."
    ),
    verify="dig +short TXT _dmarc.{host}",
    links=("https://www.rfc-editor.org/rfc/rfc9989",),
)
async def dmarc(target: Target, probe: Probe) -> Verdict:
    """Ask at the domain and, only where nothing stands there, at everything above it side by side."""
    domain = target.host
    own, txt, mx = await asyncio.gather(
        probe.dns(f"_dmarc.{domain}", "TXT"), probe.dns(domain, "TXT"), probe.dns(domain, "MX")
    )
    walk = {domain: own}
    if own.status.known and not dmarc_records(own):
        above = path(domain)[1:]
        answers = await asyncio.gather(*(probe.dns(f"_dmarc.{name}", "TXT") for name in above))
        walk |= dict(zip(above, answers, strict=True))
    mail = declared(target)
    aligned = mail.aligned if mail is not None else None
    return judge(Facts(domain, walk, txt, mx, sends(target), aligned, target.inventory.configured))


def judge(facts: Facts) -> Verdict:
    """No record, a record that nobody follows, then what it asks for."""
    own = facts.walk.get(facts.domain)
    if own is None or not own.status.known:
        return Verdict("could_not_look", {"reason": _why_not(own)})
    here = dmarc_records(own)
    if len(here) > 1:
        return Verdict("several", {"count": len(here), "records": [one.text[:300] for one in here[:5]]})
    almost = "" if here else next((text for text in own.records if _almost(text)), "")
    if almost:
        return Verdict("misspelt", {"almost": almost[:60]})
    found = discover(facts.domain, facts.walk, exists=_exists(facts))
    if found is None:
        return _without_record(facts)
    return _with_record(facts, found)


def _why_not(answer: DnsAnswer | None) -> str:
    return trouble.unheard((answer,)) if answer is not None else "it was not asked"


def _exists(facts: Facts) -> bool:
    return not (facts.txt is not None and facts.txt.status is DnsStatus.NXDOMAIN)


def _almost(text: str) -> bool:
    """A record that was meant to be DMARC."""
    start = text.lstrip("\"' \t").lower().replace(" ", "")
    return not is_dmarc(text) and start.startswith(("v=dmarc", "dmarc1", "v:dmarc", "v=dmrac", "p=none", "p=reject"))


def _without_record(facts: Facts) -> Verdict:
    # Registries and private resolvers often refuse questions at or above a public suffix (`_dmarc.com`). Hardly any
    # publishes a rule there (it would need psd=y), so that silence is absence; everywhere below it stays unknown.
    walked = [answer for name, answer in facts.walk.items() if not is_public_suffix(name)]
    dark = next((answer for answer in walked if not answer.status.known), None)
    if dark is not None:
        return Verdict("could_not_look", {"reason": _why_not(dark)})
    if facts.txt is not None and any(is_dmarc(text) for text in facts.txt.records):
        return Verdict("misplaced")
    if facts.sends is Sends.YES:
        return Verdict("absent")
    if facts.sends is Sends.NO:
        return Verdict("absent_unused")
    for answer in (facts.mx, facts.txt):
        if answer is None or not answer.status.known:
            return Verdict("could_not_look", {"reason": _why_not(answer)})
    return Verdict("absent" if _looks_used(facts) else "no_mail")


def _looks_used(facts: Facts) -> bool:
    """Mail servers, or a list of senders that allows anybody: a domain with neither sends nothing."""
    receives = facts.mx is not None and bool(facts.mx.records) and not null_mx(facts.mx)
    return receives or any(not _nobody(text) for text in _spf(facts))


def _spf(facts: Facts) -> tuple[str, ...]:
    return spf_records(facts.txt) if facts.txt is not None else ()


def _nobody(text: str) -> bool:
    return [(term.name, term.qualifier) for term in parse_spf(text).reached] == [("all", "-")]


def _parked(facts: Facts, found: Found) -> bool:
    """It says itself that it sends nothing: null MX or none, `v=spf1 -all`, and a policy of reject."""
    silent = facts.sends is Sends.NO or (
        facts.sends is Sends.GUESS
        and facts.mx is not None
        and facts.mx.status.known
        and (not facts.mx.records or null_mx(facts.mx))
        and bool(_spf(facts))
        and all(_nobody(text) for text in _spf(facts))
    )
    return silent and found.record.applied(found.policy) is Policy.REJECT


def _with_record(facts: Facts, found: Found) -> Verdict:
    record = found.record
    applied = record.applied(found.policy)
    seen: dict[str, Json] = {
        "record": record.text[:500],
        "at": found.at,
        "policy": found.policy.value,
        "applied": applied.value,
        "subdomains": record.sp.value,
        "testing": record.testing,
        "rua": list(record.rua[:5]),
    }
    if _parked(facts, found):
        return Verdict("parked", seen)
    if record.loose:
        return Verdict("loose", seen)
    if record.repeated:
        return Verdict("repeated", seen | {"tag": record.repeated})
    if record.p_unreadable:
        return Verdict("bad_policy", seen | {"word": record.p_unreadable[:60]})
    if applied is Policy.NONE:
        if not record.rua:
            return Verdict("nobody_watches", seen)
        return Verdict("monitoring", seen)
    if facts.configured and facts.sends is not Sends.NO and facts.aligned is not True:
        return Verdict("unproven", seen)
    if found.at == facts.domain and record.sp.strength < record.p.strength:
        return Verdict("weak_subdomains", seen)
    if record.retired:
        return Verdict("retired_tags", seen | {"tags": "; ".join(record.retired)})
    return Verdict("enforced", seen)
