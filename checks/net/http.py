"""One HTTP/1.1 request, on a new connection unless one may be kept: phases, caps and faults, redirects left alone.

The parser is h11, unless the answer is a usual one; the connection is a `Line`. So a probe costs little more than its
handshake.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import h11

from checks.net.answer import Answer
from checks.net.connect import Failed, Stopwatch, Way, fault_of, one_line
from checks.net.conversation import DOING, Conversation
from checks.net.facts import Exchange, Fault, Phases, Reason
from checks.net.kept import Kept
from checks.net.ledger import nobody
from checks.net.line import Line
from checks.net.names import address_of
from checks.net.outgoing import USER_AGENT, Request, request_of
from checks.net.urls import Url

MAX_HEADERS = 200
MAX_VALUE = 8 * 1024


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
    kept: Kept[Conversation] | None = None,
) -> Exchange:
    """Ask once, on a new connection unless `kept` has one. Never raises for what the network does.

    Args:
        url: What to ask for.
        way: Look-up, guard, port map and trust of this run.
        method: `GET`, `HEAD`, `POST` …
        cap: Decoded bytes of the body that are kept; then the connection is dropped.
        timeout: Seconds for all of it, name look-up included.
        user_agent: Instead of the bot's own.
        cookie: Value of a Cookie header; empty for none.
        extra: Further headers, ASCII; they replace ours of the same name, but never Host and what frames the message.
        body: What the request carries.
        address: IP address to connect to instead of where the name leads; guarded like any.
        told: Is told `http` when the request goes out, or `tls` where a connection came to nothing before that.
        kept: Connections that may be used again, and where this one goes afterwards if it can be.
    """
    server = (url.scheme, url.host, url.port)
    keep = kept is not None and not address
    watch = Stopwatch()
    try:
        given = (*extra, ("Cookie", cookie)) if cookie else tuple(extra)
        request = request_of(url, method, user_agent or USER_AGENT, given, body, keep=keep)
    except (ValueError, h11.LocalProtocolError) as error:
        return Exchange(str(url), method, port=url.port, fault=fault_of(error, DOING[watch.phase]))
    old = kept.take(server) if kept is not None and keep else None
    if old is not None:
        found = await _on(old, request, cap=cap, timeout=timeout, told=told)
        if found is not None:
            assert kept is not None  # noqa: S101  (it had the connection)
            kept.put(server, old)
            return found
        watch = Stopwatch()
    talk = Conversation(watch, cap, request, keep=keep)
    reached = ""
    fault: Fault | None = None
    try:
        async with asyncio.timeout(timeout):
            sock = await way.connect(_literal(address) if address else url.host, url.port, watch)
            line = Line(sock, talk)
            reached = line.address
            talk.ask(line, way)
            await talk.ended
    except TimeoutError:
        reason = Reason.DNS if watch.phase == "dns" else Reason.TIMEOUT
        fault = Fault(reason, f"no answer within {timeout:g} s; time ran out while {DOING[watch.phase]}")
        talk.settle()
    except (OSError, Failed, ValueError) as error:
        fault = fault_of(error, DOING[watch.phase])
    finally:
        if kept is not None and keep and talk.usable:
            kept.put(server, talk)
        else:
            talk.close()
        if reached:
            told("http" if talk.sent else "tls")
    return _exchange(request, talk, address=reached, fault=fault or talk.fault, phases=watch.phases())


async def _on(
    talk: Conversation, request: Request, *, cap: int, timeout: float, told: Callable[[str], None]
) -> Exchange | None:
    """Ask on an open connection; None where the server had closed it meanwhile, so that nothing was asked."""
    watch = Stopwatch()
    fault: Fault | None = None
    reached = talk.line.address if talk.line is not None else ""
    try:
        async with asyncio.timeout(timeout):
            talk.again(watch, cap, request)
            await talk.ended
    except TimeoutError:
        fault = Fault(Reason.TIMEOUT, f"no answer within {timeout:g} s; time ran out while {DOING[watch.phase]}")
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
    return _exchange(request, talk, address=reached, fault=fault or talk.fault, phases=watch.phases())


def _literal(address: str) -> str:
    if address_of(address) is None:
        raise Failed(Fault(Reason.PROTOCOL, one_line(f"{address[:60]!r} is not an IP address")))
    return address


def _exchange(request: Request, talk: Conversation, *, address: str, fault: Fault | None, phases: Phases) -> Exchange:
    response = talk.response
    return Exchange(
        url=str(request.url),
        method=request.method,
        address=address,
        port=request.url.port,
        status=response.status_code if response else 0,
        headers=_headers(response) if response else (),
        body=talk.body.content,
        truncated=talk.body.truncated or (fault is not None and response is not None),
        phases=phases,
        http_version=response.http_version.decode("ascii", "replace") if response else "",
        fault=fault,
    )


def _headers(response: h11.Response | Answer) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key.decode("latin-1")[:MAX_VALUE], value.decode("latin-1")[:MAX_VALUE])
        for key, value in list(response.headers)[:MAX_HEADERS]
    )
