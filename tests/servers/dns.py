"""A DNS server for tests: UDP and TCP on one loopback port, records that change while it runs, faults by name."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Self, TypeVar, cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

V = TypeVar("V")
Value = str | tuple[str, ...]
"""A record in presentation form; for TXT the plain text (cut into strings of 255), or a tuple of its strings."""


class Fault(StrEnum):
    """What the server does wrong for a name."""

    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    """No answer at all."""
    TRUNCATED = "truncated"
    """TC and nothing over UDP; the whole answer over TCP."""
    TRUNCATED_ALWAYS = "truncated_always"
    """TC over UDP and over TCP."""
    TCP_DEAD = "tcp_dead"
    """TC over UDP; TCP closes without an answer."""
    MALFORMED = "malformed"
    """Bytes that are no DNS message behind the right id."""
    WRONG_ID = "wrong_id"
    """A well-formed answer to another question id."""
    WRONG_QUESTION = "wrong_question"
    """The right id, another question."""
    NXDOMAIN = "nxdomain"
    NXDOMAIN_WITH_ANSWERS = "nxdomain_with_answers"
    NODATA = "nodata"
    WRONG_TYPE = "wrong_type"
    """NOERROR with records of a type nobody asked for."""


def _name(text: str) -> dns.name.Name:
    return dns.name.from_text(text.lower() if text else ".", origin=dns.name.root)


def _txt(value: Value) -> TXT:
    if isinstance(value, str):
        raw = value.encode()
        chunks = [raw[start : start + 255] for start in range(0, len(raw), 255)] or [b""]
    else:
        chunks = [part.encode() for part in value]
    return TXT(dns.rdataclass.IN, dns.rdatatype.TXT, chunks)


@dataclass
class Zone:
    """Names and their records. Change it at any time: the next answer shows it."""

    records: dict[str, dict[str, list[Value]]] = field(default_factory=dict)
    ttl: int = 300
    ttls: dict[tuple[str, str], int] = field(default_factory=dict)
    faults: dict[tuple[str, str], Fault] = field(default_factory=dict)
    delays: dict[tuple[str, str], float] = field(default_factory=dict)
    raw: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """Bytes that are sent instead of an answer; the first two are replaced by the question's id."""

    @classmethod
    def of(cls, records: Mapping[str, Mapping[str, Value | list[Value]]]) -> Zone:
        """Build a zone from `{"example.test": {"A": "127.0.0.2", "TXT": ["one", "two"]}}`."""
        zone = cls()
        for name, by_type in records.items():
            for type, values in by_type.items():
                zone.set(name, type, *(values if isinstance(values, list) else [values]))
        return zone

    def set(self, name: str, type: str, *values: Value, ttl: int | None = None) -> None:
        """Replace the records of that name and type; no values means the type is gone (the name stays)."""
        by_type = self.records.setdefault(self._key(name), {})
        by_type.pop(type, None)
        if values:
            by_type[type] = list(values)
        if ttl is not None:
            self.ttls[self._key(name), type] = ttl

    def add(self, name: str, type: str, *values: Value) -> None:
        """Put records beside those that are there."""
        self.records.setdefault(self._key(name), {}).setdefault(type, []).extend(values)

    def remove(self, name: str, type: str = "") -> None:
        """Drop one type, or the whole name (it is NXDOMAIN then)."""
        if type:
            self.records.get(self._key(name), {}).pop(type, None)
        else:
            self.records.pop(self._key(name), None)

    def fault(self, name: str, fault: Fault | str | None, type: str = "*") -> None:
        """Let a name misbehave, for one type or all; None repairs it. The name `*` is every name."""
        if fault is None:
            self.faults.pop((self._key(name), type), None)
        else:
            self.faults[self._key(name), type] = Fault(fault)

    def delay(self, name: str, seconds: float, type: str = "*") -> None:
        """Answer that name later."""
        self.delays[self._key(name), type] = seconds

    def send_raw(self, name: str, payload: bytes, type: str = "*") -> None:
        """Answer that name with these bytes behind the id."""
        self.raw[self._key(name), type] = payload

    @staticmethod
    def _key(name: str) -> str:
        return name.lower().rstrip(".")

    @staticmethod
    def pick(table: Mapping[tuple[str, str], V], name: str, type: str) -> V | None:
        """The entry for name and type, for the name, or for every name."""
        for key in ((name, type), (name, "*"), ("*", type), ("*", "*")):
            if key in table:
                return table[key]
        return None

    def find(self, name: str) -> dict[str, list[Value]] | None:
        """Records of a name, its wildcard's, an empty dict for an empty non-terminal, None where it does not exist."""
        if name in self.records:
            return self.records[name]
        if any(other.endswith("." + name) for other in self.records):
            return {}
        parent = name
        while "." in parent:
            parent = parent.partition(".")[2]
            if "*." + parent in self.records:
                return self.records["*." + parent]
            if parent in self.records:
                return None
        return None

    @staticmethod
    def _rdata(rdtype: dns.rdatatype.RdataType, text: str) -> dns.rdata.Rdata:
        return dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, origin=dns.name.root, relativize=False)

    def rrset(self, name: str, type: str, values: Iterable[Value]) -> dns.rrset.RRset:
        """The record set as dnspython has it."""
        rdtype = dns.rdatatype.from_text(type)
        ttl = self.ttls.get((name, type), self.ttl)
        rrset = dns.rrset.RRset(_name(name), dns.rdataclass.IN, rdtype)
        rrset.update_ttl(ttl)
        for value in values:
            rrset.add(_txt(value) if type == "TXT" else self._rdata(rdtype, str(value)), ttl)
        return rrset

    def soa(self, name: str) -> dns.rrset.RRset | None:
        """The SOA of the closest enclosing name that has one."""
        while True:
            values = self.records.get(name, {}).get("SOA")
            if values:
                return self.rrset(name, "SOA", values)
            if not name:
                return None
            name = name.partition(".")[2]


