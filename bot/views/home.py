"""The App Home: the same read model as `status`, with what needs a person first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.document import Action, Actions, Code, Document, Heading, Note, Paragraph, Part, Rule, Time
from bot.views import deploy_list, events, smoke_table, standing, status

if TYPE_CHECKING:
    from bot.services.overview import Overview


PRACTICE = (
    Action("runbook.pick", "All Runbooks…", command="/launch runbook"),
    Action("drill.pick", "Start a Fire Drill…", command="/launch drill"),
)
"""What to do if something breaks, and how to practise it."""


def home(overview: Overview, answer: Document | None = None) -> Document:
    """One page: how fresh it is, what needs this person, then the rest.

    `answer` is what a click on the page brought about, where it could not be told in a dialog.
    """
    fresh = Note(("As of ", Time(overview.now, "both"), ". Open this page again to see the present state."))
    stand = overview.stand
    told: list[Part] = [] if answer is None else [Heading(answer.headline), *answer.parts, Rule()]
    parts: list[Part] = [*told, fresh, *standing.live(stand, overview.now), *standing.silences(stand)]
    parts += status.running(overview)
    if overview.config_problems or not overview.domain:
        parts += _begin(overview)
    else:
        parts += [*status.readiness(overview), *status.missing(overview)]
    if overview.domain and not overview.running:
        label = "Check Again" if overview.readiness else "Check Now"
        parts.append(Actions((Action("audit.rerun", label, primary=True, command="/launch check"),)))
    parts += [Rule(), *status.watching(overview), *standing.last_good(stand)]
    parts += events.standing(stand.counted, stand.monitors)
    parts += [*deploy_list.standing(stand.deploys, overview.now), *smoke_table.standing(stand.walked, stand.flows)]
    parts += status.bot(overview.bot)
    parts.append(Actions((*PRACTICE, Action("doctor.show", "Test the Bot Itself", command="/launch doctor"))))
    parts.append(
        Note(("In any channel: ", Code("/launch status"), ", ", Code("/launch check"), ", ", Code("/launch help")))
    )
    return Document(status.headline(overview), tuple(parts), status.tone(overview), fallback=status.fallback(overview))


def _begin(overview: Overview) -> list[Part]:
    if overview.config_problems:
        return [*status.missing(overview), Paragraph(("Correct these lines, then start the bot again.",))]
    return [
        *(Paragraph((one.what,)) for one in overview.missing[:1]),
        Heading("How to begin"),
        Paragraph(("On the machine where the bot runs, type:",)),
        Paragraph((Code("launch init YOUR-DOMAIN"),)),
        Paragraph(
            ("It looks at your live domain, writes down what it finds as launch.yml, and you start the bot again.",)
        ),
    ]
