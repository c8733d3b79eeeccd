"""Takes values out of an answer for later steps. Pure."""

from __future__ import annotations

import re

from checks import json_path, stretches
from checks.flow import forms
from checks.flow.judging import CodeOf, Unmet
from checks.flow.model import Extract
from checks.net.facts import Chain
from checks.page import plain

CAP = 512 * 1024
"""Characters that a founder's own pattern is tried on."""


def take(extract: Extract, chain: Chain, cookie: CodeOf) -> str | Unmet:
    """The value, or why there is none."""
    found = _found(extract, chain, cookie)
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


def _found(extract: Extract, chain: Chain, cookie: CodeOf) -> str | None:
    last = chain.last
    if extract.source == "json":
        try:
            return json_path.at(json_path.read(last.text), extract.what)
        except json_path.Absent:
            return None
    if extract.source == "header":
        return next((one.header(extract.what) for one in reversed(chain.exchanges) if one.header(extract.what)), None)
    if extract.source == "cookie":
        return cookie(extract.what)
    if extract.source == "field":
        return forms.read(last.text).value(extract.what)
    match = stretches.first(re.compile(extract.what), last.text[:CAP])
    return plain(match[1]) if match and match[1] else None
