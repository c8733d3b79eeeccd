"""The world as the open internet is: a zone with name servers of its own on port 53, and a zone above it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import dns.message
import dns.rrset

from checks.inventory import Network
from checks.net.dns import Names
from checks.net.guard import Guard
from checks.net.live import LiveProbe
from checks.net.resolver import TRY_SECONDS
from tests.outcomes.scenario import Step
from tests.outcomes.world import DOMAIN, SOA, World, records
from tests.servers.dns import DnsServer, Zone

NS1, NS2 = f"ns1.{DOMAIN}", f"ns2.{DOMAIN}"


class Outside(LiveProbe):
    """The probe without resolvers of the founder's own; these here stand for the public ones."""

    def __init__(
        self, network: Network, now: datetime, resolvers: Sequence[tuple[str, int]], patience: float = TRY_SECONDS
    ) -> None:
        super().__init__(network, now)
        self._names = Names(tuple(resolvers), replaced=False, guard=Guard(True), patience=patience)


@dataclass
class Servers:
    """The domain's own name servers."""

    world: World
    above: DnsServer
    """Serves `test`, and points at those of the domain."""
    one: DnsServer
    two: DnsServer

    def listed(self, *names: str) -> None:
        """The domain itself lists these."""
        for server in (self.world.dns, self.one, self.two):
            server.zone.set(DOMAIN, "NS", *names)

    def registered(self, *names: str) -> None:
        """The registry hands out these."""
        answer = dns.message.make_response(dns.message.make_query(f"{DOMAIN}.", "NS"))
        answer.authority.append(dns.rrset.from_text(f"{DOMAIN}.", 172_800, "IN", "NS", *(f"{name}." for name in names)))
        self.above.zone.send_raw(DOMAIN, answer.to_wire(), "NS")


def outside(*changes: Callable[[Servers], object], directories: int = 1, patience: float = TRY_SECONDS) -> Step:
    """Name servers on port 53 of addresses of their own; `directories` are asked as public ones.

    `patience` is how many seconds each of two tries waits for an answer: little where a server is to keep silent.
    """

    async def step(world: World) -> None:
        above, one, two = [await _started(world) for _ in range(3)]
        for zone in (world.zone, world.other.zone, one.zone, two.zone):
            zone.set("test", "SOA", SOA)
            zone.set("test", "NS", "ns.test")
            zone.set("ns.test", "A", above.host)
            zone.set(NS1, "A", one.host)
            zone.set(NS2, "A", two.host)
        servers = Servers(world, above, one, two)
        servers.registered(NS1, NS2)
        resolvers = (world.dns.address, world.other.address)[:directories]
        world.network(resolvers=())
        world.opens = lambda network, now: Outside(network, now, resolvers, patience)
        for change in changes:
            change(servers)

    return step


async def _started(world: World) -> DnsServer:
    """A name server on port 53 of an address that nobody else has."""
    for _ in range(50):
        host = f"127.{random.randint(60, 250)}.{random.randint(1, 250)}.{random.randint(2, 250)}"
        server = DnsServer(Zone.of(records()), host=host, port=53)  # type: ignore[arg-type]
        try:
            return await world.stack.enter_async_context(server)
        except OSError as error:
            if isinstance(error, PermissionError):
                raise
    raise OSError("no address of 127.0.0.0/8 has its port 53 free")
