"""A walk of eight flows through a product that answers after 20 ms, beside the longest of them alone.

Flows go side by side, so all of them should take little longer than the longest one, whose requests wait for each
other. That one is walked alone in each round, and asked once more by httpx on connections that are kept; beside them
stands its bare latency, which nobody can shorten.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from bot.clock import SystemClock
from bot.config.inventory import to_inventory
from bot.config.load import load
from checks.flow import forms
from checks.flow.model import Flow, State
from checks.flow.walk import walk_all
from checks.inventory import Network
from checks.net.session import Session
from tests.bench.measure import contestant, environment, interleaved
from tests.bench.rows import Bench, Row, ratios, spread
from tests.checks.flow.conftest import SECRETS
from tests.checks.flow.product import APP, MAIL, PASSWORD

LATENCY = 0.02
TARGET = 1.5
"""How much longer than its longest flow a walk of all of them may take."""
LONGEST = 8
"""Requests of the flow `logout`, one after the other: log-in page, form, two redirects, and what comes behind."""
ENV = "env: {password: QA_PASSWORD}"
FLOWS = (
    ("login", f"{ENV}, with: {{email: {MAIL}, shows: Your newsletters}}"),
    ("signup", f"{ENV}, email: {MAIL}, with: {{inside: /dashboard, remove: /account/delete}}"),
    ("checkout", "with: {field: plan, choice: monthly, leads_to: 'https://pay.test/'}"),
    ("billing-callback", "with: {url: /billing/callback, header: X-Signature}"),
    ("password-reset", f"with: {{page: /forgot, email: {MAIL}, shows: a mail is on its way}}"),
    ("webhook", "with: {url: /hooks/orders}"),
    ("api-health", "with: {path: status, equals: ok}"),
    ("logout", f"{ENV}, with: {{email: {MAIL}, shows: Your newsletters}}"),
)


@dataclass
class Shop:
    """The product in its own process."""

    process: asyncio.subprocess.Process
    network: Network
    folder: Path

    async def asked(self) -> dict[str, int]:
        """How much was asked since the last time."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        return dict(json.loads(await self.process.stdout.readline()))


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[Shop]:
    """It serves until the block ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *contestant("flow_shop", str(folder), str(LATENCY)), env=environment(), stdin=pipe, stdout=pipe
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            ports = json.loads(await process.stdout.readline())
        network = Network(
            resolvers=(tuple(ports["dns"]),),
            ca_file=str(folder / "ca.pem"),
            ports={443: ports["https"]},
            allow_private=True,
            unlimited=frozenset({APP}),
        )
        yield Shop(process, network, folder)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def flows_in(folder: Path) -> tuple[Flow, ...]:
    """Eight ready flows, as the bot reads them."""
    lines = "".join(f"  - {{id: {template}, template: {template}, {given}}}\n" for template, given in FLOWS)
    (folder / "launch.yml").write_text(f"product: {{domain: {APP}}}\nflows:\n{lines}")
    return to_inventory(load(folder / "launch.yml")).flows


async def walked(own: Shop, flows: tuple[Flow, ...]) -> dict[str, Any]:
    """All of them, side by side."""
    now = SystemClock().now()
    began = time.perf_counter()
    seen = await walk_all(flows, lambda flow: Session(own.network, now, hosts=flow.hosts), SECRETS, now)
    wall = time.perf_counter() - began
    wrong = [one.sentence for one in seen if one.state is not State.OK]
    if wrong:
        raise RuntimeError(f"the product is in order, but the walk says {wrong[0]}")
    return {"wall": wall, **await own.asked()}


async def chain(own: Shop) -> dict[str, Any]:
    """The longest flow by httpx: the same requests in the same order, redirects and cookies included."""
    trust = ssl.create_default_context(cafile=own.network.ca_file)
    base = f"https://{APP}:{own.network.ports[443]}"
    began = time.perf_counter()
    async with httpx.AsyncClient(verify=trust, follow_redirects=True, transport=None, mounts=_here(trust)) as client:
        page = await client.get(f"{base}/login")
        form = forms.read(page.text).find("", {"email": "", "password": ""})
        assert form is not None
        sent = dict(form.pairs({"email": MAIL, "password": PASSWORD}))
        inside = await client.post(f"{base}/login", data=sent)
        assert "Your newsletters" in inside.text
        for path in ("/dashboard", "/logout", "/dashboard"):
            await client.get(f"{base}{path}")
    return {"wall": time.perf_counter() - began, **await own.asked()}


class _Loopback(httpx.AsyncHTTPTransport):
    """Every name is this machine; the name itself goes into TLS and the Host header."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host="127.0.0.1")
        response = await super().handle_async_request(request)
        request.url = request.url.copy_with(host=host)
        return response


def _here(trust: ssl.SSLContext) -> dict[str, httpx.AsyncBaseTransport]:
    return {"all://": _Loopback(verify=trust)}


async def measure(bench: Bench) -> list[Row]:
    """In turns: all flows, each alone one after the other, and the chain."""
    flows = flows_in(bench.folder)
    async with shop(bench.folder) as own:
        one_by_one = tuple(replace(flow, after=before.id) for before, flow in itertools.pairwise(flows))
        contestants = {
            "ours": lambda: walked(own, flows),
            "row": lambda: walked(own, (flows[0], *one_by_one)),
            "longest": lambda: walked(own, flows[-1:]),
            "chain": lambda: chain(own),
        }
        for each in contestants.values():
            await each()
        found = await interleaved(bench.rounds(15, 5), contestants)
    wall = {name: [each["wall"] * 1000 for each in every] for name, every in found.items()}
    asked = {each["requests"] for name in ("chain", "longest") for each in found[name]}
    if asked != {LONGEST}:
        raise RuntimeError(f"the longest flow has {asked} requests instead of {LONGEST}")
    ours, floor = wall["ours"], [LONGEST * LATENCY * 1000] * len(wall["ours"])
    sent = f"{found['ours'][0]['requests']} requests, {found['ours'][0]['connections']} connections"
    said = spread(ours, "ms")
    what = "8 flows side by side, 20 ms away, wall"
    return [
        Row("flows", what, "its longest flow alone", "×", ratios(ours, wall["longest"]), TARGET, ours=said,
            theirs=spread(wall["longest"], "ms"), note=sent),
        Row("flows", what, "the same flows one by one", "×", ratios(ours, wall["row"]), ours=said,
            theirs=spread(wall["row"], "ms")),
        Row("flows", "that longest flow alone, wall", "its requests by httpx", "×",
            ratios(wall["longest"], wall["chain"]), ours=spread(wall["longest"], "ms"),
            theirs=spread(wall["chain"], "ms")),
        Row("flows", "that longest flow alone, wall", f"bare latency, {LONGEST} × 20 ms", "×",
            ratios(wall["longest"], floor), ours=spread(wall["longest"], "ms")),
    ]  # fmt: skip
