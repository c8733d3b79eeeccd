"""Oak & Loaf, baking courses: WordPress on shared hosting with Apache, DNSSEC, IPv6, Brevo, PayPal. In order."""

from __future__ import annotations

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import SECTIGO, Company, Site
from tests.scenarios.companies.pages import HSTS, SAFE, login, onward, page, robots, script, sitemap, style, text, to
from tests.servers.http import Answer, Request

D = "oakloaf.example"
WWW = f"www.{D}"
SERVER = ("127.60.0.1", "::1")
APACHE = vendors.headers(("server", "Apache"), ("upgrade", "h2,h2c"))
WEEK = ("cache-control", "max-age=604800")
LINK = ("link", f'<https://{D}/wp-json/>; rel="https://api.w.org/"')
HEAD = (
    '<meta name="generator" content="WordPress 6.8.3">'
    '<link rel="profile" href="http://gmpg.org/xfn/11"><link rel="pingback" href="/xmlrpc.php">'
    '<link rel="stylesheet" href="/wp-content/themes/loaf/style.css?ver=6.8.3">'
    '<script src="/wp-includes/js/jquery/jquery.min.js?ver=3.7.1"></script>'
    '<script type="application/ld+json">{"@context":"http://schema.org","@type":"Bakery"}</script>'
    '<!--[if lt IE 9]><script src="http://html5shiv.example/html5.js"></script><![endif]-->'
)
TAIL = (
    '<a href="http://www.mill.example/">the mill down the road</a>'
    '<script src="https://www.paypal.com/sdk/js?client-id=AbC&currency=EUR"></script>'
)
UPGRADE = ("content-security-policy", "upgrade-insecure-requests; frame-ancestors 'self'")
POST = (
    "Coming soon is what every baker says of the first loaf. It works! is what you say of the tenth. This site was"
    " under construction for a year, and our oven for two; now there is a course every Saturday."
)


def front(title: str, words: str, path: str, *, tail: str = TAIL) -> Answer:
    """A page of the theme."""
    old = f'<img src="http://{D}/wp-content/uploads/2019/03/rye.jpg" alt="Rye">'
    return page(
        title, words, LINK, HSTS, UPGRADE, *SAFE, head=HEAD, tail=old + tail, url=f"https://{D}{path}", safe=False
    )


def lost(request: Request) -> Answer:
    """WordPress adds the slash to addresses that it knows, and has a page of its own for all others."""
    path, _, query = request.target.partition("?")
    if path in ("/courses", "/my-account", "/wp-admin"):
        return to(f"https://{D}{path}/" + (f"?{query}" if query else ""), 301, HSTS)
    return page(
        "Page not found", "It looks like nothing was found at this location. Maybe try a search?", HSTS, status=404
    )


