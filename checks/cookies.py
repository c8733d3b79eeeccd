"""Reading Set-Cookie headers as a browser does (RFC 6265 section 5.2), and telling which cookie holds a log-in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checks.net.facts import Exchange

CAP = 4096
"""Characters of a header that are read; browsers drop longer cookies."""
MAX_COOKIES = 50
FOR_SCRIPTS = re.compile(r"csrf|xsrf|requestverification", re.IGNORECASE)
"""Tokens that a page's own script must read; they are no log-in."""
SESSION = re.compile(
    r"""^(?:__(?:Host|Secure)-)?(?:
        (?:.*[._-])?(?:session|sess|sid|auth|jwt)(?:[._-]?(?:id|token|key|data|cookie))?(?:\.\d+)?
        | connect\.sid | phpsessid | jsessionid | asp\.net_sessionid | \.aspnetcore\.(?:session|cookies|identity.*)
        | (?:access|refresh|id|auth|login|remember|user)[._-]?token | remember_(?:user|me|web).* | laravel_session
        | sessionid | wordpress_logged_in_.* | .*\.session-token(?:\.\d+)? | .*_session | sb-.*-auth-token(?:\.\d+)?
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
"""Names under which frameworks keep a log-in."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie as a server hands it out; its value is never kept."""

    name: str
    secure: bool = False
    http_only: bool = False
    same_site: str = ""
    """`strict`, `lax`, `none`, or empty where nothing (known) is said."""
    removed: bool = False
    """The server takes it back: an empty value, or an end in the past."""

    @property
    def session(self) -> bool:
        """Whether its name is one under which a log-in is kept."""
        return bool(SESSION.match(self.name)) and not FOR_SCRIPTS.search(self.name)


def parse(header: str) -> Cookie | None:
    """The cookie of one header; None where a browser would ignore it (no name)."""
    pair, *attributes = header[:CAP].split(";")
    name, equals, value = pair.partition("=")
    name = name.strip()[:200]
    if not equals or not name:
        return None
    said: dict[str, str] = {}
    for attribute in attributes[:20]:
        key, _, what = attribute.partition("=")
        # The last of several equal attributes counts (RFC 6265 section 5.3).
        said[key.strip().lower()] = what.strip().lower()
    same_site = said.get("samesite", "")
    over = said.get("max-age", "").lstrip("-").isdigit() and int(said["max-age"][:12]) <= 0
    return Cookie(
        name=name,
        secure="secure" in said,
        http_only="httponly" in said,
        same_site=same_site if same_site in ("strict", "lax", "none") else "",
        removed=over or not value.strip(),
    )


def of(exchange: Exchange) -> tuple[Cookie, ...]:
    """The cookies that an answer sets, at most 50."""
    headers = exchange.all_headers("set-cookie")[:MAX_COOKIES]
    return tuple(cookie for cookie in map(parse, headers) if cookie is not None)
