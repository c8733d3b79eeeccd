"""Brightpath, drawing courses: Webflow in front, Kajabi for the courses, Mailchimp. Four things went wrong."""

from __future__ import annotations

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import Company, Fault, Site
from tests.scenarios.companies.pages import (
    HSTS,
    NEVER,
    login,
    machine,
    onward,
    page,
    robots,
    sitemap,
    to,
    without_slash,
)
from tests.scenarios.companies.town import Town

D, OLD = "brightpath.example", "brightpath-drawing.example"
WWW, COURSES = f"www.{D}", f"courses.{D}"
SITE = "https://cdn.prod.website-files.com/650abc"
HEAD = (
    f'<link href="{SITE}/css/brightpath.webflow.3d9f1a2b7.css" rel="stylesheet">'
    f'<script src="{SITE}/js/webflow.8c1b2a3d4.js"></script><meta name="generator" content="Webflow">'
)
SENDERS = "include:_spf.google.com include:servers.mcsv.net"
MORE = (
    "include:mail.zendesk.com include:hubspotemail.net include:_spf.salesforce.com include:helpscoutemail.com"
    " include:sendgrid.net include:spf.mtasv.net"
)
"""Tools that were tried and forgotten: together with the others twelve look-ups."""
WORDS = "Draw what you see, not what you know. Twelve weeks, one pencil, and a teacher who answers."


def hide(town: Town) -> None:
    """The switch that keeps search engines from the draft site was left on for the real one."""
    hidden = page(
        "Brightpath", WORDS, HSTS, head=HEAD + '<meta name="robots" content="noindex">', url=f"https://{WWW}/"
    )
    town.page(WWW, "/", hidden)


COMPANY = Company(
    name="Brightpath",
    domain=D,
    about="Webflow (www), Kajabi (courses), DNS at GoDaddy, Google Workspace for people, Mailchimp, Stripe",
    zone={
        "@": {
            "A": vendors.WEBFLOW,
            "NS": ["ns45.domaincontrol.com.", "ns46.domaincontrol.com."],
            "MX": ["1 smtp.google.com."],
            "TXT": [f"v=spf1 {SENDERS} ~all", "google-site-verification=b4Kk"],
        },
        "www": {"CNAME": "cdn.webflow.com."},
        "courses": {"CNAME": "endpoint.mykajabi.com."},
        "google._domainkey": {"TXT": vendors.dkim()},
        "k2._domainkey": {"CNAME": "dkim2.mcsv.net."},
        "k3._domainkey": {"CNAME": "dkim3.mcsv.net."},
        "_dmarc": {"TXT": "v=DMARC1; p=none; rua=mailto:m8k2@rua.powerdmarc.com; ruf=mailto:m8k2@rua.powerdmarc.com"},
        f"{OLD}.": {
            "A": vendors.WEBFLOW,
            "NS": ["ns45.domaincontrol.com.", "ns46.domaincontrol.com."],
            "MX": "0 .",
            "TXT": "v=spf1 -all",
        },
        f"www.{OLD}.": {"A": vendors.WEBFLOW},
        f"_dmarc.{OLD}.": {"TXT": "v=DMARC1; p=reject"},
    },
    sites={
        D: Site((vendors.WEBFLOW,), {}, onward(f"https://{WWW}", 301, HSTS), dress=vendors.webflow()),
        OLD: Site((vendors.WEBFLOW,), {}, onward(f"https://{WWW}", 301, HSTS), dress=vendors.webflow()),
        f"www.{OLD}": Site((vendors.WEBFLOW,), {}, onward(f"https://{WWW}", 301, HSTS), dress=vendors.webflow()),
        WWW: Site(
            (vendors.WEBFLOW,),
            {
                "/": page("Brightpath", WORDS, HSTS, head=HEAD, url=f"https://{WWW}/"),
                "/start": page("Start here", "The first lesson is free.", HSTS, head=HEAD, url=f"https://{WWW}/start"),
                "/robots.txt": robots(f"https://{WWW}"),
                "/sitemap.xml": sitemap(f"https://{WWW}/", f"https://{WWW}/start"),
            },
            without_slash,
            dress=vendors.webflow(),
        ),
        COURSES: Site(
            (vendors.KAJABI,),
            {
                "/": to(f"https://{COURSES}/login", 302, HSTS, NEVER),
                "/login": login("Log in to your courses", HSTS),
                "/library": to(f"https://{COURSES}/login", 302, HSTS, NEVER),
                "/admin": to("https://app.kajabi.com/login", 302, HSTS),
                "/webhooks/stripe": machine({"error": "signature"}, HSTS, status=400),
            },
            without_slash,
            dress=vendors.cloudflare(),
        ),
    },
    launch=f"""
product:
  name: Brightpath
  domain: {D}
  canonical: https://{WWW}/
  brand_domains: [{OLD}]
  kind: creator
hosts:
  - {{name: {D}, purpose: marketing}}
  - {{name: {WWW}, purpose: marketing}}
  - {{name: {COURSES}, purpose: app, flow: login, private_paths: [/library]}}
links:
  - {{url: "https://{COURSES}/login", kind: login}}
  - {{url: "/start?utm_source=youtube", kind: campaign}}
  - {{url: "https://{COURSES}/webhooks/stripe", kind: webhook}}
mail:
  domains:
    - {{name: {D}, senders: [Google Workspace, Mailchimp, Zendesk, HubSpot, Salesforce, Help Scout, SendGrid, Postmark],
        selectors: [google, k2, k3]}}
    - {{name: {OLD}, sends: false}}
monitors:
  - {{name: Front page, url: /, expect: {{contains: one pencil}}}}
  - {{name: Log in, url: "https://{COURSES}/login", expect: {{contains: Log in}}, flow: login}}
""",
    registrar="GoDaddy.com, LLC",
    faults=(
        Fault(
            "Every mail tool that was ever tried is still on the list of senders.",
            lambda town: town.records("@", "TXT", f"v=spf1 {SENDERS} {MORE} ~all"),
            {f"mail.spf {D}": ("too_many_lookups", "high")},
        ),
        Fault(
            "One of Mailchimp's two keys was never added.",
            lambda town: town.records("k3._domainkey", "CNAME"),
            {f"mail.dkim {D}": ("missing", "high")},
        ),
        Fault(
            "Search engines are still told to stay away, as they were from the draft.",
            hide,
            {f"seo.indexing {WWW}": ("hidden_page", "blocker")},
        ),
        Fault(
            "The old name leads on with a redirect that says: only for today.",
            lambda town: [town.page(host, "*", onward(f"https://{WWW}", 302, HSTS)) for host in (OLD, f"www.{OLD}")],
            {f"redir.permanent {OLD}": ("old_domain_temporary", "medium")},
        ),
    ),
)
