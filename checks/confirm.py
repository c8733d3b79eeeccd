"""A bad answer is looked at once more, by a second path, before it is said aloud.

Only FAIL and WARN are looked at again, and only once; not where the check says that its answer rests on many tries
already (`Check.again`). Bad both times: confirmed, said with what both looks support.
Good the second time, or not to be seen: UNKNOWN, with both answers named. A false alarm costs more trust than a pause.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from checks import finding as findings
from checks.model import Asked, Finding, Status, Verdict

if TYPE_CHECKING:
    from checks.probe import Probe
    from checks.runner import Job, Look, Vantage

log = logging.getLogger(__name__)


class SecondPath:
    """Opens the second path when it is first wanted, and once: whoever looks again shares what it has seen."""

    def __init__(self, probe: Vantage, stack: AsyncExitStack) -> None:
        self._probe = probe
        self._stack = stack
        self._opening = asyncio.Lock()
        self._opened: Probe | None = None

    async def open(self) -> Probe:
        """The second path; closed with the stack."""
        async with self._opening:
            if self._opened is None:
                path = self._probe.second_path()
                if isinstance(path, AbstractAsyncContextManager):
                    path = await self._stack.enter_async_context(path)
                self._opened = path
            return self._opened


async def again(
    jobs: Sequence[Job], first: Sequence[Finding], second: SecondPath, look: Look, ends: float
) -> list[Finding]:
    """The findings with every bad one confirmed or withdrawn; `ends` is the loop time at which the run ends."""
    bad = [place for place, finding in enumerate(first) if finding.status.bad and jobs[place].check.again]
    answers = list(first)
    if not bad:
        return answers
    look.tell.more(len(bad))
    try:
        slots = asyncio.Semaphore(max(1, len(bad)))
        other = replace(look, probe=await second.open(), slots=slots, ends=ends)
        seconds = await other.all([jobs[place] for place in bad])
    except Exception:
        log.exception("no second path")
        at = look.probe.now()
        verdict = Verdict("budget", {"reason": "budget", "seconds": 0})
        seconds = [findings.build(jobs[place].check, jobs[place].target, verdict, at=at) for place in bad]
    for place, second_finding in zip(bad, seconds, strict=True):
        answers[place] = settle(jobs[place], first[place], second_finding)
    return answers


def settle(job: Job, first: Finding, second: Finding) -> Finding:
    """What both looks together allow to be said."""
    evidence = (*first.evidence, *(replace(asked, what=f"second look: {asked.what}") for asked in second.evidence))
    took_ms = first.took_ms + second.took_ms
    if second.status.bad:
        milder = second if _badness(second) > _badness(first) else first
        return replace(milder, evidence=_short(evidence), took_ms=took_ms)
    verdict = Verdict(
        "unconfirmed",
        {
            "reason": "unconfirmed",
            "first": first.summary,
            "first_code": first.code,
            "first_status": first.status.value,
            "first_severity": first.severity.value,
            "second": second.summary,
            "second_code": second.code,
            "second_status": second.status.value,
        },
    )
    at = first.at if second.at is None else second.at
    if at is None:
        raise ValueError("a finding of the engine has a time")
    return findings.build(job.check, job.target, verdict, at=at, took_ms=took_ms, evidence=_short(evidence))


def _badness(finding: Finding) -> tuple[bool, int]:
    """Smaller is worse."""
    return (finding.status is not Status.FAIL, finding.severity.rank)


def _short(evidence: tuple[Asked, ...]) -> tuple[Asked, ...]:
    return evidence[: findings.EVIDENCE]
