"""The last version that went out is known, and it works.

Most outages begin with a change. Whoever is told of each deploy knows within a minute what changed, by whom, and what
the version before was; whoever tries the important paths right after it hears of a broken one before customers write.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.inventory import Deployed
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.moments import moment
from checks.registry import asks_nobody, check, main_domain

_BACK = "Go back to the version before: {back}. Type /launch runbook bad deploy, it leads you through."

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The last deploy, {version} on {at}, works: {tried}"),
    "broken": Outcome(
        Status.FAIL,
        "{broken} has not worked since {version} went live on {at}",
        impact="Customers have the broken version now. What it keeps from them, they try twice and then no more.",
        fix=(_BACK, "Then let the builder find out at leisure what was wrong with {version}."),
        severity=Severity.HIGH,
        runbook="bad_deploy",
    ),
    "failed": Outcome(
        Status.FAIL,
        "The last deploy, {version} on {at}, did not go out",
        impact="Customers still have the version before. What {version} was to repair is not repaired for them.",
        fix=(
            "Open the log of the deploy at your host: /launch deploys has the link. The last red lines say why.",
            "Do not press deploy again and again; customers are served by the version before.",
        ),
        severity=Severity.HIGH,
        runbook="bad_deploy",
    ),
    "not_seen": Outcome(
        Status.WARN,
        "The host says that {version} is live, and customers still get {shown}",
        impact="A repair that you believe to be out has not reached anybody.",
        fix=(
            "Look in the list of versions at your host which one is live.",
            "Empty the cache of what stands in front of it, if it keeps whole pages.",
        ),
        severity=Severity.MEDIUM,
        runbook="bad_deploy",
    ),
    "no_end": Outcome(
        Status.WARN,
        "The last deploy, {version}, began on {at}, and nobody has said how it ended",
        impact="Nobody knows which version customers have, so no alert can name the change that broke something.",
        fix=(
            "Look at your host how it ended, then type /launch deploy {version}, or /launch deploy failed {version}.",
        ),
        severity=Severity.MEDIUM,
    ),
    "not_tried": Outcome(
        Status.WARN,
        "{version} has been live since {at}, and nothing has tried whether it works",
        impact="A broken log-in or checkout is found by the first customer who writes instead of leaving.",
        fix=(
            "Add a ready walk under `flows` in launch.yml, such as `template: login`; it is walked after each deploy.",
            "Now, by hand: /launch smoke",
        ),
        severity=Severity.MEDIUM,
    ),
    "under_way": Outcome(
        Status.UNKNOWN,
        "{version} is going out or being tried right now",
        impact="Whether it works is not proven yet.",
        fix=("Ask again in three minutes.",),
    ),
    "none": Outcome(
        Status.NA,
        "No deploy of production was ever reported",
        fix=(
            "Let your host report deploys: docs/deploys.md has the steps for each; it takes five minutes.",
            "Or let the bot read it from your product: under `deploy.version`, `url: /version` and `header: X-Version`",
            "Or record one by hand: /launch deploy v1",
        ),
    ),
    "not_kept": Outcome(
        Status.NA,
        "The terminal keeps no record of deploys; ask the bot in Slack",
        fix=("Let the bot run (`launch run`), then type /launch deploys there.",),
    ),
}
_CODES = {"bad": "broken", "failed": "failed", "stuck": "no_end", "live": "not_tried", "good": "ok"}


@dataclass(frozen=True, slots=True)
class Facts:
    """The last deploy of production."""

    deployed: Deployed | None
    """None where nobody keeps it."""


@check(
    "rel.deploy_event",
    title="The last deploy is known, and works",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("REL-3", "REL-4", "REL-10"),
    measured=(
        "We look at the last deploy of production that your host, your CI or a person reported, or that was seen by the"
        " version your product shows: whether it went out, and what walking the flows right after it said."
    ),
    verify="curl -sS -o /dev/null -D - {url}",
    links=("https://sre.google/sre-book/release-engineering/",),
    applies=main_domain,
    again=False,
)
@asks_nobody
def deploy_event(target: Target) -> Verdict:
    """Nothing is asked: the last deploy stands in the inventory."""
    return judge(Facts(target.inventory.deployed))


def judge(facts: Facts) -> Verdict:
    """By how the last one stands."""
    last = facts.deployed
    if last is None:
        return Verdict("not_kept")
    if last.at is None:
        return Verdict("none")
    seen: dict[str, Json] = {
        "version": last.version,
        "at": moment(last.at),
        "tried": last.tried or "nothing is known to be broken",
        "broken": last.broken or "something",
        "back": last.back or "the one above it in your host's list",
        "shown": last.shown,
    }
    if last.shown:
        return Verdict("not_seen", seen)
    return Verdict(_CODES.get(last.stage, "under_way"), seen)