COMPANY = Company(
    name="Oak & Loaf",
    domain=D,
    about="WordPress with WooCommerce on shared hosting (Apache, IPv6), a signed zone, mail at the host, Brevo, PayPal",
    signed=True,
    zone={
        "@": {
            "A": SERVER[0],
            "AAAA": SERVER[1],
            "NS": ["ns1.hosting.example.", "ns2.hosting.example."],
            "MX": ["10 mail.oakloaf.example."],
            "TXT": [
                "v=spf1 a mx include:_spf.hosting.example include:spf.brevo.com ~all",
                "brevo-code:5f1d2a9b0c3e4d6f7a8b",
            ],
            "CAA": ['0 issue "sectigo.com"', '0 issue "letsencrypt.org"', '0 issuewild ";"'],
        },
        "www": {"A": SERVER[0], "AAAA": SERVER[1]},
        "mail": {"A": vendors.MAIL},
        "ftp": {"CNAME": "oakloaf.example."},
        "default._domainkey": {"TXT": vendors.dkim()},
        "brevo1._domainkey": {"CNAME": "b1.dkim.brevo.com."},
        "brevo2._domainkey": {"CNAME": "b2.dkim.brevo.com."},
        "_dmarc": {
            "TXT": "v=DMARC1; p=quarantine; pct=100; rua=mailto:hello@oakloaf.example,mailto:rua@dmarc.brevo.com"
        },
        "_spf.hosting.example.": {"TXT": "v=spf1 ip4:198.51.100.0/27 ~all"},
        "dmarc.brevo.com.": {"MX": "10 mx.dmarc.brevo.com."},
        "mx.dmarc.brevo.com.": {"A": vendors.MAIL},
        "oakloaf.example._report._dmarc.dmarc.brevo.com.": {"TXT": "v=DMARC1"},
    },
    sites={
        D: Site(
            SERVER,
            {
                "/": front("Oak & Loaf", POST, "/"),
                "/courses/": front(
                    "Courses", "Sourdough on Saturdays, rye on Sundays, patience all week.", "/courses/"
                ),
                "/my-account/": login("My account - Oak & Loaf", HSTS, LINK),
                "/wp-login.php": login("Log In - Oak & Loaf - WordPress", HSTS),
                "/wp-admin/": to(f"https://{D}/wp-login.php?redirect_to=%2Fwp-admin%2F&reauth=1", 302, HSTS),
                "/wp-json/": text('{"name":"Oak & Loaf","namespaces":["wp/v2"]}', "application/json; charset=UTF-8"),
                "/xmlrpc.php": Answer(405, "XML-RPC server accepts POST requests only.", (("allow", "POST"), HSTS)),
                "/readme.html": page("WordPress ReadMe", "Semantic Personal Publishing Platform", HSTS),
                "/wc-api/wc_gateway_paypal/": Answer(400, "-1", (("content-type", "text/html"), HSTS)),
                "/robots.txt": robots(f"https://{D}", "Disallow: /wp-admin/", "Allow: /wp-admin/admin-ajax.php"),
                "/sitemap.xml": sitemap(f"https://{D}/", f"https://{D}/courses/"),
                "/wp-content/themes/loaf/style.css": style(WEEK),
                "/wp-includes/js/jquery/jquery.min.js": script("/*! jQuery v3.7.1 */!function(e){}(window)", WEEK),
            },
            lost,
            dress=APACHE,
            issuer=SECTIGO,
            names=(D, WWW),
        ),
        WWW: Site(SERVER, {}, onward(f"https://{D}", 301, HSTS), dress=APACHE, issuer=SECTIGO, names=(D, WWW)),
    },
    launch=f"""
product: {{name: Oak & Loaf, domain: {D}, canonical: "https://{D}/", kind: ecommerce}}
hosts:
  - name: {D}
    purpose: marketing
    flow: payment
    edge: none
    admin_paths: [/wp-admin/]
    expect:
      - {{type: MX, equals: [10 mail.{D}]}}
      - {{type: TXT, contains: include:spf.brevo.com}}
      - {{type: A, any_in: {SERVER[0]}/32}}
  - {{name: {WWW}, purpose: marketing, edge: none}}
links:
  - {{url: /my-account/, kind: login}}
  - {{url: /wc-api/wc_gateway_paypal/, kind: webhook}}
  - {{url: "/courses/?utm_source=newsletter", kind: campaign}}
mail:
  domains:
    - {{name: {D}, aligned: true, senders: [hosting.example, Brevo], selectors: [default, brevo1, brevo2]}}
monitors:
  - {{name: Shop, url: /courses/, expect: {{contains: Sourdough}}, flow: payment}}
""",
    ttls={(name, type): 3600 for name in ("@", "www") for type in ("A", "AAAA")} | {("@", "MX"): 14400},
    registrar="Gandi SAS",
    harmless=(
        "a post says “coming soon”, “it works!” and “under construction”",
        "names in the head, in JSON-LD, in comments and in links begin with http:// and load nothing",
        "old pictures are written with http://, and a header lets browsers ask for them with https",
        "files have a version in their query, and may be kept for a week",
        "/readme.html and /xmlrpc.php answer, as in every WordPress",
        "a second mailbox of a vendor reads the reports, and has agreed to it",
        "a tag of DMARC that is no longer used (pct) changes nothing",
    ),
)
