"""Marigold's web site: pure answers from the company's state, served over TLS and shown in the preview alike."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs

from bot.demo.company.state import API, APP, DOMAIN, OLD_NAMES, SERVED, WWW, State

WEBHOOK_SECRET = b"marigold-demo-webhook"
PAYMENT_ACCOUNT = "51MarigoldDemoShopQx7Rt9"
"""The part of the public payment key that is the same in test and live mode."""
SLOW_SECONDS = 2.8

STYLE = """
:root{color-scheme:light dark;--ink:#23201b;--paper:#fffdf8;--soft:#f6efe0;--accent:#b4530a;--line:#e5dcc8}
@media (prefers-color-scheme:dark){:root{--ink:#f3ede1;--paper:#1b1814;--soft:#27221b;--accent:#f0a35e;--line:#3a3329}}
*{box-sizing:border-box}body{margin:0;font:17px/1.6 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
header,main,footer{max-width:60rem;margin:0 auto;padding:1.25rem 1.5rem}
header{display:flex;gap:1.5rem;align-items:center;flex-wrap:wrap}header b{font-size:1.2rem;margin-right:auto}
a{color:var(--accent)}h1{font-size:2.3rem;line-height:1.15;margin:2rem 0 .5rem;max-width:22ch}
.plans{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem}
.card{background:var(--soft);border:1px solid var(--line);border-radius:12px;padding:1.2rem}
label{display:block;margin:.8rem 0}input{display:block;width:100%;max-width:22rem;font:inherit;padding:.5rem .7rem;
border:1px solid var(--line);border-radius:8px;background:transparent;color:inherit}
button,.button{font:inherit;background:var(--accent);color:var(--paper);border:0;border-radius:8px;padding:.6rem 1.1rem;
text-decoration:none;display:inline-block;cursor:pointer}footer{font-size:.9rem;opacity:.75}
"""
SAFE = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("x-frame-options", "SAMEORIGIN"),
    ("content-security-policy", "default-src 'self'; frame-ancestors 'self'"),
)
"""Headers that switch the browser's protection on."""
STYLE_NAME = f"/static/site.{hashlib.sha256(STYLE.encode()).hexdigest()[:12]}.css"


@dataclass(frozen=True, slots=True)
class Request:
    """What the site needs to know of a request."""

    method: str
    scheme: str
    host: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names lower case."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        """The posted form, first value of each field."""
        return {key: values[0] for key, values in parse_qs(self.body.decode("utf-8", "replace")).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site says."""

    status: int = 200
    body: str = ""
    type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    cookie: tuple[str, str] | None = None
    """Name and value of the log-in cookie that it sets."""
    safe_cookie: bool = True
    """With the marks Secure, HttpOnly and SameSite."""
    delay: float = 0.0
    """Seconds that the server takes before it answers."""


def respond(state: State, request: Request) -> Answer:
    """The answer of edge and host together: edge rules first, then the release that is live."""
    host = request.host.lower()
    if host not in (*SERVED, *OLD_NAMES):
        return _page("Nothing here", "<p>This address is not set up.</p>", status=404)
    answer = _edge(state, request, host) or _origin(state, request, host)
    extra = list(SAFE)
    if request.scheme == "https" and state.edge.hsts:
        extra.append(("strict-transport-security", "max-age=31536000"))
    return replace(answer, headers=(*extra, *answer.headers), safe_cookie=state.secure_cookies)


def _edge(state: State, request: Request, host: str) -> Answer | None:
    """What the edge answers by itself; None lets the request through."""
    rest = request.path + (f"?{request.query}" if request.query else "")
    if host in OLD_NAMES:
        return _redirect(f"https://{DOMAIN}{rest}", status=301 if state.edge.old_permanent else 302)
    if state.edge.ssl_mode == "flexible" and request.scheme == "https":
        # The edge asks the host over http; the host forces https; the visitor comes back over https.
        return _redirect(f"https://{host}{rest}", ("server", "cloudflare"))
    if request.scheme == "http" and state.edge.always_https:
        return _redirect(f"https://{host}{rest}")
    if state.edge.redirect_detour and host in (WWW, DOMAIN) and "via" not in request.query:
        return _redirect(f"https://{host}{request.path}?via=1")
    if state.edge.redirect_detour and host in (WWW, DOMAIN) and request.query == "via=1":
        return _redirect(f"https://{host}{request.path}?via=2")
    if host == WWW and state.edge.www_redirect:
        return _redirect(f"https://{DOMAIN}{rest}")
    if state.edge.private_cached and (host, request.path) == (APP, "/dashboard"):
        return _kept_dashboard()
    return None


def _redirect(url: str, *headers: tuple[str, str], status: int = 301) -> Answer:
    return Answer(status, "", headers=(("location", url), *headers))


def _kept_dashboard() -> Answer:
    """What the edge kept when a member last looked, shown to whoever comes."""
    body = "<p>Signed in as lena.fischer@post.test.</p><p>38 members, 3 new this week.</p>"
    kept = _page("Your members", body, private=True)
    return replace(kept, headers=(*kept.headers, ("age", "42"), ("x-cache-status", "HIT")))


def _origin(state: State, request: Request, host: str) -> Answer:
    """What the server behind the edge says."""
    if not state.running:
        return _page("502 Bad gateway", "<p>The server behind this address does not answer.</p>", status=502)
    plain = request.path.rstrip("/")
    if plain != request.path and plain in ROUTES[host]:
        return _redirect(f"https://{host}{plain}", status=308)
    handler = ROUTES[host].get(request.path)
    if handler is None:
        return _page("Page not found", '<p>That page does not exist. <a href="/">Home</a></p>', status=404)
    return replace(handler(state, request), delay=SLOW_SECONDS if state.instances < 2 else 0.0)


def _page(
    title: str, body: str, *, status: int = 200, canonical: str = "", private: bool = False, hidden: bool = False
) -> Answer:
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    link += '<meta name="robots" content="noindex">' if hidden else ""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Marigold</title>{link}'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<link rel="stylesheet" href="{STYLE_NAME}"></head><body><header><b>Marigold</b><a href="https://{DOMAIN}/">Home</a>'
        f'<a href="https://{DOMAIN}/pricing">Pricing</a><a href="https://{APP}/login">Log in</a></header>'
        f"<main><h1>{title}</h1>{body}</main><footer>Marigold is a demo company. No money changes hands.</footer>"
        "</body></html>"
    )
    cache = "private, no-store" if private else "public, max-age=300"
    return Answer(status, text, headers=(("cache-control", cache),))


def _home(state: State, _request: Request) -> Answer:
    return _page(
        "Paid newsletters that run themselves",
        "<p>Marigold looks after sign-ups, payments and members for people who would rather write.</p>"
        f'<p><a class="button" href="https://{APP}/signup">Start for free</a></p>'
        '<div class="plans"><div class="card">412 creators</div><div class="card">Paid out every Friday</div>'
        '<div class="card">Leave with your list, any day</div></div>',
        canonical=f"https://{DOMAIN}/",
        hidden=state.hidden_from_search,
    )


def _pricing(state: State, _request: Request) -> Answer:
    return _page(
        "Two plans, no surprises",
        '<div class="plans"><div class="card"><b>Monthly</b><p>9 a month</p></div>'
        f'<div class="card"><b>Yearly</b><p>90 a year</p></div></div><p><a href="https://{APP}/checkout">Subscribe</a></p>',
        canonical=f"https://{DOMAIN}/pricing",
        hidden=state.hidden_from_search,
    )


def _token(state: State) -> str:
    """A hidden field that only somebody who opened the page can send back: other sites cannot send our forms."""
    token = secrets.token_urlsafe(18)
    while len(state.forms) >= 1000:
        del state.forms[next(iter(state.forms))]
    state.forms[token] = None
    return f'<input type="hidden" name="token" value="{token}">'


def _ours(state: State, request: Request) -> bool:
    """Whether the form that came was handed out here; each one counts once."""
    token = request.form.get("token", "")
    return token in state.forms and state.forms.pop(token) is None


def _too_old(title: str, form: str) -> Answer:
    return _page(
        title, f"<p>This form was open for too long. Please send it again.</p>{form}", status=403, private=True
    )


def _form(state: State, action: str, button: str) -> str:
    return (
        f'<form method="post" action="{action}">{_token(state)}'
        '<label>E-mail<input name="email" type="email" required></label>'
        f'<label>Password<input name="password" type="password" required></label><button>{button}</button></form>'
    )


def _login(state: State, request: Request) -> Answer:
    if request.method != "POST":
        page = _page("Log in", _form(state, "/login", "Log in"), private=True)
        known = state.sessions.get(request.cookies.get("session", ""))
        return page if known else replace(page, cookie=("session", secrets.token_urlsafe(24)))
    if not _ours(state, request):
        return _too_old("Log in", _form(state, "/login", "Log in"))
    email, password = request.form.get("email", ""), request.form.get("password", "")
    known = state.accounts.get(email, "")
    if not known or not hmac.compare_digest(known.encode(), password.encode()):
        return _page(
            "Log in", "<p>That did not match.</p>" + _form(state, "/login", "Log in"), status=401, private=True
        )
    return _enter(state, email)


def _signup(state: State, request: Request) -> Answer:
    if request.method != "POST":
        to = f"https://staging.{DOMAIN}/signup" if state.staging_signup else "/signup"
        return _page("Create your account", _form(state, to, "Create account"), private=True)
    if not _ours(state, request):
        return _too_old("Create your account", _form(state, "/signup", "Create account"))
    email, password = request.form.get("email", "")[:200], request.form.get("password", "")[:200]
    if "@" not in email or len(password) < 8:
        hint = "<p>An e-mail address and a password of eight letters or more, please.</p>"
        return _page("Create your account", hint + _form(state, "/signup", "Create account"), status=422, private=True)
    if len(state.accounts) < 1000:
        state.accounts.setdefault(email, password)
    return _enter(state, email)


def _enter(state: State, email: str) -> Answer:
    token = secrets.token_urlsafe(24)
    while len(state.sessions) >= 1000:
        del state.sessions[next(iter(state.sessions))]
    state.sessions[token] = email
    return Answer(303, "", headers=(("location", "/dashboard"),), cookie=("session", token))


def _dashboard(state: State, request: Request) -> Answer:
    email = state.sessions.get(request.cookies.get("session", ""))
    if email is None:
        return _page("Please log in", _form(state, "/login", "Log in"), status=401, private=True)
    return _page(
        "Your members", f"<p>Signed in as {html.escape(email)}.</p><p>38 members, 3 new this week.</p>", private=True
    )


def _logout(state: State, request: Request) -> Answer:
    state.sessions.pop(request.cookies.get("session", ""), None)
    return Answer(303, "", headers=(("location", "/login"),), cookie=("session", ""))


def _remove(state: State, request: Request) -> Answer:
    """Test customers, whose address carries a tag, may remove themselves."""
    email = state.sessions.get(request.cookies.get("session", ""), "")
    if request.method != "POST" or "+" not in email.partition("@")[0]:
        return _page("Not here", "<p>Only test customers remove themselves.</p>", status=403, private=True)
    state.accounts.pop(email, None)
    state.sessions = {token: one for token, one in state.sessions.items() if one != email}
    return _page("Removed", "<p>The test customer is gone.</p>", private=True)


def _checkout(state: State, request: Request) -> Answer:
    if not state.current.checkout_works:
        return _page("Something went wrong", "<p>Price list “2026” not found. Nobody can pay.</p>", status=500)
    key = f"pk_{'test' if state.test_payments else 'live'}_{PAYMENT_ACCOUNT}"
    if request.method == "POST" and _ours(state, request):
        return _page("Thank you", "<p>This is a demo company, so nothing was paid.</p>", private=True)
    form = f'<form method="post" action="/checkout">{_token(state)}<button data-payments="{key}">Pay</button></form>'
    return _page("Checkout", f"<p>Yearly plan: 90.</p>{form}", private=True)


def _app_home(_state: State, _request: Request) -> Answer:
    return Answer(302, "", headers=(("location", "/login"),))


def _health(state: State, _request: Request) -> Answer:
    body = {"status": "ok", "version": state.current.version, "checks": {"database": "ok", "mail": "ok"}}
    return Answer(200, json.dumps(body), "application/json", (("cache-control", "no-store"),))


def _api_home(_state: State, _request: Request) -> Answer:
    return Answer(200, json.dumps({"name": "Marigold API", "health": "/health"}), "application/json")


def _webhook(_state: State, request: Request) -> Answer:
    wanted = hmac.new(WEBHOOK_SECRET, request.body, hashlib.sha256).hexdigest()
    if request.method != "POST":
        return Answer(405, '{"error":"post only"}', "application/json", (("allow", "POST"),))
    if not hmac.compare_digest(wanted, request.headers.get("x-signature", "")):
        return Answer(400, '{"error":"bad signature"}', "application/json")
    return Answer(202, '{"received":true}', "application/json")


def _style(state: State, _request: Request) -> Answer:
    kept = ("x-cache-status", "HIT" if state.edge.assets_cached else "BYPASS")
    lasting = ("cache-control", "public, max-age=31536000, immutable")
    return Answer(200, STYLE, "text/css; charset=utf-8", (lasting, kept))


def _settings(state: State, _request: Request) -> Answer:
    if not state.settings_public:
        return _page("Page not found", '<p>That page does not exist. <a href="/">Home</a></p>', status=404)
    return Answer(200, "APP_ENV=production\nMAIL_LOGIN=marigold\nSESSION_SECRET=only-for-the-demo\n", "text/plain")


def _robots(_state: State, _request: Request) -> Answer:
    return Answer(200, f"User-agent: *\nAllow: /\nSitemap: https://{DOMAIN}/sitemap.xml\n", "text/plain")


def _sitemap(_state: State, _request: Request) -> Answer:
    urls = "".join(f"<url><loc>https://{DOMAIN}{path}</loc></url>" for path in ("/", "/pricing"))
    text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return Answer(200, text, "application/xml")


Routes = Mapping[str, Callable[[State, Request], Answer]]
MARKETING: Routes = {
    "/": _home,
    "/pricing": _pricing,
    "/robots.txt": _robots,
    "/sitemap.xml": _sitemap,
    "/.env": _settings,
    STYLE_NAME: _style,
}
APP_PAGES: Routes = {
    "/": _app_home,
    "/login": _login,
    "/signup": _signup,
    "/dashboard": _dashboard,
    "/logout": _logout,
    "/checkout": _checkout,
    "/account/remove": _remove,
    STYLE_NAME: _style,
}
API_PATHS: Routes = {"/": _api_home, "/health": _health, "/webhooks/payments": _webhook}
ROUTES: Mapping[str, Routes] = {DOMAIN: MARKETING, WWW: MARKETING, APP: APP_PAGES, API: API_PATHS}
