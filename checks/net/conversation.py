"""One request and its answer on one connection: caps and faults, whatever the server sends."""

from __future__ import annotations

import asyncio

import h11

from checks.net.answer import Answer, Usual
from checks.net.body import BadEncoding, Body
from checks.net.connect import Stopwatch, Way, fault_of, one_line
from checks.net.facts import Fault, Reason
from checks.net.line import Line
from checks.net.outgoing import Request

MAX_HEAD = 64 * 1024
"""Bytes of status line and headers that may come before their end."""
MAX_INFORMATIONAL = 10
"""1xx answers before the real one."""
MAX_PIECES = 20_000
"""Chunks of one body: a server may send each byte as a chunk of its own, and each costs as much as a large one."""
DOING = {
    "dns": "looking up the name",
    "tcp": "connecting",
    "tls": "setting up the secure connection",
    "first_byte": "waiting for the answer",
    "body": "reading the answer",
    "done": "ending",
}


class Conversation:
    """Sends one request and keeps what comes back until the message, a cap or the connection ends.

    Where the connection is not to be kept, h11 is asked only about an answer that is not the usual one.
    """

    def __init__(self, watch: Stopwatch, cap: int, request: Request, *, keep: bool) -> None:
        self.line: Line | None = None
        self.sent = False
        """Whether a request went out."""
        self._parser: h11.Connection | None = None
        self._usual = None if keep or request.method != "GET" else Usual()
        self._gone: Exception | bool = False
        """The other side has ended (True), or why the connection broke."""
        self._turn(watch, cap, request)
        if self._usual is None:
            self._parsed()

    def _turn(self, watch: Stopwatch, cap: int, request: Request) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.fault: Fault | None = None
        self.response: h11.Response | Answer | None = None
        self.body = Body(cap, "")
        self.heard = False
        """Whether anything came back."""
        self._request = request
        self._watch = watch
        self._cap = cap
        self._informational = 0
        self._pieces = 0

    def _parsed(self) -> h11.Connection:
        """The parser, told what was asked."""
        if self._parser is None:
            self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        if self._parser.our_state is h11.IDLE:
            self._parser.send(self._request.event)
            if self._request.body:
                self._parser.send(h11.Data(data=self._request.body))
            self._parser.send(h11.EndOfMessage())
        return self._parser

    @property
    def usable(self) -> bool:
        """Whether the connection can carry another request: all of the last answer was read, and nothing came after."""
        parser = self._parser
        if parser is None or (parser.our_state, parser.their_state) != (h11.DONE, h11.DONE):
            return False
        open_ = self.line is not None and not self.line.is_closing() and not self._gone
        return self.ended.done() and self.fault is None and open_ and not parser.trailing_data[0]

    def again(self, watch: Stopwatch, cap: int, request: Request) -> None:
        """Ask for something else on the same connection."""
        assert self._parser is not None  # noqa: S101  (only such connections are kept)
        self._parser.start_next_cycle()
        self._turn(watch, cap, request)
        self._parsed()
        self.opened()

    def close(self) -> None:
        """Drop the connection."""
        if self.line is not None:
            self.line.abort()

    def ask(self, line: Line, way: Way) -> None:
        """Let the request go out on a new connection as soon as that is open."""
        self.line, url = line, self._request.url
        if url.scheme == "https":
            self._watch.enter("tls")
            line.open(way.trust, url.host)
        else:
            line.open()

    def opened(self) -> None:
        """Send the request; the clock of the first byte starts."""
        if self.line is not None:
            self.sent = True
            self._watch.enter("first_byte")
            self.line.write(self._request.wire)

    def settle(self) -> None:
        """Nothing more is waited for: of what came, everything is read that can be."""
        if self._usual is not None and not self.ended.done():
            came, self._usual = self._usual.data, None
            if came:
                self._read(came)

    def data_received(self, data: bytes) -> None:
        if self.ended.done():
            # Nobody asked for this: it must never be taken for the answer to the next request.
            self.close()
            return
        if not self.heard:
            self.heard = True
            self._watch.enter("body")
        if self._usual is None:
            self._read(data)
            return
        answer = self._usual.take(data)
        if answer is not None:
            self._usual = None
            self._answered(answer)
        elif self._usual.other:
            self.settle()

    def eof_received(self) -> None:
        self._leave(gone=True)

    def connection_lost(self, exc: Exception) -> None:
        self._leave(gone=exc)

    def _leave(self, *, gone: Exception | bool) -> None:
        self._gone = self._gone or gone
        self.settle()
        if not self.ended.done():
            self._hang_up()

    def _hang_up(self) -> None:
        """The other side has nothing more to say; without a length that is how a body ends."""
        if isinstance(self._gone, Exception):
            self._end(fault_of(self._gone, DOING[self._watch.phase]))
        elif not self.heard:
            self._end(Fault(Reason.RESET, "the server closed the connection without an answer"))
        else:
            self._read(b"", cut=self._parsed().their_state is h11.SEND_BODY)

    def _answered(self, answer: Answer) -> None:
        try:
            self._begin(answer)
            self.body.take(answer.body)
        except BadEncoding as error:
            self._end(Fault(Reason.PROTOCOL, str(error)))
        else:
            self._end(None)

    def _begin(self, response: h11.Response | Answer) -> None:
        self.response = response
        encodings = [value for key, value in response.headers if key == b"content-encoding"]
        self.body = Body(self._cap, b",".join(encodings).decode("latin-1")[:100])

    def _read(self, data: bytes, *, cut: bool = False) -> None:
        try:
            parser = self._parsed()
            parser.receive_data(data)
            while not self.ended.done():
                event = parser.next_event()
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
            self._begin(event)
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
