"""`launch deploy`: tells the bot that a version goes out, is live or failed; waits for its verdict if asked to."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from bot.cli.terminal import environment, examples, quiet

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from bot.cli.ci import Ran
    from bot.cli.reaching import Reach
    from bot.clock import Clock
    from bot.config.settings import Settings
    from bot.services.config import Config

STATUSES = ("started", "live", "failed", "cancelled")
LOOK_EVERY = 2.0
"""Seconds between two looks for the verdict."""
LONGEST_WAIT = 240.0
"""Seconds until a verdict is given up; flows take at most two minutes."""
LONGEST_VERSION = 100
NOT_PROVEN = 3
NO_VERDICT = {
    "live": "It is live, and nothing could be tried: write flows into launch.yml, or name a critical monitor",
    "superseded": "A newer version went live before it was judged",
    "stuck": "Nobody said how it ended",
    "undone": "Somebody took it back",
}
"""Why, by the stage at which it is over."""


@click.command(
    "deploy",
    short_help="Tell the bot that a version goes out, is live or failed.",
    epilog=examples(
        "launch deploy v43",
        "launch deploy v43 --note 'New checkout' --wait",
        "launch deploy --status started",
        "launch deploy v43 --environment staging --service shop --status failed",
        "launch deploy --to https://launch.example.com",
    ),
)
@click.argument("version", required=False, default="")
@click.option("--status", type=click.Choice(STATUSES), default="live", show_default=True, help="How far it is.")
@click.option("--environment", "place", metavar="NAME", help="production, staging or preview. Default: production.")
@click.option("--service", metavar="NAME", default="", help="As in launch.yml. Default: the whole product.")
@click.option("--author", metavar="NAME", help="Who made it.")
@click.option("--note", metavar="TEXT", help="What changed, in one line.")
@click.option("--commit", metavar="ID", help="The whole commit id.")
@click.option("--before", metavar="ID", help="The commit or version that was live before.")
@click.option("--url", metavar="URL", help="Where the version can be seen.")
@click.option("--log-url", metavar="URL", help="Where its log is.")
@click.option("--key", metavar="KEY", help="The same for all reports about one deploy. Default: the run in CI.")
@click.option("--to", metavar="URL", help="Address of the running bot. Default: LAUNCH_URL, else this machine.")
@click.option("--wait", is_flag=True, help="Wait until the smoke flows have said whether it is good.")
def command(version: str, status: str, to: str | None, *, wait: bool, **given: str | None) -> int:
    """Tell the running bot about a deploy of VERSION: it walks the smoke flows and says how it went.

    With --to or LAUNCH_URL the bot is reached over HTTPS, with LAUNCH_TOKEN. Otherwise it is the bot of this machine;
    while that one is stopped, the deploy is written down for its next start.

    In GitHub Actions, GitLab CI, CircleCI, Bitbucket, Vercel, Netlify, Render, Railway and Heroku, commit, version,
    author and log are known by themselves: launch deploy alone is enough.

    Exit codes: 0 told (with --wait: it is good) · 1 not told, or it is bad · 2 wrong usage or configuration ·
    3 no verdict in time.
    """
    import asyncio

    from bot.cli.ci import ran
    from bot.cli.reaching import NotReached, Refused, WrongAddress
    from bot.clock import SystemClock
    from bot.config.settings import Settings
    from bot.domain.heard import environment_of

    quiet()
    if wait and status != "live":
        raise click.UsageError(f"There is no verdict on what is {status}; --wait goes with --status live.")
    settings = Settings.from_env(tokens=False)
    clock = SystemClock()
    report = _report(version, status, given, ran(os.environ), clock)
    if wait and environment_of(report.deploy["environment"]) != "production":
        raise click.UsageError("Only production is tried by the bot. Before that: launch smoke --url https://…")
    address = (to or environment("LAUNCH_URL")).strip()
    try:
        return asyncio.run(_tell(report, address, settings, clock, wait=wait))
    except (Refused, WrongAddress) as error:
        raise click.ClickException(str(error)) from None
    except NotReached as error:
        sys.stderr.write(f"{error}\nThe deploy itself goes on; only the bot does not know of it.\n")
        return 1


@dataclass(frozen=True, slots=True)
class Told:
    """One report, as it is sent."""

    deploy: Mapping[str, str]
    delivery: str

    @property
    def body(self) -> dict[str, Any]:
        """As JSON."""
        return {"deploy": dict(self.deploy), "id": self.delivery}


def _report(version: str, status: str, given: Mapping[str, str | None], run: Ran, clock: Clock) -> Told:
    """What was given, else what the builder says. Raises click's error where the bot would refuse it."""
    import json

    from bot.services import reported
    from bot.services.plain_json import Unreadable

    told = {name: value for name, value in given.items() if value}
    commit, before = told.get("commit") or run.commit, told.get("before") or run.before
    before = before if before.strip("0") else ""  # a builder's way to say that there is none
    place = told.get("place") or run.environment or "production"
    whole = {
        "version": version or commit[:7],
        "status": status,
        "environment": place,
        "service": told.get("service", ""),
        "author": told.get("author") or run.author,
        "note": told.get("note") or run.note,
        "commit": commit,
        "before": before,
        "url": told.get("url") or run.url,
        "log_url": told.get("log_url") or run.log_url,
        "compare_url": run.compare(before, commit),
        "key": told.get("key") or run.key(place, told.get("service", "")),
    }
    if len(whole["version"]) > LONGEST_VERSION:
        raise click.UsageError("A version is a short name: v43, or the first seven letters of a commit.")
    if not whole["version"]:
        raise click.UsageError(
            "Say which version it is: launch deploy v43. (In CI the commit is taken.)", click.get_current_context()
        )
    deploy = {name: value for name, value in whole.items() if value}
    try:
        read = reported.read(json.dumps(deploy).encode(), clock.now())
    except Unreadable as error:
        raise click.UsageError(str(error), click.get_current_context()) from None
    return Told(deploy, read.delivery)


