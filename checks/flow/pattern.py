"""A founder's own pattern on a page, within a few seconds whatever the two of them are.

Matching holds up the whole program until it is done, and `.*.*.*(x)` on one long line is never done. A pattern that
could take long is tried in a process of its own, which is ended when its time is up.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from contextlib import suppress
from pathlib import Path

from checks import stretches

SECONDS = 4.0
"""For one pattern on one page; usual ones need some milliseconds."""
_REPEAT = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]?|\(\?|([*+?]|\{[\d,]+\})\??|(\|)", re.DOTALL)
"""Passes over escapes, classes and the begin of groups; what it takes is a repeat (with its `?`), or a choice."""


class TooSlow(Exception):
    """The pattern did not come to its end in time."""


async def first(pattern: str, text: str, *, seconds: float = SECONDS) -> str | None:
    """What the one group of the pattern takes at the first place that fits; None where there is none.

    Raises `TooSlow`.
    """
    if quick(pattern):
        return search(pattern, text)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(Path(__file__).with_name("pattern_child.py"))),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await child.communicate(json.dumps([pattern, text]).encode("ascii"))
        found = json.loads(said)
    except (TimeoutError, ValueError):
        raise TooSlow from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    return found if isinstance(found, str) else None


def search(pattern: str, text: str) -> str | None:
    """The same, here and now."""
    match = stretches.first(re.compile(pattern), text)
    return match[1] if match else None


def quick(pattern: str) -> bool:
    """Whether it repeats at most one thing and offers no choice: then it cannot go over the page again and again."""
    taken = [found for found in _REPEAT.finditer(pattern) if found[1] or found[2]]
    return len(taken) <= 1 and not any(found[2] for found in taken)
