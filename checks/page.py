"""Reading a page's head: which address it calls its own, and what text it shows.

Pages come from strangers: only a bounded part is parsed and nothing in it is trusted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

CAP = 512 * 1024
"""Characters of a page that are read."""
MAX_CANONICALS = 10
MAX_WORDS = 5000
SHINGLE = 4
SILENT = frozenset({"script", "style", "noscript", "template", "svg"})


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


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.canonicals: list[str] = []
        self.base = ""
        self.title = ""
        self.words: list[str] = []
        self._silent = 0
        self._in_title = False
        self._in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag == "title":
            self._in_title = not self.title
        elif tag == "body":
            self._in_body = True
        elif tag == "link" and not self._in_body and len(self.canonicals) < MAX_CANONICALS:
            said = dict(attrs)
            if "canonical" in (said.get("rel") or "").lower().split():
                self.canonicals.append((said.get("href") or "").strip()[:500])
        elif tag == "base" and not self.base:
            self.base = (dict(attrs).get("href") or "").strip()[:500]

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title = (self.title + data)[:300]
        elif not self._silent and len(self.words) < MAX_WORDS:
            self.words.extend(re.findall(r"\w+", data.lower())[: MAX_WORDS - len(self.words)])


def read(text: str) -> Page:
    """The page behind some HTML; broken HTML gives what could be read of it."""
    reader = _Reader()
    # A parser of strangers' text must not be able to stop an audit, whatever it trips over.
    try:
        reader.feed(text[:CAP])
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        pass
    return Page(
        canonicals=tuple(reader.canonicals),
        base=reader.base,
        title=" ".join(reader.title.split()),
        words=tuple(reader.words),
    )


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
