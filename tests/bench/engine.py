"""The watch at its pace, with store and incidents, beside the engine that is written first, and a prober in Go."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.blackbox import MISSING, at_pace, program
from tests.bench.blackbox import NAME as BLACKBOX
from tests.bench.measure import contestant, interleaved, said
from tests.bench.rows import Bench, Row, ratios, spread
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer
from tests.servers.tls import Authority

HOST = "shop.test"
PLAIN = "APScheduler job each, httpx, a row at a time"
Found = dict[str, float]


@dataclass
class Place:
    """The servers that are looked at, and where an engine may write."""

    web: HttpServer
    dns: DnsServer
    ca_file: str
    folder: Path
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def engine(self, who: str, count: int, every: int, *, warm: float, seconds: float, stand: float = 0) -> Found:
        """One engine from its start to its end."""
        folder = self.folder / f"engine-{next(self.numbers)}"
        folder.mkdir()
        numbers = (count, every, warm, seconds, stand)
        words = (str(self.web.port), str(self.dns.port), self.ca_file, *map(str, numbers), str(folder))
        return await said(contestant("engine", who, *words), self.folder, seconds=200.0)


async def measure(bench: Bench) -> list[Row]:
    """Fifty looks a second in turns with the plain engine; a thousand a minute in turns with the prober; then many."""
    authority = Authority.make()
    soa = "ns.test. root.test. 1 7200 3600 1209600 60"
    async with (
        DnsServer({"test": {"SOA": soa}, HOST: {"A": "127.0.0.1"}, f"*.{HOST}": {"A": "127.0.0.1"}}) as dns,
        HttpServer({"*": {"*": Answer()}}, tls=authority.issue(HOST, f"*.{HOST}")) as web,
    ):
        place = Place(web, dns, authority.write(bench.folder / "ca.pem"), bench.folder)
        rows = [*await _quick(place, bench), *await _prober(place, bench)]
        if bench.quick:
            return [*rows, Row("engine", "5,000 monitors at 60 s", "itself", skipped="takes too long for --quick")]
        return [*rows, *await _many(place)]


async def _quick(place: Place, bench: Bench) -> list[Row]:
    seconds = bench.rounds(12, 6)

    def one(who: str) -> Callable[[], Awaitable[Found]]:
        return lambda: place.engine(who, 500, 10, warm=11, seconds=seconds)

    found = await interleaved(bench.rounds(2, 1), {who: one(who) for who in ("ours", "plain")})
    own, other = ([each["cpu_ms"] for each in found[who]] for who in ("ours", "plain"))
    return [
        Row(
            "engine",
            "processor time per look, 50 looks a second, stored",
            PLAIN,
            samples=ratios(own, other),
            target=0.2,
            ours=spread(own, "ms", 2),
            theirs=spread(other, "ms", 2),
            note="Ours looks names up, guards addresses, judges the answer and tells the incidents.",
        )
    ]


async def _prober(place: Place, bench: Bench) -> list[Row]:
    """At the usual pace of a thousand monitors; the prober stores and judges nothing."""
    what = "processor time per look, 1,000 monitors at 60 s"
    seconds = bench.rounds(15, 8)
    exporter = program()
    contestants: dict[str, Callable[[], Awaitable[Found]]] = {
        "ours": lambda: place.engine("ours", 1000, 60, warm=22, seconds=seconds)
    }
    if exporter is not None:
        contestants["theirs"] = lambda: at_pace(exporter, place.web.port, place.ca_file, place.folder, seconds=seconds)
    found = await interleaved(1, contestants)
    own = [each["cpu_ms"] for each in found["ours"]]
    crowd = tuple(each["first_ms"] / each["later_ms"] for each in found["ours"])
    first = Row(
        "engine",
        "1,000 monitors created together: reported p50 of the first round",
        "p50 of the rounds that follow",
        samples=crowd,
        target=2.0,
    )
    if exporter is None:
        return [Row("engine", what, BLACKBOX, ours=spread(own, "ms", 2), skipped=MISSING), first]
    other = [each["cpu_ms"] for each in found["theirs"]]
    beside = Row(
        "engine",
        what,
        BLACKBOX,
        samples=ratios(own, other),
        target=0.7,
        ours=spread(own, "ms", 2),
        theirs=spread(other, "ms", 2),
        note="The prober looks no name up, stores nothing and judges nothing but the status.",
    )
    return [beside, first]


async def _many(place: Place) -> list[Row]:
    few = await place.engine("ours", 50, 10, warm=11, seconds=20)
    many = await place.engine("ours", 5000, 60, warm=63, seconds=15, stand=10)
    cpu = ("processor time per look, 5,000 monitors at 60 s", "ours with 50 at 10 s")
    return [
        Row("engine", "a look begins late, p99, 5,000 monitors", "itself", "ms", (many["late_p99_ms"],), 50.0),
        Row("engine", "longest stand of the loop, 5,000 monitors", "itself", "ms", (many["stood_ms"],), 50.0),
        Row("engine", "resident memory, 5,000 monitors", "itself", "MB", (many["rss_mb"],), 120.0),
        Row(
            "engine",
            *cpu,
            samples=(many["cpu_ms"] / few["cpu_ms"],),
            target=1.0,
            ours=f"{many['cpu_ms']:.2f} ms",
            theirs=f"{few['cpu_ms']:.2f} ms",
        ),
    ]
