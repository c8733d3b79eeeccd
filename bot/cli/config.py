"""`launch config`: read the configuration, and say what was understood or every mistake in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.terminal import Group, config_option, config_path, examples, lines, width, write

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile
    from checks.inventory import Inventory


class _Config(Group):
    tries = ("launch config check", "launch config patch")


@click.group(
    "config",
    cls=_Config,
    invoke_without_command=True,
    short_help="Check launch.yml, print its schema or accepted DNS.",
    epilog=examples(
        "launch config",
        "launch config check --config staging.yml",
        "launch config schema > launch.schema.json",
        "launch config patch",
    ),
)
@config_option
@click.pass_context
def command(context: click.Context, config: Path | None) -> int | None:
    """Read launch.yml and say what was understood; with mistakes, all of them with their places."""
    context.obj = config
    return _check(config) if context.invoked_subcommand is None else None


@command.command(
    "check",
    short_help="Say what was understood, or every mistake.",
    epilog=examples(
        "launch config check",
    ),
)
@config_option
@click.pass_context
def check(context: click.Context, config: Path | None) -> int:
    """Read launch.yml and say what was understood. Exit 2 with mistakes in it."""
    return _check(config or context.obj)


@command.command(
    "schema",
    short_help="Print the JSON Schema of launch.yml, for editors.",
    epilog=examples(
        "launch config schema > launch.schema.json",
    ),
)
def schema() -> int:
    """Print the JSON Schema of launch.yml, with which editors complete and check it."""
    import json

    from bot.config.schema import json_schema

    write(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0


@command.command(
    "patch",
    short_help="Print the DNS records accepted in Slack as lines for launch.yml.",
    epilog=examples(
        "launch config patch",
    ),
)
@config_option
@click.pass_context
def patch(context: click.Context, config: Path | None) -> int:
    """Print the DNS records accepted in Slack as lines for launch.yml. Nothing is written: the file is yours."""
    import sqlite3
    from contextlib import closing

    from bot.config.inventory import to_inventory
    from bot.config.load import load
    from bot.config.settings import Settings
    from bot.services.patch import patch as lines_of
    from bot.store import baseline
    from bot.store.db import StoreError, connect, explain
    from bot.store.migrations import latest, version

    inventory = to_inventory(load(config_path(config or context.obj)[0]))
    store, found = Settings.from_env(tokens=False).database, ""
    try:
        if store.is_file():
            with closing(connect(store, read_only=True)) as connection:
                if version(connection) == latest():
                    found = lines_of(inventory, baseline.known(connection, inventory.product))
    except sqlite3.Error as error:
        raise explain(error, store) or StoreError(f"{store} cannot be read: {error}.") from error
    write(found or "# Nothing to add: no DNS record was accepted in Slack that launch.yml does not name.")
    return 0


def _check(given: Path | None) -> int:
    from bot.config.load import load
    from bot.config.problems import ConfigError
    from bot.runbooks.own import library

    path, _ = config_path(given)
    file = load(path)
    own = library(file)
    if own.problems:
        raise ConfigError(own.problems)
    mine = [f"Runbooks of your own: {', '.join(own.mine)}"] if own.mine else []
    write(lines([f"{path} is in order.", *_said(file), *mine], width()))
    return 0


def _said(file: LaunchFile) -> list[str]:
    """What the file says, in words; what it leaves out, with the line to add."""
    from bot.config.inventory import to_inventory
    from bot.config.names import readable

    if not file.names_a_product:
        return [
            "It names no product, so name a domain: launch check example.com",
            *_network(file),
        ]
    inventory = to_inventory(file)
    lines = [f"Product: {inventory.product}, domain {readable(inventory.domain)}"]
    for host in inventory.hosts:
        owner = f", owner {host.owner}" if host.owner else ""
        flow = f", {host.flow} happens here" if host.flow else ""
        lines.append(f"Host: {readable(host.name)} ({host.purpose.value}{flow}{owner})")
    lines += [f"Mail: {readable(mail.name)} {'sends' if mail.sends else 'never sends'}" for mail in inventory.mail]
    lines += [f"Monitor: {each.name}, every {each.interval:g} s: {each.url}" for each in inventory.monitors]
    lines += _points(file, inventory)
    lines += _flows(inventory)
    if file.people:
        lines.append("People: " + ", ".join(file.people))
    off = sorted(name for name, rule in file.checks.items() if not rule.enabled)
    if off:
        lines.append("Switched off: " + ", ".join(off))
    lines += _network(file)
    ownerless = [host.name for host in inventory.hosts if not host.owner]
    if ownerless:
        lines.append(f"Without an owner: {', '.join(ownerless)}. Add `owner: NAME` to the host or to its service.")
    return lines


def _points(file: LaunchFile, inventory: Inventory) -> list[str]:
    """What is watched besides pages; with each job the line that it runs at its end."""
    lines = []
    for one in inventory.points:
        if one.kind == "heartbeat":
            lines.append(f"Job: {one.name}, reports every {one.interval:g} s, may be {one.grace:g} s late")
            lines.append(f"  At its end: {_report(file, inventory, one.name)}")
        else:
            where = (
                f"{one.host}, port {one.port}" if one.port else f"{one.host}, {one.record.type if one.record else ''}"
            )
            lines.append(f"Monitor: {one.name}, every {one.interval:g} s: {one.kind} {where}")
    return lines


def _flows(inventory: Inventory) -> list[str]:
    """The walks, step by step as they were made, and which environment variables are missing for them here."""
    lines = []
    for flow in inventory.flows:
        steps = [*(step.name for step in flow.steps), *(f"{step.name} (always, at the end)" for step in flow.cleanup)]
        lines.append(f"Flow: {flow.title} ({flow.id}), from {flow.base}: {'; '.join(steps)}")
        missing = [name for name in dict.fromkeys(flow.secrets.values()) if name not in inventory.secrets]
        if missing:
            lines.append(f"  Not set here, so it cannot be walked: {', '.join(missing)}")
    return lines


def _report(file: LaunchFile, inventory: Inventory, name: str) -> str:
    from bot.config.settings import Settings
    from bot.services.heartbeats import line, secret_of, token

    settings = Settings.from_env(tokens=False)
    if not settings.launch_data.is_dir():
        return "its address is shown here once the bot has run with this data folder"
    try:
        secret = secret_of(settings.launch_data)
    except OSError as error:
        return f"its address cannot be made: {error}"
    base = (file.http.public_url if file.http else None) or f"http://{settings.launch_http}"
    return line(base, token(secret, inventory.product, name))


def _network(file: LaunchFile) -> list[str]:
    network = file.network
    lines = []
    if network.resolvers:
        lines.append(f"Network: every look-up goes to {', '.join(network.resolvers)}")
    if network.ca_file:
        lines.append(f"Network: only certificates of {network.ca_file} are trusted")
    if network.ports:
        ports = ", ".join(f"{port} is reached at {other}" for port, other in network.ports.items())
        lines.append(f"Network: port {ports}")
    if network.allow_private:
        ranges = "all" if network.allow_private is True else ", ".join(map(str, network.allow_private))
        lines.append(f"Network: private addresses may be looked at ({ranges})")
    return lines
