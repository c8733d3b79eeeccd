"""The product `shop.test` on loopback, and the real command run against it as a process of its own.

A stranger's test bench: DNS, HTTP and TLS servers that any test may spoil, and a `launch.yml` that holds only
`network:`. Once on the real ports 80 and 443 of an address of its own, once through `network.ports`.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import random
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.scenarios.terminal.contract import TWELVE
from tests.servers.dns import DnsServer, Zone
from tests.servers.http import Answer, HttpServer, redirect
from tests.servers.tls import Authority

ROOT = Path(__file__).parents[3]
DOMAIN, WWW, APP, API = "shop.test", "www.shop.test", "app.shop.test", "api.shop.test"
HOSTS = (DOMAIN, WWW, APP, API)
SOA = f"ns1.{DOMAIN}. root.{DOMAIN}. 1 7200 3600 1209600 60"
HTML = ("content-type", "text/html; charset=utf-8")
HSTS = ("strict-transport-security", "max-age=31536000")
ALL_TWELVE = ",".join(sorted(TWELVE))
GOODS = "Hand made ceramics from a small kiln by the sea. Cups, bowls, plates and vases, each one a little different. "
ORDERS = "Your orders of this week, what to pack today, and which customers wait for an answer since Monday morning. "


def page(text: str = GOODS, *, canonical: str = "", headers: tuple[tuple[str, str], ...] = (HSTS,)) -> Answer:
    """A web page of some length."""
    tag = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    body = f"<!doctype html><html><head><title>Shop</title>{tag}</head><body><main>{text * 12}</main></body></html>"
    return Answer(body=body, headers=(HTML, *headers))


def onward(to: str, status: int = 301) -> Answer:
    """A redirect with the header that keeps browsers on https."""
    return Answer(status, b"", (("location", to), HSTS))


WATCH = """
import atexit, os, re, resource, sys
log = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_APPEND)
def note(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(args[1], tuple):
        os.write(log, f"address {args[1][0]}\\n".encode())
sys.addaudithook(note)
def most():
    # ru_maxrss goes on counting what the process was before exec: a copy of the tests' own.
    try:
        return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
atexit.register(lambda: os.write(log, f"memory {most()}\\n".encode()))
"""
"""Python's own audit events (PEP 578) tell every address to which a socket is opened, however it is done."""


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str
    took: float = 0.0
    contacted: frozenset[str] = frozenset()
    """Addresses to which the process opened a socket."""
    memory_mb: float = 0.0
    """The most that it needed."""

    @property
    def report(self) -> dict[str, Any]:
        """Standard output as JSON."""
        return dict(json.loads(self.out))

    @property
    def findings(self) -> dict[str, dict[str, Any]]:
        """By `check target`."""
        return {f"{one['check']} {one['target']}": one for one in self.report["findings"]}

    def told(self, *statuses: str) -> dict[str, str]:
        """`check target` and its code, of those of the twelve checks with one of the statuses."""
        known = {key: one for key, one in self.findings.items() if one["check"] in TWELVE}
        return {key: one["code"] for key, one in known.items() if one["status"] in statuses}

    @property
    def blockers(self) -> set[str]:
        """`check target` of everything that fails with severity blocker."""
        return {
            key
            for key, one in self.findings.items()
            if one["severity"] == "blocker" and one["status"] in ("fail", "warn")
        }


@dataclass
class Shop:
    """The servers, and what leads to them."""

    folder: Path
    authority: Authority
    dns: DnsServer
    web: HttpServer
    plain: HttpServer
    address: str
    network: dict[str, object] = field(default_factory=dict)
    """The section `network:` of the configuration."""
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def zone(self) -> Zone:
        """The records."""
        return self.dns.zone

    def route(self, name: str, answer: object, *, path: str = "*", secure: bool = True) -> None:
        """Answer everything of that host (or one path) with this alone."""
        server = self.web if secure else self.plain
        if path == "*":
            for key in [key for key in server.routes if key[0] == name]:
                del server.routes[key]
        server.route(name, path, answer)

    def host(self, name: str, answer: object, *, credential: object = None) -> None:
        """A further host in order: a name, a certificate, a page, and http that leads to https."""
        self.zone.set(name, "A", self.address)
        self.web.credentials[name] = credential or self.authority.issue(name)  # type: ignore[assignment]
        self.web.route(name, "*", answer)

    def canonical_www(self) -> None:
        """Let www be the one address: the bare name leads there."""
        self.route(DOMAIN, lambda request: onward(f"https://{WWW}{request.target}"))
        self.route(WWW, page(canonical=f"https://{WWW}/"))

    def write(self, **more: object) -> Path:
        """The `launch.yml`: nothing but `network:`, JSON being YAML."""
        path = self.folder / "launch.yml"
        path.write_text("network: " + json.dumps(self.network | more) + "\n", encoding="utf-8")
        return path

    async def launch(self, *args: str, seconds: float = 110.0, **environment: str) -> Ran:
        """Run the command line in the folder of the configuration."""
        began = asyncio.get_running_loop().time()
        process = await self.start(*args, **environment)
        try:
            async with asyncio.timeout(seconds):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        took = asyncio.get_running_loop().time() - began
        seen = (self.folder / "watch.log").read_text(encoding="utf-8").splitlines()
        addresses = frozenset(line.partition(" ")[2] for line in seen if line.startswith("address "))
        memory = max((int(line.partition(" ")[2]) / 1024 for line in seen if line.startswith("memory ")), default=0.0)
        return Ran(process.returncode or 0, out.decode(), err.decode(), took, addresses, memory)

    async def start(self, *args: str, **environment: str) -> asyncio.subprocess.Process:
        """Start the command line; both outputs are pipes, and the interpreter notes whom it contacts."""
        pipe = asyncio.subprocess.PIPE
        (self.folder / "watch").mkdir(exist_ok=True)
        (self.folder / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
        (self.folder / "watch.log").write_text("", encoding="utf-8")
        environment["PYTHONPATH"] = f"{self.folder / 'watch'}{os.pathsep}{ROOT}"
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *args),
            cwd=self.folder,
            env=clean(**environment, WATCH_LOG=str(self.folder / "watch.log")),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
        )

    async def check(self, *args: str, target: str = DOMAIN, **environment: str) -> Ran:
        """`launch check shop.test --format json` with the twelve checks, unless `args` name others.

        A traceback anywhere fails at once.
        """
        only = () if "--only" in args else ("--only", ALL_TWELVE)
        named = (target,) if target else ()
        ran = await self.launch("check", *named, "--format", "json", *only, *args, **environment)
        assert "Traceback" not in ran.err + ran.out, ran.err
        assert ran.out.startswith("{"), (ran.code, ran.err)
        return ran


