"""What an answer says about being kept: Cache-Control, Age, and the words in which edges tell whether they had it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.net.facts import Exchange

CAP = 2000
"""Characters of a header that are read."""
MAX_DIRECTIVES = 40
LONGEST = 10 * 365 * 86_400
"""Seconds; what asks for more means "for ever" (RFC 9111 section 1.2.2)."""
DIRECTIVE = re.compile(r"""\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,"]*)))?\s*(?:,|$)""")
STATUS_HEADERS = (
    "cf-cache-status",
    "x-vercel-cache",
    "cdn-cache",
    "x-cache",
    "x-proxy-cache",
    "x-cache-status",
    "cache-status",
)
"""Where edges say how they answered, the clearest first (Cloudflare, Vercel, bunny, CloudFront and Fastly, nginx,
RFC 9211)."""
HITS = frozenset({"hit", "revalidated", "stale", "updating", "prerender"})
MISSES = frozenset({"miss", "expired"})
PASSED = frozenset({"bypass", "dynamic", "pass", "none"})


@dataclass(frozen=True, slots=True)
class CacheControl:
    """The directives of Cache-Control as one (RFC 9111 section 5.2), names lower case."""

    directives: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> bool:
        """Whether there is any."""
        return bool(self.directives)

    def has(self, name: str) -> bool:
        """Whether a directive is there."""
        return name in self.directives

    @property
    def max_age(self) -> int | None:
        """Seconds for which a browser may keep it; None where nothing (readable) is said."""
        return _seconds(self.directives.get("max-age"))

    @property
    def shared_age(self) -> int | None:
        """Seconds for which an edge may keep it: `s-maxage`, else `max-age`."""
        shared = _seconds(self.directives.get("s-maxage"))
        return self.max_age if shared is None else shared

    @property
    def forbids_sharing(self) -> bool:
        """Whether it keeps the answer out of every cache that serves more than one person."""
        # `private="Set-Cookie"` is about one header only and lets the rest be kept.
        return self.has("no-store") or self.directives.get("private", "x") == ""

    @property
    def invites_sharing(self) -> bool:
        """Whether it says aloud that an edge may keep it and hand it to others."""
        return (
            not self.forbids_sharing
            and not self.has("no-cache")
            and (self.has("public") or bool(_seconds(self.directives.get("s-maxage"))))
        )


def _seconds(value: str | None) -> int | None:
    if value is None or not re.fullmatch(r"[0-9]{1,20}", value):
        return None
    return min(int(value), LONGEST)


def control(exchange: Exchange) -> CacheControl:
    """The Cache-Control of an answer, all its header lines together; the first of two equal directives counts."""
    return parse(", ".join(exchange.all_headers("cache-control")))


def parse(header: str) -> CacheControl:
    """The directives of a header; what cannot be read is left out."""
    found: dict[str, str] = {}
    header, at = header[:CAP], 0
    while at < len(header) and len(found) < MAX_DIRECTIVES:
        match = DIRECTIVE.match(header, at)
        if match is None:
            following = header.find(",", at)
            if following < 0:
                break
            at = following + 1
            continue
        found.setdefault(match[1].lower(), (match[2] if match[2] is not None else match[3] or "").strip())
        at = match.end()
    return CacheControl(found)


def age(exchange: Exchange) -> int:
    """Seconds for which the answer has lain in a cache on the way; 0 where it came fresh or nothing is said."""
    return _seconds(exchange.header("age").strip()) or 0


def edge_said(exchange: Exchange) -> tuple[str, str]:
    """How an edge says it answered: (`hit`, `miss` or `bypass`; the header as seen), or two empty texts."""
    for name in STATUS_HEADERS:
        for value in exchange.all_headers(name):
            word = _word(name, value[:CAP].lower())
            if word:
                return word, f"{name}: {value[:80]}"
    return "", ""


def _word(name: str, value: str) -> str:
    if name == "cache-status":
        # `Edge; hit, Origin; fwd=uri-miss`: the last cache is the one nearest to the visitor (RFC 9211 section 2).
        nearest = value.rpartition(",")[2]
        if re.search(r";\s*hit\b", nearest):
            return "hit"
        return "miss" if re.search(r";\s*fwd\s*=", nearest) else ""
    words = re.findall(r"[a-z]+", value)
    # Fastly writes one word per cache on the way (`MISS, HIT`), and the last one is nearest to the visitor.
    for word in reversed(words):
        if word in HITS:
            return "hit"
        if word in MISSES:
            return "miss"
        if word in PASSED:
            return "bypass"
    return ""


def kept(exchange: Exchange) -> str:
    """Why this answer came out of a cache that others share: the evidence; empty where it came from the server."""
    word, seen = edge_said(exchange)
    if word == "hit":
        return seen
    seconds = age(exchange)
    return f"age: {seconds}" if seconds else ""
