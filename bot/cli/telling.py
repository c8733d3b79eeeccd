"""`--tell` of the gates for CI: what a gate found reaches the running bot. A bot that is not there changes nothing."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cli.reaching import Reach
    from checks.model import Finding
    from checks.report import Report

PATIENCE = 30.0
"""Seconds for all tries together: a build must not wait for the bot."""
_COMMIT = re.compile("[0-9a-fA-F]{7,64}")
LARGEST_EVENT = 8 * 1024 * 1024
"""Bytes of the file in which GitHub says what began the run."""


def tell(report: Report, code: int, *, environment: str = "", live: bool = False) -> None:
    """Send the findings of a gate; one line on stderr says what came of it. Never raises, and ends no build."""
    import asyncio

    from bot.cli.reaching import NotReached, Refused, WrongAddress
    from bot.config.problems import ConfigError

    try:
        asyncio.run(_tell(body(report, code, os.environ, environment=environment, live=live)))
    except (NotReached, Refused, WrongAddress, ConfigError, OSError, TimeoutError) as error:
        said = " ".join((str(error) or f"no answer within {PATIENCE:.0f} s").split())[:400].rstrip(".")
        sys.stderr.write(f"The bot was not told: {said}. What the gate found counts all the same.\n")
    else:
        sys.stderr.write("The bot has been told.\n")


def body(
    report: Report, code: int, environ: Mapping[str, str], *, environment: str = "", live: bool = False
) -> dict[str, Any]:
    """The report as it is sent: the worst findings with the values that their words need, and whose run it was."""
    from bot.blockkit.words import safe_url
    from bot.cli.ci import built, ran
    from bot.domain.from_ci import rank
    from bot.domain.gates import TERMINAL
    from bot.services.gate_told import MOST, WORD

    run = ran(environ)
    default, head = _event(run.event) if run.event else ("", "")
    commit = next((one for one in (head, run.commit) if _COMMIT.fullmatch(one)), "")
    # `launch env --environment staging` says itself what it is about; production alone may be a preview's build.
    place = environment if environment.lower() not in ("", "production") else run.environment
    worst = sorted(report.findings, key=rank)
    about = {
        "environment": place[:WORD],
        "version": run.tag[:WORD] or commit[:7],
        "commit": commit,
        "branch": run.branch,
        "default_branch": run.default or default,
        "pull_request": run.change,
        "author": run.author[:WORD],
        "log_url": safe_url(run.log_url),
        "repository": run.project,
        "builder": run.where or ("" if built(environ) else TERMINAL),
        "key": run.run,
    }
    return {
        "exit": code,
        "at": report.started_at.isoformat(),
        "live": live,
        "findings": [_finding(one) for one in worst[:MOST]],
        "more": len(worst[MOST:]),
        "id": secrets.token_hex(16),
        **{name: value for name, value in about.items() if value},
    }


def _finding(one: Finding) -> dict[str, Any]:
    from bot.services.gate_told import TARGET, values_of

    return {"check": one.check, "target": one.target[:TARGET], "code": one.code, "values": dict(values_of(one))}


def _event(path: str) -> tuple[str, str]:
    """From GitHub's account of what began the run: the default branch, and the newest commit of a pull request."""
    try:
        with Path(path).open("rb") as file:
            found = json.loads(file.read(LARGEST_EVENT))
        default = found["repository"]["default_branch"]
        head = found.get("pull_request", {}).get("head", {}).get("sha", "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", ""
    return (default if isinstance(default, str) else ""), (head if isinstance(head, str) else "")


async def _tell(report: Mapping[str, Any]) -> None:
    import asyncio

    reach, path = _way()
    async with asyncio.timeout(PATIENCE):
        await reach.post(path, report)


def _way() -> tuple[Reach, str]:
    """Over HTTPS with the token where an address is set, else by the door of this machine. Raises `Refused`."""
    from bot.cli.reaching import Reach, Refused, base_of, here
    from bot.cli.terminal import environment
    from bot.clock import SystemClock
    from bot.config.local_token import read_token
    from bot.config.settings import Settings

    settings, address = Settings.from_env(tokens=False), environment("LAUNCH_URL").strip()
    if address:
        token = settings.launch_token.get_secret_value().strip() if settings.launch_token else ""
        if not token:
            raise Refused("LAUNCH_TOKEN is missing: the same long random text here and where the bot runs")
        return Reach(base_of(address), token, SystemClock()), "/hooks/gate"
    if not settings.database.is_file():
        raise Refused("LAUNCH_URL is not set, and no bot runs on this machine")
    return Reach(here(settings.listen), read_token(settings.launch_data), SystemClock(), local=True), "/local/gate"
