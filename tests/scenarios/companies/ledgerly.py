"""Ledgerly, a subscription dashboard for creators: Vercel, Google Workspace, Resend, Stripe, Supabase. In order."""

from __future__ import annotations

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import Company, Site, upgrade
from tests.scenarios.companies.pages import (
    FRESH,
    LIBRARIES,
    NEVER,
    SAFE,
    TRIAL,
    login,
    machine,
    onward,
    page,
    public_keys,
    robots,
    script,
    sitemap,
    style,
    to,
    without_slash,
)
from tests.servers.http import Answer, Request

D = "ledgerly.example"
WWW, APP, STAGING, HELP = f"www.{D}", f"app.{D}", f"staging.{D}", f"help.{D}"
NEXT = (
    '<link rel="stylesheet" href="/_next/static/css/5f1d2a9b0c3e4d6f.css">'
    '<script src="/_next/static/chunks/main-0f3b9d7c51e2a846.js" defer></script>'
)
FILES = {
    "/_next/static/css/5f1d2a9b0c3e4d6f.css": style(),
    "/_next/static/chunks/main-0f3b9d7c51e2a846.js": script(LIBRARIES + public_keys()),
}


def webhook(request: Request) -> Answer:
    """Stripe's messages: without its signature nothing is taken."""
    if request.method != "POST":
        return machine({"error": "method not allowed"}, ("allow", "POST"), status=405)
    return machine({"error": "No signatures found matching the expected signature for payload"}, status=400)


