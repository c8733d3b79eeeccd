"""One HTTP/1.1 request, on a new connection unless one may be kept: phases, caps and faults, redirects left alone.

The parser is h11; the connection is a `Line`, so that a probe costs little more than its handshake.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import h11

from checks.net.body import BadEncoding, Body
from checks.net.connect import Failed, Stopwatch, Way, fault_of, one_line
from checks.net.facts import Exchange, Fault, Phases, Reason
from checks.net.kept import Kept
from checks.net.ledger import nobody
from checks.net.line import Line
from checks.net.names import address_of
from checks.net.urls import Url

USER_AGENT = "LaunchReady/0.1 (readiness check, started by the owner of this site)"
"""Says what it is; a contact address comes from `network.user_agent`."""
MAX_HEADERS = 200
MAX_VALUE = 8 * 1024
MAX_HEAD = 64 * 1024
"""Bytes of status line and headers that may come before their end."""
MAX_INFORMATIONAL = 10
"""1xx answers before the real one."""
MAX_PIECES = 20_000
"""Chunks of one body: a server may send each byte as a chunk of its own, and each costs as much as a large one."""
MAX_EXTRA = 50
"""Headers that a check may add to one request."""
_FRAMING = frozenset(
    (
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "accept-encoding",
        "expect",
        "upgrade",
        "te",
        "trailer",
    )
)
_DOING = {
    "dns": "looking up the name",
    "tcp": "connecting",
    "tls": "setting up the secure connection",
    "first_byte": "waiting for the answer",
    "body": "reading the answer",
    "done": "ending",
}


class _Conversation:
    """Sends one request and keeps what comes back until the message, a cap or the connection ends."""

    def __init__(self, watch: Stopwatch, cap: int) -> None:
        self.line: Line | None = None
        self.sent = False
        """Whether a request went out."""
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self._gone: Exception | bool = False
        """The other side has ended (True), or why the connection broke."""
        self._turn(watch, cap)

    def _turn(self, watch: Stopwatch, cap: int) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.fault: Fault | None = None
        self.response: h11.Response | None = None
        self.body = Body(cap, "")
        self.heard = False
        """Whether anything came back."""
        self._watch = watch
        self._cap = cap
        self._informational = 0
        self._pieces = 0

    @property
    def usable(self) -> bool:
        """Whether the connection can carry another request: all of the last answer was read, and nothing came after."""
        states = (self._parser.our_state, self._parser.their_state)
        done = self.ended.done() and self.fault is None and states == (h11.DONE, h11.DONE)
        open_ = self.line is not None and not self.line.is_closing() and not self._gone
        return done and open_ and not self._parser.trailing_data[0]

    def again(self, watch: Stopwatch, cap: int) -> None:
        """Make ready for another request on the same connection."""
        self._parser.start_next_cycle()
        self._turn(watch, cap)

    def close(self) -> None:
        """Drop the connection."""
        if self.line is not None:
            self.line.abort()

    def ask(self, line: Line, url: Url, way: Way, request: h11.Request, body: bytes) -> None:
        """Let the request go out on a new connection as soon as that is open."""
        self.line, self._waiting = line, (request, body)
        if url.scheme == "https":
            self._watch.enter("tls")
            line.open(way.trust, url.host)
        else:
            line.open()

    def opened(self) -> None:
        self.begin(*self._waiting)

    def begin(self, request: h11.Request, body: bytes) -> None:
        """Send the request; the clock of the first byte starts."""
        data = self._parser.send(request)
        content = self._parser.send(h11.Data(data=body)) if body else None
        end = self._parser.send(h11.EndOfMessage())
        if self.line is not None and data is not None:
            self.sent = True
            self._watch.enter("first_byte")
            self.line.write(data + (content or b"") + (end or b""))

    def data_received(self, data: bytes) -> None:
        if self.ended.done():
            # Nobody asked for this: it must never be taken for the answer to the next request.
            self.close()
            return
        if not self.heard:
            self.heard = True
            self._watch.enter("body")
        self._read(data)

    def eof_received(self) -> None:
        self._leave(gone=True)

    def connection_lost(self, exc: Exception) -> None:
        self._leave(gone=exc)

    def _leave(self, *, gone: Exception | bool) -> None:
        self._gone = self._gone or gone
        if not self.ended.done():
            self._hang_up()

    def _hang_up(self) -> None:
        """The other side has nothing more to say; without a length that is how a body ends."""
        if isinstance(self._gone, Exception):
            self._end(fault_of(self._gone, _DOING[self._watch.phase]))
        elif not self.heard:
            self._end(Fault(Reason.RESET, "the server closed the connection without an answer"))
        else:
            self._read(b"", cut=self._parser.their_state is h11.SEND_BODY)

    def _read(self, data: bytes, *, cut: bool = False) -> None:
        try:
            self._parser.receive_data(data)
            while not self.ended.done():
                event = self._parser.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    break
                self._take(event)
        except h11.RemoteProtocolError as error:
            if cut:
                self._end(Fault(Reason.RESET, "the connection was cut in the middle of the answer"))
            else:
                self._end(Fault(Reason.PROTOCOL, one_line(f"the answer is not HTTP as it should be: {error}")))
        except BadEncoding as error:
            self._end(Fault(Reason.PROTOCOL, str(error)))

    def _take(self, event: object) -> None:
        if isinstance(event, h11.InformationalResponse):
            self._informational += 1
            if self._informational > MAX_INFORMATIONAL:
                self._end(Fault(Reason.PROTOCOL, "the server sends preliminary answers without end"))
        elif isinstance(event, h11.Response):
            self.response = event
            encodings = [value for key, value in event.headers if key == b"content-encoding"]
            self.body = Body(self._cap, b",".join(encodings).decode("latin-1")[:100])
        elif isinstance(event, h11.Data):
            self._pieces += 1
            self.body.take(bytes(event.data))
            if self._pieces > MAX_PIECES:
                self.body.truncated = True
            if self.body.truncated:
                self._end(None)
        elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
            if self.response is None:
                self._end(Fault(Reason.RESET, "the server closed the connection without an answer"))
            self._end(None)

    def _end(self, fault: Fault | None) -> None:
        if not self.ended.done():
            self._watch.enter("done")
            self.fault = fault
            self.ended.set_result(None)


async def fetch(
    url: Url,
    way: Way,
    *,
    method: str = "GET",
    cap: int,
    timeout: float,
    user_agent: str = "",
    cookie: str = "",
    extra: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    address: str = "",
    told: Callable[[str], None] = nobody,
    kept: Kept[_Conversation] | None = None,
) -> Exchange:
    """Ask once, on a new connection unless `kept` has one. Never raises for what the network does.

    Args:
        url: What to ask for.
        way: Look-up, guard, port map and trust of this run.
        method: `GET`, `HEAD` or `POST`.
        cap: Decoded bytes of the body that are kept; then the connection is dropped.
        timeout: Seconds for all of it, name look-up included.
        user_agent: Instead of the bot's own.
        cookie: Value of a Cookie header; empty for none.
        extra: Further headers, ASCII; they replace ours of the same name, but never Host and what frames the message.
        body: What a POST carries.
        address: IP address to connect to instead of where the name leads; guarded like any.
        told: Is told `http` when the request goes out, or `tls` where a connection came to nothing before that.
        kept: Connections that may be used again, and where this one goes afterwards if it can be.
    """
    server = (url.scheme, url.host, url.port)
    old = kept.take(server) if kept is not None and not address else None
    if old is not None:
        request = _request(url, method, user_agent or USER_AGENT, (*extra, ("Cookie", cookie)), len(body), keep=True)
        found = await _on(old, url, request, method=method, cap=cap, timeout=timeout, body=body, told=told)
        if found is not None:
            assert kept is not None  # noqa: S101  (it had the connection)
            kept.put(server, old)
            return found
    watch = Stopwatch()
    talk = _Conversation(watch, cap)
    reached = ""
    fault: Fault | None = None
    try:
        keep = kept is not None and not address
        request = _request(url, method, user_agent or USER_AGENT, (*extra, ("Cookie", cookie)), len(body), keep=keep)
        async with asyncio.timeout(timeout):
            sock = await way.connect(_literal(address) if address else url.host, url.port, watch)
            line = Line(sock, talk)
            reached = line.address
            talk.ask(line, url, way, request, body)
            await talk.ended
    except TimeoutError:
        reason = Reason.DNS if watch.phase == "dns" else Reason.TIMEOUT
        fault = Fault(reason, f"no answer within {timeout:g} s; time ran out while {_DOING[watch.phase]}")
    except (OSError, Failed, ValueError, h11.LocalProtocolError) as error:
        fault = fault_of(error, _DOING[watch.phase])
    finally:
        if kept is not None and not address and talk.usable:
            kept.put(server, talk)
        else:
            talk.close()
        if reached:
            told("http" if talk.sent else "tls")
    return _exchange(url, method, talk, address=reached, fault=fault or talk.fault, phases=watch.phases())


async def _on(
    talk: _Conversation,
    url: Url,
    request: h11.Request,
    *,
    method: str,
    cap: int,
    timeout: float,
    body: bytes,
    told: Callable[[str], None],
) -> Exchange | None:
    """Ask on an open connection; None where the server had closed it meanwhile, so that nothing was asked."""
    watch = Stopwatch()
    talk.again(watch, cap)
    fault: Fault | None = None
    reached = talk.line.address if talk.line is not None else ""
    try:
        async with asyncio.timeout(timeout):
            talk.begin(request, body)
            await talk.ended
    except TimeoutError:
        fault = Fault(Reason.TIMEOUT, f"no answer within {timeout:g} s; time ran out while {_DOING[watch.phase]}")
    except h11.LocalProtocolError as error:
        fault = fault_of(error, _DOING[watch.phase])
    except asyncio.CancelledError:
        talk.close()
        raise
    if fault is None and talk.fault is not None and not talk.heard:
        # Servers close idle connections when they please; that says nothing about the page.
        talk.close()
        return None
    told("http")
    if fault is not None:
        talk.close()
    return _exchange(url, method, talk, address=reached, fault=fault or talk.fault, phases=watch.phases())


def _literal(address: str) -> str:
    if address_of(address) is None:
        raise Failed(Fault(Reason.PROTOCOL, one_line(f"{address[:60]!r} is not an IP address")))
    return address


def _request(
    url: Url, method: str, agent: str, extra: Sequence[tuple[str, str]], length: int, *, keep: bool = False
) -> h11.Request:
    cookies = "; ".join(value for name, value in extra if name.lower() == "cookie" and value)
    given = [(name, value) for name, value in extra[:MAX_EXTRA] if name.lower() not in (*_FRAMING, "cookie")]
    replaced = {name.lower() for name, _ in given}
    ours = [("User-Agent", agent), ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")]
    headers = [
        ("Host", url.authority),
        *(one for one in ours if one[0].lower() not in replaced),
        ("Accept-Encoding", "gzip, deflate"),
        *(() if keep else (("Connection", "close"),)),
        *given,
    ]
    if method == "POST":
        headers.append(("Content-Length", str(length)))
    if cookies:
        headers.append(("Cookie", cookies))
    return h11.Request(method=method, target=url.target, headers=headers)


def _exchange(
    url: Url, method: str, talk: _Conversation, *, address: str, fault: Fault | None, phases: Phases
) -> Exchange:
    response = talk.response
    return Exchange(
        url=str(url),
        method=method,
        address=address,
        port=url.port,
        status=response.status_code if response else 0,
        headers=_headers(response) if response else (),
        body=talk.body.content,
        truncated=talk.body.truncated or (fault is not None and response is not None),
        phases=phases,
        http_version=response.http_version.decode("ascii", "replace") if response else "",
        fault=fault,
    )


def _headers(response: h11.Response) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key.decode("latin-1")[:MAX_VALUE], value.decode("latin-1")[:MAX_VALUE])
        for key, value in list(response.headers)[:MAX_HEADERS]
    )
