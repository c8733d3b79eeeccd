"""What a page links to: the files it is made of, the addresses it leads to, and where it sends visitors by itself.

Pages come from strangers: one walk over a bounded part, in time proportional to it, and nothing in it is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from checks.page import ATTRIBUTE, MAX_TAG, TAG
from checks.urls import host_of, scheme_of

CAP = 512 * 1024
"""Characters of a page that are read."""
MAX_TAGS = 20_000
MAX_ASSETS = 200
MAX_LINKS = 500
MAX_URL = 2000
QUIET = ("script", "style", "noscript", "template", "textarea", "title")
"""Elements whose content is not markup of the page."""
ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in QUIET}
KIND_BY_ENDING = {
    "css": "css",
    "js": "js",
    "mjs": "js",
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico"), "img"),
    **dict.fromkeys(("woff", "woff2", "ttf", "otf"), "font"),
}
KIND_BY_PRELOAD = {"style": "css", "script": "js", "image": "img", "font": "font"}
TOKEN = re.compile(r"[0-9A-Za-z_]{8,64}")
REFRESH = re.compile(r"""\s*+[\d.]*+\s*+[;,]?\s*+url\s*+=\s*+["']?([^"'>]{1,2000})""", re.IGNORECASE)
SCRIPTED = re.compile(
    r"""(?:window\.|document\.|top\.|self\.)?location(?:\.href)?\s*(?:=(?!=)|\.(?:replace|assign)\s*\()\s*["']([^"']{1,2000})["']"""
)
SMALL_SCRIPT = 4096
"""A page that only sends on has little else in it; scripts longer than this do other things too."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file that a page is made of."""

    url: str
    kind: str
    """`css`, `js`, `img` or `font`."""

    @property
    def fingerprinted(self) -> bool:
        """Whether its name changes with its content, so that it may be kept for ever."""
        return fingerprinted(self.url)


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag: its name, its attributes (names lower case), and for a script the text inside."""

    name: str
    said: Mapping[str, str]
    text: str = ""


def elements(text: str) -> Iterator[Element]:
    """The start tags of some HTML in order; comments and the insides of scripts, styles and templates are no tags."""
    text, at = text[:CAP], 0
    for _ in range(MAX_TAGS):
        at = text.find("<", at)
        if at < 0:
            return
        if text.startswith("<!--", at):
            at = text.find("-->", at + 4)
            if at < 0:
                return
            continue
        tag = TAG.match(text, at)
        if tag is None:
            at += 1
            continue
        end = text.find(">", at)
        if end < 0:
            return
        name, inside = tag[1].lower(), ""
        said = _attributes(text[tag.end() : min(end, at + MAX_TAG)])
        at = end + 1
        if name in ENDS:
            closing = ENDS[name].search(text, at)
            if closing is None:
                yield Element(name, said)
                return
            inside, at = text[at : min(closing.start(), at + SMALL_SCRIPT + 1)], closing.end()
        yield Element(name, said, inside)


def _attributes(text: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for key, double, single, bare in ATTRIBUTE.findall(text):
        said.setdefault(key.lower(), unescape(double or single or bare).strip()[:MAX_URL])
    return said


def assets(text: str, url: str) -> tuple[Asset, ...]:
    """The style sheets, scripts, pictures and fonts that a page at `url` loads, whole addresses, each once."""
    found: dict[str, str] = {}
    base = url
    for element in elements(text):
        if element.name == "base" and base == url:
            base = _joined(url, element.said.get("href", "")) or url
        address, kind = _asset(element)
        whole = _joined(base, address) if kind else ""
        if whole:
            found.setdefault(whole, kind)
        if len(found) >= MAX_ASSETS:
            break
    return tuple(Asset(address, kind) for address, kind in found.items())


def _asset(element: Element) -> tuple[str, str]:
    """Address and kind of the file that an element loads; an empty kind where it loads none."""
    said = element.said
    if element.name == "script":
        return said.get("src", ""), "js" if said.get("src") else ""
    if element.name == "img":
        return said.get("src", ""), "img" if said.get("src") else ""
    if element.name != "link":
        return "", ""
    words = said.get("rel", "").lower().split()
    if "stylesheet" in words:
        return said.get("href", ""), "css"
    if "modulepreload" in words:
        return said.get("href", ""), "js"
    if "preload" in words:
        return said.get("href", ""), KIND_BY_PRELOAD.get(said.get("as", "").lower(), "")
    return said.get("href", ""), "img" if "icon" in words else ""


def links(text: str, url: str) -> tuple[str, ...]:
    """Where a page leads people and their forms: whole http and https addresses, each once, at most 500."""
    found: dict[str, None] = {}
    base = url
    for element in elements(text):
        if element.name == "base" and base == url:
            base = _joined(url, element.said.get("href", "")) or url
        key = {"a": "href", "area": "href", "form": "action", "iframe": "src"}.get(element.name, "")
        whole = _joined(base, element.said.get(key, "")) if key else ""
        if whole:
            found.setdefault(whole)
        if len(found) >= MAX_LINKS:
            break
    return tuple(found)


def sends_on(text: str, url: str) -> str:
    """Where a page sends visitors without a redirect of the server: by `<meta refresh>` or by its only small script.

    Empty where it stays. A script counts only on a page that has no other content, so that a button's code is none.
    """
    scripted, shown = "", 0
    for element in elements(text):
        if element.name == "meta" and element.said.get("http-equiv", "").lower() == "refresh":
            target = REFRESH.match(element.said.get("content", ""))
            if target is not None:
                return _joined(url, target[1].strip())
        if element.name == "script" and not scripted and 0 < len(element.text) <= SMALL_SCRIPT:
            target = SCRIPTED.search(element.text)
            scripted = _joined(url, target[1]) if target is not None else ""
        shown += element.name in ("a", "p", "div", "img", "form", "main", "link") or "src" in element.said
    return scripted if shown <= 2 else ""


def _joined(base: str, address: str) -> str:
    """A whole http or https address without its fragment; empty where it is something else or unreadable."""
    if not address or address.startswith("#"):
        return ""
    try:
        whole = urljoin(base, re.sub(r"[\t\r\n]", "", address)).partition("#")[0]
    except ValueError:
        return ""
    return whole[:MAX_URL] if scheme_of(whole) in ("http", "https") and host_of(whole) else ""


def kind_of(url: str) -> str:
    """`css`, `js`, `img` or `font` by the ending of its path; empty for anything else."""
    return KIND_BY_ENDING.get(url.partition("?")[0].rpartition(".")[2].lower(), "")


def fingerprinted(url: str) -> bool:
    """Whether an address holds a fingerprint of the content, as build tools write it: eight or more random letters.

    `app.3f9c2a71.js`, `index-BxZ3kd9q.js`, `/_next/static/chunks/…` and `style.css?v=3f9c2a71` do; `jquery-3.7.1.js`
    and `bootstrap.bundle.min.js` do not: the next version may come under the same name.
    """
    path, _, query = url.partition("://")[2].partition("/")[2].partition("?")
    parts = path.split("/")
    name = re.split(r"[.\-~]", parts[-1])[:-1]
    # The first word of a file's name is what it is called, unless it is nothing but the fingerprint.
    words = [*parts[:-1], *name[1:], *(name[:1] if len(name) == 1 else ()), *re.split(r"[=&]", query)[1:]]
    return any(_random(word) for word in words)


def _random(word: str) -> bool:
    """Whether a word looks drawn by a machine: hexadecimal with digits, or digits or capitals among the letters."""
    if not TOKEN.fullmatch(word):
        return False
    digits = sum(char.isdigit() for char in word)
    if re.fullmatch(r"[0-9a-f]+", word):
        return digits >= 2 and digits < len(word)
    upper = sum(char.isupper() for char in word[1:])
    lower = sum(char.islower() for char in word)
    letters = sum(char.isalpha() for char in word)
    return (digits >= 1 and letters >= 3 and (upper >= 1 or digits >= 2)) or (upper >= 2 and lower >= 2)
