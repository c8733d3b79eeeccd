"""The registrable domain of a name, by the public suffix list that ships with its package (nothing is fetched)."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_SPECIAL_USE = frozenset({"test", "example", "localhost", "invalid", "internal", "local", "home", "lan"})
"""RFC 2606, RFC 6761 and names of private networks: not on the list, yet in use on desks."""

_TOP = re.compile(r"[a-z0-9-]+")


@lru_cache(maxsize=64)
def rules(top: str, *, only_icann: bool = False) -> PublicSuffixList:
    """The list as far as it is about one top-level domain: all of it takes longer to read than the first look-ups."""
    from publicsuffixlist import PSLFILE, PublicSuffixList

    if top.startswith("xn--") or not _TOP.fullmatch(top):
        return PublicSuffixList(only_icann=only_icann)
    # A rule is the first word of its line; all others are comments, of which only those that part the sections count.
    lines = re.findall(rb"^(?:[^\s/]*\.)?%s(?=\s).*|^// ===.*" % top.encode(), Path(PSLFILE).read_bytes(), re.MULTILINE)
    # Only names with other letters have a second form, and looking for it takes most of the time.
    return PublicSuffixList(lines, accept_encoded_idn=not all(map(bytes.isascii, lines)), only_icann=only_icann)


def registrable(name: str) -> str:
    """`app.example.co.uk` becomes `example.co.uk`; a name that is itself a suffix stays as it is. ASCII in and out."""
    labels = name.lower().split(".")
    if labels[-1] in _SPECIAL_USE or not _TOP.fullmatch(labels[-1]):
        return ".".join(labels[-2:])
    return str(rules(labels[-1]).privatesuffix(".".join(labels)) or name)
