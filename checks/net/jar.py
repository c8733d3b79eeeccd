"""Cookies as a browser keeps them for one visit (RFC 6265): whose they are, where they go, when they end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from checks.net.facts import Exchange
from checks.net.names import address_of
from checks.net.urls import Url
from checks.registrable import registrable

MAX_COOKIES = 50
"""Cookies of one visit; browsers keep more, and no product needs as many."""
MAX_COOKIE = 4096
"""Characters of name and value together (RFC 6265 section 6.1)."""
LONGEST_AGE = 400 * 86400
"""Seconds; what lasts longer outlives any visit."""
_NAME = re.compile(r"[^\s\x00-\x1f\x7f;,=]+")
_AGE = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True, slots=True)
class _Cookie:
    name: str
    value: str
    domain: str
    only_host: bool
    path: str
    secure: bool
    ends: datetime | None
    place: int
    """Order of arrival; a cookie that is set anew keeps it (section 5.3, step 11.3)."""

    def sent_to(self, url: Url, now: datetime) -> bool:
        """Section 5.4."""
        host = url.host == self.domain or (not self.only_host and url.host.endswith("." + self.domain))
        fresh = self.ends is None or self.ends > now
        return host and fresh and _inside(path_of(url), self.path) and (secret(url) or not self.secure)


class Jar:
    """The cookies of one visit, bounded. They are sent back to their own hosts only.

    Args:
        now: The moment, or who tells it: cookies end while a visit lasts.
    """

    def __init__(self, now: datetime | Callable[[], datetime]) -> None:
        self._clock = now if callable(now) else lambda: now
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}
        self._arrived = 0

    def header(self, url: Url) -> str:
        """The Cookie header for a request; longer paths first, then older ones."""
        fitting = sorted(self._fitting(url), key=lambda one: (-len(one.path), one.place))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fitting)

    def value(self, name: str, url: Url) -> str | None:
        """What a request would say under this name; None where no such cookie goes along."""
        return next((cookie.value for cookie in self._fitting(url) if cookie.name == name), None)

    def values(self) -> tuple[str, ...]:
        """Every value that is kept: they are as secret as a password."""
        return tuple(cookie.value for cookie in self._cookies.values())

    def _fitting(self, url: Url) -> list[_Cookie]:
        now = self._clock()
        return [cookie for cookie in self._cookies.values() if cookie.sent_to(url, now)]

    def keep(self, exchange: Exchange, url: Url) -> None:
        """Take over what an answer sets, and drop what it takes back."""
        for line in exchange.all_headers("set-cookie")[:MAX_COOKIES]:
            self._keep(line, url)

    def _keep(self, line: str, url: Url) -> None:
        pair, *rest = line.split(";")
        name, equals, value = pair.partition("=")
        name, value = name.strip(), value.strip()
        # What may not stand in a Cookie header is not sent back in one.
        if not equals or not _NAME.fullmatch(name) or len(pair) > MAX_COOKIE or not _printable(name + value):
            return
        attributes = {key.strip().lower(): said.strip() for key, _, said in (part.partition("=") for part in rest[:20])}
        domain = attributes.get("domain", "").removeprefix(".").lower()
        if domain and not _may_set(url.host, domain):
            return
        path = attributes.get("path", "")
        if not path.startswith("/"):
            path = _default_path(url)
        secure = "secure" in attributes
        if secure and not secret(url):
            return
        only_host = not domain or address_of(url.host) is not None
        if not _prefix_holds(name, secure=secure, bare=not domain and path == "/"):
            return
        self._put(_Cookie(name, value, domain or url.host, only_host, path, secure, self._ends(attributes), 0), url)

    def _put(self, cookie: _Cookie, url: Url) -> None:
        key = (cookie.domain, cookie.path, cookie.name)
        old = self._cookies.get(key)
        if old is not None and old.secure and not secret(url):
            return  # an answer that anybody on the way can write does not replace one that nobody can
        self._cookies.pop(key, None)
        if cookie.ends is not None and cookie.ends <= self._clock():
            return
        if len(self._cookies) < MAX_COOKIES:
            self._arrived += 1
            place = self._arrived if old is None else old.place
            self._cookies[key] = _Cookie(
                cookie.name,
                cookie.value,
                cookie.domain,
                cookie.only_host,
                cookie.path,
                cookie.secure,
                cookie.ends,
                place,
            )

    def _ends(self, attributes: dict[str, str]) -> datetime | None:
        """When it ends; None: with the visit. `Max-Age` wins over `Expires`, and nonsense counts as not said."""
        now = self._clock()
        age = attributes.get("max-age", "")
        if _AGE.fullmatch(age):
            return now + timedelta(seconds=max(0, min(int(age), LONGEST_AGE)))
        try:
            expires = parsedate_to_datetime(attributes["expires"])
        except (KeyError, ValueError, TypeError, OverflowError):
            return None
        return expires.replace(tzinfo=expires.tzinfo or UTC)


def path_of(url: Url) -> str:
    """The path of a URL without its query."""
    return url.target.partition("?")[0]


def secret(url: Url) -> bool:
    """Whether nobody on the way reads along: over TLS, or within this machine, as browsers see it too."""
    return url.scheme == "https" or local(url.host)


def local(host: str) -> bool:
    """Whether this names the machine itself (RFC 6761 section 6.3): `localhost`, `app.localhost`, `127.0.0.1`."""
    address = address_of(host)
    return address.is_loopback if address is not None else host == "localhost" or host.endswith(".localhost")


def _default_path(url: Url) -> str:
    return path_of(url).rpartition("/")[0] or "/"


def _inside(path: str, kept: str) -> bool:
    return path == kept or path.startswith(kept if kept.endswith("/") else kept + "/")


def _may_set(host: str, domain: str) -> bool:
    """Whether a host may set a cookie for this domain: one above it, and none that belongs to everybody (`co.uk`)."""
    if host == domain:
        return True
    return (
        host.endswith("." + domain) and address_of(host) is None and registrable(host).count(".") <= domain.count(".")
    )


def _prefix_holds(name: str, *, secure: bool, bare: bool) -> bool:
    """`__Secure-` and `__Host-` promise something, and are nothing where they do not keep it."""
    if name.startswith("__Host-"):
        return secure and bare
    return secure or not name.startswith("__Secure-")


def _printable(text: str) -> bool:
    return text.isascii() and text.isprintable()
