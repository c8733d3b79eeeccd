"""Hearth, a forum for home cooks: nginx on a rented server, mail through Amazon SES. Four things went wrong."""

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
    text,
    to,
    without_slash,
)
from tests.scenarios.companies.town import Town

D = "hearth.example"
WWW, TALK = f"www.{D}", f"talk.{D}"
SERVER = ("127.61.0.1",)
NGINX = vendors.headers(("server", "nginx"))
HEAD = '<link rel="stylesheet" href="/assets/site-1a2b3c4d.css"><script src="/assets/site-5e6f7a8b.js"></script>'
FILES = {"/assets/site-1a2b3c4d.css": style(FOREVER), "/assets/site-5e6f7a8b.js": script("let soup='hot'", FOREVER)}
ENV = "APP_ENV=production\nDB_HOST=127.0.0.1\nDB_PASS" + "WORD=correct-horse\nAWS_REGION=eu-central-1\n"


def half_a_chain(town: Town) -> None:
    """cert.pem instead of fullchain.pem: phones cannot find the company in the middle."""
    town.certificate(TALK, town.issue(town.company.sites[TALK], TALK).leaf_only())


COMPANY = Company(
    name="Hearth",
    domain=D,
    about="nginx and a forum on one rented server at Hetzner, Amazon SES for mail out, Fastmail for mail in, PayPal",
    zone={
        "@": {
            "A": SERVER[0],
            "NS": ["helium.ns.hetzner.de.", "hydrogen.ns.hetzner.com.", "oxygen.ns.hetzner.com."],
            "MX": ["10 in1-smtp.messagingengine.com.", "20 in2-smtp.messagingengine.com."],
            "TXT": "v=spf1 a include:spf.messagingengine.com include:amazonses.com ~all",
        },
        "www": {"A": SERVER[0]},
        "talk": {"A": SERVER[0]},
        "fm1._domainkey": {"CNAME": "fm1.dkim.fmhosted.com."},
        **{f"{token}._domainkey": {"CNAME": f"{token}.dkim.amazonses.com."} for token in vendors.SES},
        "_dmarc": {"TXT": "v=DMARC1; p=none; rua=mailto:postmaster@hearth.example"},
    },
    sites={
        D: Site(
            SERVER,
            {
                "/": page(
                    "Hearth", "What is on the stove tonight, and who can come?", HSTS, head=HEAD, url=f"https://{D}/"
                ),
                "/about": page(
                    "About", "Three friends, one server, eleven thousand soups.", HSTS, url=f"https://{D}/about"
                ),
                "/robots.txt": robots(f"https://{D}"),
                "/sitemap.xml": sitemap(f"https://{D}/", f"https://{D}/about"),
                **FILES,
            },
            without_slash,
            dress=NGINX,
        ),
        WWW: Site(SERVER, {}, onward(f"https://{D}", 301, HSTS), dress=NGINX),
        TALK: Site(
            SERVER,
            {
                "/": page("Talk", "Latest: is there such a thing as too much thyme? 214 answers.", HSTS, head=HEAD),
                "/login": login("Log in to Hearth", HSTS),
                "/u/me": to("/login", 302, NEVER, HSTS),
                "/admin": to("/login", 302, NEVER, HSTS),
                "/hooks/paypal": machine({"errors": ["signature"]}, HSTS, status=403),
                **FILES,
            },
            without_slash,
            dress=NGINX,
        ),
    },
    launch=f"""
product: {{name: Hearth, domain: {D}, canonical: "https://{D}/", kind: community}}
hosts:
  - {{name: {D}, purpose: marketing, edge: none}}
  - {{name: {WWW}, purpose: marketing, edge: none}}
  - {{name: {TALK}, purpose: app, flow: login, edge: none, private_paths: [/u/me], admin_paths: [/admin]}}
links:
  - {{url: "https://{TALK}/login", kind: login}}
  - {{url: "https://{TALK}/hooks/paypal", kind: webhook}}
mail:
  domains:
    - name: {D}
      senders: [Fastmail, Amazon SES]
      selectors: [fm1, {", ".join(vendors.SES)}]
monitors:
  - {{name: Front page, url: /, expect: {{contains: stove}}}}
  - {{name: Forum, url: "https://{TALK}/", expect: {{contains: thyme}}, flow: login}}
""",
    registrar="INWX GmbH",
    faults=(
        Fault(
            "The server hands out its settings file, with the password of the database.",
            lambda town: town.page(D, "/.env", text(ENV, "application/octet-stream")),
            {f"exp.files {D}": ("secret_file", "blocker")},
        ),
        Fault(
            "The forum sends half of its certificate: computers manage, phones and payment companies do not.",
            half_a_chain,
            {
                f"tls.valid {TALK}": ("incomplete_chain", "blocker"),
                "up.http Forum": ("tls", "high"),
            },
            because={"up.http Forum": f"tls.valid {TALK}"},
            dark=(TALK,),
        ),
        Fault(
            "http shows the page instead of leading to https.",
            lambda town: town.plain(
                D, page("Hearth", "What is on the stove tonight, and who can come?", head=HEAD, url=f"https://{D}/")
            ),
            {f"redir.https {D}": ("stays_on_http", "blocker"), f"redir.canonical {D}": ("two_endings", "high")},
            because={f"redir.canonical {D}": f"redir.https {D}"},
        ),
        Fault(
            "One of Amazon's three keys has a typing error in its name.",
            lambda town: town.records(f"{vendors.SES[2]}._domainkey", "CNAME"),
            {f"mail.dkim {D}": ("missing", "high")},
        ),
    ),
)
