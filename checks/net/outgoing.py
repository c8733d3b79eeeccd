"""A request as it goes out: one head, validated by h11, and perhaps a body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import h11

from checks.net.urls import Url

USER_AGENT = "LaunchReady/0.1 (readiness check, started by the owner of this site)"
"""Says what it is; a contact address comes from `network.user_agent`."""
MAX_EXTRA = 50
"""Headers that a check may add to one request."""
_FRAMING = frozenset(
    (
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "accept-encoding",
        "expect",
        "upgrade",
        "te",
        "trailer",
    )
)
_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
_VISIBLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, for h11 and as it goes out."""

    method: str
    url: Url
    headers: tuple[tuple[str, str], ...]
    """All but Host."""
    tail: bytes
    """The same as it goes out, with the empty line behind it."""
    body: bytes = b""

    @property
    def event(self) -> h11.Request:
        return h11.Request(
            method=self.method, target=self.url.target, headers=[("Host", self.url.authority), *self.headers]
        )

    @property
    def wire(self) -> bytes:
        first = f"{self.method} {self.url.target} HTTP/1.1\r\nHost: {self.url.authority}\r\n"
        return first.encode("ascii") + self.tail + self.body


def request_of(
    url: Url, method: str, agent: str, extra: tuple[tuple[str, str], ...], body: bytes, *, keep: bool
) -> Request:
    """A request without what frames the message among `extra`.

    Args:
        url: What to ask for.
        method: `GET`, `HEAD`, `POST` …
        agent: Who asks.
        extra: Further headers, cookies included; they replace ours of the same name.
        body: What it carries.
        keep: Whether the connection may be used again.

    Raises:
        h11.LocalProtocolError: Where a header holds what may not be in one.
    """
    if not (_VISIBLE.fullmatch(url.target) and _VISIBLE.fullmatch(url.authority)):
        raise h11.LocalProtocolError("the address holds what may not be in a request")
    length = len(body) if body or method in _WITH_BODY else None
    # Nearly all requests say the same; what a check or a cookie adds is its own affair, and is not kept.
    headers, tail = (_told if extra else _usually_told)(method, agent, extra, length, keep=keep)
    return Request(method, url, headers, tail, body)


def _told(
    method: str, agent: str, extra: tuple[tuple[str, str], ...], length: int | None, *, keep: bool
) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """The headers behind Host, and how h11 writes them. Raises h11.LocalProtocolError for what may not be in one."""
    cookies = "; ".join(value for name, value in extra if name.lower() == "cookie" and value)
    given = [(name, value) for name, value in extra[:MAX_EXTRA] if name.lower() not in (*_FRAMING, "cookie")]
    replaced = {name.lower() for name, _ in given}
    ours = [("User-Agent", agent), ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")]
    headers = [
        *(one for one in ours if one[0].lower() not in replaced),
        ("Accept-Encoding", "gzip, deflate"),
        *(() if keep else (("Connection", "close"),)),
        *given,
    ]
    if length is not None:
        headers.append(("Content-Length", str(length)))
    if cookies:
        headers.append(("Cookie", cookies))
    written = h11.Connection(h11.CLIENT).send(h11.Request(method=method, target="/", headers=[("Host", "h"), *headers]))
    return tuple(headers), (written or b"").split(b"\r\n", 2)[2]


_usually_told = lru_cache(maxsize=64)(_told)
