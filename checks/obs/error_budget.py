"""There are minutes left this month in which something may break.

Nothing is up all the time. 99.9 % is what customers forgive: about 43 minutes of trouble in a month. While minutes are
left, you can bring out new things and take risks. When they are nearly gone, wait with what is risky and repair what
breaks. Announced work does not count, nor do the minutes in which the bot itself saw nothing; both are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.inventory import Spent
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.registry import asks_nobody, check

FEWEST_S = 3600.0
"""Seconds of a month that must have been seen."""
LOW = 0.25
"""Share that is left below which risky releases should wait."""

OUTCOMES = {
    "ok": Outcome(Status.PASS, "{left} of {allowed} minutes that {name} may be down are left this month{out}"),
    "low": Outcome(
        Status.WARN,
        "Only {left} of {allowed} minutes that {name} may be down are left this month{out}",
        impact="One more failure like the last ones, and customers lose their patience with it.",
        fix=(
            "Wait with risky releases until next month, or until what broke is repaired for good.",
            "Look at what used the minutes up: /launch incidents.",
        ),
        severity=Severity.MEDIUM,
        runbook="deploy_safely",
    ),
    "used_up": Outcome(
        Status.FAIL,
        "All {allowed} minutes that {name} may be down this month are used up, and {over} more{out}",
        impact="Customers have met trouble more often than they forgive.",
        fix=(
            "Bring out only repairs until next month.",
            "Look at what used the minutes up: /launch incidents. Repair the cause that comes again first.",
        ),
        severity=Severity.MEDIUM,
        runbook="deploy_safely",
    ),
    "too_early": Outcome(
        # Not "could not look": every new monitor begins like this, and there is nothing to repair.
        Status.NA,
        "Too early to say how many minutes are left for {name}: it was seen for {seen} minutes this month",
        fix=("Let the bot go on looking; after an hour it can say so.",),
    ),
    "not_watched": Outcome(
        Status.NA,
        "Nobody has watched {name} this month, so it is not known how long it was down",
        fix=("Let the bot run (`launch run`); the command in the terminal alone keeps no history.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """This month's minutes."""

    spent: Spent | None
    """None where nobody has kept any."""


@check(
    "obs.error_budget",
    title="Minutes are left for trouble",
    kind=Kind.MONITOR,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("OBS-4", "OBS-11"),
    measured=(
        "99.9 % of this calendar month may not be down: about 43 minutes. We add up the looks that failed. Announced"
        " work, and minutes in which the bot saw nothing, are left out and shown."
    ),
    verify="curl -sS -o /dev/null -D - {url}",
    links=("https://sre.google/workbook/error-budget-policy/",),
    again=False,
)
@asks_nobody
def error_budget(target: Target) -> Verdict:
    """Nothing is asked: this month's minutes stand in the inventory."""
    return judge(Facts(target.inventory.spent.get(target.name)))


def judge(facts: Facts) -> Verdict:
    """Whole minutes, cut: what is nearly gone is not called left."""
    spent = facts.spent
    if spent is None or spent.allowed_s <= 0:
        return Verdict("not_watched")
    left = spent.allowed_s - spent.used_s
    seen: dict[str, Json] = {
        "left": max(0, int(left // 60)),
        "allowed": int(spent.allowed_s // 60),
        "over": max(1, int(-left // 60)),
        "seen": int(spent.seen_s // 60),
        "out": _left_out(spent),
    }
    if spent.seen_s < FEWEST_S:
        return Verdict("too_early", seen)
    if left < 0:
        return Verdict("used_up", seen)
    return Verdict("low" if left < LOW * spent.allowed_s else "ok", seen)


def _left_out(spent: Spent) -> str:
    """` (left out: 2 hours of announced work)`; empty below a minute."""
    parts = [
        f"{_length(seconds)} {why}"
        for seconds, why in ((spent.excused_s, "of announced work"), (spent.unseen_s, "that nobody could see"))
        if seconds >= 60
    ]
    return f" (left out: {' and '.join(parts)})" if parts else ""


def _length(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{minutes // 60} hours"
