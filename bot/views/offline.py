"""The bot was not running for a while: from when to when, and that everything has been looked at since."""

from __future__ import annotations

from datetime import datetime

from bot.document import Document, Paragraph, Time, Tone
from bot.views.prose import count


def offline(began: datetime, ended: datetime, looked: int) -> Document:
    """One line. `looked` is how many monitors have been looked at since."""
    minutes = max(1, round((ended - began).total_seconds() / 60))
    again = f" I have looked at {'it' if looked == 1 else f'all {looked} monitors'} again since." if looked else ""
    return Document(
        "",
        (
            Paragraph(
                ("I was offline from ", Time(began, "both"), " to ", Time(ended), ": nobody watched meanwhile.", again)
            ),
        ),
        Tone.WARN,
        fallback=f"I was offline for {count(minutes, 'minute')}: nobody watched meanwhile.",
    )
