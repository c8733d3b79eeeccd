"""Trying works: what your customers do there hardly ever fails.

A page that is up may still fail every tenth customer, and those do not write to you, they leave. So we count over a
day: how many tries were there, how many failed? With few tries a percentage says nothing, so you read the bare numbers,
and it is called a failure only if chance is no longer a good explanation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from checks.inventory import History
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.perf.window import FEWEST, begin, tries
from checks.registry import asks_nobody, check

LIMIT = 0.01
"""Share of tries that may fail."""
ENOUGH = 100
"""Tries from which on a share below the limit can be shown."""
PATTERN = 3
"""Failures below which it may have been one bad moment."""
Z = 1.96
"""Of the normal distribution, for a confidence of 95 %."""

OUTCOMES = {
    "ok": Outcome(Status.PASS, "{failures} of {attempts} tries of {name} failed {window}: fewer than 1 in 100"),
    "some_failed": Outcome(
        Status.WARN,
        "{failures} of {attempts} tries of {name} failed {window}; normally none do",
        impact="A few customers met an error there. It may have been one bad moment.",
        fix=(
            "Look at the newest failure of {name} in the log at your host: which error does it name?",
            "See what the check up.http says about {name} now.",
            "Look again in a day; more failures than these need repair.",
        ),
        severity=Severity.MEDIUM,
        runbook="only_some_visitors",
    ),
    "too_many": Outcome(
        Status.FAIL,
        "{failures} of {attempts} tries of {name} failed {window}; normally none do, and chance does not explain it",
        impact="Customers meet an error there again and again, and leave without a word.",
        fix=(
            "Open the newest failure of {name} in the log at your host: it names the step and the error.",
            "If it began after a release, go back to the previous version.",
            "Look again in a day: fewer than 1 in 100 tries should fail.",
        ),
        severity=Severity.HIGH,
        runbook="only_some_visitors",
    ),
    "not_watched": Outcome(
        Status.NA,
        "Nobody has watched {name} for a while, so it is not known how often it fails; one look cannot tell it",
        fix=(
            "Let the bot run for a day (`launch run`); it looks at each monitor of launch.yml again and again.",
            "Then ask it in Slack: `/launch check perf`. The command in the terminal alone keeps no history.",
        ),
    ),
    "too_few": Outcome(
        Status.UNKNOWN,
        "Too early to say how often {name} fails: {failures} of {attempts} tries failed {window}",
        impact="Nothing is proven either way: so few tries do not show whether fewer than 1 in 100 fail.",
        fix=("Let the bot go on looking; from 100 tries on it can say so.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen so far."""

    history: History | None
    """None where nobody has kept any."""


@check(
    "perf.error_rate",
    title="Hardly anything fails",
    kind=Kind.MONITOR,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("PERF-4",),
    measured=(
        "We count the bot's looks of the last day and those that failed. It is a failure if at least three failed and"
        " the lower end of the Wilson interval (95 %) is above 1 in 100."
    ),
    verify="curl -sS -o /dev/null -D - {url}",
    links=(
        "https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval",
        "https://sre.google/workbook/alerting-on-slos/",
    ),
    again=False,
)
@asks_nobody
def error_rate(target: Target) -> Verdict:
    """Nothing is asked: the history stands in the inventory."""
    return judge(Facts(target.inventory.history.get(target.name)))


def judge(facts: Facts) -> Verdict:
    """Chance is ruled out before anything is called broken; numbers are said as they are."""
    history = facts.history
    failures, attempts = tries(history) if history is not None else (0, 0)
    if history is None or not attempts:
        return Verdict("not_watched")
    seen: dict[str, Json] = {"failures": failures, "attempts": attempts, "window": begin(history)}
    if failures >= PATTERN and attempts >= FEWEST and surely(failures, attempts) > LIMIT:
        return Verdict("too_many", seen)
    if attempts >= ENOUGH and failures / attempts < LIMIT:
        return Verdict("ok", seen)
    return Verdict("some_failed" if failures and attempts >= FEWEST else "too_few", seen)


def surely(failures: int, attempts: int) -> float:
    """Lower end of the Wilson score interval: the share that fails is hardly smaller than this."""
    share, square = failures / attempts, Z * Z
    middle = share + square / (2 * attempts)
    spread = Z * math.sqrt((share * (1 - share) + square / (4 * attempts)) / attempts)
    return max(0.0, (middle - spread) / (1 + square / attempts))
