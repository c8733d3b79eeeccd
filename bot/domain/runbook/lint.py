"""What must hold for a runbook: the graph leads out, the texts can be filled, a founder can read and follow them.

Three sorts of rules. `structure` holds for every runbook, also a founder's own: whoever walks it gets somewhere.
`proof` and `style` hold for those that are shipped: what was changed is proven, and the words are plain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.runbook import words
from bot.domain.runbook.book import Ask, Call, Check, Decide, Do, End, Runbook, Say, Step, Wait, leads_to
from bot.domain.runbook.grade import grade
from bot.domain.runbook.graph import Flaw, Where, World, numbered, structure, texts

__all__ = [
    "Figures",
    "Flaw",
    "Where",
    "World",
    "figures",
    "proof",
    "shipped",
    "structure",
    "style",
    "texts",
    "together",
]

HARDEST = 8.0
"""School grade."""
SAY = (3, 220)
"""Lines and characters of what is only explained."""
MEASURED = ("broken", "at_risk")


def shipped(book: Runbook, world: World) -> list[Flaw]:
    """Everything that is wrong with a runbook of the library."""
    return list(dict.fromkeys([*structure(book, world), *proof(book), *style(book)]))


# --- proof -----------------------------------------------------------------------------------------------------------


def proof(book: Runbook) -> list[Flaw]:
    """What was changed is looked at, and what failed is what is looked at last."""
    flaws: list[Flaw] = []
    for at, step in numbered(book):
        if isinstance(step, Do) and step.changes and not verified(book, step):
            flaws.append(Flaw(at, "after this change no check comes; add one, or say changes: false if it only looks"))
        if book.sort.value in MEASURED and End.FIXED in leads_to(step):
            what = step.what if isinstance(step, Check | Wait) else ()
            if "failed" not in what:
                flaws.append(
                    Flaw((*at, "what"), "whatever failed has to be looked at before it is called fixed: failed")
                )
    kinds = Counter(type(step) for step in book.steps.values())
    if (kinds[Check] or kinds[Wait]) and not kinds[Call]:
        flaws.append(Flaw(("steps",), "where a check may fail somebody must be there to call: add a call"))
    if book.sort.value in MEASURED and not (kinds[Check] or kinds[Wait]):
        flaws.append(Flaw(("steps",), "nothing here is ever proven: add a check"))
    return flaws


def verified(book: Runbook, step: Do) -> bool:
    """Whether a check or a wait follows, with nothing between but words and branches; one that finds is no proof."""
    return all(_proves(book.steps, target, frozenset({step.id})) for target in leads_to(step))


def _proves(steps: Mapping[str, Step], id: str, behind: frozenset[str]) -> bool:
    step = steps.get(id)
    if step is None or id in behind:
        return False
    if isinstance(step, Check | Wait):
        return isinstance(step, Wait) or not step.finds
    return isinstance(step, Say | Decide) and all(_proves(steps, to, behind | {id}) for to in leads_to(step))


# --- words -----------------------------------------------------------------------------------------------------------


def style(book: Runbook) -> list[Flaw]:
    """What makes a text hard to follow at nine in the evening."""
    flaws = [
        Flaw((name,), "this is missing; it is what customers feel meanwhile" if name == "feels" else "this is missing")
        for name in ("says", "feels", "serves")
        if not getattr(book, name)
    ]
    if book.sort.value in MEASURED and not book.notice:
        flaws.append(Flaw(("notice",), "this is missing: what to tell customers, at most five lines"))
    if len(book.title) > 60:
        flaws.append(Flaw(("title",), f"a title has room for 60 characters, not {len(book.title)}"))
    whole = "\n".join(text for _, text in texts(book))
    for where, text in texts(book, all=True):
        flaws += [Flaw(where, f'"{short}" is explained nowhere here') for short in words.abbreviations(text, whole)]
        if found := words.HOLLOW.search(text):
            flaws.append(Flaw(where, f'"{found[0].strip()}" helps nobody; say what to click, or what to look for'))
        if words.EMOJI.search(text):
            flaws.append(Flaw(where, "no emoji: words reach everybody"))
    for at, step in numbered(book):
        if isinstance(step, Say) and (step.text.count("\n") >= SAY[0] or len(step.text) > SAY[1]):
            flaws.append(Flaw((*at, "say"), f"three lines and {SAY[1]} characters are read, not {len(step.text)}"))
        if isinstance(step, Ask):
            flaws += [
                Flaw((*at, "answers", number, "say"), "answers are in Title Case: Not Sure")
                for number, answer in enumerate(step.answers)
                if not words.title_case(answer.label)
            ]
    if (found_grade := grade_of(book)) > HARDEST:
        flaws.append(Flaw((), f"this needs {found_grade:.1f} years of school, at most {HARDEST:g}: shorter sentences"))
    return flaws


def grade_of(book: Runbook) -> float:
    """School grade over all that a person reads of it."""
    return grade(text for _, text in texts(book))


# --- the library as a whole ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """A library in numbers."""

    books: int
    steps: int
    changing: int
    """Steps in which a person changes something."""
    verified: int
    """Those of them that a live check follows."""
    hardest: tuple[str, float]
    """Topic and grade of the one that is hardest to read."""

    @property
    def share(self) -> float:
        """Share of changes that a live check verifies; 1 where nothing is changed."""
        return self.verified / self.changing if self.changing else 1.0


def figures(books: Mapping[str, Runbook]) -> Figures:
    """Count a library."""
    doing = [
        (book, step) for book in books.values() for step in book.steps.values() if isinstance(step, Do) and step.changes
    ]
    grades = {topic: grade_of(book) for topic, book in books.items()}
    hardest = max(grades.items(), key=lambda item: item[1], default=("", 0.0))
    live = sum(1 for book, step in doing if verified(book, step) and _live(book, step))
    return Figures(len(books), sum(len(book.steps) for book in books.values()), len(doing), live, hardest)


def _live(book: Runbook, step: Do) -> bool:
    """Whether every check that follows looks by itself, and does not only ask a person to."""
    ahead, met = list(leads_to(step)), {step.id}
    while ahead:
        id = ahead.pop()
        following = book.steps.get(id)
        if following is None or id in met:
            continue
        met.add(id)
        if isinstance(following, Check | Wait):
            if not following.what:
                return False
        else:
            ahead.extend(leads_to(following))
    return True


def together(books: Mapping[str, Runbook]) -> dict[str, list[Flaw]]:
    """What is wrong between runbooks: two of one title, two that claim the same cause."""
    flaws: dict[str, list[Flaw]] = {}
    titles: dict[str, str] = {}
    leads: dict[str, str] = {}
    for topic, book in books.items():
        other = titles.setdefault(book.title.casefold(), topic)
        if other != topic:
            flaws.setdefault(topic, []).append(Flaw(("title",), f"{other} has the same title"))
        for number, lead in enumerate(book.leads):
            other = leads.setdefault(lead, topic)
            if other != topic:
                flaws.setdefault(topic, []).append(Flaw(("leads", number), f"{lead} leads to {other} already"))
    return flaws
