"""Tideline, booking pages for surf schools: Firebase Hosting, a page for each customer, wildcard DNS. In order."""

from __future__ import annotations

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import GOOGLE_TRUST, Company, Site
from tests.scenarios.companies.pages import (
    FRESH,
    LIBRARIES,
    POLICY,
    SAFE,
    machine,
    onward,
    page,
    public_keys,
    script,
)
from tests.servers.http import Answer

D = "tideline.example"
WWW, APP, API, SCHOOL = f"www.{D}", f"app.{D}", f"api.{D}", f"lanzarote.{D}"
SHELL = Answer(
    200,
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tideline</title>'
    '<script type="module" src="/assets/index-BqW4x7Lp.js"></script></head><body><div id="root"></div>'
    "<noscript>Tideline needs JavaScript to show the times of the tides and of your lessons.</noscript></body></html>",
    (("content-type", "text/html; charset=utf-8"), ("cache-control", "max-age=3600"), *SAFE, POLICY),
)
"""Firebase sends this for every path: `rewrites: [{source: "**", destination: "/index.html"}]`."""
BUNDLE = script(
    LIBRARIES + public_keys() + f'const api="https://{API}/v1";fetch(api+"/lessons");'
    "if(import.meta.env.DEV)connectAuthEmulator(auth,'http://localhost:9099');\n"
    "//# sourceMappingURL=index-BqW4x7Lp.js.map"
)
FILES = {"/assets/index-BqW4x7Lp.js": BUNDLE}

COMPANY = Company(
    name="Tideline",
    domain=D,
    about="React on Firebase Hosting, a subdomain for each customer, an API on Cloud Run, Google Workspace, Stripe",
    zone={
        "@": {
            "A": vendors.FIREBASE,
            "NS": ["ns-cloud-a1.googledomains.com.", "ns-cloud-a2.googledomains.com."],
            "MX": ["1 aspmx.l.google.com.", "5 alt1.aspmx.l.google.com.", "5 alt2.aspmx.l.google.com."],
            "TXT": [
                "v=spf1 include:_spf.google.com include:_spf.firebasemail.com ~all",
                "firebase=tideline-prod",
                "hosting-site=tideline-prod",
            ],
        },
        "*": {"A": vendors.FIREBASE},
        "google._domainkey": {"TXT": vendors.dkim()},
        "firebase1._domainkey": {"CNAME": "tideline-example.dkim1._domainkey.firebasemail.com."},
        # The rule is kept by the vendor that reads the reports.
        "_dmarc": {"CNAME": "tideline.example._d.easydmarc.pro."},
        "tideline.example._d.easydmarc.pro.": {"TXT": "v=DMARC1; p=none; rua=mailto:x7k2@inbox.easydmarc.eu"},
    },
    sites={
        D: Site((vendors.FIREBASE,), {}, onward(f"https://{WWW}"), dress=vendors.firebase(), issuer=GOOGLE_TRUST),
        WWW: Site(
            (vendors.FIREBASE,),
            {
                "/": page(
                    "Tideline: lessons when the tide is right",
                    "A booking page for your surf school that knows when there are waves, and when there are none.",
                    FRESH,
                    url=f"https://{WWW}/",
                ),
            },
            SHELL,
            dress=vendors.firebase(),
            issuer=GOOGLE_TRUST,
        ),
        APP: Site((vendors.FIREBASE,), FILES, SHELL, dress=vendors.firebase(), issuer=GOOGLE_TRUST),
        SCHOOL: Site(
            (vendors.FIREBASE,), FILES, SHELL, dress=vendors.firebase(), issuer=GOOGLE_TRUST, names=(f"*.{D}",)
        ),
        API: Site(
            (vendors.FIREBASE,),
            {
                "/v1/lessons": machine({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, status=401),
                "/v1/stripe": machine({"error": "Webhook Error: No signature"}, status=400),
            },
            machine({"error": "not found"}, status=404),
            dress=vendors.headers(
                ("server", "Google Frontend"), ("strict-transport-security", "max-age=31536000; includeSubDomains")
            ),
            issuer=GOOGLE_TRUST,
        ),
    },
    launch=f"""
product: {{name: Tideline, domain: {D}, canonical: "https://{WWW}/", kind: marketplace}}
hosts:
  - {{name: {D}, purpose: marketing, edge: firebase}}
  - {{name: {WWW}, purpose: marketing, edge: firebase}}
  - {{name: {APP}, purpose: app, flow: login, edge: firebase, private_paths: [/lessons, /settings]}}
  - {{name: {SCHOOL}, purpose: app, edge: firebase}}
  - {{name: {API}, purpose: api, flow: payment}}
links:
  - {{url: "https://{API}/v1/stripe", kind: webhook}}
  - {{url: "https://{APP}/login", kind: login}}
mail:
  domains:
    - {{name: {D}, senders: [Google Workspace, Firebase], selectors: [google, firebase1]}}
monitors:
  - {{name: Front page, url: /, expect: {{contains: surf school}}}}
  - {{name: App, url: "https://{APP}/", expect: {{contains: Tideline}}, flow: login}}
""",
    registrar="Squarespace Domains II LLC",
    harmless=(
        "the app answers every path with its shell and 200: /.env, /admin and what nobody has ever written",
        "robots.txt, the site map and the source map are that shell as well, so there are none",
        "a wildcard record lets every name exist, for the pages of customers",
        "the code of Firebase's emulator mentions localhost, and runs on the developer's machine only",
        "the rule against forged mail is an alias of a name at a vendor",
        "the keys of Firebase and Stripe in the bundle are made for public pages",
        "the shell may be kept for an hour, since it is the same for everybody",
    ),
)
