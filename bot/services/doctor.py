"""The self-test: what the bot itself needs to work, one line each, with the exact fix.

The lines are data, so that any view can show them. Unknown means "could not look": no problem, and no promise.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config.inventory import network_of, to_inventory
from bot.config.load import load
from bot.config.problems import ConfigError
from bot.config.settings import Mode, Settings, variable
from checks.inventory import Network
from checks.probe import Probe

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile
    from bot.services.inbound import AtTheDoor

OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 37, 0)
ROOM_NEEDED = 200 * 1024 * 1024
"""Bytes: a year of twenty monitors needs about this much."""
SKEW_ALLOWED = 30.0
"""Seconds; Slack refuses signatures that are five minutes off, and timelines of incidents go wrong much earlier."""
WAIT = 10
"""Seconds that Slack may take."""
MOST_NAMED = 5
"""Mistakes in runbooks that are named one by one."""


class State(StrEnum):
    """How one line came out."""

    OK = "OK"
    PROBLEM = "Problem"
    OPEN = "To do"
    """Nothing is broken, and yet somebody should do something about it."""
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    name: str
    state: State
    said: str
    fix: str = ""
    """The exact thing to do; empty where nothing is wrong."""


async def examine(settings: Settings, now: datetime, door: AtTheDoor | None = None) -> tuple[Line, ...]:
    """Look at everything; never raises for what it finds. `door`: how it is with hooks, where somebody knows it."""
    from bot.services.doctor_hooks import lines as of_hooks
    from bot.services.doctor_http import own_server

    configured, file = _configuration(settings.launch_config)
    outside, slack, http = await asyncio.gather(_outside(file, now), _slack(settings), own_server(settings))
    others = _other_ways(file, variable)
    own = _runbooks(file)
    here = (_python(), _sqlite(), configured, *own, *_data(settings.launch_data))
    return (*here, *slack, *outside, http, *others, *of_hooks(settings.senders, door, now))


def _python() -> Line:
    said = platform.python_version()
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Line("Python", State.OK, said)
    return Line("Python", State.PROBLEM, f"{said} is too old", "Install Python 3.11 or newer, then run make again.")


def _sqlite() -> Line:
    if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return Line("SQLite", State.OK, sqlite3.sqlite_version)
    return Line(
        "SQLite",
        State.PROBLEM,
        f"{sqlite3.sqlite_version} is too old",
        "Use a Python that brings SQLite 3.37 or newer; those from python.org do.",
    )


def _configuration(path: Path) -> tuple[Line, LaunchFile | None]:
    if not path.exists():
        line = Line(
            "Configuration", State.PROBLEM, f"there is no {path}, so nothing is watched", "launch init YOUR-DOMAIN"
        )
        return line, None
    try:
        file = load(path)
    except ConfigError as error:
        return Line(
            "Configuration", State.PROBLEM, str(error), f"Mend these lines, then run: launch config --config {path}"
        ), None
    if not file.names_a_product:
        line = Line(
            "Configuration",
            State.PROBLEM,
            f"{path} names no product, so nothing is watched",
            "Add product.domain, or run: launch init YOUR-DOMAIN --force",
        )
        return line, file
    count = len(file.hosts)
    return Line("Configuration", State.OK, f"{path}, {count} host{'s' if count != 1 else ''}"), file


def _runbooks(file: LaunchFile | None) -> tuple[Line, ...]:
    """The founder's own runbooks; nothing where there are none."""
    from bot.runbooks.own import library

    found = library(file)
    if found.problems:
        said = "\n".join(map(str, found.problems[:MOST_NAMED]))
        if len(found.problems) > MOST_NAMED:
            said += f"\nand {len(found.problems) - MOST_NAMED} more"
        fix = "Mend these lines; until then the shipped runbooks are used. launch config shows all of them."
        return (Line("Runbooks", State.PROBLEM, f"left out:\n{said}", fix),)
    return (Line("Runbooks", State.OK, f"{len(found.mine)} of your own"),) if found.mine else ()


