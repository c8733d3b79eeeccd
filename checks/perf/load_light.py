"""Ten visitors a second do not bring your product to its knees.

A launch brings more visitors in an hour than the weeks before. What was quick for one may be slow for ten. So, only
where you allow it, we send a light load to one or two addresses: two requests a second, then five, then ten, twenty
seconds each. It stops by itself when it hurts. Visitors do not wait for each other, so every request goes out when it
is due and is timed from that moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.load_model import ENOUGH, ERRORS, Ended, Load
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.moments import moment
from checks.registry import asks_nobody, check
from checks.regression import ABSOLUTE

TIMES = 2.0
"""So many times what it needs at two a second it may need at ten."""
PASSING = 0.01
"""Share of errors from which on it is not in order."""
CACHED = 0.5
"""Share of answers out of a cache above which the server itself was hardly asked."""
LATE = 100.0
"""Milliseconds of delay of our own above which the figures are not the server's."""

OUTCOMES = {
    "ok": Outcome(
        Status.PASS,
        "{name} stays quick under a light load: at {rate} requests a second 19 of 20 answers came within {p95_ms} ms,"
        " {bad} of {sent} failed",
    ),
    "slower": Outcome(
        Status.FAIL,
        "With {rate} visitors a second {name} becomes {times} times slower: {p95_ms} ms instead of {idle_ms} ms",
        impact="On a good day, such as the day of your launch, everybody waits.",
        fix=(
            "Ask your developer to keep the answer of {name} for some seconds (a cache), or give its query an index.",
            "At your host look whether one more instance is allowed to start when it gets busy.",
            "Run it again: `/launch perf load {name}`.",
        ),
        severity=Severity.MEDIUM,
        runbook="traffic_spike_or_attack",
    ),
    "too_slow": Outcome(
        Status.FAIL,
        "With {rate} visitors a second {name} needs more than 3 seconds for an answer; the test stopped there",
        impact="On a good day, such as the day of your launch, nobody gets through.",
        fix=(
            "Ask your developer what {name} waits for under load: often a database with few connections.",
            "At your host look whether one more instance is allowed to start when it gets busy.",
            "Run it again: `/launch perf load {name}`.",
        ),
        severity=Severity.MEDIUM,
        runbook="traffic_spike_or_attack",
    ),
    "errors": Outcome(
        Status.FAIL,
        "{bad} of {sent} requests to {name} failed at up to {rate} visitors a second",
        impact="On a good day, such as the day of your launch, some visitors get an error page.",
        fix=(
            "Look in the log at your host what failed at that time: often memory, or too many database connections.",
            "Run it again: `/launch perf load {name}`.",
        ),
        severity=Severity.MEDIUM,
        runbook="traffic_spike_or_attack",
    ),
    "not_allowed": Outcome(
        Status.NA,
        "Whether {name} stands a light load is not tried without your leave",
        fix=(
            "Add to launch.yml, under the host {host}: intrusive: true (at most 350 requests in a minute, only GET).",
            "Then run `/launch perf load {name}`.",
        ),
    ),
    "not_measured": Outcome(
        Status.NA,
        "Nobody has tried whether {name} stands a light load",
        fix=("Run `/launch perf load {name}` in Slack, or `launch perf --load {name}` in a terminal.",),
    ),
    "only_cache": Outcome(
        Status.UNKNOWN,
        "{hits} of {sent} answers of {name} came from a cache in front of your server, so the server was hardly asked",
        impact="Nothing is proven about the server; for visitors of that page the cache is good news.",
        fix=("Choose an address that every customer gets anew, such as a dashboard or a search.",),
    ),
    "turned_away": Outcome(
        Status.UNKNOWN,
        "Your own limit or firewall turned {turned} of {sent} requests to {name} away",
        impact="Nothing is proven about the server. That there is a limit is good.",
        fix=("Let this bot through for the time of the test ({agent} is in its User-Agent), then run it again.",),
    ),
    "noisy": Outcome(
        Status.UNKNOWN,
        "The machine that measured {name} was too busy itself: its requests went out {late_ms} ms late",
        impact="Nothing is proven either way.",
        fix=("Run it again from a machine that does nothing else.",),
    ),
    "cut_short": Outcome(
        Status.UNKNOWN,
        "The load test of {name} was stopped after {sent} requests",
        impact="Nothing is proven either way.",
        fix=("Run it again: `/launch perf load {name}`.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "The load test of {name} could not begin: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the check up.http says about {name}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The last test, and whether one is allowed."""

    load: Load | None
    allowed: bool = True
    agent: str = "LaunchReady"


@check(
    "perf.load_light",
    title="Stands a light load",
    kind=Kind.MONITOR,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("PERF-8",),
    measured=(
        "Only where launch.yml allows it: at most 350 GET requests to one address, 2, 5 and 10 a second for 20 seconds"
        " each, sent when they are due whatever became of those before, timed from then on. It stops when more than 2"
        " in 100 fail or 19 of 20 answers need more than 3 seconds. In order is: within twice the time at 2 a second,"
        " fewer than 1 in 100 failed."
    ),
    verify="launch perf --load {url}",
    links=(
        "https://grafana.com/docs/k6/latest/using-k6/scenarios/concepts/open-vs-closed/",
        "https://www.scylladb.com/2021/04/22/on-coordinated-omission/",
    ),
    again=False,
)
@asks_nobody
def load_light(target: Target) -> Verdict:
    """Nothing is sent: the last test stands in the inventory."""
    from checks.firewall import agent

    inventory = target.inventory
    allowed = target.host in inventory.opt_in
    return judge(Facts(inventory.speed.loads.get(target.name), allowed, agent(inventory)))


def judge(facts: Facts) -> Verdict:
    """Whether it may be said at all first, then what hurt, then how much slower it became."""
    load = facts.load
    if load is None:
        return Verdict("not_measured" if facts.allowed else "not_allowed")
    if load.ended is Ended.NO_START or not load.steps:
        return Verdict("could_not_look", {"reason": load.reason or "not a single request was answered"})
    idle, top = load.steps[0], load.steps[-1]
    seen: dict[str, Json] = {
        "rate": round(top.rate),
        "sent": load.sent,
        "bad": load.bad,
        "hits": load.hits,
        "turned": load.turned_away,
        "p95_ms": round(top.p95),
        "idle_ms": round(idle.p95),
        "late_ms": round(load.late_ms),
        "connections": load.connections,
        "agent": facts.agent,
        "statuses": {str(status): count for status, count in load.statuses},
    }
    if load.at is not None:
        seen["at"] = moment(load.at)
    if load.turned_away > ERRORS * load.sent:
        return Verdict("turned_away", seen)
    if load.ended is Ended.ERRORS:
        return Verdict("errors", seen)
    if load.late_ms > LATE:
        return Verdict("noisy", seen)
    if load.ended is Ended.SLOW:
        return Verdict("too_slow", seen)
    if load.ended is Ended.STOPPED or top.sent < ENOUGH:
        return Verdict("cut_short", seen)
    if load.bad >= PASSING * load.sent:
        return Verdict("errors", seen)
    if load.hits > CACHED * load.sent:
        return Verdict("only_cache", seen)
    times = top.p95 / idle.p95 if idle.p95 else 1.0
    if times > TIMES and top.p95 - idle.p95 > ABSOLUTE:
        return Verdict("slower", {**seen, "times": round(times, 1)})
    return Verdict("ok", seen)
