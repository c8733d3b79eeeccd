"""A dotted path into JSON: `data.items.0.price`."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 20
"""Steps that are followed."""


class Absent(Exception):
    """There is nothing at that path; the text is the end of a sentence."""


def read(text: str) -> Any:
    """The JSON in a text. Raises `Absent` where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Absent("it is not JSON") from None


def at(value: object, path: str) -> str:
    """The value at a path, as text: strings as they are, the rest as JSON. Raises `Absent`."""
    found: Any = value
    for step in path.split(".")[:DEEPEST]:
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isascii() and step.isdecimal() and int(step[:9]) < len(found):
            found = found[int(step[:9])]
        else:
            raise Absent(f"“{path}” is missing in the answer")
    try:
        return found if isinstance(found, str) else json.dumps(found)
    except RecursionError:
        raise Absent(f"“{path}” holds too much to be compared") from None
