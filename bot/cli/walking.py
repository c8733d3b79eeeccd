"""One walk through a runbook at a terminal: a step, an answer, a look, until it is fixed, handed over, or left."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

import click

from bot.cli.terminal import show
from bot.clock import Clock
from bot.domain.runbook.book import Ask, Call, Check, Do, Runbook, Step, Wait
from bot.domain.runbook.moved import Code, Moved
from bot.domain.runbook.paths import outline
from bot.domain.runbook.run import (
    LIVE,
    Answered,
    Back,
    CallSomeone,
    Command,
    DidIt,
    Handed,
    LookAgain,
    LooksDifferent,
    Run,
    Saw,
    SawIt,
    Standing,
    Tick,
    Verdict,
)
from bot.domain.runbook.walk import begin, decide
from bot.services.runbook_alone import HERE, Alone
from bot.views import runbook_text as view
from checks.model import Finding

KEYS = "d it looks different · c call someone · b one step back · q stop"
YES = ("", "y", "yes", "ok", "done")
"""What stands for Enter: any other word is asked for again, so that "no" never counts as done."""
LEFT = "Stopped here. Nothing was changed by me; what you did stays. Go on with: launch runbook {topic}"


class Walk:
    """Asks and looks until the end."""

    def __init__(self, book: Runbook, alone: Alone, clock: Clock, *, no_color: bool) -> None:
        self._book = book
        self._alone = alone
        self._clock = clock
        self._no_color = no_color

    def go(self) -> int:
        """The exit code: 0 at an end, 1 where it was given up, 130 after Ctrl-C."""
        try:
            return self._go()
        except Quit:
            click.echo(LEFT.format(topic=self._book.topic))
            return 1
        except (KeyboardInterrupt, click.Abort):
            click.echo("\n" + LEFT.format(topic=self._book.topic))
            return 130

    def _go(self) -> int:
        click.echo("Looking at what is broken, and who runs it …")
        cause = asyncio.run(self._prepare())
        begun = self._alone.run(cause)
        known = self._alone.known(begun)
        broken = f"Broken right now: {cause.summary}." if cause is not None else "From here I see nothing broken by it."
        show(view.opening(self._book, known, broken), no_color=self._no_color)
        moved = begin(self._book, begun, known)
        while moved.run.standing in LIVE:
            moved = self._look(moved) if moved.look is not None else self._ask(moved.run)
            if moved.answer.code is Code.NOBODY:
                click.echo("This runbook names nobody to call. Ask in your team.")
            if moved.run.standing is Standing.LEFT:
                break
        show(view.end(moved.run, self._book), no_color=self._no_color)
        return 1 if moved.run.standing is Standing.LEFT else 0

    async def _prepare(self) -> Finding | None:
        found, _ = await asyncio.gather(self._alone.find(), self._alone.recognise())
        return found

    def _decide(self, run: Run, command: Command) -> Moved:
        return decide(self._book, run, command, self._alone.known(run))

    def _look(self, moved: Moved) -> Moved:
        run = moved.run
        if moved.look is None:
            return moved
        step = self._book.steps[run.step]
        if isinstance(step, Check):
            click.echo(f"\nLooking now: {view.said(step.text, self._alone.known(run))}")
        began = self._clock.monotonic()
        sight = asyncio.run(self._alone.look(moved.look, run))
        if sight.verdict is Verdict.GOOD:
            click.echo(view.sight(sight, self._clock.monotonic() - began))
        return self._decide(run, Saw(moved.look.token, sight))

    def _ask(self, run: Run) -> Moved:
        known = self._alone.known(run)
        way = outline(self._book, run, known)
        step = self._book.steps[run.step]
        if not (run.standing is Standing.WAITING and run.looks):
            show(view.step(self._book, run, known, way.step, way.of), no_color=self._no_color)
        if run.standing is Standing.WAITING:
            return self._wait(run, step)
        return self._decide(run, self._command(run, step))

    def _wait(self, run: Run, step: Step) -> Moved:
        """Sleep until the next look; Ctrl-C leaves."""
        if run.sight is not None and run.sight.verdict is Verdict.UNKNOWN and isinstance(step, Wait):
            return self._decide(run, self._own_eyes(run))
        due = run.look_at or self._clock.now()
        click.echo(f"I look again at {_time(due)}. Ctrl-C stops.")
        asyncio.run(self._clock.sleep(max(0.0, (due - self._clock.now()).total_seconds())))
        return self._decide(run, Tick())

    def _command(self, run: Run, step: Step) -> Command:
        if isinstance(step, Ask):
            return self._answer(run, step)
        if isinstance(step, Check) and run.sight is not None and run.sight.verdict is Verdict.UNKNOWN:
            return self._own_eyes(run)
        head = {Do: "Enter when it is done", Check: "Enter to look again", Call: "Enter when you sent it"}
        enter: dict[type, Command] = {
            Do: DidIt(HERE, "", run.rev),
            Check: LookAgain(HERE, "", run.rev),
            Call: Handed(HERE, "", run.rev),
        }
        while True:
            said = _said(f"{head.get(type(step), 'Enter')} · {KEYS}")
            if (other := _other(said, run)) is not None:
                return other
            if said in YES:
                return enter.get(type(step), Tick())

    def _answer(self, run: Run, step: Ask) -> Command:
        for number, one in enumerate(step.answers, 1):
            click.echo(f"  {number}. {one.label}")
        while True:
            said = _said(f"1-{len(step.answers)} · c call someone · b one step back · q stop")
            if said.isdecimal() and 1 <= int(said) <= len(step.answers):
                return Answered(HERE, "", run.rev, choice=int(said) - 1)
            if (other := _other(said, run)) is not None and not isinstance(other, LooksDifferent):
                return other

    def _own_eyes(self, run: Run) -> Command:
        while True:
            said = _said("y it looks good · n it looks wrong · Enter to look again · c call someone · q stop")
            if said in ("y", "yes", "n", "no"):
                return SawIt(HERE, "", run.rev, good=said[0] == "y")
            if not said:
                return LookAgain(HERE, "", run.rev)
            if (other := _other(said, run)) is not None:
                return other


def _said(keys: str) -> str:
    """What is typed after the question. The end of the input stops, as Ctrl-C does."""
    click.echo(f"[{keys}]\n> ", nl=False)
    typed = sys.stdin.readline()
    if not typed:
        raise click.Abort
    return typed.strip().lower()


def _other(said: str, run: Run) -> Command | None:
    """What every step knows besides its own keys. Raises `Quit` for q."""
    match said:
        case "d" | "different":
            return LooksDifferent(HERE, "", run.rev)
        case "c" | "call":
            return CallSomeone(HERE, "", run.rev)
        case "b" | "back":
            return Back(HERE, "", run.rev)
        case "q" | "quit" | "stop" | "exit":
            raise Quit
        case _:
            return None


class Quit(Exception):
    """Whoever walks has stopped."""


def _time(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}"
