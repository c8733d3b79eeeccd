"""Nearly all of your customers get a quick answer.

An average hides the customers who wait. So we look at the slowest answer that 19 of 20 people still get: if that is
quick, the product feels quick. What counts as quick depends on the page: a log-in must answer at once, a long list may
take a moment. We measure what your server needs, not the way through the internet, and say nothing before twenty looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from checks.inventory import History, Inventory, Monitor
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.perf.window import FEWEST, begin, tries, usable
from checks.ranks import nearest_rank
from checks.registry import asks_nobody, check

NEAR = 1.25
"""So many times the target is still only a warning."""
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "page": "a page",
        "cached_read": "an often asked API answer",
        "auth": "a log-in",
        "billing": "a payment",
        "dashboard": "a dashboard",
        "dashboard_uncached": "a dashboard that is worked out anew",
        "admin": "an admin page",
        "webhook": "an address for messages",
    }
)
"""What each class of endpoint is to a founder."""
STRICT: Mapping[str, int] = MappingProxyType(
    {
        "page": 800,
        "cached_read": 300,
        "auth": 500,
        "billing": 500,
        "dashboard": 500,
        "dashboard_uncached": 800,
        "admin": 500,
        "webhook": 1000,
    }
)
"""Milliseconds of server time, per class: the strictest of all presets."""
PRESETS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        # Every wait before the basket costs an order, so nothing is relaxed but the page that only the shop sees.
        "ecommerce": {"admin": 1000},
        # Buyers search and sellers keep their shop there all day: both sides get the strict numbers.
        "marketplace": {},
        # The feed is read again and again; it is only worked out anew now and then.
        "community": {"admin": 1000},
        # People come for a lesson or a download and stay with it; they open few pages, and only the creator the desk.
        "creator": {"cached_read": 500, "dashboard": 800, "admin": 1000},
        "coach": {"cached_read": 500, "dashboard": 800, "admin": 1000},
    }
)
"""Per kind of product the classes that may be slower than the strictest; log-in and payment never may."""
LIMITS: Mapping[str, int] = MappingProxyType({"admin": 1000, "webhook": 5000})
"""Classes with a second number, up to which being slower is a warning only; for the others it is `NEAR` x the target.

A sender of messages gives up after ten seconds or more, so five are late but not yet lost.
"""
MODEL = frozenset({"dashboard", "dashboard_uncached"})
"""Classes whose target doubles where a language model writes the answer."""

OUTCOMES = {
    "ok": Outcome(
        Status.PASS,
        "{name} is quick: 19 of 20 answers came within {p95_ms} ms (target for {what} {target_ms} ms, {count} looks)",
    ),
    "near": Outcome(
        Status.WARN,
        "{name} is a little slow: 19 of 20 answers came within {p95_ms} ms, the target for {what} is {target_ms} ms"
        " ({count} looks)",
        impact="Customers notice a short wait at each click.",
        fix=(
            "Ask your developer what {name} does before it answers; a missing database index is the usual reason.",
            "Look again in a day: the target is 19 of 20 answers within {target_ms} ms.",
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "slow": Outcome(
        Status.FAIL,
        "{name} is slow: 19 of 20 answers came within {p95_ms} ms, the target for {what} is {target_ms} ms"
        " ({count} looks)",
        impact="Customers wait at each click, and some give up before they have signed up or paid.",
        fix=(
            "Ask your developer for the query plan of what {url} asks the database, slowest query first.",
            "At your host look whether processor or memory is used up when it is slow.",
            "Look again in a day: the target is 19 of 20 answers within {target_ms} ms.",
        ),
        severity=Severity.HIGH,
        runbook="slow_pages",
    ),
    "not_watched": Outcome(
        Status.NA,
        "Nobody has watched {name} for a while, so its usual speed is not known; one look cannot tell it",
        fix=(
            "Let the bot run for a day (`launch run`); it looks at each monitor of launch.yml again and again.",
            "Then ask it in Slack: `/launch check perf`. The command in the terminal alone keeps no history.",
        ),
    ),
    "no_class": Outcome(
        Status.NA,
        "It is not written down what {name} is, so there is no target for its speed: 19 of 20 answers came within"
        " {p95_ms} ms ({count} looks)",
        fix=(
            "In launch.yml add to the monitor {name} the line `endpoint: page`, or what it is: {classes}.",
            "Then check again.",
        ),
    ),
    "too_few": Outcome(
        Status.UNKNOWN,
        "Too early to say how quick {name} is: {count} answers {window}, the slowest took {slowest_ms} ms",
        impact="Nothing is proven either way.",
        fix=("Let the bot go on looking; from 20 answers on it can say what is usual.",),
    ),
    "no_answers": Outcome(
        Status.UNKNOWN,
        "There is no speed to measure: none of {attempts} looks at {name} was answered as it should be"
        " ({window}){because}",
        impact="Nothing is proven about its speed. That nothing answers is a matter for the check up.http.",
        fix=("See first what the check up.http says about {name}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen so far, and what is written down."""

    history: History | None
    """None where nobody has kept any."""
    endpoint: str = ""
    """A key of `WORDS`; empty where nobody said."""
    target_ms: int = 0
    """0 where there is none."""


