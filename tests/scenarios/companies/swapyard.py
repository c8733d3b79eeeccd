"""Swapyard, a marketplace for tools: Render behind Fastly, SendGrid, Zoho, Stripe. Four things went wrong."""

from __future__ import annotations

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import Company, Fault, Site
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
    without_slash,
)
from tests.scenarios.companies.town import Town

D = "swapyard.example"
WWW, APP = f"www.{D}", f"app.{D}"
HEAD = '<link rel="stylesheet" href="/assets/main-4f9d2c1b.css"><script src="/assets/main-9b8c7d6e.js"></script>'
FILES = {
    "/assets/main-4f9d2c1b.css": style(FOREVER),
    "/assets/main-9b8c7d6e.js": script("fetch('/api/tools')", FOREVER),
}
SHORT = ("cache-control", "public, max-age=0, s-maxage=60")
WORDS = "Borrow a drill from next door, lend your ladder, and meet the people behind the fence."
PERSON = "Signed in as maria.lindqvist" + "@" + "postbox.example: two drills lent, one ladder due on Friday."


def keep_all(town: Town) -> None:
    """A rule at the edge to keep everything for an hour, meant for the front page, takes the account along."""
    account = page("Your account", PERSON, ("cache-control", "public, s-maxage=3600"), HSTS)
    town.page(APP, "/account", account)


COMPANY = Company(
    name="Swapyard",
    domain=D,
    about="Node on Render behind Fastly, DNS at NS1, Zoho Mail for people, SendGrid for the app, Stripe Connect",
    zone={
        "@": {
            "A": list(vendors.FASTLY),
            "NS": ["dns1.p01.nsone.net.", "dns2.p01.nsone.net."],
            "MX": ["10 mx.zoho.com.", "20 mx2.zoho.com.", "50 mx3.zoho.com."],
            "TXT": [
                "v=spf1 include:zoho.com include:sendgrid.net ~all",
                "zoho-verification=zb12345678.zmverify.zoho.com",
            ],
            "CAA": ['0 issue "letsencrypt.org"', '0 issue "certainly.com"'],
        },
        "www": {"CNAME": "dualstack.k.sni.global.fastly.net."},
        "app": {"CNAME": "dualstack.k.sni.global.fastly.net."},
        # SendGrid signs for the domain and bounces to a name of its own.
        "em1234": {"CNAME": "u1234567.wl042.sendgrid.net."},
        "s1._domainkey": {"CNAME": "s1.domainkey.u1234567.wl042.sendgrid.net."},
        "s2._domainkey": {"CNAME": "s2.domainkey.u1234567.wl042.sendgrid.net."},
        "zmail._domainkey": {"TXT": vendors.dkim()},
        "_dmarc": {"TXT": "v=DMARC1; p=none; rua=mailto:sw@ag.dmarcian.com"},
    },
    sites={
        D: Site(vendors.FASTLY, {}, onward(f"https://{WWW}", 301, HSTS), dress=vendors.fastly()),
        WWW: Site(
            vendors.FASTLY,
            {
                "/": page("Swapyard", WORDS, SHORT, HSTS, head=HEAD, url=f"https://{WWW}/"),
                "/lend": page("Lend", "Your drill rests 364 days a year.", SHORT, HSTS, url=f"https://{WWW}/lend"),
                "/spring": to(f"https://{WWW}/lend", 301, HSTS),
                "/robots.txt": robots(f"https://{WWW}"),
                "/sitemap.xml": sitemap(f"https://{WWW}/", f"https://{WWW}/lend"),
                **FILES,
            },
            without_slash,
            dress=vendors.both(vendors.render(), vendors.fastly()),
        ),
        APP: Site(
            vendors.FASTLY,
            {
                "/": to("/login", 302, NEVER, HSTS),
                "/login": login("Sign in to Swapyard", HSTS),
                "/account": to("/login?next=/account", 302, NEVER, HSTS),
                "/hooks/stripe": machine({"error": "No signatures found"}, HSTS, status=400),
                "/health": machine({"status": "ok"}, HSTS),
                **FILES,
            },
            without_slash,
            dress=vendors.fastly(),
        ),
    },
    launch=f"""
product: {{name: Swapyard, domain: {D}, canonical: "https://{WWW}/", kind: marketplace}}
hosts:
  - {{name: {D}, purpose: marketing, edge: fastly}}
  - {{name: {WWW}, purpose: marketing, edge: fastly}}
  - {{name: {APP}, purpose: app, flow: login, edge: fastly, private_paths: [/account]}}
redirects:
  - {{from: /spring, to: /lend, reason: Printed on the flyers}}
links:
  - {{url: "https://{APP}/login", kind: login}}
  - {{url: "https://{APP}/hooks/stripe", kind: webhook}}
mail:
  domains:
    - {{name: {D}, senders: [Zoho, SendGrid], selectors: [zmail, s1, s2]}}
monitors:
  - {{name: Front page, url: /, expect: {{contains: ladder}}}}
  - {{name: Log in, url: "https://{APP}/login", flow: login}}
  - {{name: Health, url: "https://{APP}/health", expect: {{json: {{path: status, equals: ok}}}}}}
""",
    registrar="Gandi SAS",
    faults=(
        Fault(
            "The edge keeps the account page, and hands one customer's to everybody.",
            keep_all,
            {f"edge.private_not_cached {APP}": ("customer_shown", "blocker")},
        ),
        Fault(
            "When the list of senders was tidied up, the company that sends the people's own mail fell off it.",
            lambda town: town.records("@", "TXT", "v=spf1 include:sendgrid.net ~all"),
            {f"mail.spf_senders {D}": ("missing", "high")},
        ),
        Fault(
            "The address on the printed flyers was forgotten in the new version.",
            lambda town: town.page(WWW, "/spring", page("404", "Nothing here.", HSTS, status=404)),
            {f"redir.map {D}": ("dead", "high")},
        ),
        Fault(
            "The code that takes payment messages stopped looking at signatures.",
            lambda town: town.page(APP, "/hooks/stripe", machine({"received": True}, HSTS)),
            {f"edge.not_blocking {D}": ("takes_anything", "medium")},
        ),
    ),
)
