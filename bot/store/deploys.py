"""Deploys as rows: one each, with its course; what only the past is asked about is in `releases`."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.deploys import Deploy, Stage
from bot.domain.heard import Progress
from bot.store.codes import from_ms, to_ms
from bot.store.plain import from_plain, to_plain

log = logging.getLogger(__name__)

LIVE = (
    "(stage IN ('live', 'smoke', 'good', 'bad') OR (stage = 'superseded' AND CASE WHEN data <> ''"
    " THEN json_extract(data, '$.live_at') END IS NOT NULL))"
)
"""Rows that customers have had."""
NEAR = 20
"""So many of the last ones of a place a report may belong to: each costs time to read."""


def put(connection: sqlite3.Connection, deploy: Deploy, due: datetime | None) -> int:
    """Write it down, new or changed; `due`: when it is to be looked at next. Answers its number."""
    data = to_plain(deploy)
    for name in ("id", "product", "rev"):
        data.pop(name, None)
    values = (
        to_ms(deploy.live_at or deploy.began_at),
        deploy.version,
        deploy.environment,
        deploy.service,
        deploy.author,
        deploy.note,
        deploy.url,
        deploy.source,
        deploy.key,
        deploy.stage.value,
        deploy.rev,
        None if due is None else to_ms(due),
        json.dumps(data, ensure_ascii=False),
    )
    if deploy.id:
        connection.execute(
            "UPDATE deploy SET at = ?, version = ?, environment = ?, service = ?, author = ?, note = ?, url = ?,"
            " source = ?, key = ?, stage = ?, rev = ?, due_at = ?, data = ? WHERE id = ?",
            (*values, deploy.id),
        )
        return deploy.id
    cursor = connection.execute(
        "INSERT INTO deploy (at, version, environment, service, author, note, url, source, key, stage, rev, due_at,"
        " data, product) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, deploy.product),
    )
    return int(cursor.lastrowid or 0)


def get(connection: sqlite3.Connection, id: int) -> Deploy | None:
    """One."""
    return next(iter(_read(connection.execute("SELECT * FROM deploy WHERE id = ?", (id,)))), None)


def by_key(connection: sqlite3.Connection, product: str, source: str, key: str) -> Deploy | None:
    """The one that its sender calls so."""
    rows = connection.execute(
        "SELECT * FROM deploy WHERE product = ? AND source = ? AND key = ? AND key <> ''", (product, source, key)
    )
    return next(iter(_read(rows)), None)


def recent(
    connection: sqlite3.Connection,
    product: str,
    *,
    limit: int = NEAR,
    environment: str = "",
    stages: Iterable[Stage] = (),
) -> list[Deploy]:
    """The last ones, newest first; of one environment, or at some stages, where that is said."""
    wanted = [one.value for one in stages]
    marks = ", ".join("?" * len(wanted))
    rows = connection.execute(
        "SELECT * FROM deploy WHERE product = ? AND (? = '' OR environment = ?)"  # noqa: S608  question marks only
        f" AND ({not wanted} OR stage IN ({marks})) ORDER BY at DESC, id DESC LIMIT ?",
        (product, environment, environment, *wanted, limit),
    )
    return _read(rows)


def due(connection: sqlite3.Connection, product: str, now: datetime, *, limit: int = 20) -> list[Deploy]:
    """Those that something is to be done about, the longest waiting first."""
    rows = connection.execute(
        "SELECT * FROM deploy WHERE due_at <= ? AND product = ? ORDER BY due_at, id LIMIT ?",
        (to_ms(now), product, limit),
    )
    return _read(rows)


def live_before(connection: sqlite3.Connection, deploy: Deploy, *, limit: int = NEAR) -> list[Deploy]:
    """What customers of the same service had before it, newest first."""
    rows = connection.execute(
        f"SELECT * FROM deploy WHERE product = ? AND environment = ? AND service = ? AND at <= ? AND id <> ? AND {LIVE}"  # noqa: S608
        " ORDER BY at DESC, id DESC LIMIT ?",
        (*_place(deploy), to_ms(deploy.live_at or deploy.began_at), deploy.id, limit),
    )
    return _read(rows)


def live_after(connection: sqlite3.Connection, deploy: Deploy) -> Deploy | None:
    """The first one of the same service that went live after it."""
    rows = connection.execute(
        f"SELECT * FROM deploy WHERE product = ? AND environment = ? AND service = ? AND at > ? AND id <> ? AND {LIVE}"  # noqa: S608
        " ORDER BY at, id LIMIT 1",
        (*_place(deploy), to_ms(deploy.live_at or deploy.began_at), deploy.id),
    )
    return next(iter(_read(rows)), None)


def last_good(before: Sequence[Deploy], version: str = "") -> str:
    """Of what was live before, newest first: the last version that was found good, else the last not known as bad."""
    others = [one for one in before if one.version != version]
    bad = {one.version for one in others if one.stage is Stage.BAD}
    good = next((one.version for one in others if one.stage is Stage.GOOD), "")
    return good or next((one.version for one in others if one.version not in bad), "")


def of_walk(connection: sqlite3.Connection, run: int) -> int:
    """The deploy for which flows were walked; 0: for none."""
    row = connection.execute("SELECT deploy FROM smoke_run WHERE id = ?", (run,)).fetchone()
    return 0 if row is None else int(row["deploy"])


def shown(connection: sqlite3.Connection, id: int, channel: str, ts: str) -> None:
    """Where its message stands in Slack."""
    connection.execute("UPDATE deploy SET channel = ?, ts = ? WHERE id = ?", (channel, ts, id))


def _place(deploy: Deploy) -> tuple[str, str, str]:
    return deploy.product, deploy.environment, deploy.service


def _read(rows: Iterable[sqlite3.Row]) -> list[Deploy]:
    """Deploys as records; one that cannot be read is passed over, so that it holds up no other."""
    found = []
    for row in rows:
        try:
            found.append(_deploy(row))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("deploy %s cannot be read: %s", row["id"], error)
    return found


def _deploy(row: sqlite3.Row) -> Deploy:
    given = {"id": row["id"], "product": row["product"], "rev": row["rev"]}
    if row["data"]:
        return from_plain(Deploy, {**json.loads(row["data"]), **given})
    at, stage = from_ms(row["at"]), Stage(row["stage"])
    # Written down by an older program: somebody said that it was live.
    return Deploy(
        **given,
        source=row["source"],
        key=row["key"],
        version=row["version"],
        environment=row["environment"],
        stage=stage,
        began_at=at,
        service=row["service"],
        author=row["author"],
        note=row["note"],
        url=row["url"],
        live_at=at,
        ended_at=at,
        progress=Progress.LIVE,
    )
