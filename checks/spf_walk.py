"""Follows an SPF record through its includes, and counts what receivers count (RFC 7208 section 4.6.4).

Two steps: `gather` asks DNS for everything that the walk will need, side by side, and `walk` builds the tree from the
answers alone. The walk is the worst case: the mail that matches nothing until the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from checks.net.facts import DnsAnswer
from checks.probe import Probe
from checks.spf_record import Record, Term, is_spf, parse

Answers = Mapping[tuple[str, str], DnsAnswer]
"""DNS answers by name and type."""

MAX_RECORDS = 60
"""Records followed; receivers give up after 10 look-ups, we go on to show the whole bill, up to here."""
MAX_NAMES = 80
"""Names asked for `a`, `mx` and `exists`."""
MAX_NODES = 200
"""Places in the tree; one record may be included from many."""


class State(StrEnum):
    """What stands at a name."""

    FOUND = "found"
    ABSENT = "absent"
    """No SPF record there: for an include or redirect a permanent error (section 5.2, 6.1)."""
    SEVERAL = "several"
    """More than one: a permanent error (section 4.5)."""
    UNKNOWN = "unknown"
    """DNS did not say."""
    LOOP = "loop"
    """It includes itself."""
    MACRO = "macro"
    """Its name depends on the mail, so it is counted and not followed."""
    CUT = "cut"
    """Not followed: the bounds of the walk were reached."""


@dataclass(frozen=True, slots=True)
class Node:
    """One record in the tree, or the reason why none is there."""

    domain: str
    state: State
    via: str = ""
    """The term that led here, as written; empty for the root."""
    record: Record | None = None
    children: tuple[Node, ...] = ()
    """Includes in order, the redirect last."""
    own: int = 0
    """Look-ups of its own terms, those that lead to children included."""
    voids: tuple[str, ...] = ()
    """Its own terms whose names do not exist or hold nothing, one entry a term."""
    crowded: tuple[str, ...] = ()
    """Its own `mx` terms with more than ten mail servers: a permanent error."""
    unseen: tuple[str, ...] = ()
    """Its own terms for which DNS did not answer; they may be voids."""

    @property
    def lookups(self) -> int:
        """Look-ups from here down."""
        return self.own + sum(child.lookups for child in self.children)

    @property
    def cost(self) -> int:
        """Look-ups that the term which led here costs in all: itself and everything below."""
        return (1 if self.via else 0) + self.lookups

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """This node and everything below, with the depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)

    @property
    def final(self) -> Term | None:
        """The `all` that decides in the end, through redirects; None where nothing does."""
        if self.record is None:
            return None
        if self.record.all is not None:
            return self.record.all
        if self.children and self.children[-1].via.lower().startswith("redirect="):
            return self.children[-1].final
        return None


def spf_records(answer: DnsAnswer) -> tuple[str, ...]:
    """The SPF records among TXT records."""
    return tuple(text for text in answer.records if is_spf(text))


async def gather(domain: str, probe: Probe) -> dict[tuple[str, str], DnsAnswer]:
    """Ask for everything that `walk` will look at; as many questions side by side as the records allow."""
    answers: dict[tuple[str, str], DnsAnswer] = {}
    seen: set[str] = set()
    names: set[tuple[str, str]] = set()

    async def ask(name: str, type: str) -> None:
        answers[name, type] = await probe.dns(name, type)

    async def follow(name: str) -> None:
        answers[name, "TXT"] = await probe.dns(name, "TXT")
        found = spf_records(answers[name, "TXT"])
        if len(found) != 1:
            return
        next_steps = []
        for term in parse(found[0]).reached:
            if not term.costs or term.macro:
                continue
            if term.name in ("include", "redirect"):
                if term.domain not in seen and len(seen) < MAX_RECORDS:
                    seen.add(term.domain)
                    next_steps.append(follow(term.domain))
                continue
            for question in _questions(term, name):
                if question not in names and len(names) < MAX_NAMES:
                    names.add(question)
                    next_steps.append(ask(*question))
        await asyncio.gather(*next_steps)

    seen.add(domain)
    await follow(domain)
    return answers


def _questions(term: Term, domain: str) -> tuple[tuple[str, str], ...]:
    """What a receiver asks for a term that is not followed; `ptr` depends on the mail."""
    name = term.domain or domain
    match term.name:
        case "a":
            return ((name, "A"), (name, "AAAA"))
        case "mx":
            return ((name, "MX"),)
        case "exists":
            return ((name, "A"),)
    return ()


def walk(domain: str, answers: Answers) -> Node:
    """The tree below `domain`, from the answers alone."""
    left = [MAX_NODES]

    def visit(name: str, via: str, above: tuple[str, ...]) -> Node:
        left[0] -= 1
        answer = answers.get((name, "TXT"))
        if name in above:
            return Node(name, State.LOOP, via)
        if answer is None or left[0] < 0:
            return Node(name, State.CUT, via)
        if not answer.status.known:
            return Node(name, State.UNKNOWN, via)
        found = spf_records(answer)
        if len(found) != 1:
            state = State.SEVERAL if found else State.ABSENT
            # Only an answer without any record is a void look-up; other TXT records may stand there.
            return Node(name, state, via)
        record = parse(found[0])
        children: list[Node] = []
        voids: list[str] = []
        crowded: list[str] = []
        unseen: list[str] = []
        own = 0
        for term in record.reached:
            if not term.costs:
                continue
            own += 1
            if term.name in ("include", "redirect"):
                if term.macro:
                    children.append(Node(term.domain, State.MACRO, term.text))
                    continue
                children.append(visit(term.domain, term.text, (*above, name)))
                target = answers.get((term.domain, "TXT"))
                if target is not None and (target.status.absent or (target.status.known and not target.records)):
                    voids.append(term.text)
                continue
            if term.macro:
                continue
            asked = [answers.get(question) for question in _questions(term, name)]
            if any(one is not None and one.records for one in asked):
                if term.name == "mx" and asked[0] is not None and len(asked[0].records) > 10:
                    crowded.append(term.text)
            elif any(one is not None and not one.status.known for one in asked):
                unseen.append(term.text)
            elif asked and all(one is not None for one in asked):
                voids.append(term.text)
        return Node(name, State.FOUND, via, record, tuple(children), own, tuple(voids), tuple(crowded), tuple(unseen))

    return visit(domain, "", ())
