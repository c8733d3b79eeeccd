"""What a tag of a form says, and what a browser makes of the value of a field that nobody has touched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.entities import html5

from checks.page import ATTRIBUTE, plain

MAX_VALUE = 200_000
"""Characters of one value."""

_STRIPPED = frozenset({"url", "email"})
_NUMBER = re.compile(r"-?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][+-]?\d{1,3})?")
_REFERENCE = re.compile(r"&([a-zA-Z][a-zA-Z0-9]{1,40})([;=]?)")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def usual(kind: str, value: str, said: Mapping[str, str]) -> str:
    """The value of an untouched field (HTML, "value sanitization algorithm"). `said`: its attributes."""
    if kind == "hidden":
        return "UTF-8" if said.get("name", "").lower() == "_charset_" and not value else value
    if kind == "file":
        return ""
    if kind == "number":
        return value if _NUMBER.fullmatch(value) else ""
    if kind == "range":
        return _middle(value, said)
    if kind == "color":
        return value.lower() if _COLOUR.fullmatch(value) else "#000000"
    text = value.replace("\r", "").replace("\n", "")
    return text.strip() if kind in _STRIPPED else text


def _middle(value: str, said: Mapping[str, str]) -> str:
    """A slider stands in its middle until somebody moves it."""
    if _NUMBER.fullmatch(value):
        return value
    low, high = (
        float(text) if _NUMBER.fullmatch(text) else default
        for text, default in ((said.get("min", ""), 0.0), (said.get("max", ""), 100.0))
    )
    return f"{low + max(0.0, high - low) / 2:g}"


def attributes(text: str) -> dict[str, str]:
    """The attributes of a tag, names lower case; the first of several equal ones counts."""
    said: dict[str, str] = {}
    for key, double, single, bare in ATTRIBUTE.findall(text[:MAX_VALUE]):
        said.setdefault(key.lower(), _meant(double or single or bare))
    return said


def _meant(value: str) -> str:
    """The value of an attribute: `&region=eu` in an address is no `®`, though `&reg` alone would be one."""
    return plain(_REFERENCE.sub(_kept, value)) if "&" in value else value


def _kept(found: re.Match[str]) -> str:
    name, end = found[1], found[2]
    known = f"{name};" in html5 if end == ";" else not end and name in html5
    return found[0] if known else f"&amp;{found[0][1:]}"