def _data(folder: Path) -> tuple[Line, ...]:
    """Whether the data folder takes a file, and whether there is room."""
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    fix = f"Give the bot's user the folder: sudo chown -R {os.getuid()} {folder}; or set LAUNCH_DATA to another one."
    if not existing.is_dir():
        return (Line("Data folder", State.PROBLEM, f"{existing} is a file, not a folder", fix),)
    try:
        if existing == folder:
            with tempfile.TemporaryFile(dir=folder):
                pass
        elif not os.access(existing, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        return (Line("Data folder", State.PROBLEM, f"{folder} cannot be written: {error.strerror}", fix),)
    free = shutil.disk_usage(existing).free
    said = f"{free // 1024**2:,} MB free"
    room = (
        Line("Disk", State.OK, said)
        if free >= ROOM_NEEDED
        else Line(
            "Disk", State.PROBLEM, f"only {said}", f"Make room: the bot needs {ROOM_NEEDED // 1024**2} MB in {folder}."
        )
    )
    return (Line("Data folder", State.OK, str(folder)), room)


async def _slack(settings: Settings) -> tuple[Line, ...]:
    """Whether Slack takes both tokens, and the scopes behind them."""
    problems = settings.token_problems()
    if problems:
        return tuple(Line("Slack", State.PROBLEM, problem) for problem in problems)
    if settings.mode is Mode.DEMO or settings.slack_bot_token is None:
        return (Line("Slack", State.OK, "no tokens: `launch run` opens the local workspace"),)
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.adapters.selftest import NotAccepted, NotReached, prove

    app_token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, timeout=WAIT
    )
    try:
        identity = await prove(client, app_token)
    except (NotAccepted, NotReached) as error:
        said, _, fix = str(error).partition("\n") if "\n" in str(error) else str(error).partition(". ")
        return (Line("Slack", State.PROBLEM, said, fix),)
    lines = [Line("Slack", State.OK, f"workspace {identity.team}, tokens and permissions accepted")]
    lines += [
        Line("Slack", State.OK, f"without the optional permission {scope} the bot cannot {use}")
        for scope, use in identity.missing_optional.items()
    ]
    return tuple(lines)


def _other_ways(file: LaunchFile | None, secret: Callable[[str], str]) -> tuple[Line, ...]:
    """Who is told when Slack fails, and who notices when the bot itself does. Nothing is called for it."""
    from bot.adapters.notify import Refused
    from bot.services.dead_man import unfit
    from bot.services.second_routes import named, way_of

    if file is None:
        return ()
    lines = []
    for route in file.channels.second_route if file.channels else ():
        try:
            way_of(route, next((one.email for one in file.people.values() if one.email), ""), secret)
            lines.append(Line("Second route", State.OK, named(route)))
        except Refused as error:
            fix = f"Add the line {route.env}=… to .env." if route.env else "See channels.second_route in launch.yml."
            lines.append(Line("Second route", State.PROBLEM, f"{named(route)}: {error}", fix))
    if not lines:
        said = "when Slack is down or refuses the bot, nobody is told of an outage"
        lines.append(Line("Second route", State.OPEN, said, "Add channels.second_route to launch.yml: e-mail, SMS …"))
    if file.watchdog is None:
        fix = "Get a URL from a service such as healthchecks.io, then add it: watchdog: {url_env: WATCHDOG_URL}"
        lines.append(Line("Watchdog", State.OPEN, "nobody outside notices when the bot itself stops", fix))
        return tuple(lines)
    name = file.watchdog.url_env
    said = unfit(secret(name), name)
    if said:
        return (*lines, Line("Watchdog", State.PROBLEM, said, f"Add the line {name}=https://… to .env."))
    return (*lines, Line("Watchdog", State.OK, f"called every {file.watchdog.every:g} s while the bot does its work"))


async def _outside(file: LaunchFile | None, now: datetime) -> tuple[Line, ...]:
    """Whether names resolve, and whether the clock is right by a server's own."""
    from checks.net.live import LiveProbe

    network = network_of(file) if file else Network()
    domain = to_inventory(file).domain if file and file.names_a_product else ""
    async with LiveProbe(network, now) as probe:
        if not domain and network.resolvers:
            return (Line("DNS", State.UNKNOWN, "there is no domain to ask your resolver for"),)
        resolver = await _resolver(probe, domain or "slack.com", network)
        if resolver.state is not State.OK:
            return (resolver, Line("Clock", State.UNKNOWN, "no server could be asked for the time"))
        return (resolver, await _clock(probe, domain or "slack.com", now))


async def _resolver(probe: Probe, domain: str, network: Network) -> Line:
    answer = await probe.dns(domain, "A")
    if answer.status.known:
        return Line("DNS", State.OK, f"{answer.server or 'the resolver'} answers for {domain}")
    servers = ", ".join(f"{address}:{port}" for address, port in network.resolvers)
    fix = (
        f"Check that {servers} runs, or change network.resolvers in launch.yml."
        if servers
        else "Check this machine's internet connection; a firewall may forbid DNS (port 53) to the outside."
    )
    return Line("DNS", State.PROBLEM, f"no answer for {domain} ({answer.status.value})", fix)


async def _clock(probe: Probe, domain: str, now: datetime) -> Line:
    exchange = await probe.get(f"https://{domain}/", cap=1024)
    try:
        skew = (now - parsedate_to_datetime(exchange.header("date"))).total_seconds()
    except (TypeError, ValueError):
        return Line("Clock", State.UNKNOWN, f"{domain} did not tell the time")
    if abs(skew) <= SKEW_ALLOWED:
        return Line("Clock", State.OK, f"agrees with {domain}")
    word = "ahead of" if skew > 0 else "behind"
    return Line(
        "Clock",
        State.PROBLEM,
        f"this machine is {abs(skew):.0f} s {word} {domain}",
        "Let the machine set its clock by itself: sudo timedatectl set-ntp true",
    )
