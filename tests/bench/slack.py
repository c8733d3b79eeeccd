"""What people in Slack wait for: the acknowledgement, the first answer, the report; and the loop's longest block."""

from __future__ import annotations

import asyncio
import json
import signal
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.measure import contestant, ours
from tests.bench.rows import Bench, Row, share, spread
from tests.bench.workspace import VERDICTS, Workspace, bot, workspace

CROWD = 50
COMMANDS = ("/launch status", "/launch help", "/launch explain mail.spf", "/launch nonsense")
PACED = "The bot posts to a channel at most once a second, so a report that follows another closely waits for its turn."
WORKSPACE = "the local workspace's own log"


@dataclass
class Times:
    """Milliseconds, one value per round."""

    ack: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    report: list[float] = field(default_factory=list)
    crowd_p50: list[float] = field(default_factory=list)
    crowd_p99: list[float] = field(default_factory=list)
    crowd_answer: list[float] = field(default_factory=list)


async def commands(slack: Workspace) -> list[dict[str, Any]]:
    """Every command that was handed to the bot, oldest first."""
    return [each for each in await slack.get("deliveries") if each["kind"] == "slash_commands"]


async def answers(slack: Workspace) -> list[float]:
    """When each private answer was there."""
    return [float(each["ts"]) for each in await slack.get("messages", user="UMIA") if "for_user" in each]


async def reports(slack: Workspace) -> list[float]:
    """When each report came in: as the edit of the running message, or at once where the audit was faster."""
    return [
        call["at"]
        for method in ("chat.postMessage", "chat.update")
        for call in await slack.get("calls", method=method)
        if str(call["args"].get("text", "")).startswith(VERDICTS)
    ]


async def alone(slack: Workspace, times: Times) -> None:
    """One `/launch status`, then one `/launch check`, with nothing else going on."""
    before = len(await answers(slack))
    await slack.type("/launch status")
    asked = (await commands(slack))[-1]
    found = await slack.until(lambda: _more(answers(slack), before))
    times.ack.append(asked["took_ms"])
    times.answer.append((found[-1] - asked["at"]) * 1000)
    done = len(await reports(slack))
    await slack.type("/launch check")
    asked = (await commands(slack))[-1]
    times.report.append((max(await slack.until(lambda: _more(reports(slack), done))) - asked["at"]) * 1000)


async def crowd(slack: Workspace, times: Times | None = None) -> None:
    """Fifty commands at once while an audit runs, and the end of both."""
    done, said, sent = len(await reports(slack)), len(await answers(slack)), len(await commands(slack))
    await slack.type("/launch check")
    await asyncio.gather(*(slack.type(COMMANDS[each % len(COMMANDS)]) for each in range(CROWD)))
    took = [each["took_ms"] for each in (await commands(slack))[sent + 1 :]]
    first = min(each["at"] for each in (await commands(slack))[sent + 1 :])
    found = await slack.until(lambda: _more(answers(slack), said + CROWD - 1))
    await slack.until(lambda: _more(reports(slack), done))
    if times is not None:
        times.crowd_p50.append(statistics.median(took))
        times.crowd_p99.append(share(took, 99))
        times.crowd_answer.append((max(found) - first) * 1000)


async def _more(look: Any, before: int) -> Any:
    found = await look
    return found if len(found) > before else None


async def blocks(slack: Workspace, folder: Path, rounds: int) -> list[dict[str, float]]:
    """What a task beside the bot saw of each round."""
    found = []
    config = Path(slack.info["config"])
    async with bot(contestant("bot"), folder, slack, config) as process:
        assert process.stdout is not None
        for each in range(rounds + 1):
            await crowd(slack)
            process.send_signal(signal.SIGUSR1)
            line = json.loads(await asyncio.wait_for(process.stdout.readline(), 10))
            # What is done for the first time ever is shown, not counted.
            found.append({**line, "first": each == 0})
    return found


def _median(found: list[dict[str, float]], key: str) -> float:
    return statistics.median(each[key] for each in found)


async def measure(bench: Bench) -> list[Row]:
    """A bot as everybody runs it for the times; another with a watch beside its loop for the blocks."""
    times = Times()
    for name in ("times", "blocks"):
        (bench.folder / name).mkdir()
    async with workspace(bench.folder) as slack:
        async with bot(ours("run"), bench.folder / "times", slack, Path(slack.info["config"])):
            for _ in range(bench.rounds(5, 2)):
                await alone(slack, times)
                await crowd(slack, times)
        watched = await blocks(slack, bench.folder / "blocks", bench.rounds(5, 2))
    first, later = watched[0], watched[1:]
    during = f"{CROWD} at once during an audit"
    busy = spread([each["busiest"] for each in later], "ms busy")
    note = (
        f"Of the longest, the loop itself was busy for {_median(later, 'loop'):.0f} ms, the whole process for"
        f" {_median(later, 'process'):.0f} ms; the rest the machine gave to others."
        f" The very first audit after a start: {first['longest']:.0f} ms, {first['loop']:.0f} ms busy."
    )
    return [
        Row("slack", "acknowledgement, alone", WORKSPACE, "ms", tuple(times.ack), 100),
        Row("slack", f"acknowledgement p50, {during}", WORKSPACE, "ms", tuple(times.crowd_p50), None),
        Row("slack", f"acknowledgement p99, {during}", WORKSPACE, "ms", tuple(times.crowd_p99), 100),
        Row("slack", "first answer (/launch status)", WORKSPACE, "ms", tuple(times.answer), None),
        Row("slack", f"last answer, {during}", WORKSPACE, "ms", tuple(times.crowd_answer), None),
        Row("slack", "report of /launch check", WORKSPACE, "ms", tuple(times.report), None, note=PACED),
        Row(
            "slack",
            f"loop's longest block, {during}",
            "a task woken every 5 ms",
            "ms",
            tuple(each["longest"] for each in later),
            50,
            busy,
            note=note,
        ),
    ]
