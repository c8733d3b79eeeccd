"""A changed `launch.yml` that cannot be used, and that it can be used again."""

from __future__ import annotations

from bot.document import Code, Document, Item, Listing, Note, Paragraph, Tone
from bot.views.prose import count

MOST = 10


def refused(problems: tuple[str, ...]) -> Document:
    """What is wrong in the file; the bot goes on with what it had."""
    more = len(problems) - MOST
    listing = Listing(tuple(Item((one[:300],), (), Tone.BAD, "Problem") for one in problems[:MOST]), limit=MOST)
    return Document(
        "launch.yml cannot be used as it is now",
        (
            Paragraph(("Nothing has changed: I go on with the last file that was right.",)),
            listing,
            *(
                (Note((f"And {count(more, 'problem')} more; in a terminal: ", Code("launch config"))),)
                if more > 0
                else ()
            ),
        ),
        Tone.BAD,
        fallback=f"launch.yml has {count(len(problems), 'problem')}; I go on with the last file that was right.",
    )


def mended() -> Document:
    """It is in force."""
    return Document(
        "launch.yml is right again, and in force",
        (Paragraph(("What could not be used before has been put right.",)),),
        Tone.GOOD,
        fallback="launch.yml is right again, and in force.",
    )
