"""Reading a page's head: which address it calls its own, and what text it shows.

Pages come from strangers: only a bounded part is parsed and nothing in it is trusted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

CAP = 256 * 1024
"""Characters of a page that are read."""
MAX_CANONICALS = 10
MAX_WORDS = 5000
SHINGLE = 4
MAX_TAG = 4000
MAX_STEPS = 15_000
"""Pieces of markup that are looked at; a page has some thousands."""
MAX_CHUNK = 32 * 1024
"""Characters between two pieces of markup that are read as text."""
MARKUP = re.compile(r"<[a-zA-Z!/?]")
TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9:-]{0,40})")
CLOSING = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("title", "script", "style", "noscript", "template", "svg", "textarea", "iframe")
}
"""Elements whose content is no text of the page, and how each ends."""
LONG_NUMBER = re.compile(r"&#[0-9]{9,}|&#[xX][0-9a-fA-F]{9,}")
"""References to characters that do not exist: Python refuses to read the longest of them."""
ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says about itself."""

    canonicals: tuple[str, ...]
    """The addresses of `<link rel="canonical">`, as written, at most 10 of 500 characters."""
    base: str
    """`<base href>`, or empty."""
    title: str
    words: tuple[str, ...]
    """The words a reader sees, lower case, at most 5000."""


class _Reader:
    """One walk from the first to the last character.

    The standard library's parser needs minutes for half a megabyte of `<!--`. Here each search begins where the last
    one ended, and one that finds no end stops the walk, so the time is proportional to the page.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.canonicals: list[str] = []
        self.base = ""
        self.title = ""
        self.words: list[str] = []
        self._in_body = False

    def read(self) -> None:
        """Walk until the end, or until enough is known."""
        at = 0
        for _step in range(MAX_STEPS):
            found = MARKUP.search(self.text, at)
            self._say(self.text[at : found.start() if found else None])
            at = self._markup(found.start()) if found else -1
            if at < 0 or (self._in_body and len(self.words) >= MAX_WORDS):
                return

    def _markup(self, at: int) -> int:
        """Where the markup that begins here ends; -1 where it never does."""
        if self.text.startswith("<!--", at):
            return _after(self.text.find("-->", at + 4), 3)
        tag = TAG.match(self.text, at)
        if tag is None:
            # A declaration or an end tag.
            return _after(self.text.find(">", at), 1)
        end = self.text.find(">", at)
        if end < 0:
            return -1
        name = tag[1].lower()
        if name in CLOSING:
            return self._enclosed(name, end + 1)
        if name == "body":
            self._in_body = True
        elif name in ("link", "base"):
            self._head(name, self.text[tag.end() : min(end, at + MAX_TAG)])
        return end + 1

    def _enclosed(self, name: str, start: int) -> int:
        """Pass over an element whose content is not shown, or is the title."""
        closing = CLOSING[name].search(self.text, start)
        if closing is None:
            return -1
        if name == "title" and not self.title and not self._in_body:
            self.title = " ".join(plain(self.text[start : min(closing.start(), start + 300)]).split())
        return _after(self.text.find(">", closing.end()), 1)

    def _head(self, name: str, attributes: str) -> None:
        if self._in_body or len(self.canonicals) >= MAX_CANONICALS:
            return
        said: dict[str, str] = {}
        for key, double, single, bare in ATTRIBUTE.findall(attributes):
            said.setdefault(key.lower(), plain(double or single or bare).strip()[:500])
        if name == "base":
            self.base = self.base or said.get("href", "")
        elif "canonical" in said.get("rel", "").lower().split():
            self.canonicals.append(said.get("href", ""))

    def _say(self, text: str) -> None:
        if len(self.words) < MAX_WORDS and not text.isspace():
            self.words.extend(re.findall(r"\w+", plain(text[:MAX_CHUNK]).lower())[: MAX_WORDS - len(self.words)])


def plain(text: str) -> str:
    """Text with its character references replaced; those to impossible characters show as one."""
    return unescape(LONG_NUMBER.sub("\ufffd", text))


def _after(found: int, length: int) -> int:
    return -1 if found < 0 else found + length


def read(text: str) -> Page:
    """The page behind some HTML; broken HTML gives what could be read of it."""
    reader = _Reader(text[:CAP])
    reader.read()
    return Page(tuple(reader.canonicals), reader.base, reader.title, tuple(reader.words))


def linked(headers: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses that `Link` headers call canonical (RFC 8288, RFC 6596), at most 10 of 500 characters."""
    found = [
        target.strip()[:500]
        for header in headers[:10]
        for target, parameters in re.findall(r"<([^<>]*)>((?:\s*;[^,<]*)*)", header[:2000])
        if re.search(r';\s*rel\s*=\s*(?:"[^"]*\bcanonical\b[^"]*"|canonical\b)', parameters, re.IGNORECASE)
    ]
    return tuple(found[:MAX_CANONICALS])


def likeness(one: Page, other: Page) -> float:
    """How much of the text two pages share, from 0 to 1: Jaccard's measure over runs of four words.

    Pages with fewer than four words are compared by title and words as a whole.
    """
    mine, theirs = _shingles(one), _shingles(other)
    if not mine or not theirs:
        return 1.0 if (one.title, one.words) == (other.title, other.words) and (one.title or one.words) else 0.0
    return len(mine & theirs) / len(mine | theirs)


def _shingles(page: Page) -> frozenset[tuple[str, ...]]:
    return frozenset(page.words[i : i + SHINGLE] for i in range(len(page.words) - SHINGLE + 1))
