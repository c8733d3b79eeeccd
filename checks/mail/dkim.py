"""Your mail carries a seal, and the key that proves it can be found.

Every mail tool seals what it sends (DKIM); receivers look for the key in your DNS. If the key is missing or too weak,
the seal looks forged, and sign-up and reset mails land in spam. Where the keys stand depends on the tool, so nobody
can list them from outside: those of launch.yml are checked for certain, others only as far as they can be guessed.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checks import trouble
from checks.dkim_record import Key, is_key, parse
from checks.mail_domain import Sends, declared, sends, silent
from checks.mail_vendors import USUAL, inferred, selectors
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import DnsAnswer
from checks.probe import Probe
from checks.registry import check

MOST_DECLARED = 20
PAIR = frozenset({"selector1", "selector2"})
"""Microsoft 365 fills one of its two selectors at a time."""
FORGED = "Mail that is sealed with it looks forged: it may land in spam or be refused."
NEW_KEY = (
    "Open the page about your domain at the mail tool that uses the selector “{selector}” and have a new key made.",
    "Copy the record that it shows to {record_name}, and wait for its green tick.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The keys for sealing mail from {host} are in place ({found})"),
    "missing": Outcome(
        Status.FAIL,
        "Mail from {host} is sealed with “{selector}”, but the matching key is missing{alias_words}",
        "The seal cannot be proven, so the mail looks forged: it may land in spam or be refused.",
        (
            "Open the page about your domain at the mail tool that uses the selector “{selector}”.",
            "Copy the record that it shows to {record_name}, and wait for its green tick.",
            "If no tool uses it any more, take it out of `selectors` in launch.yml.",
        ),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "revoked": Outcome(
        Status.FAIL,
        "The key “{selector}” of {host} has been withdrawn, although it is written down as in use",
        FORGED,
        (
            *NEW_KEY[:2],
            "If it was withdrawn on purpose, move it from `selectors` to `retired_selectors` in launch.yml.",
        ),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "several": Outcome(
        Status.FAIL,
        "Two keys stand at “{selector}” of {host}; receivers may take the wrong one",
        FORGED,
        ("Keep the one that your mail tool shows at {record_name} and delete the other.", "Run this check again."),
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "unusable": Outcome(
        Status.FAIL,
        "The key “{selector}” of {host} cannot be used: {why}",
        FORGED,
        NEW_KEY,
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "weak": Outcome(
        Status.FAIL,
        "The key “{selector}” of {host} is so short ({bits} bits) that others can seal mail in your name",
        "Receivers do not accept it, and anybody with some patience can forge your seal.",
        NEW_KEY,
        Severity.HIGH,
        runbook="emails_in_spam",
    ),
    "short": Outcome(
        Status.WARN,
        "The key “{selector}” of {host} is rather short ({bits} bits; 2048 are usual today)",
        "It works today. Over the years such keys become breakable.",
        NEW_KEY,
        Severity.LOW,
    ),
    "new_kind_only": Outcome(
        Status.WARN,
        "The only keys of {host} are of a new kind (Ed25519) that many receivers cannot read",
        "For those receivers your mail has no seal and may land in spam.",
        (
            "Let your mail tool seal with an RSA key of 2048 bits as well, and publish it under a second selector.",
            "Run this check again.",
        ),
        Severity.MEDIUM,
    ),
    "testing": Outcome(
        Status.WARN,
        "The key “{selector}” of {host} is marked as a test, so receivers ignore the seal",
        "Your mail is treated as if it had none and may land in spam.",
        ("At {record_name} remove `t=y` from the record.",),
        Severity.MEDIUM,
    ),
    "not_needed": Outcome(Status.NA, "{host} sends no mail, so it needs no key"),
    "nothing_found": Outcome(
        Status.UNKNOWN,
        "Could not find out with which key mail from {host} is sealed: selectors cannot be listed from outside",
        "Nothing is proven either way.",
        (
            "Open a mail of yours, show its source, and look for `s=` in the line DKIM-Signature.",
            "Write that word under `mail`, at {host}, in launch.yml: `selectors: [that-word]`. Then check again.",
        ),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not ask for the key “{selector}” of {host}: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, look at the name servers of your domain first.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands at each selector of one domain."""

    domain: str
    answers: Mapping[str, DnsAnswer]
    """TXT by selector."""
    declared: tuple[str, ...] = ()
    """Written down as in use."""
    retired: tuple[str, ...] = ()
    made_up: DnsAnswer | None = None
    """A selector that nobody has: what answers there answers for every name."""
    mx: DnsAnswer | None = None
    txt: DnsAnswer | None = None
    sends: Sends = Sends.GUESS
    vendors: tuple[str, ...] = field(default_factory=tuple)


