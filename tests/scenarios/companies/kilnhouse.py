"""Kiln House, a shop for ceramics: Shopify, DNS at Cloudflare, Klaviyo, Google mail. Three things went wrong."""

from __future__ import annotations

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import GOOGLE_TRUST, Company, Fault, Site
from tests.scenarios.companies.pages import onward, page, robots, sitemap, to
from tests.scenarios.companies.town import Town

D = "kilnhouse.example"
WWW = f"www.{D}"
CDN = "https://cdn.shopify.com/s/files/1/0612/3456"
HEAD = (
    f'<link rel="stylesheet" href="{CDN}/t/4/assets/base.css?v=144968985024194912401">'
    f'<script src="{CDN}/t/4/assets/theme.js?v=149496944046504657681" defer></script>'
    '<script src="https://static.klaviyo.com/onsite/js/klaviyo.js?company_id=X1y2Z3" async></script>'
)
COOKIES = (
    ("set-cookie", "localization=DE; path=/; expires=Mon, 22 Nov 2027 05:00:00 GMT; SameSite=Lax"),
    (
        "set-cookie",
        "_shopify_y=8f1c; Expires=Mon, 22-Nov-27 05:00:00 GMT; Domain=kilnhouse.example; Path=/; SameSite=Lax",
    ),
)
GONE = page("404 Not Found - Kiln House", "The page you requested does not exist.", status=404)
LOCKED = page(
    "Kiln House", "Opening soon. Be the first to know when we launch.",
    tail='<form action="/password" method="post"><label>Enter store using password'
    '<input type="password" name="password"></label></form>',
)  # fmt: skip


def lock(town: Town) -> None:
    """The password page of the shop is still on: every address leads there."""
    locked = to(f"https://{D}/password", 302)
    for path in ("/", "/collections/all", "*"):
        town.page(D, path, locked)
    town.page(D, "/password", LOCKED)


COMPANY = Company(
    name="Kiln House",
    domain=D,
    about="Shopify with DNS at Cloudflare (not proxied), Google Workspace for people, Klaviyo for letters",
    zone={
        "@": {
            "A": vendors.SHOPIFY,
            "NS": ["dana.ns.cloudflare.com.", "rick.ns.cloudflare.com."],
            "MX": ["1 smtp.google.com."],
            "TXT": [
                "v=spf1 include:_spf.google.com include:shops.shopify.com ~all",
                "klaviyo-site-verification=X1y2Z3",
            ],
        },
        "www": {"CNAME": "shops.myshopify.com."},
        "google._domainkey": {"TXT": vendors.dkim()},
        "kl._domainkey": {"CNAME": "kl._domainkey.klaviyodns.com."},
        "kl2._domainkey": {"CNAME": "kl2._domainkey.klaviyodns.com."},
        "_dmarc": {"TXT": "v=DMARC1; p=none; rua=mailto:dmarc@kilnhouse.example"},
    },
    sites={
        D: Site(
            (vendors.SHOPIFY,),
            {
                "/": page(
                    "Kiln House",
                    "Cups, bowls and vases from a small kiln by the sea.",
                    *COOKIES,
                    head=HEAD,
                    url=f"https://{D}/",
                ),
                "/collections/all": page(
                    "Everything",
                    "All that is dry, fired and glazed.",
                    *COOKIES,
                    head=HEAD,
                    url=f"https://{D}/collections/all",
                ),
                "/account/login": to("https://shopify.com/61234567890/account", 302),
                "/admin": to("https://admin.shopify.com/store/kiln-house", 301),
                "/robots.txt": robots(f"https://{D}", "Disallow: /admin", "Disallow: /cart", "Disallow: /*?*sort_by*"),
                "/sitemap.xml": sitemap(f"https://{D}/", f"https://{D}/collections/all"),
            },
            lambda request: to(request.path.rstrip("/"), 301) if request.path == "/collections/all/" else GONE,
            dress=vendors.shopify(),
            issuer=GOOGLE_TRUST,
        ),
        WWW: Site((vendors.SHOPIFY,), {}, onward(f"https://{D}"), dress=vendors.shopify(), issuer=GOOGLE_TRUST),
    },
    launch=f"""
product: {{name: Kiln House, domain: {D}, canonical: "https://{D}/", kind: ecommerce}}
hosts:
  - {{name: {D}, purpose: marketing, flow: payment, edge: shopify}}
  - {{name: {WWW}, purpose: marketing, edge: shopify}}
links:
  - {{url: "/collections/all?utm_source=instagram", kind: campaign}}
mail:
  domains:
    - {{name: {D}, senders: [Google Workspace, Shopify, Klaviyo], selectors: [google, kl, kl2]}}
monitors:
  - {{name: Shop, url: /collections/all, expect: {{contains: glazed}}, flow: payment}}
""",
    faults=(
        Fault(
            "The www record was deleted while tidying up the DNS.",
            lambda town: town.records("www", "CNAME"),
            {
                f"dns.resolve {WWW}": ("absent", "blocker"),
                f"dns.apex_www {D}": ("www_missing", "high"),
            },
            because={f"dns.apex_www {D}": f"dns.resolve {WWW}"},
            dark=(WWW,),
        ),
        Fault(
            "The rule against forged mail was never set up.",
            lambda town: town.records("_dmarc", "TXT"),
            {f"mail.dmarc {D}": ("absent", "high")},
        ),
        Fault(
            "Nobody took the password off the shop.",
            lock,
            {
                f"web.placeholder {D}": ("locked_shop", "blocker"),
                "up.http Shop": ("wrong_content", "high"),
                f"redir.keeps_path {D}": ("link_loses_tags", "high"),
            },
            because=dict.fromkeys(("up.http Shop", f"redir.keeps_path {D}"), f"web.placeholder {D}"),
        ),
    ),
)
