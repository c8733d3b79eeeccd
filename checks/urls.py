"""Comparing and splitting URLs the way browsers and search engines do."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit

from checks.net.facts import Exchange
from checks.net.names import to_ascii

DEFAULT_PORTS = {"http": 80, "https": 443}


def same_place(url: str) -> str:
    """The part of a URL that says where a visitor ended: scheme, host and path in their normal form.

    Host and scheme are lower case, the scheme's own port is left out, an empty path is `/` and percent-encoding is
    spelled one way (RFC 3986 section 6.2). Query and fragment say nothing about the place. An unreadable URL stays
    as it is.
    """
    try:
        parts = urlsplit(url)
        host, port = _host(parts.hostname), parts.port
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    if not scheme or not host:
        return url
    address = f"[{host}]" if ":" in host else host
    if port is not None and port != DEFAULT_PORTS.get(scheme):
        address += f":{port}"
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=~-._") or "/"
    return f"{scheme}://{address}{path}"


@lru_cache(maxsize=8192)
def host_of(url: str) -> str:
    """The host of a URL as A-labels, lower case without trailing dot; empty where there is none."""
    try:
        return _host(urlsplit(url).hostname)
    except ValueError:
        return ""


def _host(name: str | None) -> str:
    """One spelling of a host: A-labels, lower case, no trailing dot; an impossible name stays as it is."""
    plain = (name or "").rstrip(".").lower()
    try:
        return plain if plain.isascii() else to_ascii(plain)
    except ValueError:
        return plain


def scheme_of(url: str) -> str:
    """`http`, `https` or another scheme; empty for a relative or unreadable URL."""
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""


def next_of(exchange: Exchange) -> str:
    """Where an answer sends the visitor, as a full URL; empty where it does not redirect or cannot be read."""
    location = exchange.redirects_to
    if not location:
        return ""
    try:
        return urljoin(exchange.url, re.sub(r"[\t\r\n]", "", location.strip()))
    except ValueError:
        return ""