@check(
    "mail.dkim",
    title="Seal on your mail (DKIM)",
    kind=Kind.MAIL,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("MAIL-1", "MAIL-3"),
    measured=(
        "We read the keys at the selectors of launch.yml. Without any there, at those that your mail tools use for"
        " everybody, as far as your other records show which tools these are."
    ),
    verify="dig +short TXT {record_name}",
    links=("https://www.rfc-editor.org/rfc/rfc6376#section-3.6", "https://www.rfc-editor.org/rfc/rfc8301"),
)
async def dkim(target: Target, probe: Probe) -> Verdict:
    """What is written down at once; otherwise the usual ones at once, and then those of the vendors seen."""
    mail, domain = declared(target), target.host
    mx, txt = probe.dns(domain, "MX"), probe.dns(domain, "TXT")
    given = tuple(mail.selectors[:MOST_DECLARED]) if mail is not None else ()
    retired = tuple(mail.retired_selectors[:MOST_DECLARED]) if mail is not None else ()
    if sends(target) is Sends.NO:
        given = ()
    names = (*given, *retired) if given else (*USUAL, *retired)
    made_up = f"lr-{hashlib.sha256(domain.encode()).hexdigest()[:10]}"
    found, lost, mx_answer, txt_answer = await asyncio.gather(
        _keys(names, domain, probe), probe.dns(f"{made_up}._domainkey.{domain}", "TXT"), mx, txt
    )
    vendors = inferred(txt_answer, mx_answer)
    if not given:
        further = [name for name in selectors(vendors) if name not in found]
        found |= await _keys(further, domain, probe)
    return judge(
        Facts(
            domain,
            found,
            given,
            retired,
            lost,
            mx_answer,
            txt_answer,
            sends(target),
            tuple(one.name for one in vendors),
        )
    )


async def _keys(names: Sequence[str], domain: str, probe: Probe) -> dict[str, DnsAnswer]:
    answers = await asyncio.gather(*(probe.dns(f"{name}._domainkey.{domain}", "TXT") for name in names))
    return dict(zip(names, answers, strict=True))


def judge(facts: Facts) -> Verdict:
    """What is written down must work; what was only guessed proves nothing by being absent."""
    usable, verdicts = _looked(facts)
    seen: dict[str, Json] = {
        "selectors": {name: _word(facts, name) for name in list(facts.answers)[:40]},
        "vendors": facts.vendors,
        "found": ", ".join(f"{name}: {key.kind} {key.bits}" for name, key in list(usable.items())[:6]),
        "guessed": not facts.declared,
        "selector": next(iter(facts.declared or usable or facts.answers), "default"),
    }
    seen["record_name"] = f"{seen['selector']}._domainkey.{facts.domain}"
    for code in ("missing", "revoked", "several", "unusable", "weak"):
        if code in verdicts:
            return Verdict(code, seen | verdicts[code])
    if "could_not_look" in verdicts:
        return Verdict("could_not_look", seen | verdicts["could_not_look"])
    if not usable:
        return _nothing(facts, seen)
    if all(key.kind == "ed25519" for key in usable.values()):
        return Verdict("new_kind_only", seen)
    for code in ("testing", "short"):
        if code in verdicts:
            return Verdict(code, seen | verdicts[code])
    return Verdict("ok", seen)


def _nothing(facts: Facts, seen: dict[str, Json]) -> Verdict:
    if facts.mx is None or facts.txt is None:
        return Verdict("nothing_found", seen)
    heard = facts.mx.status.known and facts.txt.status.known
    if facts.sends is Sends.NO or (heard and silent(facts.sends, facts.mx, facts.txt)):
        return Verdict("not_needed", seen)
    return Verdict("nothing_found", seen)


def _looked(facts: Facts) -> tuple[dict[str, Key], dict[str, dict[str, Json]]]:
    """The keys that work, and the first trouble of each kind."""
    looked = {
        name: _one(facts, answer, certain=name in facts.declared)
        for name, answer in facts.answers.items()
        if name not in facts.retired
    }
    usable = {name: key for name, (_, key, _) in looked.items() if key is not None and key.usable}
    verdicts: dict[str, dict[str, Json]] = {}
    for name, (code, _, words) in looked.items():
        # A guess that fails says nothing, except for a key that anybody can break.
        counts = name in facts.declared or code in ("weak", "short", "testing")
        asleep = code == "missing" and name in PAIR and bool(PAIR & set(usable))
        if code and counts and not asleep:
            where: dict[str, Json] = {"selector": name, "record_name": f"{name}._domainkey.{facts.domain}"}
            verdicts.setdefault(code, where | words)
    return usable, verdicts


def _one(facts: Facts, answer: DnsAnswer, *, certain: bool) -> tuple[str, Key | None, dict[str, Json]]:
    if not answer.status.known:
        return "could_not_look", None, {"reason": trouble.unheard((answer,))}
    keys = [parse(text) for text in answer.records if is_key(text)]
    if not certain and _for_every_name(facts, answer):
        return "", None, {}
    if not keys:
        alias = answer.cnames[-1] if answer.cnames else ""
        return "missing", None, {"alias_words": f" (the alias leads to {alias}, where none stands)" if alias else ""}
    if len(keys) > 1:
        return "several", None, {}
    key = keys[0]
    bits: dict[str, Json] = {"bits": key.bits}
    if key.revoked:
        return "revoked", key, bits
    if key.wrong:
        return "unusable", key, bits | {"why": key.wrong}
    if key.sha1_only:
        return "unusable", key, bits | {"why": "it allows only a hash (SHA-1) that receivers must not accept"}
    if key.weak:
        return "weak", key, bits
    return ("testing" if key.testing else "short" if key.short else ""), key, bits


def _for_every_name(facts: Facts, answer: DnsAnswer) -> bool:
    """Whether a made-up selector has the same answer: a catch-all record, which proves nothing."""
    made_up = facts.made_up
    return made_up is not None and bool(made_up.records) and made_up.records == answer.records


def _word(facts: Facts, name: str) -> str:
    """What stands at a selector, in a word or two."""
    code, key, _ = _one(facts, facts.answers[name], certain=True)
    state = f"{key.kind} {key.bits}" if key is not None and key.bits else code or "ok"
    return f"retired, {state}" if name in facts.retired else state