async def _tell(report: Told, address: str, settings: Settings, clock: Clock, *, wait: bool) -> int:
    from bot.cli.reaching import NotReached, Reach, Refused, base_of, here

    if address:
        token = settings.launch_token.get_secret_value().strip() if settings.launch_token else ""
        if not token:
            raise Refused("LAUNCH_TOKEN is missing: the same long random text here and where the bot runs.")
        reach, post, get = Reach(base_of(address), token, clock), "/hooks/launch", "/deploys/"
    else:
        from bot.config.local_token import read_token

        reach = Reach(here(settings.listen), read_token(settings.launch_data), clock, local=True)
        post, get = "/local/deploy", "/local/deploys/"
    try:
        answer = await reach.post(post, report.body)
    except NotReached:
        if address:
            raise
        return _for_later(report, settings, clock, wait=wait)
    click.echo(_said(report.deploy, known=answer.status == 200))
    return await _verdict(reach, get + report.delivery, report.deploy["version"], clock) if wait else 0


def _said(deploy: Mapping[str, str], *, known: bool) -> str:
    from bot.domain.heard import environment_of

    place = environment_of(deploy["environment"])
    word = {"started": "on its way to", "live": "live in", "failed": "reported as failed in"}.get(
        deploy["status"], f"reported as {deploy['status']} in"
    )
    more = f' ("{deploy["environment"]}" counts as {place})' if place != deploy["environment"].lower() else ""
    said = f"{deploy['version']} is {word} {place}{more}."
    return f"{said} The bot knew that already." if known else f"{said} The bot has written it down."


def _for_later(report: Told, settings: Settings, clock: Clock, *, wait: bool) -> int:
    """No bot runs here: the row is written, and carried out at its next start."""
    import json
    from contextlib import closing

    from bot.cli.reaching import NotReached, Refused
    from bot.services import reported
    from bot.services.config import Config
    from bot.store import heard
    from bot.store.db import AlreadyRunning, Store

    if not settings.database.is_file():
        raise Refused(
            f"No bot is known here: there is no {settings.database}. Say where it runs: --to https://… or LAUNCH_URL, "
            "with LAUNCH_TOKEN."
        )
    now, config = clock.now(), Config.read(settings.launch_config)
    read = reported.read(json.dumps(report.body).encode(), now)
    about = {"source": reported.SOURCE, "delivery": read.delivery}
    try:
        with closing(Store.open(settings.database)) as store:
            store.write_now(lambda c: heard.take(c, _product(c, config), now, **about, said=(read.marker,)))
    except AlreadyRunning:
        raise NotReached(
            f"A bot runs on {settings.launch_data}, but does not answer on {settings.launch_http}. LAUNCH_HTTP must be "
            "the same here and there."
        ) from None
    click.echo("The bot is not running. The deploy is written down, and told as soon as the bot starts again.")
    if wait:
        click.echo("Nobody is there to judge it.")
    return NOT_PROVEN if wait else 0


def _product(connection: sqlite3.Connection, config: Config) -> str:
    """As in launch.yml; where that is not here, or has a mistake, that of the bot that runs on this data."""
    from bot.store.beat import product_of

    return config.product if config.file is not None else product_of(connection) or config.product


async def _verdict(reach: Reach, path: str, version: str, clock: Clock) -> int:
    """Ask until it is over; the exit code."""
    from bot.cli.progress import Bar

    began, found = clock.monotonic(), dict[str, Any]()
    with Bar(sys.stderr) as bar:
        while not found.get("over") and clock.monotonic() - began < LONGEST_WAIT:
            bar.say(_under_way(found, version))
            answer = await reach.get(path)
            found = dict(answer.body) if answer.status == 200 else {}
            if not found.get("over"):
                await clock.sleep(LOOK_EVERY)
    code, said = _judged(found, version)
    click.echo(said)
    return code


def _under_way(found: Mapping[str, Any], version: str) -> str:
    stages = {"smoke": f"{version}: the smoke flows are being walked …", "live": f"{version} is live; looking at it …"}
    return stages.get(str(found.get("stage")), f"{version}: waiting for the bot …")


def _judged(found: Mapping[str, Any], version: str) -> tuple[int, str]:
    from bot.config.names import shown

    stage = str(found.get("stage", ""))
    smoke = found.get("smoke")
    walked = dict(smoke) if isinstance(smoke, dict) else {}
    count = f"{walked['good']} of {walked['of']} flows work" if walked.get("of") else ""
    if stage == "good":
        return 0, f"{version} is good{f': {count}' if count else ''}."
    if stage == "bad":
        broken = ", ".join(shown(str(one)) for one in walked.get("broken") or ())
        lines = [f"{version} is bad{f': {count}' if count else ''}.{f' Broken: {broken}.' if broken else ''}"]
        if walked.get("older"):
            lines.append(
                f"Broken before it went live already: {', '.join(shown(str(one)) for one in walked['older'])}."
            )
        if walked.get("why"):
            lines.append(shown(str(walked["why"]), 300))
        if found.get("previous"):
            lines.append(f"The last good version is {shown(str(found['previous']))}.")
        return 1, "\n".join(lines)
    if stage == "ignored":
        return 0, f"launch.yml says to ignore previews, so {version} is not judged."
    if found.get("over"):
        return NOT_PROVEN, f"There is no verdict on {version}. {NO_VERDICT.get(stage, f'It is {shown(stage)}')}."
    return NOT_PROVEN, f"No verdict on {version} within {LONGEST_WAIT / 60:.0f} minutes. See /launch deploys in Slack."
