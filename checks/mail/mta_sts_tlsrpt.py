"""Mail to you travels encrypted, by a rule that is true.

You may ask other mail servers to deliver to you encrypted only, and name your servers (MTA-STS). It is a plus, no must.
But a rule that is out of date is worse than none: careful senders such as Gmail then refuse to deliver, and customers'
replies do not arrive. With a second record (TLS-RPT) they tell you when that happens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from checks import trouble
from checks.mail_domain import null_mx, servers
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import dns_host
from checks.net.facts import DnsAnswer, Exchange
from checks.probe import Probe
from checks.registry import check
from checks.sts_policy import (
    MAX_BYTES,
    Policy,
    parse,
    report_mistake,
    report_records,
    sts_mistake,
    sts_records,
)

FIELDS = "Write into it, one a line: `version: STSv1`, `mode: testing`, `mx:` and each mail server, `max_age: 604800`."
OUTCOMES = {
    "ok": Outcome(Status.PASS, "Mail to {host} must travel encrypted, and the rule names all of its servers"),
    "testing": Outcome(
        Status.PASS,
        "The rule that mail to {host} must travel encrypted is on trial",
        fix=("When the reports have been clean for two weeks, set its mode to enforce and raise the id.",),
    ),
    "off": Outcome(Status.PASS, "The rule that mail to {host} must travel encrypted is switched off (mode none)"),
    "absent": Outcome(Status.PASS, "{host} does not demand encrypted delivery, which is fine (MTA-STS)"),
    "no_mail": Outcome(Status.NA, "{host} takes no mail, so there is nothing to encrypt on the way"),
    "uncovered": Outcome(
        Status.FAIL,
        "Your rule for encrypted mail does not name {missing}; careful senders will refuse to deliver to it",
        "Replies and sign-ups from Gmail and others bounce or come late.",
        (
            "Set `mode: testing` in the policy file today, and raise the id in the TXT record at _mta-sts.{host}.",
            "List all of your mail servers in it: {listed}.",
            "When that is done and two weeks of reports are clean, set `mode: enforce` again.",
        ),
        Severity.HIGH,
        runbook="emails_not_arriving",
    ),
    "uncovered_testing": Outcome(
        Status.WARN,
        "The rule for encrypted mail that you are trying out does not name {missing}",
        "Nothing is lost yet; once it is enforced, careful senders refuse to deliver there.",
        ("List all of your mail servers in the policy file ({listed}), and raise the id at _mta-sts.{host}.",),
        Severity.LOW,
    ),
    "policy_missing": Outcome(
        Status.WARN,
        "You announce a rule for encrypted mail, but its file cannot be read: {reason}",
        "Senders go on as if you had no rule; those that remember an old one may refuse to deliver.",
        (
            "Let https://mta-sts.{host}/.well-known/mta-sts.txt show the file itself, without any redirect.",
            FIELDS,
            "Or, if you do not want the rule: delete the TXT record at _mta-sts.{host}.",
        ),
        Severity.LOW,
    ),
    "policy_broken": Outcome(
        Status.WARN,
        "Your rule for encrypted mail has a mistake: {why}",
        "Senders go on as if you had no rule.",
        ("Correct the file at https://mta-sts.{host}/.well-known/mta-sts.txt.", FIELDS),
        Severity.LOW,
    ),
    "record_broken": Outcome(
        Status.WARN,
        "The record that announces your rule for encrypted mail has a mistake: {why}",
        "Senders go on as if you had no rule.",
        ("At {dns_host} keep exactly one TXT record at _mta-sts.{host}: `v=STSv1; id=20261101;`.",),
        Severity.LOW,
    ),
    "reports_broken": Outcome(
        Status.WARN,
        "The record for reports about encrypted mail has a mistake: {why}",
        "Nobody would tell you when senders cannot deliver encrypted.",
        (
            "At {dns_host} keep exactly one TXT record at _smtp._tls.{host}.",
            "Write into it `v=TLSRPTv1; rua=mailto:` and an address that somebody reads.",
        ),
        Severity.LOW,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see whether {host} demands encrypted delivery: {reason}",
        "Nothing is proven either way.",
        ("Check again in a few minutes; if it stays so, look at the name servers of your domain first.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Both records, the mail servers, and the policy file where one is announced."""

    domain: str
    sts: DnsAnswer
    reports: DnsAnswer
    mx: DnsAnswer
    file: Exchange | None = None
    servers: tuple[str, ...] = ()


