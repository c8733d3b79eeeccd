"""Castellan, rental software: Rails on Heroku behind Cloudflare, Postmark, Microsoft 365. In order."""

from __future__ import annotations

from dataclasses import replace

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import GOOGLE_TRUST, Company, Site
from tests.scenarios.companies.pages import (
    FOREVER,
    HSTS,
    NEVER,
    login,
    machine,
    onward,
    page,
    robots,
    script,
    sitemap,
    style,
    to,
)
from tests.servers.http import Answer, Request

D = "castellan.example"
WWW, APP, PAPERS = f"www.{D}", f"app.{D}", f"papers.{D}"
TEAM, TENANT = f"team.{D}", "castellan.eu.auth0.com"
BEHIND = "127.62.0.1"
ASSETS = (
    '<link rel="stylesheet" href="/assets/application-7d2f0c6b9a1e4f58b3c2d1e0f9a8b7c6.css">'
    '<script src="/assets/application-1c9e8d7f6a5b4c3d2e1f0a9b8c7d6e5f.js" defer></script>'
    '<meta name="csrf-param" content="authenticity_token"><meta name="csrf-token" content="m4Zk">'
)
FILES = {
    "/assets/application-7d2f0c6b9a1e4f58b3c2d1e0f9a8b7c6.css": style(FOREVER, ("vary", "accept-encoding")),
    "/assets/application-1c9e8d7f6a5b4c3d2e1f0a9b8c7d6e5f.js": script(
        "import{start}from'@hotwired/turbo';const cable={url:'/cable'};start()", FOREVER
    ),
}
RAILS = (("cache-control", "max-age=0, private, must-revalidate"), ("x-runtime", "0.021"), HSTS)
SESSION = ("set-cookie", "_castellan_session=Qk5a; path=/; secure; HttpOnly; SameSite=Lax")
XSRF = ("set-cookie", "XSRF-TOKEN=cJ9x; path=/; secure; SameSite=Lax")
"""Scripts have to read this one, so it cannot be HttpOnly."""

TOUR = page("Tour", "A week with Castellan, from Monday to the last check-out.", *RAILS, url=f"https://{WWW}/tour")
SIGN_IN = login("Sign in to Castellan", HSTS, SESSION, XSRF)


class SignIn:
    """The log-in, which turns everybody away for a while after five wrong tries (Rack::Attack)."""

    def __init__(self) -> None:
        self.tries = 0

    def __call__(self, request: Request) -> Answer:
        if request.method != "POST":
            return SIGN_IN
        self.tries += 1
        if self.tries > 5:
            return Answer(429, "Retry later\n", (("content-type", "text/plain"), ("retry-after", "60"), HSTS))
        return replace(SIGN_IN, status=422)


def authorize(request: Request) -> Answer:
    """The log-in for a partner (Doorkeeper): only return addresses that are registered."""
    if "redirect_uri=https%3A%2F%2Fkeybox.example%2Fdone" in request.target:
        return to(f"https://{APP}/users/sign_in", 302, *RAILS)
    return page(
        "An error has occurred", "The requested redirect uri is malformed or doesn't match.", *RAILS, status=400
    )


def webhook(request: Request) -> Answer:
    """Postmark's and Stripe's messages, which need a signature."""
    return machine({"error": "bad signature"}, HSTS, status=401)


