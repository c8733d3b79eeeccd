"""Takes values out of an answer for later steps."""

from __future__ import annotations

from urllib.parse import unquote

from checks import json_path
from checks.flow import forms, pattern
from checks.flow.judging import CodeOf, Unmet
from checks.flow.model import Extract, State
from checks.net.facts import Chain
from checks.page import plain

CAP = 512 * 1024
"""Characters that a founder's own pattern is tried on."""


async def take(extract: Extract, chain: Chain, cookie: CodeOf) -> str | Unmet:
    """The value, or why there is none."""
    try:
        found = await _found(extract, chain, cookie)
    except pattern.TooSlow:
        why = f"takes too long to search with the pattern of {extract.name}; write one with fewer * and +"
        return Unmet("pattern", why, State.UNKNOWN)
    if found:
        return found
    what = {
        "regex": f"nothing fits the pattern of {extract.name}",
        "json": f"“{extract.what}” is missing in the answer",
        "header": f"there is no header {extract.what}",
        "cookie": f"there is no cookie {extract.what}",
        "field": f"there is no field {extract.what} in a form",
    }[extract.source]
    return Unmet("extract", f"does not show what the next step needs: {what}")


async def _found(extract: Extract, chain: Chain, cookie: CodeOf) -> str | None:
    last = chain.last
    if extract.source == "json":
        try:
            return json_path.at(json_path.read(last.text), extract.what)
        except json_path.Absent:
            return None
    if extract.source == "header":
        return next((one.header(extract.what) for one in reversed(chain.exchanges) if one.header(extract.what)), None)
    if extract.source == "cookie":
        # As a page's own scripts read it before they send it back: Laravel and others write it with percent signs.
        return unquote(cookie(extract.what) or "")
    if extract.source == "field":
        return forms.read(last.text).value(extract.what)
    return plain(await pattern.first(extract.what, last.text[:CAP]) or "")
