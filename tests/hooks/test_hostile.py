"""Whatever the bytes are: an answer, never a traceback; and nothing that comes out is long, broken or secret."""

from __future__ import annotations

import json
import random
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.hooks.base import Inbound, Refused, Said, Verified, load
from bot.domain.heard import EVENT_KINDS, Counted, Heard, Marker, Outside
from checks.masking import mask
from tests.hooks.examples import EVENTS, examples
from tests.hooks.senders import NOW, SECRET, SOURCES, published, request, secret_of

LONGEST = 500
TROUBLES = {"reach", "latency", "errors", "jobs", "note"}
STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**30, 1e308, -0.0, 1.5, "", " ", "\x00", "\ud800", "\u202eevil", "a" * 5000),
    *([], {}, [[]], [None], {"": {}}, "https://" + "a" * 600, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+23:59"),
    *("<!channel> *now*\n<https://evil.example|here>", "password=hunter2hunter2", "-" * 300, "²", "１２３"),
)


def sound(one: Heard) -> None:
    """What everything that comes out must be."""
    for field in fields(one):
        value = getattr(one, field.name)
        if isinstance(value, str):
            assert len(value) <= LONGEST, field.name
            assert value.isprintable(), (field.name, value)
            assert value == value.strip(), field.name
    assert isinstance(one.at, datetime)
    assert one.at.utcoffset() == timedelta(0)
    assert one.at <= NOW
    assert one.at.year >= 2000
    if isinstance(one, Marker):
        assert one.version
        assert len(one.version) <= 100
        assert one.environment in ("production", "staging", "preview")
        assert all(not link or link.startswith(("http://", "https://")) for link in (one.url, one.log_url))
        assert mask(one.note) == one.note
        assert not one.commit or set(one.commit) <= set("0123456789abcdef")
    elif isinstance(one, Outside):
        assert one.key
        assert one.title
        assert one.trouble in TROUBLES
        assert one.severity in ("", "blocker", "high", "medium", "low")
        assert mask(one.title) == one.title
        assert mask(one.evidence) == one.evidence
    else:
        assert isinstance(one, Counted)
        assert one.kind in EVENT_KINDS
        assert 1 <= one.count <= 1_000_000
        assert mask(one.sample) == one.sample


def look(name: str, body: bytes, **headers: str) -> Said | Refused:
    """What a proven request with this body tells; all of it is sound."""
    source = load()[name]
    sent = request(name, body, **headers)
    assert isinstance(source.verify(sent, secret_of(name)), Verified)
    said = source.parse(sent)
    assert 0 < len(source.delivery(sent)) <= 100
    assert source.delivery(sent).isprintable()
    if isinstance(said, Refused):
        assert said.status == 400
        assert 0 < len(said.reason) <= 300
        return said
    assert bool(said.heard) != bool(said.ignored)
    assert len(said.ignored) <= 300
    assert said.ignored.isprintable()
    for one in said.heard:
        sound(one)
    return said


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.sampled_from([one for one in STRANGE if not isinstance(one, list | dict)]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=12,
)
HEADER = st.text(max_size=60)


@pytest.mark.parametrize("name", SOURCES)
@given(st.binary(max_size=300), st.sampled_from(EVENTS))
@settings(max_examples=60)
def test_any_bytes(name: str, body: bytes, event: str) -> None:
    """A body that nobody can read is refused with a reason."""
    look(name, body, x_github_event=event)


@pytest.mark.parametrize("name", SOURCES)
@given(st.dictionaries(st.text(max_size=20), HEADER, max_size=3), HEADER, HEADER, st.binary(max_size=50))
@settings(max_examples=60)
def test_any_headers(name: str, more: dict[str, str], first: str, second: str, body: bytes) -> None:
    """Nothing that stands in a header opens the door, or breaks it."""
    source = load()[name]
    own = dict.fromkeys(request(name, body).headers, first)
    for headers in (own | more, dict.fromkeys(own, second) | {"webhook-signature": first}):
        sent = Inbound(headers, body, NOW, second)
        assert isinstance(source.verify(sent, secret_of(name)), Refused)
        assert source.parse(sent) is not None
        assert source.delivery(sent)


