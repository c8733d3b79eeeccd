"""Parts of an https page that are fetched over http: browsers block some of them and warn of others.

Only what a browser really loads or sends counts (Mixed Content standard, W3C): no links for people, no names of XML
dialects, nothing in comments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from checks.assets import elements
from checks.dev_addresses import Own, kind_of
from checks.net.facts import Exchange
from checks.urls import host_of

MOST = 50
ACTIVE = {"script": "src", "iframe": "src", "frame": "src", "embed": "src", "object": "data"}
PASSIVE = {"img": "src", "audio": "src", "video": "src", "source": "src", "track": "src"}
LOADED = frozenset({"stylesheet", "modulepreload", "preload", "manifest"})
ICONS = frozenset({"icon", "apple-touch-icon", "mask-icon"})
CSS_IMPORT = re.compile(r"@import\s{0,20}(?:url\(\s{0,20})?[\"']?(http://[^\s\"')]{1,500})", re.IGNORECASE)
CSS_URL = re.compile(r"url\(\s{0,20}[\"']?(http://[^\s\"')]{1,500})", re.IGNORECASE)
REQUESTED = re.compile(
    r"(?:\bfetch\(\s{0,20}|\.open\(\s{0,20}[\"'`]\w{3,7}[\"'`]\s{0,20},\s{0,20}"
    r"|new (?:WebSocket|EventSource)\(\s{0,20})[\"'`]((?:http|ws)://[^\s\"'`]{1,500})"
)
FONT = re.compile(r"\.(?:woff2?|ttf|otf|eot)(?:[?#]|$)", re.IGNORECASE)
NOBODY = Own(())


@dataclass(frozen=True, slots=True)
class Part:
    """One address over http."""

    kind: str
    """`form` (sends what visitors type), `active` (blocked by browsers) or `passive` (upgraded, or shown as unsafe)."""
    url: str
    what: str
    """What it is, in a word: `script`, `picture`."""


def parts(page: Exchange) -> tuple[Part, ...]:
    """The unsafe parts of a page, each address once, worst kind first."""
    found: dict[str, Part] = {}
    base = page.url
    for element in elements(page.text):
        said = element.said
        if element.name == "base" and said.get("href"):
            base = said["href"]
        for kind, address, what in _of_element(element.name, said):
            url = _joined(base, address)
            if _unsafe(url):
                found.setdefault(url, Part(kind, url[:300], what))
        if len(found) >= MOST:
            break
    for part in (*_inside(page.text, "script", of_script), *_inside(page.text, "style", of_css)):
        found.setdefault(part.url, part)
    order = ("form", "active", "passive")
    return tuple(sorted(found.values(), key=lambda part: order.index(part.kind)))[:MOST]


def _of_element(name: str, said: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Kind, address and word of what an element loads or sends to."""
    get = said.get
    if name == "form":
        return [("form", get("action", ""), "form")]
    if name in ("button", "input") and get("formaction"):
        return [("form", get("formaction", ""), "form")]
    if name in ACTIVE:
        return [("active", get(ACTIVE[name], ""), {"object": "embedded file"}.get(name, name))]
    if name in PASSIVE:
        return [("passive", get(PASSIVE[name], ""), {"img": "picture"}.get(name, name))]
    if name == "link" and LOADED & set(get("rel", "").lower().split()):
        return [("active", get("href", ""), "style sheet")]
    if name == "link" and ICONS & set(get("rel", "").lower().split()):
        return [("passive", get("href", ""), "picture")]
    return []


def _inside(markup: str, tag: str, read: Callable[[str], tuple[Part, ...]]) -> list[Part]:
    parts: list[Part] = []
    for piece in re.split(f"<{tag}", markup, flags=re.IGNORECASE)[1:100]:
        code = piece.partition(">")[2]
        end = re.search(f"</{tag}", code, re.IGNORECASE)
        parts += read(code[: end.start()] if end else code)
    return parts[:MOST]


def of_css(text: str) -> tuple[Part, ...]:
    """Style sheets and fonts that a style sheet brings in are blocked; its pictures are not."""
    found = [Part("active", match[1][:300], "style sheet") for match in CSS_IMPORT.finditer(text)]
    imported = {part.url for part in found}
    for match in CSS_URL.finditer(text):
        if match[1][:300] not in imported:
            font = FONT.search(match[1])
            found.append(Part("active" if font else "passive", match[1][:300], "font" if font else "picture"))
    return tuple(part for part in found if _unsafe(part.url))[:MOST]


def of_script(text: str) -> tuple[Part, ...]:
    """Requests that a script makes with a whole address."""
    return tuple(Part("active", match[1][:300], "request") for match in REQUESTED.finditer(text) if _unsafe(match[1]))[
        :MOST
    ]


def upgraded(page: Exchange) -> bool:
    """Whether the page tells browsers to fetch everything over https by themselves (`upgrade-insecure-requests`)."""
    told = [*page.all_headers("content-security-policy")]
    told += [
        element.said.get("content", "")
        for element in elements(page.text)
        if element.name == "meta" and element.said.get("http-equiv", "").lower() == "content-security-policy"
    ]
    return any("upgrade-insecure-requests" in (part.strip().lower() for part in one.split(";")) for one in told)


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def _unsafe(url: str) -> bool:
    """Over http, and not on this very computer: browsers trust that one."""
    return url.lower().startswith(("http://", "ws://")) and kind_of(host_of(url), NOBODY) != "machine"
