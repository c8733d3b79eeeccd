"""Jobs that report by themselves: each has a URL that nobody can guess, and is missed once it is late.

The last part of the URL is made from the job's name with a secret in the data folder. It stays the same for as long as
that file and the name do, and nothing about it has to be stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.severity import Trouble
from bot.domain.uptime import Span
from bot.services.glance import Glance, bad, good
from bot.store.heartbeats import Beat
from checks.inventory import Inventory, Point
from checks.moments import moment

SECRET_FILE = "ping-secret"  # noqa: S105  a file's name
BYTES = 16


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
    return f"curl -fsS -m 10 --retry 3 -o /dev/null {base.rstrip('/')}/ping/{made}"


def judged(point: Point, beat: Beat, now: datetime, blind: Sequence[Span]) -> Glance:
    """Whether a job is late. `blind` are stretches in which the bot was off and could hear nobody.

    A report that was due while nobody listened may have been made: then the next one is waited for.
    """
    period, grace = timedelta(seconds=point.interval), timedelta(seconds=point.grace)
    last = beat.last_at or beat.first_at
    due = last + period
    for span in blind:
        if span.begin <= due + grace and span.end >= due - max(grace, period / 20):
            due = max(due, span.end) + period
    if now <= due + grace:
        return good(now, f"{point.name} reported" if beat.last_at else f"{point.name} has time until {moment(due)}")
    said = f"its last report came {moment(last)}" if beat.last_at else f"it has not reported since {moment(last)}"
    return bad(now, Trouble.HEARTBEAT, "late", f"{point.name} did not report in time: {said}")
