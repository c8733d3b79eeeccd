"""The first page is there soon, on an ordinary phone too.

Most of your visitors come with a phone, on a train or in a kitchen. Every script and every picture has to reach them
first, and pages only ever grow. So you set a budget, and we weigh the page against it: what its HTML names. What a
phone makes of the page only a browser can say; that is Lighthouse, and where your CI has its results we read them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from checks import firewall
from checks.inventory import Inventory
from checks.measured import Budget, Lighthouse, Weight
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.page_weight import weigh
from checks.probe import Probe
from checks.registry import check

SCORE = 80
"""Lighthouse's score must be above this."""
USEFUL = 2500.0
"""Milliseconds until the largest part of the page is shown."""
RUNS = 3
"""Runs of Lighthouse below which a bad figure is a warning only: one run of the same page differs from the next."""
GROWTH = 1.10
"""Scripts may grow by so much from one version to the next."""
OTHERS = 250.0
"""Milliseconds for which scripts of others may keep a page busy."""
_AGAIN = (
    "Run Lighthouse again three times and hand over each result:"
    " `launch perf --lighthouse run1.json --lighthouse run2.json --lighthouse run3.json`."
)

OUTCOMES = {
    "ok": Outcome(
        Status.PASS,
        "The start page of {host} weighs {total_kb} kB in {requests} requests, {scripts_kb} kB of it scripts: within"
        " your budget",
    ),
    "quick": Outcome(
        Status.PASS,
        "On an ordinary phone the start page of {host} is useful after {lcp_s} s; Lighthouse gives it {score} of 100"
        " (middle of {runs} runs)",
    ),
    "slow_on_phones": Outcome(
        Status.FAIL,
        "On an ordinary phone the start page of {host} is useful after {lcp_s} s; aim for 2.5 (middle of {runs} runs)",
        impact="Many visitors leave before they have seen anything.",
        fix=(
            "Make the largest picture at the top smaller, and let it load first.",
            "Ask whether these are needed, or load them after the page: {parties}.",
            _AGAIN,
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "low_score": Outcome(
        Status.FAIL,
        "Lighthouse gives the start page of {host} {score} of 100; it should be more than 80 (middle of {runs} runs)",
        impact="On phones the page feels slow, and search engines rank slow pages lower.",
        fix=(
            "Open the report of Lighthouse: its first two suggestions bring most.",
            "Ask whether these are needed, or load them after the page: {parties}.",
            _AGAIN,
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "too_heavy": Outcome(
        Status.FAIL,
        "The start page of {host} is over your budget: {over}",
        impact="Visitors with a phone wait longer before they see anything.",
        fix=(
            "Look at the largest files first: {heaviest}.",
            "Make pictures smaller, and leave out what nobody uses; or raise the budget in launch.yml under `speed:`.",
            "Run it again: `launch perf --pages`.",
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "scripts_grew": Outcome(
        Status.FAIL,
        "This version makes visitors of {host} download {percent} % more script: {scripts_kb} kB, not {before_kb}",
        impact="On a phone every script costs twice: on the way, and when it is run.",
        fix=(
            "Look at the largest files: {heaviest}. A library that came in whole is the usual reason.",
            "If it is worth it, save the new weight as the one to compare with: `launch perf --pages --save FILE`.",
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "asks_again": Outcome(
        Status.WARN,
        "One load of the start page of {host} asks for the same data {times} times: {address}",
        impact="The page is slower than it needs to be, and a rush of visitors hits your server several times over.",
        fix=(
            "Ask your developer to fetch it once and keep it; usually a part of the page is drawn again and again.",
            _AGAIN,
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "held_up_by_others": Outcome(
        Status.WARN,
        "Scripts of others keep the start page of {host} busy for {others_ms} ms: {parties}",
        impact="For that time the page does not react to a finger.",
        fix=("Take out what nobody looks at, and load the rest after the page (async or defer).", _AGAIN),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "too_few_runs": Outcome(
        Status.WARN,
        "Lighthouse does not like the start page of {host} ({score} of 100, useful after {lcp_s} s), but {runs} of 3"
        " runs prove little",
        impact="Perhaps visitors with a phone wait; one run differs a lot from the next.",
        fix=(_AGAIN,),
        severity=Severity.LOW,
    ),
    "no_budget": Outcome(
        Status.NA,
        "It is not written down what the start page of {host} may weigh, so nobody weighs it",
        fix=("Add to launch.yml `speed:`, below it `budget:`, and below that `scripts: 300 kB` and `total: 1.5 MB`.",),
    ),
    "no_page": Outcome(Status.NA, "{host} shows no page at its start address, so there is nothing to weigh"),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not weigh the start page of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was weighed, what a browser measured, and what is allowed."""

    weight: Weight | None = None
    budget: Budget = field(default_factory=Budget)
    before: int | None = None
    """Bytes of script of the version before."""
    lighthouse: Lighthouse | None = None
    agent: str = firewall.AGENT


def _shows_pages(target: Target) -> bool:
    return target.purpose in (Purpose.MARKETING, Purpose.APP)


@check(
    "perf.page",
    title="First page soon there",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("PERF-5", "PERF-6", "PERF-9", "PERF-13"),
    measured=(
        "Where launch.yml has a budget, we fetch the start page and the files that its HTML names, at most 60, and add"
        " up the bytes as they were sent. Results of Lighthouse that your CI hands over are read: the middle of at"
        " least three runs must score above 80 and be useful within 2.5 s. How often scripts ask for the same data"
        " only a browser sees, so that comes from there too."
    ),
    verify="curl -sS --compressed -o /dev/null -v {url}",
    links=(
        "https://web.dev/articles/lcp",
        "https://web.dev/articles/performance-budgets-101",
        "https://developer.chrome.com/docs/lighthouse/performance/performance-scoring",
    ),
    applies=_shows_pages,
)
async def page(target: Target, probe: Probe) -> Verdict:
    """Weighed only where somebody wants to know; what CI handed over counts too."""
    inventory, host = target.inventory, target.host
    speed = inventory.speed
    weight = speed.weights.get(host)
    if weight is None and not speed.budget.empty:
        weight = await weigh(probe, f"https://{host}/")
    return judge(facts_of(inventory, host, weight))


def facts_of(inventory: Inventory, host: str, weight: Weight | None) -> Facts:
    """What is known about the start page of a host."""
    speed = inventory.speed
    return Facts(
        weight, speed.budget, speed.scripts_before.get(host), speed.lighthouse.get(host), firewall.agent(inventory)
    )


def judge(facts: Facts) -> Verdict:
    """What a phone shows first, then the budget, then what a browser saw besides."""
    seen = _seen(facts)
    weight, browser = facts.weight, facts.lighthouse
    for code, more in (*_phone(browser), *_heavy(facts), *_habits(browser)):
        return Verdict(code, seen | more)
    if weight is not None and weight.reason:
        return Verdict("blocked_by_firewall" if weight.blocked else "could_not_look", seen)
    if browser is not None and (browser.score is not None or browser.lcp_ms is not None):
        return Verdict("quick", seen)
    if weight is None:
        return Verdict("no_budget", seen)
    return Verdict("ok" if weight.html else "no_page", seen)


def _phone(browser: Lighthouse | None) -> Iterator[tuple[str, dict[str, Json]]]:
    if browser is None:
        return
    slow = browser.lcp_ms is not None and browser.lcp_ms > USEFUL
    low = browser.score is not None and browser.score <= SCORE
    if (slow or low) and browser.runs < RUNS:
        yield "too_few_runs", {}
    elif slow:
        yield "slow_on_phones", {}
    elif low:
        yield "low_score", {}


def _heavy(facts: Facts) -> Iterator[tuple[str, dict[str, Json]]]:
    weight, budget = facts.weight, facts.budget
    if weight is None or weight.reason or not weight.html:
        return
    more = "at least " if weight.at_least else ""
    over = [
        f"{more}{kb(is_)} kB {what}instead of {kb(may)} kB"
        for what, is_, may in (("of script ", weight.scripts, budget.scripts), ("", weight.total, budget.total))
        if may is not None and is_ > may
    ]
    if budget.requests is not None and weight.requests > budget.requests:
        over.append(f"{weight.requests} requests instead of {budget.requests}")
    if over:
        yield "too_heavy", {"over": "; ".join(over)}
    if facts.before and weight.scripts > facts.before * GROWTH:
        yield "scripts_grew", {"percent": round((weight.scripts / facts.before - 1) * 100)}


def _habits(browser: Lighthouse | None) -> Iterator[tuple[str, dict[str, Json]]]:
    if browser is None:
        return
    if browser.storms:
        address, times = browser.storms[0]
        yield "asks_again", {"address": address, "times": times}
    if browser.third_party_ms is not None and browser.third_party_ms > OTHERS:
        yield "held_up_by_others", {"others_ms": round(browser.third_party_ms)}


def _seen(facts: Facts) -> dict[str, Json]:
    seen: dict[str, Json] = {"agent": facts.agent}
    weight, browser = facts.weight, facts.lighthouse
    if weight is not None:
        seen |= {
            "total_kb": kb(weight.total),
            "scripts_kb": kb(weight.scripts),
            "pictures_kb": kb(weight.pictures),
            "requests": weight.requests,
            "missing": weight.missing,
            "server_ms": round(weight.server_ms),
            "heaviest": ", ".join(f"{address[:80]} ({kb(size)} kB)" for address, size in weight.heaviest) or "none",
            "reason": weight.blocked or weight.reason,
        }
    if facts.before:
        seen["before_kb"] = kb(facts.before)
    if browser is not None:
        seen |= {
            "score": "no score" if browser.score is None else browser.score,
            "lcp_s": "unknown" if browser.lcp_ms is None else round(browser.lcp_ms / 1000, 1),
            "runs": browser.runs,
            "parties": ", ".join(browser.third_parties) or "none were named",
        }
    return seen


def kb(size: int) -> int:
    """Kilobytes (1000 bytes), never 0 for something."""
    return max(1, round(size / 1000)) if size else 0
