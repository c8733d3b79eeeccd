"""The usual answer is read at one go, and means what it means to the parser; all others are left to that."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from checks.net.answer import LONGEST, Answer, Usual
from tests.net.conftest import Site
from tests.servers.http import Answer as Said

USUAL = b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\nX-Empty:\r\nx-two:  a b \r\n\r\nhello"

PIECES = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 404\r\n",
    b"HTTP/1.0 200 OK\r\n",
    b"HTTP/1.1 204 No\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1  200 OK\r\n",
    b"HTTP/1.1 2000 OK\r\n",
    b"Content-Length: 5\r\n",
    b"content-length:4\r\n",
    b"Content-Length: 5, 5\r\n",
    b"Content-Length: +5\r\n",
    b"Content-Length : 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"x: y\r\n",
    b"x: \xc3\xa9\r\n",
    b"x: a\x00b\r\n",
    b"x:\ty\t\r\n",
    b" folded\r\n",
    b"x: y\n",
    b"x: a\rb\r\n",
    b": none\r\n",
    b"no colon\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Connection: close\r\n",
    b"\r\n",
    b"\n",
    b"hello",
    b"hell",
    b"5\r\nhello\r\n0\r\n\r\n",
]


def parsed(data: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes, bytes] | None:
    """What the parser makes of the bytes; None where there is no whole answer, or a wrong one."""
    parser = h11.Connection(h11.CLIENT)
    parser.send(h11.Request(method="GET", target="/", headers=[("Host", "a.test"), ("Connection", "close")]))
    parser.send(h11.EndOfMessage())
    parser.receive_data(data)
    response, body = None, b""
    try:
        while True:
            event = parser.next_event()
            if isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage) and response is not None:
                return response.status_code, list(response.headers), response.http_version, body
            elif not isinstance(event, h11.InformationalResponse):
                return None
    except h11.RemoteProtocolError:
        return None


def taken(*pieces: bytes) -> Answer | None:
    """What is read at one go."""
    usual = Usual()
    found = [answer for piece in pieces if (answer := usual.take(piece)) is not None]
    assert usual.data == b"".join(pieces)
    return found[0] if found else None


@settings(deadline=None)
@given(some.lists(some.sampled_from(PIECES) | some.binary(max_size=4), max_size=8).map(b"".join))
def test_whatever_is_read_at_one_go_means_the_same_to_the_parser(data: bytes):
    """For any bytes: either nothing is said about them, or what h11 says."""
    answer = taken(data)
    if answer is not None:
        assert (answer.status_code, list(answer.headers), answer.http_version, answer.body) == parsed(data)


@settings(deadline=None)
@given(some.data())
def test_a_usual_answer_is_read_however_it_comes(data: some.DataObject):
    """In any few pieces; not before it is whole; and what comes behind it is none of its body."""
    cuts = sorted(data.draw(some.lists(some.integers(1, len(USUAL) - 1), max_size=5, unique=True)))
    pieces = [USUAL[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(USUAL)], strict=True)]
    assert taken(*pieces[:-1]) is None
    answer = taken(*pieces[:-1], pieces[-1] + b"more")
    assert answer is not None
    assert (answer.status_code, list(answer.headers), answer.http_version, answer.body) == parsed(USUAL)
    assert dict(answer.headers) == {b"server": b"x", b"content-length": b"5", b"x-empty": b"", b"x-two": b"a b"}


@pytest.mark.parametrize(
    "data",
    [
        USUAL.replace(b"5", b"4\r\ncontent-length: 5"),
        USUAL.replace(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        USUAL.replace(b"Content-Length: 5", b"Content-Length: %d" % LONGEST),
        USUAL.replace(b"200 OK", b"304 Not Modified"),
        USUAL.replace(b"200 OK", b"103 Early Hints"),
        USUAL.replace(b": x", b": x\r\n folded"),
        USUAL.replace(b": x", b" : x"),
        USUAL.replace(b"HTTP/1.1", b"HTTP/1.0"),
        USUAL.replace(b"\r\n", b"\n"),
    ],
)
def test_what_is_not_quite_so_is_left_to_the_parser(data: bytes):
    """Two lengths, chunks, old protocols, lines that go on: nothing is guessed."""
    assert taken(data) is None


def test_an_answer_in_crumbs_or_without_end_is_left_to_the_parser():
    """To search for its end anew with each byte would cost more than to read it as it comes."""
    crumbs = Usual()
    for place in range(20):
        crumbs.take(USUAL[place : place + 1])
    assert crumbs.other
    endless = Usual()
    endless.take(USUAL[:30] + b"x" * (LONGEST + 1))
    assert endless.other


@pytest.mark.parametrize("more", [{}, {"encoding": "gzip"}, {"chunked": True}, {"body_delay": 0.05}])
async def test_the_facts_are_the_same_either_way(site: Site, more: dict[str, object]):
    """Over a connection that is kept h11 reads everything; over a new one hardly anything."""
    site.web.route("a.test", "/", Said(body="<title>x</title>" * 50, date=None, **more))  # type: ignore[arg-type]
    async with site.probe(burst=1000) as probe:
        fresh = await probe.get("https://a.test/")
        kept = await probe.patient().fresh(1).get("https://a.test/")
    assert fresh.fault is None
    assert (fresh.status, fresh.headers, fresh.body) == (kept.status, kept.headers, kept.body)
    assert (fresh.truncated, fresh.http_version) == (kept.truncated, kept.http_version)
