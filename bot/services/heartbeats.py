"""Jobs that report by themselves: each has a URL that nobody can guess, and is missed once it is late.

A job may say more than that it is done: that it begins, and that it failed, with its exit code.

The last part of the URL is made from the job's name with a secret in the data folder. It stays the same for as long as
that file and the name do, and nothing about it has to be stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.severity import Trouble
from bot.domain.uptime import Span
from bot.services.glance import Glance, bad, good
from bot.store import heartbeats as store
from bot.store.heartbeats import Beat
from checks.inventory import Inventory, Point
from checks.moments import moment

if TYPE_CHECKING:
    from bot.services.config import Config

SECRET_FILE = "ping-secret"  # noqa: S105  a file's name
BYTES = 16
LARGEST_CODE = 255
CALL = "curl -fsS -m 10 --retry 3 -o /dev/null"
PREVIEWS = ("Slackbot", "facebookexternalhit", "Twitterbot", "Discordbot", "TelegramBot", "WhatsApp", "LinkedInBot")
"""How those name themselves who fetch an address only because somebody wrote it into a chat."""


def secret_of(folder: Path) -> bytes:
    """The secret of the data folder, made when it is first asked for. Raises OSError."""
    path = folder / SECRET_FILE
    try:
        found = path.read_bytes().strip()
    except FileNotFoundError:
        part = folder / (SECRET_FILE + f".{os.getpid()}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_urlsafe(32).encode())
        try:
            # Whoever makes it first wins: a URL that somebody has copied must stay right.
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink(missing_ok=True)
        found = path.read_bytes().strip()
    if not found:
        raise OSError(f"{path} is empty; delete it, and give your jobs the new addresses")
    return found


def token(secret: bytes, product: str, name: str) -> str:
    """The last part of the URL of a job: 22 letters, digits, - and _."""
    made = hmac.new(secret, f"{product}\0{name}".encode(), hashlib.sha256).digest()[:BYTES]
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def named(secret: bytes, inventory: Inventory, given: str) -> str | None:
    """The job whose URL ends like that."""
    found = None
    for point in beats(inventory):
        wanted = token(secret, inventory.product, point.name)
        if hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogateescape")):
            found = point.name
    return found


def beats(inventory: Inventory) -> Iterable[Point]:
    """The jobs that report."""
    return (point for point in inventory.points if point.kind == "heartbeat")


def line(base: str, made: str) -> str:
    """What a job runs at its end; a job that failed must not get that far."""
    return f"{CALL} {url(base, made)}"


def url(base: str, made: str) -> str:
    """The address of a job."""
    return f"{base.rstrip('/')}/ping/{made}"


class Said(StrEnum):
    """What a job says."""

    WELL = "well"
    BEGAN = "began"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Report:
    """One call of a job's address."""

    said: Said
    code: int | None = None
    """With FAILED: what the run ended with, where that was said."""


def report(ending: str) -> Report | None:
    """What the end of the address means: nothing, `start`, `fail`, or an exit code; None for anything else."""
    match ending:
        case "" | "0":
            return Report(Said.WELL)
        case "start":
            return Report(Said.BEGAN)
        case "fail":
            return Report(Said.FAILED)
    if ending.isascii() and ending.isdigit() and len(ending) <= 3 and int(ending) <= LARGEST_CODE:
        return Report(Said.FAILED, int(ending)) if int(ending) else Report(Said.WELL)
    return None


def write_down(connection: sqlite3.Connection, product: str, name: str, told: Report, now: datetime) -> None:
    """Keep what a job said."""
    match told.said:
        case Said.WELL:
            store.came(connection, product, name, now)
        case Said.BEGAN:
            store.began(connection, product, name, now)
        case Said.FAILED:
            store.failed(connection, product, name, now, code=told.code)


def previews(user_agent: str) -> bool:
    """Whether it is no job, but a chat program that looks at every address which somebody writes."""
    return any(name in user_agent for name in PREVIEWS)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a job reports."""

    url: str
    public: bool
    """Whether jobs on other machines reach it, as far as launch.yml says."""

    @property
    def line(self) -> str:
        """What the job runs at its end."""
        return f"{CALL} {self.url}"


def address(folder: Path, config: Config, name: str, listen: str) -> Address | None:
    """The address of one job, made with the secret of the data folder; `listen` is where the bot itself listens.

    None for what is no job. Raises OSError.
    """
    inventory, file = config.inventory, config.file
    if inventory is None or name not in {point.name for point in beats(inventory)}:
        return None
    public = file.http.public_url if file is not None and file.http is not None else None
    made = token(secret_of(folder), inventory.product, name)
    return Address(url(public or f"http://{listen}", made), public is not None)


def judged(point: Point, beat: Beat, now: datetime, blind: Sequence[Span]) -> Glance:
    """Whether a job is well: it did not say that it failed, its run does not take too long, and it is not late.

    `blind` are stretches in which the bot was off and could hear nobody. A report that was due while nobody listened
    may have been made: then the next one is waited for.
    """
    if beat.failed_at is not None:
        code = f" with exit code {beat.exit_code}" if beat.exit_code is not None else ""
        said = f"{point.name} itself reported that it failed{code}, {moment(beat.failed_at)}"
        return bad(now, Trouble.HEARTBEAT, "failed", said)
    deadline = deadline_of(point, beat, blind)
    if now > deadline.until:
        return bad(now, Trouble.HEARTBEAT, *_missed(point, beat, deadline))
    if deadline.run and beat.started_at is not None:
        said = f"{point.name} runs since {moment(beat.started_at)}, and has time until {moment(deadline.until)}"
    else:
        said = f"{point.name} reported" if beat.last_at else f"{point.name} has time until {moment(deadline.due)}"
    return good(now, said)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when a job has time."""

    due: datetime
    """When its next report is expected."""
    until: datetime
    """When it is missed."""
    run: bool = False
    """Whether that is the end of the run under way."""


def deadline_of(point: Point, beat: Beat, blind: Sequence[Span] = ()) -> Deadline:
    """When the next report is due, and when it is missed; a run that is under way has its own time instead."""
    period, grace = timedelta(seconds=point.interval), timedelta(seconds=point.grace)
    due = (beat.last_at or beat.first_at) + period
    for span in blind:
        if span.begin <= due + grace and span.end >= due - max(grace, period / 20):
            due = max(due, span.end) + period
    began = beat.started_at
    if began is None or began > due + grace:
        # Who begins too late is late until it is done.
        return Deadline(due, due + grace)
    end = began + timedelta(seconds=point.longest or point.grace)
    if any(span.begin <= end and span.end >= began for span in blind):
        # Its end may have gone unheard.
        return Deadline(due, max(end, due + grace))
    return Deadline(due, end, run=True)


def _missed(point: Point, beat: Beat, deadline: Deadline) -> tuple[str, str]:
    if deadline.run and beat.started_at is not None:
        return "too_long", f"{point.name} began {moment(beat.started_at)} and has not come to its end"
    last = beat.last_at or beat.first_at
    said = f"its last report came {moment(last)}" if beat.last_at else f"it has not reported since {moment(last)}"
    return "late", f"{point.name} did not report in time: {said}"
