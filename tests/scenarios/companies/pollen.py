"""Pollen, a newsletter studio: Django on Fly.io, Fastmail, Mailgun on a domain of its own, Paddle. In order."""

from __future__ import annotations

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import Company, Site
from tests.scenarios.companies.pages import HSTS, NEVER, login, machine, page, robots, script, sitemap, style, to
from tests.servers.http import Answer, Request

D = "pollen.example"
WWW = f"www.{D}"
STATIC = (
    '<link rel="stylesheet" href="/static/site.9b1f3d7a2c5e.css"><script src="/static/editor.4e8a1c9d7f20.js"></script>'
    '<img src="/static/logo.c0ffee12ab34.svg" alt="Pollen">'
)
CSRF = ("set-cookie", "csrftoken=Wq3nV7; Path=/; Max-Age=31449600; Secure; SameSite=Lax")
"""Django's own, which scripts read."""
YEAR = ("cache-control", "max-age=315360000, public, immutable")


def lost(request: Request) -> Answer:
    """APPEND_SLASH: Django adds the slash where that leads somewhere."""
    path, _, query = request.target.partition("?")
    if path in ("/en", "/de", "/admin", "/accounts/login", "/letters", "/en/pricing"):
        return to(f"{path}/" + (f"?{query}" if query else ""), 301, HSTS)
    return page("Not found", "There is nothing at this address.", HSTS, status=404)


def start(request: Request) -> Answer:
    """The language of the browser; without one it is English."""
    lang = "de" if request.header("accept-language").startswith("de") else "en"
    query = request.target.partition("?")[2]
    return to(f"/{lang}/" + (f"?{query}" if query else ""), 302, ("vary", "Accept-Language"), HSTS)


def front(lang: str, text: str) -> Answer:
    """The front page in one language; each names itself as the right address."""
    return page(
        "Pollen", text, HSTS, ("content-language", lang), head=STATIC, url=f"https://{D}/{lang}/", lang=lang,
        tail='<script type="application/ld+json">{"@context":"http://schema.org","@id":"http://pollen.example/#it"}</script>'
        '<a href="http://www.example.org/an-old-friend">a friend</a>',
    )  # fmt: skip


COMPANY = Company(
    name="Pollen",
    domain=D,
    about="Django on Fly.io, DNS at Namecheap, Fastmail for people, Mailgun on mg.pollen.example for letters, Paddle",
    zone={
        "@": {
            "A": vendors.FLY,
            "NS": ["dns1.registrar-servers.com.", "dns2.registrar-servers.com."],
            "MX": ["10 in1-smtp.messagingengine.com.", "20 in2-smtp.messagingengine.com."],
            "TXT": ["v=spf1 include:spf.messagingengine.com ~all"],
        },
        "www": {"CNAME": "pollen-web.fly.dev."},
        "fm1._domainkey": {"CNAME": "fm1.dkim.fmhosted.com."},
        "mg": {"TXT": "v=spf1 include:mailgun.org ~all", "MX": ["10 mxa.mailgun.org.", "10 mxb.mailgun.org."]},
        "mailo._domainkey.mg": {"TXT": vendors.dkim()},
        "_dmarc": {"TXT": "v=DMARC1;p=none;rua=mailto:postmaster@pollen.example"},
    },
    sites={
        D: Site(
            (vendors.FLY,),
            {
                "/": start,
                "/en/": front(
                    "en",
                    "Letters that people look forward to. Tinkerers run a copy at http://localhost:3000.",
                ),
                "/de/": front("de", "Briefe, auf die man sich freut: schreiben, senden, und sehen, wer liest."),
                "/en/pricing/": page("Pricing", "Free up to a hundred readers, then twelve a month.", HSTS),
                "/accounts/login/": login("Log in", HSTS, CSRF),
                "/letters/": to("/accounts/login/?next=/letters/", 302, NEVER, HSTS),
                "/admin/": to("/admin/login/?next=/admin/", 302, NEVER, HSTS),
                "/admin/login/": login("Log in | Django site admin", HSTS, CSRF, text="Django administration"),
                "/hooks/paddle": machine({"detail": "signature missing"}, HSTS, status=403),
                "/hooks/mailgun": machine({"detail": "signature missing"}, HSTS, status=406),
                "/robots.txt": robots(f"https://{D}", "Disallow: /admin/", "Disallow: /accounts/"),
                "/sitemap.xml": sitemap(f"https://{D}/en/", f"https://{D}/de/", f"https://{D}/en/pricing/"),
                "/static/site.9b1f3d7a2c5e.css": style(YEAR),
                "/static/editor.4e8a1c9d7f20.js": script(
                    "const csrf=document.cookie.match(/csrftoken=(\\w+)/)\n"
                    "//# sourceMappingURL=editor.4e8a1c9d7f20.js.map",
                    YEAR,
                ),
                "/static/logo.c0ffee12ab34.svg": Answer(
                    200, '<svg xmlns="http://www.w3.org/2000/svg"/>', (("content-type", "image/svg+xml"), YEAR)
                ),
            },
            lost,
            dress=vendors.fly(),
            days=(-2, 4.6),
        ),
        WWW: Site(
            (vendors.FLY,),
            {"/": lambda request: to(f"https://{D}/en/{request.target[1:]}", 301, HSTS)},
            lambda request: to(f"https://{D}{request.target}", 301, HSTS),
            dress=vendors.fly(),
            days=(-2, 4.6),
        ),
    },
    launch=f"""
product: {{name: Pollen, domain: {D}, kind: creator}}
hosts:
  - name: {D}
    purpose: marketing
    flow: login
    private_paths: [/letters/]
    admin_paths: [/admin/]
  - {{name: {WWW}, purpose: marketing}}
links:
  - {{url: "https://{D}/accounts/login/", kind: login}}
  - {{url: "https://{D}/hooks/paddle", kind: webhook}}
mail:
  domains:
    - {{name: {D}, senders: [Fastmail], selectors: [fm1]}}
    - {{name: mg.{D}, senders: [Mailgun], selectors: [mailo]}}
monitors:
  - {{name: Front page, url: "https://{D}/en/", expect: {{contains: look forward}}}}
  - {{name: Log in, url: "https://{D}/accounts/login/", flow: login}}
""",
    harmless=(
        "the front page leads to a language, for now and not for good; www leads there at once",
        "names in JSON-LD, in SVG and in links begin with http:// and load nothing",
        "the csrftoken cookie is open to scripts on purpose",
        "Django's administration leads to its log-in, and robots.txt names it",
        "certificates live for six days; the one here has four and a half left",
        "the words of the front page mention localhost, and a script names a source map that is not published",
        "a subdomain for letters has a list and seals of its own, and takes its rule from the domain above",
    ),
)
