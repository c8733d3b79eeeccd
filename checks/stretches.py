"""A founder's own pattern on a whole page, found without holding anybody up.

A pattern such as `(.+) EUR` is tried from every letter of a line on. On a page that is one long line that takes
minutes, during which nothing else of the program runs. In stretches it takes a moment each.
"""

from __future__ import annotations

import re

SPAN = 1500
"""Characters between the begin and the end of what is found; a longer stretch of text may be missed or cut."""
LENGTH = 2 * SPAN


def first(sought: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first place that fits; None where there is none."""
    for begin in range(0, max(len(text), 1), LENGTH - SPAN):
        match = sought.search(text, begin, begin + LENGTH)
        # What reaches the end of a stretch may be cut: the next one has the whole of it.
        if match and (match.end() < begin + LENGTH or match.start() < begin + LENGTH - SPAN):
            return match
    return None
