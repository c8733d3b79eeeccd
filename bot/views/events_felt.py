"""What customers feel of trouble that is counted: a burst of failed log-ins, webhooks that stay away."""

from __future__ import annotations

from bot.domain.incident import Incident
from bot.domain.severity import Trouble
from bot.domain.spike_words import KINDS, SILENT, meant
from bot.domain.spikes import Shape

Words = tuple[str, str, str, str]
"""The state as a word, what is felt, the same when it is over, what is true afterwards."""

_SILENT: Words = (
    "WARNING",
    "Webhooks that usually come have stayed away",
    "Webhooks that usually come had stayed away",
    "Webhooks come in again",
)


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
