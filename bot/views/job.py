"""A job that reports by itself: when it did last, until when it has time, and how it reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.document import Code, Heading, Item, Listing, Note, Paragraph, Part, Preformatted, Time, Words
from bot.services.roles import No

if TYPE_CHECKING:
    from bot.services.heartbeats import Address
    from bot.services.standing import Job

MORE = (
    ("/start", "before it begins: then a run that hangs is noticed too"),
    ("/fail", "when it went wrong: you are told at once"),
    ("/3", "with its exit code instead: 0 is well, anything else is not"),
)
"""What may be put behind the address."""


def line(job: Job) -> Words:
    """`last report 4:05, the next is missed after 5:05`."""
    beat, deadline = job.beat, job.deadline
    if beat.failed_at is not None:
        code = f" with exit code {beat.exit_code}" if beat.exit_code is not None else ""
        return (f"it failed{code}, ", Time(beat.failed_at, "both"))
    if deadline.run and beat.started_at is not None:
        return ("runs since ", Time(beat.started_at, "both"), ", has time until ", Time(deadline.until, "both"))
    if beat.last_at is None:
        return ("has not reported yet, has time until ", Time(deadline.until, "both"))
    return ("last report ", Time(beat.last_at, "both"), ", the next is missed after ", Time(deadline.until, "both"))


def address(found: Address | None, no: No | None, why: str = "") -> list[Part]:
    """How the job reports, with its own address; or why that is not shown to this person."""
    heading = Heading("How the job reports")
    if no is not None:
        return [heading, Paragraph(("Its address is like a password: it is shown to members of this workspace only.",))]
    if found is None:
        return [heading, Paragraph((f"Its address cannot be made: {why}.",))]
    parts: list[Part] = [
        heading,
        Paragraph(("Put this behind its last step, so that it is reached only if all went well:",)),
        Preformatted(found.line),
        Paragraph(("Only you see this. Whoever knows the address can report for the job, so treat it as a password.",)),
        Paragraph(("It may say more, with something behind the address:",)),
        Listing(tuple(Item((Code(ending), f" {what}")) for ending, what in MORE)),
    ]
    if not found.public:
        where = "This address works on the bot's own machine alone. For jobs elsewhere add to launch.yml: "
        parts.append(Note((where, Code("http: {public_url: https://bot.example.com}"))))
    return parts
