"""`/launch oncall`: who is called now and next; somebody stands in for a while."""

from __future__ import annotations

from datetime import datetime

from bot.commands import lengths
from bot.commands.base import Call, Reply, command
from bot.document import Code, Document, Paragraph, Person, Time, Tone
from bot.domain.scene import Contact
from bot.services import swaps
from bot.services.container import Services
from bot.services.incidents import Request
from bot.services.oncall import roster
from bot.services.who import find, looks_like_one, zone_of
from bot.views import answered as view
from bot.views.oncall import oncall as screen

EXAMPLES = ("/launch oncall swap @ben until monday 9:00", "/launch oncall swap @ben for 2h")


def _reads(words: tuple[str, ...]) -> bool:
    return not words or words[0].lower() != "swap"


@command(
    "oncall",
    usage="oncall [swap @somebody until when]",
    help="Shows who is called now and next. With swap, somebody else is called first for a while.",
    examples=("/launch oncall", *EXAMPLES, "/launch oncall swap off"),
    stored=True,
    reads=_reads,
)
async def oncall(call: Call, services: Services) -> Reply:
    """The roster, or a swap."""
    words = call.args
    if _reads(words):
        return Reply(screen(await roster(services)))
    request = call.request
    if len(words) > 1 and words[1].lower() in ("off", "end", "back", "stop"):
        return await _back(services, request)
    name = words[1] if len(words) > 1 else ""
    if not name or (lengths.reads_as_time(name) and not looks_like_one(name)):
        return Reply(view.nobody_like("", _names(services), EXAMPLES[0]))
    who = await find(services, call.user if name.lower() == "me" else name, call.now)
    if who is None or not (who.slack or who.name):
        return Reply(view.nobody_like(name, _names(services), EXAMPLES[0]))
    if not who.slack:
        return Reply(_no_slack(who.name))
    if not who.name:
        return Reply(_not_listed(who, services.config.path.name))
    try:
        begins, until = _stretch(words[2:], call.now, zone_of(services, call.user))
    except lengths.NotATime as error:
        return Reply(view.not_a_time(str(error), EXAMPLES))
    made = await swaps.swap(services, request, who.name, begins, until)
    return Reply(None if made is None else _swapped(who, begins, until, call.now))


async def _back(services: Services, request: Request) -> Reply:
    ended = await swaps.end(services, request)
    if ended is None:
        return Reply(None)
    if not ended:
        return Reply(
            Document(
                "Nobody stands in for anybody",
                (Paragraph(("There was no swap to take back. ", "Who is called: ", Code("/launch oncall"))),),
                fallback="There was no swap to take back.",
            )
        )
    return Reply(screen(await roster(services)))


def _stretch(words: tuple[str, ...], now: datetime, zone: str) -> tuple[datetime, datetime]:
    begins = now
    if words and words[0].lower() == "from":
        begins, words = lengths.until(("until", *words[1:]), now, zone)
    until, _ = lengths.until(words, begins, zone)
    if until - begins > swaps.LONGEST:
        raise lengths.NotATime("A swap lasts four weeks at most; write longer ones into launch.yml.")
    return begins, until


def _swapped(who: Contact, begins: datetime, until: datetime, now: datetime) -> Document:
    start = ("From ", Time(begins, "both"), " ") if begins > now else ()
    return Document(
        "The swap is written down",
        (
            Paragraph((*start, Person(who.slack), " is called first until ", Time(until, "both"), ".")),
            Paragraph(("To take it back: ", Code("/launch oncall swap off"))),
        ),
        Tone.GOOD,
        fallback="The swap is written down.",
    )


def _no_slack(name: str) -> Document:
    return Document(
        "I cannot reach that person",
        (
            Paragraph(
                (f"{name} has no Slack account that I know. Add ", Code("slack: U…"), " under people in launch.yml.")
            ),
        ),
        Tone.WARN,
        fallback=f"{name} has no Slack account that I know.",
    )


def _not_listed(who: Contact, file: str) -> Document:
    return Document(
        "That person is not in the team yet",
        (
            Paragraph((Person(who.slack), f" is not under people in {file}, and only people there are called.")),
            Paragraph(("Add a line such as ", Code(f"name: {{slack: {who.slack}}}"), " and start the bot again.")),
        ),
        Tone.WARN,
        fallback=f"That person is not under people in {file}.",
    )


def _names(services: Services) -> tuple[str, ...]:
    return tuple(services.config.file.people) if services.config.file else ()
