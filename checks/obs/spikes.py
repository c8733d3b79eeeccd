"""Nothing fails more often than it usually does, as far as your product reports it.

A page can be up while nobody gets in, and no look from outside sees it. Your product sees it: it knows each log-in
that fails, each payment, each webhook. It reports them to the bot, which counts them by the minute and knows what is
normal at this hour of the day. What is much more than that is told at once, in plain numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.inventory import Counted
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.moments import moment
from checks.registry import asks_nobody, check, main_domain

CODES = {
    "login_failed": "log_ins",
    "signup_failed": "sign_ups",
    "checkout_failed": "payments",
    "payment_error": "payments",
    "webhook_failed": "webhooks",
    "job_failed": "jobs",
    "email_failed": "mails",
    "http_5xx": "errors",
    "error": "errors",
}
"""The answer by the kind of event."""
FEWEST_DAYS = 3
"""Fewer days of events are no normal yet."""
_NEWEST = "Open the newest one in your product's log: it names the step and the error."
_DEPLOY = "Did a new version go out shortly before? Then go back to the one before it."

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Nothing fails more often than usual; events have been counted since {since}"),
    "log_ins": Outcome(
        Status.FAIL,
        "{said}",
        impact="Customers stand in front of a locked door, and do not know that it is not their fault.",
        fix=("Log in yourself in a private window: does it work?", _DEPLOY, _NEWEST),
        severity=Severity.HIGH,
        runbook="login_broken",
    ),
    "sign_ups": Outcome(
        Status.FAIL,
        "{said}",
        impact="New customers give up, and you never hear of them.",
        fix=("Sign up yourself in a private window: does it work?", _DEPLOY, _NEWEST),
        severity=Severity.HIGH,
        runbook="signup_broken",
    ),
    "payments": Outcome(
        Status.FAIL,
        "{said}",
        impact="Customers want to pay and cannot, or have paid and get nothing.",
        fix=("Open the list of payments at your payment provider: which error do they name?", _DEPLOY, _NEWEST),
        severity=Severity.HIGH,
        runbook="payments_not_recorded",
    ),
    "webhooks": Outcome(
        Status.FAIL,
        "{said}",
        impact="What others report to you, such as payments, is not taken in until somebody sends it again.",
        fix=("Open the list of deliveries at the sender: which answer did it get?", _DEPLOY, _NEWEST),
        severity=Severity.HIGH,
        runbook="webhooks_failing",
    ),
    "jobs": Outcome(
        Status.FAIL,
        "{said}",
        impact="Work in the background is not done: mails, bills, imports.",
        fix=(_NEWEST, "Start the queue anew at your host.", _DEPLOY),
        severity=Severity.HIGH,
        runbook="jobs_stuck",
    ),
    "mails": Outcome(
        Status.FAIL,
        "{said}",
        impact="Customers wait for mails that never come: log-in links, receipts, invitations.",
        fix=("Open the log of your mail sender: which error does it name?", _DEPLOY),
        severity=Severity.HIGH,
        runbook="emails_not_arriving",
    ),
    "errors": Outcome(
        Status.FAIL,
        "{said}",
        impact="Visitors get an error in place of what they wanted to do.",
        fix=(_NEWEST, _DEPLOY),
        severity=Severity.HIGH,
        runbook="only_some_visitors",
    ),
    "one_place": Outcome(
        Status.WARN,
        "{said}",
        impact="Other customers feel nothing of it so far; whoever it is may get into an account in the end.",
        fix=(
            "Switch on a limit for log-ins: five wrong tries, then a pause of a quarter of an hour.",
            "Is it one account? Ask its owner by another way, and have the password changed.",
            "Block the address at your edge or host for a day.",
        ),
        severity=Severity.MEDIUM,
        runbook="traffic_spike_or_attack",
    ),
    "silent": Outcome(
        Status.WARN,
        "{said}",
        impact="Payments and the like may happen without your product hearing of them.",
        fix=(
            "Open the list of deliveries at the sender: does it try, and which answer does it get?",
            "Send a test event from there.",
        ),
        severity=Severity.MEDIUM,
        runbook="webhooks_failing",
    ),
    "no_normal": Outcome(
        Status.UNKNOWN,
        "Too early to say what is normal: your product has reported events since {since}",
        impact="Until three days are known only five failures within five minutes are told.",
        fix=("Let it report for three days; then this can be judged.",),
    ),
    "not_counted": Outcome(
        Status.NA,
        "Your product reports no failures, so a rise cannot be seen; one line in the code is enough",
        fix=(
            "Where a log-in fails, have your code report login_failed to the bot's address /events.",
            "The page docs/events.md has the line for Node, Python and PHP, and for Sentry and Stripe.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was counted."""

    counted: Counted | None


@check(
    "obs.spikes",
    title="Nothing fails more often than usual",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("OBS-8", "OBS-9"),
    measured=(
        "Your product reports events; we add up the last five minutes. Too many are at least 5, three times what is"
        " normal at this hour of the last 14 days, and more than chance brings about. Webhooks that stay away twice as"
        " long as their longest usual pause are told too."
    ),
    verify='curl -sS -X POST -H "Authorization: Bearer $LAUNCH_TOKEN" https://YOUR-BOT/events',
    links=("https://sre.google/sre-book/monitoring-distributed-systems/",),
    applies=main_domain,
    again=False,
)
@asks_nobody
def spikes(target: Target) -> Verdict:
    """Nothing is asked: what was counted stands in the inventory."""
    return judge(Facts(target.inventory.counted))


def judge(facts: Facts) -> Verdict:
    """What breaks something for customers comes before somebody who only tries."""
    counted = facts.counted
    if counted is None:
        return Verdict("not_counted")
    seen: dict[str, Json] = {"since": moment(counted.since), "bursts": len(counted.bursts)}
    first = next((one for one in counted.bursts if not one.one_place), None)
    if first is not None:
        return Verdict(CODES.get(first.kind, "errors"), {**seen, "said": _sentence(first.said)})
    if counted.bursts:
        return Verdict("one_place", {**seen, "said": _sentence(counted.bursts[0].said)})
    if counted.silent:
        return Verdict("silent", {**seen, "said": _sentence(counted.silent)})
    return Verdict("ok" if counted.days >= FEWEST_DAYS else "no_normal", seen)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
