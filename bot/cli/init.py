"""`launch init`: look at a live domain and write down what was found."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.terminal import config_option, config_path, examples, quiet, save

if TYPE_CHECKING:
    from checks.inventory import Network


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
        text, hosts = asyncio.run(_found(domain, network, kept))
    save(path, text)
    click.echo(f"Wrote {path}: {hosts} host{'s' if hosts != 1 else ''} found.")
    click.echo("Next: fill in who owns what, then run `launch config` and `launch check`.")
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


async def _found(domain: str, network: Network, kept: str) -> tuple[str, int]:
    from bot.clock import SystemClock
    from bot.config.written import written
    from bot.services.discovery import discover, ends_at
    from checks.net.live import LiveProbe

    async with LiveProbe(network, SystemClock().now()) as probe:
        inventory = await discover(domain, probe, network)
        canonical = await ends_at(inventory, probe)
    return written(inventory, canonical=canonical, network=kept), len(inventory.hosts)