@check(
    "mail.mta_sts_tlsrpt",
    title="Encrypted delivery (MTA-STS)",
    kind=Kind.MAIL,
    outcomes=OUTCOMES,
    severity=Severity.LOW,
    worst=Severity.HIGH,
    requirements=("MAIL-1",),
    measured=(
        "We read the two records and, where they announce a policy, its file over a verified connection without"
        " redirects, and compare it with the mail servers."
    ),
    verify="dig +short TXT _mta-sts.{host} && curl -sS https://mta-sts.{host}/.well-known/mta-sts.txt",
    links=("https://www.rfc-editor.org/rfc/rfc8461", "https://www.rfc-editor.org/rfc/rfc8460"),
)
async def mta_sts_tlsrpt(target: Target, probe: Probe) -> Verdict:
    """The records at once; the file only where it is announced."""
    domain = target.host
    sts, reports, mx, ns = await asyncio.gather(
        probe.dns(f"_mta-sts.{domain}", "TXT"),
        probe.dns(f"_smtp._tls.{domain}", "TXT"),
        probe.dns(domain, "MX"),
        probe.dns(domain, "NS"),
    )
    file = None
    if len(sts_records(sts.records)) == 1:
        file = await probe.get(f"https://mta-sts.{domain}/.well-known/mta-sts.txt", cap=MAX_BYTES)
    return judge(Facts(domain, sts, reports, mx, file, ns.records))


def judge(facts: Facts) -> Verdict:
    """A rule that keeps mail out comes before one that nobody follows."""
    reports = report_records(facts.reports.records)
    names = servers(facts.mx)
    seen: dict[str, Json] = {
        "dns_host": dns_host(facts.servers),
        "listed": ", ".join(names[:6]),
        "tls_reports": bool(reports),
    }
    for answer in (facts.sts, facts.mx):
        if not answer.status.known:
            return Verdict("could_not_look", seen | {"reason": trouble.unheard((answer,))})
    if not facts.mx.records or null_mx(facts.mx):
        return Verdict("no_mail", seen)
    announced = sts_records(facts.sts.records)
    if announced:
        verdict = _announced(facts, announced, names, seen)
        if verdict.code not in ("ok", "testing", "off"):
            return verdict
    else:
        verdict = Verdict("absent", seen)
    wrong = _reports_wrong(reports)
    return Verdict("reports_broken", seen | {"why": wrong}) if wrong else verdict


def _reports_wrong(reports: Sequence[str]) -> str:
    if len(reports) > 1:
        return "there are several of them, and senders then follow none"
    return report_mistake(reports[0]) if reports else ""


def _announced(facts: Facts, announced: Sequence[str], names: Sequence[str], seen: dict[str, Json]) -> Verdict:
    if len(announced) > 1:
        return Verdict("record_broken", seen | {"why": "there are several of them, and senders then follow none"})
    mistake = sts_mistake(announced[0])
    if mistake:
        return Verdict("record_broken", seen | {"why": mistake})
    file = facts.file
    if file is None or (file.fault is not None and trouble.ours(file.fault)):
        reason = trouble.words(file.fault) if file is not None else "its file was not asked for"
        return Verdict("could_not_look", seen | {"reason": reason})
    reason = _unread(file)
    if reason:
        return Verdict("policy_missing", seen | {"reason": reason})
    policy = parse(file.text)
    if isinstance(policy, str):
        return Verdict("policy_broken", seen | {"why": policy})
    return _policy(policy, names, seen)


def _unread(file: Exchange) -> str:
    """Why a sender would not take this answer as the policy (RFC 8461 section 3.3); empty where it would."""
    if file.fault is not None:
        return trouble.words(file.fault)
    if file.redirects_to:
        return "it redirects, and senders do not follow"
    if file.status != 200:
        return f"the server answers {file.status}"
    if file.truncated or len(file.body) > MAX_BYTES:
        return "it is larger than 64 KiB"
    kind = file.header("content-type").partition(";")[0].strip().lower()
    if kind and kind != "text/plain":
        return f"the server calls it {kind[:40]}, and it must be text/plain"
    return ""


def _policy(policy: Policy, names: Sequence[str], seen: dict[str, Json]) -> Verdict:
    missing = policy.uncovered(names)
    seen |= {"mode": policy.mode, "max_age": policy.max_age, "named": policy.servers[:20]}
    if policy.mode == "none":
        return Verdict("off", seen)
    if missing:
        code = "uncovered" if policy.mode == "enforce" else "uncovered_testing"
        return Verdict(code, seen | {"missing": ", ".join(missing[:4])})
    return Verdict("ok" if policy.mode == "enforce" else "testing", seen)
