"""What customers feel of trouble that is counted, or that only others see: failed log-ins, an alarm of theirs."""

from __future__ import annotations

from bot.domain.incident import Incident
from bot.domain.severity import Trouble
from bot.domain.spike_words import KINDS, SILENT, meant
from bot.domain.spikes import Shape
from bot.services.events_outside import PREFIX
from bot.views.prose import listed

Words = tuple[str, str, str, str]
"""The state as a word, what is felt, the same when it is over, what is true afterwards."""

_SILENT: Words = (
    "WARNING",
    "Webhooks that usually come have stayed away",
    "Webhooks that usually come had stayed away",
    "Webhooks come in again",
)


def says(incident: Incident) -> str:
    """Who else says so, where only others see it: `Alertmanager`; "" for anything that the bot sees itself."""
    probes = {one.probe for one in incident.own}
    if not probes or not all(one.startswith(PREFIX) for one in probes):
        return ""
    return listed(tuple(dict.fromkeys(one.removeprefix(PREFIX).partition(": ")[0] for one in sorted(probes))), 2)


def counted(incident: Incident) -> Words | None:
    """In words of its own, where all that keeps it open is one kind of counted event; None for anything else."""
    probes = {one.probe for one in incident.own}
    if probes == {SILENT}:
        return _SILENT
    found = {meant(one) for one in probes}
    if len(found) != 1 or None in found or incident.cause is Trouble.CHECKOUT:
        return None
    [(kind, shape)] = [one for one in found if one is not None]
    words = KINDS[kind]
    if shape is Shape.MANY:
        return ("BROKEN", words.felt, words.was, words.again)
    many = words.many[0].upper() + words.many[1:]
    return (
        "WARNING",
        f"{many} from one place: {words.guessing}. Other customers feel nothing of it so far",
        f"{many} came from one place: {words.guessing}",
        f"There are no {words.many} from one place any more",
    )
