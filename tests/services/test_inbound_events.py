"""Counted events at the door: all of a request or nothing, none twice, and nobody's address is kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.services.counted import MOST, read, summed, unreadable
from bot.services.inbound import Taken
from bot.services.knocks import Turned
from bot.services.plain_json import Unreadable
from tests.services.doorstep import BEARER, START, Doorstep

KEY = b"a key of the data folder"


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doorstep]:
    """With a token."""
    found = Doorstep(tmp_path)
    yield found
    await found.close()


async def send(door: Doorstep, *events: dict[str, Any]) -> Taken:
    """A product says what it counted, as a list."""
    return await door.inbound.events(BEARER, json.dumps(events).encode())


async def test_events_are_counted(door):
    """An object, a list, one per line; each kind adds up."""
    one = json.dumps({"kind": "login_failed"}).encode()
    several = b'[{"kind": "login_failed", "count": 4}, {"kind": "payment_error", "service": "shop"}]'
    lines = b'{"kind": "job_failed"}\n\n{"kind": "job_failed", "count": 2}\r\n{"kind": "http_5xx", "count": 9}\n'
    answers = [await door.inbound.events(BEARER, body) for body in (one, several, lines)]
    assert [(each.status, each.text) for each in answers] == [
        (202, "1 written down."),
        (202, "2 written down."),
        (202, "3 written down."),
    ]
    await door.settled()
    assert await door.counts() == {"login_failed": 5, "payment_error": 1, "job_failed": 3, "http_5xx": 9}


async def test_an_event_with_an_id_counts_once(door):
    """Within one request, in the next one, and after a restart; those without an id count each time."""
    first = await send(door, {"kind": "error", "id": "a"}, {"kind": "error", "id": "a"}, {"kind": "error"})
    assert (first.status, first.text) == (202, "2 written down, 1 known already.")
    await door.settled()
    await door.close()
    door.open()
    again = await send(door, {"kind": "error", "id": "a"}, {"kind": "error", "id": "b"})
    assert again.text == "1 written down, 1 known already."
    nothing = await send(door, {"kind": "error", "id": "a"})
    assert (nothing.status, nothing.text) == (200, "Nothing was written down, 1 known already.")
    await door.settled()
    assert await door.counts() == {"error": 3}


async def test_what_comes_too_late_is_said_and_not_counted(door):
    """Its hour has been judged; the others of the request count."""
    old = (START - timedelta(minutes=61)).isoformat()
    answer = await send(door, {"kind": "error", "at": old, "id": "old"}, {"kind": "error"})
    assert answer.text == "1 written down, 1 too late: more than an hour old."
    await door.settled()
    assert await door.counts() == {"error": 1}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}])
async def test_without_the_token_nothing_is_read(door, headers):
    """Not even what cannot be read is looked at."""
    taken = await door.inbound.events(headers, b"\xff")
    assert taken.status == 401
    [knock] = (await door.inbound.at_the_door()).turned_away
    assert (knock.source, knock.turned) == ("events", Turned.UNPROVEN)


async def test_a_bot_without_a_token_says_so(tmp_path):
    """An empty token is no token."""
    door = Doorstep(tmp_path, {"LAUNCH_TOKEN": " "})
    taken = await door.inbound.events({"Authorization": "Bearer "}, b"{}")
    assert (taken.status, "LAUNCH_TOKEN" in taken.text) == (401, True)
    [knock] = (await door.inbound.at_the_door()).turned_away
    assert knock.turned is Turned.NO_SECRET
    await door.close()


async def test_one_mistake_refuses_the_whole_list(door):
    """Otherwise a sender that corrects it would count the others twice."""
    taken = await send(door, {"kind": "error"}, {"kind": "login_fail"})
    assert (taken.status, taken.text) == (
        400,
        'Entry 2: kind: "login_fail" is not counted, did you mean "login_failed"?',
    )
    await door.settled()
    assert await door.counts() == {}


async def test_neither_origin_nor_secret_is_kept(door):
    """What is stored anywhere in the file tells no address and no key."""
    key = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    await send(door, {"kind": "login_failed", "origin": "203.0.113.77", "sample": f"bad key {key} of ana@shop.test"})
    kept = await door.store.read(lambda c: c.execute("SELECT data FROM heard").fetchone()["data"])
    await door.settled()
    rows = await door.store.read(lambda c: [tuple(row) for row in c.execute("SELECT * FROM event_count")])
    for text in (kept, str(rows)):
        assert "203.0.113.77" not in text
        assert key not in text
        assert "ana@" not in text
    assert "bad key" in kept


def test_equal_origins_stay_equal_and_say_nothing():
    """Written with blanks or capitals; another bot's key makes another hash."""
    assert unreadable(" Ana@Shop.test", KEY) == unreadable("ana@shop.test ", KEY)
    assert unreadable("203.0.113.77", KEY) != unreadable("203.0.113.78", KEY)
    assert unreadable("203.0.113.77", KEY) != unreadable("203.0.113.77", b"other")
    assert len(unreadable("x" * 500, KEY)) == 16


