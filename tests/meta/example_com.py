"""The product `example.com`, healthy, on loopback: what the documents' examples are run against."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer, redirect
from tests.servers.tls import Authority

DOMAIN = "example.com"
HOSTS = (DOMAIN, "www.example.com", "app.example.com", "api.example.com")
PREVIEW = "preview.example.com"
LABELS = ("www", "app", "api", "mail", "ns1", "ns2", "preview")
FLOWS = ("login", "signup", "checkout")
HSTS = ("strict-transport-security", "max-age=31536000")
HTML = ("content-type", "text/html; charset=utf-8")
BODY = "<!doctype html><html><head><title>Example</title></head><body>" + "An example of a product. " * 40 + "</body>"


@dataclass(frozen=True)
class Example:
    """Two configurations that lead to the servers."""

    network: Path
    """Holds nothing but `network:`."""
    product: Path
    """Names the product and its hosts as well."""


@asynccontextmanager
async def example_com(folder: Path, authority: Authority) -> AsyncIterator[Example]:
    """DNS, HTTP and TLS for every name that the documents use as an example."""
    zone = {
        "com": {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60"},
        DOMAIN: {
            "SOA": f"ns1.{DOMAIN}. root.{DOMAIN}. 1 7200 3600 1209600 60",
            "NS": [f"ns1.{DOMAIN}.", f"ns2.{DOMAIN}."],
            "A": "127.0.0.1",
            "MX": f"10 mail.{DOMAIN}.",
            "TXT": "v=spf1 ip4:127.0.0.1 -all",
        },
        f"_dmarc.{DOMAIN}": {"TXT": f"v=DMARC1; p=none; rua=mailto:dmarc@{DOMAIN}"},
        **{f"{label}.{DOMAIN}": {"A": "127.0.0.1"} for label in LABELS},
    }
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(DnsServer(zone))
        web = await stack.enter_async_context(HttpServer(tls=authority.issue(DOMAIN, f"*.{DOMAIN}")))
        plain = await stack.enter_async_context(HttpServer())
        plain.route("*", "*", lambda request: redirect(f"https://{request.host}{request.target}"))
        for name in (*HOSTS, PREVIEW):
            web.route(name, "*", Answer(body=BODY, headers=(HTML, HSTS)))
        web.route("www.example.com", "*", lambda request: Answer(301, b"", (_to(request.target), HSTS)))
        network = "network: " + json.dumps(
            {
                "resolvers": [f"127.0.0.1:{dns.port}"],
                "ca_file": authority.write(folder / "ca.pem"),
                "ports": {"443": web.port, "80": plain.port},
                "allow_private": True,
                "unlimited": list(HOSTS),
            }
        )
        hosts = ", ".join(f"{{name: {name}}}" for name in HOSTS if not name.startswith("www."))
        monitor = f'{{name: Sign-up page, url: "https://app.{DOMAIN}/", endpoint: page}}'
        job = "{name: Nightly billing, heartbeat: {every: 1d}}"
        step = "{name: Open the page, request: {url: /}}"
        walks = f"flows: [{', '.join(f'{{id: {id}, steps: [{step}]}}' for id in FLOWS)}]\n"
        head = f"product: {{domain: {DOMAIN}}}\nspeed: {{budget: {{total: 5 MB}}}}\n"
        product = f"{head}hosts: [{hosts}]\nmonitors: [{monitor}, {job}]\n{walks}"
        example = Example(folder / "network.yml", folder / "product.yml")
        example.network.write_text(network + "\n", encoding="utf-8")
        example.product.write_text(product + network + "\n", encoding="utf-8")
        yield example


def _to(target: str) -> tuple[str, str]:
    return "location", f"https://{DOMAIN}{target}"
