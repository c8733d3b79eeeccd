"""Nobody can download your password file, your backups or your source code.

Tools and people leave files in the folder of a web site that were never meant for visitors. Robots look for them all
day long, within minutes of a site's first certificate. We look at the places where they usually lie, and only what
stands inside proves anything: many sites answer every address with their start page. Values are never kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from checks import firewall, trouble
from checks.leaked_files import CAP, FEW, PLACES, Place, names_in, proven
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Exchange
from checks.nowhere import leads_away, nowhere, path_of, same_answer
from checks.probe import Probe
from checks.registry import check

SECONDS = 24.0
"""How long the places are visited; a polite pace may not be enough for all."""
SIDE_BY_SIDE, LIFTED = 3, 6
"""Requests at the same time, and where the owner has lifted the limit; other checks have their turn in between."""
REFUSED = 403
BLOCK = (
    "Then remove {path} from the folder that is published, and block all paths that begin with a dot at your host.",
    "Ask your host for the access log: who has downloaded it, and when?",
    "Run this check again.",
)
FAR_REACHING = "Whoever has it can act as you: read customers' data, spend your money, or change the site."

OUTCOMES = {
    "ok": Outcome(
        Status.PASS, "Nothing that must stay secret lies open at {host} ({looked} usual places were looked at)"
    ),
    "ok_with_note": Outcome(
        Status.PASS,
        "Nothing that must stay secret lies open at {host}; {path} describes your whole API to anybody, which is only"
        " fine if you want it",
    ),
    "only_leads_on": Outcome(Status.PASS, "{host} keeps no files: it sends every address on to {to_host}"),
    "secret_file": Outcome(
        Status.FAIL,
        "Anyone can download {what} from {host}{path}",
        impact=FAR_REACHING,
        fix=("First replace every password and key in it ({names}): it has been public, so it is known.", *BLOCK),
        severity=Severity.BLOCKER,
        runbook="secret_leaked",
    ),
    "code_history": Outcome(
        Status.FAIL,
        "Anyone can download {what} from {host}{path}",
        impact="Every version of the code, with every password that ever stood in it, can be put together from it.",
        fix=("First replace every password and key that ever stood in the code.", *BLOCK),
        severity=Severity.BLOCKER,
        runbook="secret_leaked",
    ),
    "backup": Outcome(
        Status.FAIL,
        "Anyone can download {what} from {host}{path}",
        impact="It may hold all your customers with their addresses. You may have to report this to the authorities.",
        fix=("First delete the file from the server.", *BLOCK),
        severity=Severity.BLOCKER,
        runbook="secret_leaked",
    ),
    "server_internals": Outcome(
        Status.FAIL,
        "Anyone can read {what} at {host}{path}",
        impact="It often shows passwords, and always shows strangers where to try next.",
        fix=("First replace every password and key that is shown there.", *BLOCK),
        severity=Severity.BLOCKER,
        runbook="secret_leaked",
    ),
    "file_list": Outcome(
        Status.FAIL,
        "Anyone can download {what} from {host}{path}",
        impact="Strangers learn the names of files that nobody links to, and can then open them.",
        fix=("First look through the folder: is anything in it that should not be public?", *BLOCK),
        severity=Severity.BLOCKER,
        runbook="secret_leaked",
    ),
    "looked_in_part": Outcome(
        Status.UNKNOWN,
        "Looked at {looked} of {count} usual places of {host} and found nothing; the others did not answer: {reason}",
        impact="Nothing is proven about the other places.",
        fix=("Run this check alone: launch check --only exp.files",),
    ),
    "blocked_by_firewall": Outcome(
        Status.UNKNOWN,
        "Your own firewall turned this bot away from {host}: {reason}",
        impact="Nothing is proven either way. Robots with bad intentions may still come through.",
        fix=firewall.ALLOW_STEPS,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not look for files at {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The answers of a host to paths of files that must not be there."""

    host: str
    nowhere: Exchange
    """To a path that cannot exist."""
    answers: tuple[tuple[Place, Exchange], ...] = ()
    count: int = 0
    """Places that were to be looked at."""
    refused: int = 0
    """Of them, those that were not asked for, as the host refuses every path that begins with a dot."""


