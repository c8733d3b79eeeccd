"""Whether a runbook leads out: names that exist, targets, ends, circles, and texts that something can fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.runbook import words
from bot.domain.runbook.book import (
    Ask,
    Call,
    Check,
    Decide,
    Do,
    End,
    Runbook,
    Say,
    Sort,
    Step,
    Wait,
    leads_to,
)
from bot.domain.runbook.known import CONTACTS, FACTS, FIELDS, OWN_CHECKS, From
from bot.domain.runbook.plain import Panel
from bot.domain.severity import Trouble

Where = tuple[str | int, ...]
"""A place in a file."""
LABEL = 30
"""Characters of an answer's button."""
_VALUES: Mapping[str, tuple[str, ...]] = {
    "layer": ("dns", "reach", "tls", "edge", "redirect", "page", "slow", "mail", "none"),
    "recent_deploy": ("yes", "no"),
    "all_down": ("yes", "some", "no"),
    "incident": ("yes", "no"),
    "expires_in": ("past", "day", "week", "later", "unknown"),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with a runbook, and where in its file."""

    where: Where
    message: str


@dataclass(frozen=True, slots=True)
class World:
    """What a runbook may name."""

    checks: Mapping[str, frozenset[str]]
    """Codes of the outcomes, by id of the check."""
    requirements: frozenset[str] = frozenset()
    """Empty where they are not looked at."""
    providers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids that a fact may have: `dns_provider`, `registrar`, `host_provider`, `edge_provider`, `mail_provider`."""
    panels: Mapping[str, Panel] = field(default_factory=dict)


def structure(book: Runbook, world: World) -> list[Flaw]:
    """What would leave somebody standing: nowhere to go, nothing to fill in, nothing to look with."""
    return list(dict.fromkeys([*_names(book, world), *_graph(book), *_fields(book)]))


# --- names -----------------------------------------------------------------------------------------------------------


def _names(book: Runbook, world: World) -> Iterator[Flaw]:
    for number, lead in enumerate(book.leads):
        if not _known_lead(lead, world):
            yield Flaw(
                ("leads", number),
                f'"{lead}" is no check, no family such as mail.*, no outcome such as tls.expiry:expired, and no '
                f"class of trouble: {', '.join(one.name for one in Trouble)}",
            )
    for number, id in enumerate(book.serves):
        if world.requirements and id not in world.requirements:
            yield Flaw(("serves", number), f'"{id}" is no requirement')
    for number, name in enumerate(book.needs):
        if name not in FIELDS:
            yield Flaw(("needs", number), f'"{name}" is no field')
    for at, step in numbered(book):
        match step:
            case Check() | Wait():
                yield from _looks(at, step.what, world)
            case Decide():
                yield from _decides(at, step, world)
            case Call() if step.who not in CONTACTS:
                yield Flaw((*at, "who"), f'"{step.who}" is nobody to call; known: {", ".join(CONTACTS)}')
            case Do() if step.panel:
                yield from _panels(at, step.panel, world)
            case _:
                pass


def _known_lead(lead: str, world: World) -> bool:
    check, _, code = lead.partition(":")
    if check.endswith(".*"):
        return not code and any(id.startswith(check[:-1]) for id in world.checks)
    return lead in Trouble.__members__ or (check in world.checks and (not code or code in world.checks[check]))


def _looks(at: Where, what: tuple[str, ...], world: World) -> Iterator[Flaw]:
    for number, one in enumerate(what):
        if one != "failed" and one not in world.checks and one not in OWN_CHECKS:
            yield Flaw((*at, "what", number), f'"{one}" is no check, not "failed", and none of {", ".join(OWN_CHECKS)}')


def _decides(at: Where, step: Decide, world: World) -> Iterator[Flaw]:
    if step.fact.startswith("has:"):
        name = step.fact.removeprefix("has:")
        known: Iterable[str] | None = ("yes", "no")
        if name not in FIELDS:
            yield Flaw((*at, "decide"), f'"{name}" is no field')
    elif step.fact not in FACTS:
        yield Flaw((*at, "decide"), f'"{step.fact}" is no fact; known: {", ".join(FACTS)}')
        return
    elif step.fact == "check":
        known = world.checks
    elif step.fact == "code":
        known = {code for codes in world.checks.values() for code in codes}
    else:
        known = _VALUES.get(step.fact) or {*world.providers.get(step.fact, ()), "unknown", "none"}
        if step.fact in FACTS and step.fact not in _VALUES and step.fact not in world.providers:
            known = None
    for value in step.cases:
        if known is not None and value not in known:
            yield Flaw((*at, "cases", value), f'{step.fact} is never "{value}"')
    if not step.cases:
        yield Flaw((*at, "cases"), "without a case there is nothing to decide")


def _panels(at: Where, named: str, world: World) -> Iterator[Flaw]:
    kind, _, task = named.partition(".")
    if kind not in world.panels:
        yield Flaw((*at, "panel"), f'there is no panel "{kind}"; known: {", ".join(world.panels) or "none"}')
    elif task not in world.panels[kind].tasks:
        yield Flaw((*at, "panel"), f'panel {kind} has no task "{task}"; known: {", ".join(world.panels[kind].tasks)}')


# --- the graph -------------------------------------------------------------------------------------------------------


def _graph(book: Runbook) -> Iterator[Flaw]:
    steps = book.steps
    astray = False
    for at, step in numbered(book):
        for key, target in _targets(step):
            if target not in steps and target not in tuple(End):
                astray = True
                yield Flaw((*at, *key), f'"{target}" is no step of this runbook and no end (fixed, handed, done)')
            yield from _wrong_end(book, at, key, step, target)
        if isinstance(step, Ask):
            yield from _answers(at, step)
        if isinstance(step, Check) and step.finds and not step.bad:
            yield Flaw((*at, "finds"), "a check that finds the fault needs bad: the step that repairs it")
        if isinstance(step, Do) and step.danger and not step.undo:
            yield Flaw(at, "danger needs undo: how to take it back, or that nothing can be taken back")
    if astray:
        # What else is wrong with the ways most likely only follows from this.
        return
    met = _from(steps, book.first)
    # A person who is stuck can always choose [Call Someone], so what a call leads to is met as well.
    for id, step in steps.items():
        if isinstance(step, Call):
            met |= _from(steps, id)
    ending = _ending(steps)
    circling = _circling(steps)
    for at, step in numbered(book):
        if step.id not in met:
            yield Flaw(at, f'no step leads to "{step.id}"')
        elif step.id not in ending:
            yield Flaw(at, f'from "{step.id}" there is no way to an end')
        elif step.id in circling:
            yield Flaw(at, f'"{step.id}" is part of a circle in which nobody is asked and nothing is looked at')


def _targets(step: Step) -> Iterator[tuple[Where, str]]:
    match step:
        case Say() | Do() | Call():
            yield ("go",), step.go
        case Ask():
            for number, answer in enumerate(step.answers):
                yield ("answers", number, "go"), answer.go
        case Check():
            yield ("good",), step.good
            if step.bad:
                yield ("bad",), step.bad
        case Wait():
            yield ("good",), step.good
            yield ("late",), step.late
        case Decide():
            for value, target in step.cases.items():
                yield ("cases", value), target
            yield ("other",), step.other


def _wrong_end(book: Runbook, at: Where, key: Where, step: Step, target: str) -> Iterator[Flaw]:
    if target == End.FIXED and not (isinstance(step, Check | Wait) and key == ("good",)):
        yield Flaw((*at, *key), "only a check or a wait that went well leads to fixed")
    if target == End.HANDED and not isinstance(step, Call):
        yield Flaw((*at, *key), "only a call leads to handed: who has it then?")
    if target == End.DONE and book.sort is not Sort.HOW_TO:
        yield Flaw((*at, *key), "done is for a how_to; here it ends with fixed (a check) or handed (a call)")


def _answers(at: Where, step: Ask) -> Iterator[Flaw]:
    labels = [answer.label for answer in step.answers]
    if not 2 <= len(labels) <= 5:
        yield Flaw((*at, "answers"), f"a question has two to five answers, not {len(labels)}")
    if "Not Sure" not in labels:
        yield Flaw((*at, "answers"), 'one of the answers is "Not Sure", and leads somewhere useful')
    if len(set(labels)) < len(labels):
        yield Flaw((*at, "answers"), "two answers have the same words")
    for number, label in enumerate(labels):
        if len(label) > LABEL:
            yield Flaw((*at, "answers", number, "say"), f"a button has room for {LABEL} characters, not {len(label)}")


def _from(steps: Mapping[str, Step], start: str) -> set[str]:
    met: set[str] = set()
    ahead = [start]
    while ahead:
        id = ahead.pop()
        if id in met or id not in steps:
            continue
        met.add(id)
        ahead.extend(leads_to(steps[id]))
    return met


def _ending(steps: Mapping[str, Step]) -> set[str]:
    """Steps from which an end can be reached."""
    ending: set[str] = set(End)
    while True:
        more = {id for id, step in steps.items() if id not in ending and ending & set(leads_to(step))}
        if not more:
            return ending
        ending |= more


def _finds(step: Step | None) -> bool:
    return isinstance(step, Check) and step.finds


def _circling(steps: Mapping[str, Step]) -> set[str]:
    """Steps that lead back to themselves through steps at which nobody chooses and nothing is proven."""
    blind = {id: step for id, step in steps.items() if isinstance(step, Say | Do | Decide | Call) or _finds(step)}
    return {id for id, step in blind.items() if any(id in _from(blind, target) for target in leads_to(step))}


# --- what texts are filled with --------------------------------------------------------------------------------------


def _fields(book: Runbook) -> Iterator[Flaw]:
    used: set[str] = set()
    for where, text in texts(book, all=True):
        for name in words.unknown_fields(text):
            yield Flaw(where, f'nothing can fill "{{{name}}}"; known names are in bot/domain/runbook/known.py')
        used |= {match[1] for match in words.FIELD.finditer(text)}
    for step in book.steps.values():
        if isinstance(step, Decide) and step.fact.startswith("has:"):
            used.add(step.fact.removeprefix("has:"))
    wanted = {name for name in used if name in FIELDS and FIELDS[name].source is From.FILE}
    for name in sorted(wanted - set(book.needs)):
        yield Flaw(("needs",), f"the texts use {name}; list it here")
    shown = {step.panel.partition(".")[0] for step in book.steps.values() if isinstance(step, Do) and step.panel}
    by_panel = {name for kind in shown for name in PANEL_FIELDS.get(kind, ())}
    for number, name in enumerate(book.needs):
        if name in FIELDS and name not in used | by_panel:
            yield Flaw(("needs", number), f"no text uses {name}; leave it out")


PANEL_FIELDS: Mapping[str, tuple[str, str]] = {
    "dns": ("dns_provider", "dns_link"),
    "registrar": ("registrar", "registrar_link"),
    "host": ("host_provider", "host_link"),
    "edge": ("edge_provider", "edge_link"),
    "mail": ("mail_provider", "mail_link"),
    "payments": ("payments_provider", "payments_link"),
    "errors": ("errors_provider", "errors_link"),
}
"""Fields with the name of the provider and the link to it, by kind of panel."""


# --- what a person reads ---------------------------------------------------------------------------------------------


def texts(book: Runbook, *, all: bool = False) -> Iterator[tuple[Where, str]]:
    """Every text that a person reads, with its place; `all`: also what is only pasted, and the labels of buttons."""
    head = {"title": book.title, "feels": book.feels, "notice": book.notice}
    for at, step in numbered(book):
        match step:
            case Decide():
                continue
            case Do():
                found = {"do": step.text, "slip": step.slip, "undo": step.undo, "paste": step.paste if all else ""}
            case Check():
                found = {"check": step.text, "look": step.look, "slip": step.slip, "takes": step.takes}
            case Call():
                found = {"call": step.text, "message": step.message}
            case Ask():
                found = {"ask": step.text}
                if all:
                    for number, answer in enumerate(step.answers):
                        yield (*at, "answers", number, "say"), answer.label
            case Say():
                found = {"say": step.text}
            case Wait():
                found = {"wait": step.text}
        for key, text in found.items():
            if text:
                yield (*at, key), text
    for key, text in head.items():
        if text:
            yield (key,), text


def numbered(book: Runbook) -> Iterator[tuple[Where, Step]]:
    """Every step with its place in the file."""
    for number, step in enumerate(book.steps.values()):
        yield ("steps", number), step
