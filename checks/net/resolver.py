"""One DNS server and the one UDP socket through which it is asked; TCP where an answer does not fit."""

from __future__ import annotations

import asyncio
import random
import struct
import time
from dataclasses import dataclass
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from checks.net import message as messages
from checks.net.facts import DnsAnswer, DnsStatus
from checks.net.message import PLAIN, Malformed, Manner, Said

TRIES = 2
TRY_SECONDS = 2.0
IN_FLIGHT = 20
"""Questions to one server at the same time; more of them makes servers drop some."""
SHORT = 512
"""Bytes of an answer that is read whatever question it repeats."""
_ids = random.SystemRandom()


@dataclass(slots=True)
class _Waiting:
    """A question that is out, under one or several ids."""

    name: dns.name.Name
    type: dns.rdatatype.RdataType
    answer: asyncio.Future[dns.message.Message]
    strangers: int = 0
    """Answers under our id to another question: forged, late or confused."""

    def worth_reading(self, data: bytes) -> bool:
        """Whether the message is short or begins with our question.

        Reading a large one costs time, and a flood of large answers to other questions would hold up everything.
        """
        if len(data) <= SHORT:
            return True
        name = self.name.to_wire() or b""
        end = 12 + len(name)
        asked = data[4:6] == b"\0\1" and data[12:end].lower() == name.lower()
        return asked and data[end : end + 2] == self.type.to_bytes(2, "big")


