"""The company's name server: answers for its zone from the records as they stand, over UDP and TCP, on loopback."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from bot.demo.company.state import DOMAIN, MAILER, OLD, Record

ZONES = (DOMAIN, MAILER, OLD)
MAX_CNAMES = 8


def _rdata(record: Record) -> str:
    """The value in the form that a zone file wants: names absolute, text quoted in pieces of 255 bytes."""
    if record.type in ("CNAME", "NS"):
        return record.value.rstrip(".") + "."
    if record.type == "MX":
        return record.value.rstrip(".") + "."
    if record.type == "TXT":
        raw = record.value.replace("\\", "\\\\").replace('"', '\\"')
        return " ".join(f'"{raw[i : i + 250]}"' for i in range(0, max(1, len(raw)), 250))
    return record.value


def rrset(name: str, records: Iterable[Record]) -> dns.rrset.RRset | None:
    """The records, all of one type, as an RRset; None where there are none."""
    found = list(records)
    if not found:
        return None
    return dns.rrset.from_text(
        dns.name.from_text(name), min(r.ttl for r in found), "IN", found[0].type, *map(_rdata, found)
    )


def problem(record: Record) -> str:
    """Why a record cannot be published, as the console would say it; "" where it can."""
    try:
        rrset(record.name, [record])
    except (dns.exception.DNSException, ValueError) as error:
        return f"{record.type} {record.value!r} is not valid: {error}"
    return ""


def answer(query: dns.message.Message, records: Iterable[Record]) -> dns.message.Message:
    """The authoritative answer from these records (RFC 1034 4.3.2, RFC 2308 for what is absent)."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    if len(query.question) != 1:
        response.set_rcode(dns.rcode.FORMERR)
        return response
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True).lower()
    zone = next((z for z in ZONES if name == z or name.endswith("." + z)), None)
    if zone is None:
        # Who asks takes this server for the whole of DNS, in which nothing else exists.
        response.flags &= ~dns.flags.AA
        response.set_rcode(dns.rcode.NXDOMAIN)
        response.authority.append(_apex(".", dns.rdatatype.SOA))
        return response
    known = list(records)
    for _ in range(MAX_CNAMES):
        here = [r for r in known if r.name == name]
        wanted = rrset(name, [r for r in here if r.type == dns.rdatatype.to_text(question.rdtype)])
        if wanted is not None:
            response.answer.append(wanted)
            return response
        alias = rrset(name, [r for r in here if r.type == "CNAME"])
        if alias is None:
            break
        response.answer.append(alias)
        name = alias[0].target.to_text(omit_final_dot=True).lower()
    if question.rdtype in (dns.rdatatype.NS, dns.rdatatype.SOA) and name == zone:
        response.answer.append(_apex(zone, question.rdtype))
        return response
    if not any(r.name == name or r.name.endswith("." + name) for r in known):
        response.set_rcode(dns.rcode.NXDOMAIN)
    response.authority.append(_apex(zone, dns.rdatatype.SOA))
    return response


def _apex(zone: str, kind: dns.rdatatype.RdataType) -> dns.rrset.RRset:
    end = "." if zone == "." else f".{zone}."
    servers = (f"ns1{end}", f"ns2{end}")
    texts = servers if kind == dns.rdatatype.NS else (f"ns1{end} hostmaster{end} 1 7200 900 1209600 60",)
    return dns.rrset.from_text(dns.name.from_text(zone), 3600, "IN", kind, *texts)


class NameServer(asyncio.DatagramProtocol):
    """UDP and TCP on one port."""

    def __init__(self, records: Callable[[], Iterable[Record]]) -> None:
        self._records = records
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self.port = 0

    async def start(self, host: str) -> None:
        """Listen; the port is chosen by the system, the same for both."""
        loop = asyncio.get_running_loop()
        self._tcp = await asyncio.start_server(self._serve_tcp, host, 0)
        self.port = self._tcp.sockets[0].getsockname()[1]
        await loop.create_datagram_endpoint(lambda: self, (host, self.port))

    async def stop(self) -> None:
        """Stop listening."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
            await self._tcp.wait_closed()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._udp = transport  # type: ignore[assignment]  # a datagram endpoint gets a datagram transport

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        reply = self._reply(data, 1232)
        if reply and self._udp is not None:
            self._udp.sendto(reply, addr)

    def _reply(self, data: bytes, limit: int) -> bytes:
        try:
            query = dns.message.from_wire(data)
        except (dns.exception.DNSException, ValueError):
            return b""
        response = answer(query, self._records())
        try:
            return response.to_wire(max_size=limit)
        except dns.exception.TooBig:
            short = dns.message.make_response(query)
            short.flags |= dns.flags.TC
            return short.to_wire()

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(5):
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                reply = self._reply(await reader.readexactly(length), 65535)
                writer.write(struct.pack("!H", len(reply)) + reply)
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()
