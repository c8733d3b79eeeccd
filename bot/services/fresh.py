"""DNS asked once more before anything is accepted: what stands in a message may be hours old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.services.apart import apart
from bot.services.baseline import ADDRESS_TYPES, as_told, asked
from bot.services.refusals import Back, Moved, Stale, Unseen
from bot.store.baseline import Offered
from bot.store.drift import Change, Said
from checks.drift import Answers, Difference, Question, Wanted, compare, further, proposal
from checks.inventory import Network
from checks.net.facts import DnsAnswer
from checks.record_sets import ADDRESSES, of, same, shown, values


async def ask(network: Network, questions: Sequence[Question], now: datetime) -> Answers:
    """Answers from DNS as it is now. Nothing else is asked, so whom certificates are trusted from does not matter."""
    plain, once = replace(network, ca_file=""), tuple(dict.fromkeys(questions))

    async def look() -> Answers:
        from checks.net.live import LiveProbe

        async with LiveProbe(plain, now) as probe:
            return await asked(probe, once)

    return await apart(look)


def unchanged(records: Sequence[Offered], answers: Answers, now: datetime) -> None:
    """Raises `Stale` or `Unseen` where DNS does not say what was offered."""
    fresh = {(one.name, one.type): one.values for one in proposal(answers, "", now)}
    moved = []
    for one in records:
        found = fresh.get(one.key)
        if found is not None and same(one.type, one.values, found):
            continue
        silent = next((answers[each] for each in questions([one]) if not answers[each].status.known), None)
        if silent is not None:
            raise Unseen(one.name, one.type, silent.detail or silent.status.value)
        present = shown(one.type, found) if found is not None else "something else"
        moved.append(Moved(one.name, one.type, shown(one.type, one.values), present))
    if moved:
        raise Stale(moved)


def questions(records: Sequence[Offered]) -> tuple[Question, ...]:
    """What must be asked to see these records again: an alias shows when addresses are asked for."""
    return tuple(
        dict.fromkeys(
            (one.name, type) for one in records for type in (ADDRESSES if one.type in ADDRESS_TYPES else (one.type,))
        )
    )


def about(want: Wanted) -> tuple[Question, ...]:
    """What must be asked to compare a record again, and to see what stands in its place."""
    name, type = want.question
    return (want.question, *further([want]), *((name, one) for one in ADDRESSES if type in ADDRESS_TYPES))


def difference(change: Change, want: Wanted, answers: Answers, said: Said) -> Difference | None:
    """How it differs now, which must be what was shown; None where DNS did not say and that does not matter."""
    found = compare(want, answers)
    if found is None:
        raise Back(change)
    if isinstance(found, DnsAnswer):
        if said is Said.WRONG:
            return None
        raise Unseen(change.seen.name, change.seen.type, found.detail or found.status.value)
    if (as_told(found.old), as_told(found.new)) != (change.seen.old, change.seen.new):
        raise Stale([Moved(change.seen.name, change.seen.type, change.seen.new, as_told(found.new))])
    return found


def present(want: Wanted, answers: Answers) -> tuple[Offered, ...]:
    """What stands in its place now, as it would be accepted; nothing where DNS did not say all of it."""
    name, type = want.question
    if type not in ADDRESS_TYPES:
        answer = answers[want.question]
        return (Offered(name, type, of(answer)),) if answer.status.known else ()
    both = {one: answers[name, one] for one in ADDRESSES}
    alias = next((one.cnames[0] for one in both.values() if one.cnames), "")
    if alias:
        return (Offered(name, "CNAME", values("CNAME", (alias,))),)
    kinds = ADDRESSES if type == "CNAME" else (type,)
    if not all(both[one].status.known for one in kinds):
        return ()
    return tuple(Offered(name, one, of(both[one])) for one in kinds)
