"""`launch smoke`: the flows of launch.yml, walked from a terminal or CI, as a customer would walk them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.gate import Wanted, carry_out, finish, gate_options, gate_report
from bot.cli.terminal import environment, examples

if TYPE_CHECKING:
    from bot.cli.progress import Bar
    from bot.document import Document
    from bot.services.config import Config
    from checks.flow.model import Flow, FlowSeen

LONGEST = 120.0


@click.command(
    "smoke",
    short_help="Can customers log in, sign up and pay? The flows, walked.",
    epilog=examples(
        "launch smoke",
        "launch smoke login checkout",
        "launch smoke --url https://preview.example.com",
        "launch smoke --format junit --output smoke.xml",
        "launch smoke --list",
    ),
)
@click.argument("names", nargs=-1, metavar="[FLOW]...")
@click.option("--url", metavar="BASE", help="Walk at this address instead, such as that of a preview.")
@click.option("--list", "listing", is_flag=True, help="Show the flows and what each needs; nothing is sent.")
@click.option(
    "--timeout",
    type=click.FloatRange(5, LONGEST),
    default=LONGEST,
    show_default=True,
    help="Seconds for everything, clean-up included.",
)
@gate_options
def command(*, names: tuple[str, ...], url: str | None, listing: bool, timeout: float, wanted: Wanted) -> int:
    """Walk the flows of launch.yml as a customer would: log in, sign up, begin to pay. Say which step fails.

    FLOW is an id or a name; without one all are walked, side by side. Passwords come from the environment variables
    that the flow names. What a walk has made is removed again by the flow's own clean-up.

    Exit codes: 0 all work · 1 something is broken · 2 wrong usage or configuration · 3 something could not be tried.
    """
    from dataclasses import replace

    from bot.clock import SystemClock
    from bot.services.config import Config
    from bot.services.smoke_flows import UnknownFlow, elsewhere, flows_in, pick, reach
    from bot.services.smoke_words import findings_of, known_of
    from bot.views import smoke as view
    from bot.views import smoke_answers as answers

    file = wanted.launch_file("flows are written in it.")
    config = Config.read(Path(file.path))
    if config.error is not None:
        raise config.error
    assert config.inventory is not None  # noqa: S101  (nothing is wrong with the file)
    every = flows_in(config)
    if not every:
        from bot.services.smoke_words import snippet

        return _shown(answers.none_yet(snippet(config), str(file.path), here="launch smoke"), wanted, 2)
    try:
        flows = pick(every, names)
    except UnknownFlow as error:
        near = f", did you mean {' or '.join(error.nearest)}?" if error.nearest else ""
        there = ", ".join(one.id for one in every)
        raise click.UsageError(
            f'"{error.name}" is no flow of {file.path}{near} There is: {there}.',
            click.get_current_context(silent=True),
        ) from None
    if url:
        base = _base(url)
        flows = elsewhere(flows, base)
        network = reach(config.inventory.network, base)
        config = replace(config, inventory=replace(config.inventory, flows=elsewhere(every, base), network=network))
    if listing:
        return _shown(answers.listing(flows, _unset(flows)), wanted, 0)
    now = SystemClock().now()
    seen: dict[str, FlowSeen] = {}

    async def work(bar: Bar) -> None:
        await _walk(flows, config, timeout, seen, bar)

    stopped = carry_out(work, lambda: _said(seen, flows))
    if stopped and not seen:
        return 130
    found = tuple(seen[one.id] for one in flows if one.id in seen)
    findings = findings_of(config, flows, found)
    report = gate_report(config.product, findings, now, max((one.ms for one in found), default=0))
    document = view.terminal(found, known_of(config, found))
    return finish(report, wanted, document, stopped=stopped, live=not url)


async def _walk(flows: Sequence[Flow], config: Config, timeout: float, seen: dict[str, FlowSeen], bar: Bar) -> None:
    from bot.clock import SystemClock
    from bot.services.smoke_board import Board
    from bot.services.smoke_flows import environment as variables
    from bot.services.smoke_flows import walk
    from checks.flow.model import FlowSeen as Seen
    from checks.flow.model import StepSeen
    from checks.progress import Progress

    assert config.inventory is not None  # noqa: S101  (asked before)
    board = Board(flows)

    def note(flow: Flow, one: StepSeen | FlowSeen) -> None:
        board.note(flow, one)
        if isinstance(one, Seen):
            seen[flow.id] = one
        bar.show(Progress(board.done, board.total, board.now()))

    bar.show(Progress(0, board.total, board.now()))
    now = SystemClock().now()
    for one in await walk(flows, config.inventory.network, variables(), now, seconds=timeout, on_progress=note):
        seen[one.id] = one


def _base(url: str) -> str:
    """The address that paths of steps stand on. Raises click's error where it is none."""
    from bot.config.names import BadName, web_url
    from checks.net.jar import local

    # A server on one's own machine has no certificate.
    scheme = "http" if local(url.partition("/")[0].rpartition(":")[0] or url) else "https"
    try:
        return web_url(url if "://" in url else f"{scheme}://{url}", any_host=True)
    except BadName as error:
        raise click.BadParameter(str(error), param_hint="--url") from None


def _unset(flows: Sequence[Flow]) -> frozenset[str]:
    """Environment variables that the flows name and that are not set here."""
    return frozenset(name for one in flows for name in one.secrets.values() if not environment(name).strip())


def _said(seen: dict[str, FlowSeen], flows: Sequence[Flow]) -> str:
    rest = "Below is what was finished before." if seen else "What was begun has been cleaned up as far as it could."
    return f"Stopped after {len(seen)} of {len(flows)} flows. {rest}"


def _shown(document: Document, wanted: Wanted, code: int) -> int:
    from bot.cli.terminal import show

    show(document, no_color=wanted.no_color)
    return code