COMPANY = Company(
    name="Castellan",
    domain=D,
    about="Ruby on Rails on Heroku behind Cloudflare (proxied), Microsoft 365 for people, Postmark for the app, Stripe",
    zone={
        "@": {
            "A": list(vendors.CLOUDFLARE[:2]),
            "NS": ["dana.ns.cloudflare.com.", "rick.ns.cloudflare.com."],
            "MX": ["0 castellan-example.mail.protection.outlook.com."],
            "TXT": ["v=spf1 include:spf.protection.outlook.com -all", "MS=ms48151623"],
            # Cloudflare adds its issuers to what the founder wrote.
            "CAA": ['0 issue "letsencrypt.org"', '0 issue "pki.goog; cansignhttpexchanges=yes"', '0 issue "ssl.com"'],
        },
        "www": {"A": list(vendors.CLOUDFLARE[1:])},
        "app": {"A": list(vendors.CLOUDFLARE[:2])},
        "team": {"A": list(vendors.CLOUDFLARE[:2])},
        "papers": {"A": list(vendors.CLOUDFLARE[:2])},
        "autodiscover": {"CNAME": "autodiscover.outlook.com."},
        "selector1._domainkey": {"CNAME": "selector1-castellan-example._domainkey.castellan.onmicrosoft.com."},
        # The second of the pair sleeps until Microsoft changes keys: its target does not exist yet.
        "selector2._domainkey": {"CNAME": "selector2-castellan-example._domainkey.castellan.onmicrosoft.com."},
        "20260114093012pm._domainkey": {"TXT": vendors.dkim(1024)},
        "pm-bounces": {"CNAME": "pm.mtasv.net."},
        "_dmarc": {"TXT": "v=DMARC1; p=quarantine; sp=quarantine; rua=mailto:a1b2c3@ag.dmarcian.com; fo=1"},
        "_mta-sts": {"TXT": "v=STSv1; id=20261101T000000;"},
        "mta-sts": {"A": list(vendors.CLOUDFLARE[:2])},
        "_smtp._tls": {"TXT": "v=TLSRPTv1; rua=mailto:tls@castellan.example"},
    },
    sites={
        D: Site(
            vendors.CLOUDFLARE, {}, onward(f"https://{WWW}", 301, HSTS), dress=vendors.cloudflare(), issuer=GOOGLE_TRUST
        ),
        WWW: Site(
            vendors.CLOUDFLARE,
            {
                "/": page(
                    "Castellan: run your holiday lets",
                    "One calendar for every booking site, keys for every guest, and the cleaning done in time.",
                    *RAILS,
                    SESSION,
                    XSRF,
                    head=ASSETS,
                    url=f"https://{WWW}/",
                ),
                # Rails takes no notice of a slash at the end; the page says which address is the right one.
                **dict.fromkeys(("/tour", "/tour/"), TOUR),
                "/robots.txt": robots(
                    f"https://{WWW}",
                    "Content-Signal: search=yes,ai-train=no",
                    "Allow: /",
                    "",
                    "User-agent: GPTBot",
                    "Disallow: /",
                ),
                "/sitemap.xml": sitemap(f"https://{WWW}/", f"https://{WWW}/tour"),
                **FILES,
            },
            dress=vendors.both(vendors.heroku(), vendors.cloudflare()),
            issuer=GOOGLE_TRUST,
            names=(D, f"*.{D}"),
        ),
        APP: Site(
            vendors.CLOUDFLARE,
            {
                "/": to(f"https://{APP}/users/sign_in", 302, *RAILS, SESSION),
                **dict.fromkeys(("/users/sign_in", "/users/sign_in/"), SignIn()),
                **dict.fromkeys(("/oauth/authorize", "/oauth/authorize/"), authorize),
                "/bookings": to(f"https://{APP}/users/sign_in", 302, *RAILS, SESSION),
                "/admin": to(f"https://{APP}/users/sign_in", 302, *RAILS, SESSION),
                "/webhooks/postmark": webhook,
                "/webhooks/stripe": webhook,
                "/up": page("Up", "All systems are fine.", *RAILS),
                **FILES,
            },
            dress=vendors.both(vendors.heroku(), vendors.cloudflare()),
            issuer=GOOGLE_TRUST,
            names=(D, f"*.{D}"),
        ),
        f"mta-sts.{D}": Site(
            vendors.CLOUDFLARE,
            {
                "/.well-known/mta-sts.txt": Answer(
                    200,
                    "version: STSv1\r\nmode: enforce\r\nmx: *.mail.protection.outlook.com\r\nmax_age: 604800\r\n",
                    (("content-type", "text/plain; charset=utf-8"),),
                )
            },
            dress=vendors.cloudflare(),
            issuer=GOOGLE_TRUST,
            names=(D, f"*.{D}"),
        ),
        # People of the team come in through Auth0, whose pages are its own business.
        TEAM: Site(
            vendors.CLOUDFLARE,
            {},
            to(f"https://{TENANT}/login?client=castellan&state=abc", 302, HSTS, NEVER),
            dress=vendors.cloudflare(),
            issuer=GOOGLE_TRUST,
            names=(D, f"*.{D}"),
        ),
        TENANT: Site(
            (vendors.AUTH0,),
            {"/login": login("Log in to Castellan", ("server", "nginx"), text="Castellan for the team")},
        ),
        # Documents lie on a rented server of its own, which lets nobody in but Cloudflare.
        PAPERS: Site(
            vendors.CLOUDFLARE,
            {"/v1/leases": machine({"error": "unauthorized"}, HSTS, status=401)},
            machine({"error": "not found"}, HSTS, status=404),
            dress=vendors.cloudflare(),
            issuer=GOOGLE_TRUST,
            names=(D, f"*.{D}"),
            origin=(BEHIND,),
        ),
    },
    launch=f"""
product: {{name: Castellan, domain: {D}, canonical: "https://{WWW}/", kind: coach}}
hosts:
  - {{name: {D}, purpose: marketing, edge: cloudflare}}
  - {{name: {WWW}, purpose: marketing, edge: cloudflare}}
  - name: {APP}
    purpose: app
    flow: login
    edge: cloudflare
    private_paths: [/bookings]
    admin_paths: [/admin]
    intrusive: true
  - {{name: {TEAM}, purpose: admin, edge: cloudflare}}
  - {{name: {PAPERS}, purpose: api, edge: cloudflare, origin: [{BEHIND}], private_paths: [/v1/leases]}}
links:
  - {{url: "https://{APP}/users/sign_in", kind: login}}
  - url: https://{APP}/oauth/authorize?client_id=keybox&redirect_uri=https%3A%2F%2Fkeybox.example%2Fdone
    kind: login
  - {{url: "https://{APP}/webhooks/stripe", kind: webhook}}
  - {{url: "/tour?utm_campaign=autumn", kind: campaign}}
mail:
  domains:
    - name: {D}
      aligned: true
      senders: [Microsoft 365, Postmark]
      selectors: [selector1, selector2, 20260114093012pm]
monitors:
  - {{name: Front page, url: /, expect: {{contains: holiday lets}}}}
  - {{name: Log in, url: "https://{APP}/users/sign_in", expect: {{contains: Sign in}}, flow: login}}
  - {{name: Up, url: "https://{APP}/up", expect: {{status: [200]}}}}
""",
    registrar="Cloudflare, Inc.",
    harmless=(
        "addresses at Cloudflare rotate and differ from host to host",
        "files are MISS for the first visitor, pages are DYNAMIC for everybody",
        "the cookie XSRF-TOKEN is open to scripts on purpose, and __cf_bm belongs to Cloudflare",
        "Microsoft's second selector sleeps until keys are changed",
        "Postmark sends through a return address of its own, so the domain's list does not name it",
        "the team's own host answers everything with the log-in of another company",
        "robots.txt turns away one robot that collects training data",
        "a policy for encrypted delivery with CRLF and a wildcard covers the one mail server",
    ),
    notes={f"mail.dkim {D}": ("short", "low")},
)
