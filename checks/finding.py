"""The one place where a verdict becomes a finding: its words filled in, its secrets masked, its size bounded."""

from __future__ import annotations

import re
import shlex
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from checks.masking import clip, mask, mask_json
from checks.model import Asked, Check, Finding, Json, Outcome, Severity, Status, Target, Verdict

SUMMARY, IMPACT, STEP, ANSWER, VERIFY_VALUE = 300, 600, 600, 500, 250
"""Longest texts, in characters."""
STEPS, EVIDENCE = 12, 60
"""Most steps of a fix and most pieces of evidence of one finding."""

ENGINE_OUTCOMES: Mapping[str, Outcome] = MappingProxyType(
    {
        "bug": Outcome(
            Status.UNKNOWN,
            "We could not look: our own check stopped with an error ({type} at {place})",
            impact="This says nothing about your product.",
            fix=("Run the check again; if it stops again, report it with the words above.",),
        ),
        "budget": Outcome(
            Status.UNKNOWN,
            "We could not finish looking within {seconds} s",
            impact="Nothing is proven either way.",
            fix=("Run this check alone: `launch check --only {check}`.",),
        ),
        "offline": Outcome(
            Status.UNKNOWN,
            "We could not look: our own connection to the internet is down",
            impact="This says nothing about your product.",
            fix=("Bring the bot's own connection back, then run the check again.",),
        ),
        "unconfirmed": Outcome(
            Status.UNKNOWN,
            "Two looks disagree: first “{first}”, then “{second}”",
            impact="Some of your customers may meet the problem, others not; or it was a passing fault.",
            fix=("Run the check again in a few minutes; if the answers keep changing, treat the worse one as true.",),
        ),
    }
)
"""What the engine itself answers in place of a check; a check's own table must not use these codes."""

_HOLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def text_of(value: Json) -> str:
    """A value as a person would write it: lists with commas, numbers without a tail of zeros."""
    if value is None:
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {text_of(item)}" for key, item in value.items())
    return ", ".join(text_of(item) for item in value)


def _values(target: Target, seen: Mapping[str, Json]) -> dict[str, Json]:
    return {"host": target.host, "name": target.name, "url": target.url, "domain": target.inventory.domain, **seen}


def fill(words: str, values: Mapping[str, Json]) -> str:
    """The words with each `{name}` replaced by its value; what is missing shows as "?"."""
    return _HOLE.sub(lambda hole: text_of(values.get(hole[1])), words)


def wanted(check: Check, code: str) -> tuple[str, ...]:
    """Names of the values that the words of an outcome ask for. Raises `KeyError` for a code that nobody knows."""
    engine = code in ENGINE_OUTCOMES and code not in check.outcomes
    outcome = ENGINE_OUTCOMES[code] if engine else check.outcomes[code]
    return tuple(dict.fromkeys(_HOLE.findall(" ".join((outcome.summary, outcome.impact, *outcome.fix, check.verify)))))


def holes(check: Check, target: Target, verdict: Verdict) -> tuple[str, ...]:
    """Names that the words of this outcome ask for and the verdict does not give: a mistake in the check."""
    values = _values(target, verdict.seen)
    return tuple(name for name in wanted(check, verdict.code) if values.get(name) is None)


def _command(template: str, values: Mapping[str, Json]) -> str:
    """The command to see it oneself. Values are masked, cut and quoted one by one, so no value can end its quotes."""

    def quoted(hole: re.Match[str]) -> str:
        value = values.get(hole[1])
        many = value if isinstance(value, list | tuple) else [value]
        return " ".join(shlex.quote(clip(mask(text_of(one)), VERIFY_VALUE).replace("\n", " ")) for one in many[:20])

    return _HOLE.sub(quoted, template)


def _said(words: str, values: Mapping[str, Json], longest: int) -> str:
    return clip(mask(fill(words, values)), longest)


def build(
    check: Check,
    target: Target,
    verdict: Verdict,
    *,
    at: datetime,
    took_ms: int = 0,
    evidence: Sequence[Asked] = (),
) -> Finding:
    """The finding of this verdict. A code that neither the check nor the engine knows raises `KeyError`."""
    engine = verdict.code in ENGINE_OUTCOMES and verdict.code not in check.outcomes
    outcome = ENGINE_OUTCOMES[verdict.code] if engine else check.outcomes[verdict.code]
    seen = mask_json(dict(verdict.seen))
    values = _values(target, seen if isinstance(seen, Mapping) else {}) | ({"check": check.id} if engine else {})
    # What could not be seen matters as much as the question that stays open.
    severity = check.severity if engine or outcome.status is Status.UNKNOWN else outcome.severity
    return Finding(
        check=check.id,
        target=target.name,
        code=verdict.code,
        status=outcome.status,
        severity=severity.capped(check.worst),
        summary=_said(outcome.summary, values, SUMMARY),
        impact=_said(outcome.impact, values, IMPACT),
        fix=tuple(_said(step, values, STEP) for step in outcome.fix[:STEPS]),
        seen=seen if isinstance(seen, Mapping) else {},
        verify=_command(check.verify, values),
        links=check.links,
        owner=target.owner,
        requirements=check.requirements,
        took_ms=took_ms,
        evidence=tuple(_shown(one) for one in evidence[:EVIDENCE]),
        at=at,
        kind=target.kind,
        service=target.service,
        environment=target.environment,
        breaks=outcome.breaks,
        blocker_class=check.severity is Severity.BLOCKER,
        runbook=outcome.runbook,
    )


def _shown(asked: Asked) -> Asked:
    return Asked(
        what=clip(mask(asked.what[: ANSWER * 8]), ANSWER),
        of=clip(mask(asked.of[: ANSWER * 8]), 200),
        answer=clip(mask(asked.answer[: ANSWER * 8]), ANSWER),
        took_ms=asked.took_ms,
    )


def where(error: BaseException) -> str:
    """File and line where an error came from, the innermost one of our own: `checks/mail/spf.py:88`."""
    root = Path(__file__).resolve().parent.parent
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        path = Path(frame.filename)
        if path.is_relative_to(root) and ".venv" not in path.parts:
            return f"{path.relative_to(root).as_posix()}:{frame.lineno}"
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"