@check(
    "perf.p95",
    title="Quick for nearly everybody",
    kind=Kind.MONITOR,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("PERF-1", "PERF-2", "PERF-3", "PERF-10"),
    measured=(
        "From the bot's looks of the last day we take the time until the first byte without that for reaching the"
        " server, sort them, and read the one that 95 in 100 do not exceed (nearest rank). The target depends on what"
        " the page is and on the kind of product; where that is not written down, the strictest counts."
    ),
    verify="curl -sS -v --trace-time -o /dev/null {url}",
    links=(
        "https://web.dev/articles/ttfb",
        "https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method",
        "https://sre.google/sre-book/service-level-objectives/",
    ),
    again=False,
)
@asks_nobody
def p95(target: Target) -> Verdict:
    """Nothing is asked: the history stands in the inventory."""
    history = target.inventory.history.get(target.name)
    monitor = target.monitor or Monitor(target.name, target.url)
    endpoint = endpoint_of(monitor, history, target.inventory)
    return judge(Facts(history, endpoint, target_of(endpoint, target.inventory)))


def endpoint_of(monitor: Monitor, history: History | None, inventory: Inventory) -> str:
    """The class as written down, else as the flow or the host tells it; empty where nothing does."""
    said = monitor.endpoint or (history.endpoint if history is not None else "")
    if said in WORDS:
        return said
    of_flow = {"login": "auth", "signup": "auth", "payment": "billing"}.get(monitor.flow, "")
    if of_flow:
        return of_flow
    host = monitor.url.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    purpose = next((one.purpose for one in inventory.hosts if one.name == host), Purpose.OTHER)
    return {Purpose.MARKETING: "page", Purpose.HELP: "page", Purpose.ADMIN: "admin"}.get(purpose, "")


def target_of(endpoint: str, inventory: Inventory) -> int:
    """Milliseconds that 19 of 20 answers may take; 0 for a class that nobody knows."""
    if endpoint not in STRICT:
        return 0
    milliseconds = PRESETS.get(inventory.kind, {}).get(endpoint, STRICT[endpoint])
    return milliseconds * 2 if inventory.has_ai and endpoint in MODEL else milliseconds


def judge(facts: Facts) -> Verdict:
    """Enough looks first, then whether there is a target, then the target."""
    history = facts.history
    if history is None or not (history.attempts or history.server_ms):
        return Verdict("not_watched")
    times = usable(history)
    _, attempts = tries(history)
    seen: dict[str, Json] = {"count": len(times), "attempts": attempts, "window": begin(history)}
    if not times:
        return Verdict("no_answers", seen | {"because": f": {history.reason}" if history.reason else ""})
    seen |= {"slowest_ms": round(times[-1]), "classes": tuple(WORDS)}
    if len(times) < FEWEST:
        return Verdict("too_few", seen)
    value = nearest_rank(times)
    seen |= {"p95_ms": round(value), "median_ms": round(nearest_rank(times, 0.5)), "endpoint": facts.endpoint}
    if not facts.target_ms:
        return Verdict("no_class", seen)
    seen |= {"target_ms": facts.target_ms, "what": WORDS[facts.endpoint]}
    if value <= facts.target_ms:
        return Verdict("ok", seen)
    return Verdict("near" if value <= worst_of(facts.endpoint, facts.target_ms) else "slow", seen)


def worst_of(endpoint: str, target_ms: int) -> float:
    """Milliseconds up to which being slower than the target is a warning only."""
    return max(target_ms * NEAR, LIMITS.get(endpoint, 0))
