"""The daily reports about forged mail reach somebody.

Receivers send you a report a day: who sent mail in your name, and whether it passed. Only they show that your own
tools are set up well, and that nobody else writes to your customers. If the mailbox belongs to another company, that
company must say in its DNS that it takes your reports; otherwise receivers throw them away, without a word.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from checks import providers, trouble
from checks.dmarc_record import Found, discover, dmarc_records, path
from checks.mail_domain import null_mx
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import DnsAnswer, DnsStatus
from checks.probe import Probe
from checks.registrable import registrable
from checks.registry import check
from checks.spf_record import is_name

MOST = 10
LOST = "You would not notice that somebody writes to your customers in your name, or that your own mail fails."
_MAILBOX = re.compile(r"[^@\s]{1,254}@([^@\s!]{1,253})(?:![0-9]{1,12}[kmgtKMGT]?)?")
_CONSENT = re.compile(r"v[ \t]*=[ \t]*DMARC1(?=[ \t;]|\Z)")

OUTCOMES = {
    "ok": Outcome(
        Status.PASS,
        "Daily reports about mail in the name of {host} can be delivered ({listed})",
        fix=("Look into that mailbox once: a report a day must be there, from the big receivers at least.",),
    ),
    "no_rule": Outcome(
        Status.NA,
        "{host} has no rule against forged mail yet, so there is no address for reports",
        fix=("See what mail.dmarc says about {host}.",),
    ),
    "no_address": Outcome(
        Status.NA,
        "The rule against forged mail of {host} names no address for reports",
        fix=("Add `rua=mailto:dmarc@{host}` to the TXT record at _dmarc.{at}, with an address that somebody reads.",),
    ),
    "not_an_address": Outcome(
        Status.WARN,
        "“{bad}” is no address that reports can be sent to",
        LOST,
        ("In the TXT record at _dmarc.{at} write `rua=mailto:name@your-domain`; several with commas between them.",),
        Severity.MEDIUM,
    ),
    "not_agreed": Outcome(
        Status.WARN,
        "You asked for daily mail reports, but {bad} never agreed to take them, so they are thrown away",
        LOST,
        (
            "Use the report address that your report service shows for {host}, exactly as it is.",
            "Or name a mailbox under {host} itself: then nobody has to agree.",
            "If {reports_at} is yours: add a TXT record at {record_name} there: `v=DMARC1`.",
        ),
        Severity.MEDIUM,
    ),
    "no_mailbox": Outcome(
        Status.WARN,
        "Reports about mail in your name go to {bad}, where nobody takes mail",
        LOST,
        ("In the TXT record at _dmarc.{at} name an address that exists and that somebody reads.",),
        Severity.MEDIUM,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether reports about mail from {host} arrive: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, see what mail.dmarc says.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The rule, and what stands at each place that reports go to."""

    domain: str
    walk: Mapping[str, DnsAnswer]
    """TXT at `_dmarc.<d>` by domain."""
    takes: Mapping[str, tuple[DnsAnswer, ...]] = field(default_factory=dict)
    """MX of each report domain, and its A where it has none."""
    consent: Mapping[str, DnsAnswer] = field(default_factory=dict)
    """TXT at `<domain>._report._dmarc.<report domain>`, for those of others."""


@check(
    "mail.dmarc_rua",
    title="Reports arrive (DMARC)",
    kind=Kind.MAIL,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("MAIL-4",),
    measured=(
        "We read the addresses for reports in the rule, look whether mail is taken there, and, where they belong to"
        " another company, whether it says that it takes your reports. Whether one came is not seen from here."
    ),
    verify="dig +short TXT {record_name}",
    links=("https://www.rfc-editor.org/rfc/rfc9990", "https://www.rfc-editor.org/rfc/rfc9989"),
)
async def dmarc_rua(target: Target, probe: Probe) -> Verdict:
    """The rule as mail.dmarc finds it; then every report domain at once."""
    domain = target.host
    own = await probe.dns(f"_dmarc.{domain}", "TXT")
    walk = {domain: own}
    if own.status.known and not dmarc_records(own):
        above = path(domain)[1:]
        answers = await asyncio.gather(*(probe.dns(f"_dmarc.{name}", "TXT") for name in above))
        walk |= dict(zip(above, answers, strict=True))
    found = discover(domain, walk)
    if found is None:
        return judge(Facts(domain, walk))
    homes = tuple(dict.fromkeys(home for _, home in addresses(found) if home))[:MOST]
    others = [home for home in homes if foreign(found.at, home)]
    takes, consent = await asyncio.gather(
        asyncio.gather(*(_takes(home, probe) for home in homes)),
        asyncio.gather(*(probe.dns(consent_at(found.at, home), "TXT") for home in others)),
    )
    return judge(Facts(domain, walk, dict(zip(homes, takes, strict=True)), dict(zip(others, consent, strict=True))))


