"""A word to somebody who is not looking at the run: a wait is over, it stands still, it has ended."""

from __future__ import annotations

from bot.blockkit.words import one_line
from bot.document import Document, Paragraph, Person, Span, Strong, Tone, Words
from bot.domain.runbook.fill import fill
from bot.domain.runbook.moved import Wake
from bot.domain.runbook.run import LIVE, Run, Standing
from bot.views.runbook import State, text_of

STEP = 200


def word(state: State, why: Wake, *, thread: bool) -> Document | None:
    """What the person is told; None where it is no longer true. `thread`: the run stands below an incident's card."""
    run, title = state.run, one_line(state.book.title, 90)
    live = run.standing in LIVE
    drill = "DRILL · " if run.drill else ""
    where = f"in the thread of INC-{run.incident}" if thread else "in this conversation, further up"
    go_on: Words = (f"Go on {where}.",)
    match why:
        case Wake.GOOD if run.standing is Standing.FIXED:
            return _said(f"{drill}Fixed and proven · {title}", ("I looked again, and it is good now.",), Tone.GOOD)
        case Wake.GOOD if live:
            return _said(f"{drill}It is good now · {title}", (*_next(state), *go_on), Tone.GOOD)
        case Wake.LATE if live:
            said: Words = ("I waited for as long as it should take at most, and it is not good yet. ", *_next(state))
            return _said(f"{drill}It takes too long · {title}", (*said, *go_on), Tone.WARN)
        case Wake.SILENT if live and run.reminded:
            again = "" if run.reminded == 1 else " I ask once more, then I put it away."
            said = (*_next(state), f"Go on {where}, or choose Stop Here.{again}")
            return _said(f"{drill}Are you still on it? · {title}", said, Tone.WARN)
        case Wake.LEFT if not live:
            return _said(f"{drill}Put away · {title}", (_why_left(run),), Tone.WARN)
        case Wake.OVER if not live:
            said = (f"INC-{run.incident} has ended meanwhile. " if run.incident else "It has ended meanwhile. ",
                    "Nothing is left to do here.")  # fmt: skip
            return _said(f"{drill}It is over · {title}", said, Tone.GOOD)
        case Wake.TAKEN if live:
            return _said(f"{drill}Somebody else does it now · {title}", (_who(run.holder), " has taken it over."))
        case _:
            return None


def _said(headline: str, words: Words, tone: Tone = Tone.PLAIN) -> Document:
    return Document(headline, (Paragraph(words),), tone)


def _next(state: State) -> Words:
    step = state.book.steps.get(state.run.step)
    text = "" if step is None else fill(text_of(step), state.known.fields).text.strip().split("\n")[0]
    return (Strong("The next step: "), one_line(text, STEP).rstrip("."), ". ") if text else ()


def _why_left(run: Run) -> str:
    if run.remark == "gone":
        return "Its text is no longer there, so I stopped it. Nothing was proven."
    return f"I heard nothing for a while, so I stopped it. Begin again with /launch runbook {run.topic}."


def _who(slack: str) -> Span:
    return Person(slack) if slack else "Somebody"
