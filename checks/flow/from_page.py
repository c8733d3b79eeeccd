"""What a browser and a page's own scripts add to a request that is sent from that page. Pure.

Frameworks against forged requests look for it: who sends a request by hand, without a form, would be refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from checks.flow.form_values import attributes
from checks.net.facts import Exchange
from checks.net.urls import Url

HEAD = 60_000
"""Characters of a page in which its token stands."""
_META = re.compile(r"<meta\s([^<>]{1,1500})>", re.IGNORECASE)
_COOKIES = {"XSRF-TOKEN": "X-XSRF-TOKEN", "csrftoken": "X-CSRFToken"}
"""Cookie to header: Laravel, Angular and axios; Django."""


def origin(address: Url) -> str:
    """Scheme, host and port, as `Origin` says it."""
    return f"{address.scheme}://{address.authority}"


def added(page: Exchange, address: Url, url: str, cookie: Callable[[str], str | None]) -> dict[str, str]:
    """Headers for a request to `url` that is sent from this page; none where it is no page.

    Tokens go to the page's own address only. `cookie`: the value that goes along under a name.
    """
    if not page.header("content-type").lower().startswith("text/html"):
        return {}
    to = urlsplit(url)
    if (to.scheme, to.netloc) != (address.scheme, address.authority):
        return {"Origin": origin(address), "Referer": f"{origin(address)}/"}
    headers = {"Origin": origin(address), "Referer": str(address).partition("?")[0]}
    token = _token(page.text[:HEAD])
    if token:
        headers["X-CSRF-Token"] = token
    for name, header in _COOKIES.items():
        value = unquote(cookie(name) or "")
        if value and value.isascii() and value.isprintable():
            headers[header] = value
    return headers


def _token(text: str) -> str:
    """`<meta name="csrf-token" content="…">`, as Rails and Laravel write it; empty where there is none."""
    for found in _META.finditer(text):
        said = attributes(found[1])
        if said.get("name", "").lower() == "csrf-token":
            token = said.get("content", "")
            return token if token.isascii() and token.isprintable() and len(token) <= 1000 else ""
    return ""
