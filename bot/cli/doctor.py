"""`launch doctor`: does the bot itself have what it needs?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.terminal import colour_option, colourful, config_option, examples, width, write

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.config.settings import Settings
    from bot.services.doctor import Line
    from bot.services.inbound import AtTheDoor

_COLOURS = {"OK": "32", "Problem": "31", "To do": "33", "Unknown": "33"}


@click.command(
    "doctor",
    short_help="Does the bot itself have what it needs? Each problem with its fix.",
    epilog=examples(
        "launch doctor", "launch doctor --config shop.yml", "launch doctor --health", "launch doctor --test-routes"
    ),
)
@config_option
@click.option("--health", is_flag=True, help="Only ask the running bot whether it is well; for service managers.")
@click.option("--test-routes", is_flag=True, help="Only send a test by each second route, and say what became of it.")
@colour_option
def command(config: Path | None, health: bool, test_routes: bool, no_color: bool) -> int:
    """Test what the bot needs: configuration, data folder, Slack's tokens and permissions, DNS, clock, its own port.

    Exit codes: 0 no problem · 1 a problem.
    """
    if health:
        return _health()
    if test_routes:
        return _test_routes(config, no_color=no_color)
    import asyncio

    from bot.clock import SystemClock
    from bot.config.settings import Settings
    from bot.services.doctor import State, examine

    overrides = {"launch_config": config} if config else {}
    settings, clock = Settings.from_env(tokens=False, **overrides), SystemClock()

    async def looked() -> tuple[Line, ...]:
        return await examine(settings, clock.now(), await _door(settings, clock))

    lines = asyncio.run(looked())
    write(told(lines, width(), colour=colourful(sys.stdout, no_color)))
    return 1 if any(line.state is State.PROBLEM for line in lines) else 0


async def _door(settings: Settings, clock: Clock) -> AtTheDoor | None:
    """How it is with hooks, as the bot says that runs here; None where none does."""
    from bot.cli.reaching import NotReached, Reach, Refused, here
    from bot.config.local_token import read_token
    from bot.services.inbound import AtTheDoor
    from bot.store.plain import from_plain

    token = read_token(settings.launch_data)
    if not token:
        return None
    try:
        answer = await Reach(here(settings.listen), token, clock, local=True).get("/local/door")
        return from_plain(AtTheDoor, answer.body)
    except (NotReached, Refused, KeyError, TypeError, ValueError):
        return None


def _health() -> int:
    """0 where the bot that runs here says of itself that it is well; else 1, with the reasons."""
    import asyncio

    from bot.config.settings import Settings
    from bot.services.doctor_http import own_health

    well, said = asyncio.run(own_health(Settings.from_env(tokens=False)))
    click.echo(said)
    return 0 if well else 1


def _test_routes(config: Path | None, *, no_color: bool) -> int:
    """0 where every provider took the test; 1 where one did not, or there is none to ask."""
    import asyncio

    from bot.cli.terminal import config_path, show
    from bot.clock import SystemClock
    from bot.config.load import load
    from bot.services.route_tests import test_note, try_each
    from bot.views.route_tests import tried

    file = load(config_path(config)[0])
    product = (file.product.name or file.product.domain) if file.product else "your product"
    results = asyncio.run(try_each(file, test_note(product, "Somebody at the terminal", SystemClock().now())))
    show(tried(results, "launch doctor --test-routes"), no_color=no_color)
    return 0 if results and all(one.taken for one in results) else 1


def told(lines: tuple[Line, ...], columns: int, *, colour: bool) -> str:
    """One paragraph a line: state, name, what was seen, and what to do."""
    from textwrap import wrap

    from checks.masking import mask

    margin = " " * 23 if columns >= 60 else "  "
    told = []
    for line in lines:
        head = f"{line.state.value:<8} {line.name:<13} "
        state = f"\x1b[{_COLOURS[line.state.value]}m{head[:8]}\x1b[0m{head[8:]}" if colour else head
        body = mask(line.said) + (f"\nDo this: {mask(line.fix)}" if line.fix else "")
        wrapped = [part for text in body.splitlines() for part in wrap(text, max(20, columns - len(margin))) or [""]]
        if columns >= 60:
            told += [state + wrapped[0], *(margin + part for part in wrapped[1:])]
        else:
            told += [state.rstrip(), *(margin + part for part in wrapped)]
    problems = sum(1 for line in lines if line.state.value == "Problem")
    todo = sum(1 for line in lines if line.state.value == "To do")
    told += ["", "No problem found." if not problems else f"{problems} problem{'s' if problems > 1 else ''} found."]
    if todo:
        told[-1] += f" {todo} thing{'s are' if todo > 1 else ' is'} still to do."
    return "\n".join(told)
