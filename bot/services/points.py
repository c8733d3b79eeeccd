"""One look at what is no page: a port, a certificate, a DNS record."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

from bot.domain.severity import Trouble
from bot.services.glance import Glance, Look, bad, good, of, online, unknown
from checks import trouble
from checks.dns import expected
from checks.drift import Difference, Wanted, compare, further
from checks.finding import build
from checks.inventory import Inventory, Point
from checks.model import Kind, Target
from checks.net.live import LiveProbe
from checks.registry import load
from checks.tls import expiry

ADDRESSES = 3
"""Addresses of a name that are tried."""


def look_at(point: Point, inventory: Inventory, timeout: float) -> Look:
    """A look at it."""
    match point.kind:
        case "tcp":
            return lambda probe: _port(point, probe, timeout)
        case "certificate":
            return lambda probe: _certificate(point, inventory, probe)
        case _:
            return lambda probe: _record(point, inventory, probe)


async def _port(point: Point, probe: LiveProbe, timeout: float) -> Glance:
    """Whether something listens at one of its addresses."""
    now = probe.now()
    addresses = _literal(point.host)
    if not addresses:
        answers = await asyncio.gather(probe.dns(point.host, "A"), probe.dns(point.host, "AAAA"))
        addresses = tuple(record for answer in answers for record in answer.records if _literal(record))
        if not addresses and all(answer.status.absent for answer in answers):
            return bad(now, Trouble.DNS, "dns", f"{point.name} is down: its name {point.host} cannot be found")
        if not addresses:
            return unknown(now, "could_not_look", trouble.unheard(answers) or "no DNS server answered")
    faults = []
    for address in addresses[:ADDRESSES]:
        fault = await probe.tcp(address, point.port, timeout=timeout)
        if fault is None:
            return good(now, f"{point.name} is open")
        faults.append(fault)
    if any(trouble.ours(fault) for fault in faults):
        return unknown(now, "could_not_look", trouble.words(faults[0]))
    if not await online(probe):
        return unknown(now, "could_not_look", "this bot's own connection to the internet is down")
    said = f"{point.name} is down: nothing answers at {point.host}, port {point.port} ({trouble.words(faults[0])})"
    return bad(now, Trouble.REACH, faults[0].reason.value, said)


def _literal(text: str) -> tuple[str, ...]:
    try:
        return (str(ip_address(text)),)
    except ValueError:
        return ()


async def _certificate(point: Point, inventory: Inventory, probe: LiveProbe) -> Glance:
    """How long it is still good; whether it is trusted is another question."""
    peer = await probe.tls(point.host, port=point.port)
    if not peer.chain:
        other = await probe.tls(point.host, port=point.port, family=6)
        peer = other if other.chain else peer
    target = Target(Kind.HOST, point.host, point.host, inventory)
    return of(build(load()["tls.expiry"], target, expiry.judge(peer, probe.now()), at=probe.now()))


async def _record(point: Point, inventory: Inventory, probe: LiveProbe) -> Glance:
    """Whether it is as it should be; what differs is asked again of the zone's own servers."""
    assert point.record is not None  # noqa: S101  (that is what it is about)
    want = Wanted(point.record)
    questions = list(dict.fromkeys([want.question, *further([want])]))
    answers = dict(zip(questions, await asyncio.gather(*(probe.dns(*one) for one in questions)), strict=True))
    own = {}
    if isinstance(compare(want, answers), Difference):
        found = await asyncio.gather(*(probe.dns_authoritative(*one) for one in questions))
        own = dict(zip(questions, found, strict=True))
    verdict = expected.judge(expected.Facts(point.host, (want,), answers, probe.now(), own))
    target = Target(Kind.DOMAIN, point.host, point.host, inventory)
    return of(build(load()["dns.expected"], target, verdict, at=probe.now()))