def test_equal_events_of_a_minute_are_one():
    """Different minutes, kinds, services or origins stay apart."""
    body = json.dumps(
        [
            {"kind": "error", "count": 2},
            {"kind": "error", "sample": "boom"},
            {"kind": "error", "service": "shop"},
            {"kind": "error", "at": (START - timedelta(minutes=1)).isoformat()},
        ]
    ).encode()
    found = summed(one.counted for one in read(body, START, KEY))
    assert sorted((one.count, one.service, one.at == START) for one in found) == [
        (1, "", False),
        (1, "shop", True),
        (3, "", True),
    ]


def test_the_future_is_now():
    """A clock that is ahead counts now."""
    [told] = read(json.dumps({"kind": "error", "at": START.timestamp() + 9}).encode(), START, KEY)
    assert told.counted.at == START


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "There is no event in it."),
        (b"[]", "There is no event in it."),
        (b"\xff\xfe\x00", "The body is no UTF-8 text."),
        (b"{", "The body is no JSON (column 2)."),
        (b"[" * 100_000, "The body is no JSON that can be read."),
        (b"1" * 10_000, "The body is no JSON that can be read."),
        (b'"login_failed"', 'Write an object such as {"kind": "login_failed"}.'),
        (b"{}", "kind is missing."),
        (b'{"kind": "error"}\n{"kind": ', "Line 2 is no JSON (column 9)."),
        (b'{"kind": "error", "cuont": 3}', 'There is no field "cuont", did you mean "count"?'),
        (b'{"kind": "error", "count": 0}', "count: input should be greater than or equal to 1."),
        (b'{"kind": "error", "count": 1.5}', "count: input should be a valid integer."),
        (b'{"kind": "error", "count": true}', "count: input should be a valid integer."),
        (
            b'{"kind": "error", "at": "2026-11-20T12:00:00"}',
            "at: write the time with its zone, such as 2026-11-20T12:00:00Z.",
        ),
        (b'{"kind": "error", "at": "0001-01-01T00:00:00+14:00"}', "at: there is no such time."),
        (b'{"kind": "error", "service": null}', "service: input should be a valid string."),
        (b'{"kind": "\\u001b[31mred"}', 'kind: "?[31mred" is not counted; known are '),
    ],
    ids=range(17),
)
def test_what_is_wrong_is_one_clear_sentence(body, said):
    """It names the place, repeats nothing dangerous, and never is a traceback."""
    with pytest.raises(Unreadable) as found:
        read(body, START, KEY)
    assert str(found.value).startswith(said)
    assert len(str(found.value)) < 400


def test_too_many_at_once_are_refused():
    """As a list or as lines."""
    one = b'{"kind": "error"}'
    assert len(read(b"[" + b",".join([one] * MOST) + b"]", START, KEY)) == MOST
    for body in (b"[" + b",".join([one] * (MOST + 1)) + b"]", b"\n".join([one] * (MOST + 1))):
        with pytest.raises(Unreadable, match="1,00"):
            read(body, START, KEY)
