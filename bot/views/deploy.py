"""The one message of a deploy: what customers have, whether it works, what changed, and the way back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.blockkit.words import one_line
from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Facts,
    Link,
    Note,
    Paragraph,
    Part,
    Person,
    Span,
    Strong,
    Time,
    Tone,
    Words,
)
from bot.domain.deploys import Deploy, Speed, Stage, Walked, tried
from bot.views.prose import count, listed, seconds, sentence, span_of

HOLD = timedelta(minutes=3)
"""How long ordinary alerts wait after it."""
NAME, NOTE, WHY = 60, 160, 300
"""Characters of a version, of what changed, of what was seen."""
NOBODY: Mapping[str, str] = MappingProxyType({})
_SLACK = re.compile(r"[UW][A-Z0-9]{2,20}")
TONE: Mapping[Stage, Tone] = {
    Stage.GOOD: Tone.GOOD,
    Stage.BAD: Tone.BAD,
    Stage.FAILED: Tone.BAD,
    Stage.STUCK: Tone.WARN,
}
WORD: Mapping[Stage, str] = {
    Stage.RELEASED: "Released",
    Stage.STARTED: "Going out",
    Stage.LIVE: "Live",
    Stage.SMOKE: "Live",
    Stage.GOOD: "Good",
    Stage.BAD: "BROKEN",
    Stage.FAILED: "Did not go out",
    Stage.CANCELLED: "Stopped",
    Stage.SUPERSEDED: "Replaced",
    Stage.STUCK: "No end reported",
    Stage.UNDONE: "Taken back",
}
"""The state in a word or two."""


@dataclass(frozen=True, slots=True)
class State:
    """A deploy, and what else its message needs."""

    deploy: Deploy
    now: datetime
    people: Mapping[str, str] = field(default_factory=dict)
    """Slack user ids by name."""
    flows: bool = True
    """Whether there are flows to walk."""


def document(state: State) -> Document:
    """The message as it stands now."""
    deploy = state.deploy
    parts: list[Part] = [Paragraph(felt(deploy))]
    if found := found_out(deploy):
        parts.append(Paragraph(found))
    parts.append(Facts(facts(state)))
    if held := waiting(deploy, state.now):
        parts.append(Note(held))
    parts.append(Note(coming(deploy)))
    if buttons := actions(state):
        parts.append(Actions(buttons))
    told = "".join(one if isinstance(one, str) else getattr(one, "text", "") for one in felt(deploy))
    return Document(headline(deploy), tuple(parts), TONE.get(deploy.stage, Tone.PLAIN), fallback=told)


def headline(deploy: Deploy) -> str:
    """`Good · v43`, `BROKEN · v43 is live`, `Staging · Going out · v44`."""
    place = "" if deploy.production else f"{deploy.environment.capitalize()} · "
    name = one_line(deploy.version, NAME)
    if deploy.service:
        name = f"{one_line(deploy.service, 40)} {name}"
    back = deploy.back and deploy.live_at is not None and deploy.stage is not Stage.UNDONE and not deploy.replaced_by
    word = WORD[deploy.stage]
    if deploy.replaced_by:
        word = {Stage.GOOD: "Was good", Stage.BAD: "Was broken"}.get(deploy.stage, "Was live")
    elif deploy.stage in (Stage.LIVE, Stage.SMOKE) and deploy.production:
        word = "Live, not tried" if deploy.judged else "Live, being tried"
    if deploy.seen and not deploy.replaced_by:
        word = "Not seen yet"
    if back:
        return f"{place}{word} · back to {name}"
    live = deploy.stage is Stage.BAD and not deploy.replaced_by
    return f"{place}{word} · {name}{' is live' if live else ''}"


def felt(deploy: Deploy) -> Words:
    """What customers have and feel, in one or two sentences."""
    if not deploy.production:
        return _elsewhere(deploy)
    mine, before = _version(deploy.version), deploy.instead_of
    if deploy.replaced_by:
        return _was(deploy)
    if deploy.seen and deploy.live_at is not None:
        return ("The host says that ", mine, " is live. Customers still get ", _version(deploy.seen), ".")
    still: Words = ("they still have ", _version(before)) if before else ("they still have what they had",)
    match deploy.stage:
        case Stage.STARTED:
            return ("Customers notice nothing yet: ", *still, ". ", mine, " is on its way.")
        case Stage.FAILED:
            return ("Customers notice nothing: ", *still, ". ", mine, " did not go out.")
        case Stage.CANCELLED:
            return ("Customers notice nothing: ", *still, ". ", mine, " was stopped before it went out.")
        case Stage.STUCK:
            return (
                ("Nobody has said how ", mine, " ended. When it began, customers had ", _version(before), ".")
                if (before)
                else ("Nobody has said how ", mine, " ended.")
            )
        case Stage.SUPERSEDED if deploy.live_at is None:
            return (mine, " never went live: a newer one did.")
        case Stage.SUPERSEDED:
            return (mine, " was replaced by another version before it was tried.")
        case Stage.UNDONE:
            return ("That ", mine, " went live was recorded by mistake.")
        case Stage.RELEASED:
            return (mine, " has a name and notes now; nothing moved by that.")
        case Stage.BAD:
            return _broken(deploy.walked, mine)
        case Stage.GOOD:
            return ("Customers have ", mine, _again(deploy), ", and ", _works(deploy.walked), ".")
        case Stage.LIVE if deploy.ended_at is not None:
            return ("Customers have ", mine, _again(deploy), ". Nobody could see whether it works.")
    return ("Customers have ", mine, _again(deploy), ". Whether it works is being tried.")


def _was(deploy: Deploy) -> Words:
    """Another version has taken its place."""
    mine, now = _version(deploy.version), _version(deploy.replaced_by)
    if deploy.stage is Stage.BAD:
        broke = listed([one_line(one, 60) for one in deploy.walked.broken]) if deploy.walked else ""
        what = f"{broke} did not work" if broke else "Something was broken"
        return (f"{what} while ", mine, " was live. Customers have ", now, " now.")
    return ("Customers had ", mine, " until ", now, " went live.")


def _elsewhere(deploy: Deploy) -> Words:
    """Not for customers."""
    mine, where = _version(deploy.version), deploy.environment
    said = {
        Stage.STARTED: f" is on its way to {where}",
        Stage.FAILED: f" did not go out to {where}",
        Stage.CANCELLED: f" was stopped before it was on {where}",
        Stage.STUCK: f" began on {where}, and nobody said how it ended",
        Stage.SUPERSEDED: f" was replaced on {where}",
        Stage.UNDONE: f" was recorded for {where} by mistake",
        Stage.RELEASED: " has a name and notes now",
    }.get(deploy.stage, f" is on {where}")
    return (mine, f"{said}. Customers notice nothing.")


def _again(deploy: Deploy) -> str:
    return " again" if deploy.back else ""


def _broken(walked: Walked | None, mine: Code) -> Words:
    """`Checkout has not worked since v43 went live.`; what failed before is not put down to it."""
    if walked is None or not walked.broken:
        return ("Something has been broken since ", mine, " went live.")
    new, old = [one for one in walked.broken if one not in walked.older], walked.older
    if not new:
        does, they = ("does", "it was") if len(old) == 1 else ("do", "they were")
        return (f"{_names(old)} still {does} not work: {they} broken before ", mine, " went live.")
    said: Words = (f"{_names(new)} {'has' if len(new) == 1 else 'have'} not worked since ", mine, " went live.")
    return (*said, f" {_names(old)} {'was' if len(old) == 1 else 'were'} broken before.") if old else said


def _names(broken: Sequence[str]) -> str:
    return listed([one_line(one, 60) for one in broken])


def _works(walked: Walked | None) -> str:
    if walked is None:
        return "nothing is known to be broken"
    what = "flow" if walked.run else "page"
    return f"all {walked.of} {what}s that I tried work" if walked.of > 1 else f"the {what} that I tried works"


def found_out(deploy: Deploy) -> Words:
    """What was seen that a person should know: why it is bad, or that customers get another version."""
    if deploy.seen:
        return ("What was tried is what customers get. Look at your host: a cache or an old server may still answer.",)
    if deploy.stage is Stage.BAD and deploy.walked is not None and deploy.walked.why:
        return (Strong("Seen: "), sentence(one_line(deploy.walked.why, WHY)))
    return ()


def facts(state: State) -> tuple[tuple[str, Words], ...]:
    """Who, since when, what changed, what was tried, how quick it is."""
    deploy = state.deploy
    pairs: list[tuple[str, Words]] = []
    if deploy.author:
        pairs.append(("By", (person(deploy.author, state.people),)))
    if deploy.live_at is not None:
        pairs.append(("Live since", (Time(deploy.live_at, "both"),)))
    else:
        pairs.append(("Began", (Time(deploy.began_at, "both"),)))
    if changed := _changed(deploy):
        pairs.append(("What changed", changed))
    if done := tried(deploy):
        pairs.append(("Tried", (done,)))
    if deploy.before is not None or deploy.after is not None:
        pairs.append(("10 min before", (speed_words(deploy.before),)))
        if deploy.after is not None and deploy.after.minutes:
            pairs.append((f"{deploy.after.minutes} min after", (speed_words(deploy.after),)))
    if deploy.production and deploy.previous:
        pairs.append(("Last good before", (Code(one_line(deploy.previous, NAME)),)))
    if deploy.incident:
        pairs.append(("Incident", (f"INC-{deploy.incident}",)))
    if deploy.url:
        pairs.append(("Where", (Link(deploy.url, "open it"),)))
    if deploy.log_url:
        pairs.append(("Log", (Link(deploy.log_url, "open it"),)))
    return tuple(pairs)


def _changed(deploy: Deploy) -> Words:
    note: list[Span] = [one_line(deploy.note, NOTE)] if deploy.note else []
    if deploy.compare_url:
        note += [" · "] if note else []
        note.append(Link(deploy.compare_url, "all changes"))
    return tuple(note)


def speed_words(speed: Speed | None) -> str:
    """`19 of 20 answers within 0.4 s; 3 of 41 looks failed`: raw numbers, since they are small."""
    if speed is None or not speed.n:
        return "no looks"
    failed = f"{speed.bad} of {count(speed.n, 'look')} failed"
    if speed.p95_ms is None:
        return f"{failed}; too few to say how quick"
    return f"{failed}; 19 of 20 answers within {seconds(speed.p95_ms)}"


def waiting(deploy: Deploy, now: datetime) -> Words:
    """Which alerts wait, and until when."""
    if deploy.live_at is None or deploy.replaced_by or deploy.stage in (Stage.SUPERSEDED, Stage.UNDONE):
        return ()
    until = deploy.live_at + HOLD
    if now >= until or not deploy.production:
        return ()
    what = f"Ordinary alerts of {one_line(deploy.service, 40)}" if deploy.service else "Ordinary alerts"
    return (
        f"{what} wait until ",
        Time(until),
        ", in case it is only rough while it settles. A broken flow or an outage is told at once.",
    )


def coming(deploy: Deploy) -> Words:
    """What I do next."""
    number = f"Deploy {deploy.id} · Next: "
    match deploy.stage:
        case Stage.STARTED:
            return (number, "I wait to hear that it is live.")
        case Stage.SMOKE:
            return (number, "I say within two minutes whether all flows work.")
        case Stage.LIVE if deploy.ended_at is None and deploy.production:
            return (number, "I say within two minutes whether the important pages work.")
        case Stage.STUCK:
            return (number, "nothing, unless its sender speaks again. Look at your host.")
        case Stage.FAILED if deploy.production:
            return (number, "I wait for a deploy that goes out.")
    if deploy.production and deploy.judged and deploy.after is None and deploy.live_at is not None:
        return (number, "at ", Time(deploy.live_at + timedelta(minutes=10)), " I add how quick it is.")
    return (f"{number}nothing more.",)


def actions(state: State) -> tuple[Action, ...]:
    """The way back, the walk once more."""
    deploy, found = state.deploy, list[Action]()
    if deploy.replaced_by:
        return ()
    if deploy.production and deploy.stage is Stage.BAD:
        value = f"bad_deploy:{deploy.incident}::"
        found.append(
            Action("runbook.start", "Show Me the Fix", value, primary=True, command="/launch runbook bad deploy")
        )
    if deploy.production and deploy.judged and state.flows:
        found.append(Action("deploy.again", "Walk the Flows Again", str(deploy.id), command="/launch smoke"))
    return tuple(found)


def lasted(deploy: Deploy) -> str:
    """How long it took to go out, where both ends are known."""
    if deploy.live_at is None or deploy.live_at <= deploy.began_at:
        return ""
    return span_of(deploy.live_at - deploy.began_at)


def _version(name: str) -> Code:
    return Code(one_line(name, NAME))


def person(name: str, people: Mapping[str, str] = NOBODY) -> Span:
    """Who made it: mentioned where Slack knows them."""
    found = people.get(name, name if _SLACK.fullmatch(name) else "")
    return Person(found) if found else one_line(name, 60)
