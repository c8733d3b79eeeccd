"""Redirects followed by hand, every hop kept; cookies only where they are asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from checks.net.facts import Chain, ChainEnd, Exchange, Fault, Reason
from checks.net.names import address_of
from checks.net.urls import Url, follow, parse

REDIRECTS = (301, 302, 303, 307, 308)
MAX_COOKIES = 50
MAX_COOKIE = 4096
Fetch = Callable[[Url, str, bool], Awaitable[Exchange]]
"""One request with a Cookie header (empty for none), and whether it goes where the chain began: secrets stay there."""


@dataclass(frozen=True, slots=True)
class _Cookie:
    name: str
    value: str
    domain: str
    only_host: bool
    path: str
    secure: bool

    def sent_to(self, url: Url) -> bool:
        """RFC 6265 section 5.4, as far as one chain needs it."""
        path = url.target.partition("?")[0]
        inside = path == self.path or path.startswith(self.path.rstrip("/") + "/")
        host = url.host == self.domain or (not self.only_host and url.host.endswith("." + self.domain))
        return host and inside and (url.scheme == "https" or not self.secure)


class Jar:
    """The cookies of one chain, bounded."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}

    def header(self, url: Url) -> str:
        """The Cookie header for a request."""
        fitting = [cookie for cookie in self._cookies.values() if cookie.sent_to(url)]
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sorted(fitting, key=lambda one: one.name))

    def keep(self, exchange: Exchange, url: Url) -> None:
        """Take over what an answer sets, and drop what it takes back."""
        for line in exchange.all_headers("set-cookie")[:MAX_COOKIES]:
            self._keep(line, url)

    def _keep(self, line: str, url: Url) -> None:
        pair, *rest = line.split(";")
        name, equals, value = pair.partition("=")
        name, value = name.strip(), value.strip()
        # What may not stand in a Cookie header is not sent back in one.
        if not equals or not name or len(pair) > MAX_COOKIE or not (name + value).isascii():
            return
        attributes = {key.strip().lower(): val.strip() for key, _, val in (part.partition("=") for part in rest)}
        domain = attributes.get("domain", "").lstrip(".").lower()
        if domain and domain != url.host and (not url.host.endswith("." + domain) or "." not in domain):
            return
        only_host = not domain or address_of(url.host) is not None
        path = attributes.get("path", "")
        if not path.startswith("/"):
            path = url.target.partition("?")[0].rpartition("/")[0] or "/"
        cookie = _Cookie(name, value, domain or url.host, only_host, path, "secure" in attributes)
        key = (cookie.domain, cookie.path, name)
        self._cookies.pop(key, None)
        if not self._gone(attributes) and len(self._cookies) < MAX_COOKIES:
            self._cookies[key] = cookie

    def _gone(self, attributes: dict[str, str]) -> bool:
        if "max-age" in attributes:
            age = attributes["max-age"]
            return age.startswith("-") or age.strip("0") == ""
        try:
            expires = parsedate_to_datetime(attributes["expires"])
        except (KeyError, ValueError, TypeError, OverflowError):
            return False
        return expires.replace(tzinfo=expires.tzinfo or UTC) <= self._now


async def walk(start: str, fetch: Fetch, *, now: datetime, keep_cookies: bool, max_hops: int) -> Chain:
    """Follow redirects from `start`; ends at an answer, a fault, a loop, a bad Location or after `max_hops`."""
    try:
        url = parse(start)
    except ValueError as error:
        exchange = Exchange(start[:2000], fault=Fault(Reason.PROTOCOL, str(error)[:300]))
        return Chain(start[:2000], (exchange,), ChainEnd.FAULT)
    first = url
    jar = Jar(now)
    cookie = ""
    seen: set[tuple[str, str]] = set()
    exchanges: list[Exchange] = []
    while True:
        seen.add((str(url), cookie))
        exchange = await fetch(url, cookie, url.host == first.host and url.scheme in (first.scheme, "https"))
        exchanges.append(exchange)
        if exchange.status not in REDIRECTS:
            end = ChainEnd.FINAL if exchange.fault is None else ChainEnd.FAULT
            return Chain(start, tuple(exchanges), end)
        try:
            following = follow(url, exchange.redirects_to)
        except ValueError:
            return Chain(start, tuple(exchanges), ChainEnd.BAD_LOCATION, exchange.redirects_to[:2000])
        if keep_cookies:
            jar.keep(exchange, url)
            cookie = jar.header(following)
        if (str(following), cookie) in seen:
            return Chain(start, tuple(exchanges), ChainEnd.LOOP, str(following))
        if len(exchanges) > max_hops:
            return Chain(start, tuple(exchanges), ChainEnd.TOO_MANY, str(following))
        url = following
