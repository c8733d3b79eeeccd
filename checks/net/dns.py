"""DNS questions to all resolvers of a run, each asked once, with aliases followed to their end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from checks.net.facts import DnsAnswer, DnsStatus
from checks.net.guard import Guard
from checks.net.message import MAX_ALIASES, PLAIN, Manner
from checks.net.resolver import TRY_SECONDS, Resolver

PUBLIC = (("1.1.1.1", 53), ("8.8.8.8", 53), ("9.9.9.9", 53))
"""Cloudflare, Google and Quad9: three operators with caches of their own."""
MAX_SERVERS = 8
"""Name servers of one zone that are asked."""
MAX_CLIMB = 12
"""Labels that are cut off while looking for the enclosing zone."""

T = TypeVar("T")


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one is not None and other is not None else one or other


class Once:
    """Work that is done once per key; everybody who asks for it waits for the same task."""

    def __init__(self) -> None:
        self._tasks: dict[object, asyncio.Task[Any]] = {}

    async def get(self, key: object, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of `work`, begun by the first who asks. A waiter that is cancelled does not stop it."""
        task: asyncio.Task[T] | None = self._tasks.get(key)
        if task is None or (task.done() and task.cancelled()):
            task = self._tasks[key] = asyncio.create_task(work())
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop what is still under way."""
        tasks = [task for task in self._tasks.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in self._tasks.values():
            if task.done() and not task.cancelled():
                task.exception()


class Names:
    """The DNS of one run.

    Args:
        resolvers: (address, port) of each; empty means the public ones.
        guard: Judges the addresses of a zone's own name servers.
        replaced: The given resolvers stand for every server, also for the zone's own.
        first: Which resolver is asked first: a second path begins with another one.
        patience: Seconds that each of two tries waits for an answer.
    """

    def __init__(
        self,
        resolvers: tuple[tuple[str, int], ...] = (),
        *,
        guard: Guard | None = None,
        replaced: bool | None = None,
        first: int = 0,
        patience: float = TRY_SECONDS,
    ) -> None:
        addresses = resolvers or PUBLIC
        turn = first % len(addresses)
        self._resolvers = [Resolver(*address, patience=patience) for address in (*addresses[turn:], *addresses[:turn])]
        self._replaced = bool(resolvers) if replaced is None else replaced
        self._guard = guard or Guard()
        self._patience = patience
        self._servers: dict[str, Resolver] = {}
        self._once = Once()

    async def close(self) -> None:
        """End every question and give the sockets back."""
        await self._once.close()
        for resolver in (*self._resolvers, *self._servers.values()):
            await resolver.close()

    def sent(self) -> Counter[str]:
        """How many packets and connections went to whom."""
        asked = (*self._resolvers, *self._servers.values())
        return Counter({server.label: server.sent for server in asked if server.sent})

    async def first(self, name: str, type: str) -> DnsAnswer:
        """The answer of the first resolver that knows; what the first one said where none does."""
        return await self._once.get(("first", name, type), lambda: self._first(name, type))

    async def _first(self, name: str, type: str) -> DnsAnswer:
        ignorance: DnsAnswer | None = None
        for resolver in self._resolvers:
            answer = await self._followed(resolver, name, type)
            if answer.status.known:
                return answer
            ignorance = ignorance or answer
        return ignorance or DnsAnswer(name, type, "", DnsStatus.UNREACHABLE, detail="there is no resolver to ask")

    async def everywhere(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        """One answer per resolver, always in the order in which they are configured."""
        answers = await asyncio.gather(*(self._followed(resolver, name, type) for resolver in self._resolvers))
        return tuple(sorted(answers, key=lambda answer: answer.server))

    async def secure(self, name: str, type: str, *, checking: bool) -> DnsAnswer:
        """What the first resolver that can be heard says about signed records.

        A SERVFAIL is an answer here: it is how a validating resolver says that a signature is wrong.
        """
        manner = Manner(signatures=True, checking=checking)
        silence: DnsAnswer | None = None
        for resolver in self._resolvers:
            answer = await self._followed(resolver, name, type, manner)
            if answer.status.known or answer.status is DnsStatus.SERVFAIL:
                return answer
            silence = silence or answer
        return silence or DnsAnswer(name, type, "", DnsStatus.UNREACHABLE, detail="there is no resolver to ask")

    async def _followed(self, resolver: Resolver, name: str, type: str, manner: Manner = PLAIN) -> DnsAnswer:
        answer, alias = await self._ask_raw(resolver, name, type, manner)
        return await self._behind(answer, alias, lambda target: self._ask_raw(resolver, target, type, manner))

    async def _ask_raw(self, resolver: Resolver, name: str, type: str, manner: Manner) -> tuple[DnsAnswer, str]:
        key = ("ask", resolver.label, name.lower().rstrip("."), type, manner)
        return await self._once.get(key, lambda: resolver.ask(name, type, manner))

    @staticmethod
    async def _behind(
        answer: DnsAnswer, alias: str, ask: Callable[[str], Awaitable[tuple[DnsAnswer, str]]]
    ) -> DnsAnswer:
        """Go on asking while an answer ends at an alias; circles and long chains end as MALFORMED."""
        while alias:
            further, following = await ask(alias)
            cnames = (*answer.cnames, *further.cnames)
            circle = len({answer.name.lower().rstrip("."), *cnames}) < len(cnames) + 1
            if circle or len(cnames) > MAX_ALIASES:
                detail = "the aliases lead in a circle" if circle else f"more than {MAX_ALIASES} aliases in a row"
                return replace(answer, status=DnsStatus.MALFORMED, cnames=cnames[: MAX_ALIASES + 1], detail=detail)
            answer = replace(
                answer,
                status=further.status,
                records=further.records,
                strings=further.strings,
                cnames=cnames,
                ttl=min(answer.ttl, further.ttl) if answer.ttl else further.ttl,
                took_ms=answer.took_ms + further.took_ms,
                detail=further.detail,
                authenticated=answer.authenticated and further.authenticated,
                extended=further.extended,
                signed_until=_earlier(answer.signed_until, further.signed_until),
                signed_since=None,
            )
            alias = following
        return answer

    async def authoritative(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        """One answer per name server of the enclosing zone; per resolver where those stand for every server.

        Where the zone cannot be found out, the one answer that says why.
        """
        if self._replaced:
            return await self.everywhere(name, type)
        zone = await self._zone(name)
        if zone.status is not DnsStatus.OK:
            return (replace(zone, name=name, type=type, records=(), server=""),)
        return tuple(await asyncio.gather(*(self._at(server, name, type) for server in zone.records[:MAX_SERVERS])))

    async def _zone(self, name: str) -> DnsAnswer:
        """The NS records of the closest enclosing zone, found by climbing from the name towards the root."""
        labels = name.rstrip(".").split(".")
        answer = DnsAnswer(name, "NS", "", DnsStatus.NODATA, detail="no zone was found")
        for cut in range(min(len(labels), MAX_CLIMB)):
            answer = await self.first(".".join(labels[cut:]), "NS")
            # NS records behind an alias belong to another zone.
            if answer.status is DnsStatus.OK and not answer.cnames:
                return answer
            if not answer.status.known and answer.status is not DnsStatus.MALFORMED:
                return answer
        return replace(answer, status=DnsStatus.SERVFAIL, detail="the zone's name servers could not be found out")

    async def delegation(self, name: str) -> tuple[DnsAnswer, ...]:
        """What servers of the zone above say about who serves `name`: their `referral`, or records of their own.

        Two of them are asked. None where the configured resolvers stand for every server.
        """
        parent = name.partition(".")[2]
        if self._replaced or not parent:
            return ()
        zone = await self._zone(parent)
        if zone.status is not DnsStatus.OK:
            return (replace(zone, name=name, records=(), server=""),)
        return tuple(await asyncio.gather(*(self._at(server, name, "NS") for server in zone.records[:2])))

    async def _at(self, server: str, name: str, type: str) -> DnsAnswer:
        key = ("at", server, name.lower().rstrip("."), type)
        return await self._once.get(key, lambda: self._ask_server(server, name, type))

    async def _ask_server(self, server: str, name: str, type: str) -> DnsAnswer:
        unreachable = DnsAnswer(name, type, server, DnsStatus.UNREACHABLE)
        addresses = await self.first(server, "A")
        if not addresses.records:
            addresses = await self.first(server, "AAAA")
        if not addresses.records:
            return replace(unreachable, detail="the name server's own name has no address")
        refusals = [self._guard.refusal(address) for address in addresses.records]
        allowed = [address for address, why in zip(addresses.records, refusals, strict=True) if not why]
        if not allowed:
            return replace(unreachable, detail=refusals[0])
        resolver = self._servers.get(allowed[0])
        if resolver is None:
            resolver = self._servers[allowed[0]] = Resolver(allowed[0], patience=self._patience)
        # Several name servers may be one machine.
        answer, alias = await self._ask_raw(resolver, name, type, Manner(recursive=False))
        if alias and answer.status.known:
            # The server only has the alias; what is behind it belongs to a zone that others serve.
            answer = await self._behind(answer, alias, self._beyond(type))
        return replace(answer, server=server)

    def _beyond(self, type: str) -> Callable[[str], Awaitable[tuple[DnsAnswer, str]]]:
        async def ask(target: str) -> tuple[DnsAnswer, str]:
            return await self.first(target, type), ""

        return ask
