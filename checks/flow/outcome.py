"""What the steps of a walk come to: one answer for the flow, and one sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from checks.flow.model import Flow, FlowSeen, State, StepSeen

_TIME = frozenset({"timeout", "out_of_time"})
_OWN_CODE = frozenset({"forged_accepted", "still_open", "webhook_too_slow"})
_UNREACHABLE = frozenset({"unreachable", "no_answer"})
_UNSURE = frozenset({"blocked", "captcha", "foreign_host", "browser_missing", "offline", "not_reached"})


def seen_of(
    flow: Flow, steps: tuple[StepSeen, ...], cleanup: tuple[StepSeen, ...], *, at: datetime, ms: int, run: str
) -> FlowSeen:
    """The flow by its steps: what is broken first, then what could not be seen, then what is only slow."""
    state, code, step = _answer(flow, steps, cleanup)
    needs = step.needs if step is not None else ()
    return FlowSeen(
        flow.id,
        state,
        code,
        _sentence(flow, code, step),
        steps,
        cleanup,
        name=flow.name,
        service=flow.service,
        carries=flow.carries,
        at=at,
        ms=ms,
        run=run,
        needs=needs,
    )


def _answer(
    flow: Flow, steps: tuple[StepSeen, ...], cleanup: tuple[StepSeen, ...]
) -> tuple[State, str, StepSeen | None]:
    failed = _first(steps, State.FAILED, required=True)
    if failed is not None:
        return State.FAILED, _broken(flow, failed), failed
    unsure = _first(steps, State.UNKNOWN, required=True)
    if unsure is not None:
        return State.UNKNOWN, unsure.code if unsure.code in _UNSURE else "could_not_look", unsure
    partly = _first(steps, State.FAILED, required=False)
    if partly is not None:
        return State.OK, "part_broken", partly
    left = _first(cleanup, State.FAILED) or _first(cleanup, State.UNKNOWN)
    if left is not None:
        return State.OK, "left_over", left
    for code in ("webhook_slow", "slow"):
        late = next((step for step in steps if step.code == code), None)
        if late is not None:
            return State.OK, code, late
    return State.OK, "ok", None


def _first(steps: Iterable[StepSeen], state: State, *, required: bool | None = None) -> StepSeen | None:
    return next((step for step in steps if step.state is state and required in (None, step.required)), None)


def _broken(flow: Flow, step: StepSeen) -> str:
    if step.code in _OWN_CODE:
        return step.code
    if flow.carries == "payment":
        return "payment"
    if step.code in _TIME:
        return "out_of_time"
    return "unreachable" if step.code in _UNREACHABLE else flow.carries or "broken"


def _sentence(flow: Flow, code: str, step: StepSeen | None) -> str:
    if step is None:
        return f"{flow.title} works"
    said = f" (“{step.evidence}”)" if step.evidence and step.state is State.FAILED else ""
    detail = f"“{step.name}” {step.sentence}{said}"
    if step.state is State.UNKNOWN and code != "left_over":
        return f"{flow.title} could not be tried: {detail}"
    begin = {
        "part_broken": f"{flow.title} works, but not all of it",
        "left_over": f"{flow.title} works, but what the test made is still there",
        "slow": f"{flow.title} works, slowly",
        "webhook_slow": f"{flow.title} works, slowly",
    }.get(code, f"{flow.title} fails")
    return f"{begin}: {detail}"


def not_walked(
    flow: Flow, now: datetime, code: str, *, needs: tuple[str, ...] = (), because: FlowSeen | None = None
) -> FlowSeen:
    """A flow in which nothing was tried."""
    why = {
        "secret_missing": f"{' and '.join(needs)} {'are' if len(needs) > 1 else 'is'} not set where the bot runs",
        "waits": f"it comes after {because.title if because else flow.after}, which did not go well",
        "could_not_look": "the bot made a mistake of its own",
        "not_reached": "the time for all flows together was used up before it",
    }[code]
    sentence = f"{flow.title} was not tried: {why}"
    return FlowSeen(
        flow.id,
        State.UNKNOWN,
        code,
        sentence,
        name=flow.name,
        service=flow.service,
        carries=flow.carries,
        at=now,
        needs=needs,
    )