def clean(**environment: str) -> dict[str, str]:
    """An environment without anything of ours, and with these variables."""
    own = ("LAUNCH_", "SLACK_", "NO_COLOR", "COLUMNS", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1", **environment}


def records(address: str) -> Mapping[str, Mapping[str, Any]]:
    """Everything in order: web, mail, name servers; the domain above is a zone of its own."""
    return {
        "test": {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60", "NS": "ns.test."},
        DOMAIN: {
            "SOA": SOA,
            "NS": [f"ns1.{DOMAIN}.", f"ns2.{DOMAIN}."],
            "A": address,
            "MX": f"10 mail.{DOMAIN}.",
            "TXT": ["v=spf1 ip4:127.0.0.1 include:_spf.mail.test ~all", "google-site-verification=abc"],
        },
        "_spf.mail.test": {"TXT": "v=spf1 ip4:127.0.0.0/24 -all"},
        f"_dmarc.{DOMAIN}": {"TXT": f"v=DMARC1; p=none; rua=mailto:dmarc@{DOMAIN}"},
        **{name: {"A": address} for name in (WWW, APP, API)},
        **{f"{label}.{DOMAIN}": {"A": "127.0.0.1"} for label in ("mail", "ns1", "ns2")},
    }


@asynccontextmanager
async def a_shop(
    folder: Path, authority: Authority, *, ports: tuple[int, int] = (0, 0), address: str = "127.0.0.1"
) -> AsyncIterator[Shop]:
    """The product in order: http leads to https, www to the bare name, certificates from an intermediate.

    `ports` are those of http and https; 0 takes a free one and `network.ports` leads there.
    """
    below = authority.intermediate()
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(DnsServer(records(address)))
        web = HttpServer(tls={name: below.issue(name) for name in HOSTS}, host=address, port=ports[1])
        await stack.enter_async_context(web)
        plain = await stack.enter_async_context(HttpServer(host=address, port=ports[0]))
        network: dict[str, object] = {
            "resolvers": [f"127.0.0.1:{dns.port}"],
            "ca_file": authority.write(folder / "ca.pem"),
            "allow_private": True,
        }
        if ports == (0, 0):
            network["ports"] = {"443": web.port, "80": plain.port}
            # Ours, so asked without pause; on the real ports the polite pace is kept.
            network["unlimited"] = sorted(HOSTS)
        plain.route("*", "*", lambda request: redirect(f"https://{request.host}{request.target}"))
        web.route(DOMAIN, "*", page(canonical=f"https://{DOMAIN}/"))
        web.route(WWW, "*", lambda request: onward(f"https://{DOMAIN}{request.target}"))
        web.route(APP, "*", page(ORDERS))
        web.route(API, "*", Answer(404, b'{"error": "no such path"}', (("content-type", "application/json"), HSTS)))
        shop = Shop(folder, authority, dns, web, plain, address, network, stack)
        shop.write()
        yield shop


def free_address() -> str:
    """An address of 127/8 whose ports 80 and 443 are free. Raises `PermissionError` where they may not be bound."""
    for _ in range(50):
        address = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(2, 254)}"
        try:
            for port in (80, 443):
                with socket.socket() as probe:
                    probe.bind((address, port))
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                raise PermissionError("ports 80 and 443 may not be bound by this user") from None
            continue
        return address
    raise PermissionError("no address of 127.0.0.0/8 has its ports 80 and 443 free")
