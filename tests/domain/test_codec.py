"""Events survive their way through a store, and the log rebuilds the row."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import codec, member
from bot.domain import events as e
from bot.domain.folding import apply, replay
from bot.domain.incident import OutOfOrder, key_of
from bot.domain.member import Light, Member
from bot.domain.severity import Sev, Trouble
from tests.domain.host import STEADY

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
MEMBERS = st.builds(
    Member,
    probe=st.text(),
    trouble=st.sampled_from(Trouble),
    service=st.text(),
    sev=st.sampled_from(Sev),
    light=st.sampled_from(Light),
    absorbed=st.booleans(),
    first_at=MOMENTS,
    last_at=MOMENTS,
    evidence=st.text(),
    until=st.none() | MOMENTS,
)

st.register_type_strategy(datetime, MOMENTS)
st.register_type_strategy(Member, MEMBERS)
HINTS = {kind: get_type_hints(kind, {**vars(e), **vars(member)}) for kind in e.KINDS}
A_LIFE = 10**12
"""Milliseconds; no clock is put back by more, and moments stay ones that a calendar has."""


def _values(kind, name):
    return st.integers(-A_LIFE, A_LIFE) if name == "by_ms" else st.from_type(HINTS[kind][name])


EVENTS = st.one_of([st.builds(kind, **{one.name: _values(kind, one.name) for one in fields(kind)})
                    for kind in e.KINDS])  # fmt: skip


@STEADY
@given(EVENTS)
def test_every_event_comes_back_as_it_was(event):
    """Through JSON text and back."""
    assert codec.from_json(json.loads(json.dumps(codec.to_json(event)))) == event


def test_all_kinds_of_events_are_kept():
    """Each by its name, and none twice."""
    names = [kind.__name__ for kind in e.KINDS]
    assert len(names) == len(set(names)) >= 30


def test_a_moment_in_another_zone_is_the_same_moment():
    """Stored as UTC."""
    here = datetime(2026, 3, 10, 15, 3, tzinfo=timezone(timedelta(hours=1)))
    data = codec.to_json(e.Noted(here, text="x"))
    assert data["at"] == "2026-03-10T14:03:00+00:00"
    assert codec.from_json(data).at == here


def test_a_field_that_is_not_known_yet_is_passed_over():
    """A newer version wrote it."""
    event = e.Noted(datetime(2026, 1, 1, tzinfo=UTC), text="x")
    assert codec.from_json({**codec.to_json(event), "mood": "good"}) == event


@pytest.mark.parametrize(
    "data",
    [
        {}, {"kind": "Exploded"}, {"kind": "Noted"}, {"kind": "Noted", "at": "yesterday"},
        {"kind": "Noted", "at": "2026-01-01T00:00:00+00:00", "text": 7},
        {"kind": "Opened", "at": "2026-01-01T00:00:00+00:00", "id": True},
        {"kind": "Opened", "at": "2026-01-01T00:00:00+00:00", "sev": 9},
        {"kind": "Opened", "at": "2026-01-01T00:00:00+00:00", "members": [{"probe": "x"}]},
        {"kind": "Opened", "at": "2026-01-01T00:00:00+00:00", "members": "all"},
    ],
)  # fmt: skip
def test_a_damaged_event_is_one_clear_error(data):
    """Never a half-read one."""
    with pytest.raises(codec.Unreadable):
        codec.from_json(data)


def test_a_damaged_log_is_one_clear_error():
    """No beginning, or two."""
    opened = e.Opened(datetime(2026, 1, 1, tzinfo=UTC), id=1)
    with pytest.raises(OutOfOrder):
        replay([])
    with pytest.raises(OutOfOrder):
        apply(None, e.Closed(opened.at))
    with pytest.raises(OutOfOrder):
        replay([opened, opened])


@STEADY
@given(st.lists(EVENTS, max_size=20))
def test_the_fold_takes_any_events_in_any_order(events):
    """One revision for each, and never an exception, so that a log always has a row."""
    opened = e.Opened(datetime(2026, 1, 1, tzinfo=UTC), id=1)
    rest = [one for one in events if not isinstance(one, e.Opened)]
    row = replay([opened, *rest])
    assert row.rev == 1 + len(rest)
    assert row.turn <= row.rev


def test_keys_tell_apart_what_must_be_apart():
    """Product, environment, service and kind; nothing else is in them."""
    key = key_of("acme", "production", "shop", Trouble.REACH)
    assert key == hashlib.sha1(b"acme|production|shop|reach").hexdigest()
    others = [
        key_of("other", "production", "shop", Trouble.REACH),
        key_of("acme", "staging", "shop", Trouble.REACH),
        key_of("acme", "production", "app", Trouble.REACH),
        key_of("acme", "production", "shop", Trouble.DNS),
    ]
    assert len({key, *others}) == 5


def test_replaying_is_stable():
    """The same log, the same row, also in halves."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    log = [e.Opened(at, id=1, sev=Sev.ONE), e.Announced(at, esc_from=at), e.Acked(at, "U1", until=at)]
    assert replay(log) == apply(replay(log[:2]), log[2])
    assert replace(replay(log)) == replay(log)


def test_what_is_replayed_is_as_fine_as_the_stored_row():
    """A clock tells microseconds, the store keeps milliseconds: both sides forget the same."""
    at = datetime(2026, 3, 10, 14, 3, 0, 123_999, tzinfo=UTC)
    kept = at.replace(microsecond=123_000)
    assert codec.from_json(codec.to_json(e.Acked(at, "UANA", until=at))) == e.Acked(kept, "UANA", until=kept)
