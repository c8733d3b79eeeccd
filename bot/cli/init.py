"""`launch init`: look at a live domain and write down what was found."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.terminal import config_option, config_path, examples, lines, quiet, save, width, write

if TYPE_CHECKING:
    from checks.inventory import Inventory, Network
    from checks.probe import Probe


@click.command(
    "init",
    short_help="Look at a live domain and write a launch.yml.",
    epilog=examples(
        "launch init example.com",
        "launch init example.com --config shop.yml",
        "launch init example.com --force",
    ),
)
@click.argument("domain")
@config_option
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
def command(domain: str, config: Path | None, force: bool) -> int:
    """Look at DOMAIN and write a small, commented launch.yml with what was found.

    A file that is there already stays, unless --force is given; its section `network` is kept and used.
    """
    import asyncio

    from bot.cli.progress import Bar
    from bot.config.names import host_of

    host_of(domain)  # a name that cannot be one is refused before anything is looked at
    path, _ = config_path(config)
    if path.exists() and not force:
        raise click.UsageError(
            f"{path} is there already and stays as it is. To replace it: launch init {domain} --force",
            click.get_current_context(),
        )
    if not os.access(path.parent, os.W_OK):
        raise click.ClickException(f"{path} cannot be written: {path.parent} is no folder that you may write to.")
    network, kept = _network(path)
    quiet()
    with Bar(sys.stderr) as bar:
        bar.say(f"Looking at {domain} …")
        text, said = asyncio.run(_found(domain, network, kept))
    save(path, text)
    columns = width()
    write(lines([f"Wrote {path}: {said}"], columns))
    same = f" --config {config}" if config is not None else ""
    write(lines([f"Next: fill in who owns what, then run `launch config{same}` and `launch check{same}`."], columns))
    return 0


def _network(path: Path) -> tuple[Network, str]:
    """The network of the file that is replaced, and its text, so that a look stays in the same network."""
    from bot.config.inventory import network_of
    from bot.config.load import load
    from bot.config.problems import ConfigError
    from bot.config.written import section
    from checks.inventory import Network

    if not path.exists():
        return Network(), ""
    try:
        file = load(path)
    except ConfigError:
        return Network(), ""
    return network_of(file), section(path.read_text("utf-8-sig"), "network")


async def _found(domain: str, network: Network, kept: str) -> tuple[str, str]:
    """The file's text, and what was found, as a sentence."""
    from bot.clock import SystemClock
    from bot.config.written import written
    from bot.services.discovery import discover, ends_at
    from checks.net.live import LiveProbe

    async with LiveProbe(network, SystemClock().now()) as probe:
        inventory = await discover(domain, probe, network)
        canonical = await ends_at(inventory, probe)
        said = await _seen(inventory, probe)
    return written(inventory, canonical=canonical, network=kept), said


async def _seen(inventory: Inventory, probe: Probe) -> str:
    """The hosts that are there; the one that was named stands in the file even where it is not."""
    from bot.views.prose import count, listed

    asked = [(host.name, await probe.dns(host.name, kind)) for host in inventory.hosts for kind in ("A", "AAAA")]
    there = tuple(dict.fromkeys(name for name, answer in asked if answer.records or answer.cnames))
    if there:
        return f"{count(len(there), 'host')} found ({listed(there, 6)})."
    if all(answer.status.absent for _, answer in asked):
        return (
            f"no host found. DNS knows no address of {inventory.domain}. Is it spelt right? If so, no customer can "
            "open it yet."
        )
    return (
        "no host found, because DNS did not answer. Check this machine's internet connection, then run it again "
        "with --force."
    )
