"""One `launch check` of six hosts over a network with 20 ms of latency, beside its longest dependent chain."""

from __future__ import annotations

from tests.bench.measure import contestant, interleaved, ours, run, said
from tests.bench.product import NAMES, product
from tests.bench.rows import Bench, Row, ratios, spread

LATENCY = 0.02


async def measure(bench: Bench) -> list[Row]:
    """The audit alone, and the command from start to end."""
    folder = bench.folder
    async with product(folder, LATENCY) as shop:
        config = str(shop.config)
        before = shop.asked()
        first = await said(contestant("look", config), folder)
        questions, connections = (now - then for now, then in zip(shop.asked(), before, strict=True))
        found = await interleaved(
            bench.rounds(7, 3),
            {
                "audit": lambda: said(contestant("look", config), folder),
                "chain": lambda: said(contestant("look", config, "--chains"), folder),
                "command": lambda: run(
                    ("/bin/sh", "-c", '"$@" >/dev/null || true', "sh", *ours("check", "--config", config)), folder
                ),
            },
        )
    worst = [each["findings"] for each in (first, *found["audit"]) if set(each["findings"]) != {"pass"}]
    if worst:
        raise RuntimeError(f"the product is in order, but the audit says {worst[0]}: what took so long is not known")
    audit, chain = ([each["wall"] * 1000 for each in found[name]] for name in ("audit", "chain"))
    command = [each.wall * 1000 for each in found["command"]]
    cpu = [each["cpu"] * 1000 for each in found["audit"]]
    hops = found["chain"][0]["hops"]
    peer = f"longest redirect walked alone ({hops} hops)"
    what = f"{first['checks']} checks, {len(NAMES)} hosts, {LATENCY * 1000:g} ms latency"
    note = f"{questions} DNS questions and {connections} connections; processor time of the audit {spread(cpu, 'ms')}."
    return [
        Row(
            "audit",
            f"{what}, wall",
            peer,
            "×",
            ratios(audit, chain),
            3.0,
            spread(audit, "ms"),
            spread(chain, "ms"),
            note,
        ),
        Row(
            "audit",
            "the whole command, start to end",
            peer,
            "×",
            ratios(command, chain),
            None,
            spread(command, "ms"),
            spread(chain, "ms"),
        ),
    ]