COMPANY = Company(
    name="Ledgerly",
    domain=D,
    about="Next.js on Vercel (DNS too), Google Workspace for people, Resend for mail of the app, Stripe, Supabase",
    zone={
        "@": {
            "A": vendors.VERCEL,
            "NS": ["ns1.vercel-dns.com.", "ns2.vercel-dns.com."],
            "MX": ["1 smtp.google.com."],
            "TXT": [
                "v=spf1 include:_spf.google.com ~all",
                "google-site-verification=4mKk0pP2yQv7",
                "stripe-verification=9d1f0a",
            ],
            "CAA": ['0 issue "letsencrypt.org"', '0 issue "pki.goog"', '0 issue "sectigo.com"'],
        },
        "www": {"CNAME": "d1d4fc829fe7bc7c.vercel-dns-017.com."},
        "app": {"CNAME": "d1d4fc829fe7bc7c.vercel-dns-017.com."},
        "help": {"CNAME": "custom.intercom.help."},
        "staging": {"CNAME": "cname.vercel-dns.com."},
        "google._domainkey": {"TXT": vendors.dkim()},
        # Resend brings a return address of its own, at Amazon; the domain's own list need not name it.
        "send": {"MX": "10 feedback-smtp.eu-west-1.amazonses.com.", "TXT": "v=spf1 include:amazonses.com ~all"},
        "resend._domainkey": {"TXT": vendors.dkim().replace("v=DKIM1; k=rsa; ", "")},
        "_dmarc": {"TXT": "v=DMARC1; p=none; rua=mailto:re+k3j9x2@dmarc.postmarkapp.com; adkim=r; aspf=r"},
    },
    sites={
        D: Site((vendors.VERCEL,), {}, onward(f"https://{WWW}", 308), dress=vendors.vercel(), plain=upgrade(308)),
        WWW: Site(
            (vendors.VERCEL,),
            {
                "/": page(
                    "Ledgerly: know what you earn",
                    "All your subscriptions, payouts and churn on one page, for people who make things.",
                    FRESH,
                    TRIAL,
                    head=NEXT,
                    url=f"https://{WWW}/",
                ),
                # A page about the dashboard is no dashboard.
                "/dashboard": page(
                    "Dashboard - Ledgerly",
                    "See all your customers, orders, payouts and settings in one place. Sign in to see yours.",
                    FRESH,
                    url=f"https://{WWW}/dashboard",
                ),
                "/pricing": page("Pricing", "Nine euros a month for the first hundred subscribers.", FRESH),
                # The log-in lives elsewhere; Next.js sends people there with 307.
                "/login": to(f"https://{APP}/login", 307),
                "/robots.txt": robots(f"https://{WWW}", "Allow: /", "Disallow: /api/"),
                "/sitemap.xml": sitemap(f"https://{WWW}/", f"https://{WWW}/pricing"),
                **FILES,
            },
            without_slash,
            dress=vendors.vercel(),
            plain=upgrade(308),
        ),
        APP: Site(
            (vendors.VERCEL,),
            {
                "/": to("/login", 307, NEVER),
                "/login": login("Sign in to Ledgerly"),
                "/dashboard": to("/login?next=%2Fdashboard", 307, NEVER),
                "/api/stripe/webhook": webhook,
                "/api/health": machine({"status": "ok", "commit": "8f2c1d0"}),
                "/robots.txt": robots(f"https://{APP}", "Disallow: /"),
                **FILES,
            },
            without_slash,
            dress=vendors.vercel(),
            plain=upgrade(308),
        ),
        HELP: Site(
            (vendors.INTERCOM,),
            {
                "/": to("/en/", 302, ("strict-transport-security", "max-age=31557600")),
                "/en/": page(
                    "Ledgerly help",
                    "To try webhooks, start the tunnel and open http://localhost:3000/hooks, then use pk_test_ keys.",
                    ("x-intercom-version", "8a1b"),
                    ("strict-transport-security", "max-age=31557600"),
                    url=f"https://{HELP}/en/",
                ),
            },
            dress=vendors.cloudflare(),
        ),
        # Deployment protection: strangers meet a log-in of Vercel itself.
        STAGING: Site(
            (vendors.VERCEL,),
            {},
            Answer(401, "<!doctype html><title>Authentication Required</title>Sign in to Vercel", (*SAFE, NEVER)),
            dress=vendors.vercel(),
            plain=upgrade(308),
        ),
    },
    launch=f"""
product: {{name: Ledgerly, domain: {D}, canonical: "https://{WWW}/", kind: creator}}
hosts:
  - {{name: {D}, purpose: marketing, edge: vercel}}
  - {{name: {WWW}, purpose: marketing, edge: vercel}}
  - {{name: {APP}, purpose: app, flow: login, edge: vercel, private_paths: [/dashboard]}}
  - {{name: {STAGING}, purpose: staging}}
  - {{name: {HELP}, purpose: help}}
links:
  - {{url: /login, kind: login, to: "https://{APP}/login"}}
  - {{url: "https://{APP}/api/stripe/webhook", kind: webhook}}
  - {{url: "/pricing?utm_source=instagram", kind: campaign}}
mail:
  domains:
    - {{name: {D}, senders: [Google Workspace, Resend], selectors: [google, resend]}}
monitors:
  - {{name: Front page, url: /, expect: {{contains: know what you earn}}}}
  - {{name: Log in, url: "https://{APP}/login", expect: {{contains: Sign in}}, flow: login}}
  - {{name: Health, url: "https://{APP}/api/health", expect: {{json: {{path: status, equals: ok}}}}}}
""",
    ttls={("@", "A"): 60, ("www", "CNAME"): 1800, ("@", "NS"): 86400, ("@", "MX"): 3600, ("@", "TXT"): 3600},
    registrar="Cloudflare, Inc.",
    harmless=(
        "the keys of Stripe, Supabase, Firebase, Sentry, PostHog and Algolia in the bundle are made for public pages",
        "literals of localhost in the bundle come from client libraries",
        "Resend's include stands at its own return address, not on the domain",
        "redirects of the log-in are temporary on purpose; those of Vercel are 308",
        "a help page at another company tells developers to open localhost and to use test keys",
        "a public page about the dashboard is called Dashboard and lies at /dashboard",
        "the app forbids robots everything, and is no page for search engines",
    ),
)