@dataclass(frozen=True)
class Query:
    """One question that arrived."""

    name: str
    type: str
    over: str
    """`udp` or `tcp`."""
    recursion_desired: bool
    how: str = ""
    """`DO` where signatures are wanted, `CD` where they are not to be checked."""


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self.server = server
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.server.spawn(self._answer(data, addr))

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = await self.server.answer(data, "udp")
        if answer is not None and self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(answer, addr)


class DnsServer:
    """`async with DnsServer(zone) as server:` listens on `server.address` until the block ends."""

    def __init__(
        self,
        zone: Zone | Mapping[str, Mapping[str, Value | list[Value]]],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
        authoritative: bool = True,
        lame: bool = False,
    ) -> None:
        self.zone = zone if isinstance(zone, Zone) else Zone.of(zone)
        self.host = host
        self.port = port
        self.latency = latency
        self.authoritative = authoritative
        self.lame = lame
        """Answer without the AA flag and refuse questions that want no recursion."""
        self.queries: list[Query] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    @property
    def address(self) -> tuple[str, int]:
        """(address, port), as `Network.resolvers` wants it."""
        return self.host, self.port

    def asked(self, name: str, type: str = "") -> int:
        """How many questions for that name arrived."""
        return sum(1 for query in self.queries if query.name == name and type in ("", query.type))

    def spawn(self, work: object) -> None:
        """Run an answer beside the others; it ends with the server."""
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for _attempt in range(20):
            self._tcp = await asyncio.start_server(self._serve_tcp, self.host, self.port)
            port = self._tcp.sockets[0].getsockname()[1]
            try:
                self._udp, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), local_addr=(self.host, port))
            except OSError:
                self._tcp.close()
                if self.port:
                    raise
                continue
            self.port = port
            return self
        raise OSError("no port is free for both UDP and TCP")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close_tcp(self) -> None:
        """Go on answering over UDP alone: whoever connects is refused."""
        if self._tcp is not None:
            self._tcp.close()

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                (size,) = struct.unpack("!H", await reader.readexactly(2))
                answer = await self.answer(await reader.readexactly(size), "tcp")
                if answer is None:
                    return
                writer.write(struct.pack("!H", len(answer)) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def answer(self, data: bytes, over: str) -> bytes | None:
        """The wire form of the answer, None for silence."""
        try:
            query = dns.message.from_wire(data)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return None
        name, type = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        name = "" if name == "." else name
        how = f"{'DO' if query.ednsflags & dns.flags.DO else ''}{'CD' if query.flags & dns.flags.CD else ''}"
        self.queries.append(Query(name, type, over, bool(query.flags & dns.flags.RD), how))
        wait = self.latency + (Zone.pick(self.zone.delays, name, type) or 0.0)
        if wait:
            await asyncio.sleep(wait)  # noqa: TID251  (latency is what is tested)
        payload = Zone.pick(self.zone.raw, name, type)
        if payload is not None:
            return data[:2] + payload[2:]
        fault = Zone.pick(self.zone.faults, name, type)
        if fault is Fault.TIMEOUT or (fault is Fault.TCP_DEAD and over == "tcp"):
            return None
        if fault is Fault.MALFORMED:
            return data[:2] + b"\x81\x80\x00\x01\x00\x05\x00\x00\x00\x00\xc0\x0c\xff"
        return self._respond(query, name, type, fault, over)

    def _respond(self, query: dns.message.Message, name: str, type: str, fault: Fault | None, over: str) -> bytes:
        response = dns.message.make_response(query, recursion_available=not self.lame)
        if self.authoritative and not self.lame:
            response.flags |= dns.flags.AA
        if self.lame and not query.flags & dns.flags.RD:
            response.set_rcode(dns.rcode.REFUSED)
            return response.to_wire()
        if fault is Fault.WRONG_ID:
            response.id = (query.id + 1) % 65536
        if fault is Fault.WRONG_QUESTION:
            response.question = [dns.rrset.RRset(_name("other." + name), dns.rdataclass.IN, query.question[0].rdtype)]
        if (fault in (Fault.TRUNCATED, Fault.TCP_DEAD) and over == "udp") or fault is Fault.TRUNCATED_ALWAYS:
            response.flags |= dns.flags.TC
            return response.to_wire()
        if fault in (Fault.SERVFAIL, Fault.REFUSED):
            response.set_rcode(dns.rcode.from_text(str(fault).upper()))
            return response.to_wire()
        self._fill(response, name, type, fault)
        self.finish(query, response, name)
        limit = 65535 if over == "tcp" else max(512, min(query.payload, 4096))
        try:
            return response.to_wire(max_size=limit)
        except dns.exception.TooBig:
            small = dns.message.make_response(query, recursion_available=True)
            small.flags |= dns.flags.TC | (response.flags & dns.flags.AA)
            return small.to_wire()

    def finish(self, query: dns.message.Message, response: dns.message.Message, name: str) -> None:
        """A last word on an answer; the plain server has none."""

    def _fill(self, response: dns.message.Message, name: str, type: str, fault: Fault | None) -> None:
        # An alias that leads out of every zone with an SOA here is given alone: what is behind it is not ours to say.
        current, seen = name, set()
        found: dict[str, list[Value]] | None = None
        while current not in seen:
            seen.add(current)
            found = self.zone.find(current)
            if found is None or type == "CNAME" or "CNAME" not in found or fault is Fault.NODATA:
                break
            response.answer.append(self.zone.rrset(current, "CNAME", found["CNAME"]))
            current = str(found["CNAME"][0]).lower().rstrip(".")
        if fault is Fault.WRONG_TYPE:
            response.answer.append(self.zone.rrset(name, "HINFO", ['"odd" "answer"']))
            return
        values = found.get(type) if found else None
        if values and fault not in (Fault.NODATA, Fault.NXDOMAIN):
            response.answer.append(self.zone.rrset(current, type, values))
        else:
            soa = self.zone.soa(current)
            if soa is not None:
                response.authority.append(soa)
        outside = current != name and self.zone.soa(current) is None
        if (found is None and not outside) or fault in (Fault.NXDOMAIN, Fault.NXDOMAIN_WITH_ANSWERS):
            response.set_rcode(dns.rcode.NXDOMAIN)
