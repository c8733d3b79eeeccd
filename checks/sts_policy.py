"""Reads the rules for encrypted mail between servers: MTA-STS (RFC 8461) and its reports (RFC 8460); pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

MAX_BYTES = 64 * 1024
"""Of a policy (RFC 8461 section 3.3)."""
MAX_AGE = 31_557_600
MAX_LINES = 1000
MAX_SERVERS = 200
MAX_FIELDS = 50

_STS = re.compile(r"v=STSv1[ \t]*(?:;|\Z)")
_TLSRPT = re.compile(r"v=TLSRPTv1[ \t]*;")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_VALUE = re.compile(r"[!-:<>-~]+")
_URI = re.compile(r"[A-Za-z0-9:/?#\[\]@$&'()*+=._~%-]+")
"""RFC 3986 without the three characters that must be written as `%2C`, `%21` and `%3B` here (RFC 8460 section 3)."""
_SPACED = re.compile(r"[!-~][ \t!-~]*")
_FIELD = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):(.*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_SERVER = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy file."""

    mode: str
    """`enforce`, `testing` or `none`."""
    servers: tuple[str, ...]
    """Lower case; `*.example.com` stands for exactly one label more."""
    max_age: int
    """Seconds."""

    def uncovered(self, mail_servers: Sequence[str]) -> tuple[str, ...]:
        """The mail servers that it does not name."""
        return tuple(name for name in mail_servers if not any(_covers(pattern, name) for pattern in self.servers))


def _covers(pattern: str, name: str) -> bool:
    name = name.lower().rstrip(".")
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:]
    return name == pattern


def sts_records(texts: Sequence[str]) -> tuple[str, ...]:
    """The MTA-STS records among TXT records; more than one counts as none (section 3.1)."""
    return tuple(text for text in texts if _STS.match(text))


def sts_mistake(text: str) -> str:
    """What is wrong with an MTA-STS record, in words; empty where nothing is."""
    fields = _fields(text)
    if isinstance(fields, str):
        return fields
    if "id" not in fields:
        return "its id= is missing"
    if not _ID.fullmatch(fields["id"]):
        return "its id= must be 1 to 32 letters and digits"
    return ""


def report_records(texts: Sequence[str]) -> tuple[str, ...]:
    """The TLS reporting records among TXT records."""
    return tuple(text for text in texts if _TLSRPT.match(text))


def report_mistake(text: str) -> str:
    """What is wrong with a TLS reporting record, in words; empty where nothing is."""
    fields = _fields(text, spaced=("rua",))
    if isinstance(fields, str):
        return fields
    rua = fields.get("rua", "")
    if not rua:
        return "its address (rua=) is missing"
    for uri in (one.strip(" \t") for one in rua.split(",")[:20]):
        scheme, _, rest = uri.partition(":")
        plain = _URI.fullmatch(uri) is not None
        if plain and scheme.lower() == "mailto" and re.fullmatch(r"[^@\s]{1,254}@[^@\s]{1,253}", unquote(rest)):
            continue
        if plain and scheme.lower() == "https" and _host(uri):
            continue
        return f"“{uri[:60]}” is neither a mailto: nor an https: address"
    return ""


def _host(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


def _fields(text: str, *, spaced: Sequence[str] = ()) -> dict[str, str] | str:
    """The fields behind the version, or what is wrong, in words (section 3.1 of both).

    Names are case-sensitive and nothing may stand around the equals sign; of a field that stands twice the first
    counts. Fields in `spaced` are lists: they may hold spaces, and add up where they stand twice.
    """
    found: dict[str, str] = {}
    parts = [part.strip(" \t") for part in text.split(";", MAX_FIELDS)[:MAX_FIELDS]]
    for part in parts[1:] if parts[-1] else parts[1:-1]:
        name, equals, value = part.partition("=")
        allowed = _SPACED if name in spaced else _VALUE
        if not equals or not _NAME.fullmatch(name) or not allowed.fullmatch(value):
            return f"“{part[:60]}” in it is not of the form name=value"
        if name in found and name in spaced:
            value = f"{found.pop(name)},{value}"
        found.setdefault(name, value)
    return found


def parse(text: str) -> Policy | str:
    """The policy in a file, or what is wrong with it, in words (section 3.2). Lines end in CRLF or LF."""
    fields: dict[str, str] = {}
    servers: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n", MAX_LINES)[:MAX_LINES]:
        if not line.strip(" \t"):
            continue
        found = _FIELD.fullmatch(line)
        if found is None:
            return f"the line “{line.strip()[:60]}” is no “name: value”"
        name, value = found[1], found[2].strip(" \t")
        if _CONTROL.search(value):
            return f"a character that cannot be seen stands behind “{name}:”"
        if name == "mx":
            servers.append(value.lower())
        elif not value and name not in ("version", "mode", "max_age"):
            return f"nothing stands behind “{name}:”"
        else:
            # Of a field that stands twice the first counts.
            fields.setdefault(name, value)
    return _checked(fields, tuple(servers[:MAX_SERVERS]))


def _checked(fields: dict[str, str], servers: tuple[str, ...]) -> Policy | str:
    mode, age = fields.get("mode", ""), fields.get("max_age", "")
    if fields.get("version", "") != "STSv1":
        return "“version: STSv1” is missing"
    if mode not in ("enforce", "testing", "none"):
        return "its mode must be enforce, testing or none" if mode else "its mode is missing"
    if not re.fullmatch(r"[0-9]{1,10}", age):
        return "its max_age must be a number of seconds" if age else "its max_age is missing"
    if int(age) > MAX_AGE:
        return f"its max_age may be {MAX_AGE} at most"
    wrong = next((name for name in servers if not _SERVER.fullmatch(name)), None)
    if wrong is not None:
        return f"“{wrong[:60]}” is no name of a mail server"
    if not servers and mode != "none":
        return "it names no mail server (mx:)"
    return Policy(mode, servers, int(age))
