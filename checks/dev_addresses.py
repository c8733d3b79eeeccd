"""Addresses in a page's code that belong to building it: the developer's machine, private networks, test hosts.

Libraries carry such addresses too, in messages, defaults and comparisons. So in code only a whole text that is used as
an address counts: assigned, passed to a request, or put in front of a path; and known defaults of libraries do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address

from checks import providers
from checks.assets import elements
from checks.urls import host_of

MOST = 50
LITERAL = re.compile(r"""["'`](?=((?:https?|wss?)://([A-Za-z0-9.\-\[\]:]{1,200})([/?#][^\s"'`<>\\]{0,200})?))""")
HOST_PORT = re.compile(r"(\[[0-9a-f:.]{2,40}\]|[A-Za-z0-9.-]{1,190}?)\.?(?::([0-9]{1,5}))?\Z")
LIBRARY = frozenset(
    (
        "http://localhost",
        "http://localhost/",
        "https://localhost",
        "http://127.0.0.1",
        "ws://localhost",
        "http://localhost:9999",
        "http://localhost:8969/stream",
        "ws://localhost:8097",
        "http://localhost:8097",
        "http://localhost:4400",
        "http://localhost:4318",
        "http://localhost:4318/v1/traces",
        "http://localhost:4318/v1/logs",
        "http://localhost:4318/v1/metrics",
        "http://localhost:8288",
        "http://localhost:11434",
        "http://127.0.0.1:11434",
        "http://localhost:11434/v1",
        "http://localhost:3000/api/auth",
    )
)
"""Defaults that libraries bring and nobody calls: Supabase, Sentry, React, Firebase, Auth.js, Ollama, URL parsers."""
COMPARED = re.compile(r"(?:[=!]==?|includes\(|startsWith\(|indexOf\(|endsWith\(|match\(|test\(|case|\bin)\s*\Z")
GUARDED = re.compile(
    r"hostname|location\.host|\blocalhost\b|127\.0\.0\.1|NODE_ENV|__DEV__|isDev|development", re.IGNORECASE
)
FALLBACK = re.compile(r"(?:\|\||\?\?)\s*\Z")
NOTHING = re.compile(r"""(?:void 0|undefined|null|""|''|\{\}\)?\.[A-Za-z0-9_]{1,60})\s*(?:\|\||\?\?)\s*\Z""")
USED = re.compile(r"(?:[A-Za-z0-9_$\])\"']\s*[:=]|\(|\breturn|=>|\?|:|\+)\s*\Z")
CALLED = re.compile(
    r"(?:fetch|axios(?:\.\w{1,12})?|open|WebSocket|EventSource|\bio|ajax|request|sendBeacon|create(?:Client)?)"
    r"\s*\(\s*(?:\{\s*)?(?:[\"'`]\w{3,7}[\"'`]\s*,\s*)?\Z"
    r"|(?:base_?url|api_?(?:url|base|host|root|endpoint)|end_?point|server_?url|backend\w{0,12}|\bhref|\bsrc|\baction)"
    r"[\"']?\s*[:=]\s*\Z",
    re.IGNORECASE,
)
TEST_LABEL = re.compile(
    r"(?:^|[.-])(?:staging|stage|stg|dev|develop|development|test|testing|preview|uat|qa|sandbox)\d{0,2}(?:[.-]|$)"
)
SANDBOX = re.compile(r"(?:^|\.)sandbox[.-]|[.-]sandbox\.", re.IGNORECASE)
TUNNELS = ("ngrok.io", "ngrok.app", "ngrok-free.app", "ngrok.dev", "loca.lt", "trycloudflare.com", "serveo.net")
DEV_TOOLS = re.compile(
    r"/@vite/client|/_next/webpack-hmr|/@react-refresh|webpack-dev-server|/_next/static/development/|livereload\.js"
)
TEST_KEY = re.compile(r"(?<![A-Za-z0-9_])pk_test_[0-9A-Za-z]{16,250}")
LIVE_KEY = re.compile(r"(?<![A-Za-z0-9_])pk_live_[0-9A-Za-z]{16,250}")
WINDOW = 90


@dataclass(frozen=True, slots=True)
class Found:
    """One address that does not belong into the live product."""

    kind: str
    """`machine` (this computer or a private network), `staging` (a test host or preview) or `fallback`."""
    address: str


@dataclass(frozen=True, slots=True)
class Own:
    """What makes an address look like the product's."""

    domains: tuple[str, ...]
    test_hosts: frozenset[str] = frozenset()
    """Written down as staging or preview."""

    @property
    def brands(self) -> tuple[str, ...]:
        """The first labels of its domains: `shop` of shop.example."""
        return tuple(label for domain in self.domains if len(label := domain.split(".")[0]) >= 4)


def kind_of(host: str, own: Own) -> str:
    """`machine`, `staging`, `preview` (somebody's, not told whose) or empty for an ordinary host."""
    name = host.strip("[]").lower()
    if name in ("localhost", "host.docker.internal") or name.endswith((".localhost", ".local")):
        return "machine"
    try:
        address = ip_address(name)
    except ValueError:
        return _named(name, own)
    return "machine" if (address.is_private or address.is_loopback) and not address.is_link_local else ""


def _named(name: str, own: Own) -> str:
    if name in own.test_hosts:
        return "staging"
    home = next((domain for domain in own.domains if name == domain or name.endswith("." + domain)), "")
    if home:
        return "staging" if TEST_LABEL.search(name.removesuffix(home).rstrip(".")) else ""
    if any(name.endswith("." + tunnel) for tunnel in TUNNELS):
        return "staging"
    if any(name.endswith("." + domain) for domain in _previews()):
        return "staging" if any(brand in name for brand in own.brands) else "preview"
    return "preview" if SANDBOX.search(name) else ""


@cache
def _previews() -> tuple[str, ...]:
    return tuple(domain for entry in providers.load("hosts") for domain in entry.texts("dev"))


def in_markup(text: str, own: Own, *, guide: bool = False) -> tuple[Found, ...]:
    """Addresses that a page's tags load, send to or lead to; on a `guide` (it explains things) links do not count."""
    found: dict[str, Found] = {}
    for element in elements(text):
        keys = {"a": ("href",), "form": ("action",), "link": ("href",)}.get(element.name, ("src", "data-src", "action"))
        for key in keys:
            address = element.said.get(key, "")
            kind = kind_of(host_of(address), own) if "://" in address[:8] else ""
            loads = element.name in ("script", "form", "iframe", "img", "link") and kind == "preview"
            if (kind in ("machine", "staging") or loads) and not (guide and element.name == "a"):
                found.setdefault(address, Found("staging" if kind == "preview" else kind, address[:200]))
        if len(found) >= MOST:
            break
    return tuple(found.values())


def in_code(text: str, own: Own) -> tuple[Found, ...]:
    """Addresses that a script uses, each once."""
    found: dict[str, Found] = {}
    for match in LITERAL.finditer(text):
        split = HOST_PORT.match(match[2])
        if split is None or match[1].rstrip("/") in LIBRARY or match[1] in LIBRARY:
            continue
        kind = kind_of(split[1], own)
        if kind:
            before = text[max(0, match.start() - WINDOW) : match.start()]
            told = _used(kind, before, port=split[2] is not None, path=bool(match[3] and match[3] != "/"))
            if told:
                found.setdefault(match[1], Found(told, match[1][:200]))
        if len(found) >= MOST:
            break
    return tuple(found.values())


def _used(kind: str, before: str, *, port: bool, path: bool) -> str:
    """What it means that such an address stands after this code; empty where it is only compared or explained."""
    if COMPARED.search(before):
        return ""
    called = CALLED.search(before) is not None
    if kind == "preview":
        return "staging" if called else ""
    if GUARDED.search(before) and not called:
        return ""
    if FALLBACK.search(before):
        return kind if NOTHING.search(before) else "fallback"
    if kind == "staging":
        return kind if called or USED.search(before) else ""
    return kind if called or ((port or path) and USED.search(before)) else ""


def payment_keys(texts: Iterator[str]) -> tuple[str, bool]:
    """The first test key of Stripe in the texts, and whether a live one stands there too."""
    test, live = "", False
    for text in texts:
        found = TEST_KEY.search(text)
        test = test or (found[0] if found and len(set(found[0][8:])) > 5 else "")
        live = live or LIVE_KEY.search(text) is not None
    return test, live
