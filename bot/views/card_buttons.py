"""What can be done about an incident: at most three buttons, and a menu for the rest."""

from __future__ import annotations

from bot.document import Action
from bot.domain.incident import Incident, Status
from bot.domain.member import Outcome
from bot.domain.severity import Sev


def value_of(incident: Incident) -> str:
    """What a button carries: the incident, and the revision that was shown when it was clicked."""
    return f"{incident.id}:{incident.rev}"


def buttons(incident: Incident, runbook: str = "") -> tuple[Action, ...]:
    """What is most likely wanted now; after the end only the story. `runbook` is the topic that leads out of it."""
    if not incident.live:
        return (timeline(incident),)
    first, *rest = _first(incident)
    return (first, show_the_fix(incident, runbook), *rest) if runbook else (first, *rest)


def _first(incident: Incident) -> tuple[Action, ...]:
    mended = fixed(incident, primary=incident.status is Status.ACKED)
    return (mended, longer(incident)) if incident.status is Status.ACKED else (take(incident), mended)


def menu(incident: Incident) -> tuple[Action, ...]:
    """The rest of what can be done; nothing where it is over."""
    if not incident.live:
        return () if incident.outcome is Outcome.MERGED else (why(incident),)
    out = [take_over(incident)] if incident.status is Status.ACKED else []
    if incident.status is not Status.SNOOZED:
        out += [snooze(incident, "30m")]
        if incident.sev is not Sev.ONE and incident.status is not Status.ACKED:
            out += [snooze(incident, "nine")]
    return (*out, hand_over(incident), timeline(incident), why(incident))[:5]


def show_the_fix(incident: Incident, runbook: str = "") -> Action:
    """Walk through the repair, one step at a time; without a topic, through the one that fits when it is clicked."""
    value = f"{value_of(incident)}:{runbook}" if runbook else value_of(incident)
    return Action("incident.fix", "Show Me the Fix", value, command=f"/launch runbook {runbook or incident.name}")


def fixed(incident: Incident, *, primary: bool = False) -> Action:
    """Somebody says that it is fixed; the bot looks before it believes that."""
    command = f"/launch fixed {incident.name}"
    return Action("incident.fixed", "It's Fixed", value_of(incident), primary=primary, command=command)


def take(incident: Incident, label: str = "I'm on It") -> Action:
    """Take it, or join whoever is on it."""
    command = f"/launch ack {incident.name}"
    return Action("incident.ack", label, value_of(incident), primary=True, command=command)


def longer(incident: Incident, *, primary: bool = False) -> Action:
    """For whoever is on it."""
    command = f"/launch ack {incident.name} longer"
    return Action("incident.extend", "30 Min More", value_of(incident), primary=primary, command=command)


def take_over(incident: Incident) -> Action:
    """Take it from whoever is on it."""
    return Action("incident.take_over", "Take Over", value_of(incident), command=f"/launch ack {incident.name} over")


def hand_over(incident: Incident) -> Action:
    """Ask who should take it."""
    command = f"/launch pass {incident.name} @somebody"
    return Action("incident.pass", "Hand Over…", value_of(incident), command=command)


def snooze(incident: Incident, length: str) -> Action:
    """Let it sleep: `30m`, or `nine` for 9:00."""
    label = "Snooze 30 Min" if length == "30m" else "Snooze Until 9:00"
    typed = "30m" if length == "30m" else "9:00"
    command = f"/launch snooze {incident.name} {typed}"
    return Action("incident.snooze", label, f"{value_of(incident)}:{length}", command=command)


def timeline(incident: Incident) -> Action:
    """What happened, in order."""
    return Action("incident.timeline", "Timeline", value_of(incident), command=f"/launch export {incident.name}")


def why(incident: Incident) -> Action:
    """Every message about it: to whom, when, and because of what."""
    command = f"/launch why {incident.name}"
    return Action("incident.why", "Why Did I Get This?", value_of(incident), command=command)
