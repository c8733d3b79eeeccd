"""Values of `launch.yml` that are more than text: names, URLs, durations, addresses; each with its own sentence."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.config.names import BadName, ascii_name, is_address, shown, split_address, web_url
from bot.config.nearest import did_you_mean

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, None: 1.0}
_RECORD_TYPES = ("A", "AAAA", "CNAME", "MX", "NS", "TXT", "CAA")


def refuse(sentence: str) -> PydanticCustomError:
    """An error whose text reaches the person as it is."""
    return PydanticCustomError("launch", "{sentence}", {"sentence": sentence})


def _name(text: str) -> str:
    try:
        return ascii_name(text)
    except BadName as error:
        raise refuse(str(error)) from None


def _url(text: str) -> str:
    try:
        return web_url(text)
    except BadName as error:
        raise refuse(str(error)) from None


def _link(text: str) -> str:
    try:
        return web_url(text, any_host=True)
    except BadName as error:
        raise refuse(str(error)) from None


def _path(text: str) -> str:
    if not text.startswith("/") or any(character.isspace() for character in text):
        raise refuse(f'"{shown(text)}" is not a path; a path begins with / and has no spaces')
    return text


def _url_or_path(text: str) -> str:
    return _path(text) if text.startswith("/") else _url(text)


def _environment_name(text: str) -> str:
    # The text is never repeated: where a name is expected, people paste the secret itself.
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]{0,99}", text):
        raise refuse(
            "write the name of an environment variable in capitals, such as SEED_PASSWORD, never the secret itself"
        )
    return text


def _zone(text: str) -> str:
    zones = available_timezones()
    if text not in zones:
        raise refuse(
            f'"{shown(text)}" is no time zone' + (did_you_mean(text, zones) or "; write one such as Europe/Berlin")
        )
    return text


def _duration(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refuse("write a duration such as 60s, 5m or 2h")
    match = _DURATION.fullmatch(str(value).strip())
    if match is None:
        raise refuse(f'"{shown(str(value))}" is not a duration; write one such as 60s, 5m or 2h')
    return float(match[1]) * _SECONDS[match[2]]


def _resolver(text: str) -> str:
    try:
        address, port = split_address(text)
    except BadName as error:
        raise refuse(str(error)) from None
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _private(value: Any) -> tuple[IPv4Network | IPv6Network, ...] | bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, list | tuple):
        raise refuse("write true, false, or a list of ranges such as [10.0.0.0/8]")
    ranges = []
    for item in value:
        try:
            ranges.append(ip_network(str(item)))
        except ValueError:
            raise refuse(f'"{shown(str(item))}" is not a range of addresses; write one such as 10.0.0.0/8') from None
    return tuple(ranges)


def _range(text: str) -> str:
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise refuse(f'"{shown(text)}" is not a range of addresses; write one such as 203.0.113.0/24') from None


def _address(text: str) -> str:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        raise refuse(f'"{shown(text)}" is not an address; write one such as 203.0.113.7') from None


def _selector(text: str) -> str:
    plain = text.strip().lower().rstrip(".").removesuffix("._domainkey")
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*", plain):
        raise refuse(f'"{shown(text)}" is not a DKIM selector; write the part before ._domainkey, such as google')
    return plain


def _canaries(value: Any) -> tuple[str, ...]:
    if value is False:
        return ()
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(_url(item) for item in value)
    raise refuse("write false, or a list of URLs such as [https://www.example.com/]")


def _ports(value: Any) -> dict[int, int]:
    if not isinstance(value, dict):
        raise refuse("write pairs of ports, such as {443: 8443}")
    for port in (*value, *value.values()):
        if isinstance(port, bool) or not str(port).isdigit() or not 0 < int(port) < 65536:
            raise refuse(f'"{shown(str(port))}" is not a port; write pairs of numbers such as {{443: 8443}}')
    return {int(key): int(item) for key, item in value.items()}


def _statuses(value: Any) -> tuple[int, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    for item in items:
        if isinstance(item, bool) or not isinstance(item, int) or not 100 <= item <= 599:
            raise refuse(f'"{shown(str(item))}" is not an HTTP status; write a number from 100 to 599')
    return tuple(items)


def _header(text: str) -> str:
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name.strip()) or not value.strip():
        raise refuse(f'"{shown(text)}" is not a header; write it as "Name: value"')
    return f"{name.strip()}: {value.strip()}"


def _slack_user(text: str) -> str:
    if not re.fullmatch(r"[UW][A-Z0-9]{2,20}", text):
        raise refuse(f'"{shown(text)}" is not a Slack member ID; in Slack: profile, three dots, "Copy member ID" (U…)')
    return text


def _channel(text: str) -> str:
    if not re.fullmatch(r"[CGD][A-Z0-9]{2,20}|#?[^\sA-Z#@,.]{1,80}", text):
        raise refuse(f'"{shown(text)}" is not a channel; write its name, such as "#launch", or its ID (C…)')
    return text


def _record_type(text: str) -> str:
    if text.upper() not in _RECORD_TYPES:
        raise refuse(f'"{shown(text)}" is not a record type that is looked at; use one of {", ".join(_RECORD_TYPES)}')
    return text.upper()


def _clock(text: str) -> str:
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        raise refuse(f'"{shown(text)}" is not a time of day; write one such as "22:00"')
    return text.rjust(5, "0")


def _mail_server(text: str) -> str:
    host, colon, port = text.strip().rpartition(":")
    if not colon or "]" in port:
        host, port = text.strip(), "587"
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise refuse(f'"{shown(text)}" is not a mail server; write one such as smtp.example.com:587')
    name = host if is_address(host) or host == "localhost" else _name(host)
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not at or not local or any(character.isspace() for character in text):
        raise refuse(f'"{shown(text)}" is not an e-mail address')
    return f"{local}@{_name(domain)}"


Text = Annotated[str, Field(min_length=1, max_length=500)]
LongText = Annotated[str, Field(min_length=1, max_length=20_000)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
HostName = Annotated[str, Field(max_length=500), AfterValidator(_name)]
Url = Annotated[str, Field(max_length=2000), AfterValidator(_url)]
Link = Annotated[str, Field(max_length=2000), AfterValidator(_link)]
"""A URL that only people follow: an address inside an office will do."""
UrlOrPath = Annotated[str, Field(max_length=2000), AfterValidator(_url_or_path)]
Path = Annotated[str, Field(max_length=2000), AfterValidator(_path)]
EnvironmentName = Annotated[
    str, AfterValidator(_environment_name), WithJsonSchema({"type": "string", "pattern": "^[A-Z_][A-Z0-9_]{0,99}$"})
]
TimeZone = Annotated[str, AfterValidator(_zone)]
Seconds = Annotated[
    float,
    BeforeValidator(_duration),
    WithJsonSchema({"type": ["string", "number"], "examples": ["60s", "5m", "2h"]}),
]
Resolver = Annotated[str, AfterValidator(_resolver)]
PrivateRanges = Annotated[
    Any,
    BeforeValidator(_private),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}]}),
]
Canaries = Annotated[
    tuple[str, ...],
    BeforeValidator(_canaries),
    WithJsonSchema({"anyOf": [{"const": False}, {"type": "array", "items": {"type": "string", "format": "uri"}}]}),
]
Ports = Annotated[
    dict[int, int],
    BeforeValidator(_ports),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 65535}}),
]
Statuses = Annotated[
    tuple[int, ...],
    BeforeValidator(_statuses),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}),
]
Address = Annotated[str, AfterValidator(_address)]
Range = Annotated[str, AfterValidator(_range)]
Selector = Annotated[str, Field(max_length=200), AfterValidator(_selector)]
Header = Annotated[str, AfterValidator(_header)]
SlackUser = Annotated[str, AfterValidator(_slack_user)]
Channel = Annotated[str, AfterValidator(_channel)]
RecordType = Annotated[str, AfterValidator(_record_type)]
TimeOfDay = Annotated[str, AfterValidator(_clock)]
Email = Annotated[str, AfterValidator(_email)]
MailServer = Annotated[str, Field(max_length=300), AfterValidator(_mail_server)]
Day = Annotated[date, Field(description="A date such as 2026-11-30")]
