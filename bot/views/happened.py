"""Each event of an incident as a sentence: for its timeline, its export and its notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.blockkit.words import one_line
from bot.document import Person, Span, Strong, Time, Words
from bot.domain import events as e
from bot.domain.decision import HERE
from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.domain.member import Member, Outcome
from bot.views.felt import FELT, called, length
from bot.views.prose import listed

TEXT = 500
"""Characters of a text from outside."""
TECHNICAL = (e.MemberUp, e.FlappingWentOn, e.AckWarned)
"""What only an export tells."""


def sentence(event: Event, incident: Incident) -> Words:
    """What happened, without the time."""
    say = _SENTENCES.get(type(event))
    return say(event, incident) if say is not None else (type(event).__name__,)


def _who(event: Event) -> Span:
    return Person(event.actor) if event.actor else "The bot"


def _until(event: Any) -> Words:
    return (" until ", Time(event.until, "both")) if event.until is not None else ()


def _seen(text: str) -> str:
    return f": {one_line(text, TEXT)}" if text else ""


def _people(ids: tuple[str, ...]) -> Words:
    out: list[Span] = []
    for one in ids:
        out += [*([" and "] if out else []), "everybody in the channel" if one == HERE else Person(one)]
    return tuple(out)


def _late(event: Any) -> str:
    return f" (late, the bot was offline for {length(event.late_s)})" if event.late_s else ""


def _opened(event: e.Opened, _incident: Incident) -> Words:
    felt = FELT[event.trouble].now
    probes = listed([called(one.probe) for one in event.members], 4)
    seen = next((one.evidence for one in event.members if one.evidence), "")
    first: Words = ("; it began at ", Time(event.first_failure or event.at, "both"))
    drill = "A drill: " if event.drill else ""
    merged = (
        f". It is the shared cause of {listed([f'INC-{one}' for one in event.children], 6)}" if event.children else ""
    )
    release: Words = (f". Release {one_line(event.deploy, 60)} went out shortly before",) if event.deploy else ()
    silent: Words = (". A silence covers it", *_until(event)) if event.silence else ()
    return (f"{drill}Severity {int(event.sev)}: ", Strong(felt), f" ({probes})" if probes else "", *first, _seen(seen),
            merged, *release, *silent, ".")  # fmt: skip


def _joined(event: e.MemberJoined, _incident: Incident) -> Words:
    one: Member | None = event.member
    if one is None:
        return ("Something else fails as well.",)
    also = "is affected as well" if one.absorbed else "fails as well"
    return (f"{called(one.probe)} {also}{_seen(one.evidence)}.",)


def _escalated(event: e.Escalated | e.Repeated, _incident: Incident) -> Words:
    again = "Nobody had answered: " if event.step else ""
    to: Words = _people(event.told) or ("nobody, since nobody can be reached",)
    return (f"{again}the bot called " if again else "The bot called ", *to, _late(event), ".")


def _worsened(event: e.Worsened, _incident: Incident) -> Words:
    felt = FELT[event.trouble].now
    return (f"It got worse, severity {int(event.sev)}: {felt}.",)


def _resolved(event: e.Resolved, incident: Incident) -> Words:
    if event.outcome is Outcome.REMOVED:
        return ("It was taken out of launch.yml, so nobody looks at it any more.",)
    again = FELT[incident.trouble].again
    if event.outcome is Outcome.HUMAN and event.actor:
        return (Strong(f"Fixed: {again}."), " ", Person(event.actor), " said so, and a fresh look agreed.")
    return (Strong(f"Fixed: {again}."), " Nobody told the bot of a repair.")


def _refused(event: e.FixRefused, _incident: Incident) -> Words:
    if event.why != "red":
        return (f"A fresh look could not see whether it was good{_seen(event.evidence)}.",)
    return (f"A fresh look did not agree that it was fixed{_seen(event.evidence)}.",)


def _snoozed(event: e.Snoozed, _incident: Incident) -> Words:
    if event.silence and not event.actor:
        return ("A silence went on", *_until(event), ".")
    return (_who(event), " put it to sleep", *_until(event), _seen(event.reason), ".")


def _ended(event: e.AckEnded, _incident: Incident) -> Words:
    who: Words = ("The time of ", Person(event.before)) if event.before else ("The time",)
    return (*who, " was over, and it still failed. The bot called others.")


def _unstable(event: e.FlappingBegan, _incident: Incident) -> Words:
    return (f"It went up and down; the bot stayed quiet until it had been calm for {length(event.hold_s)}.",)


_WALKED: Mapping[str, str] = {
    "began": "began the runbook “{title}”",
    "did": "did: {step}",
    "different": "found that it looks different: {step}",
    "calling": "looks for whom to call",
    "handed": "sent it on: {step}",
    "back": "went a step back",
    "late": "waited for long enough: {step}",
    "reminded": "reminded whoever does it: {step}",
    "left": "stopped the runbook “{title}” at: {step}",
    "fixed": "proved it: the runbook “{title}” is at its end",
    "done": "came to the end of the runbook “{title}”",
    "over": "stopped the runbook “{title}”, since it ended meanwhile",
    "merged": "went on here with the runbook “{title}”",
    "changed": "found the runbook “{title}” changed, and went on at: {step}",
}
"""What a step of a run was, behind the name of who took it."""
_LOOKED = {"good": "it is good", "bad": "not yet", "unknown": "I could not look"}


def _walked(event: e.Walked, _incident: Incident) -> Words:
    step, said, title = (one_line(one, 200) if one else "" for one in (event.step, event.said, event.title))
    match event.did:
        case "answered":
            return (_who(event), f" answered “{said}” to: {step}")
        case "checked":
            looked = _LOOKED.get(event.verdict, event.verdict)
            return (_who(event), f" looked: {step.rstrip('.')} – {looked}{_seen(said)}.")
        case "taken_over":
            return (_who(event), " took over the runbook", *((" from ", Person(event.said)) if said else ()), ".")
        case "rated":
            return (_who(event), f" said about the runbook “{title}”: {said}.")
    words = _WALKED.get(event.did, "took a step of the runbook “{title}”").format(step=step.rstrip("."), title=title)
    return (_who(event), f" {words}.")


def _plain(*before: Span) -> Callable[[Any, Incident], Words]:
    return lambda _event, _incident: before


def _by(words: str) -> Callable[[Any, Incident], Words]:
    return lambda event, _incident: (_who(event), words)


def _probe(words: str) -> Callable[[Any, Incident], Words]:
    return lambda event, _incident: (f"{called(event.probe)} {words}{_seen(getattr(event, 'evidence', ''))}.",)


_SENTENCES: Mapping[type[Event], Callable[[Any, Incident], Words]] = {
    e.Opened: _opened,
    e.Announced: _plain("The card went out to the channel."),
    e.MemberJoined: _joined,
    e.MemberRed: _probe("failed again"),
    e.MemberGreen: _probe("looked better"),
    e.MemberUp: _probe("was good for its whole time of proof"),
    e.MemberLeft: _probe("no longer belonged to it"),
    e.Worsened: _worsened,
    e.Acked: lambda event, _: (_who(event), " said that they were on it", *_until(event), "."),
    e.AckWarned: _plain("Whoever was on it was asked whether more time was needed."),
    e.Joined: _by(" helped as well."),
    e.Extended: lambda event, _: (_who(event), " needed longer", *_until(event), "."),
    e.ExtensionRefused: _plain("It took longer than it should; the backup was told."),
    e.TakenOver: lambda event, _: (
        _who(event), " took it over", *((" from ", Person(event.before)) if event.before else ()), *_until(event), ".",
    ),
    e.HandedOver: lambda event, _: (_who(event), " handed it over to ", Person(event.to), "."),
    e.AckEnded: _ended,
    e.Snoozed: _snoozed,
    e.Woke: _plain("Its sleep was over, and it still failed."),
    e.LooksBetter: _plain("It looked better; the bot made sure."),
    e.RedAgain: _plain("It failed again."),
    e.FixAsked: _by(" said that it was fixed; the bot looked again."),
    e.FixRefused: _refused,
    e.Resolved: _resolved,
    e.Reopened: lambda event, _: (
        f"It was back{_seen(event.member.evidence if event.member else '')}.",
    ),
    e.Closed: _plain("It stayed good, and was closed."),
    e.Merged: lambda event, _: (f"It turned out to have the same cause as INC-{event.parent}, and went on there.",),
    e.Escalated: _escalated,
    e.Repeated: _escalated,
    e.Paged: lambda event, _: (_who(event), " called ", Person(event.whom), f"{_seen(event.why)}."),
    e.FlappingBegan: _unstable,
    e.FlappingWentOn: _plain("It turned once more."),
    e.FlappingEnded: _plain("It was calm, and still failed."),
    e.Muted: lambda event, _: ("A silence began", *_until(event), f"{_seen(event.reason)}."),
    e.Unmuted: _plain("The silence ended."),
    e.ClockPutBack: lambda event, _: (
        f"The machine's clock was put back by {length(event.by_ms / 1000)}; the times that follow are by the new one.",
    ),
    e.Walked: _walked,
    e.Noted: lambda event, _: (_who(event), f" noted: {one_line(event.text, 1000)}"),
}  # fmt: skip
