"""Reading the Strict-Transport-Security header as a browser does (RFC 6797)."""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
CAP = 1024
"""Bytes of the header that are read; a sane one has fewer than a hundred."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the header asks of browsers."""

    max_age: int
    """Seconds for which the browser insists on https; 0 makes it forget."""
    include_subdomains: bool = False
    preload: bool = False


@dataclass(frozen=True, slots=True)
class Malformed:
    """A header that browsers ignore, and why."""

    why: str


def parse(header: str) -> Policy | Malformed:
    """The policy of one header field, or why there is none (RFC 6797 section 6.1).

    Directives come in any order, names without case, each at most once; unknown ones are ignored; `max-age` is
    required and may be quoted.
    """
    if len(header) > CAP:
        return Malformed("it is unreasonably long")
    found: dict[str, str] = {}
    for directive in _split(header):
        name, equals, value = (part.strip(" \t") for part in directive.partition("="))
        if not name and not equals:
            continue
        key = name.lower()
        if not TOKEN.match(name):
            return Malformed("it contains something that is not a directive")
        if key in found:
            return Malformed(f"{key} stands in it twice")
        if value.startswith('"') and value.endswith('"') and len(value) >= 2:
            value = value[1:-1]
        elif equals and not TOKEN.match(value):
            return Malformed(f"the value of {key} is not readable")
        found[key] = value
    if "max-age" not in found:
        return Malformed("max-age is missing")
    if not re.fullmatch(r"[0-9]{1,18}", found["max-age"]):
        return Malformed("max-age is not a number of seconds")
    for flag in ("includesubdomains", "preload"):
        if found.get(flag):
            return Malformed(f"{flag} must not have a value")
    return Policy(
        max_age=int(found["max-age"]),
        include_subdomains="includesubdomains" in found,
        preload="preload" in found,
    )


def _split(header: str) -> list[str]:
    """The directives, split at semicolons that are not inside quotes."""
    return re.findall(r'(?:"[^"]*"?|[^;"])+', header)
