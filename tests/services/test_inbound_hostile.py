"""Whatever a body holds: it is understood or refused in a sentence, and what is understood can be written down."""

from __future__ import annotations

import json
import sqlite3

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.heard import Heard
from bot.services import counted, reported
from bot.services.plain_json import Unreadable
from bot.store import heard
from bot.store.migrations import migrate
from tests.services.doorstep import START

KEY = b"a key"
ODD = st.sampled_from(["\ud800", "\x00", "\u202e", "a\nb", "\x1b[31m", "x" * 3000, "é" * 120, "1e999", " ", "\ufeff"])
TEXT = st.one_of(ODD, st.text(max_size=30))
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=8,
)
KIND = st.one_of(st.sampled_from(["error", "login_failed"]), VALUE)
EVENT = st.fixed_dictionaries({"kind": KIND}, optional=dict.fromkeys(counted.FIELDS[1:], VALUE))
FIELDS = ("environment", "service", "author", "note", "commit", "before", "url", "log_url", "compare_url", "key", "at")
DEPLOY = st.fixed_dictionaries(
    {"version": st.one_of(st.just("v43"), VALUE)}, optional=dict.fromkeys((*FIELDS, "status", "id", "deploy"), VALUE)
)


def written(said: tuple[Heard, ...], delivery: str = "1") -> tuple[Heard, ...]:
    """What comes back of it from a real table."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        migrate(connection, None)  # type: ignore[arg-type]
        assert heard.take(connection, "shop", START, source="x", delivery=delivery, said=said)
        [row] = heard.due(connection, "shop", START, 9)
        found = heard.said(connection, row.id)
        assert found is not None
        return found
    finally:
        connection.close()


def a_sentence(error: Unreadable) -> None:
    """It can be said to anybody."""
    assert 5 < len(str(error)) < 500
    assert str(error).isprintable()


def understood(body: bytes) -> None:
    """Events and reports of this body, written and read, or refused in a short line."""
    try:
        events = counted.summed(one.counted for one in counted.read(body, START, KEY))
    except Unreadable as error:
        a_sentence(error)
    else:
        assert written(events) == events
    try:
        report = reported.read(body, START)
    except Unreadable as error:
        a_sentence(error)
    else:
        assert written((report.marker,), report.delivery) == (report.marker,)
        assert 0 < len(report.delivery) <= 100


@settings(max_examples=150, deadline=None)
@given(st.one_of(EVENT, DEPLOY, st.lists(EVENT, max_size=4), VALUE))
@example({"kind": "error", "service": "\ud800"})
@example({"kind": "error", "sample": "\ud800 \x00"})
@example({"kind": "error", "at": 1e300})
@example({"kind": "error", "origin": "\ud800", "id": "\ud800"})
@example({"version": "v43", "key": "\ud800", "note": "\ud800"})
@example({"version": "v43", "id": "\ud800"})
@example({"version": "v43", "id": "\ud800" * 200})
@example({"kind": "error", "id": "i", "sample": "\ud83d\ude00" * 300})
def test_any_json_is_understood_or_refused(value):
    """With halves of characters, control characters, numbers without end, deep and wide."""
    understood(json.dumps(value).encode())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
@example(b'{"kind": "error", "at": 1e999}')
@example(b'{"kind": "error", "count": 1' + b"0" * 5000 + b"}")
@example(b'{"version": "v43"}' * 2)
def test_any_bytes_are_understood_or_refused(body):
    """Most of them are no JSON."""
    understood(body)
