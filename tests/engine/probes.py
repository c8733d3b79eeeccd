"""Small probes for tests of the engine: they answer from a table, and everything else is what the network would do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from checks.inventory import Host, Inventory
from checks.model import Check, Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.net.facts import Chain, DnsAnswer, DnsStatus, Exchange, Fault, Peer, Rdap, Reason
from checks.probe import Headers, Probe

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


async def pause(seconds: float = 0.0) -> None:
    """Let others run, or be as slow as a server is."""
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    handle = asyncio.get_running_loop().call_later(seconds, over.set_result, None)
    try:
        await over
    finally:
        handle.cancel()


class TableProbe:
    """A probe over a table of DNS records; names that are not in it do not exist."""

    def __init__(
        self,
        records: Mapping[tuple[str, str], tuple[str, ...] | DnsStatus] | None = None,
        *,
        second: Probe | None = None,
        online: bool = True,
    ) -> None:
        self.records = dict(records or {})
        self.second = second
        self.seen_online = online
        self.asked: list[tuple[str, str]] = []
        self.second_paths = 0

    def now(self) -> datetime:
        return NOW

    def second_path(self) -> Probe:
        self.second_paths += 1
        return self.second or self

    async def dns(self, name: str, type: str) -> DnsAnswer:
        self.asked.append((name, type))
        await pause()
        found = self.records.get((name, type))
        if isinstance(found, DnsStatus):
            return DnsAnswer(name, type, "127.0.0.1:53", found)
        if found is None:
            exists = any(known == name or known.endswith("." + name) for known, _ in self.records)
            return DnsAnswer(name, type, "127.0.0.1:53", DnsStatus.NODATA if exists else DnsStatus.NXDOMAIN)
        return DnsAnswer(name, type, "127.0.0.1:53", DnsStatus.OK, records=found)

    async def dns_everywhere(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        return (await self.dns(name, type),)

    async def dns_authoritative(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        return (await self.dns(name, type),)

    async def dns_delegation(self, name: str) -> tuple[DnsAnswer, ...]:
        return ()

    async def dns_secure(self, name: str, type: str, *, checking: bool = True) -> DnsAnswer:
        return await self.dns(name, type)

    async def get(
        self, url: str, *, cap: int = 0, timeout: float = 10.0, headers: Headers = (), address: str = ""
    ) -> Exchange:
        return Exchange(url, fault=Fault(Reason.REFUSED))

    async def post(self, url: str, *, body: bytes = b"", headers: Headers = (), timeout: float = 10.0) -> Exchange:
        return Exchange(url, method="POST", fault=Fault(Reason.REFUSED))

    async def chain(self, url: str, *, keep_cookies: bool = False, max_hops: int = 10, headers: Headers = ()) -> Chain:
        raise NotImplementedError

    async def tls(self, host: str, *, port: int = 443, family: int = 4, newest: str = "") -> Peer:
        return Peer(host, "", port, verified=False, fault=Fault(Reason.REFUSED))

    async def tcp(self, address: str, port: int, *, timeout: float = 5.0) -> Fault | None:
        return Fault(Reason.REFUSED)

    async def rdap(self, domain: str) -> Rdap:
        return Rdap(domain, known=False, fault=Fault(Reason.REFUSED))

    def fresh(self, n: int) -> Probe:
        return self

    async def online(self) -> bool:
        await pause()
        return self.seen_online


OUTCOMES = {
    "ok": Outcome(Status.PASS, "{name} is fine"),
    "odd": Outcome(Status.WARN, "{name} is odd", severity=Severity.MEDIUM),
    "broken": Outcome(
        Status.FAIL,
        "{name} is broken: {why}",
        impact="Nobody gets in.",
        fix=("Repair {why}",),
        severity=Severity.BLOCKER,
        breaks=True,
    ),
    "dark": Outcome(Status.UNKNOWN, "could not see {name}"),
    "none": Outcome(Status.NA, "nothing to see"),
}


def a_check(
    run: object = None, *, id: str = "dns.example", severity: Severity = Severity.BLOCKER, **changes: object
) -> Check:
    """A check whose `run` is given as a coroutine function, or which says "ok"."""

    async def fine(_target: Target, _probe: Probe) -> Verdict:
        return Verdict("ok")

    fields: dict[str, object] = {
        "id": id,
        "title": "Example",
        "kind": Kind.HOST,
        "why": "Why.",
        "outcomes": OUTCOMES,
        "run": run or fine,
        "severity": severity,
        "worst": Severity.BLOCKER,
        "requirements": ("DNS-1",),
        "measured": "By looking.",
        "verify": "dig +short {host}",
        "links": ("https://www.rfc-editor.org/rfc/rfc1034",),
        "applies": lambda _target: True,
    }
    return Check(**(fields | changes))  # type: ignore[arg-type]


def a_target(name: str = "app.example.com", *, inventory: Inventory | None = None, **changes: object) -> Target:
    """A production host of a launch-critical flow."""
    inventory = inventory or Inventory(product="shop", domain="example.com", hosts=(Host(name),))
    fields: dict[str, object] = {"purpose": Purpose.APP, "url": f"https://{name}/"}
    return Target(kind=Kind.HOST, name=name, host=name, inventory=inventory, **(fields | changes))  # type: ignore[arg-type]


def says(*codes: str, **seen: Json) -> object:
    """A check's `run` that gives these codes one after the other, the last one for ever."""
    left = list(codes)

    async def run(_target: Target, _probe: Probe) -> Verdict:
        await pause()
        return Verdict(left.pop(0) if len(left) > 1 else left[0], seen)

    return run
