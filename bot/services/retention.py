"""What is kept, and for how long: raw looks shortly, their sums long, the journal and people's answers for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.store import (
    audits,
    blindness,
    clicks,
    disagreement,
    drift,
    event_counts,
    gates,
    heard,
    incidents,
    outbox,
    past,
    perf_runs,
    probes,
    release_runs,
    runs,
    seen,
    walks,
)
from bot.store.db import Store

RAW_PROBES = timedelta(days=7)
FIVES = timedelta(days=90)
HOURS = timedelta(days=400)
AUDITS = timedelta(days=400)
"""The last whole audit of each product is kept whatever its age."""
DISAGREEMENTS = timedelta(days=90)
"""Name servers that have differed for so long belong to a domain that nobody looks at any more."""
MESSAGES = timedelta(days=30)
INCIDENTS = timedelta(days=400)
"""Closed ones, with all that was said and done about them; runs of runbooks, silences, swaps, releases, loads."""
WALKS = timedelta(days=90)
"""Walks of smoke flows: with a schedule of five minutes there are hundreds a day."""
CLICKS = timedelta(days=30)
"""What a button did stands in the story of its incident; the click itself is only there so that none counts twice."""

HEARD = timedelta(days=30)
"""What senders said: so long is a delivery that comes again known. What came of it is kept elsewhere."""
EVENT_IDS = timedelta(days=2)
"""Ids of single counted events, so that none is counted twice."""
GATES = timedelta(days=90)
"""What gates of CI said: it counts for a month, and is then named as too old; builds that they stopped."""
COUNTED = timedelta(days=35)
"""Sums of counted events by the minute: two weeks of them say what is normal."""
ORIGINS = timedelta(days=2)
"""Where counted events came from; afterwards only their sums are kept."""


async def retain(store: Store, now: datetime) -> Mapping[str, int]:
    """Sum up finished hours and days, then forget what has had its time; says how many rows of each.

    In steps, so that nobody waits long for the writer.
    """
    return {
        "summed_up": await store.write(lambda c: probes.roll_up(c, now), durable=False),
        "probes": await store.write(
            lambda c: probes.purge(c, now, raw=RAW_PROBES, hours=HOURS, fives=FIVES), durable=False
        ),
        "blind": await store.write(lambda c: blindness.purge(c, now, HOURS), durable=False),
        "audits": await store.write(lambda c: audits.purge(c, now - AUDITS), durable=False),
        "changes": await store.write(lambda c: drift.purge(c, now - AUDITS), durable=False),
        "disagreements": await store.write(lambda c: disagreement.purge(c, now - DISAGREEMENTS), durable=False),
        "messages": await store.write(lambda c: outbox.purge(c, now - MESSAGES), durable=False),
        "incidents": await _incidents(store, now),
        "runs": await store.write(lambda c: runs.purge(c, now - INCIDENTS), durable=False),
        "walks": await store.write(lambda c: walks.purge(c, now - WALKS), durable=False),
        "loads": await store.write(lambda c: perf_runs.purge(c, now - INCIDENTS), durable=False),
        "clicks": await store.write(lambda c: clicks.purge(c, now - CLICKS), durable=False),
        "lists": await store.write(lambda c: release_runs.purge(c, now - INCIDENTS), durable=False),
        "past": await store.write(lambda c: past.purge(c, now - INCIDENTS), durable=False),
        "heard": await store.write(lambda c: heard.purge(c, now - HEARD, now - EVENT_IDS), durable=False),
        "gates": await store.write(lambda c: gates.purge(c, now - GATES), durable=False),
        "counted": await store.write(
            lambda c: event_counts.forget_origins(c, now - ORIGINS) + event_counts.purge(c, now - COUNTED),
            durable=False,
        ),
        "events": await store.write(lambda c: seen.purge(c, now), durable=False),
    }


async def _incidents(store: Store, now: datetime) -> int:
    """In steps: a year of them at once would hold the writer up."""
    gone = 0
    while True:
        count = await store.write(lambda c: incidents.purge(c, now - INCIDENTS), durable=False)
        gone += count
        if not count:
            return gone