def _paths(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, value in inner:
        found += _paths(value, (*path, name))
    return found


def _changed(body: Any, path: tuple[str | int, ...], value: Any) -> Any:
    whole = json.loads(json.dumps(body))
    node = whole
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return whole


def _known() -> list[tuple[str, dict[str, str], Any]]:
    """All examples: sender, headers, body."""
    found = []
    for path in published():
        example = json.loads(path.read_text(encoding="utf-8"))
        headers = {name.lower().replace("-", "_"): value for name, value in example.get("headers", {}).items()}
        found.append((path.parent.name, headers, example["body"]))
    found += [
        (
            "generic",
            {},
            {"deploy": {"version": "v43", "status": "live", "url": "https://example.com", "at": 1763640000}},
        ),
        ("generic", {}, {"signal": {"class": "latency", "state": "firing", "key": "k", "evidence": "p95 is 3 s"}}),
        ("standard", {}, {"events": [{"kind": "login_failed", "count": 3, "sample": "wrong password"}], "id": "7"}),
    ]
    return found


def test_every_place_of_every_example_with_something_strange_in_it() -> None:
    """Each field of each example in turn, and as if it were not there: always an answer, always sound."""
    source = random.Random(7)
    count = 0
    for name, headers, body in _known():
        for path in _paths(body):
            for value in source.sample(STRANGE, 3):
                look(name, json.dumps(_changed(body, path, value)).encode(), **headers)
                count += 1
    assert count > 5000


def test_every_place_of_githubs_examples_with_something_strange_in_it() -> None:
    """The objects that are read: each field in turn."""
    source = random.Random(11)
    count = 0
    for event in EVENTS:
        body = examples()["api.github.com"][event][0]
        mine = [path for path in _paths(body) if path[0] not in ("sender", "installation") and len(path) <= 3]
        for path in mine:
            for value in source.sample(STRANGE, 1):
                look("github", json.dumps(_changed(body, path, value)).encode(), x_github_event=event)
                count += 1
    assert count > 500


@pytest.mark.parametrize("name", SOURCES)
@given(st.dictionaries(st.sampled_from(["alerts", "data", "deploy", "type", "payload", "id"]), ANYTHING, max_size=6))
@settings(max_examples=60)
def test_any_json(name: str, body: dict[str, Any]) -> None:
    """Names that are known, with anything behind them."""
    look(name, json.dumps(body).encode("utf-8", "surrogatepass"))
    look(name, json.dumps(body).encode())


@pytest.mark.parametrize("name", SOURCES)
def test_truncated_messages(name: str) -> None:
    """Cut anywhere, an example is no JSON any more, and says so."""
    for source, headers, body in _known()[::3]:
        if source == name:
            whole = json.dumps(body).encode()
            for end in range(0, len(whole), max(1, len(whole) // 40)):
                assert isinstance(look(name, whole[:end], **headers), Refused)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b'{"a":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"id":' + b"9" * 1_000_000 + b"}",
        b'{"at":1e400,"deploy":{"version":"v1","at":1e400}}',
        b'{"createdAt":-1e300,"type":"deployment.created","payload":{"deployment":{"id":"x"}}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"id":"\\ud800","type":"\\udfff"}',
        b'{"a":"\x00"}',
        b"null",
        b"[]",
        b'"x"',
        b"0",
        b"",
    ],
    ids=range(17),
)
def test_bombs(name: str, body: bytes) -> None:
    """Nesting, numbers, half characters and texts that are no objects."""
    look(name, body, x_github_event="deployment_status")


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_no_json(word: str) -> None:
    """RFC 8259 knows none of them, and Python's own reader would take them."""
    body = f'{{"deploy": {{"version": "v1", "at": {word}}}}}'.encode()
    assert look("generic", body) == Refused("The body is no JSON object in UTF-8.", status=400)


def test_a_time_in_the_future_is_now() -> None:
    """A sender with a wrong clock cannot say what has not happened yet."""
    later = (NOW + timedelta(days=400)).isoformat()
    said = look("generic", json.dumps({"deploy": {"version": "v1", "at": later}}).encode())
    assert isinstance(said, Said)
    assert said.heard[0].at == NOW


def test_what_is_free_text_is_masked_and_on_one_line() -> None:
    """A commit's message, an alert's words: tokens are hidden, only the first line stays."""
    token = "ghp_" + "a1B2" * 9
    body = {
        "deploy": {"version": "v1", "note": f"\n\n deployed with {token}\r\nand more", "author": "mona@example.com"}
    }
    said = look("generic", json.dumps(body).encode())
    assert isinstance(said, Said)
    [one] = said.heard
    assert isinstance(one, Marker)
    assert token not in one.note
    assert one.note.startswith("deployed with ghp_")
    assert one.author == "m…@example.com"


def test_secrets_never_stand_in_a_refusal() -> None:
    """Neither the right one nor the one that was sent."""
    for name in SOURCES:
        source, sent = load()[name], request(name, b"{}", secret="" if name in ("render", "standard") else "guess-4711")
        proof = source.verify(Inbound(sent.headers, b"{} ", NOW, sent.token), secret_of(name))
        assert isinstance(proof, Refused)
        assert SECRET not in proof.reason
        assert "guess-4711" not in proof.reason
