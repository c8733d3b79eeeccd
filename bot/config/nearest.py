"""The nearest valid name to one that was mistyped."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(text: str, names: Iterable[str]) -> str:
    """The most similar of `names`, compared without case; "" where none is close."""
    by_folded = {name.casefold(): name for name in names}
    found = get_close_matches(text.casefold()[:100], list(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else ""


def did_you_mean(text: str, names: Iterable[str]) -> str:
    """`, did you mean "purpose"?`, or "" where nothing is close."""
    found = nearest(text, names)
    return f', did you mean "{found}"?' if found else ""
