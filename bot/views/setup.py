"""How to begin: what to type, what happens then, and what is still missing."""

from __future__ import annotations

from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Preformatted,
    Tone,
)

EXAMPLE = """\
product: {name: Example, domain: example.com}
hosts:
  - {name: example.com, purpose: marketing}
  - {name: app.example.com, purpose: app}
channels: {alerts: "#ops"}"""


def setup(file: str = "launch.yml", problems: tuple[str, ...] = (), *, ready: bool = False) -> Document:
    """The state of the set-up; `problems` are the mistakes in the file, each with its line."""
    if problems:
        return _mistakes(file, problems)
    if ready:
        return Document(
            headline="The set-up is done",
            parts=(
                Paragraph((f"{file} is read and sound.",)),
                Paragraph(("Would you hear of an outage while Slack is down? ", Code("/launch doctor test"))),
                Actions((Action("audit.rerun", "Check Now", primary=True, command="/launch check"),)),
            ),
            tone=Tone.GOOD,
            fallback=f"The set-up is done: {file} is read and sound.",
        )
    return _begin(file)


def _mistakes(file: str, problems: tuple[str, ...]) -> Document:
    return Document(
        headline=f"{file} cannot be used yet",
        parts=(
            Paragraph(("Until these lines are corrected, nothing can be looked at from Slack:",)),
            Listing(tuple(Item((Code(problem),), tone=Tone.BAD) for problem in problems), limit=10),
            Paragraph(
                (
                    "On the machine where the bot runs, ",
                    Code("launch config check"),
                    " tells when all is right. Then start the bot again.",
                )
            ),
        ),
        tone=Tone.WARN,
        fallback=f"{file} cannot be used yet: {problems[0]}",
    )


def _begin(file: str) -> Document:
    steps: tuple[Part, ...] = (
        Heading("1. Let it look at your domain"),
        Paragraph(("On the machine where the bot runs, type ", Code("launch init YOUR-DOMAIN"), ".")),
        Paragraph(
            (f"It writes {file} with what it found. Read it, correct it: it is yours, the bot never changes it.",)
        ),
        Heading("2. Or write it yourself"),
        Preformatted(EXAMPLE),
        Heading("3. Start the bot again"),
        Paragraph(("Then ", Code("/launch check"), " tells you whether it is safe to launch.")),
        Note(("Secrets never belong into that file.",)),
    )
    return Document(
        headline="Set-up is not finished",
        parts=(Paragraph((f"The bot has no {file} yet, so it knows nothing about your product.",)), *steps),
        tone=Tone.UNKNOWN,
        fallback=f"The bot has no {file} yet: type launch init YOUR-DOMAIN where it runs.",
    )