async def _takes(home: str, probe: Probe) -> tuple[DnsAnswer, ...]:
    mx = await probe.dns(home, "MX")
    return (mx,) if mx.records or not mx.status.known else (mx, await probe.dns(home, "A"))


def addresses(found: Found) -> tuple[tuple[str, str], ...]:
    """Every address for reports as written, with its domain; "" where it is none."""
    uris = [uri for tag in ("rua", "ruf") for uri in found.record.tags.get(tag, "").split(",")[:MOST]]
    return tuple((uri.strip(" \t")[:300], _home(uri.strip(" \t"))) for uri in uris if uri.strip(" \t"))


def _home(uri: str) -> str:
    scheme, _, rest = uri.partition(":")
    mailbox = _MAILBOX.fullmatch(unquote(rest)) if scheme.lower() == "mailto" else None
    home = mailbox[1].lower().rstrip(".") if mailbox is not None else ""
    return home if "." in home and is_name(home) else ""


def foreign(at: str, home: str) -> bool:
    """Whether a report domain belongs to another organisation than the rule; then it must agree."""
    return registrable(at) != registrable(home)


def consent_at(at: str, home: str) -> str:
    """Where a report domain says that it takes reports about `at` (RFC 9990)."""
    return f"{at}._report._dmarc.{home}"


def judge(facts: Facts) -> Verdict:
    """An address that is none, one that never agreed, one that nobody reads; one good address is not enough."""
    own = facts.walk.get(facts.domain)
    found = discover(facts.domain, facts.walk)
    seen: dict[str, Json] = {"record_name": f"_dmarc.{found.at if found is not None else facts.domain}"}
    if found is None:
        dark = own if own is None or not own.status.known else None
        if own is None or dark is not None:
            reason = trouble.unheard((own,)) if own is not None else "it was not asked"
            return Verdict("could_not_look", seen | {"reason": reason})
        return Verdict("no_rule", seen)
    listed = addresses(found)
    seen |= {"at": found.at, "listed": ", ".join(uri.partition(":")[2] or uri for uri, _ in listed[:3])}
    if not found.record.tags.get("rua", "").strip(" \t"):
        return Verdict("no_address", seen)
    wrong = next((uri for uri, home in listed if not home), None)
    if wrong is not None:
        return Verdict("not_an_address", seen | {"bad": wrong[:80]})
    return _homes(facts, found.at, tuple(dict.fromkeys(home for _, home in listed)), seen)


def _homes(facts: Facts, at: str, homes: Sequence[str], seen: dict[str, Json]) -> Verdict:
    dark: list[DnsAnswer] = []
    for home in homes:
        seen["reports_at"] = home
        consent = facts.consent.get(home)
        if foreign(at, home) and consent is not None and consent.status.known and not _agreed(consent):
            return Verdict("not_agreed", seen | {"bad": _called(home), "record_name": consent_at(at, home)})
        if consent is not None and not consent.status.known:
            dark.append(consent)
    for home in homes:
        answers = facts.takes.get(home, ())
        if answers and all(one.status.known for one in answers) and not _takes_mail(answers):
            return Verdict("no_mailbox", seen | {"bad": home})
        dark += [one for one in answers if not one.status.known]
    if dark:
        return Verdict("could_not_look", seen | {"reason": f"{dark[0].name}: {trouble.unheard((dark[0],))}"})
    return Verdict("ok", seen)


def _agreed(consent: DnsAnswer) -> bool:
    """A record that begins with the version is enough; the semicolon behind it may be missing."""
    return any(_CONSENT.match(text) for text in consent.records)


def _takes_mail(answers: Sequence[DnsAnswer]) -> bool:
    mx = answers[0]
    if mx.records:
        return not null_mx(mx)
    return any(one.status is DnsStatus.OK for one in answers[1:])


def _called(home: str) -> str:
    entry = providers.by_name("mail", "reports", home)
    return f"{entry.name} ({home})" if entry is not None else home
