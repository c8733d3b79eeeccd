"""Pages, files and answers of machines, such as founders' tools make them."""

from __future__ import annotations

import json

from tests.checks.planted import PUBLIC, letters, token
from tests.scenarios.companies.company import Reply
from tests.servers.http import Answer, Request

HTML, JSON = ("content-type", "text/html; charset=utf-8"), ("content-type", "application/json; charset=utf-8")
FOREVER = ("cache-control", "public, max-age=31536000, immutable")
FRESH, NEVER = ("cache-control", "public, max-age=0, must-revalidate"), ("cache-control", "private, no-store")
HSTS = ("strict-transport-security", "max-age=31536000; includeSubDomains")
SAFE = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("x-frame-options", "SAMEORIGIN"),
)
"""The switches that hosts set for everybody, or that a template brings along."""
POLICY = ("content-security-policy", "default-src 'self' https: 'unsafe-inline'; frame-ancestors 'self'")
TRIAL = (
    "content-security-policy-report-only",
    "default-src 'self'; report-uri https://o42.ingest.sentry.io/api/1/csp/",
)


def page(
    title: str,
    text: str,
    *headers: tuple[str, str],
    head: str = "",
    tail: str = "",
    url: str = "",
    lang: str = "en",
    status: int = 200,
    safe: bool = True,
) -> Answer:
    """A web page with a few paragraphs; `url` is what it calls its own address."""
    canonical = f'<link rel="canonical" href="{url}">' if url else ""
    words = "".join(f"<p>{text}</p>" for _ in range(5))
    body = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{canonical}{head}</head>'
        f"<body><main><h1>{title}</h1>{words}</main>{tail}</body></html>"
    )
    return Answer(status, body, (HTML, *((*SAFE, POLICY) if safe else ()), *headers))


def login(title: str, *headers: tuple[str, str], text: str = "Welcome back. Sign in to go on.") -> Answer:
    """A page that asks for a password; nobody may keep it."""
    form = (
        '<form method="post" action="/login"><input name="email" type="email" autocomplete="username">'
        '<input name="password" type="password" autocomplete="current-password"><button>Sign in</button></form>'
    )
    return page(title, text, NEVER, *headers, tail=form)


def script(code: str, *headers: tuple[str, str]) -> Answer:
    """A script with a name that changes with each release."""
    return Answer(200, code, (("content-type", "text/javascript; charset=utf-8"), *(headers or (FOREVER,))))


def style(*headers: tuple[str, str]) -> Answer:
    """A style sheet with a name that changes with each release."""
    return Answer(200, "main{max-width:60rem;margin:auto}", (("content-type", "text/css"), *(headers or (FOREVER,))))


def machine(value: object, *headers: tuple[str, str], status: int = 200) -> Answer:
    """JSON."""
    return Answer(status, json.dumps(value), (JSON, NEVER, ("x-content-type-options", "nosniff"), *headers))


def text(body: str, kind: str = "text/plain; charset=utf-8") -> Answer:
    """A plain text."""
    return Answer(200, body, (("content-type", kind),))


def sitemap(*urls: str) -> Answer:
    """A site map."""
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    entries = "".join(f"<url><loc>{url}</loc><lastmod>2026-11-01</lastmod></url>" for url in urls)
    return text(f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="{space}">{entries}</urlset>', "application/xml")


def robots(site: str, *lines: str) -> Answer:
    """A robots.txt that lets everybody in."""
    return text("\n".join(("User-agent: *", *(lines or ("Allow: /",)), "", f"Sitemap: {site}/sitemap.xml", "")))


def to(url: str, status: int = 301, *headers: tuple[str, str]) -> Answer:
    """A redirect to one address."""
    return Answer(status, b"", (("location", url), *headers))


def onward(base: str, status: int = 301, *headers: tuple[str, str]) -> Reply:
    """A redirect that keeps path and query."""
    return lambda request: Answer(status, b"", (("location", f"{base}{request.target}"), *headers))


def without_slash(request: Request) -> Answer:
    """Where a path that ends with a slash leads; anything else is not there."""
    path, _, query = request.target.partition("?")
    if len(path) > 1 and path.endswith("/"):
        return to(path.rstrip("/") + ("?" + query if query else ""), 308)
    return Answer(404, "<!doctype html><title>404</title><h1>404: this page could not be found</h1>", (HTML, *SAFE))


def public_keys() -> str:
    """What a modern front end carries along and may: each of these keys is made for public pages."""
    return (
        f'const stripe=Stripe("{PUBLIC["stripe-publishable"]}");Sentry.init({{dsn:"{PUBLIC["sentry-dsn"]}"}});'
        f'posthog.init("phc_{letters(43)}",{{api_host:"https://eu.i.posthog.com"}});'
        f'const db=createClient("https://qwertyuiop.supabase.co","{token("anon")}");'
        f'algoliasearch("B1G2GM9NG0","{"3f9c2a7d1e" * 3}ab");'
        f'const fb={{apiKey:"{PUBLIC["google-api-key"]}",authDomain:"app.firebaseapp.com",projectId:"app"}};'
    )


LIBRARIES = (
    'const DEFAULTS={url:"http://localhost:9999",storageKey:"supabase.auth.token"};'
    'const EMULATOR={host:"localhost",port:9099};if(location.hostname==="localhost"){console.info("dev")}'
    'const SVG="http://www.w3.org/2000/svg";'
)
"""Literals that stock client libraries bring along."""
