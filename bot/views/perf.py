"""How quick each endpoint is, against its target, with how much was measured; then the journeys, and what can wait."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.document import (
    Action,
    Actions,
    Chart,
    Code,
    Document,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Tone,
    Words,
)
from bot.views.prose import count, sentence
from checks.finding import fill
from checks.model import Outcome, Status, Verdict
from checks.perf import error_rate, load_light, p95

if TYPE_CHECKING:
    from bot.services.perf_board import Board, Endpoint, Journey

SHOWN = 12
LATER = 5
"""Things to do later that are listed."""
BARS = 12
LABELS = {Status.PASS: "OK", Status.WARN: "A little slow", Status.FAIL: "Slow"}
TONES = {Status.PASS: Tone.GOOD, Status.WARN: Tone.WARN, Status.FAIL: Tone.BAD}


def board(found: Board) -> Document:
    """All endpoints, the slowest against its target first."""
    parts: list[Part] = [Listing(tuple(_item(one) for one in found.endpoints), empty=_EMPTY, limit=SHOWN)]
    parts += _chart(found.endpoints)
    parts += _journeys(found.journeys)
    later = _later(found)
    if later:
        parts += [Heading("Do later"), Listing(tuple(Item(words) for words in later[:LATER]), limit=LATER)]
    if found.going is not None:
        parts.append(
            Note((f"A light load goes to {found.going.figures.name} at this moment: figures of now are its.",))
        )
    parts.append(Note(("Time at your server, without the way to it, seen from one place: the machine of this bot.",)))
    worst = _tone(found.endpoints)
    return Document(headline(found.endpoints), tuple(parts), worst, fallback=f"{headline(found.endpoints)}.")


def one(endpoint: Endpoint, charts: Sequence[Chart] = ()) -> Document:
    """One endpoint in detail."""
    speed = _outcome(p95.OUTCOMES, endpoint.speed)
    parts: list[Part] = [Listing((_item(endpoint),))]
    steps = speed.fix if speed.status is not Status.PASS else ()
    if steps:
        parts.append(Heading("What to do"))
        parts.append(Listing(tuple(Item((_said(step, endpoint, endpoint.speed),)) for step in steps)))
    parts += charts
    if endpoint.allowed:
        label = "Try a Light Load" if endpoint.run is None else "Try It Again"
        parts.append(Actions((load_button(endpoint.name, label),)))
    else:
        outcome = load_light.OUTCOMES["not_allowed"]
        parts.append(Note((_said(outcome.fix[0], endpoint, endpoint.load),)))
    return Document(headline((endpoint,)), tuple(parts), _tone((endpoint,)))


def load_button(name: str, label: str) -> Action:
    """Begin a light load."""
    return Action(
        "perf.load",
        label,
        name,
        confirm="This sends at most 350 requests to it within a minute. It stops by itself when it hurts.",
        command=f'/launch perf load "{name}"',
    )


def headline(endpoints: Sequence[Endpoint]) -> str:
    """What customers feel: the slowest; where all is well, how much that is."""
    judged = [each for each in endpoints if each.over >= 0]
    if not endpoints:
        return "Nothing is watched, so nothing is measured"
    if not judged:
        only = endpoints[0]
        return (
            _summary(p95.OUTCOMES, only, only.speed)
            if len(endpoints) == 1
            else "It is too early to say how quick you are"
        )
    worst = judged[0]
    if worst.over > 1 or len(endpoints) == 1:
        return _summary(p95.OUTCOMES, worst, worst.speed)
    known = count(len(judged), "endpoint")
    rest = len(endpoints) - len(judged)
    return f"{known} quick enough" + (f", {rest} not known yet" if rest else "")


_EMPTY = "No page is watched yet. Add one under monitors: in launch.yml, with `endpoint:` for what it is."


def _item(endpoint: Endpoint) -> Item:
    outcome = _outcome(p95.OUTCOMES, endpoint.speed)
    lines: list[Words] = [(_figures(endpoint),)]
    errors = _outcome(error_rate.OUTCOMES, endpoint.errors)
    if errors.status is not Status.NA:
        lines.append((sentence(_summary(error_rate.OUTCOMES, endpoint, endpoint.errors)),))
    if endpoint.run is not None:
        lines.append((f"Light load: {sentence(_summary(load_light.OUTCOMES, endpoint, endpoint.load))}",))
    label = LABELS.get(outcome.status, "No target" if endpoint.speed.code == "no_class" else "Unknown")
    tone = TONES.get(outcome.status, Tone.UNKNOWN)
    if errors.status.bad and outcome.status is not Status.FAIL:
        label, tone = ("Fails", Tone.BAD) if errors.status is Status.FAIL else ("Some fail", Tone.WARN)
    return Item((endpoint.name,), tuple(lines), tone, label)


def _figures(endpoint: Endpoint) -> str:
    seen = endpoint.speed.seen
    if "p95_ms" not in seen:
        return sentence(_summary(p95.OUTCOMES, endpoint, endpoint.speed))
    target = f", the target for {seen['what']} is {seen['target_ms']} ms" if "target_ms" in seen else ""
    return (
        f"19 of 20 answers came within {seen['p95_ms']} ms{target}; half within {seen['median_ms']} ms."
        f" {count(_whole(seen['count']), 'look')} {seen['window']}."
    )


def _chart(endpoints: Sequence[Endpoint]) -> list[Part]:
    """Bars against their targets, where there are enough to compare."""
    judged = [each for each in endpoints if each.over >= 0][:BARS]
    if len(judged) < 3:
        return []
    values = tuple(float(_whole(each.speed.seen["p95_ms"])) for each in judged)
    targets = tuple(float(_whole(each.speed.seen["target_ms"])) for each in judged)
    slow = sum(each.over > 1 for each in judged)
    said = f"{slow or 'None'} of {len(judged)} above the target; the slowest against it is {judged[0].name}."
    names = tuple(each.name[:20] for each in judged)
    return [Chart("19 of 20 answers within", said, "bar", names, (("Measured", values), ("Target", targets)), "ms")]


def _journeys(journeys: Sequence[Journey]) -> list[Part]:
    """How the walks that matter most do: the baseline to hold later figures against."""
    items = []
    for journey in journeys:
        if journey.endpoint is None:
            key = "endpoint: dashboard" if journey.flow == "dashboard" else f"flow: {journey.flow}"
            hint: Words = (
                ("Nobody watches it. Add a monitor with ", Code(key), " to launch.yml.")
                if journey.flow
                else ("Nobody watches it.",)
            )
            items.append(Item((journey.name,), (hint,), Tone.UNKNOWN, "Not watched"))
        else:
            found = journey.endpoint
            label = LABELS.get(_outcome(p95.OUTCOMES, found.speed).status, "Unknown")
            name = journey.name if journey.name == found.name else f"{journey.name}: {found.name}"
            errors = found.errors.seen
            failed = f" {errors['failures']} of {errors['attempts']} tries failed." if "attempts" in errors else ""
            tone = TONES.get(_outcome(p95.OUTCOMES, found.speed).status, Tone.UNKNOWN)
            items.append(Item((name,), ((_short(found) + failed,),), tone, label))
    return [Heading("The journeys that matter most"), Listing(tuple(items))] if items else []


def _short(endpoint: Endpoint) -> str:
    seen = endpoint.speed.seen
    return f"{seen['p95_ms']} ms." if "p95_ms" in seen else "Too early to say."


def _later(found: Board) -> list[Words]:
    """What can wait, the slowest first: nothing of it keeps a customer out today."""
    words: list[Words] = [
        (f"Make {each.name} quicker: now {each.speed.seen['p95_ms']} ms, aim for {each.speed.seen['target_ms']} ms.",)
        for each in found.endpoints
        if each.over > 1
    ]
    nameless = [each.name for each in found.endpoints if each.speed.code == "no_class"]
    if nameless:
        words.append(
            (f"Write down what {nameless[0]} is, with ", Code("endpoint:"), " in launch.yml, so that it has a target.")
        )
    failing = [each for each in found.endpoints if _outcome(load_light.OUTCOMES, each.load).status is Status.FAIL]
    words += [(f"Make {each.name} stand ten visitors a second.",) for each in failing]
    if found.endpoints and not any(each.run for each in found.endpoints):
        slowest = found.endpoints[0].name
        words.append(
            ("Try a light load on the endpoint that is asked most: ", Code(f'/launch perf load "{slowest}"'), ".")
        )
    if not found.budget:
        words.append(
            ("Set a budget for what your pages weigh: ", Code("speed: {budget: {total: 1.5 MB}}"), " in launch.yml.")
        )
    words.append(("Compare each release with the last one in your CI: ", Code("launch perf --against https://…"), "."))
    return words


def unknown(name: str, nearest: Sequence[str], known: Sequence[str]) -> Document:
    """No monitor is called like that."""
    near: Words = (" Did you mean ", Code(nearest[0]), "?") if nearest else ()
    return Document(
        "I do not know that endpoint",
        (
            Paragraph((Code(name[:80] or " "), " is no monitor of launch.yml.", *near)),
            Listing(tuple(Item((Code(f'/launch perf "{each}"'),)) for each in known[:SHOWN]), limit=SHOWN),
        ),
        Tone.WARN,
        fallback=f"{name[:80]} is no monitor of launch.yml.",
    )


def _outcome(table: Mapping[str, Outcome], verdict: Verdict) -> Outcome:
    return table[verdict.code]


def _summary(table: Mapping[str, Outcome], endpoint: Endpoint, verdict: Verdict) -> str:
    return _said(_outcome(table, verdict).summary, endpoint, verdict)


def _said(words: str, endpoint: Endpoint, verdict: Verdict) -> str:
    host = endpoint.monitor.url.partition("://")[2].partition("/")[0]
    return fill(words, {"name": endpoint.name, "url": endpoint.monitor.url, "host": host, **verdict.seen})


def _tone(endpoints: Sequence[Endpoint]) -> Tone:
    states = {_outcome(p95.OUTCOMES, each.speed).status for each in endpoints}
    for status in (Status.FAIL, Status.WARN, Status.PASS):
        if status in states:
            return TONES[status]
    return Tone.UNKNOWN


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) and math.isfinite(value) else 0
