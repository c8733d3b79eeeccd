"""What search engines are told: by the page, its headers, robots.txt and the sitemap."""

from __future__ import annotations

from checks.model import Purpose
from tests.checks.samples import page
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import host, route, shut
from tests.outcomes.world import APP, CHALLENGE, DOMAIN, SHOWN, WWW, shown
from tests.servers.http import Answer

TEXT = (("content-type", "text/plain"),)
STAGING = host(APP, purpose=Purpose.STAGING)
"""The app is written down as a test site."""


def robots(name: str, *lines: str) -> Step:
    """A robots.txt of these lines."""
    return route(name, "/robots.txt", Answer(body="\n".join(lines), headers=TEXT))


def sitemap(*urls: str) -> Step:
    """A sitemap of these addresses."""
    listed = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return route(
        WWW, "/sitemap.xml", Answer(body=f"<urlset>{listed}</urlset>", headers=(("content-type", "text/xml"),))
    )


SCENARIOS = (
    Scenario(
        "Search engines may read everything, and the bare name only leads on",
        {f"seo.indexing {WWW}": "ok", f"seo.indexing {DOMAIN}": "only_leads_on"},
        sitemap(f"https://{WWW}/", f"https://{WWW}/new"),
    ),
    Scenario(
        "The test site asks strangers for a log-in",
        {f"seo.indexing {APP}": "ok_hidden"},
        STAGING,
        route(APP, "*", Answer(401, b"log in")),
    ),
    Scenario(
        "The home page says noindex",
        {f"seo.indexing {WWW}": "hidden_page"},
        route(WWW, "/", shown(SHOWN, ("x-robots-tag", "noindex"))),
    ),
    Scenario(
        "The robots.txt of the home page shuts everybody out",
        {f"seo.indexing {WWW}": "shut_out"},
        robots(WWW, "User-agent: *", "Disallow: /"),
    ),
    Scenario(
        "The robots.txt of the home page answers with an error",
        {f"seo.indexing {WWW}": "robots_error"},
        route(WWW, "/robots.txt", Answer(500)),
    ),
    Scenario(
        "The robots.txt of the home page shuts Bing out",
        {f"seo.indexing {WWW}": "some_shut_out"},
        robots(WWW, "User-agent: bingbot", "Disallow: /"),
    ),
    Scenario(
        "The sitemap lists a page that is gone",
        {f"seo.indexing {WWW}": "sitemap_wrong"},
        sitemap(f"https://{WWW}/", f"https://{WWW}/gone"),
    ),
    Scenario(
        "The test site is open to everybody",
        {f"seo.indexing {APP}": "in_the_open"},
        STAGING,
    ),
    Scenario(
        "Only robots.txt keeps the test site out of search",
        {f"seo.indexing {APP}": "only_disallowed"},
        STAGING,
        robots(APP, "User-agent: *", "Disallow: /"),
        route(APP, "/", shown(page(text="The test shop"))),
    ),
    Scenario(
        "The firewall challenges the bot at the home page",
        {f"seo.indexing {WWW}": "blocked_by_firewall"},
        route(WWW, "*", CHALLENGE),
    ),
    Scenario(
        "Nothing listens where search engines would look",
        {f"seo.indexing {WWW}": "could_not_look"},
        shut(443),
    ),
)
