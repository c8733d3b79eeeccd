"""A company on loopback: one DNS server for all names, and a machine with http and https at each address.

All machines listen on the same two ports, so that `network.ports` leads to each of them and addresses keep their sense.
"""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.clock import SystemClock
from bot.config.inventory import to_inventory
from bot.config.load import load
from bot.services.look import look
from checks.inventory import Inventory
from checks.registrable import registrable
from checks.report import Report
from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import Company, Records, Reply, Site
from tests.servers.dns import Value, Zone
from tests.servers.dnssec import ValidatingServer
from tests.servers.http import Answer, HttpServer, Request
from tests.servers.tls import Authority, Credential

REGISTRY, REGISTRY_AT = "rdap.registry.example", "127.9.0.1"
SOA = "ns.{0}. hostmaster.{0}. 2026110801 10000 2400 604800 1800"
ATTEMPTS = 10


@dataclass
class Machine:
    """What listens at one address."""

    secure: HttpServer
    plain: HttpServer


@dataclass
class Town:
    """The servers of a company, and how to look at them."""

    company: Company
    folder: Path
    root: Authority
    dns: ValidatingServer
    machines: dict[str, Machine]
    issuers: dict[str, Authority] = field(default_factory=dict)

    @property
    def zone(self) -> Zone:
        """The records."""
        return self.dns.zone

    def issue(self, site: Site, *names: str, days: tuple[float, float] = (-20, 70)) -> Credential:
        """A certificate of the company that a site gets its own from, below the root that everybody trusts."""
        name = site.issuer.name
        if name not in self.issuers:
            self.issuers[name] = self.root.intermediate(name)
        return self.issuers[name].issue(*names, issuer_urls=[site.issuer.url], days=days)

    def furnish(self) -> None:
        """Set everything up as the company means it to be, whatever was there before."""
        self.zone.records.clear()
        self.zone.ttls.clear()
        self.zone.faults.clear()
        self._records(vendors.ZONES)
        self._records(_absolute(self.company))
        for (name, type), seconds in self.company.ttls.items():
            self.zone.ttls[_full(name, self.company.domain), type] = seconds
        self._records({REGISTRY: {"A": REGISTRY_AT}})
        for name in {registrable(name) for name in list(self.zone.records)}:
            if "SOA" not in self.zone.records.get(name, {}):
                self.zone.set(name, "SOA", SOA.format(name))
        if self.company.signed:
            self.dns.sign(self.company.domain)
        for machine in self.machines.values():
            for server in (machine.secure, machine.plain):
                server.routes.clear()
        for host, site in {**self.company.sites, REGISTRY: self._registry()}.items():
            self.open(host, site)

    def open(self, host: str, site: Site) -> None:
        """Let a host answer: its pages, its certificate, its http."""
        credential = self.issue(site, *(site.names or (host,)), days=site.days)
        self.certificate(host, credential, at=(*site.at, *site.origin))
        for address in self._here(site.at):
            self.machines[address].plain.route(host, "*", _dressed(site, site.plain))
        self.direct(host, site.direct, site=site)
        for path, reply in {**site.pages, "*": site.lost}.items():
            self.page(host, path, reply, site=site)

    def page(self, host: str, path: str, reply: Reply, *, site: Site | None = None) -> None:
        """Let a host answer something (else) at a path; `*` is every path that has no answer of its own."""
        site = site or self.company.sites[host]
        for address in self._here(site.at):
            self.machines[address].secure.route(host, path, _dressed(site, reply))

    def direct(self, host: str, reply: Reply, *, site: Site | None = None) -> None:
        """Let the server behind a host say something else to strangers who come around its edge."""
        for address in (site or self.company.sites[host]).origin:
            for server in (self.machines[address].secure, self.machines[address].plain):
                server.route(host, "*", reply)

    def plain(self, host: str, reply: Reply) -> None:
        """Let a host answer something else to http."""
        for address in self._here(self.company.sites[host].at):
            self.machines[address].plain.route(host, "*", reply)

    def certificate(self, host: str, credential: Credential, *, at: tuple[str, ...] = ()) -> None:
        """Let a host show another certificate."""
        for address in self._here(at or self.company.sites[host].at):
            self.machines[address].secure.credentials[host] = credential

    def records(self, name: str, type: str, *values: Value) -> None:
        """Replace records of the company's own zone; `@` is the domain itself."""
        full = _full(name, self.company.domain)
        self.zone.set(full, type, *values)
        if not self.zone.records[full]:
            self.zone.remove(full)

    def config(self) -> Path:
        """The `launch.yml` of the company, with the way to its servers."""
        first = next(iter(self.machines.values()))
        network = {
            "resolvers": [f"127.0.0.1:{self.dns.port}"],
            "ca_file": self.root.write(self.folder / "ca.pem"),
            "allow_private": True,
            "ports": {"443": first.secure.port, "80": first.plain.port},
            "rdap": f"https://{REGISTRY}/",
            "rate": 1000,
            "burst": 10000,
        }
        path = self.folder / "launch.yml"
        path.write_text(f"{self.company.launch.strip()}\nnetwork: {json.dumps(network)}\n", encoding="utf-8")
        return path

    def inventory(self) -> Inventory:
        """What the bot makes of that file."""
        return to_inventory(load(self.config()))

    async def look(self) -> Report:
        """The whole catalogue, as an audit runs it."""
        return await look(self.inventory(), now=SystemClock().now())

    def _records(self, records: Records) -> None:
        for name, by_type in records.items():
            for type, values in by_type.items():
                every = values if isinstance(values, list) else [values]
                self.zone.set(name, type, *(self._here(tuple(every)) if type == "AAAA" else every))

    def _here(self, addresses: tuple[str, ...]) -> list[str]:
        """Those that this machine has: some have no IPv6."""
        return [address for address in addresses if address in self.machines]

    def _registry(self) -> Site:
        """What the registry of the domains says, in the form of RFC 9083."""
        ends = SystemClock().now() + timedelta(days=240)
        event = {"eventAction": "expiration", "eventDate": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
        names = ["fn", {}, "text", self.company.registrar]
        told = {"objectClassName": "domain", "status": ["client transfer prohibited"], "events": [event]}
        told["entities"] = [{"roles": ["registrar"], "vcardArray": ["vcard", [names]]}]

        def answer(request: Request) -> Answer:
            name = request.path.rpartition("/")[2]
            known = name in self.zone.records and (name in vendors.ZONES or name.endswith(".example"))
            kind = (("content-type", "application/rdap+json"),)
            return Answer(200, json.dumps(told | {"ldhName": name}), kind) if known else Answer(404, "{}", kind)

        return Site((REGISTRY_AT,), {}, lost=answer)


def _dressed(site: Site, reply: Reply) -> Reply:
    if isinstance(reply, Answer):
        return lambda request: site.dress(request, reply)

    async def answer(request: Request) -> Answer:
        said = reply(request)
        return site.dress(request, said if isinstance(said, Answer) else await said)

    return answer


def _full(name: str, domain: str) -> str:
    if name.endswith("."):
        return name[:-1]
    return domain if name == "@" else f"{name}.{domain}"


def _absolute(company: Company) -> Records:
    return {_full(name, company.domain): records for name, records in company.zone.items()}


@asynccontextmanager
async def a_town(company: Company, authority: Authority, folder: Path) -> AsyncIterator[Town]:
    """The company on loopback, in order."""
    sites = company.sites.values()
    addresses = [*dict.fromkeys(one for site in sites for one in (*site.at, *site.origin)), REGISTRY_AT]
    if not _has_ipv6():
        addresses = [address for address in addresses if ":" not in address]
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(ValidatingServer(Zone()))
        machines = await _machines(addresses, stack)
        town = Town(company, folder, authority, dns, machines)
        town.furnish()
        town.config()
        yield town


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


async def _machines(addresses: list[str], stack: AsyncExitStack) -> dict[str, Machine]:
    """A machine for each address, all on the same two ports; another pair where one of them is taken."""
    for attempt in range(ATTEMPTS):
        secure_port = plain_port = 0
        try:
            async with AsyncExitStack() as tried:
                machines = {}
                for address in addresses:
                    secure = await tried.enter_async_context(HttpServer(tls={}, host=address, port=secure_port))
                    plain = await tried.enter_async_context(HttpServer(host=address, port=plain_port))
                    secure_port, plain_port = secure.port, plain.port
                    machines[address] = Machine(secure, plain)
                stack.push_async_exit(tried.pop_all())
                return machines
        except OSError:
            if attempt == ATTEMPTS - 1:
                raise
    raise OSError("no two ports are free at every address")
