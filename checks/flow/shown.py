"""The text of a page as people read it: words go on across tags within a line, and spaces are one space.

A page often holds `Hello <!-- -->Ana` or `Your <b>courses</b>`, where people read and write down the words alone.
"""

from __future__ import annotations

import re

from checks.page import plain

CAP = 1024 * 1024
"""Characters of a page that are read."""
MAX_TAGS = 60_000
_TAG = re.compile(r"<(?:(!--)|/?([a-zA-Z][a-zA-Z0-9-]{0,40})|[!?])")
_NO_WORDS = re.compile(
    r"<(script|style|template|noscript)\b[^>]{0,2000}>(?:[^<]|<(?!/\1\b))*|<!--(?:[^-]|-(?!->))*", re.IGNORECASE
)
_SILENT = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "title"})
_WITHIN = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd"}
    | {"label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)
"""Elements that stand within a line; every other one begins a new one."""


def shows(text: str, wanted: str) -> bool:
    """Whether a page has this text: as it is, with its references replaced, or as people read it."""
    if wanted in text or wanted in plain(text[:CAP]):
        return True
    return one_space(wanted) in shown(text)


def one_space(text: str) -> str:
    """Every run of spaces as one; also those that do not break."""
    return " ".join(text.split())


def shown(text: str) -> str:
    """What a reader sees of some HTML, in one line; bounded, in time proportional to it."""
    text = text[:CAP]
    pieces: list[str] = []
    at = 0
    for _ in range(MAX_TAGS):
        found = _TAG.search(text, at)
        pieces.append(text[at : found.start() if found else None])
        at = _behind(text, found, pieces) if found else -1
        if at < 0:
            break
    return one_space(plain("".join(pieces)))


def spoken(text: str) -> str:
    """The HTML without its scripts, styles and comments, which hold words that nobody is told; bounded."""
    return _NO_WORDS.sub(" ", text[:CAP])


def _behind(text: str, found: re.Match[str], pieces: list[str]) -> int:
    """Where the text goes on behind a tag; -1 where it never ends."""
    if found[1]:
        end = text.find("-->", found.end())
        return end + 3 if end >= 0 else -1
    end = text.find(">", found.end())
    name = (found[2] or "").lower()
    if name not in _WITHIN:
        pieces.append(" ")
    if end < 0:
        return -1
    if name in _SILENT and text[found.start() + 1] != "/":
        closing = re.compile(f"</{name}", re.IGNORECASE).search(text, end)
        return closing.start() if closing is not None else -1
    return end + 1
