"""`launch perf`: how quick the product is, whether this release is slower, what a light load does to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.gate import Wanted, carry_out, finish, gate_options, gate_report
from bot.cli.terminal import config_if_any, examples, save

if TYPE_CHECKING:
    from bot.cli.progress import Bar
    from bot.config.schema import LaunchFile
    from bot.services.perf_file import Stored
    from bot.services.perf_measure import Measured, Plan
    from bot.services.rules import Rules
    from checks.inventory import Inventory, Monitor
    from checks.lighthouse import Run

CLASSES = ("page", "cached_read", "auth", "billing", "dashboard", "dashboard_uncached", "admin", "webhook")
TWO = 2
"""Endpoints of one load test."""
NEEDS_FILE = "a light load is sent only where launch.yml allows it (intrusive: true under the host)."


@click.command(
    "perf",
    short_help="Quick enough? Slower than the last release? A light load.",
    epilog=examples(
        "launch perf",
        'launch perf "Sign-up page" --class auth',
        "launch perf --url https://preview.example.com --against https://example.com",
        "launch perf --save perf.json          then: launch perf --against perf.json --save perf.json",
        "launch perf --pages --lighthouse run1.json run2.json run3.json",
        "launch perf --load Dashboard          only where launch.yml allows it",
    ),
)
@click.argument("endpoints", nargs=-1, metavar="[ENDPOINT]...")
@click.option("--url", metavar="BASE", help="Measure at this address instead, such as that of a preview.")
@click.option("--against", metavar="BASE|FILE", help="Compare with the version that runs there, or with stored runs.")
@click.option("--save", "kept", type=click.Path(path_type=Path), metavar="FILE", help="Add this run to a file.")
@click.option("--load", "loaded", is_flag=True, help="Send a light load: 2, 5, then 10 requests a second.")
@click.option("--pages", is_flag=True, help="Weigh the start pages against the budget in launch.yml.")
@click.option("--lighthouse", is_flag=True, help="The arguments are results of Lighthouse (JSON): read them.")
@click.option("--class", "endpoint", type=click.Choice(CLASSES), help="What the endpoint is; sets its target.")
@click.option(
    "--samples", type=click.IntRange(20, 720), default=60, show_default=True, help="Answers of each endpoint."
)
@click.option(
    "--timeout", type=click.FloatRange(10, 7200), default=1800.0, show_default=True, help="Seconds for everything."
)
@gate_options
def command(
    *,
    endpoints: tuple[str, ...],
    url: str | None,
    against: str | None,
    kept: Path | None,
    loaded: bool,
    pages: bool,
    lighthouse: bool,
    endpoint: str | None,
    samples: int,
    timeout: float,
    wanted: Wanted,
) -> int:
    """Measure how long the server needs, and judge it: by the target of each endpoint, or by the version before.

    ENDPOINT is the name of a monitor of launch.yml, or a URL; without one all monitors are measured. A host is asked
    twice a second after the first 30; network.unlimited in launch.yml lifts that for hosts of your own.

    Exit codes: 0 quick enough · 1 too slow, slower than before, or too heavy · 2 wrong usage or configuration ·
    3 something could not be measured. Noise is a warning and never a failure.
    """
    from bot.clock import SystemClock
    from bot.services.perf_file import Stored
    from bot.services.perf_measure import Measured, Plan
    from bot.services.rules import Rules

    if loaded and (against or kept or pages or lighthouse or url):
        raise _wrong("--load stands alone: it sends a load to one endpoint and judges that.")
    if loaded and not endpoints:
        raise _wrong('Name the endpoint: launch perf --load "Dashboard". One or two that are asked most are enough.')
    file = wanted.launch_file(NEEDS_FILE) if loaded else config_if_any(wanted.config)
    runs = _results(endpoints) if lighthouse else ()
    names = () if lighthouse else endpoints
    inventory = _inventory(file, names, runs)
    plan = Plan(
        monitors=_monitors(inventory, names, url, endpoint) if names or not (pages or runs) else (),
        samples=samples,
        against_url=_address(against),
        stored=_stored(against, kept),
        # The first time there is nothing to compare with yet, and it is written.
        compare=bool(against) and not _is_url(against or "") and Path(against or "").exists(),
        save=kept is not None,
        pages=_pages(inventory, url) if pages else (),
        load=loaded,
    )
    _ready(plan, inventory)
    now = SystemClock().now()
    into = Measured(inventory, now)
    stopped = carry_out(
        lambda bar: _measure(plan, into, Rules.of(file) if file else Rules(), timeout, bar),
        lambda: _cut(into, plan),
    )
    fresh = into.stored != (plan.stored or Stored())
    return _finish(into, kept if fresh else None, now, wanted, stopped=stopped, live=url is None and not lighthouse)


def _wrong(sentence: str) -> click.UsageError:
    return click.UsageError(sentence, click.get_current_context(silent=True))


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _address(against: str | None) -> str:
    """Where the version before runs; empty for a file, or for nothing."""
    if not against or not _is_url(against):
        return ""
    _not_this_machine(against)
    return against


def _inventory(file: LaunchFile | None, names: Sequence[str], runs: Sequence[Run]) -> Inventory:
    """The product of the configuration, or what was named on the command line."""
    from checks.inventory import Inventory, Network
    from checks.lighthouse import by_host
    from checks.urls import host_of

    if file is not None and file.names_a_product:
        from bot.config.inventory import to_inventory

        inventory = to_inventory(file)
    else:
        hosts = [host for name in names if (host := host_of(name))] + [host_of(run.url) for run in runs]
        if not hosts or (names and not all(_is_url(name) for name in names)):
            where = f"{file.path} names no product" if file is not None else "There is no launch.yml here"
            raise _wrong(f"{where}, so name a whole address: launch perf https://app.example.com/login --class auth")
        from bot.config.inventory import network_of

        inventory = Inventory(hosts[0], hosts[0], network=network_of(file) if file else Network(), configured=False)
    return replace(inventory, speed=replace(inventory.speed, lighthouse=by_host(runs))) if runs else inventory


def _monitors(inventory: Inventory, names: Sequence[str], url: str | None, endpoint: str | None) -> tuple[Monitor, ...]:
    """What is measured, perhaps at another address."""
    from bot.services.perf_measure import UnknownEndpoint, chosen, elsewhere

    if url is not None and not _is_url(url):
        raise _wrong(f'"{url[:80]}" is no address; write one such as https://pr-12.preview.example.com')
    try:
        found = chosen(inventory, names, endpoint or "")
    except UnknownEndpoint as error:
        near = f", did you mean {' or '.join(error.nearest)}?" if error.nearest else "."
        raise _wrong(
            f'"{error.name[:80]}" is no monitor of launch.yml{near} A whole address will do too: https://…'
        ) from None
    if not found:
        raise _wrong("launch.yml has no monitor with a page; name a whole address: launch perf https://…")
    found = tuple(replace(one, url=elsewhere(one.url, url)) for one in found) if url else found
    for one in found:
        _not_this_machine(one.url)
    return found


def _not_this_machine(url: str) -> None:
    """`localhost` is no name that a server of names knows; what runs here is named by its address."""
    from checks.urls import host_of

    if host_of(url) == "localhost":
        raise _wrong(
            "localhost is this machine. Write 127.0.0.1 in its place, and allow that in launch.yml with the lines"
            "\n\nnetwork:\n  allow_private: true"
        )


def _pages(inventory: Inventory, url: str | None) -> tuple[str, ...]:
    """Hosts that show pages to visitors; where none is said to, the product's own."""
    from checks.model import Purpose
    from checks.urls import host_of

    if url is not None:
        return (host_of(url),)
    shown = tuple(one.name for one in inventory.hosts if one.purpose in (Purpose.MARKETING, Purpose.APP))
    return shown or (host_of(inventory.canonical) or inventory.domain,)


