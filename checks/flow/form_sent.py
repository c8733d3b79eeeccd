"""What a filled form becomes when it is sent: address, method and body, as browsers make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import urlencode, urlsplit, urlunsplit

from checks.flow.form_fields import Form
from checks.net.urls import Url, follow

URLENCODED, MULTIPART, TEXT = "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that a form makes."""

    method: str
    """`GET` or `POST`."""
    url: str
    kind: str = ""
    """Content type of the body; empty where there is none."""
    body: bytes = b""


def sent(form: Form, ours: Mapping[str, str], base: str, page: Url, *, press: str = "") -> Sent:
    """The request of a form that is filled in and sent; its button may lead it elsewhere.

    Raises:
        NotOffered: For a choice or a button that is not there.
        ValueError: Where it leads to no web address.
    """
    pairs = form.pairs(ours, press)
    button = form.button(ours, press)
    action = button.action if button is not None and button.action is not None else form.action
    method = (button.method if button is not None else "") or form.method
    target = target_of(action, base, page)
    if method == "GET":
        return Sent("GET", with_query(target, pairs))
    kind, body = _body((button.enctype if button is not None else "") or form.enctype, pairs, form)
    return Sent("POST", str(target), kind, body)


def _body(enctype: str, pairs: list[tuple[str, str]], form: Form) -> tuple[str, bytes]:
    if enctype == MULTIPART:
        boundary = f"----LaunchReady{token_hex(12)}"
        return f"{MULTIPART}; boundary={boundary}", multipart(pairs, boundary, _files(form))
    if enctype == TEXT:
        return TEXT, "".join(f"{name}={value}\r\n" for name, value in pairs).encode("utf-8", "replace")
    return URLENCODED, urlencode(pairs, errors="replace").encode("ascii")


def _files(form: Form) -> frozenset[str]:
    return frozenset(one.name for one in form.fields if one.kind == "file")


def multipart(pairs: list[tuple[str, str]], boundary: str, files: frozenset[str] = frozenset()) -> bytes:
    """Name and value as parts (RFC 7578); a file that nobody chose is an empty one without a name."""
    parts = []
    for name, value in pairs:
        shown = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        about = '; filename=""\r\nContent-Type: application/octet-stream' if name in files and not value else ""
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{shown}"{about}\r\n\r\n{value}\r\n')
    return ("".join(parts) + f"--{boundary}--\r\n").encode("utf-8", "replace")


def target_of(action: str, base: str, page: Url) -> Url:
    """Where a form goes, seen from its page.

    Raises:
        ValueError: Where that is no web address.
    """
    ground = follow(page, base) if base.strip() else page
    return follow(ground, action.strip()) if action.strip() else page


def with_query(url: Url, pairs: list[tuple[str, str]]) -> str:
    """A URL whose query is replaced, as a form that GETs does it."""
    return urlunsplit(urlsplit(str(url))._replace(query=urlencode(pairs, errors="replace")))
