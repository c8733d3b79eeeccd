"""Host names as people write them, turned into what DNS knows."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

import idna

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST = 253
"""RFC 1035 section 3.1: 255 bytes on the wire, which is 253 characters as text."""


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """The IP address that the text is (brackets allowed), or None for anything else."""
    try:
        return ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def to_ascii(name: str) -> str:
    """The name as DNS has it: A-labels, lower case, no trailing dot.

    Unicode is mapped as browsers do it (UTS 46, non-transitional). Underscores are allowed: `_dmarc` is a name too.

    Raises:
        ValueError: With one sentence for a person, for what cannot be a name: an address, a URL, an empty label.
    """
    text = name.strip()
    shown = repr(text[:80])
    if not text:
        raise ValueError("a domain name is missing")
    if len(text) > 4 * _LONGEST:
        raise ValueError(f"{shown} is too long for a domain name")
    if address_of(text) is not None:
        raise ValueError(f"{text} is an IP address; a domain name such as example.com is needed")
    if "://" in text or "/" in text or "@" in text:
        raise ValueError(f"{shown} is more than a name; write only the domain, such as example.com")
    if not text.isascii():
        try:
            text = idna.encode(text, uts46=True, std3_rules=False, transitional=False).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise ValueError(f"{shown} cannot be a domain name: {_plain(error)}") from None
    text = text.lower().removesuffix(".")
    labels = text.split(".")
    for label in labels:
        if not label:
            raise ValueError(f"{shown} has an empty part between two dots")
        if not _LABEL.fullmatch(label):
            raise ValueError(f"{shown} cannot be a domain name: {label[:70]!r} is not a valid part of one")
    if len(text) > _LONGEST:
        raise ValueError(f"{shown} is too long for a domain name")
    if labels[-1].isdigit():
        raise ValueError(f"{shown} is neither a domain name nor a complete IP address")
    return text


def _plain(error: Exception) -> str:
    """The library's reason, one line."""
    return " ".join(str(error).split())[:120] or "a character is not allowed"
