"""The watch at its pace, with store and incidents, beside the engine that is written first; and how it grows."""

from __future__ import annotations

import itertools

from tests.bench.measure import contestant, interleaved, said
from tests.bench.rows import Bench, Row, ratios, spread
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer
from tests.servers.tls import Authority

HOST = "shop.test"
FEW, MANY = 1000, 5000
BLACKBOX = "prometheus-blackbox-exporter"


async def measure(bench: Bench) -> list[Row]:
    """In turns at a thousand monitors; then ours alone at five thousand."""
    authority = Authority.make()
    ca_file = authority.write(bench.folder / "ca.pem")
    seconds = bench.rounds(15, 8)
    places = itertools.count()
    async with (
        DnsServer({"test": {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60"}, HOST: {"A": "127.0.0.1"}}) as dns,
        HttpServer({HOST: {"*": Answer()}}, tls=authority.issue(HOST)) as web,
    ):

        async def one(who: str, count: int, warm: int) -> dict[str, float]:
            folder = bench.folder / f"engine-{next(places)}"
            folder.mkdir()
            words = (str(web.port), str(dns.port), ca_file, str(count), str(warm), str(seconds), str(folder))
            return await said(contestant("engine", who, *words), bench.folder, seconds=200.0)

        found = await interleaved(
            bench.rounds(2, 1), {who: lambda who=who: one(who, FEW, 26) for who in ("ours", "plain")}
        )
        many = [await one("ours", MANY, 68)] if not bench.quick else []
    own, other = ([each["cpu_ms"] for each in found[who]] for who in ("ours", "plain"))
    rows = [
        Row(
            "engine",
            f"processor time per look, {FEW:,} monitors at 60 s, stored",
            "APScheduler job each, httpx, a row at a time",
            samples=ratios(own, other),
            ours=spread(own, "ms"),
            theirs=spread(other, "ms"),
            note="Ours looks the name up, guards the address, judges the answer and tells the incidents.",
        ),
        Row("engine", "the same beside blackbox_exporter", BLACKBOX, skipped="not driven by this bench yet"),
        _row(f"a look begins late, p99, {FEW:,} monitors", found["ours"], "late_p99_ms", "ms", None),
    ]
    if not many:
        return [*rows, Row("engine", f"{MANY:,} monitors at 60 s", "itself", skipped="takes too long for --quick")]
    few = sum(own) / len(own)
    return [
        *rows,
        _row(f"a look begins late, p99, {MANY:,} monitors", many, "late_p99_ms", "ms", None),
        _row(f"longest stand of the loop, {MANY:,} monitors", many, "stood_ms", "ms", 50.0),
        _row(f"resident memory, {MANY:,} monitors", many, "rss_mb", "MB", 120.0),
        Row(
            "engine",
            f"processor time per look, {MANY:,} monitors",
            f"ours with {FEW:,}",
            samples=tuple(each["cpu_ms"] / few for each in many),
            target=1.0,
        ),
    ]


def _row(what: str, found: list[dict[str, float]], key: str, unit: str, target: float | None) -> Row:
    return Row("engine", what, "itself", unit, tuple(each[key] for each in found), target)
