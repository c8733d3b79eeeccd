"""The registrable domain of a name, by the public suffix list that ships with its package (nothing is fetched)."""

from __future__ import annotations

from functools import cache
from typing import Any

_SPECIAL_USE = frozenset({"test", "example", "localhost", "invalid", "internal", "local", "home", "lan"})
"""RFC 2606, RFC 6761 and names of private networks: not on the list, yet in use on desks."""


@cache
def _list() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def registrable(name: str) -> str:
    """`app.example.co.uk` becomes `example.co.uk`; a name that is itself a suffix stays as it is. ASCII in and out."""
    labels = name.split(".")
    if labels[-1] in _SPECIAL_USE:
        return ".".join(labels[-2:])
    return str(_list().privatesuffix(name) or name)