@check(
    "exp.files",
    title="Files that must stay secret",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("SEC-1", "SEC-2"),
    measured=(
        "We ask for a path that cannot exist, then for some 25 usual places of forgotten files, slowly. Of each answer"
        " we read the first bytes, and only content that proves the file counts."
    ),
    verify="curl -sS -D - {shown}",
    links=(
        "https://owasp.org/Top10/A05_2021-Security_Misconfiguration/",
        "https://git-scm.com/book/en/v2/Git-on-the-Server-The-Protocols",
    ),
)
async def files(target: Target, probe: Probe) -> Verdict:
    """The path that cannot exist first; where it leads to another host, only the worst places."""
    host = target.host
    first = await nowhere(host, probe)
    places = FEW if leads_away(first, host) else PLACES
    visit = Visit(host, first, probe, list(reversed(places)))
    if first.status and not firewall.blocked(first):
        try:
            async with asyncio.timeout(SECONDS):
                await visit.first_two()
                many = LIFTED if host in target.inventory.network.unlimited else SIDE_BY_SIDE
                await asyncio.gather(*(visit.walk() for _ in range(many)))
        except TimeoutError:
            pass
    facts = Facts(host, first, tuple(visit.answers), len(places), visit.refused)
    return judge(facts, agent=firewall.agent(target.inventory))


@dataclass(slots=True)
class Visit:
    """Places of a host that are being looked at."""

    host: str
    nowhere: Exchange
    probe: Probe
    waiting: list[Place]
    """What is still to be asked for, the worst last."""
    answers: list[tuple[Place, Exchange]] = field(default_factory=list)
    refused: int = 0

    async def walk(self) -> None:
        """One place after the other, until none is left."""
        while self.waiting:
            await self._ask(self.waiting.pop())

    async def _ask(self, place: Place) -> Exchange:
        answer = await self.probe.get(f"https://{self.host}{place.path}", cap=place.cap)
        self.answers.append((place, answer))
        return answer

    async def first_two(self) -> None:
        """The two worst places. A host that refuses both may refuse every path with a dot: one more question tells."""
        first = await asyncio.gather(*(self._ask(self.waiting.pop()) for _ in range(2)))
        if self.nowhere.status == REFUSED or any(answer.status != REFUSED for answer in first):
            return
        made_up = path_of(self.host, self.probe.now()).replace("/", "/.", 1)
        if (await self.probe.get(f"https://{self.host}{made_up}", cap=CAP)).status == REFUSED:
            asked = [place for place in self.waiting if not place.path.startswith("/.")]
            self.refused = len(self.waiting) - len(asked)
            self.waiting = asked


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """A proven file first, then whether enough was seen to say that there is none."""
    seen: dict[str, Json] = {"shown": f"https://{facts.host}/.env", "count": facts.count, "agent": agent}
    if facts.nowhere.status == 0:
        return Verdict("could_not_look", seen | {"reason": trouble.words(facts.nowhere.fault)})
    blocked = firewall.blocked(facts.nowhere)
    if blocked:
        return Verdict("blocked_by_firewall", seen | {"reason": blocked})
    found = [
        (place, answer)
        for place, answer in facts.answers
        if not same_answer(answer, facts.nowhere) and proven(place, answer)
    ]
    order = [place.path for place in PLACES]
    found.sort(key=lambda pair: (pair[0].code == "ok_with_note", order.index(pair[0].path)))
    answered = [answer for _place, answer in facts.answers if answer.status]
    looked = len(answered) + facts.refused
    seen |= {"looked": looked, "found": tuple(place.path for place, _answer in found)}
    worst = found[0] if found else None
    if worst is not None and worst[0].code != "ok_with_note":
        return Verdict(worst[0].code, seen | _told(*worst))
    if looked < facts.count:
        fault = next((answer.fault for _place, answer in facts.answers if answer.fault is not None), None)
        reason = trouble.words(fault) if fault else "the time was up"
        return Verdict("looked_in_part", seen | {"reason": reason})
    away = leads_away(facts.nowhere, facts.host)
    if away:
        return Verdict("only_leads_on", seen | {"to_host": away})
    if worst is not None:
        return Verdict("ok_with_note", seen | _told(*worst))
    return Verdict("ok", seen)


def _told(place: Place, answer: Exchange) -> dict[str, Json]:
    names = names_in(place, answer)
    return {
        "path": place.path.partition("?")[0],
        "what": place.what,
        "names": names or "all of them",
        "shown": answer.url,
        "status": answer.status,
    }
