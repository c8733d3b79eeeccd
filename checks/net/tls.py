"""One verified handshake, and where it is refused an unverified one, to see what the server shows."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from checks.net import trust
from checks.net.certificate import chain_of, parse_all
from checks.net.connect import Failed, Stopwatch, Way, fault_of
from checks.net.facts import Fault, Peer, Reason
from checks.net.ledger import nobody
from checks.net.line import connected
from checks.net.outgoing import USER_AGENT

SECONDS = 10.0
"""For a handshake, name look-up included."""
DATE_SECONDS = 3.0
_HEAD = 16 * 1024
_NOT_OURS = ("NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE", "UNSUPPORTED_SSL_VERSION")
"""OpenSSL's words for: this side has nothing to offer."""
_DATE = re.compile(rb"\r\ndate:[ \t]*([^\r\n]{1,64})", re.IGNORECASE)


async def look(
    host: str,
    way: Way,
    clock: Callable[[], datetime],
    *,
    port: int = 443,
    family: int = 4,
    user_agent: str = "",
    newest: str = "",
    told: Callable[[str], None] = nobody,
) -> Peer:
    """What the server at `host` shows. Never raises for what the network does.

    Args:
        host: A-labels or an IP address; sent as SNI and compared with the certificate.
        way: Look-up, guard, port map and trust of this run.
        clock: Our time, for the comparison with the server's.
        port: Where to connect, before the port map.
        family: 4 or 6.
        user_agent: For the request that asks for the server's time.
        newest: The newest protocol that `way.trust` offers, where that is not simply the newest there is.
        told: Is told `tls` for each handshake that is begun, or `http` where a request followed.
    """
    watch = Stopwatch()
    address = ""
    try:
        async with asyncio.timeout(SECONDS):
            sock = await way.connect(host, port, watch, family)
            address = sock.getpeername()[0]
            told("tls")
            watch.enter("tls")
            writer = await _handshake(sock, way.trust, host)
            watch.enter("done")
            peer = _peer(host, address, port, writer, watch)
            writer.transport.abort()
            return peer
    except TimeoutError:
        reason = Reason.DNS if watch.phase == "dns" else Reason.TIMEOUT
        what = {"dns": "name look-up", "tcp": "connection"}.get(watch.phase, "secure connection")
        fault = Fault(reason, f"no {what} within {SECONDS:g} s")
    except (OSError, Failed, ValueError) as error:
        what = {"dns": "looking up the name", "tcp": "connecting"}.get(watch.phase, "setting up the secure connection")
        fault = fault_of(error, what)
        if getattr(error, "reason", "") in _NOT_OURS:
            fault = Fault(Reason.UNSUPPORTED, f"OpenSSL here cannot offer {newest or 'what this needs'}")
    refused = Peer(host, address, port, verified=False, fault=fault, took_ms=watch.phases().tls)
    # With an old protocol as the newest, a second try only makes sense where the certificate was what was refused.
    if fault.reason is not Reason.TLS or (newest and not fault.verify_code):
        return refused
    return await _unverified(refused, way, clock, user_agent, newest=newest, told=told)


async def _handshake(sock: socket.socket, context: ssl.SSLContext, host: str) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection(sock=sock, ssl=context, server_hostname=host, limit=_HEAD)
    return writer


def _peer(host: str, address: str, port: int, writer: asyncio.StreamWriter, watch: Stopwatch) -> Peer:
    connection = writer.get_extra_info("ssl_object")
    return Peer(
        host,
        address,
        port,
        verified=True,
        protocol=connection.version() or "",
        chain=parse_all(chain_of(connection)),
        took_ms=watch.phases().tls,
    )


async def _unverified(
    refused: Peer,
    way: Way,
    clock: Callable[[], datetime],
    user_agent: str,
    *,
    newest: str,
    told: Callable[[str], None],
) -> Peer:
    """The refused peer with its certificates and its time, as far as it shows them to somebody who checks nothing."""
    writer: asyncio.StreamWriter | None = None
    kind = ""
    try:
        async with asyncio.timeout(SECONDS):
            sock = await connected(refused.address, way.ports.get(refused.port, refused.port))
            kind = "tls"
            reader, writer = await asyncio.open_connection(
                sock=sock, ssl=trust.unverifying(newest), server_hostname=refused.host, limit=_HEAD
            )
            connection = writer.get_extra_info("ssl_object")
            shown = (connection.version() or "", parse_all(chain_of(connection)))
            kind = "http"
            skew = await _skew(reader, writer, refused.host, clock, user_agent)
    except (OSError, ValueError):
        return refused
    finally:
        if kind:
            told(kind)
        if writer is not None:
            writer.transport.abort()
    return Peer(
        refused.host,
        refused.address,
        refused.port,
        verified=False,
        fault=refused.fault,
        protocol=shown[0],
        chain=shown[1],
        took_ms=refused.took_ms,
        server_time_skew_s=skew,
    )


async def _skew(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, clock: Callable[[], datetime], agent: str
) -> float | None:
    """Seconds by which our clock is ahead of the server's: a wrong clock makes good certificates look bad."""
    name = f"[{host}]" if ":" in host else host
    request = f"HEAD / HTTP/1.1\r\nHost: {name}\r\nUser-Agent: {agent or USER_AGENT}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(DATE_SECONDS):
            writer.write(request.encode("latin-1", "replace"))
            head = await reader.readuntil(b"\r\n\r\n")
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    found = _DATE.search(head)
    if found is None:
        return None
    try:
        theirs = parsedate_to_datetime(found[1].decode("latin-1"))
    except (ValueError, TypeError, OverflowError):
        return None
    return (clock() - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds()
