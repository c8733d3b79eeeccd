"""A new release is not slower than the one before it.

A page rarely becomes slow at once. It becomes a fifth slower with this release and a fifth with the next, and nobody
notices until customers leave. So before a release goes live, the new version and the old one are asked in turns, and
a growth of more than a fifth stops it. Machines in CI are noisy: what chance may explain is a warning, no more.
"""

from __future__ import annotations

from checks.measured import Compared
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.registry import asks_nobody, check
from checks.regression import LIMIT, Call

OUTCOMES = {
    "ok": Outcome(
        Status.PASS,
        "{name} is no slower than {against}: 19 of 20 answers within {candidate_ms} ms, before {baseline_ms} ms"
        " ({pairs} samples each)",
    ),
    "slower": Outcome(
        Status.FAIL,
        "This release makes {name} {percent} % slower than {against} ({pairs} samples each, seen twice)",
        impact="Customers wait longer at each click there, and some give up before they have signed up or paid.",
        fix=(
            "Hold the release.",
            "Ask your developer what {name} does now that it did not do before: compare its database queries.",
            "Repair that, then run the gate again: `launch perf --against` and the address of the old version.",
        ),
        severity=Severity.HIGH,
        runbook="bad_deploy",
    ),
    "noisy": Outcome(
        Status.WARN,
        "{name} looks {percent} % slower than {against}, but the machine that measured was too noisy to say so"
        " ({pairs} samples each)",
        impact="Perhaps customers wait a little longer there; perhaps nothing changed.",
        fix=(
            "Run the gate again at a quiet moment, from a machine that does nothing else.",
            "Compare with a running old version instead of stored figures: `launch perf --against` and its address.",
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "not_compared": Outcome(
        Status.NA,
        "No release was compared with the one before it, so it is not known whether {name} became slower",
        fix=("In your CI, before a release goes live: `launch perf --tell --against` with the old version's address.",),
    ),
    "could_not_compare": Outcome(
        Status.UNKNOWN,
        "{name} could not be compared with {against}: {reason}",
        impact="Nothing is proven either way: the release may be slower.",
        fix=("See that both versions answer, then run the gate again.",),
    ),
}


@check(
    "perf.gate",
    title="No slower than the last release",
    kind=Kind.MONITOR,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("PERF-7", "PERF-9"),
    measured=(
        "`launch perf --against` asks both versions in turns, 60 to 720 times each after 5 to warm up, takes out what"
        " slowed both, and compares what 19 of 20 answers stay below. Slower is more than 20 % and 30 ms, beyond what"
        " shuffling the answers brings about by chance, shown by two runs."
    ),
    verify="launch perf --against {url}",
    links=(
        "https://en.wikipedia.org/wiki/Permutation_test",
        "https://sre.google/sre-book/release-engineering/",
    ),
    again=False,
)
@asks_nobody
def gate(target: Target) -> Verdict:
    """Nothing is asked: the comparison stands in the inventory."""
    return judge(target.inventory.speed.compared.get(target.name))


def judge(facts: Compared | None) -> Verdict:
    """What the statistics said, in words; None: nobody compared."""
    if facts is None:
        return Verdict("not_compared")
    if facts.call is None:
        return Verdict("could_not_compare", {"against": facts.against, "reason": facts.reason})
    seen: dict[str, Json] = {
        "against": facts.against,
        "pairs": facts.pairs,
        "percent": round(facts.growth * 100),
        "baseline_ms": round(facts.baseline_ms),
        "candidate_ms": round(facts.candidate_ms),
        "limit_percent": round((LIMIT - 1) * 100),
    }
    if facts.low or facts.high:
        seen |= {"from_percent": round(facts.low * 100), "to_percent": round(facts.high * 100)}
    return Verdict({Call.SAME: "ok", Call.SLOWER: "slower", Call.NOISY: "noisy"}[facts.call], seen)
