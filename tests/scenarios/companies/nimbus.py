"""Nimbus, notes for teams: Next.js on Netlify, an API of its own on Railway, Resend. Four things went wrong."""

from __future__ import annotations

from tests.checks.planted import SECRETS
from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import Company, Fault, Site
from tests.scenarios.companies.pages import (
    FOREVER,
    FRESH,
    HSTS,
    LIBRARIES,
    POLICY,
    SAFE,
    machine,
    onward,
    page,
    public_keys,
    robots,
    script,
    sitemap,
    style,
)
from tests.scenarios.companies.town import Town
from tests.servers.http import Answer

D = "nimbus-notes.example"
WWW, APP, API = f"www.{D}", f"app.{D}", f"api.{D}"
BUNDLE, CSS = "/_next/static/chunks/app-6e5d4c3b2a190f8e.js", "/_next/static/css/0a9b8c7d6e5f4a3b.css"
CALLS = f'const base="https://{API}";export const load=()=>fetch(base+"/v1/notes",{{credentials:"include"}});'
HEAD = f'<link rel="stylesheet" href="{CSS}"><script src="{BUNDLE}" async></script>'
SHELL = Answer(
    200,
    f'<!doctype html><html lang="en"><head><title>Nimbus</title>{HEAD}</head>'
    '<body><div id="__next"></div></body></html>',
    (("content-type", "text/html; charset=UTF-8"), FRESH, *SAFE, POLICY),
)
"""Netlify sends this for every path: `/* /index.html 200`."""
ALLOWED = (("access-control-allow-origin", f"https://{APP}"), ("access-control-allow-credentials", "true"), HSTS)


def bundle(code: str) -> Answer:
    """What the build makes of the code."""
    return script(LIBRARIES + public_keys() + code, FOREVER)


def ends(town: Town) -> None:
    """The certificate of the API was not renewed: a rule about issuers, copied from elsewhere, forbids it."""
    site = town.company.sites[API]
    town.records("@", "CAA", '0 issue "digicert.com"', '0 issuewild "digicert.com"')
    town.certificate(API, town.issue(site, API, days=(-92, -2)))


COMPANY = Company(
    name="Nimbus",
    domain=D,
    about="Next.js on Netlify with a catch-all for the app, an API on Railway, Google Workspace, Resend, Stripe",
    zone={
        "@": {
            "A": vendors.NETLIFY,
            "NS": ["dns1.p01.nsone.net.", "dns2.p01.nsone.net."],
            "MX": ["1 smtp.google.com."],
            "TXT": "v=spf1 include:_spf.google.com ~all",
            "CAA": ['0 issue "letsencrypt.org"', '0 issue "pki.goog"'],
        },
        "www": {"CNAME": "nimbus-notes.netlify.app."},
        "app": {"CNAME": "nimbus-notes.netlify.app."},
        "api": {"CNAME": "x7k2m9qa.up.railway.app."},
        "google._domainkey": {"TXT": vendors.dkim()},
        "resend._domainkey": {"TXT": vendors.dkim()},
        "send": {"MX": "10 feedback-smtp.us-east-1.amazonses.com.", "TXT": "v=spf1 include:amazonses.com ~all"},
        "agency.example.": {"MX": "1 smtp.google.com."},
        "_dmarc": {"TXT": "v=DMARC1; p=none; rua=mailto:n@dmarc.postmarkapp.com"},
    },
    sites={
        D: Site((vendors.NETLIFY,), {}, onward(f"https://{WWW}"), dress=vendors.netlify()),
        WWW: Site(
            (vendors.NETLIFY,),
            {
                "/": page("Nimbus", "Notes that find each other.", FRESH, head=HEAD, url=f"https://{WWW}/"),
                "/robots.txt": robots(f"https://{WWW}"),
                "/sitemap.xml": sitemap(f"https://{WWW}/"),
                BUNDLE: bundle(CALLS),
                CSS: style(),
            },
            dress=vendors.netlify(),
        ),
        APP: Site((vendors.NETLIFY,), {BUNDLE: bundle(CALLS), CSS: style()}, SHELL, dress=vendors.netlify()),
        API: Site(
            (vendors.RAILWAY,),
            {
                "/healthz": machine({"status": "ok"}, *ALLOWED),
                "/v1/notes": machine({"error": "unauthorized"}, *ALLOWED, status=401),
                "/v1/stripe": machine({"error": "invalid signature"}, *ALLOWED, status=400),
            },
            machine({"error": "not found"}, *ALLOWED, status=404),
            dress=vendors.railway(),
        ),
    },
    launch=f"""
product: {{name: Nimbus, domain: {D}, canonical: "https://{WWW}/", kind: community}}
hosts:
  - {{name: {D}, purpose: marketing, edge: netlify}}
  - {{name: {WWW}, purpose: marketing, edge: netlify}}
  - {{name: {APP}, purpose: app, flow: login, edge: netlify, private_paths: [/notes]}}
  - {{name: {API}, purpose: api, flow: login, edge: railway}}
links:
  - {{url: "https://{APP}/login", kind: login}}
  - {{url: "https://{API}/v1/stripe", kind: webhook}}
mail:
  domains:
    - {{name: {D}, senders: [Google Workspace, Resend], selectors: [google, resend]}}
monitors:
  - {{name: Front page, url: /, expect: {{contains: find each other}}}}
  - {{name: App, url: "https://{APP}/", flow: login}}
  - {{name: API, url: "https://{API}/healthz", expect: {{json: {{path: status, equals: ok}}}}, flow: login}}
""",
    faults=(
        Fault(
            "The API's certificate ran out, because a rule about issuers (CAA) forbids the company that made it.",
            ends,
            {
                f"tls.valid {API}": ("expired", "blocker"),
                f"tls.expiry {API}": ("expired", "high"),
                "up.http API": ("tls", "high"),
                **{f"dns.caa {host}": ("issuer_forbidden", "medium") for host in (D, WWW, APP, API)},
            },
            because=dict.fromkeys((f"tls.valid {API}", f"tls.expiry {API}", "up.http API"), f"dns.caa {API}"),
            dark=(API,),
        ),
        Fault(
            "A key for the server went into the bundle under a name that the build hands to browsers.",
            lambda town: town.page(WWW, BUNDLE, bundle(CALLS + f'const pay=Stripe("{SECRETS["stripe-secret"]}");')),
            {f"exp.bundle_secrets {WWW}": ("secret_in_page", "blocker")},
        ),
        Fault(
            "The app was built without its environment, so it calls the API on the developer's own machine.",
            lambda town: town.page(APP, BUNDLE, bundle(CALLS.replace(f"https://{API}", "http://localhost:4000"))),
            {f"web.dev_urls {APP}": ("developers_machine", "blocker")},
        ),
        Fault(
            "Reports about forged mail go to a mailbox elsewhere that never agreed to take them.",
            lambda town: town.records("_dmarc", "TXT", "v=DMARC1; p=none; rua=mailto:dmarc@agency.example"),
            {f"mail.dmarc_rua {D}": ("not_agreed", "medium")},
        ),
    ),
)