class _Door(asyncio.DatagramProtocol):
    """The socket is connected, so the kernel drops what another address sends; id and question are checked here."""

    def __init__(self) -> None:
        self.waiting: dict[int, _Waiting] = {}
        self.transport: asyncio.DatagramTransport | None = None
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        waiting = self.waiting.get(int.from_bytes(data[:2], "big")) if len(data) >= 12 else None
        if waiting is None or waiting.answer.done():
            return
        if not waiting.worth_reading(data):
            waiting.strangers += 1
            return
        try:
            message = messages.parse(data)
        except Malformed as error:
            waiting.answer.set_exception(error)
            return
        if messages.answers_question(message, waiting.name, waiting.type):
            waiting.answer.set_result(message)
        else:
            waiting.strangers += 1

    def error_received(self, exc: Exception) -> None:
        # The kernel reports a refusal for the socket as a whole; which question it was about is not said.
        for waiting in self.waiting.values():
            if not waiting.answer.done():
                waiting.answer.set_exception(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self.error_received(exc or ConnectionAbortedError("closed"))


class Resolver:
    """A DNS server at an address. `ask` never raises for what the network does.

    Args:
        address: IPv4 or IPv6.
        port: UDP and TCP.
        patience: Seconds that each of two tries waits; one over TCP waits as long as both.
    """

    def __init__(self, address: str, port: int = 53, *, patience: float = TRY_SECONDS) -> None:
        self.address = address
        self.port = port
        self.label = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        self._patience = patience
        self.sent = 0
        """Packets and TCP connections that went out."""
        self._door: _Door | None = None
        self._opening = asyncio.Lock()
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    async def close(self) -> None:
        """Give the socket back; questions that are out end as unreachable."""
        door, self._door = self._door, None
        if door is not None and door.transport is not None:
            door.transport.abort()

    async def ask(self, name: str, type: str, manner: Manner = PLAIN) -> tuple[DnsAnswer, str]:
        """The server's answer to one question, and the alias that it left open (or "").

        Aliases are followed within the message only; `checks.net.dns` goes on from there.
        """
        began = time.perf_counter()
        async with self._slots:
            began = time.perf_counter()
            said = await self._ask(name, type, manner)
        answer = DnsAnswer(
            name=name,
            type=type,
            server=self.label,
            status=said.status,
            records=said.records,
            strings=said.strings,
            cnames=said.cnames,
            ttl=said.ttl,
            authoritative=said.authoritative,
            took_ms=(time.perf_counter() - began) * 1000,
            detail=said.detail,
            authenticated=said.authenticated,
            extended=said.extended,
            signed_until=said.signed_until,
            signed_since=said.signed_since,
            referral=said.referral,
        )
        return answer, said.open_alias

    async def _ask(self, name: str, type: str, manner: Manner) -> Said:
        try:
            qname, qtype = messages.subject(name, type)
            wire = messages.wire_of(qname, qtype, 0, manner)
            message = await self._udp(wire, qname, qtype)
            if message.rcode() in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS):
                # Very old servers know no EDNS (RFC 6891 section 7).
                wire = messages.wire_of(qname, qtype, 0, manner, edns=False)
                message = await self._udp(wire, qname, qtype)
            if message.flags & dns.flags.TC:
                message = await self._tcp(wire, qname, qtype)
            return messages.read(message, qname, qtype)
        except Malformed as error:
            return Said(DnsStatus.MALFORMED, detail=str(error))
        except TimeoutError as error:
            return Said(DnsStatus.TIMEOUT, detail=str(error) or "the server did not answer in time")
        except OSError as error:
            return Said(DnsStatus.UNREACHABLE, detail=f"the server cannot be reached: {error.strerror or error}"[:300])

    async def _udp(self, wire: bytes, name: dns.name.Name, type: dns.rdatatype.RdataType) -> dns.message.Message:
        door = await self._open()
        waiting = _Waiting(name, type, asyncio.get_running_loop().create_future())
        ids: list[int] = []
        try:
            for _ in range(TRIES):
                # A new id for each try; the answer to an earlier one is still welcome.
                id = self._free_id(door)
                ids.append(id)
                door.waiting[id] = waiting
                self.sent += 1
                if door.transport is None or door.closed:
                    raise ConnectionAbortedError("the socket is closed")
                door.transport.sendto(id.to_bytes(2, "big") + wire[2:])
                done, _pending = await asyncio.wait({waiting.answer}, timeout=self._patience)
                if done:
                    return waiting.answer.result()
            if waiting.strangers:
                raise TimeoutError(f"only answers to other questions came ({waiting.strangers})")
            raise TimeoutError
        finally:
            for id in ids:
                door.waiting.pop(id, None)
            if waiting.answer.done() and not waiting.answer.cancelled():
                waiting.answer.exception()

    @staticmethod
    def _free_id(door: _Door) -> int:
        while True:
            id = _ids.randrange(65536)
            if id not in door.waiting:
                return id

    async def _open(self) -> _Door:
        async with self._opening:
            if self._door is None or self._door.closed:
                loop = asyncio.get_running_loop()
                _, self._door = await loop.create_datagram_endpoint(_Door, remote_addr=(self.address, self.port))
            return self._door

    async def _tcp(self, wire: bytes, name: dns.name.Name, type: dns.rdatatype.RdataType) -> dns.message.Message:
        """The whole answer over TCP (RFC 7766), which holds at most 64 KiB."""
        id = _ids.randrange(65536)
        self.sent += 1
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(TRIES * self._patience):
                reader, writer = await asyncio.open_connection(self.address, self.port)
                writer.write(struct.pack("!H", len(wire)) + id.to_bytes(2, "big") + wire[2:])
                (size,) = struct.unpack("!H", await reader.readexactly(2))
                data = await reader.readexactly(size)
        except asyncio.IncompleteReadError:
            raise Malformed("the answer was cut short, and over TCP the server broke off") from None
        except TimeoutError:
            raise TimeoutError("the answer was cut short, and over TCP none came in time") from None
        finally:
            if writer is not None:
                writer.transport.abort()
        message = messages.parse(data)
        if message.id != id or not messages.answers_question(message, name, type):
            raise Malformed("over TCP the server answered another question")
        if message.flags & dns.flags.TC:
            raise Malformed("the answer is cut short even over TCP")
        return message
