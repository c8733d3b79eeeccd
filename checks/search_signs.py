"""What a page and its answer tell search engines: `noindex` for which of them, and the addresses in a sitemap."""

from __future__ import annotations

import re
from html import unescape

from checks.assets import elements
from checks.net.facts import Exchange

ROBOTS = ("*", "googlebot", "bingbot")
"""Everybody, and the two that bring nearly all visitors."""
HIDING = frozenset({"noindex", "none"})
LOC = re.compile(r"<loc>\s{0,100}([^<]{1,2000})</loc>", re.IGNORECASE)
MAX_LOCATIONS = 200


def hidden_from(answer: Exchange) -> tuple[tuple[str, str], ...]:
    """Robots that are told not to list this page, and by what: (`*`, `the header X-Robots-Tag`)."""
    found: dict[str, str] = {}
    for header in answer.all_headers("x-robots-tag")[:10]:
        for robot in _of_header(header[:2000]):
            found.setdefault(robot, "the header X-Robots-Tag")
    for element in elements(answer.text):
        if element.name == "body":
            break
        name = element.said.get("name", "").lower()
        robot = "*" if name == "robots" else name
        if element.name == "meta" and robot in ROBOTS and HIDING & _words(element.said.get("content", "")):
            found.setdefault(robot, f"the tag <meta name={name}> in the page")
    return tuple(found.items())


def _of_header(header: str) -> tuple[str, ...]:
    """The robots for which a header hides; a name with a colon holds until the next name."""
    robot, hidden = "*", []
    for part in header.lower().split(","):
        name, colon, value = part.strip().partition(":")
        if colon and name.strip() not in ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"):
            robot = name.strip()
        if HIDING & _words(value if colon else part) and robot in ROBOTS:
            hidden.append(robot)
    return tuple(hidden)


def _words(text: str) -> set[str]:
    return set(re.split(r"[\s,]+", text.lower().strip()))


def blocked(hidden: frozenset[str]) -> bool:
    """Whether both big search engines are kept out."""
    return "*" in hidden or {"googlebot", "bingbot"} <= hidden


def locations(text: str) -> tuple[str, ...]:
    """The addresses in a sitemap, at most 200, each once."""
    return tuple(dict.fromkeys(unescape(one).strip() for one in LOC.findall(text[: 1024 * 1024])))[:MAX_LOCATIONS]
