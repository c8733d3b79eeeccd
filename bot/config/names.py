"""Names and addresses as people write them, turned into the one form that the rest of the program uses.

DNS names become lower-case A-labels (RFC 5890) without a trailing dot. Every refusal is a sentence for a person.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

import idna

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class BadName(ValueError):
    """What was written is no DNS name or URL; the text says why, in a sentence."""


def shown(text: str, limit: int = 60) -> str:
    """The text as it may be repeated to a person: one line, no control characters, at most `limit` characters."""
    clean = "".join(character if character.isprintable() else "?" for character in text[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def is_address(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 address, with or without brackets."""
    try:
        ip_address(text.strip().removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return False
    return True


def ascii_name(text: str) -> str:
    """The DNS name in ASCII: `Bücher.Example.` becomes `xn--bcher-kva.example`. Raises `BadName`."""
    name = text.strip()
    if not name:
        raise BadName("the name is empty; write one such as example.com")
    if is_address(name):
        raise BadName(
            f"{shown(name)} is an IP address; write the domain name that customers type, such as example.com, "
            "because certificates, mail and redirects belong to names"
        )
    if "@" in name:
        raise BadName(f'"{shown(name)}" looks like an e-mail address; write the domain after the @')
    if "/" in name or ":" in name:
        raise BadName(f'"{shown(name)}" is more than a name; write only the host, such as app.example.com')
    if "*" in name:
        raise BadName(f'"{shown(name)}" has a wildcard; name each host by itself')
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise BadName(f'"{shown(text)}" is not a domain name that browsers accept') from error
    name = name.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > 253:
        raise BadName("the name is longer than the 253 characters that DNS allows")
    for label in labels:
        if not _LABEL.fullmatch(label) or not _decodes(label):
            raise BadName(f'"{shown(text)}" is not a domain name: "{shown(label)}" is not allowed between its dots')
    if len(labels) < 2:
        raise BadName(f'"{shown(text)}" is one word; a domain has a dot, such as {labels[0]}.com')
    if labels[-1].isdigit():
        raise BadName(f'"{shown(text)}" ends in a number; no domain does')
    return name


def _decodes(label: str) -> bool:
    if not label.startswith("xn--"):
        return True
    try:
        return bool(label[4:].encode("ascii").decode("punycode"))
    except (UnicodeError, OverflowError):
        return False


def web_url(text: str, *, any_host: bool = False) -> str:
    """An http or https URL with its host in ASCII, at least the path `/`, no fragment. Raises `BadName`.

    `any_host`: an address or a single word will do as well, for links that only people follow.
    """
    raw = text.strip()
    if not _SCHEME.match(raw):
        raise BadName(f'"{shown(raw)}" has no https:// in front')
    if any(character.isspace() or not character.isprintable() for character in raw):
        raise BadName("the URL has a space or a control character in it")
    try:
        parts = urlsplit(raw)
        port = parts.port
    except ValueError as error:
        raise BadName(f'"{shown(raw)}" is not a URL that a browser could open') from error
    if parts.scheme.lower() not in ("http", "https"):
        raise BadName(f'"{shown(parts.scheme)}://" is not for the web; use https://')
    if parts.username is not None or parts.password is not None:
        raise BadName("the URL has a user name or password in it; leave that out")
    named = parts.hostname or ""
    plain = any_host and (is_address(named) or re.fullmatch(r"[a-z0-9-]{1,63}", named))
    host = (f"[{named}]" if ":" in named else named) if plain else ascii_name(named)
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, ""))


def host_of(text: str) -> str:
    """The host of whatever a person names: a domain, a host, or a whole URL. Raises `BadName`."""
    raw = text.strip()
    if not _SCHEME.match(raw):
        head = raw.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]
        name, colon, port = head.rpartition(":")
        return ascii_name(name if colon and port.isdigit() and not is_address(head) else head)
    parts = urlsplit(web_url(raw))
    return ascii_name(parts.hostname or "")


def split_address(text: str) -> tuple[str, int]:
    """`127.0.0.1:5353`, `1.1.1.1` or `[::1]:53` as (address, port); the port is 53 where none is given."""
    raw = text.strip()
    if raw.startswith("["):
        address, _, rest = raw[1:].partition("]")
        port = rest.removeprefix(":")
    elif raw.count(":") > 1:
        address, port = raw, ""
    else:
        address, _, port = raw.partition(":")
    try:
        number, plain = int(port or "53"), str(ip_address(address))
    except ValueError:
        number, plain = 0, ""
    if not 0 < number < 65536:
        raise BadName(f'"{shown(raw)}" is not a resolver; write an address and a port, such as 127.0.0.1:5353')
    return plain, number


def readable(name: str) -> str:
    """The name as its owner writes it: `xn--bcher-kva.example` becomes `bücher.example`."""
    try:
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return name
