"""Steady Hand, a coach: Squarespace, Google mail, an appointment page, one helper app. Three things went wrong."""

from __future__ import annotations

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import Company, Fault, Site
from tests.scenarios.companies.pages import HSTS, onward, page, robots, sitemap, without_slash
from tests.scenarios.companies.town import Town
from tests.servers.http import Answer

D = "steadyhand.example"
WWW, BOOK, QUIZ = f"www.{D}", f"book.{D}", f"quiz.{D}"
ASSETS = "https://static1.squarespace.com/static/versioned-site-css/65a0/12"
HEAD = (
    f'<link rel="stylesheet" href="{ASSETS}/site.css"><!-- This is Squarespace. -->'
    '<script src="https://assets.squarespace.com/universal/scripts-compressed/common-8d8fdc9b3c0d6f-min.en-US.js"></script>'
    '<script src="https://assets.calendly.com/assets/external/widget.js" async></script>'
)
CRUMB = ("set-cookie", "crumb=BVq3;Secure;Path=/")
WORDS = "Seven calm conversations for people who decide for others. Book the first one, it costs nothing."
FRONT = page("Steady Hand", WORDS, HSTS, CRUMB, head=HEAD, url=f"https://{WWW}/")


def two_front_pages(town: Town) -> None:
    """The primary domain was unset: both names show the page, and the page names whichever was asked for."""
    town.page(D, "/", page("Steady Hand", WORDS, HSTS, CRUMB, head=HEAD, url=f"https://{D}/"))


def abandon(town: Town) -> None:
    """The quiz was switched off at Heroku, its record was not."""
    gone = '<iframe src="//www.herokucdn.com/error-pages/no-such-app.html"></iframe><title>No such app</title>'
    town.page(QUIZ, "*", Answer(404, gone, (("content-type", "text/html"), ("server", "Heroku"))))
    town.page(QUIZ, "/", Answer(404, gone, (("content-type", "text/html"), ("server", "Heroku"))))


COMPANY = Company(
    name="Steady Hand",
    domain=D,
    about="Squarespace, an appointment page at Calendly, a quiz on Heroku, Google Workspace, Squarespace Payments",
    zone={
        "@": {
            "A": list(vendors.SQUARESPACE),
            "NS": ["ns01.squarespacedns.com.", "ns02.squarespacedns.com."],
            "MX": ["1 smtp.google.com."],
            "TXT": "v=spf1 include:_spf.google.com ~all",
        },
        "www": {"CNAME": "ext-sq.squarespace.com."},
        "book": {"CNAME": "ext-sq.squarespace.com."},
        "quiz": {"CNAME": "arcane-falls-1234.herokudns.com."},
        "google._domainkey": {"TXT": vendors.dkim()},
        "_dmarc": {"TXT": "v=DMARC1; p=none; rua=mailto:hello@steadyhand.example"},
    },
    sites={
        D: Site(vendors.SQUARESPACE, {}, onward(f"https://{WWW}", 301, HSTS), dress=vendors.squarespace()),
        WWW: Site(
            vendors.SQUARESPACE,
            {
                "/": FRONT,
                "/about": page(
                    "About", "Twenty years of rooms with too many chairs.", HSTS, url=f"https://{WWW}/about"
                ),
                "/robots.txt": robots(f"https://{WWW}", "Disallow: /config", "Disallow: /search", "Disallow: /api/"),
                "/sitemap.xml": sitemap(f"https://{WWW}/", f"https://{WWW}/about"),
            },
            without_slash,
            dress=vendors.squarespace(),
        ),
        BOOK: Site(
            vendors.SQUARESPACE,
            {"/": page("Book a conversation", "Choose a day. You will get a mail with the link to the call.", HSTS)},
            without_slash,
            dress=vendors.squarespace(),
        ),
        QUIZ: Site(
            (vendors.HEROKU,),
            {"/": page("What kind of leader are you?", "Nine questions, no right answers, one honest mail.", HSTS)},
            dress=vendors.heroku(),
        ),
    },
    launch=f"""
product: {{name: Steady Hand, domain: {D}, canonical: "https://{WWW}/", kind: coach}}
hosts:
  - {{name: {D}, purpose: marketing}}
  - {{name: {WWW}, purpose: marketing}}
  - {{name: {BOOK}, purpose: app, flow: payment}}
  - {{name: {QUIZ}, purpose: other}}
links:
  - {{url: "/about?utm_source=podcast", kind: campaign}}
mail:
  domains:
    - {{name: {D}, senders: [Google Workspace], selectors: [google]}}
monitors:
  - {{name: Front page, url: /, expect: {{contains: calm conversations}}}}
  - {{name: Appointments, url: "https://{BOOK}/", expect: {{contains: Choose a day}}, flow: payment}}
""",
    registrar="Squarespace Domains II LLC",
    faults=(
        Fault(
            "Two names show the same page, because no primary domain is set.",
            two_front_pages,
            {f"redir.canonical {D}": ("duplicate", "high"), f"dns.apex_www {D}": ("two_endings", "high")},
            because={f"dns.apex_www {D}": f"redir.canonical {D}"},
        ),
        Fault(
            "The mail record has a typing error: its server does not exist.",
            lambda town: town.records("@", "MX", "1 smpt.google.com."),
            {f"mail.mx {D}": ("nowhere", "high")},
        ),
        Fault(
            "The quiz was deleted at Heroku and its record was left behind: a stranger may take the name.",
            abandon,
            {f"dns.dangling {D}": ("claimable", "blocker"), f"web.placeholder {QUIZ}": ("not_published", "high")},
            because={f"web.placeholder {QUIZ}": f"dns.dangling {D}"},
        ),
    ),
)
