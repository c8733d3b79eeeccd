"""A healthy product on loopback, and the real command run against it as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from bot.scopes import OPTIONAL, REQUIRED
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer, redirect
from tests.servers.tls import Authority

BOT = "xoxb-1111111111-2222222222-abcdefghijkl"
APP = "xapp-1-A111-2222-abcdefghijkl"
ROOT = Path(__file__).parents[2]
HSTS = ("strict-transport-security", "max-age=31536000")
PAGE = Answer(
    body="<!doctype html><html><head><title>Acme</title></head><body>Acme sells courses. "
    + "Welcome. " * 60
    + "</body>",
    headers=(("content-type", "text/html; charset=utf-8"), HSTS),
)


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Shop:
    """The product `acme.test`: servers that a test may spoil, and the configuration that leads to them."""

    dns: DnsServer
    web: HttpServer
    plain: HttpServer
    network: str
    """The section `network:` of a launch.yml, as text."""


@pytest.fixture
async def shop(authority: Authority, ca_file: str) -> AsyncIterator[Shop]:
    """Root, www, app and api over TLS; http leads to https, www to the root; mail records are in order."""
    zone = {
        "test": {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60"},
        "acme.test": {
            "SOA": "ns.acme.test. root.acme.test. 1 7200 3600 1209600 60",
            "NS": "ns.acme.test.",
            "A": "127.0.0.1",
            "MX": "10 mail.acme.test.",
            "TXT": "v=spf1 ip4:127.0.0.1 -all",
        },
        "_dmarc.acme.test": {"TXT": "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"},
        **{f"{label}.acme.test": {"A": "127.0.0.1"} for label in ("www", "app", "api", "mail", "ns")},
    }
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(DnsServer(zone))
        web = await stack.enter_async_context(HttpServer(tls=authority.issue("acme.test", "*.acme.test")))
        plain = await stack.enter_async_context(HttpServer())
        for name in ("acme.test", "app.acme.test", "api.acme.test"):
            web.route(name, "*", PAGE)
        web.route("www.acme.test", "*", lambda request: redirect(f"https://acme.test{request.target}"))
        plain.route("*", "*", lambda request: redirect(f"https://{request.host}{request.target}"))
        network = (
            "network:\n"
            f'  resolvers: ["127.0.0.1:{dns.port}"]\n'
            f"  ca_file: {ca_file}\n"
            f"  ports: {{443: {web.port}, 80: {plain.port}}}\n"
            "  allow_private: true\n"
        )
        yield Shop(dns, web, plain, network)


@pytest.fixture
def launch(tmp_path: Path) -> Callable[..., Awaitable[Ran]]:
    """Runs the command line in `tmp_path`, without tokens, on 80 columns."""

    async def run(*args: str, seconds: float = 60.0, **environment: str) -> Ran:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *args,
            cwd=tmp_path,
            env=clean(**environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(seconds):
            out, err = await process.communicate()
        return Ran(process.returncode or 0, out.decode(), err.decode())

    return run


def clean(**environment: str) -> dict[str, str]:
    """An environment without anything of ours or of a builder in which the tests run, and with these variables."""
    own = ("LAUNCH_", "SLACK_", "NO_COLOR", "COLUMNS", "GITHUB_", "CI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1", **environment}


@pytest.fixture
def only_network(tmp_path: Path, shop: Shop) -> Path:
    """A launch.yml that holds nothing but the network."""
    path = tmp_path / "launch.yml"
    path.write_text(shop.network)
    return path


class Slack:
    """The two methods of the Web API that a self-test calls, with the answers that a test chooses."""

    def __init__(self) -> None:
        self.scopes = ",".join([*REQUIRED, *OPTIONAL])
        self.bot_error = ""
        self.app_error = ""
        self.url = ""

    async def auth_test(self, _request: web.Request) -> web.Response:
        answer = {"ok": True, "team": "Acme", "team_id": "T1", "user_id": "U1", "bot_id": "B1"}
        if self.bot_error:
            answer = {"ok": False, "error": self.bot_error}
        return web.json_response(answer, headers={"x-oauth-scopes": self.scopes})

    async def connections_open(self, _request: web.Request) -> web.Response:
        if self.app_error:
            return web.json_response({"ok": False, "error": self.app_error})
        return web.json_response({"ok": True, "url": "wss://127.0.0.1/link"})


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A healthy Web API on loopback."""
    server = Slack()
    app = web.Application()
    app.router.add_post("/api/auth.test", server.auth_test)
    app.router.add_post("/api/apps.connections.open", server.connections_open)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield server
    await runner.cleanup()