def _stored(against: str | None, kept: Path | None) -> Stored | None:
    """What is stored about earlier versions. A file that is only saved to need not be there yet."""
    from bot.services.perf_file import NotReadable, read

    path = Path(against) if against and not _is_url(against) else kept
    if path is None or (path == kept and not path.exists()):
        return None
    try:
        return read(path)
    except NotReadable as error:
        raise click.UsageError(str(error), click.get_current_context(silent=True)) from None
    except OSError as error:
        raise _wrong(
            f"{path} cannot be read ({error.strerror or error}). --against takes an address (https://…) or a file"
            " that `launch perf --save FILE` wrote."
        ) from None


def _results(paths: Sequence[str]) -> tuple[Run, ...]:
    """Results of Lighthouse."""
    from checks.lighthouse import LARGEST, NotLighthouse, read

    if not paths:
        raise _wrong("Name the files: launch perf --lighthouse run1.json run2.json run3.json")
    found = []
    for name in paths[:50]:
        try:
            with Path(name).open("rb") as file:
                found.append(read(file.read(LARGEST + 1)))
        except OSError as error:
            raise _wrong(f"{name} cannot be read: {error.strerror or error}") from None
        except NotLighthouse as error:
            raise _wrong(f"{name} cannot be used: {error}.") from None
    return tuple(found)


def _ready(plan: Plan, inventory: Inventory) -> None:
    """Refuse before a single packet is sent."""
    if plan.pages and inventory.speed.budget.empty and not (plan.compare or plan.save):
        raise _wrong(
            "There is no budget in launch.yml. Add the lines\n\nspeed:\n  budget: {scripts: 300 kB, total: 1.5 MB}"
        )
    if not plan.load:
        return
    from checks.loading import NotAllowed, may

    if len(plan.monitors) > TWO:
        raise _wrong("A light load goes to one or two endpoints: those that are asked most.")
    for monitor in plan.monitors:
        try:
            may(monitor.url, inventory)
        except NotAllowed as error:
            where = f"under the host {error.host}" if error.listed else "under hosts:"
            raise _wrong(
                f"{error.host} is not to be asked hard, so nothing was sent. If it is yours, add to launch.yml"
                f" {where} the line\n\n  {error.line}"
            ) from None


async def _measure(plan: Plan, into: Measured, rules: Rules, timeout: float, bar: Bar) -> None:
    from bot.services.perf_measure import measure
    from checks.progress import Progress

    def show(done: int, wanted: int, name: str) -> None:
        bar.show(Progress(done, wanted, name))

    await measure(plan, into, rules, deadline=timeout, on_step=show)


def _cut(into: Measured, plan: Plan) -> str:
    from bot.views.perf_gate import stopped

    return stopped(len(into.findings), len(plan.monitors) + len(plan.pages))


def _finish(into: Measured, kept: Path | None, now: datetime, wanted: Wanted, *, stopped: bool, live: bool) -> int:
    from bot.clock import SystemClock
    from bot.views.perf_gate import result

    if stopped and not into.findings:
        return 130
    if kept is not None and not stopped:
        save(kept, into.stored.text())
    took = round((SystemClock().now() - now).total_seconds() * 1000)
    report = gate_report(into.inventory.product, into.findings, now, took)
    document = result(report, into.loads, saved=str(kept) if kept is not None and not stopped else "")
    return finish(report, wanted, document, stopped=stopped, live=live)
