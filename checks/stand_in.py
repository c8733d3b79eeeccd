"""Pages that stand where a product should be: parking, a server's first page, a host's error, "coming soon".

Told by the title and a short text together: the same words inside an article are an article. What single companies
show comes from the provider data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks import providers
from checks.net.facts import Exchange
from checks.page import plain, read
from checks.providers import ProviderKind

SHORT = 4096
"""Characters of visible text; more than that is a page of its own."""
HEAD = 64 * 1024
PARKED = re.compile(
    r"sedoparking\.com|parkingcrew\.net|bodis\.com|d38psrni17bvxu\.cloudfront\.net|parklogic\.com|above\.com/marketplace"
    r"|hugedomains\.com|dan\.com/buy-domain|afternic\.com/forsale|window\.LANDER_SYSTEM|img1\.wsimg\.com/parking-lander",
    re.IGNORECASE,
)
"""What only parking pages load."""
PARKED_WORDS = re.compile(
    r"\bdomain (?:is|may be) (?:parked|for sale)|buy this domain|this domain (?:name )?(?:has been|was)"
    r" (?:just )?registered|domain (?:name )?has expired|parked (?:free|domain)|courtesy of .{1,40} parking",
    re.IGNORECASE,
)
FIRST_PAGE = re.compile(
    r"welcome to nginx|it works!|apache2 (?:ubuntu|debian) default page|test page for the (?:apache|nginx|http)"
    r"|iis windows server|internet information services|default web site page|index of /|welcome to caddy"
    r"|caddy works!|welcome to openresty|litespeed web server|plesk (?:obsidian|onyx)|default plesk page|xampp",
    re.IGNORECASE,
)
NOT_PUBLISHED = re.compile(
    r"deployment[_ ]not[_ ]found|no such app|there isn't a github pages site here|site not found"
    r"|project not found|application not found|app not found|unknown domain|domain (?:is )?not (?:connected|configured)"
    r"|isn't connected to a website|no site configured at this address|nosuchbucket|fastly error: unknown domain"
    r"|this (?:shop|store|site) is (?:currently )?unavailable|website expired|run this app to see the results here",
    re.IGNORECASE,
)
COMING = re.compile(
    r"coming soon|under construction|launching soon|opening soon|site is being built|stay tuned", re.IGNORECASE
)
MAINTENANCE = re.compile(
    r"(?:under|down for|scheduled|site|in|planned) maintenance|maintenance (?:mode|page|break|in progress)"
    r"|^\s*maintenance\b|be right back|back (?:soon|shortly|online soon)|temporarily (?:unavailable|offline|down)",
    re.IGNORECASE,
)
LOCKED = re.compile(
    r"enter (?:store )?using password|password[- ]protected|this (?:store|site) is (?:currently )?private",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StandIn:
    """What was recognised."""

    code: str
    """`parking_page`, `first_page`, `not_published`, `locked_shop`, `maintenance` or `coming_soon`."""
    whose: str
    """Company, where it is known."""
    words: str
    """The words that gave it away, at most 80 characters."""


def recognise(answer: Exchange) -> StandIn | None:
    """What stands there in place of the product; None for a page of its own."""
    markup = answer.text[:HEAD]
    page = read(markup)
    text = " ".join(page.words)
    parked = PARKED.search(markup)
    if parked and len(text) < SHORT:
        return StandIn("parking_page", "", parked[0][:80])
    shown = _shown(markup)
    if len(shown) > SHORT:
        return None
    for code, whose, phrase in _known():
        if phrase.lower() in shown.lower():
            return StandIn(code, whose, phrase[:80])
    if answer.status in (404, 409, 410) or answer.status < 300:
        for code, pattern in (("parking_page", PARKED_WORDS), ("not_published", NOT_PUBLISHED)):
            found = pattern.search(shown)
            if found:
                return StandIn(code, "", found[0][:80])
    if answer.status >= 300:
        return None
    return _of_the_title(page.title, shown)


def _of_the_title(title: str, shown: str) -> StandIn | None:
    """Words that stand in articles too count only in the title, or where there is hardly anything else."""
    where = title if len(shown) > 600 else f"{title} {shown}"
    for code, pattern in (
        ("locked_shop", LOCKED),
        ("first_page", FIRST_PAGE),
        ("maintenance", MAINTENANCE),
        ("coming_soon", COMING),
    ):
        # Of "It works!" and "maintenance" a short page may speak in passing; a first page says so at once.
        found = pattern.search(title) or (pattern.search(where[:300]) if len(shown) <= 600 else None)
        if found:
            return StandIn(code, "", found[0][:80])
    return None


def _shown(markup: str) -> str:
    """The text that a reader sees, in order, without scripts and styles; one character too many says "long"."""
    text = re.sub(r"<(script|style|svg|noscript|template)\b[^>]{0,2000}>", "\x01", markup, flags=re.IGNORECASE)
    parts = text.split("\x01")
    kept = [parts[0], *(_after_end(part) for part in parts[1:])]
    return " ".join(plain(re.sub(r"<[^<>]{0,4000}>", " ", " ".join(kept))).split())[: SHORT + 1]


ENDING = re.compile(r"</(?:script|style|svg|noscript|template)\b[^>]{0,100}>", re.IGNORECASE)


def _after_end(part: str) -> str:
    found = ENDING.search(part)
    return part[found.end() :] if found else ""


def _known() -> Iterator[tuple[str, str, str]]:
    """Words on the pages of single companies: code, company, words of at least ten letters."""
    fields: tuple[tuple[ProviderKind, str, str], ...] = (
        ("registrars", "parking", "parking_page"),
        ("hosts", "gone", "not_published"),
        ("hosts", "placeholder", "not_published"),
        ("platforms", "placeholder", "not_published"),
        ("platforms", "closed", "locked_shop"),
    )
    for kind, key, code in fields:
        for entry in providers.load(kind):
            for phrase in entry.texts(key):
                if len(phrase) >= 10:
                    yield code, entry.name, phrase
