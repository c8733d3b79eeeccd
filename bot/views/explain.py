"""One check explained: why it matters, what customers feel, how it is measured, what it can say, how to repair it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Heading,
    Item,
    Link,
    Listing,
    Note,
    Paragraph,
    Part,
    Preformatted,
    Tone,
    Words,
)
from bot.views.answer_examples import ANSWERS
from bot.views.examples import EXAMPLES, OF
from bot.views.prose import FAMILIES, SEVERITY, STATUS, TONES, count, listed, prose, sentence
from checks.model import Check, Kind, Outcome, Status

_HOLE = re.compile(r"\{([a-z0-9_]+)\}")
SHOWN = 5
"""So many repairs are shown at once in Slack, where the message would be endless else."""
FELT = 3
SUBJECT = {
    Kind.DOMAIN: "each domain",
    Kind.HOST: "each host",
    Kind.MAIL: "each domain that sends mail",
    Kind.MONITOR: "each monitored page",
    Kind.FLOW: "each flow",
}


def explain(check: Check, most: int = SHOWN) -> Document:
    """One check, in the order in which a founder asks; at most so many of the repairs, the gravest first."""
    first, _, rest = check.why.partition("\n\n")
    parts: list[Part] = [Paragraph(prose(_flowing(part))) for part in rest.split("\n\n") if part.strip()]
    felt = _felt(check)
    if felt:
        parts += [Heading("What customers feel"), Listing(tuple(Item(prose(one)) for one in felt), limit=FELT)]
    parts += [
        Heading("How it is measured"),
        Paragraph((*prose(sentence(check.measured)), f" It looks at {SUBJECT[check.kind]}.")),
    ]
    if check.verify:
        parts += [
            Paragraph(("See it yourself:",)),
            Preformatted(_open(check.verify, check)),
        ]
    parts += [
        Heading("What it can find, and how to repair it"),
        Listing(_answers(check), limit=most, empty="Nothing that needs a repair."),
        Note(("Where it cannot look, it says so: that proves nothing, neither good nor bad.",)),
    ]
    if check.links:
        links = tuple(Item((Link(url, ""),)) for url in check.links)
        parts += [Heading("The standard behind it"), Listing(links, limit=5)]
    small: Words = (Code(check.id), f" · severity {SEVERITY[check.severity].lower()}")
    if check.requirements:
        small = (*small, f" · serves {listed(check.requirements, 8)}")
    parts.append(Note((*small, ". All names and values here are examples.")))
    parts.append(Actions((Action("audit.rerun", "Check This Now", check.id, command=f"/launch check {check.id}"),)))
    return Document(
        headline=_flowing(first).rstrip("."),
        parts=tuple(parts),
        fallback=f"{check.id}: {sentence(_flowing(first))}",
    )


def family(name: str, checks: Mapping[str, Check], typed: str = "/launch explain") -> Document:
    """The checks of one family with their titles; `typed` is how to ask for one."""
    own = [check for check in checks.values() if check.family == name]
    items = tuple(_listed(check) for check in own)
    return Document(
        headline=FAMILIES.get(name, name),
        parts=(
            Paragraph((f"{count(len(own), 'check')}. Ask for one, such as ", Code(f"{typed} {own[0].id}"), ":")),
            Listing(items, limit=30),
        ),
        fallback=f"The family {name} has {count(len(own), 'check')}.",
    )


def catalogue(checks: Mapping[str, Check], typed: str = "/launch explain") -> Document:
    """All checks by family; `typed` is how to ask for one."""
    parts: list[Part] = [Paragraph(("Say which one: ", Code(f"{typed} mail.spf"), "."))]
    names = dict.fromkeys(check.family for check in checks.values())
    for name in names:
        items = tuple(_listed(check) for check in checks.values() if check.family == name)
        parts += [Heading(FAMILIES.get(name, name)), Listing(items, limit=30)]
    return Document(
        "What can be checked",
        tuple(parts),
        fallback=f"{count(len(checks), 'check')} can be explained; name one of them.",
    )


def unknown(name: str, nearest: tuple[str, ...]) -> Document:
    """A check that does not exist: the nearest, and two examples."""
    hint: Words = ("Did you mean ", *_coded(nearest), "?") if nearest else ("No check has a name like it.",)
    examples = tuple(Item((Code(f"/launch explain {one}"),)) for one in (nearest or ("mail.spf", "tls.expiry"))[:2])
    return Document(
        headline="There is no such check",
        parts=(
            Paragraph(("Nothing is called ", Code(name[:80] or " "), ". ", *hint)),
            Listing(examples),
            Note(("All of them: ", Code("/launch explain"))),
        ),
        tone=Tone.WARN,
        fallback=f"There is no check called {name[:80]}.",
    )


def _coded(names: tuple[str, ...]) -> Words:
    spans: list[Code | str] = []
    for index, name in enumerate(names):
        spans += [" or ", Code(name)] if index else [Code(name)]
    return tuple(spans)


def _listed(check: Check) -> Item:
    return Item((Code(check.id), f" · {check.title}"))


def _flowing(text: str) -> str:
    """A docstring's paragraph on one line."""
    return " ".join(text.split())


def _felt(check: Check) -> list[str]:
    """What customers feel, worst first, each said once."""
    bad = [(code, one) for code, one in _by_severity(check) if one.status.bad and one.impact]
    return list(dict.fromkeys(sentence(_open(one.impact, check, code)) for code, one in bad))[:FELT]


def _by_severity(check: Check) -> list[tuple[str, Outcome]]:
    return sorted(check.outcomes.items(), key=lambda item: item[1].severity.rank)


def _open(text: str, check: Check, code: str = "") -> str:
    """Words of an outcome table before they are filled: with an example's name, and examples of what is seen."""
    name = "app.example.com" if check.kind in (Kind.HOST, Kind.MONITOR) else "example.com"
    own = {"host": name, "name": name, "domain": "example.com", "url": f"https://{name}/"}
    if check.kind is Kind.FLOW:
        own |= {"name": "Sign-up", "host": "app.example.com"}
    values = own | EXAMPLES | OF.get(check.id, {}) | ANSWERS.get(f"{check.id} {code}", {})
    return _HOLE.sub(lambda hole: values.get(hole[1], "…"), text)


def _answers(check: Check) -> tuple[Item, ...]:
    """What it can find, worst first; answers that are repaired in the same way stand together."""
    alike: dict[tuple[str, ...], list[tuple[str, Outcome]]] = {}
    for code, outcome in _by_severity(check):
        if outcome.status.bad or (outcome.status is Status.UNKNOWN and len(outcome.fix) > 1):
            steps = tuple(_open(step, check, code) for step in outcome.fix)
            alike.setdefault(steps, []).append((_open(outcome.summary, check, code), outcome))
    return tuple(_answer(steps, found) for steps, found in alike.items())


def _answer(steps: tuple[str, ...], found: list[tuple[str, Outcome]]) -> Item:
    summary, first = found[0]
    others = dict.fromkeys((f"{_word(one)}: ", said) for said, one in found[1:] if said != summary)
    more = tuple((word, *prose(said)) for word, said in others)
    numbered = tuple((f"{number}. ", *prose(step)) for number, step in enumerate(steps, start=1))
    return Item(prose(summary), (*more, *numbered), TONES[first.status], _word(first))


def _word(outcome: Outcome) -> str:
    return SEVERITY[outcome.severity] if outcome.status.bad else STATUS[outcome.status]
