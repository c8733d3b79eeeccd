"""Many runs, in a few workers: each has a workspace of its own, and forks the bots of its runs."""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.services.look import prepare
from tests.soak.ground import Ground
from tests.soak.judge import HISTORY_CLOSED, NOBODY_KNEW
from tests.soak.office import Line, fork_office
from tests.soak.plan import CLOSED_FROM, draw
from tests.soak.run import Failed, rehearse, run, template

FAST = Path("/dev/shm")


@dataclass(slots=True)
class Total:
    """What came of all of them."""

    done: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    marked: int = 0
    why: Counter[str] = field(default_factory=Counter)
    """Why these had to be repeated."""
    closed: int = 0
    """Runs in which Slack's history was closed when a message was in doubt."""
    strangers: int = 0
    """Runs in which the bot had never written to anybody."""
    sent: int = 0
    points: Counter[str] = field(default_factory=Counter)
    """How often it died at which point."""
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether every rule held in every run."""
        return not (self.lost or self.doubled or self.wrong)


def reasons(total: Total) -> str:
    """The marked repeats, by why they had to be."""
    return (
        f"marked repeats: {total.why[HISTORY_CLOSED]} {HISTORY_CLOSED} ({total.closed} runs met it closed), "
        f"{total.why[NOBODY_KNEW]} {NOBODY_KNEW} ({total.strangers} runs), "
        f"{total.marked - total.why.total()} where it could have been looked up"
    )


def report(total: Total, wanted: int) -> str:
    """The last line."""
    figures = f"{total.lost} lost, {total.doubled} doubled, {total.marked} marked repeats"
    if total.wrong:
        figures += f", {total.wrong} otherwise wrong"
    asked = "" if total.done >= wanted else f" (of {wanted:,}: the time was over)"
    return f"{total.done:,} runs: {figures}{asked}"


def soak(
    first: int, runs: int, seconds: float, workers: int, *, tell: Callable[[str], object], closed: int = 0
) -> tuple[Total, Total]:
    """Carry out the runs of these seeds in at most so many seconds, and after them `closed` runs with a closed history.

    Answers what came of the first, and of those beside them.
    """
    prepare()
    total, beside = Total(), Total()
    began = time.monotonic()
    pipes: dict[int, tuple[Line, int]] = {}
    with tempfile.TemporaryDirectory(dir=FAST if os.access(FAST, os.W_OK) else None, prefix="soak-") as folder:
        try:
            for number in range(workers):
                place = Path(folder) / str(number)
                place.mkdir()
                seeds = [
                    *range(first + number, first + runs, workers),
                    *range(CLOSED_FROM + number, CLOSED_FROM + closed, workers),
                ]
                line, pid = _fork_worker(place, seeds, began + seconds)
                pipes[line.number] = line, pid
            _gather(pipes, total, beside, tell)
        finally:
            for _, pid in pipes.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
                os.waitpid(pid, 0)
    total.seconds = beside.seconds = time.monotonic() - began
    return total, beside


def _gather(pipes: dict[int, tuple[Line, int]], total: Total, beside: Total, tell: Callable[[str], object]) -> None:
    waiting = set(pipes)
    while waiting:
        ready, _, _ = select.select(list(waiting), [], [])
        for number in ready:
            heard = pipes[number][0].hear()
            if heard is None:
                waiting.discard(number)
                continue
            _count(total if heard["seed"] < CLOSED_FROM else beside, heard, tell)


def _count(total: Total, heard: dict[str, Any], tell: Callable[[str], object]) -> None:
    total.done += 1
    total.points.update(heard["points"])
    total.marked += heard["marked"]
    total.why.update(heard["why"])
    total.closed += heard["closed"]
    total.strangers += heard["strangers"]
    total.sent += heard["sent"]
    for kind in ("lost", "doubled", "wrong"):
        if heard[kind]:
            setattr(total, kind, getattr(total, kind) + 1)
            said = f"{heard['plan']}: {kind}: {'; '.join(heard[kind])}"
            total.said.append(said)
            tell(said)
    if total.done % 500 == 0:
        tell(f"{total.done:,} runs, {total.points.total():,} kills, {total.sent:,} messages, {total.marked} repeats")


def _fork_worker(folder: Path, seeds: Sequence[int], until: float) -> tuple[Line, int]:
    import socket

    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid:
        theirs.close()
        return Line(ours), pid
    ours.close()
    try:
        _work(folder, seeds, until, Line(theirs))
    except BaseException:  # noqa: BLE001  (whatever it is, the process must end here)
        traceback.print_exc()
    finally:
        os._exit(0)
    raise AssertionError


def _work(folder: Path, seeds: Sequence[int], until: float, told: Line) -> None:
    Ground(folder / "ground")
    fresh = folder / "fresh"
    fresh.mkdir()
    template(fresh)
    where, office = fork_office(folder)
    rehearse(folder, where, fresh / "template.db")
    # Without a collector that touches every page, a fork copies little.
    gc.collect()
    gc.disable()
    gc.freeze()
    signal.signal(signal.SIGTERM, lambda *_: _end(office))
    for seed in seeds:
        if time.monotonic() > until:
            break
        plan = draw(seed)
        verdict: dict[str, Any] = {"lost": [], "doubled": [], "wrong": [], "marked": 0, "why": {}, "sent": 0}
        verdict |= {"seed": seed, "closed": False, "strangers": plan.strangers}
        try:
            verdict |= run(plan, folder, where, fresh / "template.db")
        except Failed as failed:
            verdict["wrong"] = [str(failed)]
        told.say({**verdict, "plan": str(plan), "points": [one.point for one in plan.kills[: verdict.get("kills", 0)]]})
    told.say(None)
    _end(office)


def _end(office: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(office, signal.SIGKILL)
        os.waitpid(office, 0)
    os._exit(0)


__all__ = ["Total", "reasons", "report", "soak"]
