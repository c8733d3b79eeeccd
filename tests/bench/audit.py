"""One `launch check` of six hosts over a network with 20 ms of latency, beside its longest dependent chain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.bench.measure import contestant, interleaved, ours, run, said
from tests.bench.product import NAMES, product
from tests.bench.rows import Bench, Row, ratios, spread

LATENCY = 0.02


SOUND = {"pass", "n/a"}


async def measure(bench: Bench) -> list[Row]:
    """With the hosts' limit lifted by their owner, which shows the engine; then at the polite pace."""
    rows: list[Row] = []
    for unlimited in (True, False):
        folder = bench.folder / ("lifted" if unlimited else "polite")
        folder.mkdir()
        rounds = bench.rounds(7, 3) if unlimited else bench.rounds(3, 1)
        async with product(folder, LATENCY, unlimited=unlimited) as shop:
            config = str(shop.config)
            before = shop.asked()
            first = await said(contestant("look", config), folder)
            received = tuple(now - then for now, then in zip(shop.asked(), before, strict=True))
            if first["sent"] != sum(received):
                raise RuntimeError(f"the audit says it sent {first['sent']} questions, the servers count {received}")
            found = await interleaved(rounds, _contestants(config, folder, command=unlimited))
        worst = [each["findings"] for each in (first, *found["audit"]) if not set(each["findings"]) <= SOUND]
        if worst:
            raise RuntimeError(
                f"the product is in order, but the audit says {worst[0]}: what took so long is not known"
            )
        rows += _rows(first, found, received, unlimited=unlimited)
    return rows


def _contestants(config: str, folder: Path, *, command: bool) -> dict[str, Callable[[], Awaitable[Any]]]:
    def whole() -> Awaitable[Any]:
        return run(("/bin/sh", "-c", '"$@" >/dev/null || true', "sh", *ours("check", "--config", config)), folder)

    return {
        "audit": lambda: said(contestant("look", config), folder),
        "chain": lambda: said(contestant("look", config, "--chains"), folder),
        **({"command": whole} if command else {}),
    }


def _rows(
    first: dict[str, Any], found: dict[str, list[Any]], received: tuple[int, ...], *, unlimited: bool
) -> list[Row]:
    chain = [each["wall"] * 1000 for each in found["chain"]]
    peer = f"longest redirect walked alone ({found['chain'][0]['hops']} hops)"
    what = f"{first['checks']} checks, {len(NAMES)} hosts, {LATENCY * 1000:g} ms latency"
    walls = {key: [each[key] * 1000 for each in found["audit"]] for key in ("wall", "prompt", "cpu")}

    def row(words: str, own: list[float], target: float | None = None, note: str = "") -> Row:
        return Row("audit", words, peer, "×", ratios(own, chain), target, spread(own, "ms"), spread(chain, "ms"), note)

    note = (
        f"{received[0]} DNS questions, {received[1]} requests and {received[2]} bare connections: what the report says;"
        f" processor time of the audit {spread(walls['cpu'], 'ms')}."
    )
    if unlimited:
        command = [each.wall * 1000 for each in found["command"]]
        return [
            row(f"{what}, own hosts without limit, wall", walls["wall"], 3.0, note),
            row("the whole command, start to end", command),
        ]
    pace = "2 requests a second to one host after 30"
    return [
        row(f"the same at the polite pace ({pace}): every answer but about files", walls["prompt"]),
        row("the same at the polite pace: every answer", walls["wall"], None, note),
    ]
