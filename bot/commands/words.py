"""What someone typed after `/launch`, as words: quotes group, Slack's escapes become plain text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

LONGEST = 4_000
"""Characters that are read; nobody types more."""
MOST = 50
"""Words that are kept."""

_ESCAPE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_WORD = re.compile(r"""(?P<open>["“„«`])(?P<inner>[^"“”„«»`]*)["”“»`]|(?P<bare>\S+)""")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def split(text: str) -> list[str]:
    """The words of a command. A quote that is never closed counts as a letter; nothing raises."""
    plain = unescape(_UNSEEN.sub("", text[:LONGEST]))
    found: list[str] = []
    for match in _WORD.finditer(plain):
        word = match["bare"] if match["bare"] is not None else match["inner"].strip()
        if word:
            found.append(word)
    return found[:MOST]


def unescape(text: str) -> str:
    """Slack's escapes as plain text: an address as it was typed, a person or channel as its id.

    `<http://a.example|a.example>` is `a.example`, `<@U1|ana>` is `U1`, `<#C1|ops>` is `C1`, `<!here>` is `@here`.
    """
    return _ESCAPE.sub(_plain, text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _plain(found: re.Match[str]) -> str:
    mark, target, label = found.groups()
    if mark in ("@", "#"):
        return target
    if mark == "!":
        return target.removeprefix("subteam^") if target.startswith("subteam^") else f"@{target.partition('^')[0]}"
    if label:
        return label
    return target.removeprefix("mailto:")


def nearest(word: str, names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The names that look most like a mistyped word, best first; one that begins with it comes before all."""
    by_folded = {name.casefold(): name for name in names}
    typed = word.casefold()[:100]
    begun = [name for name in by_folded if len(typed) > 1 and name.startswith(typed)]
    close = difflib.get_close_matches(typed, list(by_folded), n=most, cutoff=0.55)
    return tuple(by_folded[name] for name in dict.fromkeys([*begun, *close]))[:most]
