"""Somebody has tried lately to go back to the version before.

A bad version goes live sooner or later. Then the quickest repair is the version before it, if somebody knows where the
button is and that it works: that the host keeps old versions, that the database still fits. Whoever tries it for the
first time while customers wait needs an hour. Whoever has tried it on a quiet day needs minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from checks.inventory import Rollback
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.moments import moment
from checks.registry import asks_nobody, check, main_domain

STALE = timedelta(days=90)
"""Longer ago it proves little: the host, the code and the people have changed."""
_STEPS = "Type /launch release rollback on a quiet day. It takes ten minutes: who can, where is the button, try it."

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Going back to an older version was last tried on {at}{took}"),
    "never": Outcome(
        Status.WARN,
        "Nobody has ever tried to go back to the version before",
        impact="When a new version breaks something, customers wait until somebody has found out how it is undone.",
        fix=(
            _STEPS,
            "Write down what you found under `deploy` in launch.yml: `roll_back: [first step, second step]`.",
        ),
        severity=Severity.HIGH,
        runbook="roll_back_a_deploy",
    ),
    "long_ago": Outcome(
        Status.WARN,
        "Going back to an older version was last tried on {at}, {days} days ago",
        impact="Much has changed since; whether it still works shows only when customers wait for it.",
        fix=(_STEPS,),
        severity=Severity.MEDIUM,
        runbook="roll_back_a_deploy",
    ),
    "going_on": Outcome(
        Status.UNKNOWN,
        "Somebody tries to go back to an older version right now",
        impact="Whether it works is known when they are through.",
        fix=("Let them finish, then look again. Where it stands: /launch release again.",),
    ),
    "not_kept": Outcome(
        Status.NA,
        "The terminal keeps no record of rollbacks that were tried; ask the bot in Slack",
        fix=("Let the bot run (`launch run`), then type /launch release rollback there.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The last try."""

    rollback: Rollback | None
    """None where nobody keeps it."""


@check(
    "rel.rollback_drill",
    title="Going back has been tried",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("REL-5", "REL-7", "REL-11"),
    measured=(
        "We look at when somebody last walked through /launch release rollback to its end, or repaired the fire drill"
        " of a bad deploy. Never, or more than 90 days ago, is a warning."
    ),
    verify="git log --oneline -5",
    links=("https://sre.google/sre-book/release-engineering/",),
    applies=main_domain,
    again=False,
)
@asks_nobody
def rollback_drill(target: Target) -> Verdict:
    """Nothing is asked: the last try stands in the inventory."""
    return judge(Facts(target.inventory.rollback))


def judge(facts: Facts) -> Verdict:
    """Never is worse than long ago."""
    tried = facts.rollback
    if tried is None:
        return Verdict("not_kept")
    if tried.at is None:
        return Verdict("going_on" if tried.live else "never")
    days = (tried.now - tried.at).days if tried.now is not None else 0
    minutes = None if tried.took_s is None else max(1, round(tried.took_s / 60))
    took = f" and took {minutes} minute{'' if minutes == 1 else 's'}" if minutes is not None else ""
    seen: dict[str, Json] = {"at": moment(tried.at), "days": days, "took": took}
    return Verdict("long_ago" if tried.now is not None and tried.now - tried.at > STALE else "ok", seen)
