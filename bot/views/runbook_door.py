"""The way into the place where a step is done."""

from __future__ import annotations

from bot.blockkit.words import one_line
from bot.document import Link, Strong, Words
from bot.domain.runbook.known import Known

NAME = 60


def where(panel: str, text: Words, known: Known) -> Words:
    """The menu path of a step at their own provider, as of when, and the link to its log-in where it is known."""
    kind = panel.partition(".")[0]
    dated = known.dated.get(panel, "")
    url = known.fields.get(f"{kind}_link", "").strip()
    name = known.fields.get(kind if kind == "registrar" else f"{kind}_provider", "").strip()
    door: Words = ("\n", Strong("Log in:"), " ", Link(url, one_line(name or url, NAME))) if url else ()
    return (Strong("Where:"), " ", *text, *((f" ({dated})",) if dated else ()), *door)
