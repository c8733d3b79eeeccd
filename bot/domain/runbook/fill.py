"""Texts with their names in braces filled. Values are plain text from outside: whoever draws the text escapes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.runbook.known import FIELDS, From

UNWRITTEN = "(not written down yet)"
SHORT, LONG, WHOLE = 300, 1500, 2800
"""Characters of one value, of one with several lines, and of a whole text: Slack takes 3000 in a section."""

AT: Mapping[str, tuple[str, str]] = {
    "dns_at": ("dns_provider", "dns_link"),
    "registrar_at": ("registrar", "registrar_link"),
    "host_at": ("host_provider", "host_link"),
    "edge_at": ("edge_provider", "edge_link"),
    "mail_at": ("mail_provider", "mail_link"),
    "payments_at": ("payments_provider", "payments_link"),
    "errors_at": ("errors_provider", "errors_link"),
}
"""Names in panels: ` at Namecheap (https://…)`, as far as it is known, else nothing."""

_BEGINS = re.compile(r"(?:\A|[.!?]\s+|\n)\Z")
"""What stands before the first word of a sentence."""
_HOLE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text that can be shown."""

    text: str
    missing: tuple[str, ...] = ()
    """Names of fields that nobody has written down yet, in order: each can be asked for."""
    whole: bool = True
    """False where words stand in for a value that is not known: then nobody should paste it."""


def fill(text: str, fields: Mapping[str, str], *, most: int = WHOLE) -> Filled:
    """The text with the values of `fields`.

    A field of `launch.yml` without a value becomes "(not written down yet)" and is named in `missing`; evidence
    without a value becomes the words that stand for it. What stands in a value is never looked at again, so a value
    with braces or markup stays as it is. A name that is no field stays as it is written.
    """
    missing: dict[str, None] = {}
    whole = True

    def value(match: re.Match[str]) -> str:
        nonlocal whole
        name = match[1]
        if name in AT:
            return _at(*AT[name], fields)
        known = FIELDS.get(name)
        if known is None:
            return match[0]
        if found := fields.get(name, "").strip():
            return shortened(found, LONG if known.long else SHORT)
        whole = False
        if known.source is From.EVIDENCE:
            begins = _BEGINS.search(text, 0, match.start()) is not None
            return known.stands[:1].upper() + known.stands[1:] if begins else known.stands
        missing[name] = None
        return UNWRITTEN

    filled = _HOLE.sub(value, text)
    return Filled(shortened(filled, most), tuple(missing), whole)


def _at(provider: str, link: str, fields: Mapping[str, str]) -> str:
    name, url = (shortened(fields.get(field, "").strip(), SHORT) for field in (provider, link))
    return (f" at {name}" if name else "") + (f" ({url})" if url else "")


def shortened(text: str, most: int) -> str:
    """At most so many characters, with a mark where something was cut."""
    return text if len(text) <= most else text[: most - 2].rstrip() + " …"
