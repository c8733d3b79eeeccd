"""URLs as they come from people and from Location headers, taken apart the way browsers do it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from checks.net.names import address_of, to_ascii

LONGEST = 8192
"""Characters of a URL that are looked at; more is an error."""
_PORTS = {"http": 80, "https": 443}
_KEEP = "%/:?#[]@!$&'()*+,;=~|"


@dataclass(frozen=True, slots=True)
class Url:
    """An http or https URL, ready to be asked for."""

    scheme: str
    host: str
    """A-labels, or an IP address without brackets."""
    port: int
    target: str
    """Path with query, percent-encoded."""

    @property
    def authority(self) -> str:
        """What the Host header says: the port only where it is not the scheme's."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


@lru_cache(maxsize=8192)
def parse(text: str) -> Url:
    """Take a URL apart; user names, passwords and fragments are dropped. The same ones come again every minute.

    Raises:
        ValueError: With one sentence, for what is no http or https URL.
    """
    if len(text) > LONGEST:
        raise ValueError(f"the address is longer than {LONGEST} characters")
    if any(ord(character) < 32 for character in text):
        raise ValueError("the address holds control characters")
    parts = urlsplit(text.strip())
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise ValueError(f"{text[:80]!r} is not an http or https address")
    host = parts.hostname or ""
    address = address_of(host.partition("%")[0])
    name = str(address) if address is not None else to_ascii(host)
    try:
        port = parts.port
    except ValueError:
        raise ValueError(f"{text[:80]!r} has a port that is no port") from None
    if port == 0:
        raise ValueError(f"{text[:80]!r} has a port that is no port")
    path = quote(parts.path or "/", safe=_KEEP)
    query = quote(parts.query, safe=_KEEP)
    return Url(scheme, name, port or _PORTS[scheme], path + ("?" + query if query else ""))


def follow(base: Url, location: str) -> Url:
    """The URL that a Location header leads to, seen from `base`.

    The header's bytes come as latin-1; browsers read them as UTF-8 where they can, and a backslash as a slash.

    Raises:
        ValueError: Where it is empty, too long, unreadable or not http or https.
    """
    if not location.strip():
        raise ValueError("the redirect does not say where to")
    if len(location) > LONGEST:
        raise ValueError(f"the redirect's address is longer than {LONGEST} characters")
    try:
        text = location.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        text = location
    before, mark, query = text.strip().partition("?")
    text = before.replace("\\", "/") + mark + query
    parts = urlsplit(text)
    if parts.scheme and not parts.netloc:
        raise ValueError(f"the redirect leads to {text[:80]!r}, which is no web address")
    return parse(urljoin(str(base), text))
